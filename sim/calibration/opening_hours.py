"""Opening hours and the kinds of shift that cover them.

Checked by ``tests/unit/test_calibration_scaling.py``.
"""

from typing import Any

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.parts import ShiftRules

# Starts of full and of part-time shifts, as many as the shipped scenarios have; more follow
# demand closer and make the planner's program larger.
FULL_KINDS, PART_KINDS = 5, 4
# Part of the mentions that may miss the target that closing hours may take: a quarter is left for
# queues.
OUTSIDE_PART = 0.75


def widen_hours(
    from_h: float, to_h: float, day_shape: np.ndarray, target_share: float
) -> tuple[float, float]:
    """Open longer until the promise can be kept; past midnight where the hours do so already.

    Parameters
    ----------
    from_h, to_h : float
        Opening hours; closing above 24 is on the next day.
    day_shape : np.ndarray
        float64, shape (24,): mentions by local hour.
    target_share : float
        Share of mentions that must be answered in time.

    Returns
    -------
    tuple of float
        Hours outside of which at most three quarters of what the target leaves arrive.
    """
    share = day_shape / day_shape.sum()
    first, last = int(np.floor(from_h)), int(np.ceil(to_h))
    most = OUTSIDE_PART * (1.0 - target_share)

    def miss() -> float:
        return float(1.0 - share[np.arange(first, last) % 24].sum())

    if miss() <= most:
        return from_h, to_h
    latest = 24 if to_h <= 24 else 48
    while miss() > most and last - first < 24:
        before = share[first - 1] if first > 0 else -1.0
        after = share[last % 24] if last < latest else -1.0
        if before >= after:
            first -= 1
        else:
            last += 1
    return float(first), float(last)


def list_shift_kinds(from_h: float, to_h: float, rules: ShiftRules) -> list[dict[str, Any]]:
    """Kinds of shift that cover the hours, as long as the base's own.

    Parameters
    ----------
    from_h, to_h : float
        Opening hours; closing above 24 is on the next day.
    rules : ShiftRules
        Of the base scenario; its longest full-time and part-time shifts set the lengths.

    Returns
    -------
    list of dict
        For ``shifts.kinds``: whole hours, none reaches out of the opening hours; full-time ones
        have the breaks of the base's longest.
    """
    span = to_h - from_h
    full = [kind for kind in rules.kinds if not kind.part_time]
    longest = max(full, key=lambda kind: kind.length_h, default=None)
    part = [kind.length_h for kind in rules.kinds if kind.part_time]
    length = min(longest.length_h if longest else 8.0, span)
    number = max(FULL_KINDS, int(np.ceil(span / length)) + 1)
    starts = _spread(from_h, to_h - length, number)
    kinds: list[dict[str, Any]] = [{"start_h": at % 24, "length_h": length} for at in starts]
    if longest and longest.breaks and length == longest.length_h:
        breaks = [one.model_dump(mode="json") for one in longest.breaks]
        kinds = [{**kind, "breaks": breaks} for kind in kinds]
    if part and max(part) < span:
        short = max(part)
        first = min(from_h + 2.0, to_h - short)
        kinds += [
            {"start_h": at % 24, "length_h": short, "part_time": True}
            for at in _spread(first, to_h - short, PART_KINDS)
        ]
    return kinds


def _spread(first: float, last: float, number: int) -> list[float]:
    inner = np.floor(np.linspace(first, last, number)[1:-1] + 0.5)
    return sorted({float(first), float(last), *map(float, inner)})


def change_hours(base: Scenario, from_h: float, to_h: float) -> dict[str, Any]:
    """Lay out ``shifts`` as differences on the base; nothing where it has no shifts."""
    rules = base.shifts
    if rules is None:
        return {}
    changes: dict[str, Any] = {
        "open_from_h": from_h,
        "open_to_h": to_h,
        "kinds": list_shift_kinds(from_h, to_h, rules),
    }
    if rules.open_by_day is not None:
        changes["open_by_day"] = None
    return changes
