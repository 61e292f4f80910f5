"""What a team learns on an event: by hand in both engines, the rule, what a briefing brings."""

import numpy as np
import pytest
from hand import play

from sim.rules.brand_event import learn
from sim.scenario.lower import lower
from tests.worlds import LAUNCH, Whole, make_policy, make_scenario

TIMES = ("earliest_ms", "latest_ms", "announced_ms", "surge_ms", "recovery_ms")
SURPRISE = dict.fromkeys(TIMES, np.zeros(1, np.int64)) | {"announced": np.zeros(1, np.bool_)}


def test_the_rule_by_hand():
    """With m = 2: 1, then (1 + 1/2) / 2, (1 + 1/3) / 2; half of it with the square root of 4."""
    assert [learn(2.0, n, 1.0, 1.0) for n in (0.0, 1.0, 2.0)] == pytest.approx([1, 0.75, 2 / 3])
    assert learn(2.0, 3.0, 1.0, 0.5) == pytest.approx(0.75)
    assert learn(4.0, 1e12, 1.0, 1.0) == pytest.approx(0.25)
    assert learn(0.5, 9.0, 1.0, 1.0) == learn(2.0, 9.0, 1.0, 0.0) == 1.0


@pytest.mark.parametrize(("known", "ends"), [(0.0, [24, 42, 58, 70]), (1.0, [18, 34, 49, 61])])
def test_each_answer_makes_the_next_one_shorter(known, ends):
    """Twelve minutes of usual work, twice that at first; a mention of no event takes its 12."""
    learning = {"multiplier": 2.0, "known": known, "cases": 1.0, "exponent": 1.0}
    asked = [{"at": at, "work": 24, "event": 0} for at in (0, 0, 0)] + [{"at": 1, "work": 12}]
    played = play(asked, learning=learning, event_min=[0], phases=SURPRISE)
    assert (played.run.first_reply_ms / 60_000).tolist() == pytest.approx(ends)


def test_a_briefing_brings_experience_and_less_to_learn():
    launch = LAUNCH | {"time_h": 33.0, "work_multiplier": 1.5, "learning_exponent": 0.2}
    offered = {
        "briefing": {"event": "launch", "effects": {"work": 0.8, "cases": 30.0}},
        "manual": {"kind": "launch", "effects": {"cases": 5.0}},
        "other": {"kind": "breach", "effects": {"cases": 50.0}},
    }
    scenario = make_scenario(events=Whole(launch=launch), preparations=offered)
    learning = lower(scenario, make_policy(scenario, preparations=list(offered))).learning
    assert learning.is_on
    assert learning.known.tolist() == [35.0]
    assert learning.multiplier == pytest.approx(1.2)
    plain = make_scenario(events=Whole(launch=LAUNCH | {"time_h": 33.0}))
    assert not lower(plain, make_policy(plain)).learning.is_on
