"""Whether a policy keeps the service-level target: a sequential test on weeks with the event.

The chance constraint of ``sim.planning.evaluation.service_target`` asks that a share p of the
weeks in which an event happens reach the target, p >= 1 - alpha. After 200 of these weeks, and
after each doubling, p is bounded from both sides by Clopper and Pearson's limits, whose risk is
shared by the looks (Bonferroni), so that they hold at all looks together:

    lower limit >= 1 - alpha   it is kept
    upper limit <  1 - alpha   it is not
    neither                    twice as many weeks; after the last look the share seen decides

At 1,600 weeks the share's standard error is .0075 at alpha = .1: what keeps .92 is taken, and what
keeps .88 refused, in 99 of 100 cases. A minimum of few draws decides nothing.
Checked by ``tests/unit/test_evaluation_promise_test.py`` (seeded weeks of a known share).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.planning.evaluation.service_target import limit_share_met

# Weeks with the event at the looks. Fewer than the first tell a share of .9 from one of .8 only.
LOOKS = (200, 400, 800, 1600)
# Risk of each side over all looks.
RISK = 0.05
# Replications at most: an event of one week in four still has all looks, a rarer one fewer.
MOST = 6400


class Verdict(NamedTuple):
    """What is known of an event's promise.

    Attributes
    ----------
    is_kept, is_sure : bool
        Whether it counts as kept; whether a limit says so.
    share, low, high : float
        Of the weeks with the event that reach the target, and its limits; 1, 0 and 1 without any.
    n : int
        Weeks with the event.
    """

    is_kept: bool
    is_sure: bool
    share: float
    low: float
    high: float
    n: int


Extend = Callable[[int], np.ndarray]
"""Number of replications to shares answered in time, shape (n, n_events); NaN without the event"""


def judge_weeks(shares: np.ndarray, target: float, alpha: float) -> Verdict:
    """Judge an event's weeks as they are: shares, NaN without the event."""
    seen = shares[~np.isnan(shares)]
    n, n_met = seen.size, int((seen >= target).sum())
    low, high = limit_share_met(n_met, n, RISK / len(LOOKS))
    asked, share = 1.0 - alpha, n_met / n if n else 1.0
    # shares of weeks are whole numbers over n: equal up to rounding
    is_kept = share >= asked - 1e-12
    if low >= asked or high < asked:
        return Verdict(low >= asked, True, share, low, high, n)
    return Verdict(is_kept, False, share, low, high, n)


def judge_promises(
    extend: Extend,
    target: float,
    alpha: float,
    first: int,
    looks: int = len(LOOKS),
    most: int = MOST,
) -> tuple[Verdict, ...]:
    """Judge the promise of each event, on as many weeks as settle it.

    Parameters
    ----------
    extend : callable
        Gives the shares of the first n replications.
    target, alpha : float
        The chance constraint.
    first : int
        Replications of the first look, more where that has too few weeks with the event.
    looks : int
        At most.
    most : int
        Replications at most.
    """
    n, most = max(min(first, most), 1), max(most, 1)
    found: tuple[Verdict, ...] = ()
    for wanted in LOOKS[:looks]:
        shares = extend(n)
        while n < most and shares.shape[1] and count_weeks(shares) < wanted:
            n = min(2 * n, most)
            shares = extend(n)
        found = tuple(judge_weeks(one, target, alpha) for one in shares.T)
        if all(one.is_sure for one in found) or any(is_refused(one) for one in found):
            break
        if n >= most:
            break
    return found


def count_weeks(shares: np.ndarray) -> int:
    """Count weeks with the event that happens least often, of those that happen at all."""
    counts = (~np.isnan(shares)).sum(axis=0)
    return int(counts.min(initial=MOST, where=counts > 0))


def is_refused(verdict: Verdict) -> bool:
    """Whether it is sure that the promise is not kept."""
    return verdict.is_sure and not verdict.is_kept
