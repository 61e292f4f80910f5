"""Events that begin as a shipped one: ``base: launch`` and a time are an event.

Course, topics and effects are those of the event in the shipped week of that name; what the user
says beside ``base`` comes first. When it happens is the user's to say: an announced one without a
time is refused as any other, an unannounced one may come at any time of the horizon, as likely as
the shipped one. Checked by ``tests/unit/test_compose_presets.py``.
"""

import copy
from typing import Any

from sim.compose.choice import Layer, find_below, read_choice
from sim.compose.dates import WAYS
from sim.compose.folder import suggest
from sim.errors import InputError

# Which shipped week has the event.
PRESETS = {
    "campaign": "campaign_week",
    "launch": "launch_week",
    "price_rise": "price_rise_week",
    "breach": "breach_week",
    "outage": "outage_day",
}
HOURS_A_DAY = 24


def place_presets(scenario: dict[str, Any]) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
    """Fill the events that name a shipped one, in place.

    Parameters
    ----------
    scenario : dict
        Plain and merged; `base` is taken out of its events.

    Returns
    -------
    layers : tuple of Layer
        What was inherited, by shipped file.
    notes : tuple of str
        What of a shipped event could not be kept, a line each.

    Raises
    ------
    InputError
        No shipped event has this name.
    """
    layers: list[Layer] = []
    notes: list[str] = []
    for name, event in find_below(scenario, "events").items():
        if not isinstance(event, dict) or "base" not in event:
            continue
        base = event.pop("base")
        if base not in PRESETS:
            near = suggest(str(base), PRESETS)
            raise InputError(
                f"scenario.events.{name}.base = {base}: no shipped event{near} "
                f"(allowed: {', '.join(PRESETS)})"
            )
        shipped = read_choice("scenario", PRESETS[base])
        inherited = fit_event(copy.deepcopy(shipped.data["events"][base]), event, scenario)
        lacking = list_lacking(inherited, event, scenario)
        if lacking:
            del inherited["topic_share"]
            notes.append(
                f"scenario.events.{name}: {base} has topics that are not yours "
                f"({', '.join(lacking)}): its mentions have the topics of the base demand; "
                "topic_share says others"
            )
        for key, value in inherited.items():
            event.setdefault(key, value)
        layers.append(Layer(shipped.label, {"events": {name: inherited}}, is_shipped=True))
    return tuple(layers), tuple(notes)


def fit_event(
    shipped: dict[str, Any], event: dict[str, Any], scenario: dict[str, Any]
) -> dict[str, Any]:
    """Leave the shipped event's time out; one that may come at any time may so in this horizon."""
    has_window = shipped.get("window_h") is not None
    kept = {key: value for key, value in shipped.items() if key not in WAYS}
    days = find_below(scenario, "horizon").get("days")
    is_placed = any(event.get(key) is not None for key in WAYS)
    if has_window and not is_placed and isinstance(days, int | float):
        kept["window_h"] = [0, HOURS_A_DAY * days]
    return kept


def list_lacking(
    inherited: dict[str, Any], event: dict[str, Any], scenario: dict[str, Any]
) -> list[str]:
    """List the shipped event's topics that the scenario has not, unless it says its own shares."""
    if "topic_share" in event:
        return []
    known = find_below(scenario, "topics")
    return [topic for topic in inherited.get("topic_share") or () if topic not in known]
