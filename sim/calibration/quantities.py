"""Every quantity of the fitted scenario that a planner may ask about, and where it is from.

Mark ``fitted``: from the history; ``default``: from the base scenario, with the reason
(scaled to the volume where the note says so). Checked by
``tests/functional/test_calibrate_scenario.py``.
"""

import math
from collections.abc import Iterator
from typing import Any

from sim.calibration.demand.busyness import DAY_FACTOR_DAYS, HOUR_FACTOR_DAYS
from sim.calibration.demand.events import FoundEvent
from sim.calibration.demand.weekly_profile import HOUR_DAYS, WEEKDAY_DAYS
from sim.calibration.reading.grid import Counts
from sim.calibration.result import Found

SCALED = "scaled to the volume by the base scenario's quality of service"
KEPT = "as in the base, which is yours; refit=[{}] lets it follow the history"


def list_quantities(found: Found) -> list[dict[str, Any]]:
    """Quantities with value, standard error, mark and note."""
    parts = (_list_demand, _list_event, _list_response, _list_team, _list_defaults)
    return [quantity for part in parts for quantity in part(found)]


def _quantity(
    key: str, value: Any, mark: str, note: str = "", se: float | None = None, unit: str = ""
) -> dict[str, Any]:
    known = se is not None and math.isfinite(se)
    quantity = {"key": key, "value": value, "mark": mark, "note": note}
    quantity["se"] = float(f"{se:.3g}") if known and se is not None else None
    if unit:
        quantity["unit"] = unit
    return quantity


def _list_demand(found: Found) -> Iterator[dict[str, Any]]:
    demand, fitted = found.demand, found.built.demand
    shape = demand.shape
    spread = "mentions that others set off, and bursts too short to plan for, are in it"
    if found.observations.columns.kind == "pairs":
        spread = "answered messages that open a conversation; the unanswered are not in the history"
    yield _quantity("demand.base_per_h", fitted.base_per_h, "fitted", spread, shape.base_se)
    yield _list_hours(found)
    yield _list_weekdays(found)
    if shape.has_cells:
        week = [round(float(value), 3) for value in shape.week]
        note = _format_weight(shape.weights[2])
        yield _quantity("demand.hour_of_week", week, "fitted", note)
    yield from _list_busyness(found)


def _format_weight(weight: float) -> str:
    return f"{weight:.0%} of the weight is the history's, the rest the base scenario's"


def _list_hours(found: Found) -> dict[str, Any]:
    shape = found.demand.shape
    hours = shape.week.reshape(7, 24).mean(axis=0)
    key, value = "demand.hour_shape", [round(float(each), 3) for each in hours]
    if found.demand.counts.step_min > 60.0:
        return _quantity(key, value, "default", "needs counts by the hour or shorter")
    if found.demand.span_days < HOUR_DAYS:
        return _quantity(key, value, "default", "needs a day")
    if shape.weights[0] == 0.0:
        return _quantity(key, value, "default", "the hours do not differ from the base scenario's")
    return _quantity(key, value, "fitted", _format_weight(shape.weights[0]))


def _list_weekdays(found: Found) -> dict[str, Any]:
    shape = found.demand.shape
    days = shape.week.reshape(7, 24).mean(axis=1)
    key, value = "demand.day_shape", [round(float(each), 3) for each in days]
    if not shape.has_days:
        return _quantity(key, value, "default", f"needs {WEEKDAY_DAYS:.0f} days")
    if shape.weights[1] == 0.0:
        return _quantity(key, value, "default", "weekdays do not differ from the base scenario's")
    return _quantity(key, value, "fitted", _format_weight(shape.weights[1]))


