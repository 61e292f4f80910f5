"""From counted crews to people: the headcount, and a roster by name.

A crew is a pool's full-time or part-time employees; each works at most one shift a day, at
most ``days_per_week`` in each seven days from day 0, and rests ``rest_min`` between shifts
(only shifts on successive days can clash, which :mod:`sim.rostering.shift_problem` checks).

**What is guaranteed.** Let H be the headcount of a crew. A roster by name needs

1. shifts of each day <= H,
2. shifts of each week <= days_per_week H,
3. for every end of shift e: shifts of day d that end at e or later, plus shifts of day d + 1
   that start before e + rest, <= H (they clash pairwise, so all need different people).

*Where no shift type of the crew lies strictly inside another (starts later and ends
earlier), 1 to 3 are also sufficient.* Proof. Who may follow whom is a chain (the later
yesterday's end, the fewer of today's shifts are open), so by Hall's theorem 1 and 3 give a
perfect matching of each day's people to the next day's shifts and days off, and the days
chain. Take a week in which person a works two days or more above person b. Cut the two
rows of the roster wherever their tails could be exchanged; between cuts every transition
is blocked, hence one of the two works today, the other tomorrow, and these clash. If b is
off at two days of such a stretch, then in between the clash turns from a-then-b to
b-then-a at some day i, where b works; if a worked there too, a's shift would start after
b's and end before it, against the assumption; so a is off at i. Days off alternate, a
stretch's difference is at most 1, and exchanging stretches one by one, from the left,
leaves a difference of at most 1 in every week. Repeating this ends (the sum of squared
days worked falls) with nobody above ceil(week's shifts / H) <= days_per_week. QED.

With nested types in a crew 1 to 3 remain necessary; then a roster is looked for by the same
exchanges and the headcount raised until one is found.
Checked by ``tests/unit/test_rostering_named_roster.py`` against exhaustive search.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from sim.rostering.shift_problem import DAY_MIN, ShiftProblem

WEEK_DAYS = 7
OFF = -1


class Crew(NamedTuple):
    """The full-time or part-time employees of a pool and the shifts they may work."""

    pool: int
    part_time: bool
    shifts: np.ndarray


def find_crews(problem: ShiftProblem) -> list[Crew]:
    """List every crew that has a shift type, ordered by pool, full-time first."""
    crews = []
    for pool, name in enumerate(problem.pools):
        for part_time in (False, True):
            shifts = [
                number
                for number, kind in enumerate(problem.shifts)
                if kind.part_time == part_time and name in (kind.pools or problem.pools)
            ]
            if shifts:
                crews.append(Crew(pool, part_time, np.asarray(shifts)))
    return crews


def list_clashes(problem: ShiftProblem, crew: Crew) -> list[tuple[np.ndarray, np.ndarray]]:
    """List pairs (late shifts, early shifts of the next day) that all clash pairwise.

    One pair for each end of shift after which some shift of the next day comes too soon.
    """
    ends = np.asarray([problem.shifts[s].end_min for s in crew.shifts])
    starts = np.asarray([problem.shifts[s].start_min for s in crew.shifts])
    clashes = []
    for end in np.unique(ends):
        early = crew.shifts[starts + DAY_MIN < end + problem.rules.rest_min]
        if len(early):
            clashes.append((crew.shifts[ends >= end], early))
    return clashes


def fold_days(problem: ShiftProblem, counts: np.ndarray) -> np.ndarray:
    """Fold counts of a ring that starts within a day: its last day is put onto its first."""
    folded = counts[: problem.ring_days].copy()
    folded[: len(counts) - problem.ring_days] += counts[problem.ring_days :]
    return folded


def list_weeks(problem: ShiftProblem) -> np.ndarray:
    """Count how often each day comes in each week from day 0, int, shape (n_weeks, ring_days).

    On a ring weeks are counted on until one begins on day 0 again.
    """
    n = problem.ring_days
    turns = WEEK_DAYS // math.gcd(n, WEEK_DAYS) if problem.wrap else 1
    day = np.arange(n * turns)
    weeks = np.zeros((-(-day.size // WEEK_DAYS), n), dtype=np.int64)
    np.add.at(weeks, (day // WEEK_DAYS, day % n), 1)
    return weeks


def is_nested(problem: ShiftProblem, crew: Crew) -> bool:
    """Whether some shift type starts later and ends earlier than another."""
    kinds = [problem.shifts[s] for s in crew.shifts]
    return any(a.start_min > b.start_min and a.end_min < b.end_min for a in kinds for b in kinds)


def bound_headcount(problem: ShiftProblem, crew: Crew, counts: np.ndarray) -> int:
    """Least H that meets conditions 1 to 3 of the module's head.

    Parameters
    ----------
    problem, crew : ShiftProblem, Crew
        From :func:`find_crews`.
    counts : ndarray of int, shape (n_days, n_shifts, n_pools)
        People that start each shift.
    """
    table = np.zeros((problem.ring_days, counts.shape[1]), dtype=np.int64)
    table[:, crew.shifts] = fold_days(problem, counts)[:, crew.shifts, crew.pool]
    daily = table.sum(axis=1)
    least = int(daily.max(initial=0))
    busiest = int((list_weeks(problem) @ daily).max(initial=0))
    least = max(least, -(-busiest // problem.rules.days_per_week))
    for late, early in list_clashes(problem, crew):
        tomorrow = np.roll(table[:, early].sum(axis=1), -1)
        if not problem.wrap:
            tomorrow[-1:] = 0
        least = max(least, int((table[:, late].sum(axis=1) + tomorrow).max(initial=0)))
    return least


class _Clock(NamedTuple):
    """Start and end of each shift number, with a day off (number -1) in the last place."""

    start: np.ndarray
    end: np.ndarray
    rest_min: int

    def follows(self, today: np.ndarray, tomorrow: np.ndarray) -> np.ndarray:
        """Mark where tomorrow's shift leaves enough rest after today's."""
        return self.start[tomorrow] + DAY_MIN >= self.end[today] + self.rest_min


def _read_clock(problem: ShiftProblem) -> _Clock:
    start = np.asarray([*(s.start_min for s in problem.shifts), np.inf])
    end = np.asarray([*(s.end_min for s in problem.shifts), -np.inf])
    return _Clock(start, end, problem.rules.rest_min)


def _chain_days(clock: _Clock, crew: Crew, counts: np.ndarray, headcount: int) -> np.ndarray | None:
    """Chain shifts to a roster that rests enough, week's limit aside; shape (headcount, n_days)."""
    roster = np.full((headcount, len(counts)), OFF)
    for day in range(len(counts)):
        shifts = np.repeat(crew.shifts, counts[day, crew.shifts, crew.pool])
        if len(shifts) > headcount:
            return None
        shifts = np.r_[shifts, np.full(headcount - len(shifts), OFF)]
        latest_first = shifts[np.argsort(-clock.start[shifts], kind="stable")]
        before = roster[:, day - 1] if day else np.full(headcount, OFF)
        who = np.argsort(-clock.end[before], kind="stable")
        roster[who, day] = latest_first
        if day and not clock.follows(before[who], latest_first).all():
            return None
    return roster


