"""What a customer can be worth at most, by how soon, at which level, and what work costs.

A *worth* is the expected satisfaction of a customer whose first reply by a person begins a
given time after the post, less the price of all later work for this customer. Levels of
every turn are chosen best, turn by turn, knowing what has happened to the case but not what
will; later turns may be worked on at any later time, so they are priced at the least price
that is still to come. Symbols: ``s`` score of speed, ``e`` expected quality, ``p`` price of a
minute of work, ``l`` level, ``n`` turns so far, ``T(R, l, n)`` expected satisfaction of a case
that ends (R) resolved or not after ``n`` turns, the last at level ``l`` (over tone and personal
touch, which no decision depends on), every later reply as quick as can be::

    U(l, n)  = (1 - again) T(0, l, n) + again max(T(0, l, n), M(n + 1))
    M(n)     = max_l -p work(l) + resolve(l) Q(l, n) + (1 - resolve(l)) U(l, n)
    Q(l, n)  = (1 - reopen(l)) T(1, l, n) + reopen(l) max(T(1, l, n), M(n + 1))     n > 1
    worth(l) = resolve(l) [(1 - r) Q(l, 1) + r (...reopened: max(T(0, l, 1), M(2)))]
               + (1 - resolve(l)) U(l, 1)

with ``r`` the part of reopenings that must come before the end; the last turn that a case
may have reopens never. A *gift* (redress) comes with the first reply and stays in every end; with
one a check may follow it also where nothing is solved. After a bot's reply that did not resolve
the first turn resolves with the probability that is left; later turns draw afresh. Who gives up in
a thread ends at T(0, l, n), which is among the choices. Nobody knows a customer's own expected
time, so speed is averaged over it (`mix_expectations`). The worth rises with ``s`` and falls
with ``e`` and ``p``; it is convex in ``p``, so lines between knots of ``p`` lie above it; ``e``
is rounded down to its grid. ``sim.planning.bounds.pricing`` makes an upper bound of it. Checked by
``tests/theory/test_bounds_customer_value.py`` (the tree of one case by brute force; by hand).
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.rules.satisfaction import (
    CareGiven,
    SatisfactionCoefficients,
    blend_speed,
    rate_quality,
    score_satisfaction,
)

# Knots of speed; `MARGIN` of the certificate covers what lies between. More cost time.
N_SPEEDS = 65
# Classes of expected time, each rounded up: more tighten the bound slightly.
N_CLASSES = 1024
# Knots of the price of time, denser where values bend; lines above keep the bound valid between
# them.
PRICES = (0.0, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.045, 0.07, 0.12, 0.25)


class ServiceKind(NamedTuple):
    """Customers who are alike but for when they come: numbers of `tabulate_worth`.

    Attributes
    ----------
    work_min : np.ndarray
        shape (3,): mean minutes of a turn at brief, standard, thorough.
    first_resolve_p, resolve_p : np.ndarray
        shape (2, 3): of the first turn by a person, of later ones; by the pool that resolves
        least and by the one that resolves most, for a worth is linear in them.
    reopen_p : np.ndarray
        shape (3,)
    again_p : float
        Probability that an unresolved customer writes again.
    max_turns : int
        Replies by persons.
    turns_before : int
        1 after a bot's reply, else 0.
    checked : bool
        A check after the case is an option.
    follow_up_min : float
        Its work.
    follow_up_factor : float
        Of the reopening after a check.
    redress_min : float
        Work of the redress that the first reply brings.
    """

    work_min: np.ndarray
    first_resolve_p: np.ndarray
    resolve_p: np.ndarray
    reopen_p: np.ndarray
    again_p: float
    max_turns: int
    turns_before: int
    checked: bool
    follow_up_min: float
    follow_up_factor: float
    redress_min: float


class Gift(NamedTuple):
    """What the first reply brings beside the answer.

    Attributes
    ----------
    given : bool
        It does; then a check may follow also where nothing is solved.
    ratio : float
        Worth over the loss.
    open_fit, solved_fit : float
        What it counts at most, with any levels, where the case is not solved, and where it is.
    """

    given: bool
    ratio: float
    open_fit: float
    solved_fit: float


NO_GIFT = Gift(False, 0.0, 1.0, 1.0)
"""The answer alone."""


class Feeling(NamedTuple):
    """How care is judged: coefficients, and tone by level of a person.

    Attributes
    ----------
    coefficients : SatisfactionCoefficients
        Of the scenario.
    friendly_p, personal_p : np.ndarray
        shape (3,)
    """

    coefficients: SatisfactionCoefficients
    friendly_p: np.ndarray
    personal_p: np.ndarray


@jit
def expect_end(
    speed: float,
    expected: float,
    resolved: bool,
    checked: bool,
    friendly_p: float,
    personal_p: float,
    turns: int,
    gift: Gift,
    c: SatisfactionCoefficients,
) -> float:
    """Expected satisfaction of a case that ends so: T."""
    total, fit = 0.0, gift.solved_fit if resolved else gift.open_fit
    for friendly in range(2):
        for personal in range(2):
            chance = friendly_p if friendly else 1.0 - friendly_p
            chance *= personal_p if personal else 1.0 - personal_p
            ways = resolved, friendly > 0, personal > 0
            care = CareGiven(True, speed, *ways, turns, checked, gift.ratio, fit)
            total += chance * score_satisfaction(rate_quality(care, c), expected, c)
    return total


@jit
def tabulate_ends(
    expected: np.ndarray,
    feeling: Feeling,
    most_turns: int,
    n_speeds: int,
    before: int,
    gift: Gift,
) -> np.ndarray:
    """Tabulate T: shape (n_e, n_speeds, 3, 3, most_turns + 1); with a gift (..., 4, 3, ...).

    Axes: expected quality; speed of the first reply from 0 to 1; not resolved, resolved, resolved
    and checked, not resolved and checked; level; turns, the first ``before`` of them no replies
    that count.
    """
    weight = feeling.coefficients.later_speed_weight
    n_ways = 4 if gift.given else 3
    ends = np.empty((expected.size, n_speeds, n_ways, 3, most_turns + 1))
    for place in range(expected.size):
        for knot in range(n_speeds):
            for how in range(n_ways):
                for level in range(3):
                    for turn in range(most_turns + 1):
                        later = max(turn - before - 1, 0)
                        first = knot / (n_speeds - 1.0)
                        ends[place, knot, how, level, turn] = expect_end(
                            blend_speed(first, 1.0 * later, later, weight),
                            expected[place],
                            how == 1 or how == 2,
                            how > 1,
                            feeling.friendly_p[level],
                            feeling.personal_p[level],
                            turn,
                            gift,
                            feeling.coefficients,
                        )
    return ends


@jit
def compute_open_worth(
    ends: np.ndarray, price: float, kind: ServiceKind, after: np.ndarray
) -> None:
    """Fill U(l, 1) and, behind it, M(2), shape (4,); `ends` of one customer by turn."""
    later = -1e9
    before = kind.turns_before
    for turn in range(kind.max_turns, 1, -1):
        best = -1e9
        for level in range(3):
            kept = ends[0, level, turn + before]
            again = (1.0 - kind.again_p) * kept + kind.again_p * max(kept, later)
            solved = ends[1, level, turn + before]
            solved += kind.reopen_p[level] * max(0.0, later - solved)
            if kind.checked:
                checked = ends[2, level, turn + before]
                gain = kind.follow_up_factor * max(0.0, later - checked)
                checked += kind.reopen_p[level] * gain - price * kind.follow_up_min
                solved = max(solved, checked)
            for p in kind.resolve_p[:, level]:
                best = max(best, -price * kind.work_min[level] + p * solved + (1.0 - p) * again)
        later = best
    for level in range(3):
        kept = ends[0, level, 1 + before]
        if kind.checked and ends.shape[0] > 3:
            kept = max(kept, ends[3, level, 1 + before] - price * kind.follow_up_min)
        after[level] = (1.0 - kind.again_p) * kept + kind.again_p * max(kept, later)
    after[3] = later


@jit
def weigh_ends(ends: np.ndarray, price: float, kind: ServiceKind, after: np.ndarray) -> np.ndarray:
    """Weigh the ends of a case to the worth by level, shape (2, 3); `after` is filled."""
    compute_open_worth(ends, price, kind, after)
    worth = np.full((2, 3), -1e9)
    turn = 1 + kind.turns_before
    may_reopen = kind.max_turns > 1
    for level in range(3):
        back = max(ends[0, level, turn], after[3])
        for reopens in range(2):
            best = -1e9
            for check in range(2 if kind.checked else 1):
                solved = ends[1 + check, level, turn]
                reopen_p = kind.reopen_p[level] * (kind.follow_up_factor if check else 1.0)
                gain = back - solved if reopens and may_reopen else max(0.0, back - solved)
                best = max(best, solved + reopen_p * gain - price * kind.follow_up_min * check)
            for p in kind.first_resolve_p[:, level]:
                worth[reopens, level] = max(
                    worth[reopens, level], p * best + (1.0 - p) * after[level]
                )
    return worth - price * kind.redress_min


@jit
def tabulate_replied(ends: np.ndarray, kind: ServiceKind, prices: np.ndarray) -> np.ndarray:
    """Tabulate the worth by the speed of the first reply, shape (n_e, 2, 3, n_speeds, n_p)."""
    n_e, n_speeds = ends.shape[0], ends.shape[1]
    table = np.empty((n_e, 2, 3, n_speeds, prices.size))
    after = np.empty(4)
    for place in range(n_e):
        for knot in range(n_speeds):
            for number in range(prices.size):
                worth = weigh_ends(ends[place, knot], prices[number], kind, after)
                table[place, :, :, knot, number] = worth
    return table


def delay_speeds(first_min: np.ndarray, c: SatisfactionCoefficients, n_speeds: int) -> np.ndarray:
    """Weigh how the work of the first turn moves speed from knot to knot.

    Parameters
    ----------
    first_min : np.ndarray
        shape (3, n_points): equally likely minutes of the first turn.
    c : SatisfactionCoefficients
        Scale of waits.
    n_speeds : int
        Knots.

    Returns
    -------
    np.ndarray
        shape (3, n_speeds, n_speeds): weights of the knots of speed of the reply, by level and
        by the speed that it would have if it were sent when it begins; rows sum to 1.
    """
    scale = np.log1p(c.w1_min / c.w0_min)
    knots = np.arange(n_speeds)
    wait_min = c.w0_min * np.expm1((1.0 - knots / (n_speeds - 1.0)) * scale)
    until_min = wait_min[:, None] + first_min[:, None, :]
    speed = np.clip(1.0 - np.log1p(until_min / c.w0_min) / scale, 0.0, 1.0)
    return weigh_knots(speed, n_speeds)


def mix_expectations(c: SatisfactionCoefficients, n_speeds: int) -> np.ndarray:
    """Weigh how customers' own expected times move speed from knot to knot.

    Returns
    -------
    np.ndarray
        shape (n_speeds, n_speeds): weights of the knots of speed as the customer feels it, by the
        speed that the wait has for the median customer; rows sum to 1. Lognormal factors are
        rounded up to the end of their class, the last to infinity.
    """
    if c.expected_time_sigma == 0.0:
        return np.eye(n_speeds)
    from scipy.special import ndtri

    factors = np.exp(c.expected_time_sigma * ndtri(np.arange(1, N_CLASSES + 1) / N_CLASSES))
    scale = np.log1p(c.w1_min / c.w0_min)
    wait = np.expm1((1.0 - np.arange(n_speeds) / (n_speeds - 1.0)) * scale)
    speed = np.clip(1.0 - np.log1p(wait[:, None] / factors) / scale, 0.0, 1.0)
    return weigh_knots(speed, n_speeds)


def weigh_knots(speed: np.ndarray, n_speeds: int) -> np.ndarray:
    """Mean weights of the two knots about each speed, over the last axis."""
    where = speed * (n_speeds - 1)
    low = np.minimum(where.astype(np.int64), n_speeds - 2)
    part = where - low
    n_rows = speed[..., 0].size
    rows = np.arange(n_rows).reshape(*speed.shape[:-1], 1) * n_speeds
    weight = np.bincount((rows + low).ravel(), (1.0 - part).ravel(), n_rows * n_speeds)
    weight += np.bincount((rows + low + 1).ravel(), part.ravel(), n_rows * n_speeds)
    return weight.reshape(*speed.shape[:-1], n_speeds) / speed.shape[-1]


def tabulate_worth(
    kind: ServiceKind, ends: np.ndarray, delays: np.ndarray, prices: np.ndarray
) -> np.ndarray:
    """Tabulate the worth of a first reply by the wait until it begins.

    Parameters
    ----------
    kind : ServiceKind
        The customers.
    ends : np.ndarray
        From `tabulate_ends`, with turns up to ``max_turns + turns_before``.
    delays : np.ndarray
        From `delay_speeds`, and after it what `mix_expectations` does.
    prices : np.ndarray
        shape (n_p,): price of a minute of later work, ascending.

    Returns
    -------
    np.ndarray
        shape (n_e, 2, 3, n_speeds, n_p): no case and every case reopened; level; knots of the
        speed, from 0 to 1, that the wait until the reply begins would have.
    """
    return np.asarray(delays @ tabulate_replied(ends, kind, prices))
