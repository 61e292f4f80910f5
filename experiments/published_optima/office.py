"""The small days of CivicQ: their rates, their shifts, their published optima; as problems.

One line, service times exponential with mean S, at most .10 of each hour's customers may wait
more than 15 min, the highest window closes at a cut once its customer is served. A replication
is many days one after the other: nights are long enough to empty the line.
"""

from dataclasses import dataclass

import numpy as np
from chance_targets import Judge, measure_lateness
from cheapest import CheapestLimits, CheapestPlan, find_cheapest

from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules
from sim.textbook import day

OFFICE_PER_H = np.array([12, 15, 10, 8, 8, 12, 14, 10], float)
LATE_SHARE = 0.10
MOST_WINDOWS = 20
MOST_DAYS = 150
CUSTOMERS = 15_000
MEMORY_BYTES = 2_000_000_000
LIMITS = CheapestLimits(nodes=1_000_000)


def lay_shift(start_h: int, length_h: int) -> ShiftType:
    return ShiftType(f"{start_h}-{start_h + length_h}", start_h * 60, length_h * 60)


STANDARD = (lay_shift(8, 8), *(lay_shift(start, 4) for start in range(8, 13)))
SHIFTS = {
    "hours": (),
    "standard shifts": STANDARD,
    "flexible shifts": (*STANDARD, *(lay_shift(start, 6) for start in range(8, 11))),
}


@dataclass(frozen=True)
class Instance:
    """A day and what others found to be its optimum [window hours paid]."""

    name: str
    load: float
    handle_min: float
    swing: float
    shifts: str
    published: float
    exact: float

    @property
    def rate_per_h(self) -> np.ndarray:
        if self.load == 0:
            return OFFICE_PER_H
        shape = (OFFICE_PER_H - 11.125) / 3.875
        return self.load / self.handle_min * 60 * (1 + self.swing * shape)


def name_day(load: float, handle_min: float, swing: float) -> str:
    return "office" if load == 0 else f"R{load:g} S{handle_min:g} A{swing:g}"


def list_instances() -> list[Instance]:
    """Nine days by the hour, three of them by shifts of two kinds."""
    days = [(0, 8, 0, 21), (2, 4, 0.3, 22), (2, 4, 0.6, 24), (2, 8, 0.3, 25), (2, 8, 0.6, 24),
            (2, 16, 0.3, 28), (2, 16, 0.6, 27), (2, 32, 0.3, 30), (2, 32, 0.6, 30)]  # fmt: skip
    rosters = [(0, 8, 0, 24, 24), (2, 8, 0.6, 32, 30), (2, 32, 0.6, 40, 38)]
    found = [Instance(name_day(*what), *what, "hours", optimum, optimum) for *what, optimum in days]
    for *what, standard, flexible in rosters:
        for shifts, optimum in (("standard shifts", standard), ("flexible shifts", flexible)):
            found.append(Instance(name_day(*what), *what, shifts, optimum, optimum))
    return found


def pose(instance: Instance) -> ShiftProblem:
    rules = WeeklyRules(part_time_share=1.0, max_staff=(MOST_WINDOWS,))
    return ShiftProblem(
        8, 60, ("line",), (1.0,), SHIFTS[instance.shifts], rules, horizon_start_min=480
    )


def make_judge(instance: Instance, seed: int, workers: int | None, error: float) -> Judge:
    rates = instance.rate_per_h
    days = int(min(MOST_DAYS, CUSTOMERS // rates.sum()))
    hour = np.tile(np.arange(24), days)
    scenario, policy = day(
        np.where(hour < 8, rates[np.minimum(hour, 7)], 0.0).tolist(),
        [MOST_WINDOWS] * hour.size,
        handle={"name": "exponential", "mean_min": instance.handle_min},
    )
    evaluator = Evaluator(scenario, seed, workers, memory_bytes=MEMORY_BYTES)
    place, target = np.minimum(hour, 7), np.where(hour < 8, hour, -1)
    measure = measure_lateness(evaluator, policy, place, target, LATE_SHARE)
    return Judge(measure, range(8), np.minimum(np.arange(1, 9), 7).tolist(), error)


def solve(
    instance: Instance, seed: int, workers: int | None, error: float
) -> tuple[CheapestPlan, Judge]:
    judge = make_judge(instance, seed, workers, error)
    return find_cheapest(pose(instance), judge, LIMITS), judge


def count_days(instance: Instance) -> int:
    return int(min(MOST_DAYS, CUSTOMERS // instance.rate_per_h.sum()))
