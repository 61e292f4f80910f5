"""Compiles what most tests play with once, for all processes that tests run in.

Each process would compile the same code at the same time (a minute of a core), as long as the
cache is empty. Here each part waits for who compiles it and is read from the cache then; two
processes begin with different parts.
"""

import fcntl

from sim.compile import is_jit_on, open_cache
from sim.demand.draw import draw


def draw_world() -> None:
    from worlds import LAUNCH, make_scenario

    draw(make_scenario(horizon={"days": 1}, events={"launch": {**LAUNCH, "time_h": 10.0}}), 1, 0)


def play_world() -> None:
    from outcome_worlds import play_random_world

    play_random_world(0)


def control_world() -> None:
    from sim.policies.control_policy import follow_control_policy
    from tests.plan_worlds import make_small_scenario

    follow_control_policy(make_small_scenario(horizon={"days": 1}))


PARTS = (play_world, control_world, draw_world)


def compile_once(worker: str) -> None:
    """Compile, or wait for another worker that does.

    Parameters
    ----------
    worker : str
        Name of the process, "gw" and its number.
    """
    folder = open_cache() if is_jit_on() else None
    if folder is None:
        return
    first = int(worker.removeprefix("gw")) % 2
    for part in PARTS[:: 1 - 2 * first]:
        with open(folder / f"{part.__name__}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            part()
