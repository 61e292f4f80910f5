"""Customers who come back, played by the engine, against Erlang R and a chain of one's own.

The engine's patience holds before the *first* reply only: who has been answered once waits for
ever. Erlang R (``sim.queueing.erlang_r``) lets every visit leave; so with patience the engine is
held against a chain on (busy, the line in order, away) written here.
"""

import numpy as np
import pytest
from chances import LIMIT
from theory.chains import build_chain
from theory.plays import MS_PER_MIN, find_visits, measure, z_ratio

import sim

WARM_UP_MIN = sim.textbook.WARM_UP_DAYS * 24 * 60.0


def play(queue, replications=100):
    """Visits ready from warm-up to horizon: number, delayed, wait of new and of later ones."""
    horizon_min = queue[0].horizon.days * 24 * 60.0

    def count(draws, run):
        ready, start, _ = find_visits(draws, run)
        first = np.concatenate(
            (run.turn_number == 0, np.ones(ready.size - run.turn_number.size, bool))
        )
        counts = (ready >= WARM_UP_MIN) & (ready < horizon_min)
        new, again, waits = counts & first, counts & ~first, start - ready
        left = (run.left_ms >= 0) & (draws.arrival_ms >= WARM_UP_MIN * MS_PER_MIN)
        busy_min = run.busy_ms[0, int(WARM_UP_MIN // 60) : -1].sum() / MS_PER_MIN
        return [
            new.sum(),
            (new & (waits > 0)).sum(),
            waits[new].sum(),
            again.sum(),
            (again & (waits > 0)).sum(),
            waits[again].sum(),
            left.sum(),
            busy_min,
            horizon_min - WARM_UP_MIN,
        ]

    return measure(queue, replications, count)


@pytest.mark.parametrize(
    ("rate", "handle", "share", "think", "agents", "days"),
    [
        (5, 6, 2 / 3, 12, 2, 15),  # a minute is 6: lambda .5, mu 1, delta .5, p 2/3
        (30, 4, 0.6, 60, 6, 4),  # the shipped scenario
        (60, 10, 0.3, 240, 16, 3),
        (8, 10, 0.8, 30, 8, 6),
    ],
)
def test_erlang_r(rate, handle, share, think, agents, days):
    exact = sim.queueing.erlang_r(rate, handle, share, think, agents)
    load = sim.queueing.offered_load(
        [rate] * 48, handle, return_share=share, think_min=think
    ).edge_erlang
    assert load[-1] == pytest.approx(rate / 60 * handle / (1 - share), rel=5e-4)  # warm
    if share == 2 / 3:
        assert exact.delay_probability == pytest.approx(0.642857, abs=5e-7)
        assert exact.mean_wait_min / handle == pytest.approx(1.285714, abs=5e-7)
    queue = sim.textbook.erlang_r(rate, handle, share, think, agents, days=days)
    new, new_late, new_wait, again, again_late, again_wait, left, busy, open_min = play(queue)
    found = {
        "new": z_ratio(new_late, new, exact.delay_probability_new),
        "again": z_ratio(again_late, again, exact.delay_probability_returning),
        "wait of new": z_ratio(new_wait, new, exact.mean_wait_min),
        "wait again": z_ratio(again_wait, again, exact.mean_wait_min),
        "visits": z_ratio(new + again, open_min, rate / 60 * exact.visits_mean),
        "busy": z_ratio(busy, open_min * agents, exact.utilization),
    }
    assert all(abs(z) < LIMIT for z in found.values()), found
    assert left.sum() == 0


# rates a minute; the longest line and the most away that the chain follows
RATE, SERVICE, THINK, SHARE, AGENTS, LEAVE, LINE, AWAY = 0.8, 1.0, 0.5, 0.4, 2, 0.5, 8, 12


def list_moves(state):
    """(busy, line, away); N waits for the first time and may leave, R has been served before."""
    busy, line, away = state
    for kind, rate, still in (("N", RATE, away), ("R", THINK * away, away - 1)):
        if busy < AGENTS:
            yield (busy + 1, line, still), rate
        elif len(line) < LINE:
            yield (busy, line + kind, still), rate
    following = (busy, line[1:]) if line else (max(busy - 1, 0), line)
    yield (*following, away), SERVICE * busy * (1 - SHARE)
    yield (*following, min(away + 1, AWAY)), SERVICE * busy * SHARE
    for place, kind in enumerate(line):
        if kind == "N":
            yield (busy, line[:place] + line[place + 1 :], away), LEAVE


def test_patience_before_the_first_reply():
    """Line up to 8 (more: 6e-5 of the time); a minute of the chain is 6 of the clock."""
    chain = build_chain([(0, "", 0)], list_moves)
    shares, _ = chain.evolve(chain.begin((0, "", 0)), 150.0)
    edge = shares @ chain.count(lambda state: len(state[1]) == LINE)
    assert edge < 7e-5
    full = chain.count(lambda state: state[0] == AGENTS)
    away = chain.count(lambda state: state[2])
    line_new = shares @ chain.count(lambda state: state[1].count("N"))
    line_again = shares @ chain.count(lambda state: state[1].count("R"))
    unit = 6.0
    queue = sim.textbook.erlang_r(
        RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE, days=12
    )
    new, new_late, new_wait, again, again_late, again_wait, left, _, _ = play(queue)
    returns = THINK * (shares @ away)
    found = {
        "new": z_ratio(new_late, new, shares @ full),
        "again": z_ratio(again_late, again, shares @ (full * away) / (shares @ away)),
        "wait of new": z_ratio(new_wait / unit, new, line_new / RATE),
        "wait again": z_ratio(again_wait / unit, again, line_again / returns),
        "left": z_ratio(left, new, LEAVE * line_new / RATE),
        "again per new": z_ratio(again, new, returns / RATE),
    }
    assert all(abs(z) < LIMIT for z in found.values()), found


def test_patience_at_every_visit_is_another_queue():
    """Erlang R with leaving at every visit is refused by the same run: the rule is the engine's."""
    unit = 6.0
    other = sim.queueing.erlang_r(RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE)
    queue = sim.textbook.erlang_r(
        RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE, days=12
    )
    new, new_late, *_ = play(queue)
    assert z_ratio(new_late, new, other.delay_probability_new) > LIMIT
