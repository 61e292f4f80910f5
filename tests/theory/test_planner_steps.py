"""Steps of the search: small days whose plan is worse without the step, played through it all.

Each step is left out in turn; what it gains on fresh draws is more than 4.3 standard errors, so by
chance a world in which it gains nothing would pass once in 100,000.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.planning.agreements import require_coverage
from sim.planning.evaluation import evaluator as evaluate
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import make_plan
from sim.planning.search.budget import AIM, balance, staff_shape
from sim.planning.search.candidates import ScoringRule
from sim.planning.search.final_selection import is_promise_met
from sim.planning.search.infeasibility import refuse_promise
from sim.planning.search.limits import Ending
from sim.planning.search.load_shapes import list_load_shapes, measure_load
from sim.planning.search.search import Search
from sim.planning.session import Maker, make_candidate_set, make_template, run_search
from sim.policies.standard import shape_erlang_a
from sim.rostering.roster import Rosters
from tests.plan_worlds import make_candidate, make_settings, make_small_scenario
from tests.plan_worlds import make_candidate_set as make_plan_bench
from tests.studies import load_study
from tests.worlds import LAUNCH, make_policy

(instances,) = load_study("planner_truth", ["instances"])
[TWO_POOLS] = [one for one in instances.INSTANCES if one.name == "two_pools_bot"]
FOURTEEN_HOURS = instances.Instance(
    "fourteen_hours",
    "one pool, hours staffed one by one: more kinds of shift than are tried in pairs",
    (2, 3, 5, 6, 6, 4, 3, 3, 4, 6, 7, 6, 4, 2),
    tuple((hour, 1) for hour in range(8, 22)),
    3,
    24,
)
REPLICATIONS = 20
FRESH = 400
QUICK = {"search_replications": 4, "choice_replications": 20, "evaluation_replications": 4}
LITTLE = 1350.0


def search_day(instance, seed):
    """Return the search of a day after its end."""
    scenario = instance.build()
    settings = make_settings(
        budget=instance.budget, search_replications=REPLICATIONS, keep_promise=False
    )
    rosters = Rosters(scenario)
    rosters.minimum_coverage = require_coverage(rosters)
    return run_search(Maker(scenario, settings, seed, 1, None), scenario, rosters, instance.budget)


@pytest.mark.parametrize(
    ("instance", "step", "seed"),
    [(TWO_POOLS, "better_pools", 3), (FOURTEEN_HOURS, "better_shifts", 1)],
    ids=["people moved between pools", "single shifts exchanged"],
)
def test_without_the_step_the_plan_is_worse(monkeypatch, instance, step, seed):
    """On draws that neither search has seen, paired; every draw of a search is made once."""
    drawn = []
    draw = evaluate.draw
    with monkeypatch.context() as watched:
        watched.setattr(evaluate, "draw", lambda *told: drawn.append(told[-1]) or draw(*told))
        found = search_day(instance, seed).best
    assert sorted(drawn) == list(range(REPLICATIONS))
    if instance is TWO_POOLS:
        # The best of 4,608 plans by their exact worth: experiments/planner_truth.
        levels = [found.policy.effort[topic]["calm"] for topic in ("plain", "hard")]
        assert (found.roster.tolist(), levels) == ([1, 1, 3, 2], ["thorough", "standard"])
    monkeypatch.setattr(Search, step, lambda *_: None)
    without = search_day(instance, seed).best
    fresh = Evaluator(instance.build(), 99, 1)
    one, other = (fresh.play(each.policy, 0, FRESH).value for each in (found, without))
    t = stats.ttest_rel(one, other).statistic
    assert t > 4.3


def test_the_whole_horizons_staff_follow_the_load_that_the_simulation_found():
    """Half the work of one pool is mentions that want no reply: its model knows of none.

    By its own count it would send two thirds of all people to the other pool.
    """
    pools = {
        "plain": {"skills": ["plain"], "limit": 8},
        "hard": {"skills": ["hard", "noise"], "limit": 8},
    }
    day = instances.Instance(
        "noise", "", (10,) * 6, ((8, 3), (11, 3)), 8, 36,
        {"plain": instances.Topic(0.4, 12.0), "hard": instances.Topic(0.3, 12.0),
         "noise": instances.Topic(0.3, 12.0, more={"actionable_share": 0.0})},
        changes={"maturity": {"triage_false_positive": 1.0, "triage_min": 12},
                 "team": {"pools": pools}},
    )  # fmt: skip
    scenario = day.build()
    settings = make_settings(budget=day.budget, keep_promise=False)
    rosters = Rosters(scenario)
    rosters.minimum_coverage = require_coverage(rosters)
    scoring_rule = ScoringRule(day.budget, 0.0, 0.5, 0.1, False)
    candidate_set = make_candidate_set(
        Maker(scenario, settings, 1, 1, None), scenario, rosters, scoring_rule, 0
    )
    search = Search(candidate_set, REPLICATIONS, Ending.start(settings, 0), lambda *_: None)
    staff, _ = search.propose(make_template(scenario, rosters), 0.95 * day.budget)
    plain, hard = (rosters.columns.pool == pool for pool in (0, 1))
    assert staff.roster[hard].sum() > staff.roster[plain].sum()
    changed = staff.roster.copy()
    changed[plain], changed[hard] = staff.roster[hard], staff.roster[plain]
    gain, error = candidate_set.compare(staff, candidate_set.restaff(staff, changed), 800)
    assert gain > 4.3 * error


def test_without_a_budget_it_is_what_the_staff_of_erlang_a_cost_when_played():
    scenario = make_small_scenario()
    hasty = make_settings(budget=None, time_limit_s=1e-6, **QUICK)
    free = make_plan(scenario, hasty, 1, 1)
    wanted = shape_erlang_a(scenario)
    rosters = Rosters(scenario)
    staff = np.where(rosters.problem.open_mask[:, None], wanted, 0).astype(int)
    policy = make_policy(scenario, staff={"general": staff[:, 0].tolist()})
    cost = Evaluator(scenario, 3).play(policy, 0, 20).cost.mean()
    assert free.decision.headline.budget == pytest.approx(cost / AIM, rel=0.02)


def test_the_budget_that_is_told_for_a_promise_keeps_it():
    """By staff in proportion to the work, or by a shape of load: at what was set by none."""
    event = {**LAUNCH, "time_h": 10.0, "topic_share": {"question": 1.0}}
    scenario = make_small_scenario(
        horizon={"days": 1}, events={"launch": event}, surge_crew={"max_people": 0}
    )
    candidate_set = make_plan_bench(scenario, LITTLE, keeps_promise=True)
    start = make_candidate(candidate_set, 0.97 * LITTLE)
    error = str(refuse_promise(candidate_set, [start], REPLICATIONS))
    enough = float(error.split("planner.budget = ")[1].split(" ")[0].replace(",", ""))
    assert LITTLE < enough < 3 * LITTLE
    load = measure_load(candidate_set.evaluator, candidate_set.rosters, start.policy, REPLICATIONS)
    target_staffings = {"": start.target_staffing, **list_load_shapes(load, candidate_set.rosters)}
    kept = []
    for budget in (LITTLE, enough):
        candidate_set.scoring_rule = replace(candidate_set.scoring_rule, budget=budget)
        laid = [staff_shape(candidate_set, name, start.policy, target_staffing, 0.97 * budget)
                for name, target_staffing in target_staffings.items()]  # fmt: skip
        fits = [
            one for each in laid if each and (one := balance(candidate_set, each, REPLICATIONS))
        ]
        kept.append(any(is_promise_met(candidate_set, one) for one in fits))
    assert kept == [False, True]
