"""Plans of two small days: the same whatever the workers, within the budget, cut short, told."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.errors import InfeasibleError
from sim.planning.choice import make_peer
from sim.planning.evaluate import Evaluator
from sim.planning.lineup import Lineups
from sim.planning.plan import Plan, make_plan
from sim.planning.search import Search
from sim.scenario.policy_checks import check_policy
from tests.plan_worlds import BUDGET, WITH_LAUNCH, make_scenario, make_settings

pytestmark = pytest.mark.xdist_group("plan_search")
"""The plan that its tests share is made once."""

SCENARIO = make_scenario(**WITH_LAUNCH)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(SCENARIO, make_settings(), 1, 1)


def test_the_same_seed_gives_the_same_plan_whatever_the_workers(plan):
    again = make_plan(SCENARIO, make_settings(), 1, 3)
    assert again.policy == plan.policy
    assert again.value == plan.value
    assert again.decision == plan.decision
    for one, other in zip(again.runs, plan.runs, strict=True):
        for name, values in one.measures.items():
            np.testing.assert_array_equal(values, other.measures[name])


def test_another_seed_searches_on_other_draws(plan):
    other = make_plan(SCENARIO, make_settings(), 2, 2)
    assert other.value != plan.value


def test_the_plan_fits_scenario_shifts_and_budget(plan):
    assert check_policy(SCENARIO, plan.policy) == []
    assert plan.policy.name == "plan"
    assert plan.status == "feasible"
    lineups = Lineups(SCENARIO)
    people = lineups.read_policy(plan.policy)
    assert people is not None
    assert lineups.is_allowed(people)
    headline = plan.decision["headline"]
    assert 0.98 * BUDGET <= headline["cost"] <= BUDGET
    cost = Evaluator(SCENARIO, 77).play(plan.policy, 0, 100).cost
    error = cost.std(ddof=1) / 10
    assert 0.98 * BUDGET - 4.3 * error <= cost.mean() <= BUDGET + 4.3 * error


def test_fresh_draws_are_those_of_no_search(plan):
    fresh = Evaluator(SCENARIO, 1001).play(plan.policy, 0, 12).satisfaction
    np.testing.assert_array_equal(plan.runs[0].measures["satisfaction"], fresh)
    assert plan.value.mean == pytest.approx(fresh.mean())
    assert plan.value.n == 12


def test_the_plan_is_better_than_each_standard_policy_on_many_fresh_draws(plan):
    """A search of 4 replications a decision: still a clear gain (|t| above 4.3)."""
    evaluator = Evaluator(SCENARIO, 555)
    own = evaluator.play(plan.policy, 0, 150).satisfaction
    for run in plan.runs[1:]:
        other = evaluator.play(run.policy, 0, 150).satisfaction
        assert stats.ttest_rel(own, other).statistic > 4.3, run.policy.name


def test_standard_policies_are_what_they_are_called(plan):
    names = [run.policy.name for run in plan.runs]
    assert names == ["plan", "flat", "proportional", "erlang_a", "reactive"]
    by_name = {run.policy.name: run.policy for run in plan.runs}
    for name, policy in by_name.items():
        assert policy.surge == plan.policy.surge
        assert policy.knows_events is (name != "reactive")
    levels = {level for row in by_name["erlang_a"].effort.values() for level in row.values()}
    assert levels == {"standard"}
    reactive = by_name["reactive"]
    assert reactive.effort == plan.policy.effort
    assert reactive.lead_h == 0
    assert make_peer("reactive", plan.policy).priority == plan.policy.priority


def test_standard_policies_cost_the_same(plan):
    for run in plan.runs[1:]:
        cost = Evaluator(SCENARIO, 78).play(run.policy, 0, 100).cost
        error = cost.std(ddof=1) / 10
        assert 0.98 * BUDGET - 4.3 * error <= cost.mean() <= BUDGET + 4.3 * error


def test_evidence_is_scipys_paired_test_with_holm(plan):
    own = plan.runs[0].measures["satisfaction"]
    p_values = []
    for row, run in zip(plan.evidence, plan.runs[1:], strict=True):
        other = run.measures["satisfaction"]
        found = stats.ttest_rel(own, other, alternative="less")
        assert row["p_below"] == pytest.approx(found.pvalue)
        interval = stats.ttest_rel(own, other).confidence_interval(0.95)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(interval))
        assert row["satisfaction_difference"] == pytest.approx((own - other).mean())
        p_values.append(found.pvalue)
    order = np.argsort(p_values)
    by_hand, worst = np.empty(4), 0.0
    for place, number in enumerate(order):
        worst = max(worst, min(1.0, (4 - place) * p_values[number]))
        by_hand[number] = worst
    assert [row["p_holm"] for row in plan.evidence] == pytest.approx(by_hand.tolist())


def test_the_bound_is_above_and_the_way_between(plan):
    assert plan.bound is not None
    assert plan.gap == pytest.approx(plan.bound - plan.value.mean)
    assert plan.gap > 0
    assert plan.gap_error > 0
    assert plan.bound_kind in ("ample", "priced")
    assert plan.summarize()["bound_kind"] == plan.decision["bound_kind"] == plan.bound_kind
    assert {row["pool"] for row in plan.decision["shadow_prices"]} <= {"general", "technical"}
    assert 0 < plan.decision["way_share"] < 1


def test_selection_names_the_runner_up(plan):
    told = plan.selection
    assert set(told) == {"runner_up", "difference", "standard_error", "delta", "alpha",
                         "probability_correct", "met", "replications"}  # fmt: skip
    assert told["replications"] >= 20
    assert told["probability_correct"] == (0.95 if told["met"] else None)


def test_the_promise_is_told_for_fresh_draws(plan):
    (told,) = [text for text in plan.decision["reasons"] if "event days of launch" in text]
    assert "asked: 90%" in told


class Stopper:
    """Progress that interrupts after some calls of the search."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, text: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        self.left -= text.startswith("Searching")
        if self.left == 0:
            self.left = -1
            raise KeyboardInterrupt


