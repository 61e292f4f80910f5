"""Preparations at the engines' door: work by hand, odds by coins, who comes and who does not."""

import numpy as np
import pytest
import worlds
from runs import assert_runs_equal

from sim.care.kernel.engine import run_kernel
from sim.care.preparing import (
    FATE_PLAIN,
    FATE_SPARED,
    FATE_UNCAUSED,
    enter_preparations,
    scale_coins,
)
from sim.care.reference.engine import run_reference
from sim.demand.draw import draw
from sim.demand.tables import ORIGIN_CAUSED
from sim.running.play import play_replication, prepare
from sim.scenario.lower import lower
from sim.scenario.tables import MS_PER_MIN

SURE = worlds.LAUNCH | {"time_h": 30.0, "peak_sigma": 0.0, "work_multiplier": 1.0}


def make(effects, done=True, **changes):
    """Return a day and a half of constant work with a launch in it, and a policy."""
    preparation = {"event": "launch", "effects": effects}
    scenario = worlds.make_plain_scenario(
        horizon={"days": 2},
        topics=worlds.Whole(
            question={"share": 1.0, "work": worlds.constant(4.0), "resolution_share": 0.5}
        ),
        events=worlds.Whole(launch=SURE | {"topic_share": {"question": 1.0}}),
        preparations={"briefing": preparation},
        **changes,
    )
    names = ["briefing"] if done else []
    return scenario, worlds.make_policy(scenario, agents=900, preparations=names)


def test_work_of_the_event_by_hand():
    """Four minutes for everybody; three and a half for the event's, with .875 of the work."""
    scenario, policy = make({"work": 0.875})
    draws, tables = draw(scenario, 5, 0), lower(scenario, policy)
    runs = [run_kernel(tables, draws), run_reference(tables, draws)]
    assert_runs_equal(*runs)
    takes_ms = runs[0].turn_end_ms - runs[0].turn_start_ms
    is_event = draws.event[runs[0].turn_mention] >= 0
    assert is_event.any()
    assert np.unique(takes_ms[is_event]).tolist() == [3.5 * MS_PER_MIN]
    assert np.unique(takes_ms[~is_event]).tolist() == [4.0 * MS_PER_MIN]


@pytest.mark.parametrize(("p", "odds"), [(0.5, 3.0), (0.28, 0.4), (0.9, 1.7), (0.02, 30.0)])
def test_odds_of_a_solution(p, odds):
    """A scaled coin is below p exactly where the coin is below p with its odds multiplied."""
    coins = np.linspace(0.0, 1.0, 10_001)[:-1]
    after = odds * p / (1.0 - p + odds * p)
    assert ((scale_coins(coins, np.full(coins.size, odds)) < p) == (coins < after)).mean() > 0.9998


def test_more_turns_are_drawn_than_better_odds_can_need():
    """With odds of .2 a case needs turns that at odds 1 nobody reaches: they are there."""
    talk = {"write_again_share": 1.0, "give_up_h": 1e6, "think": worlds.constant(1.0)}
    scenario, policy = make({"resolution": 0.2}, conversation=talk)
    draws, tables = draw(scenario, 5, 0), lower(scenario, policy)
    run = run_kernel(tables, draws)
    assert_runs_equal(run, run_reference(tables, draws))
    ended = run.closed_ms >= 0
    groups = [ended & (draws.event >= 0), ended & (draws.event < 0)]
    assert ended.mean() > 0.99
    # geometric, cut at 8 turns: p = .5 gives (1 - .5^8)/.5, p = 1/6 gives 6 (1 - (5/6)^8)
    expected = [6.0 * (1.0 - (5.0 / 6.0) ** 8), 2.0 * (1.0 - 0.5**8)]
    for rows, right in zip(groups, expected, strict=True):
        error = run.turns[rows].std() / rows.sum() ** 0.5
        assert abs(run.turns[rows].mean() - right) < 4.0 * error


@pytest.mark.parametrize("factor", [1.25, 2.0])
def test_caused_contacts_come_on_top(factor):
    """So many more of the event's mentions come as the factor says, and the others stay."""
    scenario, policy = make({"mentions": factor})
    plain, idle = make({})[0], make({"mentions": factor}, done=False)[1]
    more = own = 0
    for number in range(30):
        lowered = [prepare(scenario, one) for one in (policy, idle)]
        done, nothing = (play_replication(scenario, one, 5, number) for one in lowered)
        before = draw(plain, 5, number)
        is_caused = done.draws.origin == ORIGIN_CAUSED
        assert done.run.real[is_caused].all()
        assert not nothing.run.real[is_caused].any()
        assert (done.draws.arrival_ms[~is_caused] == before.arrival_ms).all()
        assert not done.rows.exogenous[is_caused].any()
        assert done.rows.case[is_caused].all()
        more, own = more + is_caused.sum(), own + (before.event >= 0).sum()
    assert abs(more / own - (factor - 1.0)) < 4.0 * (factor / own) ** 0.5


def test_fates():
    scenario, policy = make({"mentions": 0.75})
    draws, tables = draw(scenario, 5, 0), lower(scenario, policy)
    fate = enter_preparations(tables.prepared, draws).fate
    is_event = draws.event >= 0
    assert set(fate[is_event]) == {FATE_PLAIN, FATE_SPARED}
    assert (fate[~is_event] == FATE_PLAIN).all()
    assert ((fate == FATE_SPARED) == (is_event & (draws.u_prepared < 0.25))).all()
    unprepared = lower(*make({"mentions": 1.5}, done=False)).prepared
    drawn = draw(make({"mentions": 1.5})[0], 5, 0)
    fate = enter_preparations(unprepared, drawn).fate
    assert ((fate == FATE_UNCAUSED) == (drawn.origin == ORIGIN_CAUSED)).all()
    assert (drawn.origin == ORIGIN_CAUSED).any()


def test_nothing_offered_is_the_same_object():
    scenario, policy = make({}, done=False)
    draws = draw(scenario, 5, 0)
    assert enter_preparations(lower(scenario, policy).prepared, draws) is draws
