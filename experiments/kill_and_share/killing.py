"""Plans that are killed: what they had found is there, and nothing else is."""

import json
import os
import pathlib
import random
from typing import Any

import yaml
from processes import SMALL, finish, hash_tree, kill_after, start

from sim.store.claim import PART, ROOM, clear_left_overs
from sim.store.found import ENDING, FoundFile
from sim.store.provenance import list_files

Row = dict[str, Any]
PLAN = ["plan", f"scenario={SMALL}", "run.dir=run", "run.workers=1", "planner.budget=2500",
        "planner.search_replications=4", "planner.evaluation_replications=20",
        "planner.choice_replications=40", "planner.keep_promise=false"]  # fmt: skip
DECOYS = ("photos.old-2024", "letters.old-1999", "run.part-1", "run.old-1", f"{PART}mine",
          f"{ROOM}0123456789abcdef")  # fmt: skip
ADDED = ("report.html", "plan.xlsx", "figures")


def measure(room: pathlib.Path) -> Row:
    """Return how much of a processor a whole plan takes."""
    folder = make_folder(room)
    before = os.times()
    code = finish(start(PLAN, folder))
    after = os.times()
    assert code == 0, (room / "process.txt").read_text(encoding="utf-8")
    spent = (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )
    return {"cpu_s": spent, "faults": []}


def make_folder(room: pathlib.Path) -> pathlib.Path:
    """Return a folder in which a user keeps things whose names look like left-overs."""
    folder = room / "place"
    for name in DECOYS:
        (folder / name).mkdir(parents=True)
        (folder / name / "dear.txt").write_text(name, encoding="utf-8")
    return folder


def make_trial(whole_s: float, count: int) -> Any:
    """Return the trial: moments are spread evenly over a plan, each drawn in its own stretch."""

    def kill_plan(room: pathlib.Path, draws: random.Random) -> Row:
        stretch = draws.randrange(count)
        return try_kill(room, whole_s * (stretch + draws.random()) / count)

    return kill_plan


def try_kill(room: pathlib.Path, cpu_s: float) -> Row:
    """Kill a plan after so much of a processor; return what was found."""
    folder = make_folder(room)
    dear = hash_tree(folder)
    code = kill_after(start(PLAN, folder, prepare=lambda: note_steps(room)), cpu_s)
    told = read_steps(room)
    faults = [
        f"touched: {name}" for name, mark in dear.items() if hash_tree(folder).get(name) != mark
    ]
    run, best = folder / "run", folder / f"run{ENDING}.yaml"
    left = "run" if run.exists() else "best" if best.exists() else "nothing"
    if run.exists():
        faults += check_run(folder)
    if "kept" in told and left == "nothing":
        faults.append("what was found is lost")
    if left == "best" and "staff" not in yaml.safe_load(best.read_text(encoding="utf-8")):
        faults.append("half a policy")
    clear_left_overs(folder)
    allowed = {
        *DECOYS,
        *(("run",) if run.exists() else ()),
        *((best.name,) if best.exists() else ()),
    }
    faults += [f"left over: {path.name}" for path in folder.iterdir() if path.name not in allowed]
    steps = [step for step in told if step != "kept"]
    stage = "after its end" if code == 0 else name_stage(steps, run)
    return {"cpu_s": cpu_s, "code": code, "stage": stage, "left": left, "faults": faults}


def name_stage(steps: list[str], run: pathlib.Path) -> str:
    if run.exists():
        return "page"
    if not steps:
        return "start"
    return {"Searching": "search"}.get(steps[-1], "comparison and evaluation")


def check_run(folder: pathlib.Path) -> list[str]:
    """Return what is wrong with a run that is there: it must be whole, and take a page."""
    run = folder / "run"
    told = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["files"]
    there = list_files_but(run)
    faults = [] if there == told else [f"not whole: {sorted(told)} and {sorted(there)}"]
    code = finish(start(["report", "run"], folder, "report"))
    if code != 0 or not (run / "report.html").is_file():
        faults.append(f"no report: {(folder.parent / 'report.txt').read_text(encoding='utf-8')}")
    faults += [f"left in the run: {path.name}" for path in run.iterdir() if PART in path.name]
    return faults


def list_files_but(run: pathlib.Path) -> dict[str, str]:
    """Return the hashes of a run's results, without what is added later."""
    names = {path.name for path in run.iterdir() if path.is_dir() or path.name in ADDED}
    hidden = run.parent.parent / "aside"
    hidden.mkdir()
    moved = [path for path in run.iterdir() if path.name in {*names, "provenance.json"}]
    for path in moved:
        path.rename(hidden / path.name)
    found = list_files(run)
    for path in moved:
        (hidden / path.name).rename(path)
    return found


def note_steps(room: pathlib.Path) -> None:
    """Have this process note its steps, and that it has kept something."""
    from sim.cli.progress import ProgressBar

    path = room / "steps.txt"
    keep = FoundFile.keep

    def note(text: str) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def tell(self: ProgressBar, what: str, done: float, total: float) -> None:
        note(what.partition(":")[0])

    def keep_and_note(self: FoundFile, policy: Any, step: str) -> None:
        keep(self, policy, step)
        note("kept")

    ProgressBar.__call__ = tell
    FoundFile.keep = keep_and_note


def read_steps(room: pathlib.Path) -> list[str]:
    path = room / "steps.txt"
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
