"""A fit as a scenario: differences on the base scenario that ``load_scenario`` takes.

What the history gives replaces the base's; what hangs on the volume (staff, budget,
limits) is scaled to it; everything else stays. Checked by
``tests/functional/test_calibrate_scenario.py``.
"""

import datetime
import math
import re
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.demand.fit import DemandFit
from sim.calibration.opening_hours import change_hours, widen_hours
from sim.calibration.reading.rows import Observations
from sim.calibration.response_times import OpenHours
from sim.errors import InputError
from sim.scenario.model import Scenario
from sim.scenario.parts import close_later
from sim.store.cells import count_cells

MENTION_ACTIONABLE_SHARE = 0.10  # (q) AT&T via Digiday: of brand mentions
# With less than half of the rows named, a topic column is another one than the scenario's.
LEAST_KNOWN_TOPICS = 0.5
# Of topic shares: one in ten thousand.
_SHARE_DIGITS = 4


class Mix(NamedTuple):
    """Topic shares of the fitted scenario."""

    shares: dict[str, float]
    """new shares; empty where the base's stay"""
    actionable: dict[str, float]
    """new actionable shares of topics, mostly empty"""
    factors: dict[str, float]
    """topic to the factor of its share in the base's events"""
    is_fitted: bool
    actionable_share: float
    """of all mentions"""