def _list_busyness(found: Found) -> Iterator[dict[str, Any]]:
    demand, fitted = found.demand, found.built.demand
    days = _count_used_days(demand.counts, demand)
    errors = demand.errors
    rows = (
        ("busy_day_cv", fitted.busy_day_cv, DAY_FACTOR_DAYS, errors.day_cv),
        ("busy_hour_cv", fitted.busy_hour_cv, HOUR_FACTOR_DAYS, errors.hour_cv),
        ("busy_hour_correlation", fitted.busy_hour_correlation, HOUR_FACTOR_DAYS,
         errors.correlation),
    )  # fmt: skip
    for name, value, least, error in rows:
        if math.isfinite(error):
            yield _quantity(f"demand.{name}", value, "fitted", "moments of hourly counts", error)
        else:
            note = f"needs {least:.0f} days outside events; the history has {days:.3g}"
            yield _quantity(f"demand.{name}", value, "default", note)


def _count_used_days(counts: Counts, demand: Any) -> float:
    return float(demand.use.sum()) * counts.step_h / 24.0


def _list_event(found: Found) -> Iterator[dict[str, Any]]:
    for name, event in found.placed.items():
        yield from _list_one(found, name, event)


def _list_one(found: Found, name: str, like: FoundEvent) -> Iterator[dict[str, Any]]:
    """What one event of the scenario has from the history."""
    event = found.built.events[name]
    root = f"events.{name}"
    errors = _compute_event_errors(found, like)
    for key in ("peak", "ramp_min", "half_life_1_h", "half_life_2_h", "weight"):
        value = getattr(event, key)
        if value is not None:
            yield _quantity(f"{root}.{key}", value, "fitted", "", errors.get(key))
    mark, often = "default", "a planned event, or the strongest one as if it came every week"
    if event.time_h is not None:
        when = "as asked, else its weekday and hour in the history"
        yield _quantity(f"{root}.time_h", event.time_h, "fitted", when)
    else:
        mark, often = "fitted", "as often as in the history, at most once in three weeks"
    yield _quantity(f"{root}.probability", event.probability, mark, often)
    for key, note in (
        ("announced_h", "the history does not say who knew of it"),
        ("peak_sigma", "one event does not say how uncertain its size was"),
        ("shape_share", "one event does not say how far it follows the hours"),
        ("topic_share", "the base mix; the history names no topics"),
        ("expectation_factor", "not seen in volume"),
    ):
        value = getattr(event, key)
        shown = list(value.values()) if isinstance(value, dict) else value
        yield _quantity(f"{root}.{key}", shown, "default", note)


def _compute_event_errors(found: Found, event: FoundEvent) -> dict[str, float | None]:
    course, known = event.course, event.course.errors
    sizes = {
        "peak": (course.height_per_h / found.demand.shape.base_per_h, "height_per_h"),
        "ramp_min": (60.0 * course.ramp_h, "ramp_h"),
        "half_life_1_h": (course.half_life_1_h, "half_life_1_h"),
        "half_life_2_h": (course.half_life_2_h, "half_life_2_h"),
        "weight": (1.0, "weight"),
    }
    return {
        name: size * known[key] if key in known else None for name, (size, key) in sizes.items()
    }


def _list_response(found: Found) -> Iterator[dict[str, Any]]:
    response = found.response
    if response is not None:
        note = "time to the first reply, ln of minutes; a check on runs, no key of the scenario"
        value = round(response.ln_mean, 3)
        yield _quantity("response.ln_mean", value, "fitted", note, response.ln_mean_se)
        value = round(response.ln_sd, 3)
        yield _quantity("response.ln_sd", value, "fitted", note, response.ln_sd_se)
    shifts = found.built.shifts
    if shifts is None:
        return
    mark, note = _mark_hours(found)
    yield _quantity("shifts.open_from_h", shifts.open_from_h, mark, note)
    yield _quantity("shifts.open_to_h", shifts.open_to_h, mark, note)


def _mark_hours(found: Found) -> tuple[str, str]:
    if "hours" not in found.refit:
        return "default", KEPT.format("hours")
    if found.open_hours is not None:
        return "fitted", "no replies outside of these hours"
    if found.hours is not None:
        return "default", "longer than the base's: too many write outside of its hours"
    if found.observations.reply_ms is None:
        return "default", "the history has no replies"
    return "default", "no closing hours are evident in the replies"


