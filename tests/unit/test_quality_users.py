"""The quality of care is stated once, and whoever needs it calls `rate_quality`.

A term that is added there needs a field of `CareGiven` or a coefficient. A field has no default, so
whoever does not fill it fails; a coefficient is read in no other room. What users make of it is
held to sums over the ways in which a case may end, each judged by the rule.
"""

import itertools
import pathlib
import re

import numpy as np
import pytest

from sim.planning.search.fluid_values import expect_satisfaction, price_waiting
from sim.rules import satisfaction
from sim.rules.satisfaction import (
    CareGiven,
    SatisfactionCoefficients,
    rate_quality,
    score_reply,
    score_satisfaction,
)
from sim.running.play import prepare
from sim.scenario.tables import LEVEL_BRIEF, LEVEL_THOROUGH
from tests.worlds import make_policy, make_scenario

SCENARIO = make_scenario()
LOWERED = prepare(SCENARIO, make_policy(SCENARIO))
# The scenario's, and two whose sums reach beyond 0 and 1, so that the clip acts; all later replies.
WEIGHTS = [
    {},
    {"a_res": 0.55, "a_tone": 0.3},
    {"a_speed": 0.05, "a_turn": 0.3},
    {"later_speed_weight": 0.5, "late_per_h": 0.2, "promise_min": 10.0},
    {"a_red": 0.12},
]
WAIT_MIN = 25.0


def test_nobody_else_states_a_term() -> None:
    """Its weights are read in the rule alone, `CareGiven` has no default."""
    home = pathlib.Path(satisfaction.__file__).resolve().parents[1]
    term = re.compile(r"(?<!satisfaction)\.(a_[a-z]+|follow_up_bonus)\b")
    readers = {
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        if term.search(path.read_text(encoding="utf-8"))
    }
    assert readers == {"rules/satisfaction.py"}
    assert CareGiven._field_defaults == {}


def mean_satisfaction(
    c: SatisfactionCoefficients,
    tone: tuple[float, float],
    expected: float,
    case: tuple[bool, int, bool],
) -> float:
    """Return the mean over friendly and personal, each judged by the rules; case: R, turns, F."""
    resolved, turns, followed_up = case
    total = 0.0
    for friendly, personal in itertools.product((False, True), repeat=2):
        chance = tone[0] if friendly else 1 - tone[0]
        chance *= tone[1] if personal else 1 - tone[1]
        speed = score_reply(WAIT_MIN, 1.0, c)
        ways = resolved, friendly, personal
        care = CareGiven(True, speed, *ways, turns, followed_up, 0.0, 1.0)
        total += chance * score_satisfaction(rate_quality(care, c), expected, c)
    return total


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("level", [LEVEL_BRIEF, LEVEL_THOROUGH])
def test_the_value_of_a_level_in_the_model_of_the_horizon(
    level: int, weights: dict[str, float]
) -> None:
    """A case ends after each turn resolved or given up; only the last turn ends them all."""
    tables, again, topic = LOWERED.tables, 0.4, 1
    c = LOWERED.scales.coefficients._replace(**weights)
    scales = LOWERED.scales._replace(coefficients=c)
    tone = float(scales.friendly_p[level + 1]), float(scales.personal_p[level + 1])
    p, most = float(tables.levels.resolve_p[0, level, topic]), tables.levels.max_turns
    by_hand, reached = 0.0, 1.0
    for turn in range(1, most + 1):
        goes_on = (1 - p) * again if turn < most else 0.0
        for resolved, chance in ((True, p), (False, 1 - p - goes_on)):
            case = (resolved, turn, False)
            by_hand += reached * chance * mean_satisfaction(c, tone, scales.base_quality, case)
        reached *= goes_on
    found, _ = expect_satisfaction(tables, scales, again, topic, level, WAIT_MIN)
    assert found == pytest.approx(by_hand, abs=1e-14)


def test_the_price_of_a_minute_of_waiting() -> None:
    """Judged is the mean quality of the eight ways in which a case may end and read."""
    scales, patience_min = LOWERED.scales, 300.0
    c = scales.coefficients

    def judge(wait_min: float) -> float:
        ways = itertools.product((False, True), repeat=3)
        speed = score_reply(wait_min, 1.0, c)
        mean = np.mean(
            [rate_quality(CareGiven(True, speed, *way, 1, False, 0.0, 1.0), c) for way in ways]
        )
        return score_satisfaction(float(mean), scales.base_quality, c)

    none = score_satisfaction(c.q_none, scales.base_quality, c)
    for wait_min in (5.0, 30.0, 200.0):
        price = judge(wait_min) - judge(wait_min + 1) + (judge(wait_min) - none) / patience_min
        assert price_waiting(scales, patience_min, wait_min) == pytest.approx(price, abs=1e-12)
