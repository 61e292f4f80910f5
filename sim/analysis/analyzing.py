"""All analyses of a sweep as plain data: what analysis.json holds.

Checked by ``tests/functional/test_analyze.py``.
"""

import math
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.analysis.breaks import describe_breaks
from sim.analysis.choosing import (
    BreakRule,
    choose_analyses,
    choose_reference,
    read_breaks,
)
from sim.analysis.differences import find_differences, find_equivalents
from sim.analysis.effects import find_grid_effects
from sim.analysis.metamodel import CodedFactor, fit_metamodel
from sim.analysis.morris import find_effects
from sim.analysis.simultaneous import Contrasts
from sim.analysis.sobol import find_indices, split_rows
from sim.analysis.sweep_data import FactorColumn, SweepData, is_amount, read_sweep_data
from sim.analysis.worth import NO_WORTH, find_curve
from sim.errors import InputError
from sim.outcomes.estimate import estimate_measure
from sim.store.schema import SCHEMA_VERSION, UNITS
from sim.study.design import MORRIS_LEVELS, draw_morris

Progress = Callable[[str, int, int], None]
Plain = dict[str, Any]
# With more points their means are for the table alone.
MEANS_TOLD = 100
# Means that differ by less than this part of themselves differ by rounding.
CONSTANT = 1e-12


def analyze_folder(
    folder: pathlib.Path,
    progress: Progress,
    measures: Sequence[str] = (),
    analyses: Sequence[str] = (),
    breaks: str | None = None,
    reference: str | None = None,
) -> Plain:
    """Analyze a finished sweep.

    Parameters
    ----------
    folder : pathlib.Path
        The sweep's.
    progress : callable
        Is told what is done.
    measures : sequence of str
        Those to analyze; those that a plan is judged by if empty.
    analyses : sequence of str
        Those to make; all that the design can give if empty.
    breaks : str, optional
        What breaks a plan, such as ``satisfaction<.55``.
    reference : str, optional
        The arm, or the number of the point, that others are compared with; the first if None.

    Raises
    ------
    InputError
        What is asked for cannot be given; nothing is computed then.
    """
    rule = None if breaks is None else read_breaks(breaks)
    extra = [rule.measure] if rule and measures and rule.measure not in measures else []
    data = read_sweep_data(folder, [*measures, *extra])
    if rule and rule.measure not in data.measures:
        data = read_sweep_data(folder, [*data.measures, rule.measure])
    names = choose_analyses(data, analyses)
    if rule and "breaks" not in names:
        choose_analyses(data, ["breaks"])
    place = choose_reference(data, reference)
    if reference is not None and "differences" not in names:
        raise InputError(f"reference={reference}: only differences have one, of arms or lists")
    return describe_sweep(data, names, rule, place, progress)


def describe_sweep(
    data: SweepData,
    names: Sequence[str],
    rule: BreakRule | None,
    reference: int,
    progress: Progress,
) -> Plain:
    """The analyses of all measures as plain data."""
    found: Plain = {
        "schema": SCHEMA_VERSION,
        "experiment": data.name,
        "title": data.title,
        "design": data.kind,
        "points": len(data.points),
        "replications": data.replications,
        "analyses": list(names),
        "labels": data.labels if len(data.points) <= MEANS_TOLD else [],
        "factors": [describe_factor(column) for column in data.factors],
        "measures": {},
    }
    total = len(data.measures) + 1
    for done, (name, values) in enumerate(data.measures.items()):
        progress("Analyzing", done, total)
        found["measures"][name] = describe_measure(data, name, values, names, reference)
    if "breaks" in names:
        found["breaks"] = describe_breaks(data, rule)
    progress("Analyzing", total, total)
    return found


def describe_factor(column: FactorColumn) -> Plain:
    """A factor's key and range."""
    one = column.factor
    if one.values is not None:
        return {"key": column.key, "values": list(one.values)}
    return {"key": column.key, "low": one.low, "high": one.high, "scale": one.scale}


