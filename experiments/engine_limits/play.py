"""Plays odd worlds in both engines, in a process of its own; a line of JSON for each world.

    NUMBA_BOUNDSCHECK=1 python experiments/engine_limits/play.py FIRST COUNT

The line is written before the next world begins, so that a crash tells which world it was.
"""

import json
import pathlib
import sys
import time
from typing import Any

import numpy as np
from odd_worlds import make_odd_world

from sim.care.kernel.engine import open_buffers, run_kernel
from sim.care.preparing import enter_engine
from sim.care.record import Run
from sim.care.reference.engine import Care, run_reference
from sim.errors import InputError
from sim.limits import LAST_MS
from sim.scenario.tables import MS_PER_H

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from oracles.invariants import check_run


def play_world(number: int) -> dict[str, Any]:
    """Return what a world is and whether the engines agree on it."""
    began = time.process_time()
    try:
        world = make_odd_world(number)
    except InputError as error:
        return {"world": number, "refused": str(error).splitlines()[0]}
    tables, draws = world.tables, world.draws
    whole = enter_engine(tables, draws)
    run = run_reference(tables, draws)
    played = run if whole is draws else Care(tables, whole).run()
    found = [find_difference(run, run_kernel(tables, draws, lazy)) for lazy in (True, False)]
    buffers, spent_s = open_buffers(tables, True, True), time.process_time() - began
    persons = run.turn_mention[run.turn_pool >= 0]
    return {
        "world": number,
        "different": [text for text in found if text],
        "broken": check_run(tables, whole, played),
        "mentions": int(run.real.size),
        "replies": int(run.turn_mention.size),
        "topics": len(world.scenario.topics),
        "pools": int(buffers.pools.size),
        "events": len(world.scenario.events),
        "lists": int(buffers.pools["own_base"][0]),
        "own_lists": int(buffers.lists.size // buffers.pools.size - buffers.pools["own_base"][0]),
        "agents": int(tables.staff.agents.max()),
        "crew": int(tables.staff.surge_agents.sum()),
        "hours": (tables.clock.horizon_ms - tables.clock.lead_ms) // MS_PER_H,
        "lead_h": tables.clock.lead_ms // MS_PER_H,
        "drain_h": tables.clock.drain_ms / MS_PER_H,
        "intervals": int(tables.clock.n_intervals),
        "turns_of_one": int(np.bincount(persons).max(initial=0)),
        "ends_of_time": int((played.turn_end_ms == LAST_MS).sum()),
        "ties": int(run.turn_start_ms.size - np.unique(run.turn_start_ms).size),
        "seconds": round(spent_s, 1),
    }


def find_difference(one: Run, other: Run) -> str:
    """Return the first column that differs; nothing where the runs are equal."""
    for name in one._fields:
        first, second = np.asarray(getattr(one, name)), np.asarray(getattr(other, name))
        if first.dtype != second.dtype or not np.array_equal(first, second):
            return name
    return ""


def main() -> None:
    """Play the worlds that the command line names."""
    first, count = map(int, sys.argv[1:])
    for number in range(first, first + count):
        print(json.dumps({"begins": number}), flush=True)
        print(json.dumps(play_world(number)), flush=True)


if __name__ == "__main__":
    main()
