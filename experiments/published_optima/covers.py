"""Published integer optima: shift design (TU Wien, DataSet1) and small covers."""

import pathlib
import re

import numpy as np
from designs import DesignPlan, ShiftWindow, solve_shift_design

from sim.rostering.cyclic_cover import solve_cyclic_cover
from sim.rostering.solver import SolverLimits

INSTANCES = pathlib.Path(__file__).resolve().parent / "shift_design"
DESIGNS = {1: 480, 2: 300, 3: 600, 4: 450, 5: 480}
LIMITS = SolverLimits(nodes=1_000_000)

HOURLY = [6, 6, 6, 6, 6, 8, 9, 12, 18, 22, 25, 21, 21, 20, 18, 21, 21, 24, 24, 18, 18, 18, 12, 8]
POST_OFFICE = [17, 13, 15, 19, 14, 16, 11]
COVERS = [
    ("cyclic eight-hour shifts", HOURLY, 8, False, 55.0),
    ("post office, five days on, two off", POST_OFFICE, 5, False, 23.0),
    ("post office, fractions allowed", POST_OFFICE, 5, True, 67 / 3),
]


def read_dzn(text: str) -> dict[str, list[int]]:
    """Return the whole numbers and lists of a MiniZinc data file."""
    found = re.findall(r"(\w+)\s*=\s*(\[[^\]]*\]|-?\d+)\s*;", text)
    return {name: [int(one) for one in re.findall(r"-?\d+", value)] for name, value in found}


def solve_design(example: int) -> DesignPlan:
    """Solve an instance: minutes over and under, and so many for each distinct shift."""
    data = read_dzn((INSTANCES / f"RandomExample{example}.dzn").read_text(encoding="utf-8"))
    windows = [
        ShiftWindow(*one)
        for one in zip(*(data[name] for name in ("minStart", "maxStart", "minLength", "maxLength")),
                       strict=True)
    ]  # fmt: skip
    return solve_shift_design(
        np.array(data["demand"]).reshape(data["days"][0], -1),
        windows,
        data["interval"][0],
        float(data["weightShiftInstances"][0]),
        float(data["weightUnderCover"][0]),
        float(data["weightOverCover"][0]),
        LIMITS,
    )


def solve_cover(number: int) -> tuple[str, float, float]:
    """Return status, people and proven bound."""
    _, required, length, relaxed, _ = COVERS[number]
    plan = solve_cyclic_cover(required, length, relaxed)
    return plan.status, plan.headcount, plan.bound
