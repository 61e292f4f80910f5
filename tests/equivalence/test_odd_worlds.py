"""Worlds far larger and odder than any brand's: the engines return the same bits there too.

The worlds are those of the study ``experiments/engine_limits``, which plays a thousand of them;
here stand the quick ones among those at a limit, some at random, and what was once wrong.
"""

import os

import numpy as np
import pytest
from runs import assert_engines_equal, assert_runs_equal
from strategies import make_world
from worlds import lognormal, make_plain_scenario, make_policy, make_scenario

from sim import limits
from sim.care.kernel.engine import open_buffers, run_kernel
from sim.care.kernel.linked_lists import LAST_BIT
from sim.care.kernel.state import make_state
from sim.care.preparing import enter_engine
from sim.care.reference.engine import Care
from sim.compile import CHECKS
from sim.demand.draw import draw
from sim.scenario.lower import lower
from sim.scenario.tables import CUT_PREEMPT, MS_PER_H, MS_PER_MIN
from tests.studies import load_study

[odd_worlds] = load_study("engine_limits", ["odd_worlds"])
NAMES = list(odd_worlds.LIMITS)
SLOW_TO_MAKE, SLOW_TO_PLAY = {"events", "days", "intervals"}, {"stopped work", "backlog", "crew"}
"""The study plays them all. Where indices are checked the readable engine does not play."""
SLOW = SLOW_TO_MAKE if os.environ.get(CHECKS) == "1" else SLOW_TO_MAKE | SLOW_TO_PLAY


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_worlds_at_a_limit(name):
    world = odd_worlds.make_odd_world(NAMES.index(name), 40)
    run = assert_engines_equal(world.tables, world.draws, name)
    assert run.real.any()


@pytest.mark.parametrize("number", range(100, 110))
def test_odd_worlds(number):
    world = odd_worlds.make_odd_world(number, 40)
    assert_engines_equal(world.tables, world.draws, f"odd world {number}")


def test_who_works_beyond_the_shift_counts_for_what_is_kept_free():
    """Catch: a pool that lends more than it has to spare while a higher number is still at work."""
    world = odd_worlds.make_odd_world(257)
    assert_engines_equal(world.tables, world.draws, "odd world 257")


def make_many_lists(n_classes, seed):
    """Return a world of one pool with a class for most of its mentions, all waiting at once."""
    tables, draws = make_world(seed)
    n, n_topics = draws.arrival_ms.size, len(tables.levels.effort)
    rng = np.random.default_rng(seed)
    class_of = rng.integers(1, n_classes + 1, (n_topics, 2, 2))
    class_of[0, 0, 0] = n_classes
    routing = tables.routing._replace(class_of=class_of, n_classes=n_classes)
    return tables._replace(routing=routing), draws, n


@pytest.mark.parametrize("n_classes", [29, 30, 31, 32, 33, 64, 256])
def test_more_lists_than_bits(n_classes):
    """Around 62 lists (30 classes and triage), and as many as 64 topics can make."""
    played = 0
    for seed in range(200, 230):
        tables, draws, n = make_many_lists(n_classes, seed)
        assert_engines_equal(tables, draws, f"{n_classes} classes, world {seed}")
        played += n
    buffers = open_buffers(tables, True, True)
    assert (buffers.pools.own_base[0] > LAST_BIT) == (n_classes >= 31)
    assert played > 200


@pytest.mark.parametrize("seed", range(6))
def test_lists_behind_the_last_bit_are_not_forgotten_nor_remembered(seed):
    """Two classes behind the last bit, each filled while the other is emptied."""
    tables, draws, _ = make_many_lists(256, 300 + seed)
    class_of = np.full_like(tables.routing.class_of, 200)
    class_of[:, :, 1] = 201
    tables = tables._replace(routing=tables.routing._replace(class_of=class_of))
    assert_engines_equal(tables, draws, f"world {seed}")


