"""Which futures break a plan: boxes of factors in which a measure is beyond its limit.

Checked by ``tests/functional/test_analyze.py``.
"""

import math
from typing import Any

import numpy as np

from sim.analysis.choosing import JUDGED, WORST, BreakRule
from sim.analysis.prim import PrimBox, find_boxes
from sim.analysis.sweep_data import FactorColumn, SweepData, write_setting
from sim.study.design import stretch


def describe_breaks(data: SweepData, rule: BreakRule | None) -> dict[str, Any]:
    """The boxes as plain data: limits, coverage, density, mass, p."""
    if rule is None:
        judged = next((name for name in JUDGED if name in data.measures), None)
        if judged is None:
            return {"why_not": "say what breaks a plan: breaks='MEASURE<NUMBER'"}
        rule = BreakRule(judged, True, None)
    places = list_futures(data)
    values = data.measures[rule.measure][places]
    held = ~np.isnan(values).all(axis=1)
    means = np.nanmean(values[held], axis=1)
    limit = float(np.quantile(means, WORST)) if rule.limit is None else rule.limit
    hits = means < limit if rule.is_below else means > limit
    units = np.column_stack([column.units[places][held] for column in data.factors])
    found: dict[str, Any] = {
        "measure": rule.measure,
        "is_below": rule.is_below,
        "limit": limit,
        "is_worst_share": WORST if rule.limit is None else None,
        "futures": int(hits.size),
        "broken": int(hits.sum()),
    }
    if not 0 < hits.sum() < hits.size:
        return found | {
            "why_not": "every future breaks it" if hits.any() else "no future breaks it"
        }
    boxes = find_boxes(units, hits)
    return found | {"boxes": [describe_box(data, units, box) for box in boxes]}


def list_futures(data: SweepData) -> np.ndarray:
    """The points that are drawn independently: of Saltelli's rows those of A and B."""
    n = len(data.points)
    if data.kind != "saltelli":
        return np.arange(n)
    rows = np.arange(n).reshape(-1, len(data.factors) + 2)
    return rows[:, :2].ravel()


def describe_box(data: SweepData, units: np.ndarray, box: PrimBox) -> dict[str, Any]:
    """A box with its limits in the factors' own units."""
    limits = [
        {"key": column.key, **describe_limits(column, float(low), float(high), units[:, place])}
        for place, (column, low, high) in enumerate(zip(data.factors, box.low, box.high,
                                                        strict=True))
        if math.isfinite(low) or math.isfinite(high)
    ]  # fmt: skip
    return {
        "limits": limits,
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "futures": int(box.inside.sum()),
        "p": box.p,
    }


def describe_limits(
    column: FactorColumn, low: float, high: float, units: np.ndarray
) -> dict[str, Any]:
    """The limits of one factor: values of a list, or the ends half way to the points outside."""
    listed = column.factor.values
    if listed is not None:
        kept = [one for place, one in enumerate(listed)
                if low <= (place + 0.5) / len(listed) <= high]  # fmt: skip
        return {"values": kept, "said": ", ".join(map(write_setting, kept))}
    found: dict[str, Any] = {"low": None, "high": None}
    if math.isfinite(low):
        below = units[units < low]
        found["low"] = stretch(column.factor, (low + below.max()) / 2 if below.size else low)
    if math.isfinite(high):
        above = units[units > high]
        found["high"] = stretch(column.factor, (high + above.min()) / 2 if above.size else high)
    words = [f"{word} {write_setting(found[side])}"
             for side, word in (("low", "above"), ("high", "below"))
             if found[side] is not None]  # fmt: skip
    return found | {"said": " and ".join(words)}
