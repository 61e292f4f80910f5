"""Small changes of a policy that a search tries: effort, lead, order of work, help, crew.

A move has a place: of two moves of one place only one can be made. Checked by
``tests/unit/test_search_moves.py``.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sim.policies.workload import split_crew
from sim.scenario.model import Scenario
from sim.scenario.parts import LEVELS
from sim.scenario.policy import Help, Policy, Surge

# Leads of the effort before an announced event, a factor of 2 to 3 apart: finer ones differ by
# less than `delta`.
LEADS_H = (2.0, 6.0, 12.0, 24.0, 48.0)
# Crew rules: multiple of the next hour's forecast and customers waiting, around the shipped rule
# (2, 20).
WAITING = ((1.5, 20.0), (2.0, 40.0), (3.0, 80.0), (5.0, 160.0))
# Crews of a few people for rare hours: too few and called too seldom for the steps around the
# shipped rule to lead there one at a time.
FEW_PEOPLE = (1, 2)
# Multiples of the forecast at which they are called, a factor of 2 apart.
RARE_FACTORS = (4.0, 8.0)
# Multiples of the mean influence from which customers come first: a factor of 2 apart around the
# one that the standard policies know.
INFLUENCE = (1.5, 3.0, 6.0)
# The same by volume over half an hour.
VOLUME = ((2.0, 40.0), (4.0, 80.0))
# Times to help, some tens of minutes apart from at once: what lies between differs by less.
AFTER_MIN = (0.0, 3.0, 10.0, 30.0)
# Agents kept free for the own cases; teams on duty are a few people.
KEEP_FREE = (0, 1, 2)
# With so many directions each has moves of its own; with more only all together do.
FEW_DIRECTIONS = 6
PERSON_LEVELS = LEVELS[1:]

Cells = tuple[tuple[str, str], ...]


class Move(NamedTuple):
    """A change of a policy, and the place that it fills."""

    label: str
    place: tuple[str, ...]
    make: Callable[[Policy], Policy]


def set_levels(policy: Policy, cells: Cells, level: str) -> Policy:
    """Set one level in some (topic, phase)."""
    effort: dict[str, Any] = {topic: dict(row) for topic, row in policy.effort.items()}
    for topic, phase in cells:
        if effort[topic][phase] != "none":
            effort[topic][phase] = level
    return policy.model_copy(update={"effort": effort})


def list_phases(scenario: Scenario, policy: Policy) -> tuple[str, ...]:
    """List the phases that can come about, `ahead` apart."""
    knows = policy.knows_events or policy.surge is not None
    announced = any(event.announced_h > 0 for event in scenario.events.values())
    if (announced and knows) or policy.surge is not None:
        return ("calm", "surge", "recovery")
    return ("calm",)


def list_topics(scenario: Scenario) -> list[str]:
    """List the topics that somebody may answer."""
    return [name for name, topic in scenario.topics.items() if topic.actionable_share > 0]


def list_effort_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield a level for each (topic, phase), for all topics of a phase, for a topic throughout."""
    topics, phases = list_topics(scenario), list_phases(scenario, policy)
    groups: list[Cells] = [((topic, phase),) for topic in topics for phase in phases]
    groups += [tuple((topic, phase) for topic in topics) for phase in phases]
    groups += [tuple((topic, phase) for phase in phases) for topic in topics]
    for cells, level in itertools.product(groups, LEVELS):
        if any(policy.effort[topic].get(phase) != level for topic, phase in cells):  # type: ignore[call-overload]  # phases are literals
            yield make_effort_move(cells, level)
    for level in PERSON_LEVELS:
        if level != policy.after_auto and "auto" in str(policy.effort):
            yield change_field("after_auto", level)


def list_level_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield another level of a person for one topic throughout."""
    phases = list_phases(scenario, policy)
    for topic, level in itertools.product(list_topics(scenario), PERSON_LEVELS):
        if any(policy.effort[topic].get(phase) != level for phase in phases):  # type: ignore[call-overload]  # phases are literals
            yield make_effort_move(tuple((topic, phase) for phase in phases), level)


def make_effort_move(cells: Cells, level: str) -> Move:
    """Make the move that gives one level to some (topic, phase)."""
    topics = " ".join(dict.fromkeys(topic for topic, _ in cells))
    phases = " ".join(dict.fromkeys(phase for _, phase in cells))

    def make(policy: Policy) -> Policy:
        return set_levels(policy, cells, level)

    return Move(f"{level}: {topics} ({phases})", ("effort", topics, phases), make)


def change_field(name: str, value: object, label: str = "") -> Move:
    """Make the move that sets one field."""

    def make(policy: Policy) -> Policy:
        return policy.model_copy(update={name: value})

    return Move(label or f"{name}: {value}", (name,), make)


def list_lead_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield leads with what is done in them: one level for all topics, or the surge's levels."""
    if not policy.knows_events or all(e.announced_h == 0 for e in scenario.events.values()):
        return
    topics = list_topics(scenario)
    if policy.lead_h > 0:
        yield change_field("lead_h", 0.0)
    for lead_h, level in itertools.product(LEADS_H, (*LEVELS, "surge")):
        yield Move(f"lead {lead_h:g} h, {level}", ("lead_h",), plan_lead(topics, lead_h, level))


def plan_lead(topics: list[str], lead_h: float, level: str) -> Callable[[Policy], Policy]:
    """Make the change that sets the lead and the levels of `ahead`."""

    def make(policy: Policy) -> Policy:
        rows: dict[str, Any] = policy.effort
        changed = policy.model_copy(update={"lead_h": lead_h})
        for topic in topics:
            chosen = rows[topic]["surge"] if level == "surge" else level
            changed = set_levels(changed, ((topic, "ahead"),), chosen)
        return changed

    return make


