"""Profile of the week on the local clock, and what a planner can expect.

The clock and the courses of events are in ``sim.scenario.clock`` and ``course``; what
others need of them is offered here too. Expected mentions are exogenous ones
without spill-over: the base, and for who knows them the announced events at their
nominal size (P_e = 1) times probability, averaged over their window. Recorded demand
is expected to follow the profile (``base_per_h`` x shape), as a planner who has not
seen the record would. Checked by ``tests/unit/test_profile.py``.
"""

import datetime
import math

import numpy as np

from sim.errors import InputError
from sim.kept import Kept
from sim.scenario.clock import (
    DAY_MIN,
    count_hours,
    count_intervals,
    find_start,
    interval_local_times,
    lay_local_grid,
    list_local_times,
    local_days,
    local_weekday,
)
from sim.scenario.course import (
    compute_course_end_h,
    event_kernel,
    integrate_course,
    lay_phases,
    phase_durations_ms,
)
from sim.scenario.model import Scenario
from sim.scenario.parts import Event, Holiday
from sim.scenario.team import Team, rate_pool

__all__ = [
    "base_rates",
    "count_hours",
    "count_intervals",
    "event_kernel",
    "event_topic_shares",
    "expected_base_per_quarter",
    "expected_event_h",
    "expected_event_per_quarter",
    "expected_per_interval_and_topic",
    "expected_per_quarter",
    "find_start",
    "home_pools",
    "hour_shapes",
    "integrate_course",
    "interval_local_times",
    "lay_local_grid",
    "lay_phases",
    "list_local_times",
    "local_days",
    "local_weekday",
    "open_intervals",
    "phase_durations_ms",
    "pool_resolution_shares",
    "pool_times",
    "resolution_shares",
    "topic_shares",
    "week_shape",
]

# Forecasts look an hour ahead, also at the end of the horizon.
QUARTERS_AHEAD = 4
# Starts over which an uncertain time is averaged: 20 minutes apart in a week's window; more cost
# time.
_WINDOW_POINTS = 512
# The golden ratio's fraction spreads the re-ignition's times evenly over its window.
_GOLDEN = 0.6180339887498949
# Asked for by each policy that is lowered; a run knows a handful of scenarios at once.
_opened: Kept[np.ndarray] = Kept(16)


def week_shape(scenario: Scenario) -> np.ndarray:
    """The profile by hour of the week from Monday 0:00, shape (168,), mean 1."""
    demand = scenario.demand
    if demand.hour_of_week is not None:
        shape = np.array(demand.hour_of_week, np.float64)
    else:
        shape = np.outer(demand.day_shape, demand.hour_shape).astype(np.float64).ravel()
    return shape / shape.mean()


def hour_shapes(scenario: Scenario) -> np.ndarray:
    """The profile by elapsed hour.

    Parameters
    ----------
    scenario : Scenario
        Its demand's profile and its horizon.

    Returns
    -------
    np.ndarray
        float64, shape (n_hours,): multiple of the mean rate; mean 1 over a plain week.
    """
    return _shapes_until(scenario, count_hours(scenario.horizon))


def _shapes_until(scenario: Scenario, n_hours: int) -> np.ndarray:
    times = list_local_times(scenario.horizon, 60, n_hours)
    week = week_shape(scenario)
    shapes = week[[time.weekday() * 24 + time.hour for time in times]]
    for date, holiday in scenario.holidays.items():
        for number, time in enumerate(times):
            if time.date().isoformat() == date:
                shapes[number] = shape_holiday(holiday, week, time.weekday(), time.hour)
    return shapes


def shape_holiday(holiday: Holiday, week: np.ndarray, weekday: int, hour: int) -> float:
    """The profile at an hour of a holiday: its own shape at its weekday's volume, times its own."""
    usual = week[weekday * 24 : weekday * 24 + 24]
    if holiday.hour_shape is None:
        return float(holiday.volume * usual[hour])
    own = holiday.hour_shape
    return float(holiday.volume * usual.mean() * own[hour] * 24.0 / sum(own))


def topic_shares(scenario: Scenario) -> np.ndarray:
    """The base mix, float64, shape (n_topics,), sum 1."""
    shares = np.array([topic.share for topic in scenario.topics.values()], np.float64)
    return shares / shares.sum()


def event_topic_shares(scenario: Scenario, event: Event) -> np.ndarray:
    """The event's own mix, the base's where it has none; shape (n_topics,), sum 1."""
    if event.topic_share is None:
        return topic_shares(scenario)
    shares = np.array([event.topic_share.get(name, 0.0) for name in scenario.topics], np.float64)
    return shares / shares.sum()


