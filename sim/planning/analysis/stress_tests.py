"""What would break the plan: the same plan in worlds that are worse than planned for.

Each worse world meets the plan with the same seed as the planned one, so differences are
paired. Unannounced events of the scenario are told apart by whether they happen. Checked by
``tests/unit/test_analysis_stress_tests.py``.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.decision.evidence import Risk
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.roster import Rosters
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import count_hours

# (a) 15 % more demand, half as high peaks again, a quarter less patience, every tenth person ill:
# what a year may bring; the report names each.
MORE_DEMAND, MORE_PEAK, LESS_PATIENCE, ILL_EVERY = 1.15, 1.5, 0.75, 10
# (a) Like the shipped outage, somewhere in the horizon.
OUTAGE: dict[str, Any] = {
    "kind": "outage",
    "announced_h": 0.0,
    "peak": 15.0,
    "peak_sigma": 0.5,
    "ramp_min": 60.0,
    "half_life_1_h": 3.0,
    "half_life_2_h": 12.0,
    "weight": 0.7,
    "shape_share": 0.0,
    "patience_multiplier": 0.7,
    "expectation_factor": 1.05,
    "expectation_half_life_h": 48.0,
}
# (a) The shipped outage's mix.
OUTAGE_TOPICS = {"question": 0.20, "error": 0.70, "product": 0.02, "process": 0.03, "chatter": 0.05}


def list_worse_worlds(scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """Yield worlds that are worse than planned for, each with its words."""
    demand = scenario.demand
    rates = demand.rate_per_h
    grown = {
        "base_per_h": MORE_DEMAND * demand.base_per_h,
        "rate_per_h": None if rates is None else tuple(MORE_DEMAND * rate for rate in rates),
    }
    yield (
        "15 % more mentions than expected",
        scenario.model_copy(update={"demand": demand.model_copy(update=grown)}),
    )
    if scenario.events:
        events = {name: raise_peak(event) for name, event in scenario.events.items()}
        yield "Every event peaks half as high again", scenario.model_copy(update={"events": events})
    topics = {name: topic.model_copy(update={"patience": topic.patience.model_copy(
        update={"mean_min": LESS_PATIENCE * topic.patience.mean_min})})
        if topic.patience is not None and topic.patience.mean_min is not None else topic
        for name, topic in scenario.topics.items()}  # fmt: skip
    yield "Customers are 25 % less patient", scenario.model_copy(update={"topics": topics})
    if not any(event.kind == "outage" for event in scenario.events.values()):
        events = {**scenario.events, "unforeseen_outage": make_outage(scenario)}
        yield "An outage that nobody announced", scenario.model_copy(update={"events": events})


def raise_peak(event: Event) -> Event:
    """Raise an event: its volume above the base is half as high again."""
    return event.model_copy(update={"peak": 1.0 + MORE_PEAK * (event.peak - 1.0)})


def make_outage(scenario: Scenario) -> Event:
    """Make an outage at a time that nobody knows, certain to come."""
    known = {name: share for name, share in OUTAGE_TOPICS.items() if name in scenario.topics}
    mix = known or {name: topic.share for name, topic in scenario.topics.items()}
    window_h = (0.0, float(count_hours(scenario.horizon)))
    return Event(**OUTAGE, window_h=window_h, topic_share=mix)


def send_home(policy: Policy, rosters: Rosters) -> Policy | None:
    """Send one person in ten home, spread evenly; None where the policy has no roster."""
    roster = rosters.read_policy(policy)
    if roster is None:
        return None
    before = np.cumsum(roster) // ILL_EVERY
    away = np.diff(np.concatenate(([0], before)))
    return rosters.to_policy(policy, roster - away)


def list_risks(planned: Evaluator, policy: Policy, rosters: Rosters, n: int) -> list[Risk]:
    """Measure the plan in each worse world: satisfaction, and the loss, in words.

    Parameters
    ----------
    planned : Evaluator
        Of the world that was planned for: its seed is that of the worse ones, too.
    policy : Policy
        The plan.
    rosters : Rosters
        Of the scenario.
    n : int
        Replications of each world.
    """
    base = planned.play(policy, 0, n).satisfaction
    rows = [
        describe_loss(text, open_world(planned, world).play(policy, 0, n).satisfaction, base)
        for text, world in list_worse_worlds(planned.scenario)
    ]
    fewer = send_home(policy, rosters)
    if fewer is not None:
        rows.append(
            describe_loss("One person in ten is ill", planned.play(fewer, 0, n).satisfaction, base)
        )
    rows += describe_unannounced(planned, base, n)
    return sorted(rows, key=lambda row: row.loss, reverse=True)


def open_world(planned: Evaluator, world: Scenario) -> Evaluator:
    """Open the evaluator of a worse world, with the seed of the planned one."""
    if world == planned.scenario:  # patience is not worse where nobody leaves
        return planned
    return Evaluator(world, planned.seed, planned.workers)


def describe_loss(text: str, worse: np.ndarray, base: np.ndarray) -> Risk:
    """Put the loss of one worse world into words."""
    value = float(np.nanmean(worse))
    loss = float(np.nanmean(base)) - value
    change = f"{'falls' if loss > 0 else 'rises'} by {abs(loss):.3f} to"
    words = f"{text}: satisfaction {change if round(loss, 3) else 'stays at'}"
    return Risk(text=words, value=value, loss=loss)


def describe_unannounced(evaluator: Evaluator, base: np.ndarray, n: int) -> list[Risk]:
    """Describe the replications in which an unannounced event happens, by event."""
    rows = []
    for number, (name, event) in enumerate(evaluator.scenario.events.items()):
        times = [evaluator.find_draws(one).event_time_ms[number] for one in range(n)]
        happens = np.array(times) >= 0
        if event.announced_h == 0 and happens.any():
            words = (
                f"{name.replace('_', ' ').capitalize()} happens (chance {event.probability:.0%})"
            )
            rows.append(describe_loss(words, base[happens], base))
    return rows
