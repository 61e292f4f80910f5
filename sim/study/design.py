"""Designs: which values the factors have at each point.

A drawn design lies in the unit cube and is stretched over the factors: u of a range gives
low + (high - low) u, or low (high / low)^u on a scale of logarithms; of a list of k values the one
of number floor(k u). Latin hypercubes and Sobol's sequence are scipy's (`scipy.stats.qmc`,
scrambled by `design.seed`); Sobol's goes on where `points` grow, so earlier points stay.
*saltelli* (Saltelli et al. 2010, Comput. Phys. Commun. 181:259) has for each point of two
independent samples A and B the rows A, B, and A with one column of B in turn, d + 2 rows;
*morris* (Morris 1991, Technometrics 33:161) has trajectories on a grid of p levels in which
each factor moves once by p / (2 (p - 1)), d + 1 rows. Checked by
``tests/unit/test_study_design.py``.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.study.form import Design, Experiment, Factor

# Morris' own choice, of which all later advice is a variant.
MORRIS_LEVELS = 4


class SweepPoint(NamedTuple):
    """A point of a design.

    Attributes
    ----------
    number : int
        From 0.
    arm : str
        Its name where the experiment has arms, else empty.
    values : dict of str to object
        What is set, by key.
    """

    number: int
    arm: str
    values: dict[str, Any]


def list_points(experiment: Experiment) -> list[SweepPoint]:
    """All points of an experiment, in order.

    Raises
    ------
    InputError
        There are more than ``design.at_most``.
    """
    if experiment.arms:
        arms = experiment.arms.items()
        return [SweepPoint(number, arm, dict(one)) for number, (arm, one) in enumerate(arms)]
    design, factors = experiment.design, experiment.factors
    assert design is not None
    count = count_points(design, factors)
    if count > design.at_most:
        raise InputError(
            f"design: {count:,} points; allowed: at most design.at_most = {design.at_most:,}"
        )
    rows = lay_rows(design, factors)
    return [SweepPoint(number, "", dict(zip(factors, row, strict=True)))
            for number, row in enumerate(rows)]  # fmt: skip


def count_points(design: Design, factors: dict[str, Factor]) -> int:
    """How many points a design has, before any is made."""
    if design.kind == "list":
        return len(next(iter(factors.values())).values or ())
    if design.kind == "grid":
        return math.prod(
            len(one.values) if one.values is not None else (design.levels or 0)
            for one in factors.values()
        )
    rows = {"saltelli": len(factors) + 2, "morris": len(factors) + 1}.get(design.kind, 1)
    return (design.points or 0) * rows


def lay_rows(design: Design, factors: dict[str, Factor]) -> Iterator[tuple[Any, ...]]:
    """The factors' values at each point, in the order of the factors."""
    listed = list(factors.values())
    if design.kind == "list":
        return zip(*(one.values or () for one in listed), strict=True)
    if design.kind == "grid":
        return itertools.product(*(list_levels(one, design.levels or 2) for one in listed))
    units = draw_units(design, len(listed))
    return (tuple(map(stretch, listed, row)) for row in units.tolist())


def list_levels(factor: Factor, levels: int) -> list[Any]:
    """The values of a factor on a grid: all of a list, evenly spaced ones of a range."""
    if factor.values is not None:
        return list(factor.values)
    found = (stretch(factor, place / (levels - 1)) for place in range(levels))
    return list(dict.fromkeys(found))


def stretch(factor: Factor, u: float) -> Any:
    """The value at a place between 0 and 1."""
    if factor.values is not None:
        return factor.values[min(int(u * len(factor.values)), len(factor.values) - 1)]
    assert factor.low is not None
    assert factor.high is not None
    low, high = factor.low, factor.high
    if factor.whole:
        # Each whole number has its share of the unit length, the last one too.
        return min(math.floor(_place(low, high + 1.0, factor.scale, u)), math.floor(high))
    if u in (0.0, 1.0):
        return low if u == 0.0 else high
    return _place(low, high, factor.scale, u)


def _place(low: float, high: float, scale: str, u: float) -> float:
    return low * (high / low) ** u if scale == "log" else low + (high - low) * u


def draw_units(design: Design, n_factors: int) -> np.ndarray:
    """A drawn design in the unit cube, shape (n_points, n_factors)."""
    assert design.points is not None
    if design.kind == "morris":
        return draw_morris(design.points, n_factors, design.levels or MORRIS_LEVELS, design.seed)
    from scipy.stats import qmc

    if design.kind == "lhs":
        return qmc.LatinHypercube(n_factors, rng=design.seed).random(design.points)
    if design.kind == "sobol":
        return qmc.Sobol(n_factors, rng=design.seed).random(design.points)
    both = qmc.Sobol(2 * n_factors, rng=design.seed).random(design.points)
    return mix_samples(both[:, :n_factors], both[:, n_factors:])


def mix_samples(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Saltelli's rows: for each row a of A and b of B: a, b, then a with b's values in turn."""
    n, d = one.shape
    rows = np.repeat(one[:, None, :], d + 2, axis=1)
    rows[:, 1] = other
    for place in range(d):
        rows[:, place + 2, place] = other[:, place]
    return rows.reshape(n * (d + 2), d)


def draw_morris(trajectories: int, n_factors: int, levels: int, seed: int) -> np.ndarray:
    """Morris' trajectories, one after the other; a longer design begins with a shorter one."""
    generator = np.random.default_rng(seed)
    step = levels / (2.0 * (levels - 1))
    rows = []
    for _ in range(trajectories):
        start = generator.integers(0, levels // 2, n_factors) / (levels - 1)
        rises = generator.integers(0, 2, n_factors).astype(bool)
        order = generator.permutation(n_factors)
        row = np.where(rises, start, start + step)
        rows.append(row.copy())
        for place in order:
            row[place] = start[place] + step if rises[place] else start[place]
            rows.append(row.copy())
    return np.array(rows)