def _exchange(clock: _Clock, roster: np.ndarray, a: int, b: int) -> None:
    """Exchange stretches of two people's rows so that their weeks come close."""
    rows = roster[[a, b]]
    crosses = clock.follows(rows[:, :-1], rows[::-1, 1:]).all(axis=0)
    ahead = (rows[0] != OFF).astype(int) - (rows[1] != OFF)
    running = np.zeros(-(-rows.shape[1] // WEEK_DAYS), dtype=int)
    cuts = [0, *(np.flatnonzero(crosses) + 1), rows.shape[1]]
    for first, last in itertools.pairwise(cuts):
        weeks = np.arange(first, last) // WEEK_DAYS
        moved = np.bincount(weeks, weights=ahead[first:last], minlength=len(running)).astype(int)
        decisive = np.flatnonzero(moved)
        if len(decisive) and running[decisive[0]] * moved[decisive[0]] > 0:
            roster[a, first:last], roster[b, first:last] = rows[1, first:last], rows[0, first:last]
            moved = -moved
        running += moved


def _count_days(roster: np.ndarray) -> np.ndarray:
    """Count days worked, shape (headcount, n_weeks)."""
    firsts = np.arange(0, roster.shape[1], WEEK_DAYS)
    return np.add.reduceat((roster != OFF).astype(int), firsts, axis=1)


def _level(clock: _Clock, roster: np.ndarray, most_days: int) -> bool:
    """Exchange stretches until nobody works too many days; False where that fails."""
    worked = _count_days(roster)
    while worked.max(initial=0) > most_days:
        person, week = np.unravel_index(int(np.argmax(worked)), worked.shape)
        before = roster.copy()
        for other in np.argsort(worked[:, week], kind="stable"):
            _exchange(clock, roster, int(person), int(other))
            if (_count_days(roster) ** 2).sum() < (worked**2).sum():
                break
            roster[:] = before
        else:
            return False
        worked = _count_days(roster)
    return True


def build_roster(
    problem: ShiftProblem, crew: Crew, counts: np.ndarray, headcount: int
) -> np.ndarray | None:
    """Build a roster by name for one crew; None where none was found.

    Parameters
    ----------
    problem, crew : ShiftProblem, Crew
        From :func:`find_crews`.
    counts : ndarray of int, shape (n_days, n_shifts, n_pools)
        People that start each shift.
    headcount : int
        Employees of the crew.

    Returns
    -------
    ndarray of int, shape (headcount, n_days), or None
        Shift number, or -1 for a day off; on a ring as many turns as make whole weeks, after
        which each row goes on as some row (who may follow whom: condition 3). Always found
        when ``headcount`` is at least :func:`bound_headcount` and the crew's types are not nested
        (proof in the head).
    """
    clock = _read_clock(problem)
    turns = int(list_weeks(problem).sum()) // problem.ring_days
    roster = _chain_days(clock, crew, np.tile(fold_days(problem, counts), (turns, 1, 1)), headcount)
    if roster is None or not _level(clock, roster, problem.rules.days_per_week):
        return None
    return roster


def compute_headcount(problem: ShiftProblem, counts: np.ndarray) -> np.ndarray:
    """Count the employees for whom a roster was built, shape (n_pools, 2): full-, part-time."""
    headcount = np.zeros((len(problem.pools), 2), dtype=np.int64)
    for crew in find_crews(problem):
        needed = bound_headcount(problem, crew, counts)
        while build_roster(problem, crew, counts, needed) is None:
            needed += 1
        headcount[crew.pool, int(crew.part_time)] = needed
    return headcount
