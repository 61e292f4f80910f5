"""What a fit says of itself: fit.json, its quality, lines for the terminal.

The content of fit.json is drawn by ``sim.report.pages.calibration``. Checked by
``tests/functional/test_calibrate_scenario.py``.
"""

import datetime
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.calibration.demand.events import FoundEvent
from sim.calibration.demand.fit import JUMP_DAYS, DemandFit
from sim.calibration.demand.weekly_profile import fit_shape
from sim.calibration.quantities import list_quantities
from sim.calibration.reading.grid import Counts, group_by_hour, measure_span_days
from sim.calibration.reading.judgment import describe_source, format_left_out, format_source
from sim.calibration.result import Found
from sim.calibration.sentiment import describe_brand_sentiment
from sim.store.clock import write_local

# Of a series in fit.json: about a megabyte; the page draws at most a thousand.
MOST_POINTS = 20_000
# A week to fit and a day to be held out.
HELD_OUT_DAYS = 8.0
# The last quarter is forecast: less is one odd day, more leaves too little to fit.
HELD_OUT_SHARE = 0.25
# Version of fit.json: raised when a reader of the old one would fail.
SCHEMA = 1


def measure_quality(found: Found) -> dict[str, Any]:
    """How well the fit describes the history; null where that cannot be said."""
    demand = found.demand
    phi, within = demand.dispersion
    quality: dict[str, Any] = {
        "covered_days": round(demand.counts.days, 3),
        "explained_share": _round(_explain(demand)),
        "held_out_error_share": _round(_hold_out(demand, found)),
        "overdispersion_of_hours": _round(phi),
        "variance_to_mean_within_hours": _round(within),
        "bursts_found": len(demand.bursts),
        "events_fitted": len(demand.events),
        "event_hours_share": _round(1.0 - demand.use.sum() / max(demand.counts.is_known.sum(), 1)),
        "intervals_without_recording": demand.outage_intervals,
    }
    if found.response is not None:
        quality["replies_within_1_h_share"] = _round(found.response.within_hour_share)
        quality["fitted_within_1_h_share"] = _round(found.response.fitted_within_hour_share)
    return quality


def _round(value: float, digits: int = 4) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def _explain(demand: DemandFit) -> float:
    """The share of the variance of hourly counts that profile and events explain."""
    counts = demand.counts
    values = group_by_hour(counts).values
    masked = np.where(counts.is_known, demand.fitted, np.nan)
    fitted = group_by_hour(counts._replace(values=masked)).values
    known = np.isfinite(values) & np.isfinite(fitted)
    total = ((values[known] - values[known].mean()) ** 2).sum()
    return 1.0 - float(((values[known] - fitted[known]) ** 2).sum() / total) if total > 0 else 0.0


def _hold_out(demand: DemandFit, found: Found) -> float:
    """The mean absolute error on the last quarter, fitted to the rest, over the mean."""
    counts = demand.counts
    if demand.span_days < HELD_OUT_DAYS or counts.step_min > 60.0:
        return math.nan
    hourly = group_by_hour(counts._replace(values=np.where(demand.use, counts.values, np.nan)))
    known = hourly.is_known
    cut = int(len(hourly.values) * (1.0 - HELD_OUT_SHARE))
    early = known & (np.arange(len(known)) < cut)
    late = known & ~early
    if early.sum() < 48 or late.sum() < 24:
        return math.nan
    from sim.scenario.profile import week_shape

    part = Counts(*hourly)._replace(values=np.where(early, hourly.values, np.nan))
    shape = fit_shape(part, early, week_shape(found.base), demand.busyness, measure_span_days(part))
    predicted = shape.base_per_h * shape.week[hourly.hour[late]]
    seen = hourly.values[late]
    return float(np.abs(seen - predicted).sum() / max(seen.sum(), 1e-9))


def describe_fit(found: Found, quality: dict[str, Any]) -> dict[str, Any]:
    """The content of fit.json."""
    observations, demand = found.observations, found.demand
    report: dict[str, Any] = {
        "schema": SCHEMA,
        **describe_source(observations, found.bad),
        "time_zone": demand.counts.zone.key,
        "clock": list(found.clock),
        "understood": list(found.understood),
        "scenario": found.built.name,
        "quantities": list_quantities(found),
        "profile": _describe_profile(found),
        "counts": _describe_counts(demand),
        "events": [describe_event(event, demand, found) for event in demand.events],
        "quality": quality,
    }
    if found.response is not None:
        report["response"] = _describe_response(found)
    if found.brand_sentiment is not None:
        local = write_local(found.brand_sentiment.start_ms, demand.counts.zone)
        report["sentiment"] = describe_brand_sentiment(found.brand_sentiment, local)
    return report


def _describe_profile(found: Found) -> dict[str, Any]:
    from sim.scenario.profile import week_shape

    shape = found.demand.shape
    profile: dict[str, Any] = {
        "hour_of_week": [round(float(value), 4) for value in shape.week],
        "base": [round(float(value), 4) for value in week_shape(found.base)],
    }
    if np.isfinite(shape.observed).any():
        profile["observed"] = [_round(value) for value in shape.observed]
    return profile


