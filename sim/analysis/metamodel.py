"""A quadratic in the factors, fitted to the points of a design, and whether it is enough.

Each range is coded from -1 to 1 (on its own scale), each list of no order by a column for every
value but the first. Least squares on the means over replications; the lack of fit is what is left
between points against what replications differ by at the points, once the replication's own mean
is taken off (all points meet the same draws): F = (R SS_left / (n - p)) / (SS_pure / ((n - 1)
(R - 1))) (Kleijnen 2015, *Design and Analysis of Simulation Experiments*, 3.2 and 3.5). Q2 is the
part of the spread that the fit foretells of points left out in turn. Checked by
``tests/theory/test_analysis_metamodel.py``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.estimate import quantile_t

# With fewer points left than this, residuals say nothing about the fit.
LEAST_LEFT = 5
# Squares of rounding are 1e-32 of the values'; nothing that is drawn is so even.
ROUNDING = 1e-20


class ModelTerm(NamedTuple):
    """A term of the quadratic.

    Attributes
    ----------
    name : str
        Such as ``a``, ``a^2``, ``a x b``, ``brand = att``.
    value, low, high : float
        Coefficient with its 95 % interval.
    """

    name: str
    value: float
    low: float
    high: float


class Metamodel(NamedTuple):
    """A fitted quadratic.

    Attributes
    ----------
    form : str
        quadratic, squares (no products) or linear: what the points are enough for.
    terms : tuple of ModelTerm
        The first is the constant.
    r2, q2 : float
        Part of the spread between points that it says, of its own points and of left out ones.
    f, p : float
        Of the lack of fit; NaN with one replication, or where they differ by a common part alone.
    worst : int
        The row that it misses most.
    n : int
        Points.
    """

    form: str
    terms: tuple[ModelTerm, ...]
    r2: float
    q2: float
    f: float
    p: float
    worst: int
    n: int


class CodedFactor(NamedTuple):
    """A factor's columns, shape (n, k) each from -1 to 1, and their names."""

    names: tuple[str, ...]
    columns: np.ndarray
    is_list: bool


def lay_terms(factors: Sequence[CodedFactor], form: str) -> tuple[list[str], np.ndarray]:
    """The names and the columns of a quadratic's terms, the constant first."""
    n = len(factors[0].columns)
    names, columns = ["constant"], [np.ones(n)]
    for one in factors:
        names += one.names
        columns += list(one.columns.T)
    if form != "linear":
        for one in factors:
            if not one.is_list:
                names.append(f"{one.names[0]}^2")
                columns.append(one.columns[:, 0] ** 2)
    if form == "quadratic":
        for place, one in enumerate(factors):
            for other in factors[place + 1 :]:
                for i, first in enumerate(one.names):
                    for j, second in enumerate(other.names):
                        names.append(f"{first} x {second}")
                        columns.append(one.columns[:, i] * other.columns[:, j])
    return names, np.column_stack(columns)


def choose_form(factors: Sequence[CodedFactor], n: int) -> str | None:
    """The richest form that n points are enough for; None if not even a straight one."""
    for form in ("quadratic", "squares", "linear"):
        _, columns = lay_terms(factors, form)
        count = columns.shape[1]
        if n >= count + LEAST_LEFT and np.linalg.matrix_rank(columns) == count:
            return form
    return None


def fit_metamodel(factors: Sequence[CodedFactor], values: np.ndarray) -> Metamodel | None:
    """Fit it to values of shape (n_points, n_replications), none missing; None if too few."""
    n = len(values)
    form = choose_form(factors, n)
    if form is None:
        return None
    names, columns = lay_terms(factors, form)
    means = values.mean(axis=1)
    inverse = np.linalg.inv(columns.T @ columns)
    found = inverse @ columns.T @ means
    left = means - columns @ found
    freedom = n - columns.shape[1]
    spread = float(((means - means.mean()) ** 2).sum())
    half = quantile_t(0.975, freedom) * np.sqrt(np.diag(inverse) * (left @ left) / freedom)
    leverage = np.einsum("ij,jk,ik->i", columns, inverse, columns)
    press = float(((left / np.maximum(1.0 - leverage, 1e-12)) ** 2).sum())
    f, p = _test_fit(values, float(left @ left), freedom)
    return Metamodel(
        form,
        tuple(ModelTerm(name, float(one), float(one - far), float(one + far))
              for name, one, far in zip(names, found, half, strict=True)),
        1.0 - float(left @ left) / spread if spread else float("nan"),
        1.0 - press / spread if spread else float("nan"),
        f,
        p,
        int(np.abs(left).argmax()),
        n,
    )  # fmt: skip


def _test_fit(values: np.ndarray, squares: float, freedom: int) -> tuple[float, float]:
    """F and p of the lack of fit."""
    n, count = values.shape
    if count < 2:
        return float("nan"), float("nan")
    pure = values - values.mean(axis=1, keepdims=True)
    pure = pure - pure.mean(axis=0, keepdims=True)
    degrees = (n - 1) * (count - 1)
    error = float((pure**2).sum()) / degrees
    if error <= ROUNDING * float(values.var()):
        return float("nan"), float("nan")
    from scipy.special import fdtrc

    f = count * squares / freedom / error
    return f, float(fdtrc(freedom, degrees, f))
