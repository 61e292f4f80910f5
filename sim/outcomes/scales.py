"""What outcomes need to know of a scenario and a policy, once for all replications.

Checked through ``tests/unit/test_outcomes_measures.py``.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compile import jit
from sim.demand.tables import ORIGIN_BROUGHT, ORIGIN_SPREAD
from sim.outcomes.absentees import Attendance
from sim.rostering.persons import lay_persons
from sim.rostering.wages import compute_hour_cost, compute_pay_factors
from sim.rules.satisfaction import SatisfactionCoefficients
from sim.scenario.clock import label_intervals
from sim.scenario.kinds import CAUSES, REDRESS
from sim.scenario.lower import list_preparing
from sim.scenario.model import Scenario
from sim.scenario.offers.redress import Apology
from sim.scenario.parts import LEVELS
from sim.scenario.policy import Policy
from sim.scenario.preparing.effects import prepare_scenario, price_preparations
from sim.scenario.tables import MS_PER_H, MS_PER_MIN, Clock, Routing, Tables


@jit
def is_exogenous(origin: Any) -> Any:
    """Whether mentions come whatever the policy does, by their origins; a number or an array."""
    return (origin != ORIGIN_SPREAD) & (origin < ORIGIN_BROUGHT)


class Prices(NamedTuple):
    """Money per hour and per case, in `scenario.currency`."""

    hour: float
    surge_hour: float
    overtime_hour: float
    auto_reply: float
    compensation: float
    """expected, per answered case of a topic with compensation"""
    pinned: float = 0.0
    """of all answers that the policy pins"""
    preparations: float = 0.0
    """of all that the policy does before events, their hours apart"""


class RedressScales(NamedTuple):
    """What redress is worth and costs; kinds by code, 0 none."""

    given: bool
    """the policy gives some"""
    ratio: np.ndarray
    """float64, shape (n_topics, 4): worth over the loss, by kind"""
    cause: np.ndarray
    """int64, shape (n_topics,): code of the cause"""
    other_fit: float
    """what a redress counts that does not fit the cause"""
    apology_until_ms: int
    """an apology later than this after the post is worth nothing"""
    unit_cost: np.ndarray
    """float64, shape (4,): money for each one given, by kind"""


class Scales(NamedTuple):
    """Constants of a scenario and a policy; times in ms or min as named."""

    coefficients: SatisfactionCoefficients
    base_quality: float
    event_factor: np.ndarray
    event_half_life_min: np.ndarray
    friendly_p: np.ndarray
    """float64, shape (5,): by level + 1, none first"""
    personal_p: np.ndarray
    sentiment_weight: np.ndarray
    answered_topic: np.ndarray
    """bool, shape (n_topics,): it counts; an optional topic only if the policy answers it"""
    compensated_topic: np.ndarray
    redress: RedressScales
    clock: Clock
    """the engine's own: its horizon and intervals hold the lead-in"""
    routing: Routing
    """the engine's own"""
    warm_up_ms: int
    pays_after: bool
    """busy time after the horizon is paid here; else it is the next round's, on its own roster"""
    staffed_ms: np.ndarray
    """int64, shape (n_pools, n_intervals): scheduled agent time, surge crew apart"""
    preparing_ms: np.ndarray | int
    """int64, of the same shape: time of those who prepare for events, on shift and off the floor"""
    paid_ms: np.ndarray
    """int64, of the same shape: both to be paid, paid breaks too, as time of plain pay"""
    pay_factor: np.ndarray
    """float64, shape (n_intervals + 1,): pay of an hour against a plain one; 1 after the end"""
    prices: Prices
    k1: float
    k2: float
    k3: float
    sentiment_start: float
    effort_scale: float
    effort_by_arrival: bool
    """work counts in the hour in which its case arrived; else in that in which the turn ended"""
    reply_min: np.ndarray
    """float64, shape (n_topics, 5): mean work of a reply by topic and level + 1"""
    baseline: float
    """sentiment towards which neglect pulls"""
    mood_strength: float
    """by how much a mood below the usual sentiment raises expectations; 0: mood moves none"""
    mood_half_life_h: float
    base_per_h: float
    local_time: tuple[str, ...]

    @property
    def reads_turns(self) -> bool:
        """Whether satisfaction depends on the rows of turns, not on those of cases alone."""
        return self.coefficients.later_speed_weight > 0.0

    @property
    def n_intervals(self) -> int:
        """Reporting intervals of the horizon, without those of the lead-in."""
        return self.clock.n_intervals - self.clock.lead_ms // self.clock.interval_ms

    def weigh(self, worked_ms: np.ndarray) -> np.ndarray:
        """Weigh time by interval to time of plain pay, int64; with the drain as a last column."""
        factor = self.pay_factor[: worked_ms.shape[1]]
        return np.asarray(np.rint(worked_ms * factor), np.int64)

    @property
    def horizon_ms(self) -> int:
        """Length of the horizon, without the lead-in."""
        return self.clock.horizon_ms - self.clock.lead_ms