@pytest.mark.parametrize("calls", [1, 4, 12])
def test_ctrl_c_gives_the_best_so_far_marked(calls):
    stopped = make_plan(SCENARIO, make_settings(), 1, 2, Stopper(calls))
    assert stopped.status == "stopped"
    assert stopped.decision["status"] == "stopped"
    assert any("interrupted" in text for text in stopped.decision["reasons"])
    assert check_policy(SCENARIO, stopped.policy) == []
    assert stopped.decision["headline"]["cost"] <= BUDGET


def test_the_time_limit_is_told(plan):
    hasty = make_plan(SCENARIO, make_settings(time_limit_s=1e-6), 1, 2)
    assert hasty.status == "stopped"
    assert any("time limit" in text for text in hasty.decision["reasons"])


def test_a_limit_of_replications_cuts_at_the_same_place_and_is_told(plan):
    """Where it cuts is between two steps, whatever the workers; more effort is no worse."""
    cut = [
        make_plan(SCENARIO, make_settings(effort_replications=200), 1, workers)
        for workers in (1, 2)
    ]
    assert [one.status for one in cut] == ["stopped", "stopped"]
    told = "The search was stopped by its limit of 200 replications."
    assert told in cut[0].decision["reasons"]
    assert cut[0].policy == cut[1].policy
    assert cut[0].decision == cut[1].decision
    assert plan.status == "feasible"


def test_without_a_budget_erlang_a_says_how_much():
    free = make_plan(SCENARIO, make_settings(budget=None, time_limit_s=1e-6), 1, 2)
    budget = free.decision["headline"]["budget"]
    assert budget > 0
    assert math.isfinite(budget)
    assert any("No budget was given" in text for text in free.decision["reasons"])


def test_the_best_only_gets_better(monkeypatch):
    scores = []
    keep = Search.keep

    def watch(self, candidate):
        keep(self, candidate)
        scores.append((self.bench.judge.money_price, self.bench.score(self.best, self.n)))

    monkeypatch.setattr(Search, "keep", watch)
    make_plan(SCENARIO, make_settings(), 3, 2)
    last = [score for price, score in scores if price == scores[-1][0]]
    assert last == sorted(last)


def test_a_promise_that_nobody_can_keep_tells_the_smallest_change():
    world = make_scenario(**{**WITH_LAUNCH, "promise": {"target_share": 0.99}})
    with pytest.raises(InfeasibleError) as found:
        make_plan(world, make_settings(), 1, 2)
    text = str(found.value)
    assert "answers 99% within 60 min on the event days" in text
    assert "planner.budget" not in text.split("Smallest change")[1]
    target = float(text.split("promise.target_share = ")[1].split(" ")[0])
    assert 0.3 < target < 0.99
    kept = make_scenario(**{**WITH_LAUNCH, "promise": {"target_share": target}})
    assert make_plan(kept, make_settings(), 1, 2).status == "feasible"
    lax = make_plan(world, make_settings(keep_promise=False, time_limit_s=1e-6), 1, 2)
    assert lax.status == "stopped"


def test_a_budget_below_the_doors_tells_one_that_is_enough():
    with pytest.raises(InfeasibleError, match="smallest change") as found:
        make_plan(SCENARIO, make_settings(budget=500.0), 1, 2)
    enough = float(str(found.value).rsplit(" ", 1)[1].replace(",", ""))
    plan = make_plan(SCENARIO, make_settings(budget=enough, keep_promise=False), 1, 2)
    assert plan.decision["headline"]["cost"] <= enough


def test_the_progress_tells_value_bound_and_their_gap():
    told = []

    def hear(text, done, total):
        told.append(text)

    make_plan(SCENARIO, make_settings(effort_replications=400), 1, 2, hear)
    found = [text for text in told if text.startswith("Searching: value")]
    numbers = [[float(part.split()[-1]) for part in text.split(",")] for text in found]
    assert numbers
    assert all(gap == pytest.approx(bound - value, abs=2e-4) for value, bound, gap in numbers)
