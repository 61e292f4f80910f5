"""Kill plans at random moments, let two runs write one place; write the table.

    python experiments/kill_and_share/run.py [--seed 1] [--kills 40] [--rounds 300]

Each kill and each round is kept as soon as it was tried, in results/kill_and_share/<hash of the
code>/: a run that was stopped goes on where it was. tables.md beside this file is the result.
"""

import argparse
import collections
import datetime
import hashlib
import json
import pathlib
import random
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import killing
import sharing
from processes import warm_up

from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
Row = dict[str, Any]
Trial = Callable[[pathlib.Path, random.Random], Row]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    folder = HERE.parents[1] / "results" / "kill_and_share" / hash_sources()
    folder.mkdir(parents=True, exist_ok=True)
    warm_up()
    whole_s = read_or_try(folder / "whole.json", "whole", 0, lambda room, _: killing.measure(room))
    kill = killing.make_trial(whole_s["cpu_s"], asked.kills)
    kills = repeat(folder, "kill", asked.seed, asked.kills, kill)
    rounds = repeat(folder, "round", asked.seed, asked.rounds, sharing.share_place)
    text = write_tables(kills, rounds, asked.seed)
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    print(text)


def hash_sources() -> str:
    """Return a short hash of what the outcome depends on."""
    paths = [*(HERE.parents[1] / "sim").rglob("*.py"), *HERE.glob("*.py"), *HERE.glob("*.yaml")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def repeat(folder: pathlib.Path, name: str, seed: int, count: int, trial: Trial) -> list[Row]:
    rows = []
    for number in range(count):
        rows.append(read_or_try(folder / f"{name}-{seed}-{number}.json", name, number, trial, seed))
        if rows[-1]["faults"]:
            print(name, number, rows[-1], file=sys.stderr, flush=True)
    return rows


def read_or_try(path: pathlib.Path, name: str, number: int, trial: Trial, seed: int = 0) -> Row:
    """Return what a trial found, from its file if it was tried before."""
    if not path.exists():
        with tempfile.TemporaryDirectory() as room:
            found = trial(pathlib.Path(room).resolve(), random.Random(f"{seed} {name} {number}"))
        path.write_text(json.dumps({"number": number, **found}), encoding="utf-8")
    row: Row = json.loads(path.read_text(encoding="utf-8"))
    return row


def write_tables(kills: list[Row], rounds: list[Row], seed: int) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = ["# Killed plans and shared places", "",
             f"Seed {seed}, {today}, commit {read_commit()}. Written by `run.py`; README.md says "
             "how to read it.",
             "", f"## Killed with signal 9: {len(kills)} plans", "",
             "| killed in | plans | run whole | best kept | nothing found by then | faults |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for stage in dict.fromkeys(row["stage"] for row in kills):
        some = [row for row in kills if row["stage"] == stage]
        left = collections.Counter(row["left"] for row in some)
        faults = sum(map(len, (row["faults"] for row in some)))
        lines.append(f"| {stage} | {len(some)} | {left['run']} | {left['best']} | "
                     f"{left['nothing']} | {faults} |")  # fmt: skip
    lines += ["", f"## Two writers of one place: {len(rounds)} rounds", "",
              "| place | rounds | both done | one done, one told | other ends | faults |",
              "|---|---|---|---|---|---|"]  # fmt: skip
    for kind in sharing.KINDS:
        some = [row for row in rounds if row["kind"] == kind]
        ends = collections.Counter(tuple(sorted(row["codes"])) for row in some)
        both, one = ends.pop((0, 0), 0), ends.pop((0, 2), 0)
        faults = sum(map(len, (row["faults"] for row in some)))
        lines.append(f"| {kind} | {len(some)} | {both} | {one} | {ends.total()} | {faults} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
