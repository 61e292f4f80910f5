"""The whole horizon at once: fluid queue, returns, closed hours, effort and shifts as one MILP.

Expected mentions bring work; what staff cannot do in an interval waits for the next, over
closed hours too; customers come back after thinking. Symbols: a arrivals of topic k in
interval t, y whether topic k has level l in a phase, W(k, l) minutes of a first turn, R(k, l)
expected minutes of all later ones, d(h) share of them that comes h intervals later, x people
of a shift, s work done for pool p by pool q, e how far a minute of q goes (skill), B backlog
[agent min]::

    maximize    sum a v(k, l) y - sum slope B / W - sum over tiers congestion u
    subject to  B[p,t] = B[p,t-1] + g_p sum_k (a W y + sum_h a[t-h] R d(h) y)
                         - sum_q e[p,q] s[p,q,t]
                sum_p s[p,q,t] = sum of tiers u[q,t],  u_i <= width_i * minutes of x
                labor cost <= budget, shift rules

v is the expected satisfaction of a prompt answer at a level; a minute of waiting takes the
slope of the score of speed and the chance to leave; the tiers say what chance adds to waits
as staff gets busier, for the mean staff of a pool (``sim.planning.search.fluid_values``);
on a ring the work of the closed hours at the end is there at the start too;
g_p is the offered load that the simulation found beside this model's own: spread complaints,
transfers and unsolicited work are in it. The model proposes, the simulation disposes: its
optimum is a start of the search. Checked by ``tests/unit/test_search_fluid_milp.py``.
"""

import itertools
from typing import NamedTuple

import numpy as np

from sim.demand.quantile import list_quantiles
from sim.outcomes.scales import Lowered
from sim.planning.search.fluid_values import TIERS, expect_satisfaction, price_tiers, price_waiting
from sim.policies.workload import expect_writers, is_known
from sim.rostering.program import EQUAL, LESS, ProgramBuilder
from sim.rostering.roster import Rosters
from sim.rostering.rules import (
    limit_spending,
    list_changes,
    list_coverage,
    list_part_time,
    list_staff_limits,
)
from sim.rostering.solver import SolverLimits, solve_program
from sim.running.play import prepare
from sim.scenario.parts import LEVELS, PHASES
from sim.scenario.policy import Policy
from sim.scenario.profile import (
    home_pools,
    lay_phases,
)
from sim.scenario.tables import LEVEL_BRIEF, LEVEL_STANDARD

# Shipped weeks end at the root but for one: its gap of .5 % is nearly reached after these.
LIMITS = SolverLimits(nodes=300, gap_rel=5e-3)
# With breaks that takes 35 s of a week of 18 kinds of shift, twice this gap 14 s; what the model's
# roster lacks by it (.003 of satisfaction at most) the climb from it finds.
BREAK_GAP = 1e-2
# A prompt answer: what a case is worth in a well staffed hour.
PROMPT_MIN = 10.0
# What an hour in the queue costs is taken as the slope from here, by day,
WAITING_MIN = 30.0
# and from here for what waits overnight.
NIGHT_MIN = 240.0
# Intervals times pools up to which the program is posed; larger ones take too long, and the other
# starts remain.
MOST_CELLS = 1500
BY_PERSON = LEVELS[1:]


class Proposal(NamedTuple):
    """What the model would do.

    Attributes
    ----------
    roster : np.ndarray
        int, shape (n_columns,).
    levels : dict
        (topic, phase) to level.
    objective : float
        Mean satisfaction of the model [share].
    bound : float
        Proven upper bound on it, of the model.
    status : str
        "optimal" or "feasible".
    """

    roster: np.ndarray
    levels: dict[tuple[str, str], str]
    objective: float
    bound: float
    status: str


def propose(
    rosters: Rosters,
    policy: Policy,
    labor_cost: float,
    load: np.ndarray,
    limits: SolverLimits = LIMITS,
) -> Proposal | None:
    """Propose shifts and levels of the whole horizon for so much labor cost, by its model.

    Parameters
    ----------
    rosters : Rosters
        Columns and rules of the scenario.
    policy : Policy
        Any that answers the topics that are to be answered.
    labor_cost : float
        Most to be spent on shifts [scenario.currency].
    load : np.ndarray
        shape (n_intervals, n_pools): offered load at the standard level, agents busy at once.
    limits : SolverLimits
        When the solver stops.

    Returns
    -------
    Proposal or None
        None where the horizon has more than `MOST_CELLS` intervals and pools, or the solver
        found nothing within its limits.
    """
    if load.size > MOST_CELLS or not rosters.n:
        return None
    lowered = prepare(rosters.scenario, policy)
    minutes = load.sum(axis=0) * rosters.problem.interval_min
    if rosters.problem.has_breaks:
        limits = limits._replace(gap_rel=max(limits.gap_rel, BREAK_GAP))
    model = HorizonModel(rosters, lowered, labor_cost, minutes)
    return model.solve(limits) if model.topics else None


