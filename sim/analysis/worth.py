"""Which points of a sweep say what staff is worth, and which are judged by them.

Checked by ``tests/functional/test_analyze.py``.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.sweep_data import SweepData

STAFFING: dict[str, float | None] = {"policy.staff_factor": 1.0, "planner.budget": None}
"""keys that say how much staff there is, with what they are where nobody sets them"""
NO_WORTH = ("cost", "staffed_h", "overtime_h")
"""measures that staff makes by itself"""


class StaffCurve(NamedTuple):
    """Points that differ from the reference in staff alone, and points with as much as it.

    Attributes
    ----------
    key : str
        What is varied.
    at : float
        The reference's amount.
    reference : int
        Its place.
    amounts : np.ndarray
        Rising.
    curve, others : list of int
        Places of points.
    """

    key: str
    at: float
    reference: int
    amounts: np.ndarray
    curve: list[int]
    others: list[int]


def find_curve(data: SweepData, reference: int) -> StaffCurve | None:
    """The points that say what staff is worth; None where there are none."""
    settings = [{**data.experiment.fixed, **point.values} for point in data.points]
    for key, usual in STAFFING.items():
        given = [one.get(key, usual) for one in settings]
        amounts = [float(one) for one in given if isinstance(one, int | float)]
        if len(amounts) < len(given) or len(set(amounts)) < 2:
            continue
        if data.kind == "grid":
            reference = _find_middle(settings, amounts, key)
        own = _leave_out(settings[reference], key)
        curve = [place for place, one in enumerate(settings) if _leave_out(one, key) == own]
        curve = list({amounts[place]: place for place in reversed(curve)}.values())
        curve.sort(key=lambda place: amounts[place])
        others = [place for place in range(len(settings))
                  if amounts[place] == amounts[reference]
                  and _leave_out(settings[place], key) != own]  # fmt: skip
        at = amounts[reference]
        if len(curve) > 1 and others and at > 0:
            rising = np.array([amounts[place] for place in curve])
            return StaffCurve(key, at, reference, rising, curve, others)
    return None


def _leave_out(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def _find_middle(settings: list[dict[str, Any]], amounts: list[float], key: str) -> int:
    """Of a grid: the first of the other factors' values, with the staff nearest to usual."""
    first = _leave_out(settings[0], key)
    own = [place for place, one in enumerate(settings) if _leave_out(one, key) == first]
    ordered = sorted(own, key=lambda place: amounts[place])
    usual = STAFFING[key]
    if usual is None:
        return ordered[len(ordered) // 2]
    return min(ordered, key=lambda place: abs(amounts[place] - usual))
