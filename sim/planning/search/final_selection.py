"""The last choice: the few good ends of a search on draws that it has not seen.

What looks best on the draws of a search is partly luck; so the last candidates, the standard
policies among them, are brought to the budget on the first of fresh draws, where the
service-level target must be met: a sequential test on weeks with the event
(``sim.planning.evaluation.promise_test``). Those who are left cost the same and
compete on the draws that follow, common to all, in the sequential selection of
``sim.planning.search.ranking_selection``: the winner is within ``delta`` of the best of them
with probability 1 - ``alpha``. An observation there is the mean of a few replications, nearer to
normal than one of them; a replication without customers counts 0 for all. Checked by
``tests/functional/test_plan_search.py`` and ``tests/unit/test_search_final_selection.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.decision.evidence import SelectionResult
from sim.planning.evaluation.promise_test import LOOKS, Verdict, judge_promises
from sim.planning.evaluation.service_target import share_met
from sim.planning.search.budget import balance_last
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.ranking_selection import Rules, Selection, select_system

# Replications averaged as one observation, so that observations are near normal, as the procedure
# assumes.
BATCH = 5
# Observations before the first look: fewer make the procedure's constant larger, more cost before
# anything is screened out.
FIRST_BATCHES = 40
# Observations between looks.
STEP_BATCHES = 8
# Standard errors: a candidate so far behind does not win.
BEHIND_ERRORS = 4.0


class Choice(NamedTuple):
    """Who won, by how much, and what is guaranteed of it."""

    winner: Candidate
    runner_up: Candidate | None
    difference: float
    """of the mean objective; NaN without a runner-up"""
    error: float
    """standard error of the difference"""
    n: int
    """replications seen of the winner"""
    rules: Rules
    met: bool
    """the guarantee holds: the wall of replications did not come first"""

    def describe(self) -> SelectionResult:
        """Describe the choice as it stands in the decision."""
        is_alone = self.runner_up is None
        return SelectionResult(
            runner_up=None if self.runner_up is None else self.runner_up.label,
            difference=None if is_alone else self.difference,
            standard_error=None if is_alone else self.error,
            delta=self.rules.delta,
            alpha=self.rules.alpha,
            probability_correct=1.0 - self.rules.alpha if self.met else None,
            met=self.met,
            replications=self.n,
        )


def make_rules(delta: float, alpha: float, replications: int) -> Rules:
    """Make the rules of the last choice.

    Parameters
    ----------
    delta : float
        Plans this close in the objective count as equal.
    alpha : float
        Accepted risk of a plan that is worse by more.
    replications : int
        Of a candidate, at most.
    """
    most = max(replications // BATCH, 2)
    return Rules(delta, alpha, min(FIRST_BATCHES, most), STEP_BATCHES, most)


def is_promise_met(candidate_set: CandidateSet, candidate: Candidate) -> bool:
    """Whether each announced event's target is met in enough of the replications seen."""
    scoring_rule = candidate_set.scoring_rule
    if not scoring_rule.keeps_promise:
        return True
    return all(
        share_met(column, scoring_rule.target) >= 1.0 - scoring_rule.alpha
        for column in candidate.seen.kept.T
    )


def choose(
    candidate_set: CandidateSet, candidates: Sequence[Candidate], n: int, rules: Rules
) -> Choice | None:
    """Choose the best candidate that meets the service-level target; None where none does.

    Parameters
    ----------
    candidate_set : CandidateSet
        Fresh draws.
    candidates : sequence of Candidate
        Seen on those draws, or unseen; brought to the budget first.
    n : int
        Replications for cost and promise; the choice is made on those that follow.
    rules : Rules
        From `make_rules`.
    """
    fitted = [balance_last(candidate_set, one, n) for one in candidates]
    kept = keep_feasible(candidate_set, [one for one in fitted if one is not None], n, rules)
    if not kept:
        return None
    found = compete(candidate_set, kept, n, rules)
    winner = kept[found.winner]
    if found.runner_up is None:
        return Choice(winner, None, float("nan"), float("nan"), winner.n, rules, found.met)
    second = kept[found.runner_up]
    both = min(winner.n, second.n)
    seen = winner.seen.take(both)
    change = seen.value - second.seen.take(both).value
    gain, error = seen.average(change), seen.compute_error(change)
    return Choice(winner, second, gain, error, winner.n, rules, found.met)


def keep_feasible(
    candidate_set: CandidateSet, candidates: Sequence[Candidate], n: int, rules: Rules
) -> list[Candidate]:
    """Keep the candidates that meet the service-level target, in their order, without twins.

    Judged from the most valuable on: once one is kept for certain, those that are clearly behind
    it are judged on as many weeks as they have, for they cannot win.
    """
    unique = drop_twins(candidates)
    candidate_set.extend(unique, n)
    ranked = sorted(unique, key=lambda one: -one.seen.take(n).average(one.seen.take(n).value))
    kept, best = list[Candidate](), None
    for one in ranked:
        looks = 1 if best is not None and is_behind(one, best, n) else len(LOOKS)
        verdicts = judge_candidate(candidate_set, one, n, looks, rules.most * BATCH)
        if all(verdict.is_kept for verdict in verdicts):
            kept.append(one)
            best = one if best is None else best
    return [one for one in unique if one in kept]


def judge_candidate(
    candidate_set: CandidateSet, candidate: Candidate, n: int, looks: int, most: int
) -> tuple[Verdict, ...]:
    """Judge the promise of a candidate on at least ``n`` replications; none where it is free."""
    rule = candidate_set.scoring_rule
    if not rule.keeps_promise:
        return ()

    def extend(wanted: int) -> np.ndarray:
        candidate_set.extend([candidate], wanted)
        return candidate.seen.take(wanted).kept

    return judge_promises(extend, rule.target, rule.alpha, n, looks, max(most, n))


def is_behind(one: Candidate, best: Candidate, n: int) -> bool:
    """Whether a candidate is behind the best by more than chance explains."""
    held = best.seen.take(n)
    change = held.value - one.seen.take(n).value
    return held.average(change) > BEHIND_ERRORS * float(held.compute_error(change))


def drop_twins(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop candidates whose policy came before."""
    kept: list[Candidate] = []
    for one in candidates:
        if all(one.policy != other.policy for other in kept):
            kept.append(one)
    return kept


def compete(
    candidate_set: CandidateSet, candidates: Sequence[Candidate], n: int, rules: Rules
) -> Selection:
    """Let candidates compete on the replications from the n-th on."""

    def extend(places: np.ndarray, low: int, high: int) -> np.ndarray:
        chosen = [candidates[place] for place in places]
        candidate_set.extend(chosen, n + high * BATCH)
        values = np.stack([one.seen.value[n + low * BATCH : n + high * BATCH] for one in chosen])
        return np.nan_to_num(values).reshape(len(chosen), high - low, BATCH).mean(axis=2)

    return select_system(extend, len(candidates), rules)
