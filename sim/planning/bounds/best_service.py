"""An upper bound on the mean satisfaction of any policy that answers every topic.

Per customer: what the best care could make of this customer, given the customer's own
draws, with unlimited staff at every hour and no budget. The bound is the mean over the same
draws as the plan's value.

Proof. Let a policy give customer i quality q_i. Every term of q_i is at most what is used
here: (1) the time to the first reply is at least the handling time of the first turn at the
least work factor of any pool and level (the load slows it down, never up), or a bot's if the
bot resolves; (2) the case can end resolved at turn j only if the turn's uniform is below the
highest resolution probability of any level, and turn j is reached only if after each turn
before it the customer writes again or may reopen, so the number of turns is at least j + 1;
(3) tone and personal touch come from fixed uniforms against probabilities, the highest of
any level; (4) a follow-up needs its uniform, and an unresolved case redress; (5) where later
replies count they may come at once; (6) redress needs its uniform, and is at most that of the kind
that is worth most here, in time and with the level that it fits with, paid by nobody; (7)
preparations are as good as any set of them can be (``sim.planning.bounds.prepared``).
Satisfaction rises with q (b_q, b_plus and b_minus are not negative), hence the maximum over j of
these bounds i's satisfaction, or "never answered" does, if that is higher. A customer whom triage
misses is never answered by any policy. Exogenous customers and their draws are the same under
every policy, so the mean over customers, and over replications, keeps the inequality. QED

It ignores money, nights and queues: it is valid, and loose. None where the objective weighs
sentiment, or where ``b_q`` is negative. Checked by ``tests/unit/test_bounds_best_service.py``.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.care.preparing import FATE_SPARED, enter_preparations
from sim.demand.draws import Draws
from sim.feeling.satisfaction.ratings import ALIKE, Service, expect_quality, rate_customers
from sim.outcomes.measures import mean_of
from sim.outcomes.rows import list_event_min
from sim.outcomes.scales import Scales, is_exogenous
from sim.planning.bounds.customer_value import NO_GIFT
from sim.planning.bounds.prepared import find_best_case
from sim.planning.bounds.service_options import compute_load_range, list_gifts
from sim.planning.evaluation.evaluator import Evaluator
from sim.policies.posts import keep_known_posts
from sim.rules.satisfaction import rate_spared
from sim.scenario.policy import Policy
from sim.scenario.tables import LEVEL_AUTO, MS_PER_MIN, Levels


def bound_satisfaction(evaluator: Evaluator, policy: Policy, n: int) -> float | None:
    """Upper bound on the mean satisfaction of every policy that answers each topic.

    Parameters
    ----------
    evaluator : Evaluator
        The draws that the plan is valued on.
    policy : Policy
        Any that answers each topic: whom it answers says who counts.
    n : int
        Replications.

    Returns
    -------
    float or None
        Mean over replications, NaN without customers; None where the proof does not hold. Of
        several scenarios the mean by their chances: a policy's mean over all of them is the mean
        of its means, each at most what its scenario allows.
    """
    bound = 0.0
    for one, chance, count in evaluator.split(n):
        each = bound_each(one, policy, 0, max(count, 1))
        if each is None:
            return None
        bound += chance * mean_of(each[~np.isnan(each)])
    return bound


def bound_each(evaluator: Evaluator, policy: Policy, first: int, last: int) -> np.ndarray | None:
    """Bound each of the replications ``first`` to ``last`` - 1; None without a proof."""
    case = find_best_case(evaluator.scenario, keep_known_posts(evaluator.scenario, policy))
    lowered, scales = case.lowered, case.lowered.scales
    if evaluator.sentiment_weight > 0 or scales.coefficients.b_q < 0:
        return None

    def bound(draws: Draws) -> np.ndarray:
        draws = enter_preparations(case.prepared, draws)
        best = bound_customers(lowered.tables.levels, scales, draws)
        return np.array([best.mean() if best.size else np.nan])

    return evaluator.collect(bound, first, last).ravel()


def bound_customers(levels: Levels, scales: Scales, draws: Draws) -> np.ndarray:
    """Bound the satisfaction of each exogenous actionable customer, shape (n_counted,)."""
    counted = (
        draws.actionable
        & scales.answered_topic[draws.topic]
        & is_exogenous(draws.origin)
        & (draws.arrival_ms >= scales.warm_up_ms)
    )
    if draws.work_ms.size == 0:
        return np.full(int(counted.sum()), 1.0)
    expected = expect_quality(
        draws.arrival_ms / MS_PER_MIN,
        list_event_min(draws),
        scales.event_factor,
        scales.event_half_life_min,
        scales.least_quality,
    )
    first = serve_first(levels, scales, draws)
    best = np.zeros(counted.size)
    for gift in list_gifts_given(levels, scales, draws):
        for resolved, turns, followed_up in list_endings(levels, draws):
            checked = followed_up if gift is None else draws.u_follow < levels.follow_up_share
            service = first._replace(
                resolved=resolved,
                turns=turns,
                followed_up=checked,
                **({} if gift is None else gift.list_worth(resolved)),
            )
            rated = rate_customers(service, expected, scales.coefficients)
            got = True if gift is None else gift.got
            best = np.where(got, np.maximum(best, rated), best)
    looks = np.zeros(counted.size, np.bool_)
    if draws.needs_weight.size:
        looks = np.isfinite(draws.needs_weight)
    if draws.fate.size:
        looks |= draws.fate == FATE_SPARED
    if looks.any():
        spared = np.array([rate_spared(one, scales.coefficients) for one in expected])
        best = np.where(looks, np.maximum(best, spared), best)
    never = first._replace(first_reply_min=np.full(counted.size, -1.0))
    best = np.maximum(best, rate_customers(never, expected, scales.coefficients))
    return best[counted]


class GivenGift(NamedTuple):
    """One kind of redress by customer; arrays of shape (n,)."""

    got: np.ndarray
    """bool: who gets it where the policy gives it"""
    ratio: np.ndarray
    """worth over the loss"""
    open_fit: np.ndarray
    """what it counts at most where the case is not solved"""
    solved_fit: np.ndarray

    def list_worth(self, resolved: np.ndarray) -> dict[str, np.ndarray]:
        """Columns of `Service` that the gift fills, by name."""
        fit = np.where(resolved, self.solved_fit, self.open_fit)
        return {"redress": self.ratio, "redress_fit": fit}


def list_gifts_given(levels: Levels, scales: Scales, draws: Draws) -> Iterator[GivenGift | None]:
    """Yield nothing, and each kind of redress that a topic's customers can get."""
    yield None
    topic, n_topics = draws.topic.astype(np.int64), len(levels.effort)
    gifts = [list_gifts(levels, scales.redress, one) for one in range(n_topics)]
    for kind in range(1, levels.redress_share.size):
        given = [one[kind] or NO_GIFT for one in gifts]
        able = np.array([one.given for one in given])
        if able.any():
            columns = [
                np.array([getattr(one, name) for one in given])[topic]
                for name in ("ratio", "open_fit", "solved_fit")
            ]
            yield GivenGift(able[topic] & (draws.u_redress < levels.redress_share[kind]), *columns)


