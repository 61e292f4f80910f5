"""From a record to the measures of one replication.

Definitions: ``results/README.md`` (units and meanings in ``sim.store.schema``). Mentions of
the warm-up are left out, and so are its hours, but for the cost, which is that of the whole
horizon. Checked by ``tests/unit/test_outcomes_measures.py`` (hand-made records, naive twins
row by row) and the formulas of ``tests/theory/``.
"""

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_BROUGHT, ORIGIN_SPILL, ORIGIN_SPREAD
from sim.outcomes.course import BrandCourse, follow_brand
from sim.outcomes.course import compute_rows as compute_rows
from sim.outcomes.course import follow_sentiment as follow_sentiment
from sim.outcomes.rows import Rows as Rows
from sim.outcomes.rows import find_read
from sim.outcomes.scales import Scales
from sim.scenario.tables import LEVEL_AUTO, MS_PER_H, MS_PER_MIN

AUTO_POOL = -1


def measure_run(
    scales: Scales, draws: Draws, run: Run, rows: Rows, course: BrandCourse | None = None
) -> dict[str, float]:
    """Every measure of one replication, in the order of the schema.

    Parameters
    ----------
    scales : Scales
        Constants of the scenario and the policy.
    draws, run : Draws, Run
        One replication and what the engine made of it, turns included.
    rows : Rows
        From `compute_rows`.
    course : BrandCourse, optional
        From `follow_brand`, where it is known already.

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
        | _measure_feelings(rows)
        | _measure_brand(
            scales, follow_brand(scales, draws, run, rows) if course is None else course
        )
        | _count_origins(draws, run, rows)
    )


def mean_of(values: np.ndarray) -> float:
    """The mean, NaN of nothing."""
    return float(values.mean()) if values.size else float("nan")


def share_of(part: np.ndarray | int, whole: np.ndarray | int) -> float:
    """How many of ``whole`` are ``part``, NaN of none."""
    n = int(np.sum(whole))
    return int(np.sum(part)) / n if n else float("nan")


def _measure_replies(draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    reply_min = (run.first_reply_ms - draws.arrival_ms)[rows.answered] / MS_PER_MIN
    touched = rows.case & (run.first_touch_ms >= 0)
    touch_min = (run.first_touch_ms - draws.arrival_ms)[touched] / MS_PER_MIN
    shares = [50, 90, 95]
    p50, p90, p95 = np.percentile(reply_min, shares) if reply_min.size else [np.nan] * 3
    return {
        "mentions": float((rows.counted & ~run.deflected).sum()),
        "actionable": float(rows.case.sum()),
        "deflected_share": share_of(rows.deflected, rows.case),
        "answered_share": share_of(rows.answered | rows.deflected, rows.case),
        "answered_within_promise_share": share_of(rows.kept, rows.case),
        "first_reply_min_mean": mean_of(reply_min),
        "first_reply_min_p50": float(p50),
        "first_reply_min_p90": float(p90),
        "first_reply_min_p95": float(p95),
        "first_touch_min_mean": mean_of(touch_min),
    }


def _measure_waits(draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    first = rows.case & run.joined
    gone, answered = run.left_ms >= 0, run.first_reply_ms >= 0
    left = first & gone & ~answered
    given_up, patience_ms = find_given_up(draws, run)
    patience_ms = patience_ms[rows.case[given_up]]
    by_bot = run.first_effort == LEVEL_AUTO
    delayed = first & ~by_bot & (run.first_start_ms != draws.arrival_ms)
    by_person = rows.case[run.turn_mention] & (run.turn_pool != AUTO_POOL)
    later = by_person & (run.turn_ready_ms > draws.arrival_ms[run.turn_mention])
    wait_ms = run.turn_start_ms - run.turn_ready_ms
    read = later & rows.answered[run.turn_mention] & find_read(run)
    reply_ms = (run.turn_end_ms - run.turn_ready_ms)[read]
    later_delayed = later & (wait_ms > 0)
    in_vain_ms = (run.left_ms - draws.arrival_ms)[left & ~find_begun(run)]
    waits_ms = np.concatenate((wait_ms[by_person], in_vain_ms, patience_ms))
    n_later = int(later.sum()) + patience_ms.size
    n_later_delayed = int(later_delayed.sum()) + patience_ms.size
    n_turns = int(first.sum()) + n_later
    return {
        "later_reply_min_mean": mean_of(reply_ms / MS_PER_MIN),
        "wait_min_mean": mean_of(waits_ms / MS_PER_MIN),
        "wait_min_max": waits_ms.max() / MS_PER_MIN if waits_ms.size else float("nan"),
        "abandoned_share": share_of(left, first),
        "abandoned_later_share": share_of(rows.answered & gone, rows.answered),
        "delayed_share": share_of(delayed, first),
        "delayed_turn_share": share_of(int(delayed.sum()) + n_later_delayed, n_turns),
        "returning_delayed_share": share_of(n_later_delayed, n_later),
    }


def find_given_up(draws: Draws, run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Find who gave up on a later message that nobody took up, and how long each waited [ms].

    That is the patience drawn for it; what a repost or stopped work adds is left out.
    """
    answered_and_left = (run.first_reply_ms >= 0) & (run.left_ms >= 0)
    who = np.flatnonzero(answered_and_left & (run.closed_ms < 0))
    persons = np.bincount(run.turn_mention[run.turn_pool != AUTO_POOL], minlength=run.real.size)
    rows = draws.turn_offset[who] + persons[who]
    return who, draws.later_patience_ms[rows] if who.size else np.zeros(0, np.int64)


