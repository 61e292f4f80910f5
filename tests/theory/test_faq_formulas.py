"""The exact checks of answers that others read: step, shot noise, fixed point, monotone.

Ten points in all, each within three standard errors of independent replications. A deflected
share that reads d instead of d (1 - exp(-g V)), a weight that does not add up or does not fade,
an issue that is not its own, a uniform that is used twice: each is many errors away.
"""

import math
from typing import Any

import numpy as np
import pytest
from hand import make_hand_draws, make_hand_tables
from worlds import constant, make_policy, make_scenario

from sim.care.kernel.engine import run_kernel
from sim.demand.draw import draw
from sim.scenario.lower import lower
from sim.scenario.lowering.faq import lay_fading
from sim.scenario.tables import MS_PER_H

EULER = 0.5772156649015329
N = 24
UNSOLVED: dict[str, Any] = {"resolved": (False,), "writes_again": (False,)}
OTHERS = ("error", "product", "process", "praise", "chatter")


def integrate_ein(g: float) -> float:
    """Return Ein(g) = E1(g) + ln g + .5772 by its series, for g up to some dozens."""
    total, term = 0.0, 1.0
    for k in range(1, 200):
        term *= -g / k
        total -= term / k
    return total


def test_ein_is_that_of_the_tables() -> None:
    """E1(1) = .219383934 (Abramowitz & Stegun 1964, table 5.1)."""
    assert integrate_ein(1.0) == pytest.approx(0.219383934 + math.log(1.0) + EULER, abs=1e-8)


def assert_mean(values: list[float], expected: float) -> None:
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 3 * error, (np.mean(values), expected, error)
    assert error < 0.1 * expected  # else the check would say nothing


def make_one_issue(faq: dict[str, Any], days: int, per_h: float, work_min: float) -> Any:
    """Return a scenario of one issue: plain Poisson questions, solved by the first reply."""
    topic = {"share": 1.0, "work": constant(work_min), "patience": None, "resolution_share": 1.0}
    return make_scenario(
        horizon={"days": days},
        demand={
            "base_per_h": per_h,
            "hour_shape": [1.0] * 24,
            "day_shape": [1.0] * 7,
            "busy_day_cv": 0.0,
            "busy_hour_cv": 0.0,
            "spreading": {"branching_ratio": 0.0},
        },
        topics={name: {"share": 0.0} for name in OTHERS} | {"question": topic},
        effort={"levels": {"standard": {"reopen_share": 0.0}}},
        maturity={"triage_recall": 1.0, "routing_accuracy": 1.0},
        team={
            "slow_down_slope": 0.0,
            "max_open_cases_per_agent": None,
            "overflow_min": None,
            "pools": {"general": {"limit": 1000}},
        },
        faq={"base_issues": 1} | faq,
    )


@pytest.mark.parametrize(("first_h", "d"), [(6.0, 0.1), (12.0, 0.5), (20.0, 0.9)])
def test_a_step_answer(first_h: float, d: float) -> None:
    """Nobody answers before T; g and visible_h without end: L T + (1 - d) L (H - T) questions."""
    per_h, end_h, work_h = 15.0, 24.0, 1 / 60
    scenario = make_one_issue({"deflect_share": d, "gain": 1e9, "visible_h": 1e9}, 1, per_h, 1.0)
    staff = [30 * (hour >= first_h) for hour in range(24)]
    tables = lower(scenario, make_policy(scenario, staff={"general": staff, "technical": staff}))
    counts = []
    for replication in range(N):
        run = run_kernel(tables, draw(scenario, 5, replication))
        counts.append(float((run.real & ~run.deflected).sum()))
    sent_h = first_h + work_h
    assert_mean(counts, per_h * sent_h + (1 - d) * per_h * (end_h - sent_h))


@pytest.mark.parametrize(
    ("mu_h", "g", "d"), [(0.2, 1.0, 0.1), (1.0, 1.0, 0.5), (0.5, 4.0, 1.0), (3.0, 0.3, 1.0)]
)
def test_shot_noise(mu_h: float, g: float, d: float) -> None:
    """Answers by Poisson at rate mu, halving in h = 1: p = d (1 - exp(-mu h/ln 2 Ein(g)))."""
    hours, warm_h, asked = 220.0, 20.0, 1200
    tables = make_hand_tables(staff={0: 1000}, hours=220, faq={"fading": lay_fading(1.0)})
    shares = []
    for replication in range(N):
        rng = np.random.default_rng([replication, round(1000 * mu_h), round(10 * g)])
        told = rng.uniform(0.0, hours * 60, rng.poisson(mu_h * hours))
        looks = rng.uniform(warm_h * 60, hours * 60, asked)
        u = rng.random(asked)
        needs = np.where(u < d, -np.log1p(-np.minimum(u / d, 1 - 1e-16)) / g, np.inf)
        solved = [{"at": at, "work": 1 / 60_000} for at in told]
        quick = UNSOLVED | {"work": 1 / 60_000}
        probes = [{"at": at, "needs": one, **quick} for at, one in zip(looks, needs, strict=True)]
        rows = sorted(solved + probes, key=lambda row: float(row["at"]))
        run = run_kernel(tables, make_hand_draws(rows, tables, []))
        shares.append(float(run.deflected.sum()) / asked)
    assert_mean(shares, d * (1.0 - math.exp(-mu_h / math.log(2.0) * integrate_ein(g))))


@pytest.mark.parametrize(
    ("per_h", "visible_h", "d"), [(1.0, 1.0, 0.3), (2.0, 0.5, 0.5), (3.0, 1.0, 0.5)]
)
def test_the_fixed_point_with_feedback(per_h: float, visible_h: float, d: float) -> None:
    """Answers are to those who still write: D = d (1 - exp(-L (1 - D) I)).

    Replies take half a day, so that those in sight were asked long before whoever looks now.
    """
    days, warm_h = 13, 72
    faq = {"deflect_share": d, "visible_h": visible_h}
    scenario = make_one_issue(faq, days, per_h, 12 * 60.0)
    staff = {"general": [1000] * 24 * days, "technical": [0] * 24 * days}
    tables, shares = lower(scenario, make_policy(scenario, staff=staff)), []
    for replication in range(N):
        draws = draw(scenario, 9, replication)
        counted = draws.arrival_ms >= warm_h * MS_PER_H
        run = run_kernel(tables, draws)
        shares.append(float(run.deflected[counted].mean()))
    whole = visible_h / math.log(2.0) * integrate_ein(1.0)
    share = d
    for _ in range(500):
        share = 0.5 * share + 0.5 * d * (1.0 - math.exp(-per_h * (1.0 - share) * whole))
    assert_mean(shares, share)


def test_a_later_answer_never_spares_more() -> None:
    """With answers that stay, each who is spared by a later answer is by the earlier one, too."""
    tables = make_hand_tables(staff={0: 50}, faq={"fading": lay_fading(1e9)})
    rng = np.random.default_rng(3)
    probes = [
        {"at": at, "needs": float(rng.uniform(0, 2)), **UNSOLVED} for at in rng.integers(1, 500, 60)
    ]
    earlier: set[tuple[int, float]] | None = None
    for at in (0, 50, 200, 400):
        rows = sorted([*probes, {"at": at}, {"at": 300}], key=lambda row: int(row["at"]))
        run = run_kernel(tables, make_hand_draws(rows, tables, []))
        spared = {(int(rows[i]["at"]), rows[i]["needs"]) for i in np.flatnonzero(run.deflected)}
        assert spared
        assert earlier is None or (spared <= earlier and spared != earlier)
        earlier = spared
