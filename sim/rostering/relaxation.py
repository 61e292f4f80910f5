"""The smallest change that makes an infeasible shift problem feasible, in words.

Each kind of limit (requirement, agents at once, pins, changes, part-time share) is given slack
and the total slack minimized, one kind at a time; the kinds that suffice alone are listed as
alternatives, and where none does, all of them together. Checked by
``tests/unit/test_rostering_relaxation.py``: the listed change is applied and must be enough, one
unit less must not.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.rostering.columns import Columns
from sim.rostering.program import LESS, MORE, Program
from sim.rostering.shift_problem import ShiftProblem, label_interval
from sim.rostering.solver import OPTIMAL, SolverLimits, solve_program

KINDS = ("required", "staff_limit", "most_change", "pins", "changes", "part_time")
# Places named in a message; the rest is counted.
_SHOWN = 5
_COVER = "add a kind of shift that covers"
# Rounding of the solver's values.
_TINY = 1e-6


class Slack(NamedTuple):
    """How much each row was loosened: kind, place, sense, limit and amount."""

    kind: str
    place: int
    sense: int
    right: float
    amount: float


def group_rows(program: Program, kinds: Sequence[str], n_pools: int) -> list[list[int]]:
    """Group the rows of some kinds, those together that one number stands behind.

    A pool's limit is one number for all intervals, and so is the most change of all pools; every
    other row stands alone.
    """
    groups: dict[tuple[str, int], list[int]] = {}
    for row in range(program.n_rows):
        kind = program.kind[row]
        if kind in kinds:
            key = ("", row)
            if kind == "staff_limit":
                key = (kind, int(program.place[row]) % n_pools)
            elif kind == "most_change":
                key = (kind, 0)
            groups.setdefault(key, []).append(row)
    return list(groups.values())


def loosen(program: Program, kinds: Sequence[str], unit: dict[str, float], n_pools: int) -> Program:
    """Turn a program into one that minimizes the slack of all rows of some kinds.

    Parameters
    ----------
    program : Program
        Infeasible.
    kinds : sequence of str
        Kinds of rows that get slack.
    unit : dict
        Slack of a kind that counts as much as one agent in one interval; default 1.
    n_pools : int
        Of the problem.
    """
    groups = group_rows(program, kinds, n_pools)
    rows = np.asarray([row for group in groups for row in group], dtype=int)
    own = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    price = np.asarray([1.0 / unit.get(program.kind[group[0]], 1.0) for group in groups])
    n, more = program.n_columns, len(groups)
    sign = np.where(program.sense[rows] == MORE, 1.0, -1.0)
    return program._replace(
        cost=np.r_[np.zeros(n), price],
        lower=np.r_[program.lower, np.zeros(more)],
        upper=np.r_[program.upper, np.full(more, np.inf)],
        integer=np.r_[program.integer, np.zeros(more, dtype=bool)],
        entry_row=np.r_[program.entry_row, rows],
        entry_column=np.r_[program.entry_column, n + own],
        entry_value=np.r_[program.entry_value, sign],
    )


def read_slack(
    program: Program, kinds: Sequence[str], values: np.ndarray, n_pools: int
) -> list[Slack]:
    """List the loosened rows of a solved :func:`loosen` program, one for each number."""
    rows = [group[0] for group in group_rows(program, kinds, n_pools)]
    amounts = values[program.n_columns :]
    return [
        Slack(program.kind[r], int(program.place[r]), int(program.sense[r]),
              float(program.right[r]), float(a))
        for r, a in zip(rows, amounts, strict=True)
        if a > _TINY
    ]  # fmt: skip


def _list(items: list[str]) -> str:
    shown = ", ".join(items[:_SHOWN])
    return shown if len(items) <= _SHOWN else f"{shown} and {len(items) - _SHOWN} more"


def _format_intervals(problem: ShiftProblem, slack: list[Slack]) -> str:
    """List places and amounts; runs of intervals with the same amount as one."""
    n_pools, items = len(problem.pools), []
    spans: list[tuple[int, int, int, int]] = []
    for one in sorted(slack, key=lambda s: (s.place % n_pools, s.place)):
        interval, pool, amount = one.place // n_pools, one.place % n_pools, round(one.amount)
        if spans and spans[-1][1:] == (interval - 1, pool, amount):
            spans[-1] = (spans[-1][0], interval, pool, amount)
        else:
            spans.append((interval, interval, pool, amount))
    for first, last, pool, amount in spans:
        when = label_interval(problem, first)
        if last > first:
            when = f"each of the {last - first + 1} intervals from {when}"
        items.append(f"{when} ({problem.pools[pool]}) by {amount}")
    total = f" ({round(sum(s.amount for s in slack))} agent-intervals in all)"
    return _list(items) + total * (len(items) > 1)


def _format_coverage(problem: ShiftProblem, columns: Columns, slack: list[Slack]) -> str:
    """Say which hours to close, or that a shift must cover them; runs of intervals as one.

    A row may stand for all open intervals that the same columns work.
    """
    n, n_pools = problem.n_intervals, len(problem.pools)
    named = sorted({one.place // n_pools for one in slack})
    is_bare = np.isin(np.arange(n), named)
    for place in named:
        alike = (columns.covers == columns.covers[:, [place]]).all(axis=0)
        is_bare |= alike & problem.open_mask
    places = np.flatnonzero(is_bare)
    runs = np.split(places, np.flatnonzero(np.diff(places) != 1) + 1)
    items = [
        f"{label_interval(problem, int(run[0]))} to {label_interval(problem, int(run[-1] + 1) % n)}"
        for run in runs
    ]
    if any(_is_amid(problem, run) for run in runs):
        return f"{_COVER} {_list(items)}, as by a break at another hour ({problem.keys['kinds']})"
    return f"close from {_list(items)} ({problem.keys['required']}"


def _is_amid(problem: ShiftProblem, run: np.ndarray) -> bool:
    """Whether a run of intervals lies amid the hours of one day, which no key can close.

    A day has one opening and one closing; where the desk is open all night, one may be midnight.
    """
    n, before, after = problem.n_intervals, int(run[0]) - 1, int(run[-1]) + 1
    if not problem.wrap and (before < 0 or after >= n):
        return False
    if not (problem.open_mask[before % n] and problem.open_mask[after % n]):
        return False
    edges = range(before + 1, after + 1)
    return not any(label_interval(problem, edge % n).endswith("00:00") for edge in edges)


def _format_limits(problem: ShiftProblem, slack: list[Slack]) -> str:
    most, items = problem.rules.max_staff, []
    assert most is not None
    for one in slack:
        pool = one.place % len(problem.pools)
        enough = most[pool] + int(np.ceil(one.amount - _TINY))
        items.append(f"in {problem.pools[pool]} from {most[pool]} to {enough}")
    return "raise the limit of agents at once " + _list(items)


def _format_pins(problem: ShiftProblem, slack: list[Slack]) -> str:
    items = []
    for s in slack:
        day, shift, pool = np.unravel_index(s.place, problem.shape)
        name = problem.shifts[shift].name if problem.shifts else label_interval(problem, int(day))
        when = f" of day {day}" if problem.shifts else ""
        change = round(s.right + s.amount * (1 if s.sense == LESS else -1))
        bound = "at most" if s.sense == LESS else "at least"
        items.append(
            f"{name}{when} ({problem.pools[pool]}) from {bound} {round(s.right)} to {change}"
        )
    return "loosen the pins " + _list(items)


def _format_changes(problem: ShiftProblem, slack: list[Slack]) -> str:
    del problem
    enough = int(np.ceil(slack[0].right + slack[0].amount - _TINY))
    return f"allow {enough} changes instead of {round(slack[0].right)}"


def _format_most_change(problem: ShiftProblem, slack: list[Slack]) -> str:
    most = problem.rules.most_change
    assert most is not None
    enough = most + int(np.ceil(slack[0].amount - _TINY))
    return f"raise the most change of people on shift within an hour from {most} to {enough}"


def _format_share(problem: ShiftProblem, columns: Columns, counts: np.ndarray) -> str:
    paid = columns.paid_min * counts
    share = float(paid[columns.part_time].sum() / max(paid.sum(), 1.0))
    before = problem.rules.part_time_share
    return f"raise the part-time share from {before:.3g} to {np.ceil(share * 1000) / 1000:.3g}"


def format_slack(
    problem: ShiftProblem, columns: Columns, slack: list[Slack], counts: np.ndarray
) -> str:
    """Say in one sentence without a stop what must change for this solution to hold.

    Parameters
    ----------
    problem, columns : ShiftProblem, Columns
        What was solved.
    slack : list of Slack
        Of the loosened program.
    counts : ndarray, shape (n_columns,)
        Its people.
    """
    parts = []
    for kind in KINDS:
        some = [s for s in slack if s.kind == kind]
        if some and kind == "required" and problem.keys:
            parts.append(_format_coverage(problem, columns, some))
        elif some and kind == "required":
            parts.append("lower the requirement of " + _format_intervals(problem, some))
        elif some:
            words = (
                _format_share(problem, columns, counts)
                if kind == "part_time"
                else _FORMATTERS[kind](problem, some)
            )
            parts.append(f"{words} ({problem.keys[kind]})" if kind in problem.keys else words)
    return " and ".join(parts)


_FORMATTERS: dict[str, Callable[[ShiftProblem, list[Slack]], str]] = {
    "staff_limit": _format_limits,
    "most_change": _format_most_change,
    "pins": _format_pins,
    "changes": _format_changes,
}


def find_relaxations(
    program: Program, problem: ShiftProblem, columns: Columns, limits: SolverLimits
) -> str:
    """Find the smallest changes, in words; "(or less)" where the solver stopped before the proof.

    Parameters
    ----------
    program : Program
        Infeasible, one row for each interval.
    problem, columns : ShiftProblem, Columns
        What it states.
    limits : SolverLimits
        For each alternative.
    """
    unit = {"part_time": float(problem.interval_min)}
    n_pools = len(problem.pools)
    present = [kind for kind in KINDS if kind in program.kind]
    alternatives: list[str] = []
    for kinds in [[kind] for kind in present] + [present]:
        if alternatives and len(kinds) > 1:
            break
        solution = solve_program(loosen(program, kinds, unit, n_pools), limits)
        if solution.values is not None:
            slack = read_slack(program, kinds, solution.values, n_pools)
            words = format_slack(problem, columns, slack, solution.values[: len(columns.cost)])
            alternatives.append(words + " (or less)" * (solution.status != OPTIMAL))
    return "; or ".join(alternatives) if alternatives else "no smallest change was found"
