"""What a plan may claim, in a line each: for the page and the workbook alike.

Checked by ``tests/unit/test_report_proof.py``.
"""

import math

from sim.decision.proof import Ceiling, PromiseKept, Proof, RosterBound, RulesTried
from sim.report.format import is_number, write_interval, write_number, write_value

# Satisfaction; a limit is said as no less than this: beyond it draws tell nothing.
LEAST_SAID = 5e-4


def list_claims(proof: Proof | None) -> list[tuple[str, str]]:
    """List what a plan claims by what it is about; nothing where nothing was asked."""
    if proof is None:
        return []
    rows = [("Roster", write_roster(proof.roster))] if proof.roster is not None else []
    rows += [("Rules", write_rules(proof.rules))] if proof.rules is not None else []
    rows += [("Promise", write_promise(one)) for one in proof.promises or ()]
    rows += [("Ceiling", write_ceilings(proof.ceilings))] if proof.ceilings else []
    rows += [("Not certified", " ".join(proof.lacking))] if proof.lacking else []
    return rows


def write_roster(roster: RosterBound) -> str:
    """Say what other rosters gain at most, and on what that was tested."""
    limits = [
        f"no {name} gains more than {write_limit(limit)}"
        for name, limit in (
            (f"exchange of up to {roster.exchanges} shifts", roster.near),
            ("roster at all", roster.anywhere),
        )
        if limit is not None
    ]
    if not limits:
        return "other rosters are not bounded"
    is_held = roster.pairs_held == roster.pairs
    held = "all hold" if is_held else f"{write_value(roster.pairs_held)} hold"
    missed = "" if is_held else f", missed by {write_limit(roster.worst)} at most"
    return (
        f"{', '.join(limits)} (if added staff brings less and less: tested on "
        f"{write_value(roster.pairs)} pairs, {held}{missed})"
    )


def write_ceilings(ceilings: tuple[Ceiling, ...]) -> str:
    """Say what there is to buy, with the value of ample staff first."""
    told = []
    for one in ceilings:
        change = write_number(one.difference, 4)
        sign = "+" if one.difference >= 0 else ""
        told.append(f"{one.name} {write_number(one.value, 3)} ({sign}{change})")
    return "; ".join(told)


def write_limit(limit: float) -> str:
    """Write a limit, rounded up, and no smaller than can be told."""
    decimals = 4 if limit < 0.01 else 3
    steps = math.ceil(round(limit * 10**decimals, 6))
    return write_number(max(steps / 10**decimals, LEAST_SAID), decimals)


def write_rules(rules: RulesTried) -> str:
    """Say how many single changes were tried, and what the best of them gains at most."""
    taken = ""
    if rules.taken:
        taken = f"; made before: {', '.join(rules.taken)}"
    return (
        f"{write_value(rules.changes)} single changes tried on up to "
        f"{write_value(rules.replications)} fresh draws: the best gains less than "
        f"{write_limit(rules.limit)} (all together {write_value(rules.confidence, 'share')} sure)"
        f"{taken}"
    )


def write_promise(promise: PromiseKept) -> str:
    """Say how often an event's promise is kept, and what a point more costs."""
    name = promise.event.replace("_", " ")
    if promise.weeks == 0:
        return f"{name} happened in none of the fresh draws"
    share, asked = (write_value(one, "share") for one in (promise.kept, promise.asked))
    span = write_interval(promise.kept_low, promise.kept_high, "share")
    told = (
        f"kept in {share} ({span}) of {write_value(promise.weeks)} weeks with {name}, asked {asked}"
    )
    if not promise.is_sure:
        told += "; the limits leave open on which side it is"
    if promise.point_change is not None and is_number(promise.point_cost):
        cost = write_number(promise.point_cost, 4)
        told += f"; each point more costs {cost} at least ({promise.point_change})"
    return told
