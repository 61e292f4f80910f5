"""What a plan claims of itself, through the whole chain: small days, held against fresh draws."""

import itertools

import numpy as np
import pytest

from sim.planning import last_decision
from sim.planning.agreements import require_coverage
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import Plan, make_plan
from sim.planning.search.search import Search
from sim.report.proof import list_claims
from sim.rostering.roster import Rosters
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
    hasten_bound(monkeypatch, tries_changes=True)
    skip_tuning(monkeypatch)


@pytest.fixture(scope="module")
def plan() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch, tries_changes=True)
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
    monkeypatch.setattr(Search, "climb_rules", lambda self, start, steps=(), known=None: start)
    mended = make_plan(WORLD, SETTINGS, 1, 1)
    monkeypatch.setattr(last_decision, "ROUNDS", 1)
    blind = make_plan(WORLD, SETTINGS, 1, 1)
    assert mended.decision.proof.rules.taken
    assert blind.decision.proof.rules.taken == ()
    assert blind.decision.proof.rules.gain > 0.005
    fresh = Evaluator(WORLD, 4242)
    seen = [fresh.play(one.policy, 0, 200) for one in (mended, blind)]
    change = seen[0].value - seen[1].value
    assert change.mean() > 4.3 * change.std(ddof=1) / 200**0.5
    assert mended.decision.headline.cost <= BUDGET


def test_the_page_says_what_it_claims_and_why_it_is_not_certified(plan):
    """Status and bound follow from the claims; every claim has its line."""
    proof = plan.decision.proof
    assert (plan.status == "certified") == (proof.lacking == ())
    assert plan.bound == pytest.approx(plan.value.mean + proof.roster.anywhere)
    names = [name for name, _ in list_claims(proof)]
    assert names[:4] == ["Roster", "Rules", "Promise", "Ceiling"]
    ample = proof.ceilings[0]
    assert ample.difference > 3 * ample.error
    (launch,) = proof.promises
    assert launch.asked == pytest.approx(0.9)
    assert launch.kept_low <= launch.kept <= launch.kept_high


def test_no_roster_of_a_small_day_beats_the_bound_beyond_its_noise():
    """All rosters of four shifts, the rules as they are, on many draws of their own.

    The bound is of few draws: what it may lack is four standard errors of a difference.
    """
    made = make_plan(WORLD, SETTINGS, 1, 1)
    roster_claim = made.decision.proof.roster
    rosters = Rosters(WORLD)
    rosters.minimum_coverage = require_coverage(rosters)
    own = rosters.read_policy(made.policy)
    fresh = Evaluator(WORLD, 31, 1)
    held = fresh.play(made.policy, 0, 100)
    best = 0.0
    for counts in itertools.product(range(4), repeat=rosters.n):
        roster = np.array(counts)
        if not rosters.is_allowed(roster) or rosters.price(roster) > rosters.price(own) + 1e-6:
            continue
        seen = fresh.play(rosters.to_policy(made.policy, roster), 0, 100)
        if seen.expected_cost <= BUDGET:
            change = seen.value - held.value
            best = max(best, change.mean() - 4.0 * change.std(ddof=1) / 10.0)
    assert roster_claim.anywhere >= best
