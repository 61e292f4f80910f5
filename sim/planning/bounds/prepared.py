"""What preparations could make of a scenario at best: for a bound over all policies.

Whatever a policy prepares, each of its factors lies between the least and the most that any set of
preparations can make. So a bound may take, for every event: the least work and the least time of
pools without the skill; the expectation that is lowest, for satisfaction falls with it; odds
anywhere between their ends, for a worth is linear in the chance to solve; and who may be spared is
worth the better of being spared and of being served for nothing. Hours and money are left out, and
so are contacts that were caused: they are in no mean and take work. All in the customers' favor.
Checked by ``tests/theory/test_bounds_prepared.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.outcomes.scales import Lowered
from sim.running.play import prepare
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.preparing.effects import find_range, weigh_training
from sim.scenario.tables import Prepared


class BestCase(NamedTuple):
    """A scenario as preparations could leave it at best, lowered."""

    scenario: Scenario
    lowered: Lowered
    prepared: Prepared
    """what they make of the draws: least work, most odds, most spared"""
    odds: np.ndarray
    """float64, shape (n_events, 2): least and most"""
    work: np.ndarray
    """float64, shape (n_events,): most work, as a factor of the least"""


def find_best_case(scenario: Scenario, policy: Policy) -> BestCase:
    """Find what preparations could make of a scenario, for whoever answers the policy's topics.

    The scenario itself where none is offered.
    """
    work, odds, training, mentions, expectation = (
        find_range(scenario, effect)
        for effect in ("work", "resolution", "off_skill_time", "mentions", "expectation")
    )
    n_events = len(scenario.events)
    least = np.minimum(work.least, find_learned(scenario))
    best = Prepared(
        is_any=bool(scenario.preparations) or bool((least < 1.0).any()),
        work=least,
        odds=odds.most,
        spared=1.0 - mentions.least,
        caused=np.zeros(n_events),
        trains=False,
        trained=np.ones((0, 0, 0)),
    )
    ends = np.stack([odds.least, odds.most], axis=1)
    if not best.is_any:
        return BestCase(scenario, prepare(scenario, policy), best, ends, np.ones(n_events))
    events = {
        name: event.model_copy(
            update={
                "work_multiplier": event.work_multiplier * float(least[place]),
                "expectation_factor": min(
                    1.0 + (event.expectation_factor - 1.0) * float(end[place])
                    for end in expectation
                ),
            }
        )
        for place, (name, event) in enumerate(scenario.events.items())
    }
    relaxed = scenario.model_copy(update={"events": events, "preparations": {}})
    lowered = prepare(relaxed, policy.model_copy(update={"preparations": ()}))
    levels = lowered.tables.levels
    trained = weigh_training(scenario, training.least).min(axis=0, initial=1.0)
    factor = np.ascontiguousarray(levels.work_factor * trained[:, None])
    tables = lowered.tables._replace(levels=levels._replace(work_factor=factor))
    lowered = lowered._replace(tables=tables)
    return BestCase(relaxed, lowered, best, ends, work.most / least)


def find_learned(scenario: Scenario) -> np.ndarray:
    """Find the least that experience leaves of each event's work, float64, shape (n_events,)."""
    return np.array(
        [
            1.0 / max(event.work_multiplier, 1.0) if event.learning_exponent > 0 else 1.0
            for event in scenario.events.values()
        ]
    )
