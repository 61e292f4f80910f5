"""Moves of redress, follow-up and level: by topic and phase, and all three of a topic together.

An apology pays with the level that it fits with, a check where a refund came late: so each kind is
tried for a topic with each level, checked upon or not, beside the small moves for one phase. None
where the scenario offers no redress. Checked by
``tests/functional/test_plan_redress.py``.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from sim.planning.search.moves import (
    PERSON_LEVELS,
    Cells,
    Move,
    list_phases,
    list_topics,
    set_levels,
)
from sim.policies.redress_rules import list_kinds
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy


def set_redress(policy: Policy, cells: Cells, kind: str) -> Policy:
    """Give one kind of redress in some (topic, phase)."""
    given: dict[str, Any] = {topic: dict(row) for topic, row in policy.redress.items()}
    for topic, phase in cells:
        given.setdefault(topic, {})[phase] = kind
    kept = {
        topic: {phase: row[phase] for phase in PHASES if row.get(phase, "none") != "none"}
        for topic, row in given.items()
    }
    return policy.model_copy(update={"redress": {topic: row for topic, row in kept.items() if row}})


def set_follow_up(scenario: Scenario, policy: Policy, cells: Cells, asks: bool) -> Policy:
    """Check in some (topic, phase), or do not."""
    able = [name for name, topic in scenario.topics.items() if topic.follow_up]
    asked = {
        (name, phase): policy.does_follow_up(name, phase)  # type: ignore[arg-type]  # phases are literals
        for name in able
        for phase in PHASES
    }
    asked |= {cell: asks for cell in cells if cell in asked}
    if len(set(asked.values())) == 1:
        return policy.model_copy(update={"follow_up": next(iter(asked.values()))})
    rows: dict[str, dict[str, bool]] = {}
    for (name, phase), does in asked.items():
        if does:
            rows.setdefault(name, {})[phase] = True
    return policy.model_copy(update={"follow_up": rows})


def list_redress_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield what can be given, checked upon and done with more or less effort.

    For a topic throughout: each kind with each level and a check or none; then a kind, or a check,
    in one phase.
    """
    if not scenario.redress.list_kinds():
        return
    phases = list_phases(scenario, policy)
    for topic in list_topics(scenario):
        kinds = list_kinds(scenario, topic)
        given = ("none", *kinds) if kinds else (None,)
        asks = (True, False) if scenario.topics[topic].follow_up else (None,)
        levels = (None, *PERSON_LEVELS) if kinds else (None,)
        if not kinds and asks == (None,):
            continue
        every, reached = (tuple((topic, one) for one in some) for some in (PHASES, phases))
        for kind, level, ask in itertools.product(given, levels, asks):
            yield make_redress_move(scenario, (every, reached), kind, level, ask)
        for phase in phases if len(phases) > 1 else ():
            cell = (((topic, phase),),) * 2
            for kind in given if kinds else ():
                yield make_redress_move(scenario, cell, kind, None, None)
            for ask in asks if asks != (None,) else ():
                yield make_redress_move(scenario, cell, None, None, ask)


def make_redress_move(
    scenario: Scenario,
    cells: tuple[Cells, Cells],
    kind: str | None,
    level: str | None,
    ask: bool | None,
) -> Move:
    """Make the move that gives a kind and checks in some (topic, phase), with a level in some.

    What is None stays as it is.
    """

    def make(policy: Policy) -> Policy:
        if kind is not None:
            policy = set_redress(policy, cells[0], kind)
        if ask is not None:
            policy = set_follow_up(scenario, policy, cells[0], ask)
        return policy if level is None else set_levels(policy, cells[1], level)

    words = [] if kind is None else ["no redress" if kind == "none" else kind]
    words += [] if ask is None else ["checked" if ask else "not checked"]
    words += [] if level is None else [level]
    topic, phases = cells[1][0][0], " ".join(phase for _, phase in cells[1])
    return Move(f"{', '.join(words)}: {topic} ({phases})", ("redress", topic, phases), make)
