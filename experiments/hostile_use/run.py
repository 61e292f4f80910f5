"""What a stranger may bring: random edits of files and command lines; write the table.

    python experiments/hostile_use/run.py [--seed 1] [--edits 2000] [--jobs 1]

Each edit is kept as soon as it was tried, in results/hostile_use/<hash of the code>/: a run that
was stopped goes on where it was. tables.md beside this file is the result.
"""

import argparse
import contextlib
import datetime
import hashlib
import importlib
import json
import os
import pathlib
import pkgutil
import re
import resource
import signal
import sys
import tempfile
import time
from typing import Any

from edits import KINDS, Edit, list_edits

from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 4 << 30
MOST_CPU_S = 60
# A machine that is busy with other things may take several times its CPU seconds.
MOST_WALL_S = 600
MAX_LINE = 600
POOR_WORDS = re.compile(
    r"Traceback|has a bug|token recognition|extraneous input|mismatched input|LexerNoViable"
    r"|object at 0x|NoneType|Errno|omegaconf|pydantic"
)
TOLD = re.compile(r"^Estimate: about", re.MULTILINE)
Row = dict[str, Any]


def main() -> None:
    """Try all edits and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edits", type=int, default=2000)
    parser.add_argument("--show", action="store_true", help="print what was not as promised")
    asked = parser.parse_args()
    folder = HERE.parents[1] / "results" / "hostile_use" / hash_sources()
    folder.mkdir(parents=True, exist_ok=True)
    warm_up()
    rows = []
    for number, edit in enumerate(list_edits(asked.seed, asked.edits)):
        path = folder / f"{asked.seed}-{number}.json"
        if not path.exists():
            path.write_text(json.dumps(try_edit(edit), ensure_ascii=True), encoding="utf-8")
        rows.append(json.loads(path.read_text(encoding="utf-8")))
        if asked.show and rows[-1]["fault"]:
            told = " | ".join(rows[-1]["err"].splitlines())[:500]
            print(number, rows[-1]["kind"], rows[-1]["fault"], rows[-1]["args"], told, flush=True)
    text = write_tables(rows, asked.seed)
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    print(text)


def hash_sources() -> str:
    """Return a short hash of what the outcome depends on."""
    home = HERE.parents[1]
    rooms = ((home / "sim").rglob("*.py"), (home / "configs").rglob("*.*"), HERE.glob("*.py"))
    paths = sorted(path for room in rooms for path in room)
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def warm_up() -> None:
    """Load every room and compile once what every process of an edit then has."""
    import sim

    for room in pkgutil.walk_packages(sim.__path__, "sim."):
        if not room.name.endswith("__main__"):
            importlib.import_module(room.name)
    scenario = sim.load_scenario("outage_day", ["horizon.days=1"])
    sim.simulate(scenario, sim.load_policy("flat", scenario), replications=1, workers=1)


def try_edit(edit: Edit) -> Row:
    """Run one edit in a process and a folder of its own, and judge it."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as place:
        work, home = pathlib.Path(place) / "work", pathlib.Path(place) / "home"
        work.mkdir()
        home.mkdir()
        lay_files(work, edit.files)
        before = list_files(work)
        started = time.monotonic()
        status, used = run_child(edit.args, work, home, pathlib.Path(place))
        row = {
            "kind": edit.kind,
            "args": edit.args,
            "status": status,
            "cpu_s": round(used.ru_utime + used.ru_stime, 1),
            "wall_s": round(time.monotonic() - started, 1),
            "mb": used.ru_maxrss // 1024,
            "out": (pathlib.Path(place) / "out.txt").read_text(errors="replace")[-2000:],
            "err": (pathlib.Path(place) / "err.txt").read_text(errors="replace")[-4000:],
        }
        row["fault"] = judge(row, work, before, list_files(work), list(home.rglob("*.log")))
        return row