class Lowered(NamedTuple):
    """A scenario and a policy as plain arrays and numbers, made once for all replications.

    What is drawn does not depend on the policy: ``sim.demand.draw`` lowers a scenario itself.
    """

    tables: Tables
    """what an engine reads"""
    scales: Scales
    """what measuring a run reads"""
    attendance: Attendance | None = None
    """who may be absent, which differs by replication: `sim.outcomes.attendance.attend`"""


def make_scales(scenario: Scenario, policy: Policy, tables: Tables) -> Scales:
    """The constants that measuring a run of this policy needs."""
    levels = [scenario.effort.levels[name] for name in LEVELS]  # type: ignore[index]  # Literal keys
    topics = scenario.topics.values()
    events = prepare_scenario(scenario, policy).events.values()
    staffed_ms, factor = spread_staff(tables), compute_pay_factors(scenario)
    scales = Scales(
        coefficients=make_coefficients(scenario),
        base_quality=scenario.satisfaction.e0 * scenario.brand.price_factor,
        event_factor=np.array([event.expectation_factor for event in events], dtype=float),
        event_half_life_min=np.array(
            [event.expectation_half_life_h * 60.0 for event in events], dtype=float
        ),
        friendly_p=np.array([0.0, *(level.friendly_share for level in levels)]),
        personal_p=np.array([0.0, *(level.personal_share for level in levels)]),
        sentiment_weight=np.array([0.0, *(level.sentiment_weight for level in levels)]),
        answered_topic=(tables.levels.effort[:, 0] >= 0)
        | ~np.array([topic.optional for topic in topics]),
        compensated_topic=np.array([topic.compensation for topic in topics]),
        redress=make_redress_scales(scenario, tables),
        clock=tables.clock,
        routing=tables.routing,
        warm_up_ms=round(scenario.warm_up_h * MS_PER_H),
        pays_after=not scenario.horizon.repeats or policy.after_close is not None,
        staffed_ms=staffed_ms,
        preparing_ms=spread_preparing(scenario, policy, tables),
        paid_ms=staffed_ms,
        pay_factor=np.append(np.ones(staffed_ms.shape[1]) if factor is None else factor, 1.0),
        prices=_price(scenario, policy),
        k1=scenario.brand.k1,
        k2=scenario.brand.k2,
        k3=scenario.brand.k3,
        sentiment_start=scenario.brand.mean_sentiment,
        effort_scale=scenario.brand.effort_scale,
        effort_by_arrival=scenario.brand.effort_by_arrival,
        reply_min=np.outer(
            [topic.work.mean_min or 1.0 for topic in topics],
            [0.0, *(level.work_multiplier for level in levels)],
        ),
        baseline=scenario.brand.baseline,
        mood_strength=scenario.brand.mood_strength,
        mood_half_life_h=scenario.brand.mood_half_life_h,
        base_per_h=max(scenario.demand.base_per_h, 1e-9),
        local_time=label_intervals(scenario.horizon),
    )
    present_ms = staffed_ms + scales.preparing_ms + spread_paid_breaks(scenario, policy, tables)
    return scales._replace(paid_ms=scales.weigh(present_ms))


def make_coefficients(scenario: Scenario) -> SatisfactionCoefficients:
    """The scenario's coefficients of the judgment, with what it promises."""
    given = {name: float(value) for name, value in scenario.satisfaction.model_dump().items()}
    return SatisfactionCoefficients(**given, promise_min=scenario.promise.promise_min)


