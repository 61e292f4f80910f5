"""What preparations do to what each event brings: multipliers by event.

With c_j the factor of preparation j on an event that it is for, all of a policy's multiply::

    work = prod c_j    odds of a solution = prod c_j    mentions M = prod c_j
    expectation: epsilon' = 1 + (epsilon - 1) prod c_j
    time of a pool without the skill: t' = 1 + (t - 1) prod c_j, where t is above 1

Checked by ``tests/unit/test_preparing_effects.py``.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from sim.kept import Kept
from sim.scenario.model import Scenario
from sim.scenario.parts import Event, Preparation
from sim.scenario.policy import Policy
from sim.scenario.profile import pool_times
from sim.scenario.tables import NO_LEARNING, Learning, Prepared

# Policies of a search share few sets of preparations; a run knows a handful of scenarios at once.
SCENARIOS_KEPT = 16

EffectName = Literal["mentions", "work", "expectation", "resolution", "off_skill_time"]

_prepared: Kept[dict[tuple[str, ...], Scenario]] = Kept(SCENARIOS_KEPT)


class Range(NamedTuple):
    """The least and the most that all sets of preparations can make of a factor, by event."""

    least: np.ndarray
    most: np.ndarray


def acts_on(preparation: Preparation, name: str, event: Event) -> bool:
    """Whether a preparation is for an event; for one that repeats all of them are meant."""
    return preparation.event in (name, event.repeat_of or name) or event.kind == preparation.kind


def list_events(scenario: Scenario, preparation: Preparation) -> list[str]:
    """List the events that a preparation is for."""
    return [name for name, event in scenario.events.items() if acts_on(preparation, name, event)]


def multiply_effects(
    scenario: Scenario, chosen: Iterable[Preparation], effect: EffectName
) -> np.ndarray:
    """Multiply one effect of some preparations, float64, shape (n_events,)."""
    factors = np.ones(len(scenario.events))
    for preparation in chosen:
        factor = getattr(preparation.effects, effect)
        for place, (name, event) in enumerate(scenario.events.items()):
            if acts_on(preparation, name, event):
                factors[place] *= factor
    return factors


def find_range(scenario: Scenario, effect: EffectName) -> Range:
    """Find between which values any set of preparations leaves a factor."""
    every = list(scenario.preparations.values())
    lower = [one for one in every if getattr(one.effects, effect) < 1.0]
    higher = [one for one in every if getattr(one.effects, effect) > 1.0]
    return Range(
        multiply_effects(scenario, lower, effect), multiply_effects(scenario, higher, effect)
    )


def moves_mentions(scenario: Scenario) -> bool:
    """Whether some preparation moves how many write."""
    return any(one.effects.mentions != 1.0 for one in scenario.preparations.values())


def find_chosen(scenario: Scenario, policy: Policy) -> dict[str, Preparation]:
    """Find the preparations that a policy does, in the scenario's order."""
    return {name: one for name, one in scenario.preparations.items() if name in policy.preparations}


def lower_learning(scenario: Scenario, policy: Policy) -> Learning:
    """What the engines read of the experience that a team gains on an event."""
    events = scenario.events
    if not any(event.learning_exponent > 0 for event in events.values()):
        return NO_LEARNING
    prepared = prepare_scenario(scenario, policy).events.values()
    chosen = find_chosen(scenario, policy).values()
    known = [
        sum(one.effects.cases for one in chosen if acts_on(one, name, event))
        for name, event in events.items()
    ]
    return Learning(
        is_on=True,
        multiplier=np.array([event.work_multiplier for event in prepared], np.float64),
        known=np.array(known, np.float64),
        cases=np.array([event.learning_cases for event in events.values()], np.float64),
        exponent=np.array([event.learning_exponent for event in events.values()], np.float64),
    )


def lower_prepared(scenario: Scenario, policy: Policy) -> Prepared:
    """What a policy's preparations make of each event's mentions, for the engines."""
    chosen = list(find_chosen(scenario, policy).values())
    mentions = multiply_effects(scenario, chosen, "mentions")
    possible = find_range(scenario, "mentions").most - 1.0
    caused = np.divide(
        np.maximum(mentions - 1.0, 0.0), possible, out=np.zeros(mentions.size), where=possible > 0.0
    )
    training = multiply_effects(scenario, chosen, "off_skill_time")
    trains = bool((training < 1.0).any())
    return Prepared(
        is_any=bool(chosen),
        work=multiply_effects(scenario, chosen, "work"),
        odds=multiply_effects(scenario, chosen, "resolution"),
        spared=np.maximum(1.0 - mentions, 0.0),
        caused=caused,
        trains=trains,
        trained=weigh_training(scenario, training) if trains else np.ones((0, 0, 0)),
    )


def weigh_training(scenario: Scenario, training: np.ndarray) -> np.ndarray:
    """Weigh what training leaves of each pool's time, shape (n_events, n_pools, n_topics)."""
    times = pool_times(scenario)
    lacks = np.array(
        [
            [name not in pool.skills for name in scenario.topics]
            for pool in scenario.team.pools.values()
        ]
    )
    longer = np.where(lacks, np.maximum(times - 1.0, 0.0), 0.0)
    saved = (1.0 - training)[:, None, None] * longer / times
    return np.ascontiguousarray(1.0 - saved)


def prepare_scenario(scenario: Scenario, policy: Policy) -> Scenario:
    """A scenario whose events are as a policy's preparations leave them.

    Expected numbers, work and expectations are those of the prepared events; odds and skill are
    no numbers of events. The same object for the same preparations, `scenario` itself for none.
    """
    chosen = find_chosen(scenario, policy)
    if not chosen:
        return scenario
    known = _prepared.find((scenario,), dict)
    if tuple(chosen) not in known:
        known[tuple(chosen)] = change_events(scenario, list(chosen.values()))
    return known[tuple(chosen)]


def change_events(scenario: Scenario, chosen: list[Preparation]) -> Scenario:
    """Change the events as preparations do."""
    mentions, work, expectation = (
        multiply_effects(scenario, chosen, effect).tolist()
        for effect in ("mentions", "work", "expectation")
    )
    events = {
        name: event.model_copy(
            update={
                "peak": 1.0 + (event.peak - 1.0) * mentions[place],
                "work_multiplier": event.work_multiplier * work[place],
                "expectation_factor": 1.0 + (event.expectation_factor - 1.0) * expectation[place],
            }
        )
        for place, (name, event) in enumerate(scenario.events.items())
    }
    return scenario.model_copy(update={"events": events})


def price_preparations(scenario: Scenario, policy: Policy) -> float:
    """Money that a policy's preparations cost, their hours apart [scenario.currency]."""
    return sum(one.cost for one in find_chosen(scenario, policy).values())
