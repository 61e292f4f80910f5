"""Moves of preparations: do one or leave it, and all of them or none.

Only what the planner knows of when the shifts are fixed is offered, and what is kept ready. A move
whose hours the roster does not have before the event is tried with people more on shifts before it
is due, at the price of money like any other. Checked by
``tests/functional/test_plan_preparations.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.moves import Move
from sim.policies.workload import is_known
from sim.scenario.lower import keep_staffed
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import may_prepare
from sim.scenario.preparing.hours import find_window, list_pools
from sim.scenario.tables import MS_PER_MIN

# People more that are tried for one preparation: a day's shift each; more is a roster of its own.
MOST_MORE = 4


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


def add_people(candidate_set: CandidateSet, candidate: Candidate, move: Move) -> Candidate | None:
    """Do a preparation that the roster lacks hours for, with people more before it is due.

    They come one after the other on the shifts with most of their time in its window for the
    wages. None where the move is another, no shift may take more, or `MOST_MORE` are too few.
    """
    scenario, rosters = candidate_set.rosters.scenario, candidate_set.rosters
    kind, name = move.place[0], move.place[-1]
    is_offered = kind == "preparations" and name in scenario.preparations
    if not is_offered or name in candidate.policy.preparations:
        return None
    worth = rate_columns(candidate_set, name)
    roster, names = candidate.roster.copy(), [*candidate.policy.preparations, name]
    for _ in range(MOST_MORE):
        one_more = np.eye(rosters.n, dtype=roster.dtype)
        columns = [int(column) for column in np.argsort(-worth, kind="stable") if worth[column] > 0]
        allowed = [column for column in columns if rosters.is_allowed(roster + one_more[column])]
        if not allowed:
            return None
        roster = roster + one_more[allowed[0]]
        moved = candidate_set.restaff(candidate, roster)
        policy = set_preparations(scenario, moved.policy, names)
        if name in policy.preparations:
            return replace(moved, policy=policy, outcomes=None)
    return None


def rate_columns(candidate_set: CandidateSet, name: str) -> np.ndarray:
    """Rate each shift by its time in a preparation's window for its wages, shape (n_columns,)."""
    rosters = candidate_set.rosters
    scenario, columns = rosters.scenario, rosters.columns
    window = find_window(scenario, scenario.preparations[name])
    step_ms = rosters.problem.interval_min * MS_PER_MIN
    begins_ms = np.arange(columns.covers.shape[1]) * step_ms
    within = (begins_ms >= window.first_ms) & (begins_ms + step_ms <= window.last_ms)
    able = np.isin(columns.pool, list_pools(scenario, scenario.preparations[name]))
    hours = columns.covers[:, within].sum(axis=1)
    return np.asarray(np.where(able, hours / np.maximum(columns.cost, 1e-9), 0.0))