def base_rates(scenario: Scenario) -> np.ndarray:
    """The base's expected rate, before busyness.

    Returns
    -------
    np.ndarray
        float64 [1/h], shape (n_hours,), or (n_intervals,) where `demand.rate_per_h` is so long.

    Raises
    ------
    InputError
        Where `demand.rate_per_h` has neither length.
    """
    horizon, rate = scenario.horizon, scenario.demand.rate_per_h
    if rate is None:
        return scenario.demand.base_per_h * hour_shapes(scenario)
    lengths = (count_intervals(horizon), count_hours(horizon))
    if len(rate) not in lengths:
        raise InputError(
            f"demand.rate_per_h has {len(rate)} numbers; needs one per reporting interval "
            f"({lengths[0]}) or per hour ({lengths[1]})"
        )
    return np.array(rate, np.float64)


def _event_starts(event: Event) -> list[tuple[float, float]]:
    """Possible starts of an event and its re-ignition [h], with their weights."""
    first, last = event.span_h
    again, until = event.reignition_window_h
    share = event.reignition_probability * event.reignition_peak_share
    points = 1 if first == last and share == 0.0 else _WINDOW_POINTS
    starts = []
    for number in range(points):
        start_h = first + (number + 0.5) / points * (last - first)
        starts.append((start_h, 1.0 / points))
        if share > 0.0:
            later_h = again + math.modf((number + 0.5) * _GOLDEN)[0] * (until - again)
            starts.append((start_h + later_h, share / points))
    return starts


def expected_event_h(scenario: Scenario, event: Event, edges_h: np.ndarray) -> np.ndarray:
    """The nominal course of an event between edges, as hours of base mentions.

    Parameters
    ----------
    scenario : Scenario
        Its profile.
    event : Event
        One of its events.
    edges_h : np.ndarray
        float64, shape (n + 1,), ascending [h]; no step may cross a full hour.

    Returns
    -------
    np.ndarray
        float64, shape (n,): integral of (peak - 1) E[g] [s_e shape + 1 - s_e], times the
        probability; times `base_per_h` and a topic's share it is a number of mentions.
    """
    total, lasts_h = np.zeros(len(edges_h)), compute_course_end_h(event)
    for start_h, weight in _event_starts(event):
        # Before the start the integral is 0, after the course's end it does not change.
        first, end = np.searchsorted(edges_h, (start_h, start_h + lasts_h))
        total[first:end] += weight * integrate_course(event, edges_h[first:end] - start_h)
        total[end:] += weight * integrate_course(event, np.array([lasts_h]))
    shape = _shapes_until(scenario, math.ceil(edges_h[-1]))
    within = shape[np.minimum(edges_h[:-1].astype(np.int64), len(shape) - 1)]
    factor = event.shape_share * within + 1.0 - event.shape_share
    return event.probability * (event.peak - 1.0) * np.diff(total) * factor


def _expected_base(scenario: Scenario, edges_h: np.ndarray) -> np.ndarray:
    rates = base_rates(scenario)
    slot_h = count_hours(scenario.horizon) / len(rates)
    if scenario.demand.rate_per_h is None:
        after = scenario.demand.base_per_h * _shapes_until(scenario, len(rates) + 1)[-1]
    else:
        after = rates[-1]
    rates = np.append(rates, after)
    slot_edges = np.append(np.arange(len(rates)) * slot_h, (len(rates) - 1) * slot_h + 1.0)
    integral = np.append(0.0, np.cumsum(rates * np.diff(slot_edges)))
    return np.diff(np.interp(edges_h, slot_edges, integral))


def _expected(scenario: Scenario, edges_h: np.ndarray, knows_events: bool) -> np.ndarray:
    """Expected mentions between edges by topic, shape (n, n_topics)."""
    table = np.outer(_expected_base(scenario, edges_h), topic_shares(scenario))
    if knows_events:
        for event in scenario.events.values():
            if event.announced_h > 0:
                hours = expected_event_h(scenario, event, edges_h)
                mix = event_topic_shares(scenario, event)
                table += scenario.demand.base_per_h * np.outer(hours, mix)
    return table


