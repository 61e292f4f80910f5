"""The numbers behind a plan that nobody measured, and those that somebody did.

A short list of the keys that move plans most; marks and sources are those of the data
dictionary (``configs/README.md``): a assumed, q quoted, m measured. Checked by
``tests/unit/test_planning_decision.py`` (every key exists in every shipped scenario).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.decision.evidence import StatedAssumption
from sim.scenario.model import Scenario


class AssumedKey(NamedTuple):
    """A key, its mark, its source and why it matters."""

    key: str
    mark: str
    source: str
    matters: str


ASSUMPTIONS = (
    AssumedKey(
        "satisfaction.a_speed",
        "a",
        "fitted with the published targets",
        "How much a fast first reply counts decides between more staff and more effort.",
    ),
    AssumedKey(
        "effort.thorough_failure_factor",
        "a",
        "no source",
        "What thorough replies solve that standard ones do not: it decides the effort.",
    ),
    AssumedKey(
        "conversation.write_again_share",
        "a",
        "set so that a case has 1.65 turns",
        "Each return is work again: it multiplies the load.",
    ),
    AssumedKey(
        "conversation.silent_share",
        "a",
        "3 to 70 % by firm, Castellanos et al. 2025",
        "Silent leavers cost work that reaches nobody.",
    ),
    AssumedKey(
        "demand.spreading.branching_ratio",
        "a",
        "no source",
        "How much an unanswered complaint spreads: more makes speed worth more.",
    ),
    AssumedKey(
        "maturity.triage_recall",
        "a",
        "no source",
        "What triage misses is never answered, whatever the staff.",
    ),
    AssumedKey(
        "costs.paid_hour_cost",
        "q",
        "BLS 2024, loaded",
        "How many hours the budget buys.",
    ),
    AssumedKey(
        "costs.shrinkage_share",
        "q",
        "SWPP 2024: half of centers plan .26 to .35",
        "How many paid hours a productive hour takes.",
    ),
    AssumedKey(
        "promise.promise_min",
        "q",
        "60 % expect a reply within the hour, Lithium 2013",
        "What counts as answered in time.",
    ),
    AssumedKey(
        "demand.base_per_h",
        "m",
        "Mousavi et al. 2020",
        "The volume of a plain hour; events are multiples of it.",
    ),
)

QUOTED = {
    "conversation.silent_share": (0.03, 0.70),
    "costs.shrinkage_share": (0.26, 0.35),
}
"""Ranges that their sources give."""
# Where double the value is not a share any more, or explodes (branching).
LARGEST = {
    "effort.thorough_failure_factor": 1.0,
    "conversation.write_again_share": 1.0,
    "demand.spreading.branching_ratio": 0.95,
    "maturity.triage_recall": 1.0,
}
# A value is moved by so many standard errors: one in 20 lies farther away. One hides what may
# well be, four ask about values that the measurement excludes.
ERRORS = 2.0
# An event's peak is at least the base rate.
LEAST_PEAK = 1.0
# A factor of work or odds is above 0; a twentieth is further than any preparation goes.
LEAST_EFFECT = 0.05
# A rate is above 0; a thousandth is a half-life of a month, which is as good as none in a plan.
LEAST_RATE = 1e-3


def choose_range(key: str, value: float, error: float = 0.0) -> tuple[float, float]:
    """Range in which an assumption is moved, low and high.

    Two standard errors where there is one, the source's range where it gives one, what a
    preparation does as `move_effect` says; else from half to twice, as far as the key allows.
    """
    if error > 0:
        return max(value - ERRORS * error, LEAST_RATE), value + ERRORS * error
    if key in QUOTED:
        low, high = QUOTED[key]
        return min(low, value), max(high, value)
    if key.startswith("preparations."):
        return move_effect(key, value)
    least = LEAST_PEAK if key.endswith(".peak") else 0.0
    return max(0.5 * value, least), max(min(2.0 * value, LARGEST.get(key, float("inf"))), value)


def move_effect(key: str, value: float) -> tuple[float, float]:
    """Range of what a preparation does: from twice as far from 1 to nothing.

    Who is told something may also ask for it: mentions may move as far to the other side.
    """
    far, near = 1.0 + 2.0 * (value - 1.0), 2.0 - value if key.endswith(".mentions") else 1.0
    return max(min(far, near), LEAST_EFFECT), max(far, near)


def read_error(scenario: Scenario, key: str) -> float:
    """Standard error of a scenario's value, 0 where none is known."""
    return {"brand.k1": scenario.brand.k1_se, "brand.k2": scenario.brand.k2_se}.get(key, 0.0)


def list_measured(scenario: Scenario) -> Iterator[StatedAssumption]:
    """Yield the rates of sentiment that have a standard error."""
    for key, value, does in (
        ("brand.k1", scenario.brand.k1, "lifts sentiment"),
        ("brand.k2", scenario.brand.k2, "pulls it down when neglected"),
    ):
        if (error := read_error(scenario, key)) > 0:
            yield StatedAssumption(
                key=key,
                value=value,
                mark="m",
                source=f"standard error {error:g}",
                matters=f"How fast what {does} acts decides what effort is worth.",
            )


def list_assumptions(
    scenario: Scenario, sentiment_counts: bool = False
) -> tuple[StatedAssumption, ...]:
    """List the assumptions with the scenario's values, and those of its events.

    Parameters
    ----------
    scenario : Scenario
        The world.
    sentiment_counts : bool
        Whether the plan's objective has sentiment in it: its rates are listed, too.
    """
    rows = [make_row(scenario, one) for one in ASSUMPTIONS]
    rows += list_measured(scenario) if sentiment_counts else ()
    for name, event in scenario.events.items():
        announced = "announced" if event.announced_h > 0 else "unannounced"
        rows.append(
            StatedAssumption(
                key=f"events.{name}.peak",
                value=event.peak,
                mark="a",
                source="no source for its size here",
                matters=f"How high an {announced} {event.kind.replace('_', ' ')} goes decides its "
                "days.",
            )
        )
    return (*rows, *list_effects(scenario))


def list_effects(scenario: Scenario) -> Iterator[StatedAssumption]:
    """Yield what preparations are thought to do, each effect that is not off."""
    for name, preparation in scenario.preparations.items():
        for effect, value in preparation.effects.model_dump().items():
            if value != 1.0:
                yield StatedAssumption(
                    key=f"preparations.{name}.effects.{effect}",
                    value=value,
                    mark="a",
                    source="no source for its size here",
                    matters=f"Whether {name.replace('_', ' ')} is worth its hours and money.",
                )


def make_row(scenario: Scenario, one: AssumedKey) -> StatedAssumption:
    """Fill in one assumption with the scenario's value."""
    value: Any = scenario
    for word in one.key.split("."):
        value = getattr(value, word)
    return StatedAssumption(value=value, **one._asdict())
