"""Boxes of futures in which something happens: the patient rule induction method.

Peeling cuts off, again and again, the twentieth of the points at one end of one factor (or one
value of a list) that raises the share of hits most for what it costs; of the box of the path with
the clearest share, (density - base) sqrt(points in it), the ends of each factor are chosen again,
it is grown where that makes it clearer (pasting), and limits that do not are dropped (Friedman
and Fisher 1999, Stat. Comput. 9:123; for scenarios Bryant and Lempert 2010, Technol. Forecast.
Soc. Change 77:34). Whether a box is one is decided by the same search on hits that were shuffled.
Checked by
``tests/theory/test_analysis_prim.py`` (a planted box, noise).
"""

from typing import NamedTuple

import numpy as np

# Patience: with a tenth a box is found in half of the steps and its edges are twice as rough.
PEEL = 0.05
# Below this share of the points, or this many, a box is a handful of points.
LEAST_SHARE, LEAST_POINTS = 0.05, 8
# With 99 shuffles and .02, two fields of noise in a hundred have a box, and five in a hundred are
# far from usual; a box worth acting on is clearer than any of 99.
SHUFFLES, CHANCE = 99, 0.02
# A limit is kept where its box would hold so many hits by chance in one of twenty.
LIMIT_CHANCE = 0.05
MOST_BOXES = 3
"""as many as a person compares"""


class PrimBox(NamedTuple):
    """A box.

    Attributes
    ----------
    low, high : np.ndarray
        shape (n_factors,): its ends; infinite where it has no limit.
    inside : np.ndarray
        shape (n,): the points in it.
    coverage : float
        Share of all hits that it holds.
    density : float
        Share of its points that are hits.
    mass : float
        Share of all points that it holds.
    p : float
        Share of searches, its own counted, that found as clear a box where hits were shuffled.
    """

    low: np.ndarray
    high: np.ndarray
    inside: np.ndarray
    coverage: float
    density: float
    mass: float
    p: float


def find_boxes(
    units: np.ndarray, hits: np.ndarray, seed: int = 1, shuffles: int = SHUFFLES
) -> list[PrimBox]:
    """The boxes that hold more hits than chance would put there, the clearest first.

    Parameters
    ----------
    units : np.ndarray
        shape (n, n_factors): points.
    hits : np.ndarray
        shape (n,): whether it happens there.
    seed : int
        Of the shuffles.
    shuffles : int
        How many.
    """
    generator = np.random.default_rng(seed)
    left: np.ndarray = np.ones(len(hits), bool)
    boxes: list[PrimBox] = []
    while len(boxes) < MOST_BOXES:
        x, y = units[left], hits[left].astype(float)
        if not 0 < y.sum() < y.size or y.size < 2 * LEAST_POINTS:
            break
        low, high = find_box(x, y)
        p = _test(x, y, _measure(x, y, low, high), generator, shuffles)
        if p > CHANCE:
            break
        low, high = _drop(x, y, low, high)
        inside = contains(units, low, high) & left
        boxes.append(PrimBox(
            low, high, inside, float(hits[inside].sum() / hits.sum()),
            float(hits[inside].mean()), float(inside.mean()), p,
        ))  # fmt: skip
        left = left & ~inside
    return boxes


