"""Lineups near a wish: built up, settled to a sum of wages, bettered by exchanges.

All three favor the lineup with the most

    sum over intervals and pools of r log(s + 1/2),

r a wish of any scale, s the staff: the objective of the standard policies, whose maximum
without shifts is s in proportion to r. Quicker than their mixed-integer program and within
1 % of it, so that a search may lay hundreds of wishes. Checked by
``tests/unit/test_planning_lineup.py``.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from sim.policies.standard import fit_shape
from sim.rostering.roster import TINY, Lineups

MOST_STEPS = 4000
# People come and go one by one where fewer than this are to, else in steps of its part of them.
ONE_BY_ONE = 200
MOST_SIZE = 10**9
MOST_EXCHANGES = 100
MOST_TRIED = 40
MOST_CHANGED = 12
MOST_SEEN = 20_000
MANY = 1500
FORBIDDEN = 1e6

Step = list[tuple[int, int]]


def weigh(lineups: Lineups, people: np.ndarray, wish: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what an agent more and an agent less is worth in each interval and pool.

    Parameters
    ----------
    people : np.ndarray
        int, shape (n_columns,).
    wish : np.ndarray
        shape (n_intervals, n_pools), at least 0.

    Returns
    -------
    tuple of np.ndarray
        shape (n_pools, n_intervals) each; `FORBIDDEN` below or above what is allowed.
    """
    staff = lineups.count_staff(people)
    more = wish * np.log((staff + 1.5) / (staff + 0.5))
    less = wish * np.log((staff + 0.5) / np.maximum(staff - 0.5, 0.25))
    more = np.where(staff + 1 > lineups.most, -FORBIDDEN, more)
    less = np.where(staff < 1, FORBIDDEN, less)
    return more.T, less.T


