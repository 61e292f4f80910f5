"""What preparations do to events: factors multiply, 1 does nothing, who is meant."""

import numpy as np
import pytest
import worlds

from sim.scenario.lower import lower
from sim.scenario.parts import Preparation
from sim.scenario.preparing.effects import (
    find_range,
    list_events,
    lower_prepared,
    moves_mentions,
    prepare_scenario,
    price_preparations,
)

EVENTS = worlds.Whole(
    launch=worlds.LAUNCH | {"expectation_factor": 1.2},
    second=worlds.LAUNCH | {"time_h": 100.0},
    breach=worlds.BREACH,
)
OFFERED = {
    "briefing": {"event": "launch", "cost": 3.0, "effects": {"work": 0.8, "resolution": 1.5}},
    "mail": {"event": "launch", "cost": 4.0, "effects": {"mentions": 1.5, "expectation": 0.5}},
    "page": {"event": "launch", "effects": {"mentions": 0.8, "work": 0.5}},
    "manual": {"kind": "launch", "effects": {"work": 0.9, "off_skill_time": 0.25}},
}


def make(*done):
    """Return a week that offers all and a policy that does some."""
    scenario = worlds.make_scenario(
        events=EVENTS, preparations=OFFERED, team={"off_skill_time": 1.8}
    )
    return scenario, worlds.make_policy(scenario, preparations=list(done))


def test_factors_multiply_for_whom_they_are_meant():
    scenario, policy = make("briefing", "page", "manual")
    prepared = lower_prepared(scenario, policy)
    assert prepared.work == pytest.approx([0.8 * 0.5 * 0.9, 0.9, 1.0])
    assert prepared.odds.tolist() == [1.5, 1.0, 1.0]
    assert prepared.spared == pytest.approx([0.2, 0.0, 0.0])
    assert prepared.caused.tolist() == [0.0, 0.0, 0.0]
    assert price_preparations(scenario, policy) == 3.0
    assert list_events(scenario, scenario.preparations["manual"]) == ["launch", "second"]


def test_caused_is_a_share_of_what_can_be():
    """Mail alone: all of the half more that are drawn; with the page 1.5 x .8 = 1.2, two fifths."""
    scenario, policy = make("mail")
    assert find_range(scenario, "mentions").most.tolist() == [1.5, 1.0, 1.0]
    assert lower_prepared(scenario, policy).caused.tolist() == [1.0, 0.0, 0.0]
    scenario, policy = make("mail", "page")
    assert lower_prepared(scenario, policy).caused == pytest.approx([0.4, 0.0, 0.0])


def test_events_as_they_are_left():
    scenario, policy = make("mail", "briefing", "manual")
    event = prepare_scenario(scenario, policy).events["launch"]
    assert event.expectation_factor == pytest.approx(1.1)
    assert event.work_multiplier == pytest.approx(1.3 * 0.8 * 0.9)
    assert event.peak == pytest.approx(1.0 + 1.5 * 1.5)
    assert prepare_scenario(scenario, policy) is prepare_scenario(scenario, policy)
    assert prepare_scenario(scenario, make()[1]) is scenario
    assert prepare_scenario(scenario, policy).events["breach"] == scenario.events["breach"]


def test_training_takes_a_part_of_what_others_take_longer():
    """Topics of the other pool take 1.8 times as long; a quarter of the .8 is left, 1.2."""
    scenario, policy = make("manual")
    tables = lower(scenario, policy)
    standard = tables.levels.work_factor[:, 2]
    after = standard * tables.prepared.trained
    assert after[0] == pytest.approx(np.where(standard > 1.0, 1.2, 1.0)[: len(after[0])])
    assert (after[2] == standard).all()


def test_a_preparation_of_ones_leaves_every_table():
    scenario, policy = make()
    offered = scenario.preparations | {"idle": Preparation(event="launch")}
    scenario = scenario.model_copy(update={"preparations": offered})
    done = policy.model_copy(update={"preparations": ("idle",)})
    before, after = lower(scenario, policy), lower(scenario, done)
    for group in ("levels", "phases", "routing", "staff"):
        pairs = zip(getattr(before, group), getattr(after, group), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)
    assert after.prepared.is_any
    assert not before.prepared.is_any


def test_a_range_covers_every_set():
    scenario, _ = make()
    least, most = find_range(scenario, "work")
    assert least[0] == pytest.approx(0.8 * 0.5 * 0.9)
    assert most.tolist() == [1.0, 1.0, 1.0]
    assert moves_mentions(scenario)
