"""Published optima, found and proven by the planner; write the tables.

    python experiments/published_optima/run.py [--seed 1] [--workers N]

Each case is kept as soon as it is solved, in results/published_optima/<hash of the code>/: a run
that was stopped goes on where it was. tables.md beside this file is the result.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import covers
import flow_line
import numpy as np
import office

from sim.planning.search.ranking_selection import Rules, compute_rinott, select_system
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
ERROR = 0.01
LINE_RULES = Rules(delta=0.01, alpha=0.05, first=40, step=40)
LINE_RUNS = 5
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    asked = parser.parse_args()
    folder = HERE.parents[1] / "results" / "published_optima" / hash_sources()
    folder.mkdir(parents=True, exist_ok=True)
    jobs = list_jobs(asked.seed, asked.workers)
    rows: dict[str, list[Row]] = {}
    for number, (section, name, job) in enumerate(jobs, start=1):
        path = folder / f"{section}-{name.replace(' ', '-')}-{asked.seed}.json"
        rows.setdefault(section, []).append(solve_or_read(path, name, job))
        print(f"{number}/{len(jobs)} {section} {name}", file=sys.stderr)
    text = write_tables(rows, asked.seed)
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    print(text)


def hash_sources() -> str:
    """Return a short hash of what the numbers depend on."""
    sim = HERE.parents[1] / "sim"
    rooms = ("planning", "care", "demand", "rules", "running", "scenario", "outcomes")
    paths = sorted(path for room in rooms for path in (sim / room).glob("*.py"))
    digest = hashlib.sha256()
    for path in [*paths, *sorted(HERE.glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def solve_or_read(path: pathlib.Path, name: str, job: Callable[[], Row]) -> Row:
    if not path.exists():
        began = time.process_time()
        row = {"name": name, **job()}
        row["cpu_s"] = time.process_time() - began
        path.write_text(json.dumps(row), encoding="utf-8")
    found: Row = json.loads(path.read_text(encoding="utf-8"))
    return found


def list_jobs(seed: int, workers: int | None) -> list[tuple[str, str, Callable[[], Row]]]:
    jobs: list[tuple[str, str, Callable[[], Row]]] = []
    for number, instance in enumerate(office.list_instances()):
        own = 1000 * seed + number
        job = lambda one=instance, s=own: solve_day(one, s, workers)  # noqa: E731 (a job each)
        jobs.append(("days", f"{instance.name} {instance.shifts}", job))
    for number in range(LINE_RUNS):
        job = lambda s=1000 * seed + 500 + number: select_line(s)  # noqa: E731 (a job each)
        jobs.append(("line", f"three stations, run {number + 1}", job))
    for example in covers.DESIGNS:
        jobs.append(("design", f"RandomExample{example}", lambda e=example: design(e)))
    for number, (name, *_) in enumerate(covers.COVERS):
        jobs.append(("cover", name, lambda k=number: cover(k)))
    return jobs


def solve_day(instance: office.Instance, seed: int, workers: int | None) -> Row:
    plan, judge = office.solve(instance, seed, workers, ERROR)
    staff = [] if plan.staff is None else plan.staff.ravel().tolist()
    return {
        "status": plan.status, "cost": plan.cost, "bound": plan.bound, "exact": instance.exact,
        "staff": "".join(map(str, staff)), "cuts": len(plan.cuts), "rounds": plan.rounds,
        "decisions": judge.decided, "days": judge.played * office.count_days(instance),
    }  # fmt: skip


def select_line(seed: int) -> Row:
    lines, spent = flow_line.list_lines(20), []

    def extend(systems: np.ndarray, low: int, high: int) -> np.ndarray:
        spent.append(len(systems))
        return flow_line.observe(lines[systems], seed, low, high)

    found = select_system(extend, len(lines), LINE_RULES)
    exact = [flow_line.solve_line(lines[k]) for k in (found.winner, found.runner_up)]
    first = found.observations == LINE_RULES.first
    return {
        "status": "met" if found.met else "not met",
        "line": str(tuple(lines[found.winner].tolist())), "exact": exact[0],
        "runner_up": str(tuple(lines[found.runner_up].tolist())), "exact_second": exact[1],
        "observations": int(found.observations.sum()), "most": int(found.observations.max()),
        "after_first": int((~first).sum()),
    }  # fmt: skip


def design(example: int) -> Row:
    plan = covers.solve_design(example)
    used = 0 if plan.shifts is None else len(plan.shifts)
    return {"status": plan.status, "cost": plan.objective, "bound": plan.bound,
            "published": covers.DESIGNS[example], "shifts": used}  # fmt: skip


def cover(number: int) -> Row:
    status, people, bound = covers.solve_cover(number)
    return {"status": status, "cost": people, "bound": bound, "published": covers.COVERS[number][4]}


def write_tables(rows: dict[str, list[Row]], seed: int) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    spent = sum(row["cpu_s"] for part in rows.values() for row in part)
    lines = ["# Published optima", "",
             f"Seed {seed}, {today}, commit {read_commit()}, {spent:.0f} s of one core in all."
             " Written by `run.py`; README.md says how to read it."]  # fmt: skip
    lines += ["", "## Section 1: nine small days, six rosters", "",
              "| day | staffed by | window hours | bound | optimum | plan | status | cuts "
              "| programs | decisions | simulated days | CPU s |",
              "|" + "---|" * 12]  # fmt: skip
    for instance, row in zip(office.list_instances(), rows["days"], strict=True):
        lines.append(
            f"| {instance.name} | {instance.shifts} | {row['cost']:g} | {row['bound']:g}"
            f" | {row['exact']:g} | {row['staff']} | {row['status']} | {row['cuts']}"
            f" | {row['rounds']} | {row['decisions']} | {row['days']:,} | {row['cpu_s']:.1f} |"
        )
    lines += ["", "## Section 8: three-station line, best of 3,249", "",
              "| run | winner | exact | runner-up | exact | promise | observations | of one line "
              "| lines after the first look | CPU s |", "|" + "---|" * 10]  # fmt: skip
    for row in rows["line"]:
        lines.append(
            f"| {row['name']} | {row['line']} | {row['exact']:.7f} | {row['runner_up']}"
            f" | {row['exact_second']:.7f} | {row['status']} | {row['observations']:,}"
            f" | {row['most']:,} | {row['after_first']} | {row['cpu_s']:.1f} |"
        )
    h = compute_rinott(1 - LINE_RULES.alpha, 3249, LINE_RULES.first)
    lines += ["", f"Rinott's h for 3,249 lines at .95 with {LINE_RULES.first} first observations:"
              f" {h:.4f}."]  # fmt: skip
    head = ["| instance | found | bound | published | status | CPU s |", "|" + "---|" * 6]
    titles = {"design": "Section 11: shift design, DataSet1", "cover": "Section 17: covers"}
    for part, title in titles.items():
        lines += ["", f"## {title}", "", *head]
        lines += [
            f"| {row['name']} | {row['cost']:.6g} | {row['bound']:.6g} | {row['published']:.6g}"
            f" | {row['status']} | {row['cpu_s']:.1f} |"
            for row in rows[part]
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
