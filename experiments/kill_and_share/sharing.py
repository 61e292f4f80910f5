"""Two runs that write one place at once: one is told in a line, none ends raw."""

import json
import pathlib
import random
import time
from typing import Any

from processes import SMALL, finish, start

Row = dict[str, Any]
KINDS = ("one folder", "one folder, overwrite", "default folders")
MOST_APART_S = 0.4
LINES = ("another run is writing it", "is not empty")
FEW_PAGES = 10


def share_place(room: pathlib.Path, draws: random.Random) -> Row:
    """Start two simulations of one place, a little apart; return how they ended."""
    folder = room / "place"
    folder.mkdir()
    kind = draws.choice(KINDS)
    has_page = draws.randrange(FEW_PAGES) == 0
    args = ["simulate", f"scenario={SMALL}", "run.replications=1", "run.workers=1",
            f"report.page={str(has_page).lower()}"]  # fmt: skip
    if kind != "default folders":
        args.append("run.dir=run")
    if kind == "one folder, overwrite":
        args.append("run.overwrite=true")
        assert finish(start(args, folder)) == 0
    first = start(args, folder, "one")
    time.sleep(draws.random() * MOST_APART_S if draws.randrange(2) else 0.0)
    second = start(args, folder, "two")
    codes = [finish(first), finish(second)]
    faults = check_words(room, codes) + check_place(folder, kind, codes)
    return {"kind": kind, "codes": codes, "has_page": has_page, "faults": faults}


def check_words(room: pathlib.Path, codes: list[int]) -> list[str]:
    faults = []
    for name, code in zip(("one", "two"), codes, strict=True):
        words = (room / f"{name}.txt").read_text(encoding="utf-8")
        is_right = code == 0 or (
            code == 2 and words.count("\n") == 1 and any(line in words for line in LINES)
        )
        if not is_right:
            faults.append(f"code {code}: {words[:500]}")
    return faults


def check_place(folder: pathlib.Path, kind: str, codes: list[int]) -> list[str]:
    """Return what is wrong: a run that is not whole, too few, or something left over."""
    faults = []
    runs = list(folder.glob("results/simulate/*/*" if kind == "default folders" else "*"))
    wanted = codes.count(0) if kind == "default folders" else 1
    if len(runs) != wanted or 0 not in codes:
        faults.append(f"{len(runs)} runs: {sorted(path.name for path in runs)}")
    for run in runs:
        told = json.loads((run / "provenance.json").read_text(encoding="utf-8"))["files"]
        missing = [name for name in told if not (run / name).is_file()]
        if missing:
            faults.append(f"{run.name} lacks {missing}")
    faults += [f"left over: {path.name}" for path in folder.rglob(".*")]
    return faults
