"""Plans of small days: the same whatever the workers, within the budget, cut short, told.

What a plan is worth is asked of one of two days with six topics and two pools, made once; what
happens to any search (another seed, Ctrl-C, limits, promises) of a day with one of each.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

from sim.errors import InfeasibleError
from sim.planning.benchmarks.beside import ORDER
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import Plan, make_plan
from sim.planning.search.search import Search
from sim.policies.standard import make_standard_policy
from sim.rostering.roster import Rosters
from sim.scenario.model import Scenario
from sim.scenario.policy_checks import check_policy
from sim.scenario.settings import PlannerSettings
from tests.plan_worlds import (
    BUDGET,
    WITH_LAUNCH,
    hasten_bound,
    make_scenario,
    make_settings,
    make_small_scenario,
    skip_tuning,
)
from tests.worlds import LAUNCH

SCENARIO = make_scenario(**WITH_LAUNCH)
SMALL_BUDGET = 900.0


def make_small(target: float = 0.3) -> Scenario:
    """Return one day of one topic and one pool, with a launch and a promise."""
    return make_small_scenario(
        horizon={"days": 1},
        demand={"base_per_h": 8.0},
        events={"launch": {**LAUNCH, "time_h": 10.0, "topic_share": {"question": 1.0}}},
        promise={"target_share": target},
        surge_crew={"max_people": 1, "max_hours_a_week": 50.0},
    )


SMALL = make_small()


def make_quick(**changes: Any) -> PlannerSettings:
    return make_settings(**{"budget": SMALL_BUDGET, "choice_replications": 40} | changes)


@pytest.fixture(scope="module")
def plan() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch)
        return make_plan(SCENARIO, make_settings(choice_replications=100), 1, 1)


class Watched(NamedTuple):
    """A small plan, what its progress told, and how good its best was by and by."""

    plan: Plan
    told: list[str]
    scores: list[tuple[float, float]]
    """Price of money and score at each candidate that was kept or not."""


@pytest.fixture(scope="module")
def small() -> Watched:
    told: list[str] = []
    scores: list[tuple[float, float]] = []
    keep = Search.keep

    def watch(self, candidate):
        keep(self, candidate)
        scores.append(
            (
                self.candidate_set.scoring_rule.money_price,
                self.candidate_set.score(self.best, self.n),
            )
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "keep", watch)
        hasten_bound(patch)
        skip_tuning(patch)
        made = make_plan(SMALL, make_quick(), 1, 1, lambda text, done, total: told.append(text))
    return Watched(made, told, scores)


@pytest.fixture
def hasty(monkeypatch) -> None:
    hasten_bound(monkeypatch)
    skip_tuning(monkeypatch)


@pytest.mark.usefixtures("hasty")
def test_the_same_seed_gives_the_same_plan_whatever_the_workers(small):
    plan, again = small.plan, make_plan(SMALL, make_quick(), 1, 3)
    assert again.policy == plan.policy
    assert again.value == plan.value
    assert again.decision == plan.decision
    assert again.candidates == plan.candidates
    for one, other in zip(again.runs, plan.runs, strict=True):
        for name, values in one.measures.items():
            np.testing.assert_array_equal(values, other.measures[name])


@pytest.mark.usefixtures("hasty")
def test_another_seed_searches_on_other_draws(small):
    """Measured on the same draws: what differs is what the search and the last choice saw."""
    other = make_plan(SMALL, make_quick(evaluation_seed=1001), 2, 2)
    assert other.candidates != small.plan.candidates


def test_the_plan_fits_scenario_shifts_and_budget(plan):
    assert check_policy(SCENARIO, plan.policy) == []
    assert plan.policy.name == "plan"
    assert plan.status == "feasible"
    rosters = Rosters(SCENARIO)
    roster = rosters.read_policy(plan.policy)
    assert roster is not None
    assert rosters.is_allowed(roster)
    headline = plan.decision.headline
    assert 0.98 * BUDGET <= headline.cost <= BUDGET
    cost = Evaluator(SCENARIO, 77).play(plan.policy, 0, 100).cost
    error = cost.std(ddof=1) / 10
    assert 0.98 * BUDGET - 4.3 * error <= cost.mean() <= BUDGET + 4.3 * error


def test_fresh_draws_are_those_of_no_search(plan):
    fresh = Evaluator(SCENARIO, 1001).play(plan.policy, 0, 12).satisfaction
    np.testing.assert_array_equal(plan.runs[0].measures["satisfaction"], fresh)
    assert plan.value.mean == pytest.approx(fresh.mean())
    assert plan.value.n == 12


def test_the_plan_is_better_than_each_standard_policy_on_many_fresh_draws(plan):
    """A search of 4 replications a decision: still a clear gain (|t| above 4.3).

    Tuned Erlang A was in the last choice: at most `delta` better.
    """
    evaluator = Evaluator(SCENARIO, 555)
    own = evaluator.play(plan.policy, 0, 150).satisfaction
    for run in plan.runs[1:]:
        room = 0.002 if run.policy.name == "tuned_erlang_a" else 0.0
        other = evaluator.play(run.policy, 0, 150).satisfaction
        least = -4.3 if room else 4.3
        assert stats.ttest_rel(own + room, other).statistic > least, run.policy.name


def test_standard_policies_are_what_they_are_called(plan):
    names = [run.policy.name for run in plan.runs]
    assert names == ["plan", *ORDER]
    by_name = {run.policy.name: run.policy for run in plan.runs}
    for name, policy in by_name.items():
        if name not in ("tuned_erlang_a", "fixed_rules"):
            assert policy.surge == plan.policy.surge
        assert policy.knows_events is (name not in ("reactive", "unprepared"))
    levels = {level for row in by_name["erlang_a"].effort.values() for level in row.values()}
    assert levels == {"standard"}
    unprepared = by_name["unprepared"]
    assert unprepared.effort == plan.policy.effort
    assert unprepared.lead_h == 0
    assert unprepared.priority == plan.policy.priority


def test_reactive_means_the_same_beside_a_plan_and_alone(plan):
    """Everything but the crew's rule and the wages: levels, order, what it knows."""
    beside = next(run.policy for run in plan.runs if run.policy.name == "reactive")
    alone = make_standard_policy("reactive", SCENARIO, 0.9 * BUDGET)
    for field in set(type(alone).model_fields) - {"surge", "staff", "shifts"}:
        assert getattr(beside, field) == getattr(alone, field), field


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
        assert row.p_below == pytest.approx(found.pvalue)
        interval = stats.ttest_rel(own, other).confidence_interval(0.95)
        assert (row.ci_low, row.ci_high) == pytest.approx(tuple(interval))
        assert row.satisfaction_difference == pytest.approx((own - other).mean())
        p_values.append(found.pvalue)
    order = np.argsort(p_values)
    n = len(p_values)
    by_hand, worst = np.empty(n), 0.0
    for place, number in enumerate(order):
        worst = max(worst, min(1.0, (n - place) * p_values[number]))
        by_hand[number] = worst
    assert [row.p_holm for row in plan.evidence] == pytest.approx(by_hand.tolist())


