"""Events that repeat: so many events of their own, so much later each, prepared together."""

import pytest

from sim.errors import InputError
from sim.scenario.build import build_scenario
from sim.scenario.lower import list_preparing, lower
from sim.scenario.model import Scenario
from sim.scenario.preparing.effects import list_events
from tests.worlds import LAUNCH, Whole, make_policy, make_scenario, make_world

RUN = LAUNCH | {"kind": "other", "time_h": 10.0, "announced_h": 300.0}


def test_they_are_events_of_their_own():
    events = Whole({"bill run": RUN | {"repeat": {"every_h": 48.0, "times": 3}}})
    scenario = make_scenario(events=events)
    assert {name: event.time_h for name, event in scenario.events.items()} == {
        "bill run": 10.0,
        "bill run 2": 58.0,
        "bill run 3": 106.0,
    }
    assert {event.announced_h for event in scenario.events.values()} == {300.0}
    again = Scenario.model_validate(scenario.model_dump(mode="json"))
    assert again == scenario


def test_a_window_moves_with_it():
    plain = RUN | {"window_h": [2.0, 8.0], "time_h": None}
    events = Whole(run=plain | {"repeat": {"every_h": 24.0, "times": 2}})
    assert make_scenario(events=events).events["run 2"].window_h == (26.0, 32.0)


def test_what_prepares_for_one_prepares_for_all():
    """Its hours come before the first."""
    events = Whole(run=RUN | {"repeat": {"every_h": 48.0, "times": 3}}, launch=LAUNCH)
    briefing = {"event": "run", "ready_h_before": 1.0, "agent_h": 2.0, "effects": {"work": 0.5}}
    scenario = make_scenario(events=events, preparations={"briefing": briefing})
    assert list_events(scenario, scenario.preparations["briefing"]) == ["run", "run 2", "run 3"]
    policy = make_policy(scenario, preparations=["briefing"])
    assert lower(scenario, policy).prepared.work.tolist() == [0.5, 0.5, 0.5, 1.0]
    [floor] = list_preparing(scenario, policy).values()
    assert floor.time_ms[floor.agents.any(axis=0)].max() < 9 * 3_600_000


@pytest.mark.parametrize(
    ("repeat", "line"),
    [
        (
            {"every_h": 48.0, "times": 9},
            r"events.run 5.time_h = 202.0: allowed: inside the horizon",
        ),
        ({"every_h": 48.0}, r"events.run.repeat.times = nothing: missing"),
        ({"every_h": 0.0, "times": 2}, r"events.run.repeat.every_h = 0.0: allowed: greater than 0"),
        ({"evry_h": 4.0, "times": 2}, r"events.run.repeat.evry_h = 4.0: .*did you mean every_h"),
    ],
)
def test_mistakes(repeat, line):
    with pytest.raises(InputError, match=line):
        build_scenario(make_world(events=Whole(run=RUN | {"repeat": repeat})))
