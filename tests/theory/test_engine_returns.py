"""Customers who come back, played by the engine, against Erlang R and a chain of one's own.

Erlang R (``sim.queueing.erlang_r``) lets every visit leave: with `later_patience_factor` 1 the
engine is this queue. Without the key its patience holds before the *first* reply only, and with
another factor each kind of visit has its own; there the engine is held against a chain on (busy,
the line in order, away) written here.
"""

import functools

import numpy as np
import pytest
from chances import LIMIT
from runs import assert_runs_equal
from theory.chains import build_chain
from theory.plays import MS_PER_MIN, find_visits, measure, z_ratio

import sim

WARM_UP_MIN = sim.textbook.WARM_UP_DAYS * 24 * 60.0


def play(queue, replications=100):
    """Visits ready from warm-up to horizon: number, delayed, wait of new and of later ones."""
    horizon_min = queue[0].horizon.days * 24 * 60.0

    def count(draws, run):
        ready, start, _ = find_visits(draws, run)
        away = (run.left_ms >= 0) & (run.first_reply_ms >= 0)
        first = np.ones(ready.size, bool)
        first[: run.turn_number.size] = run.turn_number == 0
        first[ready.size - away.sum() :] = False
        counts = (ready >= WARM_UP_MIN) & (ready < horizon_min)
        new, again, waits = counts & first, counts & ~first, start - ready
        gone = (run.left_ms >= 0) & (draws.arrival_ms >= WARM_UP_MIN * MS_PER_MIN)
        left, later = gone & (run.first_reply_ms < 0), gone & (run.first_reply_ms >= 0)
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
            later.sum(),
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
    new, new_late, new_wait, again, again_late, again_wait, left, busy, open_min, _ = play(queue)
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


def list_moves(state, leave_again=0.0):
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
        if rate := LEAVE if kind == "N" else leave_again:
            yield (busy, line[:place] + line[place + 1 :], away), rate


@pytest.mark.parametrize("factor", [None, 0.25])
def test_patience_before_the_first_reply_and_in_a_thread(factor):
    """Line up to 8 (more: 6e-5 of the time); a minute of the chain is 6 of the clock.

    Within the thread nobody leaves, or four times as soon as before it. The line of each kind of
    visit over its rate is its wait (Little), its rate of leaving times the line who leaves.
    """
    leave_again = 0.0 if factor is None else LEAVE / factor
    chain = build_chain([(0, "", 0)], functools.partial(list_moves, leave_again=leave_again))
    shares, _ = chain.evolve(chain.begin((0, "", 0)), 150.0)
    edge = shares @ chain.count(lambda state: len(state[1]) == LINE)
    assert edge < 7e-5
    full = chain.count(lambda state: state[0] == AGENTS)
    away = chain.count(lambda state: state[2])
    line_new = shares @ chain.count(lambda state: state[1].count("N"))
    line_again = shares @ chain.count(lambda state: state[1].count("R"))
    unit = 6.0
    queue = sim.textbook.erlang_r(
        RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE, 12, factor
    )
    new, new_late, new_wait, again, again_late, again_wait, left, _, _, later = play(queue)
    returns = THINK * (shares @ away)
    found = {
        "new": z_ratio(new_late, new, shares @ full),
        "again": z_ratio(again_late, again, shares @ (full * away) / (shares @ away)),
        "wait of new": z_ratio(new_wait / unit, new, line_new / RATE),
        "wait again": z_ratio(again_wait / unit, again, line_again / returns),
        "left": z_ratio(left, new, LEAVE * line_new / RATE),
        "again per new": z_ratio(again, new, returns / RATE),
    }
    if factor is None:
        assert later.sum() == 0
    else:
        found["left in a thread"] = z_ratio(later, new, leave_again * line_again / RATE)
    assert all(abs(z) < LIMIT for z in found.values()), found


def test_patience_at_every_visit_is_erlang_r():
    """Factor 1, two turns and more: each share and mean of the published chain."""
    exact = sim.queueing.erlang_r(40, 6, 0.5, 20, 7, patience_min=9)
    queue = sim.textbook.erlang_r(40, 6, 0.5, 20, 7, 9, days=6, later_patience_factor=1)
    new, new_late, new_wait, again, again_late, again_wait, left, busy, open_min, later = play(
        queue
    )
    found = {
        "new": z_ratio(new_late, new, exact.delay_probability_new),
        "again": z_ratio(again_late, again, exact.delay_probability_returning),
        "wait": z_ratio(new_wait + again_wait, new + again, exact.mean_wait_min),
        "left": z_ratio(left + later, new, exact.abandon_probability),
        "visits": z_ratio(new + again, open_min, 40 / 60 * exact.visits_mean),
        "busy": z_ratio(busy, open_min * 7, exact.utilization),
    }
    assert all(abs(z) < LIMIT for z in found.values()), found
    assert later.sum() > 0.2 * left.sum()


@pytest.mark.parametrize("factor", [1e6, 1e-9])
def test_patience_in_a_thread_without_end_and_without_beginning(factor):
    """Patience that outlasts the run changes no bit; of a millisecond: served at once or gone."""
    off, on = (
        sim.textbook.erlang_r(30, 6, 0.5, 20, 5, 30, days=2, later_patience_factor=value)
        for value in (None, factor)
    )
    [(_, without)], [(_, run)] = (sim.textbook.play_queue(one, 1) for one in (off, on))
    if factor > 1:
        assert_runs_equal(without, run)
        return
    later = run.turn_number > 0
    assert later.sum() > 100
    assert (run.turn_start_ms == run.turn_ready_ms)[later].all()
    gone = (run.left_ms >= 0) & (run.first_reply_ms >= 0)
    assert gone.sum() > 20
    assert (run.closed_ms[gone] == -1).all()


def test_patience_at_every_visit_is_another_queue():
    """Erlang R with leaving at every visit is refused by the same run: the rule is the engine's."""
    unit = 6.0
    other = sim.queueing.erlang_r(RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE)
    queue = sim.textbook.erlang_r(
        RATE * 60 / unit, unit, SHARE, unit / THINK, AGENTS, unit / LEAVE, days=12
    )
    new, new_late, *_ = play(queue)
    assert z_ratio(new_late, new, other.delay_probability_new) > LIMIT
