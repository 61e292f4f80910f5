"""The control policy as a rule for staff: effort u*(x) along the path that is expected.

Hour by hour, with x the sentiment that the policy itself brings about (certainty equivalent)::

    u[h]   = u*(h, x[h]) in open hours, the floor of effort in closed ones
    W[h]   = u[h] max(N[h], .25 base_per_h) / s        weighted agent minutes that u[h] takes
    x[h+1] = x[h] + k1 u[h] (1 - x[h]) - k2[h] (x[h] - baseline),   x[0] the brand's mean

N are the expected actionable arrivals, k2[h] is the brand's times what the announced events make
customers expect. Staff know what a planner knows at time 0: the forecast, the events announced
by then at their nominal size, the brand; a level is chosen for a phase, which begins when its
event is known. u* is the control policy with k2 and the closed hours known ahead, without end on a
horizon that repeats: effort rises before closing, against the night's neglect, and moves before an
announced change of k2. Source of the control policy: Mousavi, Johar & Mookerjee (2020), see
``sim.feeling.sentiment.horizon``; the measure of effort: ``sim.rules.sentiment``. Checked by
``tests/unit/test_policies_control_policy.py``.
"""

import functools
import math
from typing import NamedTuple, get_args

import numpy as np

from sim.feeling.sentiment.horizon import EffortPlan as ControlPlan
from sim.feeling.sentiment.horizon import plan_effort
from sim.policies.workload import count_work_min, expect_work, expect_writers, hide_later_news
from sim.rules.satisfaction import fade_event
from sim.rules.sentiment import ARRIVALS_FLOOR_SHARE, EFFORT_FLOOR, step_sentiment
from sim.scenario.lower import compute_tool_factor
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES, Event, Level, PersonLevel
from sim.scenario.policy import EffortPlan, Phase
from sim.scenario.profile import (
    lay_phases,
    open_intervals,
)

PERSON_LEVELS: tuple[PersonLevel, ...] = ("brief", "standard", "thorough")
# Moments over which an uncertain event is averaged: half-hours of a window of a day.
WINDOW_POINTS = 48
# A step of .001 of sentiment; double takes twice the time, and the levels read off it hardly
# move.
NODES = 1001
# Steps in time: four an hour and their halves; twice as many move staff by less than a hundredth.
STEPS_PER_H = 4


class ControlPath(NamedTuple):
    """The control policy along the expected path: shape (n_hours,), sentiment one more.

    Attributes
    ----------
    sentiment : np.ndarray
        Expected, at each hour's start and at the end.
    effort : np.ndarray
        Wanted in each hour; the floor in closed hours.
    arrivals : np.ndarray
        Expected actionable arrivals.
    work_min : np.ndarray
        Weighted agent minutes that the effort takes; 0 in closed hours.
    """

    sentiment: np.ndarray
    effort: np.ndarray
    arrivals: np.ndarray
    work_min: np.ndarray


def follow_control_policy(scenario: Scenario) -> ControlPath:
    """Expected path of effort, sentiment and work [min], hour by hour, under the control policy."""
    brand = scenario.brand
    arrivals = _add_hours(scenario, _expect_actionable(scenario))
    is_open = _add_hours(scenario, open_intervals(scenario).astype(float)) > 0
    decay = brand.k2 * expect_factor(scenario, arrivals.size)
    plan = plan_control(scenario, decay, is_open)
    sentiment, effort = np.empty(arrivals.size + 1), np.full(arrivals.size, EFFORT_FLOOR)
    sentiment[0] = brand.mean_sentiment
    for hour in range(arrivals.size):
        now = float(sentiment[hour])
        effort[hour] = np.interp(now, plan.grid, plan.grid_effort[hour])
        sentiment[hour + 1] = step_sentiment(
            now,
            float(effort[hour]),
            brand.k1,
            float(decay[hour]),
            float(decay[hour]) * brand.baseline,
            1.0,
        )
    served = np.maximum(arrivals, ARRIVALS_FLOOR_SHARE * scenario.demand.base_per_h)
    work_min = np.where(is_open, effort * served / brand.effort_scale, 0.0)
    return ControlPath(sentiment, effort, arrivals, work_min)


def shape_sentiment(scenario: Scenario) -> np.ndarray:
    """Agents busy at once under the control policy, shape (n_intervals, n_pools).

    The pools share the work of an interval as they share the expected cases.
    """
    known = hide_later_news(scenario)
    per_h = 60 // known.horizon.interval_min
    wanted = np.repeat(follow_control_policy(known).work_min / 60.0, per_h)
    work = expect_work(known, knows_events=True)
    total = work.sum(axis=1, keepdims=True)
    even = np.full_like(work, 1.0 / work.shape[1])
    share = np.divide(work, total, out=even, where=total > 0)
    return wanted[:, None] * share