def describe_measure(
    data: SweepData, name: str, values: np.ndarray, names: Sequence[str], reference: int
) -> Plain:
    """What the analyses say about one measure."""
    missing = int(np.isnan(values).all(axis=1).sum())
    found: Plain = {"unit": UNITS.get(name, ""), "points_without_value": missing}
    with_value = values[~np.isnan(values).all(axis=1)]
    found |= {
        "means": [describe_mean(name, row) for row in values] if len(values) <= MEANS_TOLD else []
    }
    if with_value.size == 0:
        return found | {"said": ["no point has a value"]}
    means = np.nanmean(with_value, axis=1)
    spread = float(np.ptp(means))
    if spread <= CONSTANT * max(float(np.abs(means).max()), 1e-300):
        return found | {"said": [f"the same, {means[0]:.6g}, at every point: nothing to explain"]}
    found["said"] = [] if data.replications > 1 else [
        "one replication a point: no intervals and no share of noise"
    ]  # fmt: skip
    for analysis in names:
        if analysis in DESCRIBED:
            found[analysis] = DESCRIBED[analysis](data, name, values, reference)
    return found


def describe_mean(name: str, row: np.ndarray) -> Plain:
    """A point's mean with its interval and its number of replications."""
    one = estimate_measure(name, row)
    return {"mean": one.mean, "low": one.ci_low, "high": one.ci_high, "n": one.n}


