"""What the planner thinks of a changed run: the best next single change, and one bound.

Every single change of the rules that a plan's search knows (``sim.planning.search.rule_moves``) and
one person more or fewer on each shift in use are played beside the run on a few weeks; those that
look best are played on others, so that who looked best by chance is found out. Money counts at the
price of `planner.worth_per_1000`. The bound is what ample staff in the same hours would add
(``sim.planning.analysis.ceilings``): about all that people can bring under these rules.
Checked by ``tests/functional/test_explore.py``.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sim.explore.changing import Changed
from sim.explore.differences import list_differences
from sim.explore.playing import StaleError, release_memory
from sim.explore.stored import ExploredRun
from sim.explore.words import find_places, write_rounded
from sim.outcomes.estimate import quantile_t
from sim.planning.analysis.ceilings import staff_amply
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.evaluation.service_target import is_surely_missed
from sim.planning.search.candidates import ScoringRule
from sim.planning.search.moves import Move
from sim.planning.search.rule_moves import list_single_changes
from sim.scenario.policy import Policy
from sim.scenario.profile import interval_local_times

# Number of the first draw on which changes are tried: far from those of the run, of a plan's
# search, and of its last choice.
ADVICE_FIRST = 9_000_000
# Weeks of the screening, weeks of those that are left, and how many are left: some ten seconds of
# two cores for three hundred changes of the shipped weeks.
FEW, MANY, LEFT = 8, 60, 20
# Of any of the intervals of those that are left being wrong: the usual level of an interval.
RISK = 0.05
# Draws that the advice keeps while it thinks: 60 weeks of five thousand mentions.
MEMORY_BYTES = 80_000_000
MIN_PER_DAY = 1440
# Shifts tried with one person more and one fewer.
MOST_SHIFTS = 20
# Changes that are played before the page hears of it: a second or so.
AT_ONCE = 12
# What a change of redress also changes is not a single change.
APART = ("effort", "redress", "follow_up")
# One at a time: a stale one ends within a second, and two would hold their draws at once.
_thinking = threading.Lock()


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
            with _thinking:
                told.put(try_all(run, changed, tell))
        except BaseException as error:
            told.put(error)
        finally:
            release_memory()

    threading.Thread(target=work, daemon=True).start()
    while True:
        one = told.get()
        if isinstance(one, BaseException):
            raise one
        yield one
        if "told" in one:
            return


def try_all(run: ExploredRun, changed: Changed, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Try every single change; describe the best one and what people could bring at most."""
    scenario, promise = changed.world.scenario, changed.world.scenario.promise
    evaluator = Evaluator(scenario, run.seed, first=ADVICE_FIRST, memory_bytes=MEMORY_BYTES)
    budget = changed.budget or 0.0
    rule = ScoringRule(
        budget, run.money_price, promise.target_share, promise.alpha, run.keeps_promise
    )
    moves = list_moves(changed)
    policies = [move.make(changed.policy) for move in moves]
    total = len(moves) + LEFT
    tell(0, total)
    base = rule.score_each(evaluator.play(changed.policy, 0, FEW))
    gains = np.empty(0)
    for first in range(0, len(moves), AT_ONCE):
        some = policies[first : first + AT_ONCE]
        seen = evaluator.play_all([(policy, 0, FEW) for policy in some])
        scored = [float(np.nanmean(rule.score_each(one) - base)) for one in seen]
        gains = np.append(gains, scored)
        tell(len(gains), total)
    best = np.argsort(-gains, kind="stable")[:LEFT].tolist()
    ample = make_ample(changed)
    jobs = [
        changed.policy,
        changed.policy if ample is None else ample,
        *(policies[place] for place in best),
    ]
    held, most, *seen = evaluator.play_all([(policy, FEW, FEW + MANY) for policy in jobs])
    tell(total, total)
    found = find_best(rule, held, seen)
    return {
        "told": len(moves),
        "bound": None if ample is None else describe_gain(most.value - held.value, 1),
        "best": None
        if found is None
        else {
            "label": moves[best[found]].label,
            **describe_gain(rule.score_each(seen[found]) - rule.score_each(held), len(best)),
            "changes": list_differences(run, changed, policies[best[found]]),
        },
    }


def make_ample(changed: Changed) -> Policy | None:
    """Give a policy all people who could be hired in its hours; None on a grid of its own."""
    policy, rosters = changed.policy, changed.world.rosters
    problem = rosters.problem
    steps = problem.n_intervals * (problem.interval_min // policy.staff_interval_min)
    if any(len(counts) != steps for counts in policy.staff.values()):
        return None
    return staff_amply(rosters, policy, problem.open_mask)


def list_moves(changed: Changed) -> list[Move]:
    """List the single changes: of rules, and of one person on a shift."""
    policy, rosters = changed.policy, changed.world.rosters
    moves = [
        move
        for move in list_single_changes(changed.world.scenario, policy)
        if count_changed(policy, move.make(policy)) <= 1
    ]
    roster = rosters.read_policy(policy) if rosters.problem.shifts else None
    return moves if roster is None else [*moves, *list_person_moves(changed, roster)]


def count_changed(policy: Policy, other: Policy) -> int:
    """Count which of level, redress and follow-up two policies differ in."""
    return sum(getattr(policy, name) != getattr(other, name) for name in APART)


def find_best(rule: ScoringRule, held: Outcomes, seen: Sequence[Outcomes]) -> int | None:
    """Find the change that gains most, for more than chance would lightly give; None: none does."""
    gains = [rule.score_each(one) - rule.score_each(held) for one in seen]
    is_held = not is_missed(rule, held)
    for place in sorted(range(len(seen)), key=lambda place: -float(np.nanmean(gains[place]))):
        half = measure_half(gains[place], len(seen))
        is_allowed = not (is_held and is_missed(rule, seen[place]))
        if is_allowed and float(np.nanmean(gains[place])) > half:
            return place
    return None


def is_missed(rule: ScoringRule, outcomes: Outcomes) -> bool:
    """Whether the service-level target is missed for certain."""
    return rule.keeps_promise and any(
        is_surely_missed(one, rule.target, rule.alpha, RISK) for one in outcomes.kept.T
    )


def measure_half(gain: np.ndarray, n_others: int) -> float:
    """Half of the interval of a mean gain, so wide that those of all others hold with it."""
    known = gain[~np.isnan(gain)]
    error = float(known.std(ddof=1)) / known.size**0.5
    return quantile_t(1.0 - RISK / (2.0 * n_others), known.size - 1) * error


def describe_gain(gain: np.ndarray, n_others: int) -> dict[str, str]:
    """Describe a gain in points of satisfied customers, with its interval."""
    mean, half = float(np.nanmean(gain)), measure_half(gain, n_others)
    low, high = write_points(mean - half, half), write_points(mean + half, half)
    return {"gain": write_points(mean, half), "interval": f"{low} to {high}"}


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


def write_points(value: float, half: float) -> str:
    """Write a share of satisfied customers in points, to the digits of its interval."""
    return write_rounded(100.0 * value, find_places(100.0 * half), True)
