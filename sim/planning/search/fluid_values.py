"""What care is worth in the model of the whole horizon: levels, waiting, busy staff.

    value(k, l)     = sum over turns j of reached(j) [p T(1, j) + (1 - p - again) T(0, j)],
                      T(R, j) the satisfaction with a case that ends so, over tone and touch
    waiting(w)      = -d/dw satisfaction + (satisfaction - unanswered) / patience
    tier            = d/du [slope u W(u)]
    W(u)            = u^(sqrt(2 (c + 1)) - 1) / (c (1 - u)) * (1 + cv^2) / 2

Later replies are as quick as the first one here, so they leave the speed of a case as it is, and a
minute more of all its waits costs what a minute more of the first does. Everybody expects a reply
within the median's time.

W is Sakasegawa's mean wait in handling times (1977, DOI 10.1007/BF02888260), exact for one
agent. Checked by ``tests/unit/test_search_fluid_milp.py``.
"""

import itertools
import math

import numpy as np

from sim.outcomes.scales import Scales
from sim.rules.satisfaction import CareGiven, rate_quality, score_reply, score_satisfaction
from sim.scenario.tables import Tables

# Utilizations between which waiting is linear: dense near 1, where it grows; more pieces are more
# columns.
TIERS = (0.0, 0.5, 0.75, 0.9, 0.98)
# Of redress here: the search of rules adds it to the staff and levels found.
NOTHING = (0.0, 1.0)


def expect_satisfaction(tables: Tables, scales: Scales, again: float, topic: int, level: int,
                        wait_min: float, pool: int | None = None
                        ) -> tuple[float, float]:  # fmt: skip
    """Expected satisfaction and turns of a case that gets one level throughout.

    Parameters
    ----------
    tables, scales : Tables, Scales
        Of the scenario.
    again : float
        Probability that an unresolved customer writes again.
    topic, level : int
        Codes.
    wait_min : float
        Minutes to the first reply.
    pool : int, optional
        Who answers; by default the home pool.
    """
    pool = int(tables.routing.home_pool[topic]) if pool is None else pool
    p = float(tables.levels.resolve_p[pool, level, topic])
    speed = score_reply(float(wait_min), 1.0, scales.coefficients)
    total, turns, reached = 0.0, 0.0, 1.0
    for turn in range(1, tables.levels.max_turns + 1):
        turns += reached
        goes_on = 0.0 if turn == tables.levels.max_turns else (1.0 - p) * again
        for resolved, chance in ((True, p), (False, 1.0 - p - goes_on)):
            total += reached * chance * _average_tone(scales, level, speed, resolved, turn)
        reached *= goes_on
    return total, turns


def _average_tone(scales: Scales, level: int, speed: float, resolved: bool, turn: int) -> float:
    """Average the satisfaction with a case that ends so over friendly and personal or not."""
    c, total = scales.coefficients, 0.0
    for friendly, personal in itertools.product((False, True), repeat=2):
        chance = _choose(scales.friendly_p[level + 1], friendly)
        chance *= _choose(scales.personal_p[level + 1], personal)
        care = CareGiven(True, speed, resolved, friendly, personal, turn, False, *NOTHING)
        total += chance * score_satisfaction(rate_quality(care, c), scales.base_quality, c)
    return total


def _choose(share: float, happens: bool) -> float:
    return float(share if happens else 1.0 - share)


def price_waiting(scales: Scales, patience_min: float, wait_min: float) -> float:
    """Price one more minute of waiting in a customer's satisfaction."""
    c, e = scales.coefficients, scales.base_quality
    step = 1.0

    def scoring_rule(minutes: float) -> float:
        speed, total = score_reply(minutes, 1.0, c), 0.0
        for resolved, friendly, personal in itertools.product((False, True), repeat=3):
            care = CareGiven(True, speed, resolved, friendly, personal, 1, False, *NOTHING)
            total += rate_quality(care, c) / 8.0
        return score_satisfaction(total, e, c)

    loss = (scoring_rule(wait_min) - scoring_rule(wait_min + step)) / step
    leaves = (scoring_rule(wait_min) - score_satisfaction(c.q_none, e, c)) / patience_min
    return max(loss, 0.0) + max(leaves, 0.0)


def price_tiers(agents: float, cv: float, slope: float) -> np.ndarray:
    """Price a minute of work in waiting, by how busy staff is, shape (n_tiers,)."""
    busy = np.array(TIERS)
    waits = busy ** (math.sqrt(2.0 * (agents + 1.0)) - 1.0) / (agents * (1.0 - busy))
    loss = slope * busy * waits * (1.0 + cv * cv) / 2.0
    return np.diff(loss) / np.diff(busy)
