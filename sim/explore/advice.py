"""What the planner thinks of a changed run: the best next single change, and a bound on them all.

Every single change of the rules that a plan's search knows (``sim.planning.search.rule_moves``) and
one person more or fewer on each shift in use are tried alone beside the run, on common draws of
their own. Their upper limits hold together (``sim.planning.claims.single_changes``), so the
largest bounds what any of them gains. Money counts at the price of `planner.worth_per_1000`.
Checked by ``tests/functional/test_explore.py``.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sim.explore.changing import Changed
from sim.explore.differences import list_differences
from sim.explore.playing import StaleError
from sim.explore.stored import ExploredRun
from sim.explore.words import find_places, write_rounded
from sim.outcomes.estimate import quantile_t
from sim.planning.claims.single_changes import Looks, TriedChange, try_changes
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.search.moves import Move
from sim.planning.search.rule_moves import list_single_changes
from sim.scenario.policy import Policy
from sim.scenario.profile import interval_local_times

# Number of the first draw on which changes are tried: far from those of the run, of a plan's
# search, and of its last choice.
ADVICE_FIRST = 9_000_000
# Two looks: most changes are settled by the first, and all is said within some ten seconds a core.
LOOKS = (20, 60)
# Of any limit being too low: the usual level of an interval.
RISK = 0.05
# Draws that the advice keeps while it thinks: 60 weeks of five thousand mentions.
MEMORY_BYTES = 120_000_000
MIN_PER_DAY = 1440
# Shifts tried with one person more and one fewer.
MOST_SHIFTS = 20


def advise(run: ExploredRun, changed: Changed, stop: threading.Event) -> Iterator[dict[str, Any]]:
    """Yield {"done", "of"} as changes are settled, then what was found.

    Raises
    ------
    StaleError
        Nobody waits any more.
    """
    told: queue.Queue[dict[str, Any] | BaseException] = queue.Queue()

    def tell(done: int, total: int) -> None:
        if stop.is_set():
            raise StaleError
        told.put({"done": done, "of": total})

    def work() -> None:
        try:
            told.put(try_all(run, changed, tell))
        except BaseException as error:
            told.put(error)

    threading.Thread(target=work, daemon=True).start()
    while True:
        one = told.get()
        if isinstance(one, BaseException):
            raise one
        yield one
        if "told" in one:
            return


def try_all(run: ExploredRun, changed: Changed, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Try every single change; describe the best one and the bound on all."""
    scenario, rosters = changed.world.scenario, changed.world.rosters
    promise = scenario.promise
    evaluator = Evaluator(scenario, run.seed, first=ADVICE_FIRST, memory_bytes=MEMORY_BYTES)
    rule = ScoringRule(
        changed.budget or 0.0,
        run.money_price,
        promise.target_share,
        promise.alpha,
        run.keeps_promise,
    )
    roster = rosters.read_policy(changed.policy) if rosters.problem.shifts else None
    moves = list_single_changes(scenario, changed.policy)
    if roster is not None:
        moves += list_person_moves(changed, roster)
    staffing = np.zeros((rosters.problem.n_intervals, len(scenario.pool_names)))
    plan = Candidate("explored", changed.policy, np.zeros(rosters.n, np.int64), staffing)
    looks = Looks(LOOKS, RISK / (len(LOOKS) * max(len(moves), 1)))
    tell(0, len(moves))
    tried = try_changes(CandidateSet(evaluator, rosters, rule), plan, moves, looks, tell)
    return describe_tried(run, changed, tried)


def list_person_moves(changed: Changed, roster: np.ndarray) -> list[Move]:
    """List one person more and one fewer on the largest shifts in use."""
    rosters = changed.world.rosters
    columns, problem = rosters.columns, rosters.problem
    used = np.argsort(-roster, kind="stable")[:MOST_SHIFTS]
    days = [time.strftime("%a") for time in interval_local_times(changed.world.scenario.horizon)]
    per_day = MIN_PER_DAY // problem.interval_min
    moves = []
    for column in used[roster[used] > 0].tolist():
        shift, pool = problem.shifts[columns.shift[column]], problem.pools[columns.pool[column]]
        day = days[min(int(columns.day[column]) * per_day, len(days) - 1)]
        for step, word in ((1, "more"), (-1, "fewer")):
            other = roster.copy()
            other[column] += step
            if rosters.is_allowed(other):
                label = f"one person {word}: {pool}, {day} {shift.name}"
                moves.append(Move(label, ("people", str(column)), set_roster(changed, other)))
    return moves


def set_roster(changed: Changed, roster: np.ndarray) -> Callable[[Policy], Policy]:
    """Make the change to a roster."""
    return lambda policy: changed.world.rosters.to_policy(policy, roster)


def describe_tried(
    run: ExploredRun, changed: Changed, tried: Sequence[TriedChange]
) -> dict[str, Any]:
    """Describe the best change that is one for certain, and what none exceeds."""
    allowed = [one for one in tried if one.is_allowed]
    gains = sorted((one for one in allowed if one.is_gain), key=lambda one: -one.gain)
    most = max((one.limit for one in allowed), default=0.0)
    found: dict[str, Any] = {
        "told": len(tried),
        "bound": write_points(max(most, 0.0), max(most, 1e-4)),
        "best": None,
    }
    if gains:
        best = gains[0]
        half = quantile_t(0.975, best.n - 1) * best.error
        found["best"] = {
            "label": best.move.label,
            "gain": write_points(best.gain, half),
            "interval": f"{write_points(best.gain - half, half)} to "
            + write_points(best.gain + half, half),
            "changes": list_differences(run, changed, best.move.make(changed.policy)),
        }
    return found


def write_points(value: float, half: float) -> str:
    """Write a share of satisfied customers in points, to the digits of its interval."""
    return write_rounded(100.0 * value, find_places(100.0 * half), True)
