"""A calm telecom week of a million mentions in one process: what it takes of memory.

    python experiments/benchmarks/million.py

The shipped week with two hundred times its mentions and staff: drawn, played with all records
of turns, measured, traced by the hour. Prints the mentions, the turns and the highest resident
memory of the process, interpreter and compiler included; leaves with code 1 above 2 GB.
"""

import resource
import sys

import sim
from sim.running.replicate import replicate
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

TIMES = 200
LIMIT_GB = 2.0
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def make_big_week(times: int) -> tuple[Scenario, Policy]:
    """Return the shipped week, so many times as large, with so many times the staff."""
    small = sim.load_scenario("telecom_week")
    policy = sim.load_policy("reference", small)
    plain = small.model_dump(mode="json")
    plain["demand"]["base_per_h"] *= times
    for pool in plain["team"]["pools"].values():
        pool["limit"] *= times
    plain["surge_crew"]["max_people"] *= times
    staff = {pool: tuple(times * one for one in row) for pool, row in policy.staff.items()}
    return Scenario.model_validate(plain), policy.model_copy(update={"staff": staff})


def main() -> int:
    """Play, format, scoring rule."""
    scenario, policy = make_big_week(TIMES)
    run = replicate(scenario, policy, 1, seed=1, workers=1)
    drawn = sim.draw(scenario, 1, 0).arrival_ms.size
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e9
    print(
        f"{drawn:,} mentions drawn, {run.measures['mentions'][0]:,.0f} of them real; "
        f"satisfaction {run.measures['satisfaction'][0]:.3f}; peak {peak_gb:.2f} GB"
    )
    return 1 if peak_gb > LIMIT_GB else 0


if __name__ == "__main__":
    sys.exit(main())