def list_order_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield rules of priority, follow-up and continuity."""
    now = policy.priority
    topics = list_topics(scenario)
    work = {name: scenario.topics[name].work.mean_min or 0.0 for name in topics}
    orders = {
        "no order of topics": (),
        "short work first": tuple((name,) for name in sorted(topics, key=work.__getitem__)),
        "long work first": tuple((name,) for name in sorted(topics, key=lambda one: -work[one])),
    }
    for label, order in orders.items():
        yield change_priority(label, topics=order)
    flag = not now.complaints_first
    yield change_priority(f"complaints_first: {flag}", complaints_first=flag)
    turns = {"new turns first": (False, True), "returning turns first": (True, False),
             "new and returning turns alike": (False, False)}  # fmt: skip
    for label, (returning, new) in turns.items():
        yield change_priority(label, returning_first=returning, new_first=new)
    rule = "edd" if now.rule == "fcfs" else "fcfs"
    yield change_priority(rule, rule=rule)
    for least in INFLUENCE:
        yield change_priority(f"influential first: {least:g}", influence_at_least=least)
    if now.influence_at_least is not None:
        yield change_priority("influence is not looked at", influence_at_least=None)
    yield change_field("follow_up", not policy.follow_up)
    if policy.cut != "preempt":
        yield change_field("continuity", not policy.continuity)


def change_priority(label: str, **changes: object) -> Move:
    """Make the move that changes some rules of priority and leaves the others."""

    def make(policy: Policy) -> Policy:
        changed = policy.priority.model_copy(update=changes)
        return policy.model_copy(update={"priority": changed})

    return Move(label, ("priority", *changes), make)


def list_overflow_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield times and reserves of help by direction, for all together and for each; or none.

    None where the policy leaves help to the scenario.
    """
    if policy.overflow is None:
        return
    pools = scenario.team.pools
    every = tuple((name, other) for name, pool in pools.items() for other in pool.overflow_to)
    groups = [every] if every else []
    groups += [(one,) for one in every] if 1 < len(every) <= FEW_DIRECTIONS else []
    for directions in groups:
        place = "all" if directions == every else " for ".join(reversed(directions[0]))
        for after_min in AFTER_MIN:
            words = f"after {after_min:g} min" if after_min else "at once"
            label = f"help {words}: {place}"
            yield change_help(label, ("overflow", place, "after"), directions, after_min=after_min)
        for keep_free in KEEP_FREE:
            label = f"help while more than {keep_free} are free: {place}"
            yield change_help(label, ("overflow", place, "free"), directions, keep_free=keep_free)
        yield change_help(f"no help: {place}", ("overflow", place, "after"), directions)


def change_help(label: str, place: tuple[str, ...], directions: Cells, **changes: float) -> Move:
    """Make the move that changes the rule of some directions; no changes: no help."""

    def make(policy: Policy) -> Policy:
        rules = {name: dict(helpers) for name, helpers in (policy.overflow or {}).items()}
        for name, other in directions:
            helpers = rules.setdefault(name, {})
            if changes:
                helpers[other] = helpers.get(other, Help()).model_copy(update=changes)
            else:
                helpers.pop(other, None)
        return policy.model_copy(update={"overflow": rules})

    return Move(label, place, make)


def list_crew_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield crews: none, other sizes, other splits, other triggers."""
    if scenario.surge_crew.max_people == 0:
        return
    if policy.surge is not None:
        yield change_field("surge", None, "no surge crew")
    default = split_crew(scenario)
    assert default is not None
    now = policy.surge or default
    for agents in list_crews(scenario, default):
        yield change_crew(now, f"crew of {format_crew(agents)}", agents=agents)
    for agents, factor in itertools.product(list_few(scenario, default), RARE_FACTORS):
        label = f"crew of {format_crew(agents)} when {factor:g} x forecast wait"
        yield change_crew(now, label, agents=agents, waiting_factor=factor)
    for factor, least in WAITING:
        yield change_crew(
            now,
            f"crew when {factor:g} x forecast and {least:g} wait",
            waiting_factor=factor,
            waiting_at_least=least,
        )
    for factor, least in VOLUME:
        yield change_crew(
            now,
            f"crew when volume is {factor:g} x forecast",
            volume_factor=factor,
            volume_at_least=least,
        )


def change_crew(now: Surge, label: str, **changes: object) -> Move:
    """Make the move that changes a rule of the crew."""
    return change_field("surge", now.model_copy(update=changes), label)


def list_crews(scenario: Scenario, default: Surge) -> list[dict[str, int]]:
    """List crews: the default split at some sizes, and all in one pool."""
    most = scenario.surge_crew.max_people
    crews = [default.agents]
    for share in (0.25, 0.5, 0.75):
        crews.append({pool: round(share * count) for pool, count in default.agents.items()})
    if len(default.agents) > 1:
        for chosen in default.agents:
            crews.append({pool: most if pool == chosen else 0 for pool in default.agents})
    unique = {tuple(one.items()): one for one in crews if sum(one.values()) > 0}
    return list(unique.values())


def list_few(scenario: Scenario, default: Surge) -> list[dict[str, int]]:
    """List crews of a few people, all in one pool of the default crew."""
    pools = [pool for pool, count in default.agents.items() if count > 0]
    return [
        {pool: people if pool == chosen else 0 for pool in default.agents}
        for people in FEW_PEOPLE
        if people < scenario.surge_crew.max_people
        for chosen in pools
    ]


def format_crew(agents: dict[str, int]) -> str:
    """Put a crew into words."""
    return " and ".join(f"{count} {pool}" for pool, count in agents.items())
