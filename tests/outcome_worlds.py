"""Replications of random worlds with the constants that measuring needs, for tests of outcomes."""

import functools
from typing import NamedTuple

import numpy as np
import strategies

from sim.care.kernel.engine import run_kernel
from sim.care.record import Run
from sim.demand.draws import Draws
from sim.feeling.satisfaction.fitting import START
from sim.outcomes.course import compute_rows
from sim.outcomes.rows import Rows
from sim.outcomes.scales import Prices, RedressScales, Scales, spread_staff
from sim.scenario.tables import MS_PER_H, MS_PER_MIN, Tables


class Played(NamedTuple):
    """One replication, played."""

    tables: Tables
    draws: Draws
    scales: Scales
    run: Run
    rows: Rows


def make_random_scales(tables: Tables, n_events: int, seed: int) -> Scales:
    """Return constants of every kind: shares between, events, warm-up, promise by wait or reply."""
    rng = np.random.default_rng([seed, 7])
    n_topics = len(tables.levels.effort)
    clock = tables.clock
    return Scales(
        coefficients=START._replace(
            later_speed_weight=float(rng.choice([0.0, 0.5, 1.0])),
            late_per_h=float(rng.choice([0.0, 0.05])),
            promise_min=30.0,
            a_red=float(rng.choice([0.0, 0.12])),
        ),
        base_quality=0.6,
        event_factor=rng.uniform(0.8, 1.3, n_events),
        event_half_life_min=rng.uniform(30.0, 3000.0, n_events),
        friendly_p=np.array([0.0, 0.2, 0.5, 0.7, 0.9]),
        personal_p=np.array([0.0, 0.0, 0.3, 0.6, 0.8]),
        sentiment_weight=np.array([0.0, 0.0, 0.7, 1.0, 1.15]),
        answered_topic=tables.levels.effort[:, 0] >= 0,
        compensated_topic=rng.random(n_topics) < 0.5,
        redress=RedressScales(
            given=tables.levels.gives_redress,
            ratio=rng.choice([0.0, 0.3, 0.9, 2.0], (n_topics, 4)),
            cause=rng.integers(0, 4, n_topics),
            other_fit=0.5,
            apology_until_ms=int(rng.choice([30, 24 * 60])) * MS_PER_MIN,
            unit_cost=np.array([0.0, 0.25, 8.0, 3.0]),
        ),
        clock=clock,
        warm_up_ms=int(rng.choice([0, 0, MS_PER_H, 90 * MS_PER_MIN])),
        routing=tables.routing._replace(
            promise_ms=int(rng.choice([15, 60, 240])) * MS_PER_MIN,
            promise_by_wait=bool(rng.random() < 0.5),
        ),
        pays_after=True,
        staffed_ms=spread_staff(tables),
        preparing_ms=0,
        paid_ms=spread_staff(tables),
        pay_factor=np.ones(spread_staff(tables).shape[1] + 1),
        prices=Prices(40.0, 60.0, 70.0, 0.05, 0.8),
        k1=0.396,
        k2=0.164,
        k3=0.028,
        sentiment_start=0.468,
        effort_scale=0.1,
        effort_by_arrival=False,
        reply_min=np.ones((len(tables.routing.home_pool), 5)),
        baseline=0.0,
        mood_strength=float(rng.choice([0.0, 0.6])),
        mood_half_life_h=5.0,
        base_per_h=4.0,
        local_time=tuple(str(k) for k in range(clock.n_intervals)),
    )


@functools.cache
def play_random_world(seed: int, most: int = 60) -> Played:
    """Play a random small world and find its rows."""
    tables, draws = strategies.make_world(seed, most)
    rng = np.random.default_rng([seed, 8])
    draws = draws._replace(sentiment_noise=rng.standard_normal(draws.sentiment_noise.size))
    scales = make_random_scales(tables, draws.event_time_ms.size, seed)
    run = run_kernel(tables, draws)
    return Played(tables, draws, scales, run, compute_rows(scales, draws, run))
