"""The bounds over all policies, whatever they prepare: no set of preparations beats them."""

import itertools

import numpy as np
import pytest

from sim.care.kernel.engine import run_kernel
from sim.care.preparing import enter_preparations
from sim.outcomes.course import compute_rows
from sim.planning.bounds.best_service import bound_customers, bound_each
from sim.planning.bounds.certificate import Certifier
from sim.planning.bounds.prepared import find_best_case
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.preparation_moves import set_preparations
from sim.planning.session import make_template
from sim.policies.workload import name_effort
from sim.rostering.roster import Rosters
from sim.running.play import prepare
from tests.plan_worlds import TWO_DAYS, make_scenario
from tests.worlds import LAUNCH, constant, exponential, make_plain_scenario, make_policy

ERRORS = 4.0
OFFERED = {
    "briefing": {"event": "launch", "effects": {"work": 0.5, "resolution": 2.0}},
    "page": {"event": "launch", "effects": {"mentions": 0.6, "resolution": 0.5}},
    "message": {"event": "launch", "effects": {"expectation": 0.0, "mentions": 1.3}},
    "training": {"kind": "launch", "effects": {"off_skill_time": 0.0}},
}
LOUD = LAUNCH | {"time_h": 20.0, "peak": 4.0, "expectation_factor": 1.3}
LOUD |= {"work_multiplier": 3.0, "learning_exponent": 1.0, "learning_cases": 1.0}
WORLD = {
    **TWO_DAYS,
    "events": {"launch": LOUD},
    "preparations": OFFERED,
    "team": {"off_skill_time": 2.0, "off_skill_odds": 0.5},
}
STAFF = {
    "few": {"agents": 1},
    "many, thorough": {"agents": 20, "effort": name_effort(make_scenario(**WORLD), "thorough")},
    "many, bots first": {"agents": 20, "effort": name_effort(make_scenario(**WORLD), "auto")},
}


@pytest.mark.parametrize("staff", STAFF)
def test_no_preparations_give_any_customer_more(staff):
    """Customer by customer, with each set of the four."""
    scenario = make_scenario(**WORLD)
    evaluator = Evaluator(scenario, 5)
    case = find_best_case(scenario, make_policy(scenario))
    for size in range(len(OFFERED) + 1):
        for names in itertools.combinations(OFFERED, size):
            policy = make_policy(scenario, preparations=list(names), **STAFF[staff])
            tables, scales, _ = prepare(scenario, policy)
            draws = evaluator.find_draws(size % 2)
            rows = compute_rows(scales, draws, run_kernel(tables, draws))
            best = bound_customers(
                case.lowered.tables.levels,
                case.lowered.scales,
                enter_preparations(case.prepared, draws),
            )
            assert (rows.satisfaction[rows.exogenous] <= best + 1e-12).all()


def test_what_is_offered_only_raises_the_bound():
    scenario, plain = make_scenario(**WORLD), make_scenario(**(WORLD | {"preparations": {}}))
    offered, alone = (
        bound_each(Evaluator(one, 5), make_policy(one), 0, 3) for one in (scenario, plain)
    )
    assert (offered > alone + 0.001).all()


def test_no_prepared_staff_of_a_small_day_beats_the_priced_bound():
    """A day of one topic with an event, staffed by thirds, with preparations and leave moved."""
    scenario, n = (
        make_plain_scenario(
            8.0,
            horizon={"days": 1, "interval_min": 60, "repeats": False},
            topics={"question": {"work": exponential(8.0), "patience": exponential(60.0),
                                 "resolution_share": 0.5}},
            conversation={"write_again_share": 0.5, "think": constant(30.0), "max_turns": 3},
            events={"launch": LOUD | {"time_h": 8.0, "topic_share": {"question": 1.0}}},
            preparations={name: OFFERED[name] for name in ("briefing", "page")}
            | {"leave": {"event": "launch", "agent_h": 2.0, "gives_h": 2.0, "gives_within_h": 6.0}},
            costs={"shrinkage_share": 0.5},
            drain_h=2.0,
        ),
        24,
    )  # fmt: skip
    rosters, evaluator = Rosters(scenario), Evaluator(scenario, 8)
    budget = 24.0 * rosters.columns.cost[0]
    found = []
    for names in ((), ("briefing",), ("page",), ("briefing", "page"), ("briefing", "leave")):
        for counts in itertools.product((0, 1, 2), repeat=3):
            template = make_template(scenario, rosters).model_copy(update={"surge": None})
            policy = rosters.to_policy(template, np.array(counts)[np.arange(24) // 8])
            policy = set_preparations(scenario, policy, names)
            seen = evaluator.play(policy, 0, n)
            if seen.expected_cost <= budget:
                found.append((seen.average(seen.satisfaction), policy, seen))
    value, policy, seen = max(found, key=lambda one: one[0])
    assert policy.preparations
    certifier = Certifier(evaluator, rosters, policy, budget)
    people = rosters.read_policy(policy)
    gaps = [certifier.certify(people, seen, money, 0, (15, 15)) for money in (2e-4, 5e-4)]
    best = min(gaps, key=lambda one: one.gap)
    assert best.gap >= -ERRORS * best.gap_error
    assert best.gap < np.mean(bound_each(evaluator, policy, 0, n)) - value
    moved = certifier.capacity
    flat = np.full(moved.n_cells, 2.0)
    minutes = 2 * 60.0 + 3 * moved.overrun_min
    assert moved.price_extra(flat, 0.0 * flat) == pytest.approx(
        2.0 * (moved.extra_min.sum() + minutes) + (moved.closing or 0.0) * 2.0 * moved.overrun_min
    )
