"""What can be wrong about preparations: one line each, with what is allowed."""

import pytest

from sim.errors import InputError
from sim.scenario.build import build, build_scenario
from sim.scenario.lower import lower
from sim.scenario.policy import Policy
from tests.worlds import BREACH, LAUNCH, Whole, make_policy, make_scenario, make_world

EVENTS = Whole(launch=LAUNCH | {"announced_h": 48.0}, breach=BREACH)


def read_line(caught):
    """Return the one line of an error, without the word before what is allowed."""
    [line] = str(caught.value).splitlines()
    return line.replace(": allowed: ", ": ")


def tell(**preparation):
    """Return what a scenario with this preparation is refused with."""
    with pytest.raises(InputError) as caught:
        build_scenario(make_world(events=EVENTS, preparations={"briefing": preparation}))
    return read_line(caught)


KEY = "scenario.preparations.briefing"


@pytest.mark.parametrize(
    ("preparation", "line"),
    [
        (
            {"event": "lauch"},
            f"{KEY}.event = lauch: one of launch, breach; did you mean launch?",
        ),
        (
            {"event": "launch", "ready_h_before": 49.0},
            f"{KEY}.ready_h_before = 49.0: at most events.launch.announced_h, 48",
        ),
        (
            {"event": "launch", "ready_h_before": -1.0},
            f"{KEY}.ready_h_before = -1.0: greater than or equal to 0",
        ),
        ({}, f"{KEY}.event = null: exactly one of event (announced) and kind (kept ready for all"),
        (
            {"event": "launch", "kind": "launch"},
            f"{KEY}.event = launch: exactly one of event (announced) and kind",
        ),
        (
            {"kind": "launch", "ready_h_before": 3.0},
            f"{KEY}.ready_h_before = 3.0: left out where kind is given",
        ),
        (
            {"event": "launch", "agent_h": 2.0, "gives_h": 3.0},
            f"{KEY}.gives_h = 3.0: at most agent_h, 2: hours are moved, none are added",
        ),
        (
            {"kind": "launch", "agent_h": 2.0, "gives_h": 1.0},
            f"{KEY}.gives_h = 1.0: left out where kind is given: nobody knows when",
        ),
        (
            {"event": "launch", "pool": "genral"},
            f"{KEY}.pool = genral: one of general, technical; did you mean general?",
        ),
        (
            {"event": "launch", "effects": {"wrk": 0.5}},
            f"{KEY}.effects.wrk = 0.5: unknown key; did you mean work?",
        ),
        (
            {"event": "launch", "effects": {"work": 0.0}},
            f"{KEY}.effects.work = 0.0: greater than 0",
        ),
    ],
)
def test_a_scenario(preparation, line):
    assert tell(**preparation).startswith(line)


def test_due_before_the_horizon_starts():
    """Announced long before, but nobody of the horizon is at work then."""
    events = Whole(launch=LAUNCH | {"time_h": 5.0})
    preparation = {"event": "launch", "ready_h_before": 6.0, "agent_h": 1.0}
    with pytest.raises(
        InputError, match=r"ready_h_before = 6.0: allowed: below 5, the hours of the horizon"
    ):
        build_scenario(make_world(events=events, preparations={"briefing": preparation}))
    build_scenario(
        make_world(events=events, preparations={"briefing": preparation | {"agent_h": 0.0}})
    )


@pytest.mark.parametrize(
    ("names", "changes", "line"),
    [
        (
            ["brefing"],
            {},
            "policy.preparations = brefing: one of briefing, manual, guess; did you mean",
        ),
        (["briefing"] * 2, {}, "policy.preparations = briefing: each preparation once"),
        (["guess"], {}, "policy.preparations = guess: preparations of announced events, by a"),
        (
            ["briefing"],
            {"knows_events": False},
            "policy.preparations = briefing: preparations of announced events, by a policy with",
        ),
    ],
)
def test_a_policy(names, changes, line):
    offered = {
        "briefing": {"event": "launch"},
        "manual": {"kind": "breach"},
        "guess": {"event": "breach"},
    }
    scenario = make_scenario(events=EVENTS, preparations=offered)
    plain = make_policy(scenario, **changes).model_dump() | {"preparations": names}
    with pytest.raises(InputError) as caught:
        lower(scenario, build(Policy, plain, "policy"))
    assert read_line(caught).startswith(line)
    blind = make_policy(scenario, preparations=["manual"], knows_events=False)
    assert lower(scenario, blind).prepared.is_any


def test_a_policy_where_nothing_is_offered():
    scenario = make_scenario()
    with pytest.raises(
        InputError, match=r"preparations = briefing: allowed: nothing: scenario\.prep"
    ):
        lower(scenario, make_policy(scenario, preparations=["briefing"]))
