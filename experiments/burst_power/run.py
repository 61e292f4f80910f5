"""Compare the power of intervals and of a filter matched to the course of an event.

    python experiments/burst_power/run.py             # writes tables.md (half a minute)

Histories of four weeks at 24 mentions an hour, profile and busyness known to both detectors.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from sim.calibration.demand.bursts import FALSE_ALARM, compute_mean_factor
from sim.calibration.demand.course import count_course_h
from sim.calibration.demand.tail_test import compute_log10_tail
from sim.scenario.build import load_scenario
from sim.scenario.profile import week_shape

PLACE = pathlib.Path(__file__).parent
DAYS, RATE_PER_H, START_H = 28, 24.0, 298
HOURS = 24 * DAYS
DAY, HOUR, RHO = 0.04, 0.0676, 0.5
SHAPE_SHARE = 0.5
SEED, NULLS, HISTORIES = 1, 1000, 300
FORMS = {"4 h": (4.0, 4.0, 1.0), "6 h and 18 h, .7": (6.0, 18.0, 0.7), "": (2.0, 20.0, 0.7)}
PEAKS = (2.0, 3.0, 4.0)


class World(NamedTuple):
    """Expected counts by the hour and their covariance without events."""

    base: np.ndarray
    covariance: np.ndarray


def make_world() -> World:
    """Return the base of campaign_week."""
    week = week_shape(load_scenario("campaign_week"))
    hour = np.arange(HOURS)
    base = RATE_PER_H * (week / week.mean())[hour % 168]
    same = DAY * (hour[:, None] // 24 == hour[None, :] // 24)
    busy = same + (1.0 + same) * HOUR * RHO ** np.abs(hour[:, None] - hour[None, :])
    return World(base, np.diag(base) + np.outer(base, base) * busy)


def expect_event(world: World, peak: float, form: tuple[float, ...], start_h: int) -> np.ndarray:
    """Return an event's expected mentions by the hour."""
    edges_h = np.arange(HOURS)[:, None] + np.array([0.0, 1.0])
    follows = SHAPE_SHARE * world.base / RATE_PER_H + 1.0 - SHAPE_SHARE
    one_h, two_h, weight = form
    hours = count_course_h((float(start_h), 1.0, one_h, two_h, weight), edges_h)
    return np.asarray((peak - 1.0) * RATE_PER_H * follows * hours)


def draw_counts(
    world: World, event: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Return counts, shape (number, HOURS): Poisson, a Gamma day, Gamma AR(1) hours."""
    shape = 1.0 / HOUR
    hours = np.empty((number, HOURS))
    hours[:, 0] = rng.gamma(shape, HOUR, number)
    for place in range(1, HOURS):
        kept = rng.beta(shape * RHO, shape * (1.0 - RHO), number)
        fresh = rng.gamma(shape * (1.0 - RHO), HOUR, number)
        hours[:, place] = kept * hours[:, place - 1] + fresh
    days = np.repeat(rng.gamma(1.0 / DAY, DAY, (number, DAYS)), 24, axis=1)
    return rng.poisson(world.base * days * hours + event)


def make_filters(world: World) -> np.ndarray:
    """Return C^-1 s / sqrt(s' C^-1 s) for each form and start, shape (n, HOURS)."""
    signals = [
        expect_event(world, 2.0, form, start_h)
        for form in FORMS.values()
        for start_h in range(HOURS - 12)
    ]
    raw = np.linalg.solve(world.covariance, np.array(signals).T).T
    return np.asarray(raw / np.sqrt((raw * np.array(signals)).sum(axis=1))[:, None])


def flag_intervals(world: World, counts: np.ndarray) -> np.ndarray:
    """Return whether the hour or its six hours are a burst of calibrate's, counts' shape."""
    mean_hours = HOUR * compute_mean_factor(RHO, 6)
    flags = np.zeros(counts.shape, np.bool_)
    for hours, variance in ((1, HOUR), (6, mean_hours)):
        sums = counts.reshape(len(counts), -1, hours).sum(axis=2)
        mean = np.tile(world.base.reshape(-1, hours).sum(axis=1), len(counts))
        phi = (1.0 + DAY) * (1.0 + variance) - 1.0
        tail = compute_log10_tail(sums.ravel().astype(float), mean, phi, DAY).reshape(sums.shape)
        limit = np.log10(FALSE_ALARM / 2.0 / sums.shape[1])
        flags |= np.repeat(tail < limit, hours, axis=1)
    return flags


def run() -> str:
    """Return the table of power."""
    rng, world = np.random.default_rng(SEED), make_world()
    filters = make_filters(world)
    quiet = draw_counts(world, np.zeros(HOURS), NULLS, rng)
    largest = ((quiet - world.base) @ filters.T).max(axis=1)
    limit = float(np.quantile(largest, 1.0 - FALSE_ALARM))
    alarms = flag_intervals(world, quiet).any(axis=1).mean()
    near_h = np.abs(np.arange(HOURS) - START_H) <= 12
    near = np.tile(near_h[: HOURS - 12], len(FORMS))
    lines = [
        f"| no event (false alarm) | | {alarms:.3f} | {(largest > limit).mean():.3f} |",
    ]
    for peak in PEAKS:
        for name, form in FORMS.items():
            if name:
                counts = draw_counts(
                    world, expect_event(world, peak, form, START_H), HISTORIES, rng
                )
                plain = flag_intervals(world, counts)[:, near_h].any(axis=1).mean()
                found = (((counts - world.base) @ filters[near].T).max(axis=1) > limit).mean()
                lines.append(f"| {peak:g} | {name} | {plain:.2f} | {found:.2f} |")
    return "\n".join(
        [
            "| peak | half-lives | intervals find | matched filter finds |",
            "|---|---|---|---|",
            *lines,
            "",
            f"Limit of the filter, 95 % of the largest values without an event: {limit:.2f} "
            "standard deviations (a normal law for 672 looks would say 3.8).",
        ]
    )


if __name__ == "__main__":
    text = run()
    (PLACE / "tables.md").write_text(f"# Power to find an event\n\n{text}\n", encoding="utf-8")
    print(text)
