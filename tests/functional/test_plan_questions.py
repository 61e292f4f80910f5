"""Further questions about a plan: levers, assumptions, other budgets; a target for the least."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.decision.answers import FrontierPoint
from sim.decision.evidence import StatedAssumption
from sim.errors import InfeasibleError
from sim.planning.analysis.alternatives import list_alternatives
from sim.planning.analysis.cost_target import narrow
from sim.planning.analysis.frontier import choose_budgets, describe_gain, find_turn, format_turn
from sim.planning.analysis.levers import LABELS
from sim.planning.analysis.switching_values import Rival, Screen, screen_assumptions, set_value
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.evaluation.scenario_mix import load_mixture
from sim.planning.planner import Plan, make_plan
from sim.planning.search.budget import AIM, staff_shape
from sim.planning.search.candidates import CandidateSet, ScoringRule
from sim.planning.session import make_template
from sim.planning.storage import write_plan
from sim.policies.standard import shape_flat
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.roster import Rosters
from sim.scenario.parts import PHASES
from sim.scenario.policy import Priority
from sim.store.tables import read_table
from tests.plan_worlds import hasten_bound, make_settings, make_small_scenario, skip_tuning
from tests.worlds import make_policy

SCENARIO = make_small_scenario(horizon={"days": 1}, surge_crew={"max_people": 0})
BUDGET = 1700.0
QUICK = {
    "budget": BUDGET,
    "search_replications": 4,
    "evaluation_replications": 12,
    "choice_replications": 40,
    "keep_promise": False,
}


@pytest.fixture(scope="module", autouse=True)
def hasty() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch)
        skip_tuning(patch)
        yield


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(SCENARIO, make_settings(**QUICK, explain=True, frontier_points=4), 1, 1)


def test_budgets_lie_around_the_plans():
    budgets = choose_budgets(1000.0, 300.0, 0.4, 8)
    assert len(budgets) == 8
    assert (np.diff(budgets) > 0).all()
    assert 1000.0 in budgets
    assert (budgets[0], budgets[-1]) == pytest.approx((600.0, 1400.0))
    high = choose_budgets(1000.0, 900.0, 0.4, 5)
    assert high[0] == pytest.approx(909.0)
    assert choose_budgets(1000.0, 2000.0, 0.4, 3).tolist() == [1000.0, 1200.0, 1400.0]


def make_rows(*pairs):
    rest = dict.fromkeys(
        ("staffed_h", "ci_low", "ci_high", "gain", "gain_low", "gain_high", "promise_met_share"),
        0.0,
    )
    return [
        FrontierPoint(budget=cost + 5, cost=cost, value=value, n=1, **rest) for cost, value in pairs
    ]


def test_more_money_stops_being_worth_it_where_the_concave_majorant_says():
    """Between 2,000 and 3,000 a search went astray: the majorant passes over it."""
    rows = make_rows((1000, 0.50), (2000, 0.56), (3000, 0.55), (4000, 0.60), (5000, 0.601))
    assert find_turn(rows, 0.01) == 4005
    assert find_turn(rows, 0.03) == 2005
    assert find_turn(rows, 0.07) == 1005
    assert find_turn(rows, 0.0001) is None
    assert "Up to 4,005 USD each 1,000 more buys at least 0.01" in format_turn(rows, 0.01, "USD")
    assert "the most that was looked at" in format_turn(rows, 0.0001, "USD")
    assert "Even from 1,005 USD on" in format_turn(rows, 0.07, "USD")


def make_outcomes(value, cost) -> Outcomes:
    n = len(value)
    none = np.zeros(n)
    return Outcomes(np.array(value), np.array(value), np.array(cost), none, none, none,
                    np.ones(n), none, np.zeros((n, 0)))  # fmt: skip


def test_gains_are_paired_and_per_1000():
    before = make_outcomes([0.5, 0.6, 0.4], [1000.0, 1100.0, 900.0])
    after = make_outcomes([0.52, 0.62, 0.42], [1500.0, 1600.0, 1400.0])
    gain = describe_gain(before, after)
    assert gain["gain"] == pytest.approx(0.04)
    assert gain["gain_low"] == pytest.approx(0.04)
    assert np.isnan(describe_gain(None, after)["gain"])
    assert np.isnan(describe_gain(after, before)["gain"])


def test_the_frontier_holds_the_plan_and_rises_with_money(plan, tmp_path):
    points = plan.decision.frontier.points
    assert len(points) == 4
    [own] = [row for row in points if row.budget == BUDGET]
    assert own.value == pytest.approx(plan.value.mean)
    assert (own.ci_low, own.ci_high) == pytest.approx((plan.value.ci_low, plan.value.ci_high))
    values = [row.value for row in points]
    assert values[-1] > values[0]
    for row in points[points.index(own) :]:
        assert row.value >= own.value - 1e-12
    for one, other in itertools.pairwise(points):
        assert one.cost <= other.cost <= 1.001 * other.budget
        if other.cost > one.cost:
            slope = 1000 * (other.value - one.value) / (other.cost - one.cost)
            assert other.gain == pytest.approx(slope)
    write_plan(tmp_path, plan)
    table = read_table(tmp_path / "frontier.parquet")
    assert table["value"].tolist() == values


# Help between pools and redress are fixed there, answers and preparations not on offer.
NOT_OFFERED = ("overflow", "redress", "answers", "preparations")


def test_each_lever_is_measured_alone_on_the_plans_draws(plan):
    levers = plan.decision.levers
    pulled = [one for one in LABELS if one not in NOT_OFFERED]
    assert [row.lever for row in levers.rows] == [*pulled, "all"]
    by_name = {row.lever: row for row in levers.rows}
    assert by_name["all"].difference == pytest.approx(plan.value.mean - levers.start)
    assert all(row.n == 12 for row in levers.rows)
    assert by_name["lead"].difference == 0
    assert by_name["lead"].decided == ()
    assert by_name["crew"].difference == 0
    assert max(row.difference for row in levers.rows[:-1]) > 0
    singles = sum(row.difference for name, row in by_name.items() if name != "all")
    assert levers.together == pytest.approx(by_name["all"].difference - singles)


def test_assumptions_are_moved_within_their_ranges(plan):
    flips = plan.decision.flips
    ranges = {row.key: (row.low, row.now, row.high) for row in flips.looked_at}
    assert all(low <= now <= high for low, now, high in ranges.values())
    assert ranges["costs.shrinkage_share"] == (0.26, 0.3, 0.35)
    assert ranges["satisfaction.a_speed"] == (0.2, 0.4, 0.8)
    assert ranges["maturity.triage_recall"][2] == 1.0
    for one in flips.flips:
        assert 0 < one.way_share <= 1
    assert [one.way_share for one in flips.flips] == sorted(one.way_share for one in flips.flips)


def test_the_plan_is_asked_what_else_it_might_have_decided(plan):
    rivals = plan.decision.flips.rivals
    assert len(set(rivals)) == len(rivals)
    levels = {level for row in plan.policy.effort.values() for level in row.values()}
    throughout = {name for name in rivals if name.endswith("replies throughout")}
    assert throughout >= {
        f"the plan with {level} replies throughout"
        for level in ("brief", "standard", "thorough")
        if level not in levels
    }
    assert not any("crew" in name for name in rivals)


def test_a_decision_made_otherwise_changes_that_alone_at_the_same_budget():
    world = make_small_scenario(horizon={"days": 1})
    rosters = Rosters(world)
    candidate_set = CandidateSet(
        Evaluator(world, 3), rosters, ScoringRule(BUDGET, 0.0, 0.5, 0.1, False)
    )
    template = make_template(world, rosters)
    laid = staff_shape(
        candidate_set, "plan", template, candidate_set.evaluator.blend(shape_flat), 1400.0
    )
    order = Priority(new_first=True, topics=(("question",),))
    policy = laid.policy.model_copy(update={"priority": order, "lead_h": 6.0, "follow_up": True})
    found = list_alternatives(candidate_set, replace(laid, policy=policy), template, 8)
    changed = {
        one.name: {
            key
            for key, value in one.policy.model_dump().items()
            if key not in ("staff", "shifts") and value != policy.model_dump()[key]
        }
        for one in found
    }
    assert changed == {
        "the plan with brief replies throughout": {"effort"},
        "the plan with thorough replies throughout": {"effort"},
        "the plan with work first come, first served": {"priority", "follow_up"},
        "the plan without a lead": {"lead_h"},
        "the plan without a surge crew": {"surge"},
    }
    for one in found:
        cost = candidate_set.evaluator.play(one.policy, 0, 8).expected_cost
        assert 0.9 * BUDGET < cost <= BUDGET


def test_no_question_no_answer():
    plain = make_plan(SCENARIO, make_settings(**QUICK, time_limit_s=1e-6), 1, 1)
    told = plain.decision
    assert (told.frontier, told.levers, told.flips) == (None, None, None)


def test_a_number_is_set_deep_in_a_scenario_and_nowhere_else():
    moved = set_value(SCENARIO, "satisfaction.a_speed", 0.7)
    assert moved.satisfaction.a_speed == 0.7
    assert moved.model_copy(update={"satisfaction": SCENARIO.satisfaction}) == SCENARIO
    assert set_value(SCENARIO, "events.breach.peak", 3.0) == SCENARIO


def test_a_flip_is_found_where_a_rival_becomes_better():
    """Thorough replies beat brief ones while there is time for them: found to 1/32 of the way.

    The value is checked against the policies played at it and one step before it.
    """
    world = make_small_scenario(
        effort={"brief_resolution_factor": 0.5},
        topics={"question": {"resolution_share": 0.6}},
    )
    thorough, brief = (
        make_policy(world, 3, effort={"question": dict.fromkeys(PHASES, level)})
        for level in ("thorough", "brief")
    )
    scoring_rule = ScoringRule(BUDGET, 0.0, 0.5, 0.1, False)
    rivals = [Rival("brief", brief)]
    screen = Screen(load_mixture(world, None), thorough, rivals, scoring_rule, 0.002, 1, 8, 1, 0.0)
    key, told = "demand.base_per_h", []
    assumed = StatedAssumption(key=key, value=20.0, mark="a", source="", matters="")
    found = screen_assumptions(screen, [assumed], told.append)
    [flip] = found.flips
    assert flip.end == 40.0
    assert "rose from 20" in found.words
    assert told == [0]

    def is_better(rate: float) -> bool:
        evaluator = Evaluator(set_value(world, key, rate), 1)
        lead = evaluator.play(brief, 0, 8).value - evaluator.play(thorough, 0, 8).value
        return bool(lead.mean() > max(0.002, 2.0 * lead.std(ddof=1) / 8**0.5))

    assert is_better(flip.value)
    assert not is_better(flip.value - 20.0 / 32)
    assert not is_better(20.0)


def test_the_least_money_for_a_target():
    """No roster that is 5 % cheaper reaches it with the plan's rules: all of them are played."""
    target, settings = 0.58, make_settings(**QUICK, objective="cost", target_satisfaction=0.58)
    found = make_plan(SCENARIO, settings, 1, 1)
    headline = found.decision.headline
    evaluator = Evaluator(SCENARIO, 500)
    unseen = evaluator.play(found.policy, 0, 100).satisfaction
    assert unseen.mean() > target - 4.3 * unseen.std(ddof=1) / 10
    assert headline.cost <= headline.budget
    assert any(f"Target {target}" in text for text in found.decision.reasons)
    rosters = Rosters(SCENARIO)
    rosters.minimum_coverage = find_minimum_coverage(SCENARIO, rosters.problem)
    every = [np.array(one) for one in itertools.product(range(4), repeat=rosters.n)]
    cheaper = [
        rosters.to_policy(found.policy, roster)
        for roster in every
        if rosters.price(roster) < 0.95 * headline.cost and rosters.is_allowed(roster)
    ]
    assert cheaper
    for seen in evaluator.play_all([(policy, 0, 30) for policy in cheaper]):
        assert seen.satisfaction.mean() < target