def make_redress_scales(scenario: Scenario, tables: Tables) -> RedressScales:
    """What each kind of redress is worth to each topic's customers, and costs."""
    offered, topics = scenario.redress.list_kinds(), list(scenario.topics.values())
    apology = scenario.redress.apology
    ratio = np.zeros((len(topics), len(REDRESS)))
    for name, kind in offered.items():
        for place, topic in enumerate(topics):
            if isinstance(kind, Apology):
                failed_process = topic.cause == "process"
                worth = kind.process_ratio if failed_process else kind.other_ratio
            else:
                worth = kind.worth_cost / topic.loss_cost if topic.loss_cost > 0 else 0.0
            ratio[place, REDRESS.index(name)] = worth
    return RedressScales(
        given=tables.levels.gives_redress,
        ratio=ratio,
        cause=np.array([CAUSES.index(topic.cause) for topic in topics], np.int64),
        other_fit=scenario.redress.other_fit,
        apology_until_ms=math.floor((apology.within_h if apology else 0.0) * MS_PER_H + 0.5),
        unit_cost=np.array(scenario.redress.list_numbers("unit_cost")),
    )


def _price(scenario: Scenario, policy: Policy) -> Prices:
    costs = scenario.costs
    hour = compute_hour_cost(scenario)
    pinned_h = scenario.faq.pinned_work_h * sum(
        post.issues * (1.0 if post.after_h is None else scenario.events[post.event].probability)
        for post in policy.posts
    )
    return Prices(
        hour,
        hour * scenario.surge_crew.premium,
        hour * costs.overtime_premium,
        costs.auto_reply_cost,
        costs.compensation_cost * costs.compensation_share,
        pinned_h * hour * costs.overtime_premium,
        price_preparations(scenario, policy),
    )


def spread_paid_breaks(scenario: Scenario, policy: Policy, tables: Tables) -> np.ndarray | int:
    """The agent time of paid breaks in each interval [ms], shape (n_pools, n_intervals); 0: none.

    On a ring what passes the end is paid at the start.
    """
    kinds = scenario.shifts.kinds if scenario.shifts is not None else ()
    if not policy.shifts or not any(one.paid for kind in kinds for one in kind.breaks):
        return 0
    clock, persons = tables.clock, lay_persons(scenario, policy)
    length_ms = clock.horizon_ms - clock.lead_ms
    resting = persons.works != persons.paid
    starts, stops = persons.start_min[resting], persons.end_min[resting]
    edges = np.append(np.arange(0, length_ms, clock.interval_ms), length_ms)
    spent = np.zeros((len(scenario.pool_names), edges.size))
    for round_ms in (0, -length_ms) if scenario.horizon.repeats else (0,):
        for pool, start, stop in zip(persons.pool[resting], starts, stops, strict=True):
            begin_ms = start * MS_PER_MIN + round_ms
            spent[pool] += np.clip(edges - begin_ms, 0, (stop - start) * MS_PER_MIN)
    return np.asarray(np.diff(spent, axis=1), np.int64)


def spread_preparing(scenario: Scenario, policy: Policy, tables: Tables) -> np.ndarray | int:
    """The agent time spent on preparations by interval [ms], shape (n_pools, n_intervals); 0: none.

    As that of the staff, from the start of the horizon.
    """
    spent: np.ndarray | int = 0
    for floor in list_preparing(scenario, policy).values():
        lead_ms = tables.clock.lead_ms
        times_ms = np.append(0, floor.time_ms + lead_ms) if lead_ms else floor.time_ms
        agents = np.insert(floor.agents, 0, 0, axis=1) if lead_ms else floor.agents
        staff = tables.staff._replace(time_ms=times_ms, agents=agents)
        spent = spent + spread_staff(tables._replace(staff=staff))
    return spent


def spread_staff(tables: Tables) -> np.ndarray:
    """The scheduled agent time in each interval [ms], shape (n_pools, n_intervals)."""
    clock, staff = tables.clock, tables.staff
    first = clock.lead_ms // clock.interval_ms
    edges = np.arange(first, clock.n_intervals + 1, dtype=np.int64) * clock.interval_ms
    edges[-1] = clock.horizon_ms
    ends = np.minimum(np.append(staff.time_ms[1:], clock.horizon_ms), clock.horizon_ms)
    spans = np.maximum(ends - staff.time_ms, 0)
    change = np.clip(np.searchsorted(staff.time_ms, edges, side="right") - 1, 0, None)
    into = np.minimum(edges - staff.time_ms[change], spans[change])
    spent = np.array(
        [
            np.concatenate(([0], np.cumsum(spans * agents)))[change] + into * agents[change]
            for agents in staff.agents
        ]
    )
    return np.diff(spent, axis=1)