def test_the_bound_is_value_and_what_any_other_roster_gains(plan):
    assert plan.bound is not None
    assert plan.gap == pytest.approx(plan.bound - plan.value.mean)
    assert plan.gap == plan.decision.proof.roster.anywhere >= plan.decision.proof.roster.near >= 0
    assert plan.summarize()["gap"] == plan.decision.gap == plan.gap
    assert {row.pool for row in plan.decision.shadow_prices} <= {"general", "technical"}


def test_selection_names_the_runner_up(plan):
    told = plan.selection
    assert set(told) == {"runner_up", "difference", "standard_error", "delta", "alpha",
                         "probability_correct", "met", "replications"}  # fmt: skip
    assert told["replications"] >= 20
    assert told["probability_correct"] == (0.95 if told["met"] else None)


def test_the_promise_is_told_for_fresh_draws(plan):
    (told,) = [text for text in plan.decision.reasons if "event days of launch" in text]
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


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("calls", [1, 12])
def test_ctrl_c_gives_the_best_so_far_marked(calls):
    stopped = make_plan(SMALL, make_quick(), 1, 2, Stopper(calls))
    assert stopped.status == "stopped"
    assert stopped.decision.status == "stopped"
    assert any("interrupted" in text for text in stopped.decision.reasons)
    assert check_policy(SMALL, stopped.policy) == []
    assert stopped.decision.headline.cost <= SMALL_BUDGET


@pytest.mark.usefixtures("hasty")
def test_a_limit_of_replications_cuts_at_the_same_place_and_is_told(small):
    """Where it cuts is between two steps, whatever the workers; more effort is no worse."""
    cut = [make_plan(SMALL, make_quick(effort_replications=100), 1, workers) for workers in (1, 2)]
    assert [one.status for one in cut] == ["stopped", "stopped"]
    told = "The search was stopped by its limit of 100 replications."
    assert told in cut[0].decision.reasons
    assert cut[0].policy == cut[1].policy
    assert cut[0].decision == cut[1].decision
    assert small.plan.status != "stopped"


@pytest.mark.usefixtures("hasty")
def test_without_a_budget_erlang_a_says_how_much_and_the_time_limit_is_told():
    free = make_plan(SMALL, make_quick(budget=None, time_limit_s=1e-6), 1, 2)
    budget = free.decision.headline.budget
    assert budget > 0
    assert math.isfinite(budget)
    assert any("No budget was given" in text for text in free.decision.reasons)
    assert free.status == "stopped"
    assert any("time limit" in text for text in free.decision.reasons)


def test_the_best_only_gets_better(small):
    last = [score for price, score in small.scores if price == small.scores[-1][0]]
    assert last == sorted(last)
    assert last[0] < last[-1]


@pytest.mark.usefixtures("hasty")
def test_a_promise_that_nobody_can_keep_tells_the_smallest_change():
    world = make_small(0.99)
    with pytest.raises(InfeasibleError) as found:
        make_plan(world, make_quick(), 1, 2)
    text = str(found.value)
    assert "answers 99% within 60 min on the event days" in text
    assert "planner.budget" not in text.split("Smallest change")[1]
    target = float(text.split("promise.target_share = ")[1].split(" ")[0])
    assert 0.3 < target < 0.99
    assert make_plan(make_small(target), make_quick(), 1, 2).status == "feasible"
    lax = make_plan(world, make_quick(keep_promise=False, time_limit_s=1e-6), 1, 2)
    assert lax.status == "stopped"


@pytest.mark.usefixtures("hasty")
def test_a_budget_below_the_doors_tells_one_that_is_enough():
    with pytest.raises(InfeasibleError, match="smallest change") as found:
        make_plan(SMALL, make_quick(budget=100.0), 1, 2)
    enough = float(str(found.value).rsplit(" ", 1)[1].replace(",", ""))
    plan = make_plan(SMALL, make_quick(budget=enough, keep_promise=False), 1, 2)
    assert plan.decision.headline.cost <= enough


def test_the_progress_tells_the_value_by_now(small):
    found = [text for text in small.told if text.startswith("Searching: value")]
    assert found
    assert all(0 < float(text.split()[-1]) < 1 for text in found)