def lay_files(folder: pathlib.Path, files: dict[str, bytes]) -> None:
    """Make the files of an edit."""
    for name, content in files.items():
        path = folder / name.strip("|/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif name.startswith("|"):
            os.mkfifo(path)
        else:
            path.write_bytes(content)


def list_files(folder: pathlib.Path) -> set[str]:
    """Return the names of everything in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def run_child(
    args: list[str], work: pathlib.Path, home: pathlib.Path, place: pathlib.Path
) -> tuple[int, resource.struct_rusage]:
    """Fork, limit, run; return the exit code (below 0: a signal) and what was used."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            play_child(args, work, home, place)
        os._exit(99)
    ends_s = time.monotonic() + MOST_WALL_S
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), used
        if time.monotonic() > ends_s:
            os.kill(child, signal.SIGKILL)
            ends_s = float("inf")
        time.sleep(0.02)


def play_child(
    args: list[str], work: pathlib.Path, home: pathlib.Path, place: pathlib.Path
) -> None:
    """Be the command: streams to files, its own home, limits, no way back."""
    for number, name in ((1, "out.txt"), (2, "err.txt")):
        os.dup2(os.open(place / name, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(work)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    os.environ |= {"HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CACHE_HOME": cache}
    resource.setrlimit(resource.RLIMIT_CPU, (2 * MOST_CPU_S, 2 * MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES + (1 << 30), MOST_BYTES + (1 << 30)))
    from sim.cli.main import run

    code = run(args)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def judge(
    row: Row, work: pathlib.Path, before: set[str], after: set[str], logs: list[pathlib.Path]
) -> str:
    """Return what is not as promised, or nothing."""
    status, err = row["status"], row["err"]
    lines = err.splitlines()
    is_told = bool(TOLD.search(err))
    if (row["cpu_s"] > MOST_CPU_S or row["mb"] > MOST_BYTES >> 20) and not is_told:
        return "longer than a minute or larger than 4 GB, not told"
    if status < 0:
        return "" if is_told else f"ended by signal {-status}"
    if status in (1, 99) or logs:
        return "a bug"
    if POOR_WORDS.search(err):
        return "words of the inside"
    if status in (2, 3, 4):
        return judge_refusal(status, lines, before, after)
    if status != 0:
        return f"exit code {status}"
    return judge_results(work)


def judge_refusal(status: int, lines: list[str], before: set[str], after: set[str]) -> str:
    """Return what is wrong with a refusal: lines too many, too long, something left."""
    if not lines:
        return "refused without a line"
    if len(lines) > 25 or max(map(len, lines)) > MAX_LINE:
        return "a mistake is longer than a line"
    if status != 4 and after - before:
        return f"left behind: {sorted(after - before)[0]}"
    return ""


def judge_results(work: pathlib.Path) -> str:
    """Return what is wrong in a run's measures: a number that is missing without a reason."""
    path = work / "out" / "summary.json"
    if not path.is_file():
        return ""
    measures = json.loads(path.read_text(encoding="utf-8"))["measures"]
    for name, one in measures.items():
        if one["mean"] is None and one["n"] > 0:
            return f"no number in a result: {name}"
        if one["ci_low"] is None and one["n"] > 1:
            return f"no interval in a result: {name}"
    return ""


def write_tables(rows: list[Row], seed: int) -> str:
    """Return the counts by kind of edit, and every fault."""
    day = datetime.datetime.now(datetime.UTC).date()
    lines = [
        "# Hostile use",
        "",
        f"{len(rows)} edits of seed {seed}, {day}, commit {(read_commit() or 'unknown')[:12]}.",
        "",
        "| edits of | tried | done | refused in a line (2, 3, 4) | not as promised |",
        "|---|---|---|---|---|",
    ]
    for kind in [*KINDS, None]:
        own = [row for row in rows if kind in (None, row["kind"])]
        good = [row for row in own if not row["fault"]]
        done = sum(row["status"] == 0 for row in good)
        told = len(good) - done
        lines.append(f"| {kind or 'all'} | {len(own)} | {done} | {told} | {len(own) - len(good)} |")
    longest = max(rows, key=lambda row: row["cpu_s"])
    largest = max(rows, key=lambda row: row["mb"])
    lines += ["", f"Longest: {longest['cpu_s']:.0f} s of CPU; largest: {largest['mb']} MB.", ""]
    faults = [(number, row) for number, row in enumerate(rows) if row["fault"]]
    lines += [
        f"* {number}: {row['fault']}: `{' '.join(row['args'])[:200]}`" for number, row in faults
    ]
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode().rstrip() + "\n"


if __name__ == "__main__":
    main()
