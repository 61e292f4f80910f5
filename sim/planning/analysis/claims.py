"""What a plan may claim, put together: single changes, promise, roster, what there is to buy.

Checked by ``tests/functional/test_plan_proof.py``.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sim.decision.proof import PromiseKept, Proof, RosterBound, RulesTried
from sim.planning.analysis.ceilings import measure_ceilings
from sim.planning.bounds.roster_bound import NEAR, RosterProof
from sim.planning.claims.single_changes import ALPHA, TriedChange
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.promise_test import Verdict, judge_promises
from sim.planning.evaluation.service_target import share_met
from sim.planning.last_decision import LastDecision
from sim.planning.search.search import Search
from sim.planning.session import Maker
from sim.rostering.roster import Rosters
from sim.running.replicate import Replications
from sim.scenario.model import Scenario
from sim.scenario.parts import Promise
from sim.scenario.policy import Policy

# Of weeks, that a change must add to the share that keeps the promise to price a hundredth of it:
# less is lost in the noise of some hundred weeks.
LEAST_MORE = 0.02


def make_proof(
    maker: Maker,
    fresh: Evaluator,
    rosters: Rosters,
    last: LastDecision,
    run: Replications,
    n_ceilings: int,
) -> Proof | None:
    """Put together what a plan may claim; None of one that was cut short."""
    if maker.status == "stopped":
        return None
    settings, promises = maker.settings, None
    if settings.keep_promise:
        most = settings.choice_replications
        promises = describe_promises(
            fresh, run.policy, maker.scenario.promise, run.n, most, last.changes
        )
    proof = Proof(
        rules=describe_rules(last),
        promises=promises,
        roster=None if last.held is None else describe_roster(last.held),
        ceilings=measure_ceilings(fresh, rosters, run.policy, n_ceilings),
    )
    return replace(proof, lacking=tuple(list_lacking(proof, settings.gap_tol)))


def find_gap(proof: Proof | None) -> float | None:
    """Find what any other roster gains at most; None: not bounded."""
    return None if proof is None or proof.roster is None else proof.roster.anywhere


def describe_roster(held: RosterProof) -> RosterBound:
    """Describe what other rosters gain at most; below 0 is 0: the plan's own is one of them."""

    def tell(limit: float) -> float | None:
        return max(limit, 0.0) if math.isfinite(limit) else None

    return RosterBound(
        exchanges=NEAR,
        near=tell(held.near),
        anywhere=tell(held.anywhere),
        visited=1 + len(held.visited),
        pairs=held.pairs.n,
        pairs_held=held.pairs.n_held,
        worst=held.pairs.worst,
        replications=held.n,
    )


def list_lacking(proof: Proof, gap_tol: float) -> Iterator[str]:
    """Yield why a plan is not certified."""
    rules, roster = proof.rules, proof.roster
    if rules is None or rules.limit > gap_tol:
        limit = "nothing is known" if rules is None else f"up to {rules.limit:.4f}"
        yield f"A single change of the rules may gain more than {gap_tol:g} ({limit})."
    if roster is None or roster.near is None or roster.near > gap_tol:
        near = "not bounded" if roster is None or roster.near is None else f"{roster.near:.4f}"
        yield f"Another roster near may gain more than {gap_tol:g} ({near})."
    if roster is not None and roster.pairs_held < roster.pairs:
        yield (
            "That added staff brings less and less holds on "
            f"{roster.pairs_held} of {roster.pairs} pairs of rosters only."
        )
    for one in proof.promises or ():
        if not one.is_kept:
            yield f"The promise of {one.event.replace('_', ' ')} is not kept often enough."


def describe_rules(last: LastDecision) -> RulesTried | None:
    """Describe what the best single change gains at most; None where none was tried."""
    if not last.changes:
        return None
    allowed = [one for one in last.changes if one.is_allowed]
    best = max(allowed, key=lambda one: one.gain, default=None)
    return RulesTried(
        changes=len(last.changes),
        replications=max(one.n for one in last.changes),
        forbidden=len(last.changes) - len(allowed),
        best=None if best is None else best.move.label,
        gain=float("nan") if best is None else best.gain,
        error=float("nan") if best is None else best.error,
        limit=find_limit(allowed),
        confidence=1.0 - ALPHA,
        taken=last.taken,
    )


def find_limit(allowed: list[TriedChange]) -> float:
    """Find what no allowed change gains more than: 0 where all lose for certain."""
    return max((one.limit for one in allowed), default=0.0)


def describe_promises(
    fresh: Evaluator,
    policy: Policy,
    promise: Promise,
    n: int,
    most: int,
    changes: Sequence[TriedChange],
) -> tuple[PromiseKept, ...] | None:
    """Describe how often each event's promise is kept on fresh draws; None without any."""
    if not fresh.event_days:
        return None

    def extend(wanted: int) -> np.ndarray:
        return fresh.play(policy, 0, wanted).kept

    verdicts = judge_promises(extend, promise.target_share, promise.alpha, n, most=max(most, n))
    cost, change = price_point(changes)
    return tuple(
        describe_promise(days.name, promise, verdict, cost, change)
        for days, verdict in zip(fresh.event_days, verdicts, strict=True)
    )


def describe_promise(
    event: str, promise: Promise, verdict: Verdict, cost: float | None, change: str | None
) -> PromiseKept:
    """Describe how often one event's promise is kept."""
    is_known = verdict.n > 0
    return PromiseKept(
        event=event,
        asked=1.0 - promise.alpha,
        kept=verdict.share if is_known else float("nan"),
        kept_low=verdict.low,
        kept_high=verdict.high,
        weeks=verdict.n,
        is_kept=verdict.is_kept,
        is_sure=verdict.is_sure,
        point_cost=cost,
        point_change=change,
    )


def price_point(changes: Sequence[TriedChange]) -> tuple[float | None, str | None]:
    """Price a hundredth more of the weeks, by the single change that loses least for it."""
    rows = [
        (-one.gain / (100.0 * one.keeps), one.move.label)
        for one in changes
        if one.keeps >= LEAST_MORE and one.gain < 0
    ]
    return min(rows, default=(None, None), key=lambda row: row[0])


def format_reasons(maker: Maker, search: Search, fresh: Evaluator, run: Replications) -> list[str]:
    """Say what limits the plan, in sentences."""
    scenario, scoring_rule = maker.scenario, search.candidate_set.scoring_rule
    per_1000 = 1000.0 * scoring_rule.money_price
    sentences = [
        f"1,000 {scenario.currency} more would add about {per_1000:.4f} to satisfaction "
        "(measured on the search's draws by taking money away)."
    ]
    if fresh.event_days:
        seen = fresh.play(run.policy, 0, run.n)
        for days, column in zip(fresh.event_days, seen.kept.T, strict=True):
            sentences.append(format_promise(scenario, days.name, column))
    return sentences


def format_promise(scenario: Scenario, event: str, kept: np.ndarray) -> str:
    """Say how well an event's service-level target is met on fresh draws."""
    promise = scenario.promise
    if np.isnan(kept).all():
        return f"The event {event.replace('_', ' ')} happened in none of the fresh draws."
    return (
        f"On the event days of {event.replace('_', ' ')} {np.nanmean(kept):.0%} are answered "
        f"within {promise.promise_min:g} min; at least {promise.target_share:.0%} in "
        f"{share_met(kept, promise.target_share):.1%} of the fresh draws (asked: "
        f"{1.0 - promise.alpha:.0%})."
    )