def contains(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which points lie in a box, its ends counted."""
    found: np.ndarray = np.asarray(((x >= low) & (x <= high)).all(axis=1))
    return found


def _test(
    x: np.ndarray, y: np.ndarray, clear: float, generator: np.random.Generator, shuffles: int
) -> float:
    """The chance that a search in shuffled hits finds as clear a box; 1 once that is plain."""
    if clear <= 0.0:
        return 1.0
    as_clear = 1
    for _ in range(shuffles):
        shuffled = generator.permutation(y)
        as_clear += _measure(x, shuffled, *find_box(x, shuffled)) >= clear
        if as_clear > CHANCE * (1 + shuffles):
            return 1.0
    return as_clear / (1 + shuffles)


def _measure(x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    inside = contains(x, low, high)
    n = int(inside.sum())
    return float((y[inside].mean() - y.mean()) * n**0.5) if n else 0.0


def find_box(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The clearest box: peeled, its limits chosen again each by itself, pasted."""
    return _paste(x, y, *_refit(x, y, *_peel(x, y)))


def _peel(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peel down to the least mass; the clearest box on the way."""
    d = x.shape[1]
    low, high = np.full(d, -np.inf), np.full(d, np.inf)
    least = max(LEAST_SHARE * len(y), LEAST_POINTS)
    best, clearest = (low.copy(), high.copy()), 0.0
    base = y.mean()
    inside = np.arange(len(y))
    while inside.size > least and y[inside].mean() < 1.0:
        found = _choose_peel(x[inside], y[inside], least)
        if found is None:
            break
        place, is_low, end, kept = found
        (low if is_low else high)[place] = end
        inside = inside[kept]
        clear = (y[inside].mean() - base) * inside.size**0.5
        if clear > clearest:
            best, clearest = (low.copy(), high.copy()), clear
    return best


def _choose_peel(
    x: np.ndarray, y: np.ndarray, least: float
) -> tuple[int, bool, float, np.ndarray] | None:
    """Factor, side, new end and what is kept of the peel that gains most for what it takes."""
    n, mean = len(y), y.mean()
    found, most = None, -np.inf
    rank = max(int(PEEL * n), 1)
    sorted_x = np.partition(x, (rank, n - 1 - rank), axis=0)
    for place in range(x.shape[1]):
        column = x[:, place]
        for is_low in (True, False):
            end = sorted_x[rank if is_low else n - 1 - rank, place]
            kept = column >= end if is_low else column <= end
            if kept.all():  # many equal values: all of the last one go
                inner = column[column > end] if is_low else column[column < end]
                if not inner.size:
                    continue
                end = inner.min() if is_low else inner.max()
                kept = column >= end if is_low else column <= end
            size = int(kept.sum())
            if size < least:
                continue
            gain = (y[kept].mean() - mean) / (n - size)
            if gain > most:
                found, most = (place, is_low, float(end), kept), gain
    return found


def _refit(
    x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the ends of each factor again, among all twentieths, while that makes it clearer.

    Peeling is greedy: where hits lie at both ends of a factor it may keep the poorer one.
    """
    low, high = low.copy(), high.copy()
    least = max(LEAST_SHARE * len(y), LEAST_POINTS)
    clear, is_better = _measure(x, y, low, high), True
    while is_better:
        is_better = False
        for place in range(x.shape[1]):
            before = low[place], high[place]
            low[place], high[place] = -np.inf, np.inf
            inside = contains(x, low, high)
            found, ends = _choose_ends(x[inside, place], y[inside], float(y.mean()), least)
            is_clearer = found > clear * (1 + 1e-9)
            low[place], high[place] = ends if is_clearer else before
            if is_clearer:
                clear, is_better = found, True
    return low, high


def _choose_ends(
    column: np.ndarray, y: np.ndarray, base: float, least: float
) -> tuple[float, tuple[float, float]]:
    """The clearest stretch of one factor between twentieths of its points, and how clear it is."""
    order = np.argsort(column, kind="stable")
    column, y = column[order], y[order]
    steps = round(1.0 / PEEL)
    values = np.unique(column[np.arange(steps + 1) * (y.size - 1) // steps])
    firsts = np.searchsorted(column, values, side="left")
    ends = np.searchsorted(column, values, side="right")
    sums = np.concatenate([[0.0], np.cumsum(y)])
    sizes = ends[None, :] - firsts[:, None]
    hits = sums[ends][None, :] - sums[firsts][:, None]
    many = sizes >= max(least, 1)
    clear = np.where(many, (hits / np.maximum(sizes, 1) - base) * np.sqrt(np.maximum(sizes, 0)), -1)
    one, other = np.unravel_index(int(clear.argmax()), clear.shape)
    low = -np.inf if one == 0 else float(values[one])
    high = np.inf if other == len(values) - 1 else float(values[other])
    return float(clear[one, other]), (low, high)


def _paste(
    x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Grow the box at any end by a twentieth of its points while that makes it clearer."""
    low, high = low.copy(), high.copy()
    clear = _measure(x, y, low, high)
    is_better = True
    while is_better:
        is_better = False
        for place in range(x.shape[1]):
            for ends, is_low in ((low, True), (high, False)):
                before = ends[place]
                ends[place] = _grow(x, low, high, place, is_low)
                found = _measure(x, y, low, high)
                if found > clear:
                    clear, is_better = found, True
                else:
                    ends[place] = before
    return low, high


def _grow(x: np.ndarray, low: np.ndarray, high: np.ndarray, place: int, is_low: bool) -> float:
    """The next end further out: past a twentieth of as many points as the box holds."""
    ends = low if is_low else high
    before = ends[place]
    if not np.isfinite(before):
        return float(before)
    ends[place] = -np.inf if is_low else np.inf
    column = x[contains(x, low, high), place]
    ends[place] = before
    out = np.sort(column[column < before])[::-1] if is_low else np.sort(column[column > before])
    if not out.size:
        return -np.inf if is_low else np.inf
    step = max(int(PEEL * (column.size - out.size)), 1)
    return float(out[min(step, out.size) - 1])


def _drop(
    x: np.ndarray, y: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Drop limits whose points outside hold no fewer hits than the box: they say nothing."""
    from scipy.stats import binom

    low, high = low.copy(), high.copy()
    for place in range(x.shape[1]):
        for ends, free in ((low, -np.inf), (high, np.inf)):
            before = ends[place]
            if not np.isfinite(before):
                continue
            inside = contains(x, low, high)
            ends[place] = free
            wider = contains(x, low, high)
            rate = float(y[wider].mean())
            # how likely so many hits are if the limit chose its points by chance
            p = float(binom.sf(y[inside].sum() - 1, int(inside.sum()), rate))
            if p <= LIMIT_CHANCE:
                ends[place] = before
    return low, high