def weigh_columns(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what one person more gains and one less loses in each column."""
    more, less = weigh(lineups, people, wish)
    pool, day = lineups.columns.pool, lineups.columns.day
    if lineups.problem.shifts:
        gain = (more[pool] * lineups.covers).sum(axis=1)
        loss = (less[pool] * lineups.covers).sum(axis=1)
    else:
        gain, loss = more[pool, day], less[pool, day]
    if lineups.ties is not None:
        gain = np.where(lineups.ties.forbid_more(people), -FORBIDDEN, gain)
        loss = np.where(lineups.ties.forbid_less(people), FORBIDDEN, loss)
    return gain, np.where(people > 0, loss, FORBIDDEN)


def weigh_exchanges(lineups: Lineups, people: np.ndarray, wish: np.ndarray) -> np.ndarray:
    """Return what it gains to exchange one of a column for one of another, (n, n)."""
    more, less = weigh(lineups, people, wish)
    pool = lineups.columns.pool
    gain = (more[pool] * lineups.covers).sum(axis=1)
    loss = (less[pool] * lineups.covers).sum(axis=1)
    both = ((less - more)[pool] * lineups.covers) @ lineups.covers.T
    worth = gain[None, :] - loss[:, None] + np.where(pool[:, None] == pool, both, 0.0)
    if lineups.ties is not None:
        worth = np.where(lineups.ties.forbid_exchange(people), -FORBIDDEN, worth)
    return np.where(people[:, None] > 0, worth, -FORBIDDEN)


def fit_lineup(lineups: Lineups, wish: np.ndarray, low: float, high: float) -> np.ndarray | None:
    """Return a lineup that comes near to a wish for wages between two sums.

    Built up person by person where that is quick, else by `fit_shape`; then bettered by
    exchanges. See `settle_lineup` for the arguments.
    """
    people = _start(lineups, wish, high)
    settled = None if people is None else settle_lineup(lineups, people, wish, low, high)
    return None if settled is None else polish(lineups, settled, wish, low, high)


def _start(lineups: Lineups, wish: np.ndarray, wages: float) -> np.ndarray | None:
    """Return where to start: what keeps the doors open, or most of a large lineup."""
    people = np.zeros(lineups.n, dtype=np.int64)
    if lineups.ties is not None:
        return lineups.ties.anchor
    if lineups.doors is not None:
        people = lineups.read(lineups.doors.cover)
    mean_cost = float(lineups.columns.cost.mean()) if lineups.n else 0.0
    if lineups.price(people) > wages:
        return None
    if mean_cost <= 0 or wages / mean_cost < MANY:
        return people
    if lineups.problem.shifts:
        return lineups.read(fit_shape(wish, lineups.problem, wages))
    return np.maximum(people, share_out(lineups, wish, wages))


def share_out(lineups: Lineups, wish: np.ndarray, wages: float) -> np.ndarray:
    """Return free staff in proportion to a wish, rounded by the largest remainders."""
    part = wish[lineups.columns.day, lineups.columns.pool]
    exact = wages / float(lineups.columns.cost @ part) * part
    exact = np.minimum(exact, lineups.most[lineups.columns.pool])
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    left = wages - lineups.price(whole)
    whole[order[np.cumsum(lineups.columns.cost[order]) <= left]] += 1
    return whole


def polish(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Return a lineup bettered by exchanges of one for another, wages kept between two sums."""
    for _ in range(MOST_EXCHANGES if lineups.n <= MANY else 0):
        wages = lineups.price(people)
        step = _find_exchange(lineups, people, wish, low - wages, high - wages)
        if step is None:
            return people
        changed = apply_step(people, step)
        if measure_value(lineups, changed, wish) <= measure_value(lineups, people, wish) + TINY:
            return people
        people = changed
    return people


def measure_value(lineups: Lineups, people: np.ndarray, wish: np.ndarray) -> float:
    """Return sum r log(s + 1/2)."""
    return float((wish * np.log(lineups.count_staff(people) + 0.5)).sum())


def settle_lineup(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray, low: float, high: float
) -> np.ndarray | None:
    """Return a lineup near ``people`` whose wages lie between two sums.

    Parameters
    ----------
    people : np.ndarray
        int, shape (n_columns,): where to start.
    wish : np.ndarray
        shape (n_intervals, n_pools), above 0: which hours to favor.
    low, high : float
        Wages wanted [scenario.currency]; less where nothing allowed lies between.

    Returns
    -------
    np.ndarray or None
        None where nothing allowed costs ``high`` or less.
    """
    near: np.ndarray | None = _approach(lineups, people, wish, low, high)
    while near is not None and not low <= lineups.price(near) <= high:
        for counts in find_changes(
            list_prices(lineups), low - lineups.price(near), high - lineups.price(near)
        ):
            found = _change(lineups, near, wish, counts)
            if found is not None:
                return found
        if lineups.price(near) <= high:
            break
        near = _add(lineups, near, wish, lineups.columns.cost > 0, -1)
    return near if near is not None and lineups.is_allowed(near) else None


def list_prices(lineups: Lineups) -> np.ndarray:
    """Return the wages of one person, each sum that there is, ascending."""
    return np.unique(np.round(lineups.columns.cost[lineups.columns.cost > 0], 6))


def _approach(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Return a lineup within two persons' wages of the wages wanted, or as near as it gets."""
    reach = 2.0 * float(list_prices(lineups)[-1]) if list_prices(lineups).size else 0.0
    everyone = np.ones(lineups.n, dtype=bool)
    size = MOST_SIZE
    for _ in range(MOST_STEPS):
        wages = lineups.price(people)
        if low - reach <= wages <= high + reach:
            break
        lack = (low - wages if wages < low else wages - high) / max(reach, TINY)
        size = min(size, max(1, int(lack / ONE_BY_ONE)))
        changed = _add(lineups, people, wish, everyone, -size if wages > high else size)
        if changed is not None:
            people = changed
        elif size == 1:
            break
        else:
            size //= 2
    return people


def _change(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray, counts: tuple[int, ...]
) -> np.ndarray | None:
    """Return a lineup with so many more (less) of each price; None where that is not allowed."""
    changed: np.ndarray | None = people
    for price, count in sorted(
        zip(list_prices(lineups), counts, strict=True), key=lambda one: one[1]
    ):
        mine = np.abs(lineups.columns.cost - price) < TINY
        for _ in range(abs(count)):
            if changed is not None:
                changed = _add(lineups, changed, wish, mine, 1 if count > 0 else -1, False)
    return changed if changed is not None and lineups.is_allowed(changed) else None


def _add(
    lineups: Lineups,
    people: np.ndarray,
    wish: np.ndarray,
    mine: np.ndarray,
    sign: int,
    strict: bool = True,
) -> np.ndarray | None:
    """Return the lineup with ``sign`` more (less, below 0) in the best of some columns."""
    gain, loss = weigh_columns(lineups, people, wish)
    worth = (gain if sign > 0 else -loss) / np.maximum(lineups.columns.cost, TINY)
    columns = np.flatnonzero(mine)
    steps: list[Step] = [[(int(column), sign)] for column in columns]
    step = _pick(lineups, people, worth[columns], steps, strict)
    return None if step is None else apply_step(people, step)


def _find_exchange(
    lineups: Lineups, people: np.ndarray, wish: np.ndarray, least: float, most: float
) -> Step | None:
    """Return the best exchange of one for another that changes wages by so much."""
    cost = lineups.columns.cost
    change = cost[None, :] - cost[:, None]
    fits = (change >= least - TINY) & (change <= most + TINY) & ~np.eye(lineups.n, dtype=bool)
    worth = np.where(fits, weigh_exchanges(lineups, people, wish), -FORBIDDEN).ravel()
    tried = min(MOST_TRIED, worth.size)
    best = np.argpartition(-worth, tried - 1)[:tried] if tried else np.empty(0, np.int64)
    best = best[np.lexsort((best, -worth[best]))]
    pairs: list[Step] = [[(int(i // lineups.n), -1), (int(i % lineups.n), 1)] for i in best]
    return _pick(lineups, people, worth[best], pairs)


def _pick(
    lineups: Lineups,
    people: np.ndarray,
    worth: np.ndarray,
    steps: Sequence[Step],
    strict: bool = True,
) -> Step | None:
    """Return the allowed step of most worth; not strict: whatever the part-time share."""
    allows = lineups.is_allowed if strict else lineups.is_sound
    for place in np.argsort(-worth, kind="stable"):
        if worth[place] <= -FORBIDDEN / 2:
            return None
        if allows(apply_step(people, steps[place])):
            return steps[place]
    return None


def apply_step(people: np.ndarray, step: Step) -> np.ndarray:
    """Return a lineup after some people came and went."""
    changed = people.copy()
    for column, change in step:
        changed[column] += change
    return changed


def find_changes(prices: np.ndarray, least: float, most: float) -> Iterator[tuple[int, ...]]:
    """Yield how many of each price to add (take away) so that wages change by so much.

    Fewest people first; at most `MOST_CHANGED` of them, and `MOST_TRIED` ways.
    """
    start = (0,) * len(prices)
    seen, edge, told = {start}, [start], 0
    for _ in range(MOST_CHANGED):
        following: list[tuple[int, ...]] = []
        for counts, place, sign in itertools.product(edge, range(len(prices)), (1, -1)):
            longer = (*counts[:place], counts[place] + sign, *counts[place + 1 :])
            if longer in seen or len(seen) > MOST_SEEN:
                continue
            seen.add(longer)
            following.append(longer)
            if least - TINY <= float(prices @ np.array(longer)) <= most + TINY:
                yield longer
                told += 1
                if told >= MOST_TRIED:
                    return
        edge = following
