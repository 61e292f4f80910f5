"""Moves of preparations: do one or leave it, and all of them or none.

Only what the planner knows of when the shifts are fixed is offered, and what is kept ready. A move
whose hours the roster does not have before the event is none. Checked by
``tests/functional/test_plan_preparations.py``.
"""

from collections.abc import Iterator, Sequence

from sim.planning.search.moves import Move
from sim.policies.workload import is_known
from sim.scenario.lower import keep_staffed
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import may_prepare


def list_offered(scenario: Scenario, policy: Policy) -> list[str]:
    """List the preparations that a planner may choose from, in the scenario's order."""
    return [
        name
        for name, one in scenario.preparations.items()
        if may_prepare(scenario, one, policy)
        and (one.event is None or is_known(scenario.events[one.event]))
    ]


def set_preparations(scenario: Scenario, policy: Policy, names: Sequence[str]) -> Policy:
    """Do these preparations, in the scenario's order, as far as their hours are staffed."""
    chosen = tuple(name for name in scenario.preparations if name in names)
    return keep_staffed(scenario, policy.model_copy(update={"preparations": chosen}))


def list_preparation_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield each preparation done where it is not, left where it is; all, and none."""
    offered = list_offered(scenario, policy)
    for name in offered:
        yield make_preparation_move(scenario, name, does=name not in policy.preparations)
    if len(offered) > 1:
        yield choose_preparations(scenario, "all preparations", offered)
        yield choose_preparations(scenario, "no preparations", ())


def make_preparation_move(scenario: Scenario, name: str, does: bool) -> Move:
    """Make the move that does one preparation, or leaves it."""

    def make(policy: Policy) -> Policy:
        others = [one for one in policy.preparations if one != name]
        return set_preparations(scenario, policy, [*others, name] if does else others)

    label = f"prepare: {name}" if does else f"do not prepare: {name}"
    return Move(label, ("preparations", name), make)


def choose_preparations(scenario: Scenario, label: str, names: Sequence[str]) -> Move:
    """Make the move that does these preparations and no others."""

    def make(policy: Policy) -> Policy:
        return set_preparations(scenario, policy, names)

    return Move(label, ("preparations", "all"), make)
