"""The same plan, byte for byte, on an idle machine and a busy one, with one worker and two."""

import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.plan_worlds import SMALL_BUDGET, make_small_scenario, write_scenario

ROOT = pathlib.Path(__file__).parents[2]
BUSY = 2
RESULTS = ("policy.yaml", "plan.csv", "decision.json", "summary.json")
SETTINGS = (
    "planner.keep_promise=false",
    "planner.search_replications=2",
    "planner.choice_replications=10",
    "planner.evaluation_replications=2",
    "report.page=false",
)


@pytest.fixture
def others() -> Iterator[None]:
    """Keep the machine busy with processes that only count."""
    command = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(command) for _ in range(BUSY)]
    yield
    for one in busy:
        one.kill()
        one.wait()


def run_plan(folder: pathlib.Path, name: str, *args: str) -> dict[str, bytes]:
    """Run the command in a process of its own; return the bytes of its results."""
    command = [sys.executable, "-m", "sim", "plan", f"scenario={folder / 'day.yaml'}"]
    answer = subprocess.run(
        [*command, *SETTINGS, *args, f"run.dir={name}"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": name[-1]},
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    return {each: (folder / name / each).read_bytes() for each in RESULTS}


def test_a_busy_machine_changes_no_byte(
    tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    """Would catch a limit in seconds in the solver, or a step that is given a share of time."""
    world = make_small_scenario(horizon={"days": 1})
    write_scenario(tmp_path / "day.yaml", world)
    args = (f"planner.budget={SMALL_BUDGET / 2}",)
    idle = run_plan(tmp_path, "run-1", *args, "run.workers=1")
    request.getfixturevalue("others")
    busy = run_plan(tmp_path, "run-2", *args, "run.workers=2")
    assert b"stopped" not in idle["summary.json"]
    assert idle == busy
