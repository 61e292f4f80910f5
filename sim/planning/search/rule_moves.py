"""Every change of a plan's rules that is tried, by kind: the one list of search and proof.

The search climbs by these kinds in their order (``sim.planning.search.search``); when it has ended,
each change of the list is tried once more, alone, on many draws
(``sim.planning.claims.single_changes``). Checked by ``tests/unit/test_claims_single_changes.py``.
"""

from collections.abc import Callable, Iterator

from sim.planning.search.answer_moves import list_answer_moves
from sim.planning.search.moves import (
    Move,
    list_crew_moves,
    list_effort_moves,
    list_lead_moves,
    list_order_moves,
    list_overflow_moves,
)
from sim.planning.search.preparation_moves import list_preparation_moves
from sim.planning.search.redress_moves import list_redress_moves
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

Steps = tuple[tuple[str, Callable[[Scenario, Policy], Iterator[Move]]], ...]

RULE_MOVES: Steps = (
    ("effort", list_effort_moves),
    ("redress", list_redress_moves),
    ("preparations", list_preparation_moves),
    ("answers", list_answer_moves),
    ("lead", list_lead_moves),
    ("order", list_order_moves),
    ("overflow", list_overflow_moves),
    ("crew", list_crew_moves),
)


def list_single_changes(scenario: Scenario, policy: Policy) -> list[Move]:
    """List the changes of `RULE_MOVES` that change something, no two to the same policy."""
    found: dict[str, Move] = {}
    for _, list_moves in RULE_MOVES:
        for move in list_moves(scenario, policy):
            changed = move.make(policy)
            if changed != policy:
                found.setdefault(changed.model_dump_json(), move)
    return list(found.values())
