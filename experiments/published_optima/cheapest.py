"""The cheapest plan that meets targets, and the proof that no cheaper one does.

    minimize wages   subject to  shift rules,  every target met by the staff of the plan

Whether a target is met is known by simulation only (`chance_targets.py`), so the program
learns it by logic-based Benders cuts (Hooker and Ottosson 2003, DOI 10.1007/s10107-003-0375-9):
solve the program as far as it is known; judge the staffing of its solution; where a target is
surely missed, raise the staffing for as long as it still is, to u; as more staff never makes a
target worse, every staffing that nowhere exceeds u misses it too, so

    sum over intervals and pools of [staff >= u + 1]  >=  1        (no term where u is the limit)

holds for every plan that meets it. The program without the plans that were cut off is a
relaxation: its minimum is a bound on the wages, and a solution that meets all targets is the
cheapest plan. Each cut is a certificate: (target, u) can be checked by anybody. A staffing
that few replications do not decide is set aside until nothing of its cost is better known.
Staff in an interval is at least v_1 y_1 + (v_2 - v_1) y_2 + ..., y_1 >= y_2 >= ... in {0, 1},
over the levels v_k = u + 1 that cuts name.
Checked by ``tests/theory/test_cheapest.py``; published optima in ``experiments/published_optima``.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from chance_targets import Judge

from sim.errors import InputError
from sim.rostering.columns import Columns, count_staff, lay_columns
from sim.rostering.cover import begin_cover_program
from sim.rostering.program import MORE, Program, ProgramBuilder
from sim.rostering.shift_problem import ShiftProblem
from sim.rostering.solver import FEASIBLE, INFEASIBLE, OPTIMAL, STOPPED, SolverLimits, solve_program

CERTIFIED = "certified"
QUICK_TIMES, HARD_TIMES = 2, 2
FIRST_EFFORT, EFFORT_GROWTH = 8, 4
TINY = 1e-6

Told = Callable[[float, int], None]


class Cut(NamedTuple):
    """Every staffing that nowhere exceeds ``staff`` (n_intervals, n_pools) misses ``target``."""

    target: int
    staff: np.ndarray


class CheapestPlan(NamedTuple):
    """The cheapest plan and what proves it.

    ``status``: "certified"; "feasible" (meets the targets; ``bound`` is below its cost, because
    some staffing could not be decided or a limit came); "infeasible"; "stopped" (at a limit,
    without a plan). ``people`` (n_columns,), ``staff`` (n_intervals, n_pools), ``cost`` [money]:
    None and nan without a plan. ``bound``: no plan that meets the targets costs less, but with
    probability ``error``. ``doubts``: staffings that could not be decided.
    """

    status: str
    people: np.ndarray | None
    staff: np.ndarray | None
    cost: float
    bound: float
    error: float
    cuts: tuple[Cut, ...]
    doubts: tuple[np.ndarray, ...]
    rounds: int


class CheapestLimits(NamedTuple):
    """When to stop: after so many rounds (programs solved), or in a program of so many nodes."""

    rounds: int = 2000
    nodes: int = 100_000


def find_most(problem: ShiftProblem) -> np.ndarray:
    """Return the most staff that there can be, shape (n_intervals, n_pools).

    Raises
    ------
    InputError
        A problem without limits on its pools.
    """
    if problem.rules.max_staff is None:
        raise InputError("rules.max_staff: needed for the cheapest plan for targets")
    limit = np.tile(np.array(problem.rules.max_staff), (problem.n_intervals, 1))
    return np.where(problem.open_mask[:, None], limit, 0)


class _Aside(NamedTuple):
    """A staffing that ``effort`` replications have not decided."""

    cost: float
    effort: int
    people: np.ndarray
    staff: np.ndarray


@dataclass
class _Quest:
    """What a search for the cheapest plan knows."""

    problem: ShiftProblem
    judge: Judge
    columns: Columns
    most: np.ndarray
    cuts: list[Cut] = field(default_factory=list)
    aside: list[_Aside] = field(default_factory=list)
    doubts: list[_Aside] = field(default_factory=list)
    best: _Aside | None = None
    bound: float = 0.0
    rounds: int = 0

    def solve(self, nodes: int) -> _Aside | str:
        """Return the cheapest plan that is neither cut off nor set aside, or why there is none."""
        held = [Cut(-1, one.staff) for one in [*self.aside, *self.doubts]]
        program = state_cuts(self.problem, self.columns, [*self.cuts, *held])
        if program is None:
            return INFEASIBLE
        solution = solve_program(program, SolverLimits(nodes))
        if solution.status != OPTIMAL or solution.values is None:
            return INFEASIBLE if solution.status == INFEASIBLE else STOPPED
        people = np.round(solution.values[: len(self.columns.cost)]).astype(np.int64)
        cost = float(self.columns.cost @ people)
        return _Aside(cost, 0, people, count_staff(self.problem, self.columns, people))

    def weigh(self, one: _Aside) -> None:
        """Judge a staffing with more effort: a cut, the best so far, set aside, or a doubt."""
        effort = max(one.effort * EFFORT_GROWTH, self.judge.first * FIRST_EFFORT)
        verdict = self.judge.judge(one.staff, most=effort)
        if (verdict == -1).all():
            if self.best is None or one.cost < self.best.cost:
                self.best = one
        elif (verdict == 1).any():
            missed = [Cut(int(target), one.staff) for target in np.flatnonzero(verdict == 1)]
            self.cuts += [strengthen(self.judge, cut, self.most) for cut in missed]
        else:
            held = self.aside if effort < self.judge.most else self.doubts
            held.append(one._replace(effort=effort))

    def take_cheapest_aside(self, cost: float) -> _Aside | None:
        """Return, and take out, what was set aside below a cost and with the least effort."""
        cheaper = [one for one in self.aside if one.cost < cost - TINY]
        if not cheaper:
            return None
        found = min(cheaper, key=lambda one: (one.cost, one.effort))
        self.aside = [one for one in self.aside if one is not found]
        return found

    def step(self, nodes: int) -> str | None:
        """Do one round; return the status at the end of the search."""
        self.rounds += 1
        found = self.solve(nodes)
        if found == STOPPED:
            return STOPPED
        cost = found.cost if isinstance(found, _Aside) else np.inf
        if self.best is not None:
            cost = min(cost, self.best.cost)
        held = [one.cost for one in [*self.aside, *self.doubts]]
        self.bound = max(self.bound, min([cost, *held]) if np.isfinite(cost) or held else 0.0)
        before = self.take_cheapest_aside(cost)
        if before is not None:
            self.weigh(before)
        elif self.best is not None and self.best.cost <= cost + TINY:
            return CERTIFIED if self.best.cost <= self.bound + TINY else FEASIBLE
        elif isinstance(found, _Aside):
            self.weigh(found)
        else:
            return STOPPED if self.doubts else INFEASIBLE
        return None

    def describe(self, status: str) -> CheapestPlan:
        """Return what is known at the end."""
        best = self.best
        told = (self.bound, self.judge.error, tuple(self.cuts))
        doubts = tuple(one.staff for one in [*self.aside, *self.doubts])
        if best is None:
            told = (np.inf, *told[1:]) if status == INFEASIBLE else told
            return CheapestPlan(status, None, None, np.nan, *told, doubts, self.rounds)
        status = FEASIBLE if status == STOPPED else status
        return CheapestPlan(status, best.people, best.staff, best.cost, *told, doubts, self.rounds)


def find_cheapest(
    problem: ShiftProblem,
    judge: Judge,
    limits: CheapestLimits | None = None,
    tell: Told | None = None,
) -> CheapestPlan:
    """Find the cheapest plan for targets.

    Parameters
    ----------
    problem : ShiftProblem
        What may be staffed, at which price; its pools have limits.
    judge : Judge
        Of staffings of that problem; more staff must not make its targets worse.
    limits : CheapestLimits, optional
        Rounds, and nodes of each program.
    tell : callable, optional
        Told (bound, number of cuts) after each round.

    Returns
    -------
    CheapestPlan
        See there; after Ctrl-C what was known by then.
    """
    limits = limits or CheapestLimits()
    quest = _Quest(problem, judge, lay_columns(problem), find_most(problem))
    status = None
    try:
        while status is None:
            is_over = quest.rounds >= limits.rounds or judge.decided > judge.decisions
            status = STOPPED if is_over else quest.step(limits.nodes)
            if tell is not None:
                tell(quest.bound, len(quest.cuts))
    except KeyboardInterrupt:
        status = STOPPED
    return quest.describe(status)


def strengthen(judge: Judge, cut: Cut, most: np.ndarray) -> Cut:
    """Return a cut with more staff that surely misses the target too.

    Raised to the limit where staff cannot matter, then, tested, where it is farthest from the
    target, then agent by agent. A staffing that was hard to decide is worth as hard tests.
    """
    staff = cut.staff.copy()
    idle = judge.find_idle(cut.target, len(staff))
    staff[idle] = most[idle]
    effort = max(judge.first * QUICK_TIMES, HARD_TIMES * judge.count_seen(cut.staff))

    def is_missed(raised: np.ndarray) -> bool:
        return bool(judge.judge(raised, [cut.target], effort)[cut.target] == 1)

    def raise_all(places: np.ndarray) -> None:
        nonlocal staff
        raised = staff.copy()
        raised.flat[places] = most.flat[places]
        if is_missed(raised):
            staff = raised
        elif len(places) > 1:
            middle = len(places) // 2
            raise_all(places[:middle])
            raise_all(places[middle:])

    distance = np.abs(np.arange(staff.size) // staff.shape[1] - judge.focus[cut.target])
    order = np.argsort(-distance, kind="stable")
    raise_all(order[staff.flat[order] < most.flat[order]])
    for place in order:
        while staff.flat[place] < most.flat[place]:
            raised = staff.copy()
            raised.flat[place] += 1
            if not is_missed(raised):
                break
            staff = raised
    return Cut(cut.target, staff)


def list_terms(cut: Cut, most: np.ndarray) -> list[tuple[int, int]]:
    """Return (place, level): staff that reaches the level at one of the places passes the cut."""
    places = np.flatnonzero(cut.staff.ravel() < most.ravel())
    return [(int(place), int(cut.staff.flat[place]) + 1) for place in places]


def state_cuts(problem: ShiftProblem, columns: Columns, cuts: list[Cut]) -> Program | None:
    """Return the program of all plans that pass the cuts; None where one cannot be passed."""
    most = find_most(problem)
    terms = [list_terms(cut, most) for cut in cuts]
    if not all(terms):
        return None
    required = np.zeros(most.shape, dtype=np.int64)
    for term in terms:
        if len(term) == 1:
            place, level = term[0]
            required.flat[place] = max(required.flat[place], level)
    builder = begin_cover_program(problem, columns, required)
    flags = _add_levels(builder, problem, columns, required, terms)
    for term in terms:
        if not any(level <= required.flat[place] for place, level in term):
            builder.add_row([flags[one] for one in term], 1.0, MORE, 1.0, "cut")
    return builder.build()


def _add_levels(
    builder: ProgramBuilder,
    problem: ShiftProblem,
    columns: Columns,
    required: np.ndarray,
    terms: list[list[tuple[int, int]]],
) -> dict[tuple[int, int], int]:
    """Add a column for each level that cuts name; 1 only where the staff reaches it."""
    wanted = sorted({one for term in terms for one in term if one[1] > required.flat[one[0]]})
    flags: dict[tuple[int, int], int] = {}
    for place in sorted({place for place, _ in wanted}):
        levels = [level for at, level in wanted if at == place]
        own = builder.add_columns(np.zeros(len(levels)), 0.0, 1.0)
        flags |= {(place, level): int(own[k]) for k, level in enumerate(levels)}
        interval, pool = divmod(place, required.shape[1])
        at_work = np.flatnonzero((columns.pool == pool) & columns.covers[:, interval])
        least = int(required.flat[place])
        steps = np.diff([least, *levels])
        right = float(least)
        values = np.r_[np.ones(len(at_work)), -steps]
        builder.add_row(np.r_[at_work, own], values, MORE, right, "level", place)
        for low, high in itertools.pairwise(own):
            builder.add_row([low, high], [1.0, -1.0], MORE, 0.0, "level", place)
    return flags
