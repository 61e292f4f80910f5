"""What tests of the engines share: the comparison of two runs, and of the engines, bit for bit."""

import os
from typing import Any

import numpy as np
from oracles.invariants import check_run

from sim.care.kernel.engine import run_kernel
from sim.care.lead import leave_lead
from sim.care.preparing import enter_engine
from sim.care.record import Run
from sim.care.reference.engine import Care
from sim.compile import CHECKS
from sim.demand.draws import Draws
from sim.scenario.tables import Tables


def find_difference(one: Any, other: Any) -> str:
    """Return the first field that differs, where, and both values; nothing where runs are equal."""
    for field in one._fields:
        first, second = getattr(one, field), getattr(other, field)
        if not isinstance(first, np.ndarray):
            if first != second:
                return f"{field}: {first} and {second}"
            continue
        if first.dtype != second.dtype or first.shape != second.shape:
            return f"{field}: {first.dtype}{first.shape} and {second.dtype}{second.shape}"
        if not np.array_equal(first, second):
            place = tuple(int(index) for index in np.argwhere(first != second)[0])
            row = f" (mention {one.turn_mention[place[0]]})" if field.startswith("turn_") else ""
            return f"{field}{list(place)}{row}: {first[place]} and {second[place]}"
    return ""


def assert_runs_equal(one: Any, other: Any, what: str = "") -> None:
    """Fail with the first field, mention and both values where two runs differ."""
    difference = find_difference(one, other)
    assert not difference, f"{what}: {difference}"


def assert_engines_equal(tables: Tables, draws: Draws, what: str) -> Run:
    """Fail where the engines differ, by either way of the kernel, or where a run breaks a rule.

    Where compiled code checks its indices, both ways of the kernel are held against each other:
    the readable engine has no index that they check, and takes most of the time.
    """
    if os.environ.get(CHECKS) == "1":
        run = run_kernel(tables, draws, True)
        assert_runs_equal(run, run_kernel(tables, draws, False), what)
        return run
    whole = enter_engine(tables, draws)
    played = Care(tables, whole).run()
    assert check_run(tables, whole, played) == [], what
    reference = leave_lead(tables.clock, played)
    for lazy in (True, False):
        assert_runs_equal(reference, run_kernel(tables, draws, lazy), f"{what}, lazy {lazy}")
    return reference