def choose_effort(scenario: Scenario) -> EffortPlan:
    """Pick for each phase the level whose work a case comes nearest to the control policy's.

    All cases of a phase, those of the night too, together give the work of its open hours.
    """
    path = follow_control_policy(scenario)
    hour = np.arange(path.effort.size) + 0.5
    announced = [event for event in scenario.events.values() if event.announced_h > 0]
    phases = lay_phases(scenario, announced, hour, hour)
    given = {level: weigh_case_min(scenario, level) for level in PERSON_LEVELS}
    wanted = {}
    for code, phase in enumerate(PHASES):
        cases, work_min = path.arrivals[phases == code].sum(), path.work_min[phases == code].sum()
        wanted[phase] = work_min / cases if cases > 0 else math.nan
    calm = given["standard"] if math.isnan(wanted["calm"]) else wanted["calm"]
    row: dict[Phase, Level] = {}
    for phase in get_args(Phase):
        aim = calm if math.isnan(wanted[phase]) else wanted[phase]
        nearest: PersonLevel = min(given, key=lambda level: abs(given[level] - aim))
        row[phase] = nearest
    return {topic: dict(row) for topic in scenario.topic_names}


def weigh_case_min(scenario: Scenario, level: PersonLevel) -> float:
    """Expected weighted agent minutes of an actionable mention answered at a level."""
    topics = scenario.topics.values()
    mix = np.array([topic.share * topic.actionable_share for topic in topics])
    minutes = np.array([topic.share for topic in topics]) @ count_work_min(scenario, level)
    weight = scenario.effort.levels[level].sentiment_weight * compute_tool_factor(scenario)
    return float(weight * minutes / mix.sum()) if mix.sum() > 0 else 0.0


def expect_factor(scenario: Scenario, n_hours: int) -> np.ndarray:
    """Factor by which announced events are expected to raise expectations, by elapsed hour."""
    factor = np.ones(n_hours)
    for event in scenario.events.values():
        if event.announced_h > 0:
            factor *= _expect_fading(event, n_hours)
    return factor


def _expect_fading(event: Event, n_hours: int) -> np.ndarray:
    first_h, last_h = event.span_h
    points = 1 if first_h == last_h else WINDOW_POINTS
    starts_h = first_h + (np.arange(points) + 0.5) / points * (last_h - first_h)
    half_life_min = event.expectation_half_life_h * 60.0
    fading = [
        [fade_event((hour - start) * 60.0, event.expectation_factor, half_life_min) - 1.0]
        for hour in range(n_hours)
        for start in starts_h
    ]
    return 1.0 + event.probability * np.array(fading).reshape(n_hours, points).mean(axis=1)


def _expect_actionable(scenario: Scenario) -> np.ndarray:
    arrivals = expect_writers(scenario, knows_events=True)
    return arrivals @ np.array([topic.actionable_share for topic in scenario.topics.values()])


def _add_hours(scenario: Scenario, by_interval: np.ndarray) -> np.ndarray:
    """Sum values by interval to values by elapsed hour."""
    per_h = 60 // scenario.horizon.interval_min
    return by_interval.reshape(-1, per_h).sum(axis=1)


def plan_control(scenario: Scenario, decay: np.ndarray, is_open: np.ndarray) -> ControlPlan:
    """Solve for the brand's best effort, hour by hour, with decay and closed hours known."""
    brand = scenario.brand
    numbers = (brand.k1, brand.k3, brand.kappa, brand.c, brand.rho_per_h, brand.baseline)
    hours = (tuple(decay.tolist()), tuple(is_open.tolist()))
    return _solve(numbers, *hours, scenario.horizon.repeats)


@functools.lru_cache(maxsize=8)
def _solve(
    numbers: tuple[float, ...], decay: tuple[float, ...], is_open: tuple[bool, ...], repeats: bool
) -> ControlPlan:
    k1, k3, kappa, c, rho, baseline = numbers
    return plan_effort(
        k1,
        decay,
        k3,
        float(len(decay)),
        kappa,
        c,
        rho,
        end="periodic" if repeats else "stationary",
        open_hours=is_open,
        least_effort=EFFORT_FLOOR,
        baseline=baseline,
        nodes=NODES,
        steps_per_h=STEPS_PER_H,
        kept_per_h=1,
    )