def describe_differences(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """Paired differences to the reference, and what they are worth in staff."""
    held = [place for place in range(len(values)) if not np.isnan(values[place]).all()]
    if reference not in held or len(held) < 2:
        return {"why_not": "the reference, or every other point, has no value"}
    contrasts = find_differences(values[held], held.index(reference))
    others = [place for place in held if place != reference]
    found: Plain = {
        "reference": data.labels[reference],
        "rows": [
            {"point": place, "label": data.labels[place], **one}
            for place, one in zip(others, list_contrasts(contrasts), strict=True)
        ],
    }
    return found | describe_worth(data, name, values, reference)


def describe_worth(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """Equivalents in staff, where staff is among what is varied."""
    curve = find_curve(data, reference)
    if curve is None or name in NO_WORTH:
        return {}
    worth = find_equivalents(curve.amounts, values[curve.curve], values[curve.others], curve.at)
    return {
        "worth": {
            "key": curve.key,
            "at": curve.at,
            "rows": [
                {"label": data.labels[place], **tell_ratio(one._asdict())}
                for place, one in zip(curve.others, worth, strict=True)
            ],
        }
    }


def tell_ratio(one: dict[str, float]) -> Plain:
    """An equivalent, with words where the curve does not reach it."""
    ratio = one["ratio"]
    said = ""
    if ratio == 0.0 or math.isinf(ratio):
        said = "more than the most staff" if math.isinf(ratio) else "less than the least staff"
    return {**one, "said": said}


def list_contrasts(contrasts: Contrasts) -> list[Plain]:
    """A row for each contrast."""
    rows = zip(contrasts.mean, contrasts.low, contrasts.high, strict=True)
    return [{"mean": float(mean), "low": float(low), "high": float(high), "n": contrasts.n}
            for mean, low, high in rows]  # fmt: skip


def describe_effects(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """Main effects and interactions of a grid."""
    if np.isnan(values).all(axis=1).any():
        return {"why_not": "a point of the grid has no value"}
    levels = [list(dict.fromkeys(map(str, column.values))) for column in data.factors]
    sizes = tuple(map(len, levels))
    rows = []
    for effect in find_grid_effects(values, sizes):
        places = np.unravel_index(np.arange(effect.contrasts.mean.size),
                                  [sizes[place] for place in effect.factors])  # fmt: skip
        rows += [
            {
                "factors": [data.factors[place].key for place in effect.factors],
                "levels": [levels[place][int(at[row])]
                           for place, at in zip(effect.factors, places, strict=True)],
                "share": effect.share,
                **one,
            }
            for row, one in enumerate(list_contrasts(effect.contrasts))
        ]  # fmt: skip
    return {"rows": rows} | describe_worth(data, name, values, reference)


def describe_sobol(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """Sobol's indices."""
    rows = split_rows(values, len(data.factors))
    if len(rows) < 2:
        return {"why_not": "fewer than two base points have all their values"}
    found = find_indices(rows)
    return {
        "base_points": found.n,
        "variance": found.variance,
        "noise_share": found.noise_share,
        "rows": [
            {
                "key": column.key,
                **{
                    f"{kind}{part}": float(each)
                    for kind in ("first", "total", "first_clean", "total_clean")
                    for part, each in zip(
                        ("", "_low", "_high"),
                        (getattr(found, kind)[place], *getattr(found, f"{kind}_ends")[:, place]),
                        strict=True,
                    )
                },
            }
            for place, column in enumerate(data.factors)
        ],
    }


def describe_morris(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """Morris' effects."""
    design = data.experiment.design
    assert design is not None
    assert design.points is not None
    units = draw_morris(
        design.points, len(data.factors), design.levels or MORRIS_LEVELS, design.seed
    )
    found = find_effects(units, values)
    if found.n == 0:
        return {"why_not": "no trajectory has all its values"}
    return {
        "trajectories": found.n,
        "rows": [
            {
                "key": column.key,
                "mu_star": float(found.mu_star[place]),
                "mu_star_low": float(found.mu_star_ends[0, place]),
                "mu_star_high": float(found.mu_star_ends[1, place]),
                "mu": float(found.mu[place]),
                "sigma": float(found.sigma[place]),
                "noise": float(found.noise[place]),
            }
            for place, column in enumerate(data.factors)
        ],
    }


def describe_metamodel(data: SweepData, name: str, values: np.ndarray, reference: int) -> Plain:
    """The quadratic metamodel."""
    shared = ~np.isnan(values[~np.isnan(values).all(axis=1)]).any(axis=0)
    held = ~np.isnan(values[:, shared]).any(axis=1) if shared.any() else np.zeros(len(values), bool)
    coded = [code_factor(column, held) for column in data.factors]
    found = fit_metamodel(coded, values[held][:, shared]) if held.sum() > 2 else None
    if found is None:
        return {"why_not": f"{int(held.sum())} points are too few for {len(coded)} factors"}
    return {
        "form": found.form,
        "points": found.n,
        "r2": found.r2,
        "q2": found.q2,
        "lack_of_fit": {"f": found.f, "p": found.p},
        "worst_point": int(np.flatnonzero(held)[found.worst]),
        "rows": [term._asdict() for term in found.terms],
    }


def code_factor(column: FactorColumn, held: np.ndarray) -> CodedFactor:
    """A factor from -1 to 1; a list of no order as a column for each value but the first."""
    short = column.key.rpartition(".")[2]
    listed = column.factor.values
    if listed is None:
        return CodedFactor((short,), (2.0 * column.units[held] - 1.0)[:, None], False)
    values = [value for value, is_held in zip(column.values, held, strict=True) if is_held]
    if not column.is_list and len(listed) > 2:
        numbers = np.array(values, float)
        low, high = min(map(float, listed)), max(map(float, listed))
        return CodedFactor((short,), (2 * (numbers - low) / (high - low) - 1)[:, None], False)
    amounts = [one for one in listed if is_amount(one)]
    shown = [one if one not in amounts else f"{one:g}" for one in listed]
    columns = np.array([[value == one for one in listed[1:]] for value in values], float)
    return CodedFactor(tuple(f"{short} = {one}" for one in shown[1:]), columns, True)


DESCRIBED: dict[str, Callable[[SweepData, str, np.ndarray, int], Plain]] = {
    "differences": describe_differences,
    "effects": describe_effects,
    "sobol": describe_sobol,
    "morris": describe_morris,
    "metamodel": describe_metamodel,
}