def find_begun(run: Run) -> np.ndarray:
    """Mark the mentions to which a person began a reply, bool, shape (n,)."""
    begun = np.zeros(run.real.size, dtype=np.bool_)
    begun[run.turn_mention[run.turn_pool != AUTO_POOL]] = True
    return begun


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
    """Utilization, hours and cost: staffed, surge, overtime, the drain's busy hours.

    Work after the horizon is the next round's on a ring: done and paid by its roster.
    """
    first = -(-scales.warm_up_ms // scales.clock.interval_ms)
    staffed_ms = int(scales.staffed_ms[:, first:].sum())
    surge_ms = run.surge_ms[:, first:]
    present_ms = staffed_ms + int(surge_ms[:, :-1].sum())
    on_shift_ms = run.busy_ms - run.overtime_ms
    busy_ms = int(on_shift_ms[:, first:-1].sum())
    last = None if scales.pays_after else -1
    return {
        "utilization": busy_ms / present_ms if present_ms else float("nan"),
        "staffed_h": (staffed_ms + int(surge_ms.sum())) / MS_PER_H,
        "work_h": int(run.busy_ms[:, first:last].sum()) / MS_PER_H,
        "overtime_h": int(run.overtime_ms[:, first:last].sum()) / MS_PER_H,
        "cost": _add_costs(scales, draws, run, rows),
    }


def _add_costs(scales: Scales, draws: Draws, run: Run, rows: Rows) -> float:
    prices = scales.prices
    # Whoever works in the drain beyond the crew that is paid anyway is paid by the hour.
    drain_ms = int(np.maximum(run.busy_ms[:, -1] - run.surge_ms[:, -1], 0).sum())
    drain_ms *= scales.pays_after
    own = draws.arrival_ms >= 0
    answered = rows.opened & own & (run.first_reply_ms >= 0)
    compensated = answered & scales.compensated_topic[draws.topic]
    return (
        prices.hour * (int(scales.paid_ms.sum()) + drain_ms) / MS_PER_H
        + prices.surge_hour * int(scales.weigh(run.surge_ms).sum()) / MS_PER_H
        + prices.overtime_hour * int(scales.weigh(run.overtime_ms[:, :-1]).sum()) / MS_PER_H
        + prices.auto_reply * int((find_touched_by_bot(run) & own).sum())
        + prices.compensation * int(compensated.sum())
        + price_redress(scales, draws, run, rows)
        + prices.pinned
        + prices.preparations
    )


def price_redress(scales: Scales, draws: Draws, run: Run, rows: Rows) -> float:
    """Cost of the redress that the horizon's own customers got [scenario.currency]."""
    if not scales.redress.given:
        return 0.0
    got = rows.opened & (draws.arrival_ms >= 0) & (run.first_reply_ms >= 0)
    counts = np.bincount(run.redress[got], minlength=scales.redress.unit_cost.size)
    return float(counts @ scales.redress.unit_cost)


def find_touched_by_bot(run: Run) -> np.ndarray:
    """Who got an auto reply: seen before any person's reply, or resolved by it."""
    touched = run.first_touch_ms >= 0
    return touched & ((run.first_effort == LEVEL_AUTO) | (run.first_touch_ms != run.first_reply_ms))


def _measure_feelings(rows: Rows) -> dict[str, float]:
    satisfaction = mean_of(rows.satisfaction[rows.exogenous])
    return {
        "satisfaction": satisfaction,
        "satisfaction_all": mean_of(rows.satisfaction[rows.case]),
        "csat": 1.0 + 4.0 * satisfaction,
        "recommend_share": mean_of(rows.recommendation[rows.exogenous]),
    }


def _measure_brand(scales: Scales, course: BrandCourse) -> dict[str, float]:
    first_h = -(-scales.warm_up_ms // MS_PER_H)
    path = course.sentiment[1 + first_h :]
    low, high = np.percentile(path, [10, 90]) if path.size else (np.nan, np.nan)
    return {
        "sentiment_mean": mean_of(path),
        "sentiment_p10": float(low),
        "sentiment_p90": float(high),
        "response_effort_mean": mean_of(course.effort[first_h:]),
    }


def _count_origins(draws: Draws, run: Run, rows: Rows) -> dict[str, float]:
    origin = draws.origin[rows.counted & ~run.deflected]
    return {
        "spread_mentions": float((origin == ORIGIN_SPREAD).sum()),
        "spilled_mentions": float((origin == ORIGIN_SPILL).sum()),
        "brought_mentions": float((origin == ORIGIN_BROUGHT).sum()),
    }
