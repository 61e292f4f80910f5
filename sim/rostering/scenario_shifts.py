"""A scenario's kinds of shift and opening hours as a shift problem.

Checked by ``tests/unit/test_rostering_scenario_shifts.py``.
"""

from collections.abc import Sequence

import numpy as np

from sim.errors import InputError
from sim.kept import Kept
from sim.rostering.shift_problem import DAY_MIN, ShiftBreak, ShiftProblem, ShiftType, WeeklyRules
from sim.rostering.wages import compute_hour_cost, compute_pay_factors
from sim.scenario.kinds import DAYS
from sim.scenario.model import Scenario
from sim.scenario.parts import Shift
from sim.scenario.profile import (
    count_intervals,
    interval_local_times,
    lay_local_grid,
    open_intervals,
)

# A run knows a handful of scenarios at once.
_posed: Kept[ShiftProblem] = Kept(16)


def pose_shifts(scenario: Scenario) -> ShiftProblem:
    """State what may be staffed, when, and at which price.

    Without `shifts` each open interval is staffed freely. The same object for the same (frozen)
    scenario, because every policy that is lowered asks for it.

    Raises
    ------
    InputError
        A kind of shift that does not lie on the reporting intervals.
    """
    return _posed.find((scenario,), lambda: _pose_shifts(scenario))


def _pose_shifts(scenario: Scenario) -> ShiftProblem:
    times = interval_local_times(scenario.horizon)
    first = times[0]
    hour_cost = compute_hour_cost(scenario)
    shifts = scenario.shifts
    rules = WeeklyRules(max_staff=tuple(pool.limit for pool in scenario.team.pools.values()))
    kinds: tuple[ShiftType, ...] = ()
    starts = ends = None
    if shifts is not None:
        check_grid(shifts.kinds, scenario.horizon.interval_min)
        kinds = tuple(describe_shift(kind) for kind in shifts.kinds)
        starts, ends = compute_shift_spans(scenario)
        rules = WeeklyRules(
            rest_min=round(shifts.rest_h * 60),
            days_per_week=shifts.max_days_a_week,
            part_time_share=shifts.part_time_share,
            max_staff=rules.max_staff,
            most_change=shifts.most_change,
        )
    return ShiftProblem(
        n_intervals=count_intervals(scenario.horizon),
        interval_min=scenario.horizon.interval_min,
        pools=scenario.pool_names,
        hour_cost=(hour_cost,) * len(scenario.pool_names),
        shifts=kinds,
        rules=rules,
        open_intervals=open_intervals(scenario),
        horizon_start_min=first.hour * 60 + first.minute,
        first_weekday=first.weekday(),
        shift_start_min=starts,
        shift_end_min=ends,
        wrap=scenario.horizon.repeats,
        trim=True,
        pay_factor=compute_pay_factors(scenario),
        interval_labels=tuple(time.strftime("%a %H:%M") for time in times),
        keys=name_keys(scenario),
    )


def name_keys(scenario: Scenario) -> dict[str, str]:
    """Key that a user sets to loosen a limit, by kind of limit, for messages."""
    before = ", or let the last night's shifts go on at the start (scenario.horizon.repeats=true)"
    before *= not scenario.horizon.repeats
    return {
        "required": "scenario.shifts.open_by_day), or add a kind of shift that covers it "
        f"(scenario.shifts.kinds){before}",
        "kinds": "scenario.shifts.kinds",
        "staff_limit": "scenario.team.pools.NAME.limit",
        "part_time": "scenario.shifts.part_time_share",
        "most_change": "scenario.shifts.most_change",
        "pins": "planner.pins",
        "changes": "planner.changes_at_most",
    }


def check_grid(kinds: Sequence[Shift], step_min: int) -> None:
    """Require kinds of shift that lie on the intervals.

    Raises
    ------
    InputError
        One that does not: one line for each of its times.
    """
    wrong = [
        f"scenario.shifts.kinds.{number}.{key} = {getattr(kind, key):g}: allowed: a multiple of "
        f"scenario.horizon.interval_min, {step_min} min"
        for number, kind in enumerate(kinds)
        for key in ("start_h", "length_h")
        if round((getattr(kind, key) or 0.0) * 60) % step_min
    ]
    if wrong:
        raise InputError(*wrong)


def require_open(problem: ShiftProblem) -> None:
    """Require an hour in which somebody may work, of whoever lays staff.

    Raises
    ------
    InputError
        Every interval is closed: all days, or opening hours shorter than one.
    """
    if not problem.open_mask.any():
        raise InputError(
            "scenario.shifts: no whole interval of the horizon is open; allowed: at least one of "
            f"{problem.interval_min} min (open_from_h, open_to_h, open_by_day)"
        )


def describe_shift(kind: Shift) -> ShiftType:
    """Describe a kind of shift in minutes, named by its hours."""
    breaks = tuple(
        ShiftBreak(round(one.after_h * 60), round(one.length_min), one.slots, one.paid)
        for one in kind.breaks
    )
    length_min = round(kind.length_h * 60)
    end_h = (kind.start_h + kind.length_h) % 24
    return ShiftType(
        name=f"{_format_hour(kind.start_h)}-{_format_hour(end_h)}",
        start_min=round(kind.start_h * 60),
        length_min=length_min,
        paid_min=length_min - sum(one.length_min for one in breaks if not one.is_paid),
        breaks=breaks,
        part_time=kind.part_time,
        weekdays=tuple(DAYS.index(day) for day in kind.days or ()),
    )


def _format_hour(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def compute_shift_spans(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Elapsed minutes at which each shift starts and ends, each of shape (n_days, n_shifts).

    Follows the local clock: a shift starts and ends at its hour in a week with a clock change,
    too. Those that would start outside the horizon have a start below 0 or past its end.
    """
    assert scenario.shifts is not None
    grid = lay_local_grid(scenario.horizon)
    starts_min = [round(kind.start_h * 60) for kind in scenario.shifts.kinds]
    lengths_min = [round(kind.length_h * 60) for kind in scenario.shifts.kinds]
    spans = [
        [
            (grid.place(day * DAY_MIN + start), grid.place(day * DAY_MIN + start + length))
            for start, length in zip(starts_min, lengths_min, strict=True)
        ]
        for day in range(grid.n_days)
    ]
    table = np.array(spans, np.int64).reshape(grid.n_days, len(starts_min), 2) * grid.step_min
    return table[:, :, 0], table[:, :, 1]