def make_name(series: str) -> str:
    """A scenario's name: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", series.lower()).strip("_")[:60] or "fitted"


def choose_actionable_share(kind: str, given: float | None) -> float:
    """The share of mentions that ask for something.

    Answered pairs all do; of mentions at large one in ten does (AT&T via Digiday).

    Raises
    ------
    InputError
        A given share that is not above 0 and at most 1.
    """
    if given is None:
        return 1.0 if kind == "pairs" else MENTION_ACTIONABLE_SHARE
    if not 0.0 < given <= 1.0:
        raise InputError(f"actionable_share = {given}: allowed: above 0, at most 1")
    return given


def mix_topics(base: Scenario, actionable_share: float) -> Mix:
    """Mix the base's topics so that so many mentions ask for something.

    Topics that never do (chatter) take the rest, here and in the base's events; where
    there are none, the topics' own actionable shares change.
    """
    total = sum(topic.share for topic in base.topics.values())
    asks = {name for name, topic in base.topics.items() if topic.actionable_share > 0}
    asking = sum(base.topics[name].share for name in asks) / total
    actionable = sum(t.share * t.actionable_share for t in base.topics.values()) / total
    if asking < 1.0 and asking > 0.0:
        wanted = min(1.0, actionable_share / (actionable / asking))
        factors = {
            name: wanted / asking if name in asks else (1.0 - wanted) / (1.0 - asking)
            for name in base.topics
        }
        shares = {
            name: round(topic.share / total * factors[name], _SHARE_DIGITS)
            for name, topic in base.topics.items()
        }
        return Mix(shares, {}, factors, False, wanted * actionable / asking)
    factor = actionable_share / actionable
    own = {
        name: round(min(1.0, topic.actionable_share * factor), _SHARE_DIGITS)
        for name, topic in base.topics.items()
    }
    return Mix({}, own, {}, False, min(1.0, actionable_share))


def fit_topics(base: Scenario, topics: np.ndarray) -> Mix:
    """The shares of the topics that a history names.

    Raises
    ------
    InputError
        More than half of the rows name no topic of the base scenario.
    """
    names, rows = count_cells(topics)
    counts = dict(zip(names, rows.tolist(), strict=True))
    known = {name: counts.get(name, 0) for name in base.topics}
    total = sum(known.values())
    if total < LEAST_KNOWN_TOPICS * len(topics):
        others = [name for name in counts if name not in known]
        raise InputError(
            f"history_columns.topic: {len(topics) - total} of {len(topics)} rows name no topic of "
            f"the base scenario, such as {others[0]!r}; allowed: {', '.join(base.topics)}; "
            f"map yours with history_topics={{{others[0]}: {next(iter(base.topics))}}}"
        )
    shares = {name: round(count / total, _SHARE_DIGITS) for name, count in known.items()}
    actionable = sum(shares[name] * topic.actionable_share for name, topic in base.topics.items())
    return Mix(shares, {}, {}, True, actionable)


def change_topics(base: Scenario, mix: Mix) -> tuple[dict[str, Any], dict[str, Any]]:
    """Lay out ``topics`` and ``events`` as differences on the base."""
    topics: dict[str, Any] = {name: {"share": share} for name, share in mix.shares.items()}
    for name, share in mix.actionable.items():
        topics.setdefault(name, {})["actionable_share"] = share
    events: dict[str, Any] = {}
    if mix.factors:
        for name, event in base.events.items():
            mixed = {
                key: share * mix.factors[key] for key, share in (event.topic_share or {}).items()
            }
            if sum(mixed.values()) > 0:
                total = sum(mixed.values())
                rounded = {key: round(share / total, _SHARE_DIGITS) for key, share in mixed.items()}
                events[name] = {"topic_share": rounded}
    return topics, events


def change_demand(base: Scenario, demand: DemandFit) -> dict[str, Any]:
    """Lay out ``demand`` as differences: base rate, and of profile and busyness what is fitted."""
    changes: dict[str, Any] = {"base_per_h": round_to(demand.shape.base_per_h, 4)}
    changes |= _change_profile(base, demand)
    cvs = (demand.busyness.day_variance**0.5, demand.busyness.hour_variance**0.5)
    values = (*cvs, demand.busyness.correlation)
    names = ("busy_day_cv", "busy_hour_cv", "busy_hour_correlation")
    for name, value, error in zip(names, values, demand.errors, strict=True):
        if math.isfinite(error):
            changes[name] = round(value, 3)
    for name, empty in (("rate_per_h", None), ("replay", None), ("backlog_mentions", 0)):
        if getattr(base.demand, name) not in (None, 0):
            changes[name] = empty
    return changes


def _change_profile(base: Scenario, demand: DemandFit) -> dict[str, Any]:
    shape = demand.shape
    if not any(shape.weights):
        return {}
    if shape.has_cells or base.demand.hour_of_week is not None:
        return {"hour_of_week": [round(float(value), 3) for value in shape.week]}
    changes: dict[str, Any] = {}
    table = shape.week.reshape(7, 24)
    if shape.weights[0]:
        changes["hour_shape"] = [round(float(value), 3) for value in table.mean(axis=0)]
    if shape.weights[1]:
        changes["day_shape"] = [round(float(value), 3) for value in table.mean(axis=1)]
    return changes


def place_horizon(base: Scenario, start: datetime.datetime, days: int) -> dict[str, Any]:
    """Lay out ``horizon`` as differences: so many days from `start`."""
    changes: dict[str, Any] = {}
    if base.horizon.start != start:
        changes["start"] = start.isoformat(timespec="minutes")
    if base.horizon.days != days:
        changes["days"] = days
    return changes


def choose_hours(
    base: Scenario, demand: DemandFit, found: OpenHours | None
) -> tuple[float, float] | None:
    """Opening hours where they are not the base's own.

    Those of the replies; else the base's, longer where too many write outside of them.
    """
    rules = base.shifts
    if rules is None:
        return None
    own = close_later((rules.open_from_h, rules.open_to_h))
    if found is not None:
        hours = (float(found.from_h), float(found.to_h))
        return None if hours == own and rules.open_by_day is None else hours
    by_hour = demand.shape.week.reshape(7, 24).mean(axis=0)
    wide = widen_hours(*own, by_hour, base.promise.target_share)
    return None if wide == own else wide


def tell_clock(base: Scenario, zone: str, hours: tuple[float, float] | None) -> list[str]:
    """Say that the base's opening hours are read on another clock; nothing where they are not."""
    rules = base.shifts
    if rules is None or hours is not None or zone == base.horizon.time_zone:
        return []
    return [
        f"opening hours of {base.name}, {rules.open_from_h:g} to {rules.open_to_h:g}, are read on "
        f"the clock of {zone}"
    ]


def gather(
    base: Scenario,
    observations: Observations,
    demand: DemandFit,
    mix: Mix,
    hours: tuple[float, float] | None,
    placed: dict[str, dict[str, Any]],
    horizon: tuple[datetime.datetime, int],
) -> dict[str, Any]:
    """All differences but those that hang on the volume; `horizon` is its start and days."""
    first, last = (
        str(np.datetime64(int(stamp), "ms").astype("datetime64[D]"))
        for stamp in (observations.time_ms[0], observations.time_ms[-1])
    )
    topics, events = change_topics(base, mix)
    events |= placed
    changes: dict[str, Any] = {
        "name": make_name(observations.series),
        "title": f"Fitted to {observations.series}, {first} to {last}",
        "horizon": place_horizon(base, *horizon),
        "demand": change_demand(base, demand),
        "topics": topics,
        "events": events,
        "shifts": {} if hours is None else change_hours(base, *hours),
    }
    return {key: value for key, value in changes.items() if value != {}}


def round_to(value: float, digits: int) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")
