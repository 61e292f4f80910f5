"""Plain worlds have an engine of their own (``sim.care.plain``): the same bits as the others'.

Worlds on coarse grids, where arrivals, ends of work, ends of patience and changes of staff fall
on one instant; with the JIT off they are played in ``test_engines_equal.py``.
"""

import collections

import numpy as np
import pytest
from runs import assert_runs_equal
from strategies import make_plain_world

from sim import textbook
from sim.care.checks import check_run
from sim.care.kernel import run_kernel
from sim.care.plain import are_plain, find_plain, run_plain
from sim.care.reference import run_reference
from sim.demand.draw import draw
from sim.scenario.lower import lower
from sim.scenario.tables import CUT_AS_SCHEDULED, CUT_PREEMPT

WORLDS = 400


def test_all_engines_return_the_same_bits():
    for seed in range(WORLDS):
        tables, draws = make_plain_world(seed)
        plain = find_plain(tables)
        assert plain is not None, seed
        assert are_plain(draws)
        reference = run_reference(tables, draws)
        run = run_plain(plain, draws, keep_turns=True)
        assert_runs_equal(reference, run, f"plain world {seed}")
        assert check_run(tables, draws, run) == []
        assert_runs_equal(run, run_kernel(tables, draws, whole=True), f"plain world {seed}")


@pytest.mark.parametrize("patience_min", [10.0, None])
def test_textbook_queues_are_plain(patience_min):
    scenario, policy = textbook.erlang_a(40.0, 16.0, patience_min, 11, days=3)
    tables, draws = lower(scenario, policy), draw(scenario, 1, 0)
    assert find_plain(tables) is not None
    assert are_plain(draws)
    assert_runs_equal(run_reference(tables, draws), run_kernel(tables, draws))


def test_without_turns_the_rest_is_the_same():
    for seed in range(20):
        tables, draws = make_plain_world(seed)
        few = run_kernel(tables, draws, keep_turns=False)
        assert few.turn_mention.size == 0
        assert_runs_equal(run_kernel(tables, draws, keep_turns=False, whole=True), few)


def test_plain_worlds_reach_what_can_happen_in_them():
    seen = collections.Counter()
    for seed in range(WORLDS):
        tables, draws = make_plain_world(seed)
        run = run_kernel(tables, draws)
        seen.update(name for name, happened in find_mechanisms(tables, draws, run) if happened)
    assert {name: seen[name] for name in MECHANISMS if seen[name] < 5} == {}


MECHANISMS = (
    *("leaves", "leaves as one is free", "never", "capped", "drain", "many intervals"),
    *("starts at a rise", "ends at a cut", "comes back at work", "nobody on duty"),
    *("as scheduled", "stopped at once", "due order"),
)


def find_mechanisms(tables, draws, run):
    clock, staff, served = tables.clock, tables.staff, run.first_start_ms >= 0
    start_ms, end_ms = run.first_start_ms[served], run.closed_ms[served]
    left_ms, duty = run.left_ms[run.left_ms >= 0], staff.agents[0]
    rises, cuts = (staff.time_ms[1:][sign * np.diff(duty) > 0] for sign in (1, -1))
    yield "leaves", left_ms.size
    yield "leaves as one is free", np.isin(left_ms, end_ms).any()
    yield "never", (~served & (run.left_ms < 0)).any()
    yield "capped", run.capped.any()
    yield "drain", clock.horizon_ms < run.ended_ms < clock.horizon_ms + clock.drain_ms
    yield "many intervals", (end_ms - start_ms > clock.interval_ms).any()
    yield "starts at a rise", np.isin(start_ms, rises).any()
    yield "ends at a cut", np.isin(end_ms, cuts).any()
    busy = ((start_ms < rises[:, None]) & (end_ms > rises[:, None])).sum(axis=1)
    before = duty[:-1][np.diff(duty) > 0]
    yield "comes back at work", (busy > before).any()
    yield "nobody on duty", (duty == 0).any() and served.any()
    yield "as scheduled", staff.cut == CUT_AS_SCHEDULED and served.any()
    yield "stopped at once", staff.cut == CUT_PREEMPT and served.any()
    yield "due order", tables.routing.due_order and served.any()


ONE, MANY = np.ones((1, 1), np.int64), np.ones((1, 2), np.int64)
OTHERWISE = {
    "two pools": ("staff", {"agents": np.ones((2, 1), np.int64)}),
    "numbered agents": ("staff", {"agents": MANY, "time_ms": MANY[0], "cut": CUT_AS_SCHEDULED}),
    "a crew": ("staff", {"surge_on": True}),
    "sweeps": ("routing", {"sweep_ms": 1}),
    "open cases": ("routing", {"reads_open": True}),
    "own lists": ("routing", {"continuity": True}),
    "influence": ("routing", {"class_of": np.array([[[1, 1], [2, 2]]])}),
    "a bot": ("levels", {"effort": np.zeros((1, 4), np.int8)}),
    "phases": ("levels", {"effort": np.array([[1, 1, 2, 1]], np.int8)}),
    "follow-ups": ("levels", {"follow_up_topic": np.ones(1, np.bool_)}),
    "failures": ("levels", {"max_turns": 2, "resolve_p": np.full((4, 1), 0.9)}),
    "reopening": ("levels", {"max_turns": 2, "reopen_p": np.full(4, 0.1)}),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_what_makes_a_world_less_plain(what):
    tables, _ = make_plain_world(0)
    effort, class_of = np.ones((1, 4), np.int8), np.ones((1, 2, 2), np.int64)
    sure = {"resolve_p": np.ones((4, 1)), "reopen_p": np.zeros(4)}
    tables = tables._replace(
        levels=tables.levels._replace(effort=effort, follow_up_topic=np.zeros(1, np.bool_), **sure),
        routing=tables.routing._replace(class_of=class_of, home_pool=np.zeros(1, np.int64)),
        staff=tables.staff._replace(agents=ONE, time_ms=np.zeros(1, np.int64)),
    )
    assert find_plain(tables) is not None
    part, changes = OTHERWISE[what]
    other = tables._replace(**{part: getattr(tables, part)._replace(**changes)})
    assert find_plain(other) is None


@pytest.mark.parametrize("column", ["actionable", "detected", "silent", "reposts", "parent"])
def test_draws_that_need_the_whole_kernel(column):
    tables, draws = next(
        world for world in map(make_plain_world, range(WORLDS)) if world.draws.topic.size > 5
    )
    values = getattr(draws, column).copy()
    values[3] = 1 if column == "parent" else not values[3]
    draws = draws._replace(**{column: values})
    assert not are_plain(draws)
    assert_runs_equal(run_reference(tables, draws), run_kernel(tables, draws))