def _describe_counts(demand: DemandFit) -> dict[str, Any]:
    """Observed and fitted counts, by the hour where there are very many."""
    counts = demand.counts
    fitted = counts._replace(values=np.where(counts.is_known, demand.fitted, np.nan))
    if len(counts.values) > MOST_POINTS:
        counts, fitted = group_by_hour(counts), group_by_hour(fitted)
    known = np.flatnonzero(counts.is_known)
    covered = slice(int(known[0]), int(known[-1]) + 1)
    return {
        "interval_min": counts.step_min,
        "time_local": write_local(counts.compute_starts_ms()[covered], counts.zone),
        "observed": [_round(value, 2) for value in counts.values[covered]],
        "fitted": [_round(value, 2) for value in fitted.values[covered]],
    }


def describe_event(event: FoundEvent, demand: DemandFit, found: Found) -> dict[str, Any]:
    """One event of fit.json; a standard error that is not known is null."""
    course, errors = event.course, event.course.errors
    ends = np.array([event.time_ms, event.burst.start_ms, event.burst.end_ms])
    local = write_local(ends, demand.counts.zone)
    peak = 1.0 + course.height_per_h / demand.shape.base_per_h
    name = next((name for name, each in found.placed.items() if each is event), None)
    number = demand.events.index(event) + 1
    return {
        "name": name or f"burst {number}",
        "in_scenario": name is not None,
        "time_local": local[0],
        "from_local": local[1],
        "until_local": local[2],
        "peak": _round(peak, 3),
        "peak_se": _scale(peak - 1.0, errors.get("height_per_h")),
        "ramp_min": _round(60.0 * course.ramp_h, 2),
        "ramp_min_se": _scale(60.0 * course.ramp_h, errors.get("ramp_h")),
        "half_life_1_h": _round(course.half_life_1_h, 3),
        "half_life_1_h_se": _scale(course.half_life_1_h, errors.get("half_life_1_h")),
        "half_life_2_h": _round(course.half_life_2_h, 3) if course.weight < 1.0 else None,
        "half_life_2_h_se": _scale(course.half_life_2_h, errors.get("half_life_2_h")),
        "weight": _round(course.weight, 3),
        "weight_se": _scale(1.0, errors.get("weight")),
        "excess_mentions": _round(event.burst.excess, 1),
        "log10_probability": _round(event.burst.log10_p, 1),
    }


def _scale(size: float, error: float | None) -> float | None:
    return None if error is None else _round(size * error)


def _describe_response(found: Found) -> dict[str, Any]:
    response = found.response
    assert response is not None
    described: dict[str, Any] = {
        "ln_min_mean": _round(response.ln_mean),
        "ln_min_mean_se": _round(response.ln_mean_se),
        "ln_min_sd": _round(response.ln_sd),
        "ln_min_sd_se": _round(response.ln_sd_se),
        "replies": response.replies,
        "within_1_h_share": _round(response.within_hour_share),
        "minutes_grid": [_round(value) for value in response.minutes],
        "observed_cdf": [_round(value) for value in response.observed_share],
        "fitted_cdf": [_round(value) for value in response.fitted_share],
    }
    if found.open_hours is not None:
        described["open_from_h"] = found.open_hours.from_h
        described["open_to_h"] = found.open_hours.to_h
    return described


THOUSANDS = "counts such as 1.003 read as 1003: a point before three digits stands for thousands"


def format_fit(found: Found) -> Iterator[str]:
    """Yield lines for the terminal."""
    demand = found.demand
    yield format_source(found.observations)
    if found.observations.columns.has_thousands:
        yield THOUSANDS
    yield from found.clock
    left_out = sum(each.rows for each in found.bad)
    yield f"{found.observations.read - left_out} of {found.observations.read} rows used"
    yield from map(format_left_out, found.bad)
    shape = demand.shape
    yield (
        f"base rate {shape.base_per_h:.4g} an hour (standard error {shape.base_se:.2g}) over "
        f"{demand.counts.days:.3g} days"
    )
    yield _format_events(found)
    if found.brand_sentiment is not None:
        yield found.brand_sentiment.message
    if demand.span_days < JUMP_DAYS:
        yield (
            f"under {JUMP_DAYS:.0f} days only a jump stands out from the profile: an event that is "
            "on when the history begins is in the base rate"
        )


def _format_events(found: Found) -> str:
    demand = found.demand
    counted = f"{len(demand.bursts)} bursts found, {len(demand.events)} of them fitted as events"
    if not found.placed:
        return f"{counted}, none in the scenario"
    return f"{counted}; in the scenario: {', '.join(map(str, _list_placed(found)))}"


def _list_placed(found: Found) -> Iterator[str]:
    """Yield the scenario's events that are like found ones: when they were, when they come."""
    demand = found.demand
    for name, event in found.placed.items():
        built = found.built.events[name]
        time = write_local(np.array([event.time_ms]), demand.counts.zone)[0]
        comes = f"any time, probability {built.probability:.2g}"
        if built.time_h is not None:
            start = found.built.horizon.start + datetime.timedelta(hours=built.time_h)
            comes = f"planned for {start.isoformat(timespec='minutes')}"
        yield f"{name} (of {time}, peak {built.peak:.3g} times the base; {comes})"