class HorizonModel:
    """Builds and solves the program of one scenario.

    Parameters
    ----------
    rosters : Rosters
        Columns and rules; their scenario.
    lowered : Lowered
        The scenario under any policy that answers the same topics.
    labor_cost : float
        Most to be spent on shifts [scenario.currency].
    load : np.ndarray
        shape (n_pools,): offered load at the standard level that the simulation found
        [agent min over the horizon].
    """

    def __init__(
        self, rosters: Rosters, lowered: Lowered, labor_cost: float, load: np.ndarray
    ) -> None:
        self.rosters, self.labor_cost = rosters, labor_cost
        self.tables, self.scales = lowered.tables, lowered.scales
        self.scenario = rosters.scenario
        self.step_min = rosters.problem.interval_min
        self.homes = home_pools(self.scenario)
        self.topics = [
            number
            for number, topic in enumerate(self.scenario.topics.values())
            if topic.actionable_share > 0 and self.scales.answered_topic[number]
        ]
        arrivals = expect_writers(self.scenario, True)
        topics = self.scenario.topics.values()
        share = np.array([topic.actionable_share for topic in topics])
        self.arrivals = arrivals * share * self.scenario.maturity.triage_recall
        starts_h = np.arange(len(arrivals)) * self.step_min / 60.0
        known = [
            event
            for event in self.scenario.events.values()
            if event.time_h is not None and is_known(event)
        ]
        self.phases = lay_phases(self.scenario, known, starts_h, starts_h + self.step_min / 60.0)
        self.cells = list(itertools.product(self.topics, np.unique(self.phases)))
        self.again, self.delays = self.estimate_delays()
        self.value, self.first_min, self.later_min = self.estimate_levels()
        self.scale = load / np.maximum(self.estimate_load("standard"), 1e-9)

    def estimate_delays(self) -> tuple[float, np.ndarray]:
        """Estimate who writes again in time, and the share that does so by interval."""
        talk = self.scenario.conversation
        minutes = list_quantiles(talk.think)
        kept = minutes[minutes <= talk.give_up_h * 60.0]
        late = np.bincount((kept / self.step_min).astype(np.int64))
        return talk.write_again_share * kept.size / minutes.size, late / max(kept.size, 1)

    def estimate_levels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Estimate value, minutes of the first turn and of all later ones, (n_topics, 3) each."""
        shape = (len(self.homes), len(BY_PERSON))
        value, first, later = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        topics = list(self.scenario.topics.values())
        for topic, place in itertools.product(self.topics, range(len(BY_PERSON))):
            level = LEVEL_BRIEF + place
            value[topic, place], turns = expect_satisfaction(
                self.tables, self.scales, self.again, topic, level, PROMPT_MIN
            )
            factor = float(self.tables.levels.work_factor[self.homes[topic], level, topic])
            first[topic, place] = (topics[topic].work.mean_min or 0.0) * factor
            later[topic, place] = first[topic, place] * (turns - 1.0)
        return value, first, later

    def rate_help(self, home: int, pool: int) -> tuple[float, float]:
        """Rate how far a minute of a pool's work goes for another, and what it costs.

        That is the home pool's minutes over the other's, and the satisfaction lost by a minute,
        over the topics of the home pool at the standard level as often as they come.
        """
        mine = [topic for topic in self.topics if self.homes[topic] == home]
        if pool == home or not mine:
            return 1.0, 0.0
        own_min, other_min, lost = 0.0, 0.0, 0.0
        levels = self.tables.levels
        for topic, come in zip(mine, self.arrivals[:, mine].sum(axis=0), strict=True):
            (value, turns), (least, more) = (
                expect_satisfaction(
                    self.tables, self.scales, self.again, topic, LEVEL_STANDARD, PROMPT_MIN, one
                )
                for one in (home, pool)
            )
            work = come * (list(self.scenario.topics.values())[topic].work.mean_min or 1.0)
            own_min += work * turns * float(levels.work_factor[home, LEVEL_STANDARD, topic])
            other_min += work * more * float(levels.work_factor[pool, LEVEL_STANDARD, topic])
            lost += come * (value - least)
        return own_min / max(other_min, 1e-9), lost / max(other_min, 1e-9)

    def estimate_work(self, topic: int, place: int, phase: int | None = None) -> np.ndarray:
        """Work of a topic at a level [agent min], shape (n_intervals,)."""
        arrivals = self.arrivals[:, topic]
        if phase is not None:
            arrivals = np.where(self.phases == phase, arrivals, 0.0)
        back = np.convolve(arrivals, self.delays)[: len(arrivals)]
        return arrivals * self.first_min[topic, place] + back * self.later_min[topic, place]

    def bring_over(self, work: np.ndarray) -> np.ndarray:
        """Bring the work of the closed hours at the end of a ring to its start too."""
        opened = np.flatnonzero(self.rosters.problem.open_mask)
        if not self.scenario.horizon.repeats or not opened.size:
            return work
        return np.append(work[0] + work[opened[-1] + 1 :].sum(), work[1:])

    def estimate_load(self, level: str) -> np.ndarray:
        """Sum the work of a level by pool [agent min over the horizon]."""
        load, place = np.zeros(len(self.rosters.problem.pools)), BY_PERSON.index(level)
        for topic in self.topics:
            load[self.homes[topic]] += self.estimate_work(topic, place).sum()
        return load

    def compute_slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Price an agent minute of backlog in an interval: open, closed, by pool."""
        patience = [topic.patience for topic in self.scenario.topics.values()]
        finite = [one.mean_min for one in patience if one is not None and one.mean_min]
        mean_min = float(np.mean(finite)) if finite else 1e9
        by_pool = np.zeros(len(self.rosters.problem.pools))
        for pool in range(by_pool.size):
            mine = [topic for topic in self.topics if self.homes[topic] == pool]
            if mine:
                weight = self.arrivals[:, mine].sum(axis=0) + 1e-9
                both = (self.first_min + self.later_min)[mine, 1]
                by_pool[pool] = self.step_min / float(np.average(both, weights=weight))
        day = price_waiting(self.scales, mean_min, WAITING_MIN)
        night = price_waiting(self.scales, mean_min, NIGHT_MIN)
        return day * by_pool, night * by_pool

    def solve(self, limits: SolverLimits = LIMITS) -> Proposal | None:
        """Solve the model; None where the solver found nothing."""
        builder = ProgramBuilder()
        roster = self.add_roster(builder)
        levels = self.add_levels(builder)
        self.add_flow(builder, roster, levels)
        solved = solve_program(builder.build(), limits)
        if solved.values is None:
            return None
        chosen = {
            (self.scenario.topic_names[topic], PHASES[phase]): BY_PERSON[
                int(np.argmax(solved.values[columns]))
            ]
            for (topic, phase), columns in levels.items()
        }
        counts = np.round(solved.values[roster]).astype(np.int64)
        return Proposal(counts, chosen, -solved.objective, -solved.bound, solved.status)

    def add_roster(self, builder: ProgramBuilder) -> np.ndarray:
        """Add people and what rules they keep."""
        rosters, columns, problem = self.rosters, self.rosters.columns, self.rosters.problem
        roster = builder.add_columns(np.zeros(rosters.n))
        builder.add_rows([limit_spending(columns, self.labor_cost)])
        builder.add_rows(list_part_time(problem, columns))
        builder.add_rows(list_changes(problem, columns))
        builder.add_rows(list_staff_limits(problem, columns, rosters.most))
        if rosters.minimum_coverage is not None:
            groups = rosters.minimum_coverage.needed.list_groups()
            needed = list_coverage(problem, columns, groups, merge=False)
            builder.add_rows(sorted(needed, key=lambda row: row.place))
        return roster

    def add_levels(self, builder: ProgramBuilder) -> dict[tuple[int, int], np.ndarray]:
        """Add one choice of level for each (topic, phase), worth what a prompt answer is."""
        total = max(float(self.arrivals[:, self.topics].sum()), 1e-9)
        levels = {}
        for topic, phase in self.cells:
            mass = float(self.arrivals[self.phases == phase, topic].sum())
            columns = builder.add_columns(-mass * self.value[topic] / total, 0.0, 1.0)
            builder.add_row(columns, 1.0, EQUAL, 1.0)
            levels[topic, int(phase)] = columns
        return levels

    def add_flow(self, builder: ProgramBuilder, roster: np.ndarray,
                 levels: dict[tuple[int, int], np.ndarray]) -> None:  # fmt: skip
        """Add backlog and work done, interval by interval."""
        n, n_pools = self.arrivals.shape[0], len(self.rosters.problem.pools)
        total = max(float(self.arrivals[:, self.topics].sum()), 1e-9)
        open_mask = self.rosters.problem.open_mask
        day, night = self.compute_slopes()
        backlog = np.stack(
            [
                builder.add_columns(np.where(open_mask, day[p], night[p]) / total, integer=False)
                for p in range(n_pools)
            ]
        )
        done = self.add_work(builder, roster, total)
        work = {
            (topic, phase, place): self.bring_over(self.estimate_work(topic, place, phase))
            for (topic, phase), _ in levels.items()
            for place in range(len(BY_PERSON))
        }
        for pool, interval in itertools.product(range(n_pools), range(n)):
            columns, values = [backlog[pool, interval]], [1.0]
            if interval > 0:
                columns.append(backlog[pool, interval - 1])
                values.append(-1.0)
            for (topic, phase), chosen in levels.items():
                if self.homes[topic] == pool:
                    columns += list(chosen)
                    values += [-self.scale[pool] * work[topic, phase, place][interval]
                               for place in range(len(BY_PERSON))]  # fmt: skip
            mine = done.get((pool, interval), [])
            columns += [column for column, _ in mine]
            builder.add_row(columns, values + [far for _, far in mine], EQUAL, 0.0)

    def add_work(self, builder: ProgramBuilder, roster: np.ndarray, total: float
                 ) -> dict[tuple[int, int], list[tuple[int, float]]]:  # fmt: skip
        """Add work done by pool of the agents.

        Return its columns, and how far a minute goes, by pool of the work and interval.
        """
        columns, problem = self.rosters.columns, self.rosters.problem
        helped = self.tables.routing.overflow_ms >= 0
        done: dict[tuple[int, int], list[tuple[int, float]]] = {}
        every = range(len(problem.pools))
        rated = {pair: self.rate_help(*pair) for pair in itertools.product(every, every)}
        tiers, present = self.compute_tiers(), 1.0 - self.scenario.absence.share
        widths = np.diff(TIERS)
        for agents, interval in itertools.product(
            range(len(problem.pools)), np.flatnonzero(problem.open_mask)
        ):
            mine = columns.covers[:, interval] & (columns.pool == agents)
            there, share = roster[mine], present * columns.worked_share[mine, interval]
            pools = [p for p in range(len(problem.pools)) if p == agents or helped[p, agents]]
            costs = np.array([rated[pool, agents][1] for pool in pools]) / total
            served = builder.add_columns(costs, integer=False)
            spent = builder.add_columns(tiers[agents] / total, integer=False)
            signs = np.repeat([1.0, -1.0], [len(pools), len(spent)])
            builder.add_row(np.r_[served, spent], signs, EQUAL, 0.0)
            for width, column in zip(widths, spent, strict=True):
                minutes = np.r_[1.0, -width * self.step_min * share]
                builder.add_row(np.r_[column, there], minutes, LESS, 0.0)
            for pool, column in zip(pools, served, strict=True):
                far = rated[pool, agents][0]
                done.setdefault((pool, int(interval)), []).append((int(column), far))
        return done

    def compute_tiers(self) -> np.ndarray:
        """Price of a minute of work by pool of the agents and tier."""
        open_h = max(float(self.rosters.problem.open_mask.sum()) * self.step_min / 60.0, 1e-9)
        hour_cost = np.array(self.rosters.problem.hour_cost)
        load = self.scale * self.estimate_load("standard")
        share = load / max(load.sum(), 1e-9)
        agents = np.maximum(self.labor_cost * share / hour_cost / open_h, 0.5)
        works = [topic.work.cv or 1.0 for topic in self.scenario.topics.values()]
        slope = price_waiting(self.scales, 480.0, PROMPT_MIN)
        return np.stack([price_tiers(count, float(np.mean(works)), slope) for count in agents])
