"""Processor time of one plan by two commits, in turns: what a change of the planner saves.

    python experiments/benchmarks/planning.py ../other [planner.effort_replications=2000 ...]

The other folder holds another commit, checked out. Both make the same short plan of breach_week,
each in its turn, so that a machine whose speed drifts gives the same ratio; a first round, in which
code is compiled, is left out. Processor time of all threads, the mean and range of the rounds.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 2
SHORT_PLAN = (
    "plan",
    "scenario=breach_week",
    "planner.search_replications=4",
    "planner.choice_replications=20",
    "planner.evaluation_replications=10",
    "planner.time_limit_s=86400",
    "report.page=false",
    "run.dir=out",
)


def time_plan(root: Path, changes: list[str]) -> float:
    """Return the processor time of a plan made by the commit in a folder [s]."""
    command = [sys.executable, "-m", "sim", *SHORT_PLAN, *changes]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": str(root)}
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path, help="folder with the other commit")
    parser.add_argument("changes", nargs="*", metavar="KEY=VALUE", help="settings of both plans")
    chosen = parser.parse_args()
    roots = {"other": chosen.other.resolve(), "this": ROOT}
    spent: dict[str, list[float]] = {name: [] for name in roots}
    for _ in range(1 + ROUNDS):
        for name, root in roots.items():
            spent[name].append(time_plan(root, chosen.changes))
    means = {name: statistics.mean(rounds[1:]) for name, rounds in spent.items()}
    for name, rounds in spent.items():
        print(f"{name:6}{means[name]:8.1f} s  ({min(rounds[1:]):.1f} to {max(rounds[1:]):.1f})")
    print(f"other : this {means['other'] / means['this']:.3f}")


if __name__ == "__main__":
    main()
