"""A finished sweep as arrays: factors by point, measures by point and replication.

Checked by ``tests/functional/test_analyze.py``.
"""

import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.compose import read_user_yaml
from sim.errors import InputError
from sim.scenario.build import build
from sim.store.schema import UNITS
from sim.study.design import SweepPoint, list_points
from sim.study.form import Experiment, Factor
from sim.study.reading import FILE
from sim.study.results import SweepResults, read_sweep_folder

FIRST_MEASURES = ("satisfaction", "answered_within_promise_share", "first_reply_min_p50", "cost")
"""what is analyzed unless somebody says otherwise: what a plan is judged by"""
# Of a function's own columns as many as a page can show.
MOST_MEASURES = 6


@dataclass(frozen=True)
class FactorColumn:
    """A factor and its values at all points.

    Attributes
    ----------
    key : str
        What it sets.
    factor : Factor
        Its list or range.
    values : list
        shape (n_points,): what is set.
    units : np.ndarray
        shape (n_points,): where in its range or list that is, from 0 to 1.
    """

    key: str
    factor: Factor
    values: list[Any]
    units: np.ndarray

    @property
    def is_list(self) -> bool:
        """Whether it is a list of values of no order."""
        listed = self.factor.values
        return listed is not None and not all(is_amount(value) for value in listed)


@dataclass(frozen=True)
class SweepData:
    """What is analyzed.

    Attributes
    ----------
    name, title : str
        Of the experiment.
    kind : str
        arms, or the design's kind.
    experiment : Experiment
        As it was stored.
    points : list of SweepPoint
        In order.
    factors : tuple of FactorColumn
        None with arms.
    measures : dict of str to np.ndarray
        shape (n_points, n_replications): NaN where there is no value.
    """

    name: str
    title: str
    kind: str
    experiment: Experiment
    points: list[SweepPoint]
    factors: tuple[FactorColumn, ...]
    measures: dict[str, np.ndarray]

    @property
    def replications(self) -> int:
        """The most that a point has."""
        return next(iter(self.measures.values())).shape[1]

    @property
    def labels(self) -> list[str]:
        """A name of each point: its arm, or what its factors are."""
        return [point.arm or label_values(point.values) for point in self.points]


def is_amount(value: object) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def label_values(values: dict[str, Any]) -> str:
    """The values of a point in a few words.

    >>> label_values({"scenario.demand.base_per_h": 12.0, "brand": "att"})
    'base_per_h 12, brand att'
    """
    return ", ".join(f"{key.rpartition('.')[2]} {write_setting(value)}"
                     for key, value in values.items())  # fmt: skip


def write_setting(value: Any) -> str:
    """A value of a factor, short."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def read_sweep_data(folder: pathlib.Path, chosen: Sequence[str] = ()) -> SweepData:
    """Read a finished sweep for its analysis.

    Parameters
    ----------
    folder : pathlib.Path
        The sweep's.
    chosen : sequence of str
        Measures; those that a plan is judged by if empty.

    Raises
    ------
    InputError
        No finished sweep, no such measure, or a design that is not that of its experiment.
    """
    stored = read_sweep_folder(folder)
    experiment = build(Experiment, read_user_yaml(folder / FILE), "")
    points = list_points(experiment)
    if len(points) != len(stored.design["point"]):
        raise InputError(
            f"{folder}: design.parquet has {len(stored.design['point']):,} points, "
            f"experiment.yaml says {len(points):,}"
        )
    if not stored.replications["point"].size:
        raise InputError(f"{folder}: every job failed (failed.jsonl); there is nothing to analyze")
    names = choose_measures(stored, chosen)
    measures = {name: spread_rows(stored, name, len(points)) for name in names}
    factors = tuple(
        make_column(key, factor, [point.values[key] for point in points])
        for key, factor in experiment.factors.items()
    )
    check_design(folder, stored, factors)
    kind = "arms" if experiment.arms or experiment.design is None else experiment.design.kind
    name = str(stored.summary.get("experiment") or folder.resolve().name)
    return SweepData(name, experiment.title, kind, experiment, points, factors, measures)


def choose_measures(stored: SweepResults, chosen: Sequence[str]) -> list[str]:
    """The measures to analyze, of those that are stored."""
    from sim.compose import suggest

    held = [
        name
        for name, cells in stored.replications.items()
        if name not in ("point", "replication") and cells.dtype.kind in "biuf"
    ]
    wrong = [name for name in chosen if name not in held]
    if wrong:
        raise InputError(
            f"measures={wrong[0]}: no such measure{suggest(wrong[0], held)} "
            f"(allowed: {', '.join(held)})"
        )
    usual = [name for name in FIRST_MEASURES if name in held]
    own = [name for name in held if name not in UNITS]
    found = list(chosen) or [*usual, *own][:MOST_MEASURES] or held[:MOST_MEASURES]
    if not found:
        raise InputError("the sweep has no column of numbers; there is nothing to analyze")
    return found


def spread_rows(stored: SweepResults, name: str, n_points: int) -> np.ndarray:
    """A measure by point and replication, shape (n_points, n_replications)."""
    points, numbers = stored.replications["point"], stored.replications["replication"]
    found = np.full((n_points, int(numbers.max()) + 1), np.nan)
    found[points, numbers] = stored.replications[name].astype(float)
    return found


def make_column(key: str, factor: Factor, values: list[Any]) -> FactorColumn:
    """A factor with its values and where in its range they are."""
    return FactorColumn(key, factor, values, np.array([find_unit(factor, one) for one in values]))


def find_unit(factor: Factor, value: Any) -> float:
    """Where in the unit interval a value of a factor comes from: the way back of `stretch`."""
    if factor.values is not None:
        return (list(factor.values).index(value) + 0.5) / len(factor.values)
    assert factor.low is not None
    assert factor.high is not None
    low, high = float(factor.low), float(factor.high)
    if factor.whole:
        value, high = float(value) + 0.5, high + 1.0
    if factor.scale == "log":
        return float(np.log(value / low) / np.log(high / low))
    return (float(value) - low) / (high - low)


def find_currency(folder: pathlib.Path) -> str:
    """The currency of a sweep's costs, where its scenario is shipped or still there."""
    from sim.compose.choice import read_scenario

    plain = read_user_yaml(folder / FILE)
    fixed = plain.get("fixed") or {}
    try:
        said = fixed.get("scenario.currency") or read_scenario(plain["scenario"]).data["currency"]
    except (InputError, KeyError):
        return ""
    return str(said)


def check_design(
    folder: pathlib.Path, stored: SweepResults, factors: Sequence[FactorColumn]
) -> None:
    """Require that what was played is what the experiment says.

    Raises
    ------
    InputError
        A drawn design came out otherwise: another version of scipy.
    """
    for column in factors:
        cells = stored.design.get(column.key)
        if cells is None or cells.dtype.kind not in "iuf" or not all(map(is_amount, column.values)):
            continue
        if not np.allclose(cells.astype(float), np.array(column.values, float), rtol=1e-9):
            raise InputError(
                f"{folder}: design.parquet has other values of {column.key} than experiment.yaml "
                "gives here; was it made by another version of scipy?"
            )
