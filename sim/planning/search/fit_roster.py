"""Rosters near target staffing: built up, settled to a labor cost, bettered by exchanges.

All three favor the roster with the most

    sum over intervals and pools of r log(s + 1/2),

r target staffing of any scale, s the staff: the objective of the standard policies, whose maximum
without shifts is s in proportion to r. Quicker than their mixed-integer program and within
1 % of it, so that a search may lay hundreds of them. Checked by
``tests/unit/test_rostering_roster.py``.
"""

import functools
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from sim.policies.standard import fit_shape
from sim.rostering.roster import TINY, Rosters

# Bounds the greedy steps; only large teams need many.
MOST_STEPS = 4000
# People come and go one by one where fewer than this are to, else in steps of its part of them.
ONE_BY_ONE = 200
# Without a limit at first: the steps shrink with what is lacking.
MOST_SIZE = 10**9
# Bounds the exchanges of one shift for another.
MOST_EXCHANGES = 100
# Best changes whose rules are checked; more find one where rules are narrow, and cost time.
MOST_TRIED = 40
# People that a last correction of the cost may add or take.
MOST_CHANGED = 12
# Bounds the enumeration of such corrections.
MOST_SEEN = 20_000
# From so many people on one does not matter: no exchanges, which cost the square of the columns.
MANY = 1500
# Above any gain in logarithms of staff, so a forbidden change is never the best.
FORBIDDEN = 1e6

Step = list[tuple[int, int]]


