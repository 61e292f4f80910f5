"""Whole replications a second, outside the engine too: drawn, played, measured.

    python experiments/benchmarks/replications.py

For each scenario, with one thread and with two: a search that plays its kept draws again
(`sim.planning.evaluation.evaluator`), the same on fresh draws, and `sim.running.replicate` with all
measures and the course by the hour; what was seen is not read back. Replications per second of
processor time, and per second on the clock; the second means something only on free cores. The
best of five rounds each.
"""

import os
import time
from collections.abc import Callable

import sim
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.memory import name_policy
from sim.running.replicate import replicate
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

SCENARIOS = ("breach_week", "telecom_week")
REPLICATIONS, ROUNDS = 40, 5


def time_rounds(call: Callable[[], object]) -> tuple[float, float]:
    """Return replications per second of processor time and on the clock, the best of each."""
    call()
    rates = []
    for _ in range(ROUNDS):
        clock, processor = time.perf_counter(), time.process_time()
        call()
        spent = time.process_time() - processor, time.perf_counter() - clock
        rates.append([REPLICATIONS / one for one in spent])
    return max(rate[0] for rate in rates), max(rate[1] for rate in rates)


def list_ways(scenario: Scenario, policy: Policy, workers: int) -> dict[str, Callable[[], object]]:
    """Return what a planner waits for, as calls of `REPLICATIONS` replications."""
    search = Evaluator(scenario, 1, workers=workers)
    forgetful = Evaluator(scenario, 1, workers=workers, memory_bytes=0)
    missing = {(name_policy(policy), number): policy for number in range(REPLICATIONS)}
    return {
        "search, kept draws": lambda: search.play_missing(missing),
        "search, fresh draws": lambda: forgetful.play_missing(missing),
        "replicate": lambda: replicate(scenario, policy, REPLICATIONS, 1, workers=workers),
    }


def main() -> None:
    """Measure and tell."""
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':44}{'per processor s':>16}{'per s':>8}")
    for name in SCENARIOS:
        scenario = sim.load_scenario(name)
        policy = sim.load_policy("reference", scenario)
        for workers in (1, 2):
            for way, call in list_ways(scenario, policy, workers).items():
                processor, clock = time_rounds(call)
                print(f"{f'{name}, {way}, {workers} threads':44}{processor:16.0f}{clock:8.0f}")


if __name__ == "__main__":
    main()
