"""Somebody's roster of today as a policy: a CSV that planners have, or our own plan.csv.

Rows become people on duty on the local clock of the scenario: what passes the end of a horizon
that repeats goes on at its start, elsewhere it is cut. Staff changes at every time at which a row
starts or ends, so steps are as short as these ask. A CSV of shifts or hours says who is there and
nothing of how work is done: then the rules are those of the standard policies (standard level,
first come first served, the default crew); plan.csv holds its own. Checked by
``tests/unit/test_policies_roster_file.py``.
"""

import math
import pathlib
from collections.abc import Mapping

import numpy as np

from sim.errors import InputError
from sim.exports.histories import read_history
from sim.policies.roster_columns import choose_columns
from sim.policies.roster_rows import DutyRow, read_rows
from sim.policies.stored_plan import read_plan
from sim.policies.workload import name_effort, split_crew
from sim.scenario.clock import DAY_MIN, count_hours, lay_local_grid
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount
from sim.scenario.policy_checks import check_policy

CURRENT = "current"


def read_roster(path: str | pathlib.Path, scenario: Scenario, name: str = CURRENT) -> Policy:
    """Read a CSV (comma, semicolon, tab or bar) of people on duty.

    Parameters
    ----------
    path : path
        Columns: see ``sim.policies.roster_columns``.
    scenario : Scenario
        Its horizon, pools and crew.
    name : str
        Of the policy.

    Raises
    ------
    InputError
        One line an error: file, row, column, value, what is allowed, what is nearest.
    """
    history, place = read_history(path), str(path)
    if history.skipped_rows:
        raise InputError(
            f"{place}: {history.skipped_rows} rows have more or fewer cells than the header; "
            "allowed: as many in each row"
        )
    cells = {column: to_text(values) for column, values in history.columns.items()}
    columns = choose_columns(history.columns, place)
    rules = Policy(
        name=name, staff={}, effort=name_effort(scenario), surge=split_crew(scenario)
    )  # fmt: skip
    if columns.kind == "plan":
        policy = read_plan(cells, scenario, rules, place)
    else:
        rows = read_rows(cells, columns, scenario, place)
        policy = rules.model_copy(update=lay_rows(rows, scenario, columns.kind == "shifts"))
    if not any(any(counts) for counts in policy.staff.values()):
        raise InputError(f"{place}: nobody is on duty in the horizon; allowed: rows with people")
    errors = check_policy(scenario, policy)
    if errors:
        raise InputError(*(f"{place}: {line}" for line in errors))
    return policy


def to_text(values: np.ndarray) -> np.ndarray:
    """Turn a column's cells into text: whole numbers without a point, nothing for a gap."""

    def write(value: object) -> str:
        if isinstance(value, float):
            return "" if math.isnan(value) else f"{value:.12g}"
        return str(value).strip().removeprefix("'")

    return np.array([write(value) for value in values.tolist()], dtype=object)


def lay_rows(rows: list[DutyRow], scenario: Scenario, are_shifts: bool) -> Mapping[str, object]:
    """Lay out rows as fields of a policy: staff, length of its steps, shifts."""
    times = [minute for row in rows for minute in (row.start_min, row.start_min + row.length_min)]
    step_min = int(np.gcd.reduce(np.array([60, *times])))
    horizon = scenario.horizon.model_copy(update={"interval_min": step_min})
    grid, n = lay_local_grid(horizon), count_hours(scenario.horizon) * 60 // step_min
    staff = {pool: np.zeros(n, dtype=np.int64) for pool in scenario.pool_names}
    for row in rows:
        for day in row.days:
            first, last = (
                grid.place(day * DAY_MIN + minute)
                for minute in (row.start_min, row.start_min + row.length_min)
            )
            steps = np.arange(max(first, 0), last)
            steps = steps % n if scenario.horizon.repeats else steps[steps < n]
            np.add.at(staff[row.pool], steps, row.agents)
    return {
        "staff": {pool: tuple(counts.tolist()) for pool, counts in staff.items()},
        "shifts": list_shifts(rows) if are_shifts else (),
        "staff_interval_min": step_min,
    }


def list_shifts(rows: list[DutyRow]) -> tuple[ShiftCount, ...]:
    """List the shifts of rows, people on the same one together, in order of day and start."""
    found: dict[tuple[int, float, float, str], int] = {}
    for row in rows:
        for day in row.days:
            key = (day, row.start_min / 60.0, row.length_min / 60.0, row.pool)
            found[key] = found.get(key, 0) + row.agents
    return tuple(
        ShiftCount(day=day, start_h=start_h, length_h=length_h, pool=pool, agents=agents)
        for (day, start_h, length_h, pool), agents in sorted(found.items())
        if agents > 0
    )