def weigh(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Value an agent more and an agent less in each interval and pool.

    Parameters
    ----------
    roster : np.ndarray
        int, shape (n_columns,).
    target_staffing : np.ndarray
        shape (n_intervals, n_pools), at least 0.

    Returns
    -------
    tuple of np.ndarray
        shape (n_pools, n_intervals) each; `FORBIDDEN` below or above what is allowed.
    """
    staff = rosters.count_staff(roster)
    more = target_staffing * np.log((staff + 1.5) / (staff + 0.5))
    less = target_staffing * np.log((staff + 0.5) / np.maximum(staff - 0.5, 0.25))
    more = np.where(staff + 1 > rosters.most, -FORBIDDEN, more)
    less = np.where(staff <= 0, FORBIDDEN, less)
    return more.T, less.T


def weigh_columns(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh what one person more gains and one less loses in each column."""
    more, less = weigh(rosters, roster, target_staffing)
    pool, day = rosters.columns.pool, rosters.columns.day
    if rosters.problem.shifts:
        gain = (more[pool] * rosters.covers).sum(axis=1)
        loss = (less[pool] * rosters.covers).sum(axis=1)
    else:
        gain, loss = more[pool, day], less[pool, day]
    if rosters.constraints is not None:
        gain = np.where(rosters.constraints.forbid_more(roster), -FORBIDDEN, gain)
        loss = np.where(rosters.constraints.forbid_less(roster), FORBIDDEN, loss)
    return gain, np.where(roster > 0, loss, FORBIDDEN)


def weigh_exchanges(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray
) -> np.ndarray:
    """Weigh the exchange of one person of a column for one of another, shape (n, n)."""
    more, less = weigh(rosters, roster, target_staffing)
    pool = rosters.columns.pool
    gain = (more[pool] * rosters.covers).sum(axis=1)
    loss = (less[pool] * rosters.covers).sum(axis=1)
    both = ((less - more)[pool] * rosters.covers) @ rosters.covers.T
    worth = gain[None, :] - loss[:, None] + np.where(pool[:, None] == pool, both, 0.0)
    if rosters.constraints is not None:
        worth = np.where(rosters.constraints.forbid_exchange(roster), -FORBIDDEN, worth)
    return np.where(roster[:, None] > 0, worth, -FORBIDDEN)


def fit_roster(
    rosters: Rosters, target_staffing: np.ndarray, low: float, high: float
) -> np.ndarray | None:
    """Fit a roster near target staffing, its labor cost between two sums.

    Built up person by person where that is quick, else by `fit_shape`; then bettered by
    exchanges. See `settle_roster` for the arguments.
    """
    roster = _start(rosters, target_staffing, high)
    settled = None if roster is None else settle_roster(rosters, roster, target_staffing, low, high)
    return None if settled is None else polish(rosters, settled, target_staffing, low, high)


def _start(rosters: Rosters, target_staffing: np.ndarray, labor_cost: float) -> np.ndarray | None:
    """Roster to start from: what keeps minimum coverage, or most of a large roster."""
    roster = np.zeros(rosters.n, dtype=np.int64)
    if rosters.constraints is not None:
        return rosters.constraints.feasible_roster
    if rosters.minimum_coverage is not None:
        roster = rosters.read(rosters.minimum_coverage.cover)
    mean_cost = float(rosters.columns.cost.mean()) if rosters.n else 0.0
    if rosters.price(roster) > labor_cost:
        return None
    if mean_cost <= 0 or labor_cost / mean_cost < MANY:
        return roster
    if rosters.problem.shifts:
        return rosters.read(fit_shape(target_staffing, rosters.problem, labor_cost))
    return np.maximum(roster, share_out(rosters, target_staffing, labor_cost))


def share_out(rosters: Rosters, target_staffing: np.ndarray, labor_cost: float) -> np.ndarray:
    """Share out free staff in proportion to target staffing, by the largest remainders."""
    part = target_staffing[rosters.columns.day, rosters.columns.pool]
    exact = labor_cost / float(rosters.columns.cost @ part) * part
    exact = np.minimum(exact, rosters.most[rosters.columns.pool])
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    left = labor_cost - rosters.price(whole)
    whole[order[np.cumsum(rosters.columns.cost[order]) <= left]] += 1
    return whole


def polish(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Improve a roster by exchanges of shifts, its labor cost kept between two sums."""
    for _ in range(MOST_EXCHANGES if rosters.n <= MANY else 0):
        labor_cost = rosters.price(roster)
        step = _find_exchange(rosters, roster, target_staffing, low - labor_cost, high - labor_cost)
        if step is None:
            return roster
        changed = apply_step(roster, step)
        if (
            measure_value(rosters, changed, target_staffing)
            <= measure_value(rosters, roster, target_staffing) + TINY
        ):
            return roster
        roster = changed
    return roster


def measure_value(rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray) -> float:
    """Value of a roster s for target staffing r: sum r log(s + 1/2)."""
    return float((target_staffing * np.log(rosters.count_staff(roster) + 0.5)).sum())


def settle_roster(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray, low: float, high: float
) -> np.ndarray | None:
    """Change a roster until its labor cost lies between two sums.

    Parameters
    ----------
    roster : np.ndarray
        int, shape (n_columns,): where to start.
    target_staffing : np.ndarray
        shape (n_intervals, n_pools), above 0: which hours to favor.
    low, high : float
        Labor cost wanted [scenario.currency]; less where nothing allowed lies between.

    Returns
    -------
    np.ndarray or None
        None where nothing allowed costs ``high`` or less.
    """
    near: np.ndarray | None = _approach(rosters, roster, target_staffing, low, high)
    while near is not None and not low <= rosters.price(near) <= high:
        for counts in find_changes(
            list_prices(rosters), low - rosters.price(near), high - rosters.price(near)
        ):
            found = _change(rosters, near, target_staffing, counts)
            if found is not None:
                return found
        if rosters.price(near) <= high:
            break
        near = _add(rosters, near, target_staffing, rosters.columns.cost > 0, -1)
    return near if near is not None and rosters.is_allowed(near) else None


def list_prices(rosters: Rosters) -> np.ndarray:
    """List the labor cost of one person, each sum that there is, ascending."""
    return np.unique(np.round(rosters.columns.cost[rosters.columns.cost > 0], 6))


def _approach(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Bring a roster within two persons' pay of the wanted labor cost, or as near as it gets."""
    reach = 2.0 * float(list_prices(rosters)[-1]) if list_prices(rosters).size else 0.0
    everyone = np.ones(rosters.n, dtype=bool)
    size = MOST_SIZE
    for _ in range(MOST_STEPS):
        labor_cost = rosters.price(roster)
        if low - reach <= labor_cost <= high + reach:
            break
        lack = (low - labor_cost if labor_cost < low else labor_cost - high) / max(reach, TINY)
        size = min(size, max(1, int(lack / ONE_BY_ONE)))
        changed = _add(
            rosters, roster, target_staffing, everyone, -size if labor_cost > high else size
        )
        if changed is not None:
            roster = changed
        elif size == 1:
            break
        else:
            size //= 2
    return roster


def _change(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray, counts: tuple[int, ...]
) -> np.ndarray | None:
    """Change a roster by so many of each price; None where that is not allowed."""
    changed: np.ndarray | None = roster
    for price, count in sorted(
        zip(list_prices(rosters), counts, strict=True), key=lambda one: one[1]
    ):
        mine = np.abs(rosters.columns.cost - price) < TINY
        for _ in range(abs(count)):
            if changed is not None:
                changed = _add(
                    rosters, changed, target_staffing, mine, 1 if count > 0 else -1, False
                )
    return changed if changed is not None and rosters.is_allowed(changed) else None


def _add(
    rosters: Rosters,
    roster: np.ndarray,
    target_staffing: np.ndarray,
    mine: np.ndarray,
    sign: int,
    strict: bool = True,
) -> np.ndarray | None:
    """Add ``sign`` people (take away, below 0) in the best of some columns."""
    gain, loss = weigh_columns(rosters, roster, target_staffing)
    worth = (gain if sign > 0 else -loss) / np.maximum(rosters.columns.cost, TINY)
    columns = np.flatnonzero(mine)
    steps: list[Step] = [[(int(column), sign)] for column in columns]
    step = _pick(rosters, roster, worth[columns], steps, strict)
    return None if step is None else apply_step(roster, step)


def _find_exchange(
    rosters: Rosters, roster: np.ndarray, target_staffing: np.ndarray, least: float, most: float
) -> Step | None:
    """Find the best exchange of one person for another that changes labor cost by so much."""
    cost = rosters.columns.cost
    change = cost[None, :] - cost[:, None]
    fits = (change >= least - TINY) & (change <= most + TINY) & ~np.eye(rosters.n, dtype=bool)
    worth = np.where(fits, weigh_exchanges(rosters, roster, target_staffing), -FORBIDDEN).ravel()
    tried = min(MOST_TRIED, worth.size)
    best = np.argpartition(-worth, tried - 1)[:tried] if tried else np.empty(0, np.int64)
    best = best[np.lexsort((best, -worth[best]))]
    pairs: list[Step] = [[(int(i // rosters.n), -1), (int(i % rosters.n), 1)] for i in best]
    return _pick(rosters, roster, worth[best], pairs)


def _pick(
    rosters: Rosters,
    roster: np.ndarray,
    worth: np.ndarray,
    steps: Sequence[Step],
    strict: bool = True,
) -> Step | None:
    """Pick the allowed step of most worth; not strict: whatever the part-time share."""
    allows = rosters.is_allowed if strict else rosters.is_sound
    for place in np.argsort(-worth, kind="stable"):
        if worth[place] <= -FORBIDDEN / 2:
            return None
        if allows(apply_step(roster, steps[place])):
            return steps[place]
    return None


def apply_step(roster: np.ndarray, step: Step) -> np.ndarray:
    """Apply to a roster the people who come and go."""
    changed = roster.copy()
    for column, change in step:
        changed[column] += change
    return changed


def find_changes(prices: np.ndarray, least: float, most: float) -> Iterator[tuple[int, ...]]:
    """Yield how many of each price to add (take away) so that wages change by so much.

    Fewest people first; at most `MOST_CHANGED` of them, and `MOST_TRIED` ways.
    """
    ways = list_ways(len(prices))
    change = ways @ prices
    fits = np.flatnonzero((change >= least - TINY) & (change <= most + TINY))
    for place in fits[:MOST_TRIED]:
        yield tuple(ways[place].tolist())


@functools.cache
def list_ways(n_prices: int) -> np.ndarray:
    """How many of each price may come (go, below 0), fewest people first: (n_ways, n_prices)."""
    start = (0,) * n_prices
    seen, edge = {start: None}, [start]
    for _ in range(MOST_CHANGED):
        following: list[tuple[int, ...]] = []
        for counts, place, sign in itertools.product(edge, range(n_prices), (1, -1)):
            longer = (*counts[:place], counts[place] + sign, *counts[place + 1 :])
            if longer not in seen and len(seen) <= MOST_SEEN:
                seen[longer] = None
                following.append(longer)
        edge = following
    return np.array(list(seen), dtype=np.int64).reshape(len(seen), n_prices)[1:]
