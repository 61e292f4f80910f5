"""What was seen is remembered: nothing is played twice, and what is read back is what was played.

The naive twin of the memory is a dictionary of rows; that of an evaluator one that was just opened.
"""

import numpy as np
import pytest

from sim.planning.evaluation import evaluator as evaluate
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.memory import OutcomeMemory, name_policy
from sim.planning.evaluation.scenario_mix import Member, Mixture, open_evaluator
from sim.planning.planner import make_plan
from sim.running.replicate import replicate
from tests.plan_worlds import hasten_bound, make_settings, make_small_scenario
from tests.worlds import LAUNCH, make_policy

EVENT = {**LAUNCH, "time_h": 33.0, "probability": 0.6, "topic_share": {"question": 1.0}}
CALM = make_small_scenario(name="calm")
BUSY = make_small_scenario(name="busy", events={"launch": EVENT})
ALONE = Mixture((Member("busy", BUSY, 1.0),))
MIXED = Mixture((Member("busy", BUSY, 0.3), Member("calm", CALM, 0.7)))
POLICY = make_policy(CALM, 2)


def make_row(policy: int, replication: int) -> tuple[float, ...]:
    return (*(100.0 * policy + replication + place for place in range(6)), 0.5, np.nan)


def test_rows_are_found_again_wherever_they_were_put():
    """Against a dictionary: ranges that overlap, leave gaps and come in any order."""
    random, memory = np.random.default_rng(1), OutcomeMemory(10**6)
    twin: dict[str, set[int]] = {name: set() for name in "abc"}
    for _ in range(60):
        name = "abc"[random.integers(3)]
        first, last = sorted(random.integers(0, 30, 2).tolist())
        missing = [one for one in range(first, last) if one not in twin[name]]
        assert memory.list_missing(name, first, last) == missing
        memory.put(name, {one: make_row(ord(name), one) for one in missing})
        memory.trim()
        twin[name] |= set(missing)
        if first < last:
            rows = [make_row(ord(name), one) for one in range(first, last)]
            np.testing.assert_array_equal(memory.read(name, first, last), rows)


def test_what_was_not_asked_for_longest_is_forgotten_first():
    memory = OutcomeMemory(most_bytes=2 * 4 * 8 * 8)
    for number, name in enumerate("abc"):
        memory.put(name, {one: make_row(number, one) for one in range(4)})
        if name == "b":
            memory.read("a", 0, 4)
    memory.trim()
    assert [memory.list_missing(name, 0, 4) for name in "abc"] == [[], [0, 1, 2, 3], []]
    memory.most_bytes = 0
    memory.trim()
    assert memory.list_missing("a", 1, 3) == [1, 2]


def test_policies_are_told_apart_by_what_is_played_of_them():
    same = POLICY.model_copy(update={"name": "another", "shifts": ()})
    assert name_policy(same) == name_policy(POLICY)
    for change in ({"lead_h": 1.0}, {"follow_up": not POLICY.follow_up}, {"surge": None}):
        other = POLICY.model_copy(update=change)
        assert (name_policy(other) == name_policy(POLICY)) == (other == POLICY)


@pytest.mark.parametrize("mixture", [ALONE, MIXED], ids=["one scenario", "a mixture"])
def test_nothing_is_played_twice_whoever_asks(monkeypatch, mixture):
    """In a list, a range that grows, and after all measures were asked for; counts tell it."""
    evaluator = open_evaluator(mixture, 3, 2)
    other = make_policy(CALM, 3)
    once = evaluator.play_all([(POLICY, 0, 6), (other, 2, 5), (POLICY, 1, 8)])
    assert (evaluator.played, evaluator.asked) == (8 + 3, 6 + 3 + 7)
    run = evaluator.replicate(make_policy(CALM, 4), 10)
    assert (evaluator.played, evaluator.asked) == (11 + 10, 16 + 10)
    monkeypatch.setattr(evaluate, "run_kernel", None)
    again = evaluator.play_all([(POLICY, 0, 6), (other, 2, 5), (POLICY, 1, 8), (run.policy, 0, 10)])
    assert (evaluator.played, evaluator.asked) == (21, 26 + 26)
    monkeypatch.undo()
    for job, seen in enumerate(again):
        policy, first = ((POLICY, 0), (other, 2), (POLICY, 1), (run.policy, 0))[job]
        plain = open_evaluator(mixture, 3, 1).play(policy, first, first + seen.n)
        for name in ("value", "cost", "crew_h", "overtime_h", "events", "chance", "kept"):
            np.testing.assert_array_equal(getattr(seen, name), getattr(plain, name))
            if job < len(once):
                np.testing.assert_array_equal(getattr(once[job], name), getattr(plain, name))


def test_all_measures_are_those_of_plain_replications():
    """Draws that are kept, or of another beginning, are those that `replicate` makes."""
    plain = replicate(BUSY, POLICY, 6, 9)
    for first in (0, 2):
        run = Evaluator(BUSY, 9, 2, first=first).replicate(POLICY, 6 - first)
        for name, values in plain.measures.items():
            np.testing.assert_array_equal(run.measures[name], values[first:])
        np.testing.assert_array_equal(run.traces, plain.traces[first:])


def test_without_room_everything_is_played_again_to_the_same_bits():
    forgetful = Evaluator(BUSY, 3, 2, memory_bytes=0)
    one, two = (forgetful.play(POLICY, 0, 4) for _ in range(2))
    assert forgetful.played == forgetful.asked == 8
    np.testing.assert_array_equal(one.value, two.value)


def test_a_whole_plan_plays_no_policy_twice_on_the_same_draws(monkeypatch):
    """From the search to the last question: each step asks an evaluator that is there already.

    Another evaluator of the same draws, or replications that nobody remembers, would show here.
    """
    played: list[tuple[str, int, int, str]] = []
    play_missing, replicate_before = Evaluator.play_missing, Evaluator.replicate

    def note(evaluator, numbers, name):
        world = evaluator.scenario.model_dump_json()
        played.extend((world, evaluator.seed, evaluator.first + one, name) for one in numbers)

    def watch_missing(self, missing):
        for name, replication in missing:
            note(self, [replication], name)
        play_missing(self, missing)

    def watch_replicate(self, policy, n, tell=None):
        note(self, range(n), name_policy(policy))
        return replicate_before(self, policy, n, tell)

    monkeypatch.setattr(Evaluator, "play_missing", watch_missing)
    monkeypatch.setattr(Evaluator, "replicate", watch_replicate)
    hasten_bound(monkeypatch)
    settings = make_settings(budget=900.0, keep_promise=False, frontier_points=2, explain=True)
    day = make_small_scenario(
        horizon={"days": 1},
        demand={"base_per_h": 8.0},
        events={"launch": {**EVENT, "time_h": 10.0}},
    )
    made = make_plan(day, settings, 1, 2)
    assert made.decision.frontier.points
    assert made.decision.levers.rows
    assert len(played) > 1000
    assert len(played) == len(set(played))
