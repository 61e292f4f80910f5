"""Processor time until a standard policy is there, by the size of the team.

    python experiments/benchmarks/standard_policies.py

The telecom week at 1, 10, 100 and 250 times its demand, budget and limits of agents at once, one
thread: laid over the shifts, then settled to the budget by playing. Beside it the seconds that one
replication takes, for settling plays a few of them.
"""

import sys
import time

import sim
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

SCALES = (1, 10, 100, 250)
NAMES = ("flat", "proportional", "erlang_a", "reactive", "sentiment_optimal")
BASE_PER_H, BUDGET = 24.0, 26_000.0


def enlarge(times: int) -> Scenario:
    """Return the week with so many times the demand, the money and the room."""
    return sim.load_scenario(
        "telecom_week",
        [
            f"demand.base_per_h={BASE_PER_H * times}",
            f"planner.budget={BUDGET * times}",
            f"team.pools.general.limit={30 * times}",
            f"team.pools.technical.limit={30 * times}",
            "surge_crew.max_people=0",
        ],
    )


def measure(name: str, scenario: Scenario) -> tuple[float, Policy]:
    """Return the processor seconds of a policy, and the policy."""
    began = time.process_time()
    policy = sim.load_policy(name, scenario)
    return time.process_time() - began, policy


def main(names: tuple[str, ...]) -> None:
    """Measure and tell."""
    measure("flat", enlarge(1))  # compiles
    print(f"{'policy':20}{'times':>6}{'agent hours':>13}{'CPU s':>8}{'a replication':>15}")
    for name in names:
        for times in SCALES:
            scenario = enlarge(times)
            spent, policy = measure(name, scenario)
            began = time.process_time()
            sim.simulate(scenario, policy, 1, seed=1, workers=1)
            one = time.process_time() - began
            hours = sum(map(sum, policy.staff.values())) * scenario.horizon.interval_min / 60.0
            print(f"{name:20}{times:6}{hours:13,.0f}{spent:8.2f}{one:15.2f}", flush=True)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or NAMES)
