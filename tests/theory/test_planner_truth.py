"""The planner against the truth: small days whose plans have an exact worth.

The exact values are those of ``experiments/planner_truth`` (chains, no engine); here they are
held against formulas and the kernel, and a plan of a small day against the best there is.
"""

import dataclasses

import numpy as np
import pytest

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import make_plan
from sim.scenario.build import build_planner
from tests.plan_worlds import skip_tuning
from tests.studies import load_study

lines, instances, truth = load_study("planner_truth", ["lines", "instances", "truth"])

TWO_BLOCKS = instances.Instance(
    "two_blocks",
    "a peak after a calm",
    (3, 3, 6, 6),
    ((8, 2), (10, 2)),
    3,
    8,
    {"customer": instances.Topic(work_min=12, patience_min=45)},
)


@pytest.fixture(scope="module")
def exact():
    return truth.Exact(TWO_BLOCKS, TWO_BLOCKS.build())


@pytest.mark.parametrize("mean", [12.0, 24.0, 40.0])
def test_the_weights_give_a_ratio_that_is_known(mean):
    """Who values the others at 1/mean each: Y/N = (N - 1)/mean, and m(x) = x."""
    happens = -np.expm1(-mean)
    scales, weight = lines.weigh_scales(mean, 0.0, 3)
    assert weight @ np.array(scales) == pytest.approx((mean - happens) / mean / happens, abs=1e-4)


def test_the_weights_of_days_that_differ_give_a_ratio_that_is_known():
    """With a Gamma factor P(N = 0) is negative binomial's; m(x) = x, and for x^2 its moments."""
    mean, cv = 26.0, 0.25
    nobody = (1 + mean * cv**2) ** (-(cv**-2))
    scales, weight = lines.weigh_scales(mean, cv, 14)
    x = np.array(scales)
    assert weight @ x == pytest.approx((mean - (1 - nobody)) / mean / (1 - nobody), abs=2e-4)
    # (N-1)(N-2)/mean^2 of each: m(x) = x^2, as factorial moments of a Poisson number are
    second = (1 + cv**2) * mean**2
    wanted = (second - 2 * mean + 2 * (1 - nobody)) / mean**2 / (1 - nobody)
    assert weight @ x**2 == pytest.approx(wanted, abs=5e-4)


def test_who_never_waits_is_worth_what_a_reply_begun_at_once_is():
    feeling = truth.Exact(TWO_BLOCKS, TWO_BLOCKS.build()).feeling
    coins = lines.Coins(0.7, 0.6, 0.6)
    line = lines.Line((0.5, 0.5), lines.Service(5.0, None, coins), feeling, (1.0,), 8, 4)
    v = np.linspace(0.0, 150.0, 5001)
    f = np.array([feeling.rate(one, coins) for one in v[:-1] + np.diff(v) / 2])
    by_hand = f @ -np.diff(np.exp(-v / 5.0))
    assert line.find_mean((8, 8))[0] == pytest.approx(by_hand, abs=3e-6)


@pytest.mark.parametrize("roster", [(1, 3), (3, 1)])
def test_the_exact_value_is_that_of_the_kernel(exact, roster):
    """Patience, a rise, a cut that lets the busy finish; |z| <= 4.3, one false alarm in 19,000."""
    scenario = exact.scenario
    frame = instances.to_policy(TWO_BLOCKS, scenario, ("standard",), "standard", {})
    policy = instances.pose(TWO_BLOCKS, scenario).to_policy(frame, np.array(roster))
    seen = Evaluator(scenario, 5, 1).play(policy, 0, 1500).satisfaction
    seen = seen[~np.isnan(seen)]
    z = (seen.mean() - exact.compute_value(policy)) / (seen.std(ddof=1) / seen.size**0.5)
    assert abs(z) <= 4.3


def test_states_that_are_too_few_are_told(exact):
    line = dataclasses.replace(exact.find_line("customer", "thorough", "thorough"), most_waiting=3)
    with pytest.raises(ValueError, match="most_waiting"):
        line.find_mean((1, 1, 1, 1))


def test_the_plan_of_a_small_day_is_the_best_there_is(exact, monkeypatch):
    """Of 48 plans; within delta. The bound is not below the best."""
    plans = instances.count_plans(TWO_BLOCKS, instances.pose(TWO_BLOCKS, exact.scenario))
    best = truth.find_exact(TWO_BLOCKS, exact, plans)
    assert plans == 48
    assert best.best > best.second
    settings = build_planner(
        exact.scenario, {"search_replications": 20, "evaluation_replications": 20}
    )
    skip_tuning(monkeypatch)
    plan = make_plan(exact.scenario, settings, 1, 1)
    assert exact.compute_value(plan.policy) >= best.best - settings.delta
    assert plan.bound is not None
    assert plan.bound > best.best
