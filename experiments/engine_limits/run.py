"""A thousand odd worlds in both engines, with a check of every index.

    python experiments/engine_limits/run.py [--worlds 1000] [--quick]

Each batch is a process of its own (`play.py`), so that one that crashes loses one world, and
says which. What was played is kept in results/studies/, by a hash of the code: a study that was
stopped goes on where it was. Writes tables.md; `--quick` plays fifty and prints.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
from typing import Any

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from studies import HOME, hash_sources, tabulate  # noqa: E402 (after the path)

from sim import limits  # noqa: E402 (after the path)
from sim.store.provenance import read_commit  # noqa: E402 (after the path)

BATCH = 25
REACHED = {
    "topics": limits.MAX_TOPICS,
    "pools": limits.MAX_POOLS,
    "events": limits.MAX_EVENTS,
    "lists": 2 * (4 * limits.MAX_TOPICS + 1),
    "own_lists": 5_000,
    "agents": limits.MAX_POOL_AGENTS,
    "crew": limits.MAX_AGENTS,
    "hours": 24 * limits.MAX_DAYS - 1,
    "drain_h": limits.MAX_DRAIN_H,
    "intervals": 12 * 24 * limits.MAX_DAYS - 12,
    "turns_of_one": limits.MAX_TURNS,
    "ends_of_time": 1,
}
NAMES = {
    "topics": "topics",
    "pools": "pools",
    "events": "events",
    "lists": "waiting lists of a pool, triage and agents' own apart",
    "own_lists": "lists of agents in a pool",
    "agents": "agents of a pool",
    "crew": "people of the crew",
    "hours": "hours of the horizon",
    "lead_h": "hours of the lead-in",
    "drain_h": "hours of the drain",
    "intervals": "reporting intervals",
    "turns_of_one": "replies to one customer",
    "ends_of_time": "replies that end with engine time",
    "mentions": "mentions",
    "replies": "replies",
    "ties": "replies that begin at the instant of another",
}


def play(first: int, count: int) -> list[dict[str, Any]]:
    """Play some worlds in a process of their own; a world that ended it is told as crashed."""
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1"}
    rows: list[dict[str, Any]] = []
    while count > 0:
        command = [sys.executable, str(FOLDER / "play.py"), str(first), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found = [line for line in lines if "world" in line]
        rows += found
        if done.returncode == 0:
            break
        text = done.stderr.strip().splitlines()
        rows.append({"world": first + len(found), "crashed": text[-1] if text else "no word"})
        first, count = first + len(found) + 1, count - len(found) - 1
    return rows


def play_all(worlds: int) -> list[dict[str, Any]]:
    """Return a row for each world, from the disk where it was played with this code."""
    path = HOME / "results" / "studies" / f"engine_limits_{hash_sources()[:16]}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = {row["world"]: row for row in map(json.loads, kept)}
    for first in range(0, worlds, BATCH):
        batch = range(first, min(first + BATCH, worlds))
        missing = [number for number in batch if number not in rows]
        if missing:
            played = play(missing[0], len(missing))
            rows |= {row["world"]: row for row in played}
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in played)
            print(f"{max(batch) + 1} of {worlds} worlds", file=sys.stderr, flush=True)
    return [rows[number] for number in range(worlds)]


def write_page(rows: list[dict[str, Any]]) -> str:
    """Return the page: verdicts, sizes, and who reaches each limit."""
    whole = [row for row in rows if "mentions" in row]
    verdicts = [
        ("worlds", len(rows)),
        (
            "equal bit for bit, in both ways of the kernel",
            sum(not row["different"] for row in whole),
        ),
        ("different", sum(bool(row["different"]) for row in whole)),
        ("with a broken invariant", sum(bool(row["broken"]) for row in whole)),
        ("crashed, or an index outside an array", sum("crashed" in row for row in rows)),
        ("refused with one line", sum("refused" in row for row in rows)),
    ]
    sizes = []
    for key, name in NAMES.items():
        values = sorted(row[key] for row in whole)
        reach = [row["world"] for row in whole if row[key] >= REACHED.get(key, float("inf"))]
        limit = f"{REACHED[key]:,}" if key in REACHED else ""
        sizes.append(
            (name, f"{values[len(values) // 2]:,g}", f"{values[-1]:,g}", limit, tell(reach))
        )
    day = datetime.datetime.now(datetime.UTC).date()
    return "\n\n".join(
        (
            "# Odd worlds in both engines",
            f"Made by run.py on {day} at commit {read_commit()}; a world's number is its seed.",
            tabulate(("", "worlds"), [(name, f"{n:,}") for name, n in verdicts]),
            tabulate(("size", "median", "largest", "limit", "worlds at the limit"), sizes),
            *[f"World {row['world']}: {list_wrong(row)}" for row in rows if list_wrong(row)],
        )
    )


def tell(numbers: list[int]) -> str:
    """Return how many there are and the first of them."""
    return f"{len(numbers)} (first {numbers[0]})" if numbers else ""


def list_wrong(row: dict[str, Any]) -> str:
    """Return what is wrong with a world, nothing where it is as it should be."""
    return "; ".join(
        [*row.get("different", []), *row.get("broken", []), row.get("crashed", "")]
    ).strip("; ")


def main() -> int:
    """Play, tell, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="fifty worlds; prints, writes nothing")
    asked = parser.parse_args()
    rows = play_all(50 if asked.quick else asked.worlds)
    page = write_page(rows) + "\n"
    if asked.quick:
        print(page)
    else:
        (FOLDER / "tables.md").write_text(page, encoding="utf-8")
    return 1 if any(list_wrong(row) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
