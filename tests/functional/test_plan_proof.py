"""What a plan claims of itself, through the whole chain: small days, held against fresh draws."""

import pytest

from sim.planning.claims import final_changes
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import Plan, make_plan
from sim.planning.search.search import Search
from tests.plan_worlds import hasten_bound, make_settings, make_small_scenario, skip_tuning
from tests.worlds import LAUNCH

BUDGET = 900.0
WORLD = make_small_scenario(
    horizon={"days": 1},
    demand={"base_per_h": 8.0},
    events={"launch": {**LAUNCH, "time_h": 10.0, "topic_share": {"question": 1.0}}},
    promise={"target_share": 0.3},
    surge_crew={"max_people": 1, "max_hours_a_week": 50.0},
)
SETTINGS = make_settings(budget=BUDGET, choice_replications=100, evaluation_replications=40)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    hasten_bound(monkeypatch)
    skip_tuning(monkeypatch)


@pytest.fixture(scope="module")
def plan() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch)
        skip_tuning(patch)
        return make_plan(WORLD, SETTINGS, 1, 1)


def test_the_plan_says_what_its_best_single_change_gains(plan):
    rules = plan.decision.proof.rules
    assert rules.changes > 25
    assert rules.limit >= rules.gain
    assert rules.confidence == 0.95
    assert 0 <= rules.forbidden < rules.changes
    assert rules.replications <= 100


def test_a_search_that_missed_a_rule_is_mended_at_the_end(monkeypatch):
    """A search that cannot climb by rules: with the last step its plan is better, on other draws.

    Without it (one round, which takes nothing) the bound says that something is missed.
    """
    monkeypatch.setattr(Search, "climb_rules", lambda self, start, steps=(): start)
    mended = make_plan(WORLD, SETTINGS, 1, 1)
    monkeypatch.setattr(final_changes, "ROUNDS", 1)
    blind = make_plan(WORLD, SETTINGS, 1, 1)
    assert mended.decision.proof.rules.taken
    assert blind.decision.proof.rules.taken == ()
    assert blind.decision.proof.rules.gain > 0.005
    fresh = Evaluator(WORLD, 4242)
    seen = [fresh.play(one.policy, 0, 200) for one in (mended, blind)]
    change = seen[0].value - seen[1].value
    assert change.mean() > 4.3 * change.std(ddof=1) / 200**0.5
    assert mended.decision.headline.cost <= BUDGET
