"""What a forecast says of itself: forecast.json, and lines for the terminal.

The content of forecast.json is drawn by ``sim.report.pages.forecast``. Checked by
``tests/functional/test_forecast.py``.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.forecasting.backtest import judge
from sim.calibration.forecasting.past import Past
from sim.calibration.forecasting.paths import Ahead
from sim.calibration.reading.judgment import describe_source, format_left_out, format_source
from sim.calibration.reading.rows import Observations
from sim.calibration.reading.sieve import BadRows
from sim.scenario.settings import NamedEvent
from sim.store.clock import write_local

# Version of forecast.json: raised when a reader of the old one would fail.
SCHEMA = 1
# Days of the past that the page shows before the forecast.
SHOWN_DAYS = 28
# (a) A burst of less than an hour's usual mentions is none that a planner would name.
LEAST_BURST_H = 1.0
Columns = dict[str, np.ndarray]


class Told(NamedTuple):
    """All parts of a forecast, for its report."""

    observations: Observations
    bad: tuple[BadRows, ...]
    past: Past
    ahead: Ahead
    holidays: Mapping[int, str]
    events: Mapping[str, NamedEvent]
    tested: dict[str, Any] | None
    is_untested: bool
    """the user wants no test"""
    tables: Mapping[str, Columns]


def describe_forecast(told: Told) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The content of forecast.json, and lines for the terminal, the verdict first."""
    observations, past = told.observations, told.past
    is_good, verdict = judge(told.tested)
    if told.is_untested:
        verdict = "Not tested on the past (backtest=none)."
    messages = (verdict, *_list_messages(told))
    report: dict[str, Any] = {
        "schema": SCHEMA,
        **describe_source(observations, told.bad),
        "time_zone": past.counts.zone.key,
        "is_good_enough": None if told.is_untested else is_good,
        "told": list(messages),
        "level": _describe_level(past),
        "bursts": describe_bursts(past),
        "closed_hours": np.flatnonzero(past.is_closed).tolist(),
        "holidays": [
            {"date": str(_name_day(day)), "name": name} for day, name in told.holidays.items()
        ],
        "events": [
            {
                "name": name,
                "like": str(event.like.date()),
                "time_local": event.time.isoformat(timespec="minutes"),
                "scale": event.scale,
            }
            for name, event in told.events.items()
        ],
        "backtest": told.tested,
        "past": _describe_past(past),
    }
    for name, table in told.tables.items():
        report[name] = {key: _list_plain(values) for key, values in table.items()}
    return report, messages


def _list_plain(values: np.ndarray) -> list[Any]:
    if values.dtype.kind == "f":
        return [round(float(value), 2) for value in values]
    return [str(value) for value in values]


def _name_day(day: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))


def _describe_level(past: Past) -> dict[str, Any]:
    """The level now and its trend, with what is not known of them; how much days differ."""
    found = past.levels.summarize()
    usual = float(past.rate.mean())
    low, high = (found["level"] + side * 1.96 * found["level_sd"] for side in (-1.0, 1.0))
    return {
        "usual_per_h": _round(usual * np.exp(found["level"])),
        "usual_per_h_low": _round(usual * np.exp(low)),
        "usual_per_h_high": _round(usual * np.exp(high)),
        "history_mean_per_h": _round(float(np.nanmean(past.counts.values)) / past.counts.step_h),
        "trend_per_week": _round(np.expm1(7.0 * found["trend"])),
        "trend_per_week_se": _round(7.0 * found["trend_sd"]),
        "day_factor_cv": _round(np.expm1(found["noise"] ** 2) ** 0.5),
        "drift_per_day": _round(found["drift"]),
    }


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def describe_bursts(past: Past) -> dict[str, Any]:
    """How often bursts come, how large they are, how long, and when they begin."""
    least = LEAST_BURST_H * float(past.rate.mean())
    bursts = [each for each in past.bursts if each.excess >= least]
    starts = write_local(np.array([each.start_ms for each in bursts], np.int64), past.counts.zone)
    largest = sorted(zip(bursts, starts, strict=True), key=lambda pair: -pair[0].excess)[:12]
    hours = [int(text[11:13]) for text in starts]
    sizes = [each.excess for each in bursts]
    lengths = [(each.end_ms - each.start_ms) / 3_600_000 for each in bursts]
    return {
        "found": len(bursts),
        "per_week": _round(7.0 * len(bursts) / max(past.span_days, 1.0)),
        "median_excess": _round(float(np.median(sizes))) if sizes else None,
        "median_h": _round(float(np.median(lengths))) if lengths else None,
        "share_of_mentions": _round(sum(sizes) / max(float(np.nansum(past.counts.values)), 1.0)),
        "starts_by_hour": np.bincount(hours, minlength=24).tolist() if hours else [0] * 24,
        "largest": [
            {
                "from_local": text,
                "hours": _round((each.end_ms - each.start_ms) / 3_600_000),
                "excess_mentions": _round(each.excess),
            }
            for each, text in largest
        ],
    }


def _describe_past(past: Past) -> dict[str, Any]:
    """The last weeks as they were, for the picture."""
    counts = past.counts
    shown = counts.day > int(counts.day[-1]) - SHOWN_DAYS
    known = [None if not np.isfinite(value) else float(value) for value in counts.values[shown]]
    local = write_local(counts.compute_starts_ms()[shown], counts.zone)
    return {"interval_min": counts.step_min, "time_local": local, "observed": known}


def _list_messages(told: Told) -> Iterator[str]:
    """Yield what a planner should know beside the numbers."""
    past = told.past
    yield format_source(told.observations)
    yield from map(format_left_out, told.bad)
    level = _describe_level(past)
    yield (
        f"usual level now {level['usual_per_h']:.4g} an hour ({level['usual_per_h_low']:.4g} to "
        f"{level['usual_per_h_high']:.4g}), trend {level['trend_per_week']:+.1%} a week; the "
        f"history's mean, bursts in it, is {level['history_mean_per_h']:.4g}"
    )
    bursts = describe_bursts(past)
    if bursts["found"]:
        yield (
            f"bursts: {bursts['per_week']:.2g} a week, {bursts['share_of_mentions']:.0%} of all "
            "mentions; they may come again at any day, at this rate, in these sizes and hours"
        )
    closed = int(past.is_closed.sum())
    if closed:
        yield f"{closed} hours of the week are always empty: taken as closed"
    if past.is_daily:
        yield "counts are by the day: hours within a day follow the base scenario's profile"
    if told.ahead.gap_days:
        yield f"{told.ahead.gap_days} days lie between the history and the forecast"
