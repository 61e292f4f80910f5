"""From a record to the measures of one replication.

Definitions: ``results/README.md`` (units and meanings in ``sim.store.schema``); the mean
``satisfaction`` is over exogenous actionable customers, so that no plan raises it by making
easy mentions. Checked by ``tests/unit/test_outcomes_measures.py`` (hand-made records, naive
twins row by row) and the formulas of ``tests/theory/``.
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.feeling.satisfaction import Service, expect_quality, rate_customers, rate_recommendations
from sim.feeling.sentiment import measure_effort, run_sentiment
from sim.outcomes.scales import SPILL_ORIGIN, SPREAD_ORIGIN, Scales
from sim.scenario.tables import MS_PER_H, MS_PER_MIN

AUTO_POOL = -1


class Rows(NamedTuple):
    """Who counts and how each was served; arrays of shape (n,), rows of the draws."""

    counted: np.ndarray
    """real and past the warm-up"""
    case: np.ndarray
    """counted, actionable, of a topic that the policy answers"""
    exogenous: np.ndarray
    """case, and not spread by another mention"""
    answered: np.ndarray
    kept: np.ndarray
    """case with its first reply within the promise"""
    expected: np.ndarray
    satisfaction: np.ndarray


def find_rows(scales: Scales, draws: Draws, run: Run) -> Rows:
    """Return who counts, who was answered in time, and how satisfied each is."""
    counted = run.real & (draws.arrival_ms >= scales.warm_up_ms)
    case = counted & draws.actionable & scales.answered_topic[draws.topic]
    answered = case & (run.first_reply_ms >= 0)
    until_ms = run.first_start_ms if scales.promise_by_wait else run.first_reply_ms
    kept = answered & (until_ms - draws.arrival_ms <= scales.promise_ms)
    expected = expect_quality(
        draws.arrival_ms / MS_PER_MIN,
        np.where(draws.event_time_ms >= 0, draws.event_time_ms / MS_PER_MIN, np.nan),
        scales.event_factor,
        scales.event_half_life_min,
        scales.base_quality,
    )
    service = find_service(scales, draws, run)
    satisfaction = rate_customers(service, expected, scales.coefficients)
    exogenous = case & (draws.origin != SPREAD_ORIGIN)
    return Rows(counted, case, exogenous, answered, kept, expected, satisfaction)


def find_service(scales: Scales, draws: Draws, run: Run) -> Service:
    """Return what each customer got; the tone is that of the last reply's level."""
    level = run.effort.astype(np.int64) + 1
    reply_min = (run.first_reply_ms - draws.arrival_ms) / MS_PER_MIN
    return Service(
        first_reply_min=np.where(run.first_reply_ms >= 0, reply_min, -1.0),
        resolved=run.resolved,
        friendly=draws.u_friendly < scales.friendly_p[level],
        personal=draws.u_personal < scales.personal_p[level],
        turns=run.turns,
        followed_up=run.followed_up,
    )