def _list_team(found: Found) -> Iterator[dict[str, Any]]:
    built = found.built

    def note(part: str, told: str) -> str:
        return told if part in found.refit else KEPT.format(part)

    for name, staff in built.team.reference_staff.items():
        key, told = f"team.reference_staff.{name}", note("staff", SCALED)
        yield _quantity(key, list(staff), "default", told, unit="heads")
    for name, pool in built.team.pools.items():
        key, told = f"team.pools.{name}.limit", note("staff", "at least twice the highest need")
        yield _quantity(key, pool.limit, "default", told, unit="heads")
    crew, told = built.surge_crew, note("crew", "in proportion to the work")
    yield _quantity("surge_crew.max_people", crew.max_people, "default", told, unit="heads")
    yield _quantity("surge_crew.max_hours_a_week", crew.max_hours_a_week, "default", told, unit="h")
    budget = built.planner.get("budget")
    if budget is not None:
        yield _quantity("planner.budget", budget, "default", note("budget", SCALED))


def _list_defaults(found: Found) -> Iterator[dict[str, Any]]:
    built, mix = found.built, found.mix
    mark, note = ("fitted", "") if mix.is_fitted else ("default", "the history names no topics")
    shares = [topic.share for topic in built.topics.values()]
    yield _quantity("topics.share", shares, mark, note or ", ".join(built.topics))
    yield _quantity(
        "actionable_share", round(mix.actionable_share, 4), "default", _format_actionable(found)
    )
    for name, topic in built.topics.items():
        if topic.patience is not None and topic.patience.mean_min is not None:
            key = f"topics.{name}.patience.mean_min"
            yield _quantity(key, topic.patience.mean_min, "default", _format_patience(found))
    pairs = (
        ("topics.work", "working times are not in the history"),
        ("topics.resolution_share", "what was solved is not in the history"),
        ("demand.spreading.branching_ratio", "who answered whom is not in the history"),
        ("costs", "money is not in the history"),
    )
    values = {"demand.spreading.branching_ratio": built.demand.spreading.branching_ratio}
    for key, reason in pairs:
        yield _quantity(key, values.get(key, "as in the base scenario"), "default", reason)
    yield from _list_brand(found)


def _list_brand(found: Found) -> Iterator[dict[str, Any]]:
    brand_sentiment, brand = found.brand_sentiment, found.built.brand
    if brand_sentiment is None or brand_sentiment.fit is None:
        reason = (
            "sentiment is not in the history"
            if brand_sentiment is None
            else brand_sentiment.message
        )
        yield _quantity("brand", "as in the base scenario", "default", reason)
        return
    fit = brand_sentiment.fit
    given = f"kappa = {fit.kappa:g}, c = {fit.c:g} given; effort not observed, taken as optimal"
    yield _quantity("brand.k1", brand.k1, "fitted", given, fit.k1_se, "1/h")
    yield _quantity("brand.k2", brand.k2, "fitted", "", fit.k2_se, "1/h")
    yield _quantity("brand.k3", brand.k3, "fitted", "noise of an hour", fit.k3_se)
    note = f"mean of {brand_sentiment.messages} messages; a run starts here"
    yield _quantity("brand.mean_sentiment", brand.mean_sentiment, "fitted", note)
    note = "the source's unit of effort, set on the base scenario"
    yield _quantity("brand.effort_scale", brand.effort_scale, "default", note)
    yield _quantity("brand.price_factor", brand.price_factor, "default", "not in the history")


def _format_actionable(found: Found) -> str:
    if found.mix.is_fitted:
        return "of the topics that the history names"
    if found.observations.columns.kind == "pairs":
        return "messages that a handle answered all ask for something"
    return "of mentions at large one in ten asks for something (AT&T via Digiday); set by chatter"


def _format_patience(found: Found) -> str:
    if found.observations.reply_ms is not None:
        return "answered cases only: who gave up is not in the history"
    return "who gave up is not in the history"