def expected_per_quarter(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """The expected exogenous mentions of each quarter hour.

    Parameters
    ----------
    scenario : Scenario
        The world.
    knows_events : bool
        Count announced events too.

    Returns
    -------
    np.ndarray
        float64, shape (n_quarters + 4,): the last four go on with the profile, for a
        forecast of the next hour made at the end.
    """
    return _expected(scenario, _lay_quarters(scenario), knows_events).sum(axis=1)


def _lay_quarters(scenario: Scenario) -> np.ndarray:
    n_quarters = 4 * count_hours(scenario.horizon) + QUARTERS_AHEAD
    return np.arange(n_quarters + 1) / 4.0


def expected_base_per_quarter(scenario: Scenario) -> np.ndarray:
    """The expected base mentions of each quarter hour, as `expected_per_quarter`."""
    return _expected_base(scenario, _lay_quarters(scenario))


def expected_event_per_quarter(scenario: Scenario, event: Event) -> np.ndarray:
    """The expected mentions of one event in each quarter hour, as `expected_per_quarter`."""
    hours = expected_event_h(scenario, event, _lay_quarters(scenario))
    return scenario.demand.base_per_h * hours


def expected_per_interval_and_topic(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """The expected exogenous mentions by reporting interval and topic.

    Parameters
    ----------
    scenario : Scenario
        The world.
    knows_events : bool
        Count announced events too.

    Returns
    -------
    np.ndarray
        float64, shape (n_intervals, n_topics).
    """
    n_intervals = count_intervals(scenario.horizon)
    edges_h = np.arange(n_intervals + 1) * (scenario.horizon.interval_min / 60.0)
    return _expected(scenario, edges_h, knows_events)


def open_intervals(scenario: Scenario) -> np.ndarray:
    """Which reporting intervals have open hours in them, bool, shape (n_intervals,).

    Hours past midnight belong to the next day, those past the end of a horizon that repeats to
    its start. A scenario without `shifts` is always open. Not to be written to.
    """
    return _opened.find((scenario,), lambda: _find_open(scenario))


def _find_open(scenario: Scenario) -> np.ndarray:
    opened = np.zeros(count_intervals(scenario.horizon), np.bool_)
    if scenario.shifts is None:
        return ~opened
    grid = lay_local_grid(scenario.horizon)
    for day in range(grid.n_days):
        hours = scenario.find_hours(scenario.horizon.start.date() + datetime.timedelta(days=day))
        if hours is None:
            continue
        first = round(hours[0] * 60) // grid.step_min * grid.step_min + day * DAY_MIN
        last = -(-round(hours[1] * 60) // grid.step_min) * grid.step_min + day * DAY_MIN
        places = np.arange(max(grid.place(first), 0), max(grid.place(last), 0))
        opened[places % opened.size if grid.repeats else places[places < opened.size]] = True
    return opened


def home_pools(scenario: Scenario) -> np.ndarray:
    """The pool of each topic, int64, shape (n_topics,): the first that has the skill.

    A topic that no pool has (it never needs one: nothing of it is actionable) counts
    with the first pool.
    """
    pools = list(scenario.team.pools.values())
    homes = [
        next((code for code, pool in enumerate(pools) if name in pool.skills), 0)
        for name in scenario.topics
    ]
    return np.array(homes, np.int64)


def resolution_shares(scenario: Scenario) -> np.ndarray:
    """The probability that one turn resolves.

    Parameters
    ----------
    scenario : Scenario
        Its topics' shares at the standard level and how the other levels follow.

    Returns
    -------
    np.ndarray
        float64, shape (4, n_topics): auto, brief, standard, thorough.
    """
    topics, effort = scenario.topics.values(), scenario.effort
    standard = np.array([topic.resolution_share for topic in topics], np.float64)
    auto = np.array([topic.resolution_auto_share for topic in topics], np.float64)
    brief = effort.brief_resolution_factor * standard
    thorough = 1.0 - effort.thorough_failure_factor * (1.0 - standard)
    return np.stack([auto, brief, standard, thorough])


def rate_pools(team: Team, topics: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Factors of time and of odds, float64, shape (n_pools, n_topics) each."""
    rated = [[rate_pool(team, pool, topic) for topic in topics] for pool in team.pools.values()]
    both = np.array(rated, np.float64).reshape(len(team.pools), len(topics), 2)
    return both[:, :, 0], both[:, :, 1]


def scale_odds(share: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Multiply the odds of shares; odds of 0 leave nothing.

    Examples
    --------
    >>> scale_odds(np.array([0.5, 1.0, 0.5]), np.array([0.6, 0.6, 0.0])).round(3).tolist()
    [0.375, 1.0, 0.0]
    """
    below = 1.0 - share + odds * share
    scaled = np.divide(odds * share, below, out=np.zeros_like(below), where=below > 0.0)
    return np.asarray(np.where(odds == 1.0, share, scaled))


def pool_resolution_shares(scenario: Scenario) -> np.ndarray:
    """The probability that one turn by a pool resolves, by its skill; the bot knows no pools.

    Returns
    -------
    np.ndarray
        float64, shape (n_pools, 4, n_topics).
    """
    _, odds = rate_pools(scenario.team, scenario.topic_names)
    shares = np.tile(resolution_shares(scenario), (len(odds), 1, 1))
    shares[:, 1:] = scale_odds(shares[:, 1:], np.repeat(odds[:, None], 3, axis=1))
    return shares


def pool_times(scenario: Scenario) -> np.ndarray:
    """How many times as long each pool takes, float64, shape (n_pools, n_topics)."""
    return rate_pools(scenario.team, scenario.topic_names)[0]
