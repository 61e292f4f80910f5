"""Every single change of a plan's rules tried once more: what the best of them gains at most.

Each change of the list (``sim.planning.search.rule_moves``) is played beside the plan on common
draws that led to neither, at two or three looks of ever more draws. Its gain counts money at its
price, so that it is one at equal cost. Upper limits hold for all changes and all looks together by
Bonferroni's inequality (1936), each one-sided by Student's t, whatever the changes have in common:

    gain_c <= mean_c(n) + t(1 - alpha/(K L), n - 1) se_c(n)   for all K changes and L looks

with probability 1 - alpha at least, so it may be read at whichever look a change was settled. A
change is settled where its limit is `LEAST_GAIN` or less, where it breaks the service-level target
for certain, and at the last look. Those that gain there are taken one after the other, as in a
climb, brought to the budget, and all changes are tried anew on draws of their own.
Checked by ``tests/unit/test_claims_single_changes.py`` (coverage by a seeded simulation).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.estimate import quantile_t
from sim.planning.evaluation.service_target import is_surely_missed
from sim.planning.search.candidates import Candidate, CandidateSet
from sim.planning.search.hill_climbing import Step, make_move
from sim.planning.search.moves import Move

# Risk that some change gains more than is said.
ALPHA = 0.05
# Of satisfaction: a change whose limit is lower needs no more draws; a quarter of the default
# `delta`, beyond which plans count as different.
LEAST_GAIN = 5e-4
# A change is taken that gains by so many standard errors: on common draws of their own two leave
# one in forty to chance, and each is tried again from what those before it led to.
ERRORS_ABOVE = 2.0
# Fewer differences than this that are not nothing, and a spread says little: no early look settles.
LEAST_DIFFERENT = 10
# Looks, in replications of a decision of the search: half of the changes are settled at the first.
LOOKS = (0.5, 1.5, 5.0)
# Replications that a decision is taken to have at least: a search of fewer still ends with limits
# that say something.
LEAST_DECISION = 40


class TriedChange(NamedTuple):
    """A change that was tried, and what it gained.

    Attributes
    ----------
    move : Move
        What was changed.
    gain, error, limit : float
        Mean gain at equal cost; its standard error; upper limit, simultaneous.
    n : int
        Replications.
    loses, keeps : float
        Of the objective, money apart, what it loses; of weeks with an event, the share more that
        keeps the service-level target, of the event kept least often.
    is_allowed : bool
        Whether the service-level target may be kept with it.
    """

    move: Move
    gain: float
    error: float
    limit: float
    n: int
    loses: float
    keeps: float
    is_allowed: bool

    @property
    def is_gain(self) -> bool:
        """Whether it gains for more than chance would lightly give."""
        return self.is_allowed and self.gain > max(ERRORS_ABOVE * self.error, LEAST_GAIN / 5.0)


class Looks(NamedTuple):
    """When changes are looked at, and the risk of each look and change."""

    sizes: tuple[int, ...]
    risk: float


def make_looks(n: int, most: int, n_changes: int, alpha: float = ALPHA) -> Looks:
    """Make the looks of so many changes.

    Parameters
    ----------
    n : int
        Replications of a decision of the search.
    most : int
        Replications of a change at most.
    n_changes : int
        All that are tried.
    alpha : float
        Risk that any limit is too low.
    """
    n = max(n, LEAST_DECISION)
    sizes = sorted({max(min(round(times * n), most), 2) for times in LOOKS})
    return Looks(tuple(sizes), alpha / (len(sizes) * max(n_changes, 1)))


def try_changes(
    candidate_set: CandidateSet,
    plan: Candidate,
    changes: Sequence[Move],
    looks: Looks,
    progress: Callable[[int, int], None] | None = None,
) -> list[TriedChange]:
    """Try each change alone, on as many draws as settle it.

    Parameters
    ----------
    candidate_set : CandidateSet
        Common draws that led to neither plan nor changes; price of money, service-level target.
    plan : Candidate
        What is changed.
    changes : sequence of Move
        All that are tried.
    looks : Looks
        From `make_looks`.
    progress : callable, optional
        Called with (changes settled, all).
    """
    left = [(move, make_move(plan, move)) for move in changes]
    settled: list[TriedChange] = []
    for n in looks.sizes:
        candidate_set.extend([plan, *(tried for _, tried in left)], n)
        seen = [judge(candidate_set, plan, tried, move, n, looks.risk) for move, tried in left]
        is_last = n == looks.sizes[-1]
        done = [is_last or is_settled(candidate_set, plan, tried, one)
                for (_, tried), one in zip(left, seen, strict=True)]  # fmt: skip
        settled += [one for one, is_done in zip(seen, done, strict=True) if is_done]
        left = [pair for pair, is_done in zip(left, done, strict=True) if not is_done]
        if progress is not None:
            progress(len(settled), len(changes))
    return settled


def is_settled(
    candidate_set: CandidateSet, plan: Candidate, tried: Candidate, seen: TriedChange
) -> bool:
    """Whether a change needs no more draws: it cannot gain, or it may not be made."""
    if not seen.is_allowed:
        return True
    change = difference(candidate_set, plan, tried, seen.n)
    is_told = int(np.count_nonzero(change)) >= LEAST_DIFFERENT
    return is_told and seen.limit <= LEAST_GAIN


def difference(
    candidate_set: CandidateSet, plan: Candidate, tried: Candidate, n: int
) -> np.ndarray:
    """Difference at equal cost in each replication, shape (n,)."""
    rule = candidate_set.scoring_rule
    return rule.score_each(tried.seen.take(n)) - rule.score_each(plan.seen.take(n))


def judge(
    candidate_set: CandidateSet,
    plan: Candidate,
    tried: Candidate,
    move: Move,
    n: int,
    risk: float,
) -> TriedChange:
    """Judge one change on the first ``n`` replications."""
    rule, held, seen = candidate_set.scoring_rule, plan.seen.take(n), tried.seen.take(n)
    change = difference(candidate_set, plan, tried, n)
    gain, error = seen.average(change), float(seen.compute_error(change))
    missed = rule.keeps_promise and any(
        is_surely_missed(one, rule.target, rule.alpha, risk) for one in seen.kept.T
    )
    more = [
        float(np.nanmean(one >= rule.target) - np.nanmean(other >= rule.target))
        for one, other in zip(known(seen.kept), known(held.kept), strict=True)
    ]
    return TriedChange(
        move=move,
        gain=gain,
        error=error,
        limit=gain + quantile_t(1.0 - risk, n - 1) * error,
        n=n,
        loses=held.average(held.value - seen.value),
        keeps=min(more, default=0.0),
        is_allowed=not missed,
    )


def known(kept: np.ndarray) -> list[np.ndarray]:
    """Shares kept in weeks with each event, for the events that happened."""
    return [one[~np.isnan(one)] for one in kept.T if not np.isnan(one).all()]


def take_gains(
    candidate_set: CandidateSet, plan: Candidate, tried: Sequence[TriedChange], n: int
) -> Candidate | None:
    """Take the changes that gain, one after the other; None where there are none."""
    gains = sorted((one for one in tried if one.is_gain), key=lambda one: -one.gain)
    steps = [make_step(one.move) for one in gains]
    current, taken, places = plan, list[str](), set[object]()
    for step in steps:
        changed = None if step.place in places else step.make(current)
        if changed is None or changed.policy == current.policy:
            continue
        gain, error = candidate_set.compare(changed, current, n)
        if gain > max(ERRORS_ABOVE * error, LEAST_GAIN / 5.0):
            current = changed
            taken.append(step.label)
            places.add(step.place)
    if not taken:
        return None
    current.trail = (*plan.trail, *taken)
    return current


def make_step(move: Move) -> Step:
    """Make a change of rules a step of a climb."""
    return Step(move.label, lambda candidate: make_move(candidate, move), move.place)
