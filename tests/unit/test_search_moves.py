"""Moves: each changes what its label says and nothing else, and fits the scenario."""

import pytest

from sim.planning.decision import describe_order
from sim.planning.search.limits import Ending
from sim.planning.search.moves import (
    LEADS_H,
    list_crew_moves,
    list_effort_moves,
    list_lead_moves,
    list_order_moves,
    list_overflow_moves,
    list_phases,
    set_levels,
)
from sim.planning.search.rule_moves import RULE_MOVES
from sim.planning.search.search import Search
from sim.planning.session import make_template
from sim.policies.workload import split_crew
from sim.rostering.roster import Rosters
from sim.scenario.lower import lower
from sim.scenario.policy import Help, list_directions
from sim.scenario.policy_checks import check_policy
from tests.plan_worlds import (
    TWO_DAYS,
    WITH_LAUNCH,
    make_candidate,
    make_candidate_set,
    make_scenario,
)

SCENARIO = make_scenario(**WITH_LAUNCH)
CALM = make_scenario(**TWO_DAYS)
TEMPLATE = make_template(SCENARIO, Rosters(SCENARIO))
OPEN = TEMPLATE.model_copy(update={"overflow": list_directions(SCENARIO.team)})
LISTS = {
    "effort": (list_effort_moves, {"effort"}),
    "lead": (list_lead_moves, {"effort", "lead_h"}),
    "order": (list_order_moves, {"priority", "follow_up", "continuity"}),
    "crew": (list_crew_moves, {"surge"}),
    "overflow": (list_overflow_moves, {"overflow"}),
}


def find_changed(one, other):
    return {name for name in type(one).model_fields if getattr(one, name) != getattr(other, name)}


@pytest.mark.parametrize("name", LISTS)
def test_moves_change_what_they_are_for_and_fit_the_scenario(name):
    list_moves, fields = LISTS[name]
    moves = list(list_moves(SCENARIO, OPEN))
    assert moves
    for move in moves:
        changed = move.make(OPEN)
        assert find_changed(changed, OPEN) <= fields, move.label
        assert check_policy(SCENARIO, changed) == [], move.label
        type(changed).model_validate(changed.model_dump())
        assert changed == move.make(OPEN)


def test_every_level_of_every_topic_and_phase_can_be_reached():
    reached = {
        (topic, phase, move.make(TEMPLATE).effort[topic][phase])
        for move in list_effort_moves(SCENARIO, TEMPLATE)
        for topic in SCENARIO.topics
        for phase in ("calm", "surge", "recovery")
        if topic != "chatter"
    }
    assert len(reached) == 5 * 3 * 4


def test_a_topic_that_nobody_answers_stays_so():
    effort = {**TEMPLATE.effort, "praise": dict.fromkeys(TEMPLATE.effort["praise"], "none")}
    silent = TEMPLATE.model_copy(update={"effort": effort})
    changed = set_levels(silent, (("praise", "calm"), ("error", "calm")), "brief")
    assert changed.effort["praise"] == effort["praise"]
    assert changed.effort["error"]["calm"] == "brief"
    assert silent.effort["error"]["calm"] == "standard"


def test_leads_are_for_announced_events_only():
    assert list(list_lead_moves(CALM, TEMPLATE)) == []
    blind = TEMPLATE.model_copy(update={"knows_events": False})
    assert list(list_lead_moves(SCENARIO, blind)) == []
    leads = {move.make(TEMPLATE).lead_h for move in list_lead_moves(SCENARIO, TEMPLATE)}
    assert leads == set(LEADS_H)


def test_phases_come_of_events_and_crews():
    assert list_phases(CALM, TEMPLATE.model_copy(update={"surge": None})) == ("calm",)
    assert list_phases(CALM, TEMPLATE) == ("calm", "surge", "recovery")
    assert list_phases(SCENARIO, TEMPLATE.model_copy(update={"surge": None}))[1] == "surge"


def test_crews_stay_within_their_number():
    most = SCENARIO.surge_crew.max_people
    seen = [move.make(TEMPLATE).surge for move in list_crew_moves(SCENARIO, TEMPLATE)]
    assert None in seen
    assert {sum(one.agents.values()) for one in seen if one} >= {2, 4, 6, most}
    assert all(0 < sum(one.agents.values()) <= most for one in seen if one)
    alone = TEMPLATE.model_copy(update={"surge": None})
    back = [move.make(alone).surge for move in list_crew_moves(SCENARIO, alone)]
    assert split_crew(SCENARIO) in back
    nobody = make_scenario(**{**TWO_DAYS, "surge_crew": {"max_people": 0}})
    assert list(list_crew_moves(nobody, TEMPLATE)) == []


def test_help_is_moved_by_direction_and_all_together():
    assert list(list_overflow_moves(SCENARIO, TEMPLATE)) == [], "the scenario's rule holds"
    start = OPEN
    moves = {move.label: move for move in list_overflow_moves(SCENARIO, start)}
    kept = moves["help while more than 2 are free: all"].make(start)
    joined = moves["help at once: technical for general"].make(kept)
    assert joined.overflow["general"]["technical"] == Help(after_min=0.0, keep_free=2)
    assert joined.overflow["technical"]["general"] == Help(after_min=10.0, keep_free=2)
    alone = moves["no help: general for technical"].make(joined)
    assert alone.overflow["technical"] == {}
    again = moves["help after 3 min: general for technical"].make(alone)
    assert again.overflow["technical"]["general"] == Help(after_min=3.0, keep_free=0)
    assert start.overflow == list_directions(SCENARIO.team), "the start stays as it was"
    for move in moves.values():
        lower(SCENARIO, move.make(start))


def test_the_search_finds_help_at_once_and_tells_it():
    """Where cases wait 30 min before the other pool helps, at once is found and told."""
    team = {"overflow_min": 30.0, "overflow_decided": True}
    candidate_set = make_candidate_set(make_scenario(**TWO_DAYS, team=team))
    start = make_candidate(candidate_set)
    assert start.policy.overflow["general"]["technical"].after_min == 30.0
    search = Search(candidate_set, 8, Ending(), lambda *_: None)
    found = search.climb_rules(start, tuple(step for step in RULE_MOVES if step[0] == "overflow"))
    times = [
        rule.after_min for helpers in found.policy.overflow.values() for rule in helpers.values()
    ]
    assert min(times) < 30.0
    assert found.trail
    assert candidate_set.compare(found, start, 8)[0] > 0
    helped = [text for text in describe_order(found.policy) if " helps " in text]
    assert any("at once" in text or "minutes" in text for text in helped)
    assert describe_order(TEMPLATE)[-1] == "Then first come, first served."


def test_rules_of_order_can_be_joined():
    moves = {move.label: move for move in list_order_moves(SCENARIO, TEMPLATE)}
    joined = moves["new turns first"].make(moves["short work first"].make(TEMPLATE))
    assert joined.priority.new_first
    assert joined.priority.topics == moves["short work first"].make(TEMPLATE).priority.topics
    assert moves["new turns first"].place != moves["short work first"].place