def test_stopped_work_leaves_no_end_of_void_events():
    """Cuts at every minute: their void events would outgrow the heap and the line of timers."""
    outgrown = 0
    for seed in range(400, 420):
        tables, draws = make_world(seed)
        minutes = np.arange(0, tables.clock.horizon_ms, MS_PER_MIN)[:600]
        agents = np.tile([9, 0], (len(tables.staff.agents), 300))[:, : minutes.size]
        staff = tables.staff._replace(
            time_ms=minutes, agents=np.ascontiguousarray(agents), cut=CUT_PREEMPT, max_number=12
        )
        routing = tables.routing._replace(continuity=False)
        draws = draws._replace(
            work_ms=draws.work_ms + 10 * MS_PER_H, patience_ms=draws.patience_ms + 100 * MS_PER_H
        )
        tables = tables._replace(staff=staff, routing=routing, heads_are_oldest=False)
        entered = enter_engine(tables, draws)
        care = Care(tables, entered)
        assert_runs_equal(care.run(), run_kernel(tables, draws), f"world {seed}")
        engine = make_state(tables, entered, open_buffers(tables, True, True), True)
        outgrown += 2 * care.queues.put_back > engine.heap.size
    assert outgrown >= 3


# ---- times ----

MONTHS = {"conversation": {"reopen_delay": lognormal(43_200.0, 5.0)}}
TIMES = {
    "reopenings for months": MONTHS,
    "thinking for months": {"conversation": {"think": lognormal(86_400.0, 3.0)}},
    "triage for four years": {"maturity": {"triage_min": 2e6, "ticket_system": False}},
    "transfers for four years": {"maturity": {"transfer_min": 2e6, "routing_accuracy": 0.0}},
    "the longest work": {"topics": {"question": {"work": lognormal(1e9, 100.0)}}},
    "a drain of a year": MONTHS | {"drain_h": float(limits.MAX_DRAIN_H)},
    "dormant and overdue never": {"team": {"dormant_min": 1e9, "overflow_min": 1e9}},
    "sweeps never": {"maturity": {"ticket_system": False, "monitor_every_min": 1e9}},
    "everybody patient": {"topics": {"question": {"patience": lognormal(1e9, 1.0)}}},
}


@pytest.mark.parametrize("what", TIMES)
def test_times_beyond_the_end_of_engine_time(what):
    """Half of the levels are multiplied by 10^9; what wrapped around came back years early."""
    changes = TIMES[what]
    changes = {**changes, "horizon": {"days": 2}, "demand": {"base_per_h": 3.0}}
    for multiplier in (1.0, 1e9):
        levels = {"levels": {"standard": {"work_multiplier": multiplier, "reopen_share": 0.9}}}
        scenario = make_scenario(**changes, effort=levels)
        for cut in ("idle_first", "as_scheduled", "preempt"):
            policy = make_policy(scenario, cut=cut, follow_up=True)
            tables, draws = lower(scenario, policy), draw(scenario, 1, 0)
            run = assert_engines_equal(tables, draws, f"{what}, {cut}, {multiplier}")
            assert run.turn_end_ms.max(initial=0) <= limits.LAST_MS
            assert (run.turn_end_ms > run.turn_start_ms).all()
            end_ms = tables.clock.horizon_ms - tables.clock.lead_ms + tables.clock.drain_ms
            assert run.turn_start_ms.max(initial=0) <= end_ms


def test_work_beyond_the_end_of_engine_time_ends_at_it():
    """Nothing but replies: all that agents do is from a start to the last instant."""
    scenario = make_plain_scenario(
        horizon={"days": 1}, effort={"levels": {"standard": {"work_multiplier": 1e9}}}
    )
    tables, draws = lower(scenario, make_policy(scenario)), draw(scenario, 1, 0)
    run = assert_engines_equal(tables, draws, "work without end")
    last_ms = limits.LAST_MS - tables.clock.lead_ms
    assert set(run.turn_end_ms) == {last_ms}
    assert run.turn_end_ms.size >= 3
    if tables.clock.lead_ms == 0:
        assert run.busy_ms.sum() == (last_ms - run.turn_start_ms).sum()