def measure_run(scales: Scales, draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    """Return every measure of one replication, in the order of the schema.

    Parameters
    ----------
    scales : Scales
        Constants of the scenario and the policy.
    draws, run : Draws, Run
        One replication and what the engine made of it, turns included.
    rows : Rows
        From `find_rows`.

    Returns
    -------
    dict of str to float
        NaN where a measure has nobody to speak of.
    """
    return (
        _measure_replies(draws, run, rows)
        | _measure_waits(draws, run, rows)
        | _measure_ends(run, rows)
        | measure_work(scales, draws, run, rows)
        | _measure_feelings(scales, draws, run, rows)
    )


def mean_of(values: np.ndarray) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if values.size else float("nan")


def share_of(part: np.ndarray | int, whole: np.ndarray | int) -> float:
    """Return how many of ``whole`` are ``part``, NaN of none."""
    n = int(np.sum(whole))
    return int(np.sum(part)) / n if n else float("nan")


def _measure_replies(draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    n_cases = rows.case.sum()
    reply_min = (run.first_reply_ms - draws.arrival_ms)[rows.answered] / MS_PER_MIN
    touched = rows.case & (run.first_touch_ms >= 0)
    touch_min = (run.first_touch_ms - draws.arrival_ms)[touched] / MS_PER_MIN
    p50, p90 = np.percentile(reply_min, [50, 90]) if reply_min.size else (np.nan, np.nan)
    return {
        "mentions": float(rows.counted.sum()),
        "actionable": float(n_cases),
        "answered_share": share_of(rows.answered, rows.case),
        "answered_within_promise_share": share_of(rows.kept, rows.case),
        "first_reply_min_mean": mean_of(reply_min),
        "first_reply_min_p50": float(p50),
        "first_reply_min_p90": float(p90),
        "first_touch_min_mean": mean_of(touch_min),
    }


def _measure_waits(draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    first = rows.case & run.joined
    left = first & (run.left_ms >= 0)
    by_bot = run.first_effort == 0
    delayed = first & ~by_bot & (run.first_start_ms != draws.arrival_ms)
    turn_case = rows.case[run.turn_mention] & (run.turn_pool != AUTO_POOL)
    wait_ms = run.turn_start_ms - run.turn_ready_ms
    later = turn_case & (run.turn_ready_ms > draws.arrival_ms[run.turn_mention])
    later_delayed = later & (wait_ms > 0)
    never_started = left & (_count_persons_turns(run) == 0)
    waits_ms = np.concatenate((wait_ms[turn_case], (run.left_ms - draws.arrival_ms)[never_started]))
    n_first, n_later = int(first.sum()), int(later.sum())
    return {
        "wait_min_mean": mean_of(waits_ms / MS_PER_MIN),
        "abandoned_share": share_of(left, first),
        "delayed_share": share_of(delayed, first),
        "delayed_turn_share": share_of(int(delayed.sum() + later_delayed.sum()), n_first + n_later),
        "returning_delayed_share": share_of(later_delayed, later),
    }


def _count_persons_turns(run: Run) -> np.ndarray:
    by_person = run.turn_mention[run.turn_pool != AUTO_POOL]
    return np.bincount(by_person, minlength=run.real.size)


def _measure_ends(run: Run, rows: Rows) -> dict[str, float]:
    reopened = rows.answered & (run.reopened > 0)
    ever_resolved = rows.answered & (run.resolved | (run.reopened > 0))
    return {
        "resolved_share": share_of(run.resolved & rows.answered, rows.answered),
        "turns_mean": mean_of(run.turns[rows.answered].astype(float)),
        "turn_cap_share": share_of(run.capped & rows.answered, rows.answered),
        "reopened_share": share_of(reopened, ever_resolved),
    }


def measure_work(scales: Scales, draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    """Return utilization, hours and cost; staffed, surge and the drain's busy hours are paid."""
    first = -(-scales.warm_up_ms // scales.interval_ms)
    busy_ms = int(run.busy_ms[:, first:-1].sum())
    staffed_ms = int(scales.staffed_ms[:, first:].sum())
    surge_in_ms, surge_all_ms = int(run.surge_ms[:, first:-1].sum()), int(run.surge_ms.sum())
    # Whoever works in the drain beyond the crew that is paid anyway is paid by the hour.
    drain_ms = max(int(run.busy_ms[:, -1].sum()) - int(run.surge_ms[:, -1].sum()), 0)
    prices = scales.prices
    compensated = rows.answered & scales.compensated_topic[draws.topic]
    cost = (
        prices.hour * (int(scales.staffed_ms.sum()) + drain_ms) / MS_PER_H
        + prices.surge_hour * surge_all_ms / MS_PER_H
        + prices.auto_reply * int((run.real & (_find_touched_by_bot(run))).sum())
        + prices.compensation * int(compensated.sum())
    )
    present_ms = staffed_ms + surge_in_ms
    return {
        "utilization": busy_ms / present_ms if present_ms else float("nan"),
        "staffed_h": (staffed_ms + surge_all_ms) / MS_PER_H,
        "work_h": int(run.busy_ms[:, first:].sum()) / MS_PER_H,
        "cost": cost,
    }


def _find_touched_by_bot(run: Run) -> np.ndarray:
    """Return who got an auto reply: seen before any person's reply, or resolved by it."""
    sent = run.first_touch_ms >= 0
    return sent & ((run.first_effort == 0) | (run.first_touch_ms != run.first_reply_ms))


def _measure_feelings(scales: Scales, draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    satisfaction = mean_of(rows.satisfaction[rows.exogenous])
    recommends = rate_recommendations(
        find_service(scales, draws, run), rows.expected, scales.coefficients
    )
    spread = rows.counted & (draws.origin == SPREAD_ORIGIN)
    spilled = rows.counted & (draws.origin == SPILL_ORIGIN)
    path = follow_sentiment(scales, draws, run, rows)
    return {
        "satisfaction": satisfaction,
        "satisfaction_all": mean_of(rows.satisfaction[rows.case]),
        "csat": 1.0 + 4.0 * satisfaction,
        "recommend_share": mean_of(recommends[rows.exogenous]),
        "sentiment_mean": mean_of(path[1:]),
        "spread_mentions": float(spread.sum()),
        "spilled_mentions": float(spilled.sum()),
    }


def weigh_work(scales: Scales, draws: Draws, run: Run, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted agent minutes of the turns ended, and actionable arrivals, by hour."""
    n_hours = draws.sentiment_noise.size
    present = (run.left_ms < 0)[run.turn_mention]
    weight = scales.sentiment_weight[run.turn_effort.astype(np.int64) + 1] * present
    spent_min = (run.turn_end_ms - run.turn_start_ms) / MS_PER_MIN * weight
    end_h = run.turn_end_ms // MS_PER_H
    inside = end_h < n_hours
    work_min = np.bincount(end_h[inside], spent_min[inside], minlength=n_hours)
    arrivals = np.bincount(draws.arrival_ms[rows.case] // MS_PER_H, minlength=n_hours)
    return work_min, arrivals[:n_hours].astype(float)


def follow_sentiment(scales: Scales, draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """Return the brand's sentiment at each hour's start and at the end, shape (n_hours + 1,)."""
    work_min, arrivals = weigh_work(scales, draws, run, rows)
    effort = measure_effort(work_min, arrivals, scales.base_per_h, scales.effort_scale)
    hour_min = np.arange(effort.size) * 60.0
    event_min = np.where(draws.event_time_ms >= 0, draws.event_time_ms / MS_PER_MIN, np.nan)
    k2 = expect_quality(
        hour_min, event_min, scales.event_factor, scales.event_half_life_min, scales.k2
    )
    return run_sentiment(
        effort, scales.k1, k2, scales.k3, draws.sentiment_noise, scales.sentiment_start
    )