def make_looker(best_of):
    """Return what stands in for searches: the value that a budget's best plan has."""
    tried = {}

    def look(budget, start):
        tried[budget] = start, best_of(budget)
        return tried[budget]

    return tried, look


@pytest.mark.parametrize("target", [0.3, 0.55, 0.6, 0.68])
def test_budgets_are_narrowed_to_the_least_that_reaches_the_target(target):
    """Value = .7 - 100 / budget reaches the target at 100 / (.7 - target): within 2 %."""
    tried, look = make_looker(lambda budget: 0.7 - 100.0 / budget)
    tried[1500.0] = None, 0.7 - 100.0 / 1500.0
    budget, _ = narrow(look, tried, 1500.0, target, 5e-5)
    least = 100.0 / (0.7 - target)
    assert least / AIM * 0.98 <= budget * AIM <= least * 1.03


def test_a_target_out_of_reach_tells_what_is_within():
    tried, look = make_looker(lambda budget: 0.7 - 100.0 / budget)
    tried[1500.0] = None, 0.7 - 100.0 / 1500.0
    with pytest.raises(InfeasibleError, match="no plan found reaches it") as found:
        narrow(look, tried, 1500.0, 0.695, 5e-5)
    assert 0.67 < float(str(found.value).rsplit("= ", 1)[1].split(" ")[0]) < 0.695