def serve_first(levels: Levels, scales: Scales, draws: Draws) -> Service:
    """Serve one turn at least as good as any policy can give, unresolved, by customer."""
    topic = draws.topic.astype(np.int64)
    first = draws.turn_offset[:-1]
    count = np.diff(draws.turn_offset)
    at = np.where(count > 0, first, 0)
    by_bot = (count > 0) & (draws.u_resolve[at] < levels.resolve_p[0, LEVEL_AUTO, topic])
    least = levels.work_factor[:, LEVEL_AUTO + 1 :].min(axis=(0, 1))[topic]
    least = least * compute_load_range(scales.routing)[0]
    handled_ms = np.maximum(np.floor(draws.work_ms[at] * least), 1.0)
    # Later replies at once make up for a first one that takes its time, where they count.
    made_up = scales.reads_turns & (count > 1)
    reply_min = np.where(by_bot | made_up, 0.0, handled_ms / MS_PER_MIN)
    return Service(
        first_reply_min=np.where(draws.detected & (count > 0), reply_min, -1.0),
        resolved=np.zeros(count.size, dtype=np.bool_),
        friendly=draws.u_friendly < scales.friendly_p.max(),
        personal=draws.u_personal < scales.personal_p.max(),
        turns=np.ones(count.size, dtype=np.int64),
        followed_up=np.zeros(count.size, dtype=np.bool_),
        time_factor=draws.time_factor if draws.time_factor.size else ALIKE,
    )


def list_endings(
    levels: Levels, draws: Draws
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield ways in which cases may end: resolved, turns, followed up.

    First all unresolved after one turn; then those resolved in each turn that can be in it.
    """
    topic, count = draws.topic.astype(np.int64), np.diff(draws.turn_offset)
    highest, reopens = levels.resolve_p.max(axis=(0, 1))[topic], levels.reopen_p.max()
    checked = draws.u_follow < levels.follow_up_share
    reached = count > 0
    yield np.zeros_like(reached), np.ones(count.size, dtype=np.int64), np.zeros_like(reached)
    for turn in range(int(count.max(initial=0))):
        reached = reached & (turn < count)
        at = np.where(reached, draws.turn_offset[:-1] + turn, 0)
        resolves = reached & (draws.u_resolve[at] < highest)
        yield resolves, np.where(resolves, turn + 1, 1), resolves & checked
        reached = reached & (draws.writes_again[at] | (draws.u_reopen[at] < reopens))
