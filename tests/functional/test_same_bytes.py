"""The same plan has the same bytes, whatever the workers, folder, language, zone and hash seed.

Also on a quick machine and a slow one.
"""

import os
import pathlib
import subprocess
import sys

from tests.plan_worlds import make_small_scenario, write_scenario

QUICK = ("planner.budget=1250", "planner.search_replications=2",
         "planner.evaluation_replications=6",
         "planner.choice_replications=20", "planner.keep_promise=false", "run.dir=run")  # fmt: skip
PLACES = {
    "here": {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0", "workers": "1"},
    "über all": {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kolkata", "PYTHONHASHSEED": "77",
                 "workers": "4"},
}  # fmt: skip
DIFFERENT = ("provenance.json", "config.yaml", "report.html")  # these tell of time and workers


def slow_down() -> None:
    """Give a process one core for all its workers."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])


def plan(folder: pathlib.Path, workers: str, slow: bool, **settings: str) -> dict[str, bytes]:
    """Return the files of a plan that a process of its own made, by name."""
    folder.mkdir()
    scenario = make_small_scenario(horizon={"days": 1}, surge_crew={"max_people": 1})
    write_scenario(folder / "small.yaml", scenario)
    args = ["plan", "scenario=small.yaml", f"run.workers={workers}", *QUICK]
    done = subprocess.run(
        [sys.executable, "-m", "sim", *args],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | settings,
        capture_output=True,
        check=False,
        preexec_fn=slow_down if slow else None,
    )
    assert done.returncode == 0, done.stderr
    return {
        path.relative_to(folder / "run").as_posix(): path.read_bytes()
        for path in (folder / "run").rglob("*")
        if path.is_file() and path.name not in DIFFERENT
    }


def test_a_plan_has_the_same_bytes_everywhere(tmp_path):
    """Catches an order of a set, a comma of a language, a local time, a sum by thread.

    The second machine is slow, four workers on one core: a limit in seconds in the solver, or a
    step that is given a share of time, ends elsewhere.
    """
    here, there = PLACES
    first = plan(tmp_path / here, slow=False, **PLACES[here])
    second = plan(tmp_path / there, slow=True, **PLACES[there])
    assert b"stopped" not in first["summary.json"]
    assert {"summary.json", "replications.parquet", "policy.yaml", "plan.csv"} <= first.keys()
    assert {"plan.xlsx", "decision.json", "intervals.parquet"} <= first.keys()
    assert any(name.startswith("figures/") for name in first)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
