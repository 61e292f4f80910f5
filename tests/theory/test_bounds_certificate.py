"""The certificate: agent time at most, no staff beats it, and it knows when money is short."""

import itertools

import numpy as np
import pytest

from sim.planning.bounds.agent_supply import compute_overrun
from sim.planning.bounds.best_service import bound_each, bound_satisfaction
from sim.planning.bounds.certificate import Certifier
from sim.planning.bounds.reported import PlanBound, bound_plan, format_bound
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.session import make_template
from sim.policies.workload import name_effort
from sim.rostering.roster import Rosters
from tests.plan_worlds import TWO_DAYS, make_scenario
from tests.worlds import constant, exponential, make_plain_scenario

ERRORS = 4.0
"""One-sided: a false alarm has a chance of 1 in 30,000 per comparison."""


def test_what_is_left_of_exponential_work_is_its_mean_whenever_one_looks():
    tails = (np.arange(1 << 14) + 0.5) / (1 << 14)
    for mean_min, most in ((60.0, 1.03), (600.0, 1.003)):
        work_min = -mean_min * np.log(tails)[None, :]
        left = compute_overrun(work_min, work_min)
        # whole minutes cost about one and a half, whatever the mean
        assert work_min.mean() <= left <= most * mean_min


def test_constant_work_is_left_whole_and_load_makes_more_of_it():
    work_min = np.full((1, 8), 7.0)
    assert compute_overrun(work_min, work_min) == 7.0
    assert compute_overrun(work_min, 1.5 * work_min) >= 11.0


def test_no_way_to_begin_work_leaves_more():
    """Two kinds of work, begun one after the other from any minute on, by simulation."""
    rng = np.random.default_rng(4)
    kinds = np.stack([rng.lognormal(1.0, 1.0, 4096), rng.uniform(1.0, 30.0, 4096)])
    most = compute_overrun(kinds, kinds)
    for order, start in itertools.product(([0], [1], [0, 1], [1, 0]), range(1, 45, 4)):
        ahead = np.full(20_000, float(start))
        for turn in range(200):
            begins = ahead > 0
            if not begins.any():
                break
            kind = kinds[order[turn % len(order)]]
            ahead = np.where(begins, ahead - rng.choice(kind, ahead.size), ahead)
        left = np.maximum(-ahead, 0.0)
        assert left.mean() - ERRORS * left.std() / ahead.size**0.5 <= most


def make_small_world(repeats=False, **changes):
    """A day of one topic, staffed freely by thirds, work for about two agents."""
    return make_plain_scenario(
        12.0,
        horizon={"days": 1, "interval_min": 60, "repeats": repeats},
        topics={"question": {"work": exponential(8.0), "patience": exponential(60.0),
                             "resolution_share": 0.7}},
        conversation={"write_again_share": 0.5, "think": constant(30.0), "max_turns": 3,
                      **changes.pop("conversation", {})},
        drain_h=None if repeats else 2.0,
        **changes,
    )  # fmt: skip


OWN_TIMES = {"satisfaction": {"expected_time_sigma": 1.5}}
GIVES_UP = {"conversation": {"later_patience_factor": 0.5}}
LATER = {"satisfaction": {"later_speed_weight": 1.0, "late_per_h": 0.05}}


@pytest.mark.parametrize(
    ("repeats", "changes"), [(False, {}), (True, {}), (False, LATER | GIVES_UP), (False, OWN_TIMES)]
)
def test_no_staff_of_a_small_day_beats_it_and_short_money_lowers_it(repeats, changes):
    """Also where the day is a ring, whose next rounds serve for nothing who waits at its end."""
    scenario, n = make_small_world(repeats, **changes), 24
    rosters, evaluator = Rosters(scenario), Evaluator(scenario, 8)
    hour = rosters.columns.cost[0]
    budget = 14.0 * hour
    thirds = np.arange(24) // 8
    found = []
    for level, counts in itertools.product(
        ("brief", "standard"), itertools.product((0, 1), repeat=3)
    ):
        template = make_template(scenario, rosters).model_copy(
            update={"effort": name_effort(scenario, level), "surge": None}
        )
        policy = rosters.to_policy(template, np.array(counts)[thirds])
        seen = evaluator.play(policy, 0, n)
        if seen.expected_cost <= budget:
            found.append((seen.average(seen.satisfaction), policy, seen))
    value, policy, seen = max(found, key=lambda one: one[0])
    assert len(found) >= 6
    certifier = Certifier(evaluator, rosters, policy, budget)
    people = rosters.read_policy(policy)
    gaps = [certifier.certify(people, seen, money, 0, (15, 15, 15)) for money in (2e-4, 5e-4)]
    best = min(gaps, key=lambda one: one.gap)
    assert best.gap >= -ERRORS * best.gap_error
    ample = bound_each(evaluator, policy, 0, n)
    assert best.gap < np.mean(ample) - value - 0.02
    assert best.rounds[-1] <= best.rounds[0]
    assert best.hour_price.shape == (24,)
    assert best.hour_price.max() > 0


def test_on_a_ring_a_person_works_the_same_hours_of_every_round():
    """Hour by hour of the drain; a stretch over the seam has no end there."""
    scenario = make_small_world(repeats=True)
    rosters, evaluator = Rosters(scenario), Evaluator(scenario, 8)
    template = make_template(scenario, rosters)
    capacity = Certifier(evaluator, rosters, template, 1e3).capacity
    assert capacity.n_cells == (24 + 168) * 4
    for column, covers in enumerate(rosters.columns.covers):
        by_hour = capacity.hours[column].reshape(-1, 4).sum(axis=1)
        assert np.array_equal(by_hour, np.tile(covers, 8) * 60.0)
        falls = [hour for hour in range(1, 192) if by_hour[hour] < by_hour[hour - 1]]
        falls = [4 * hour for hour in falls] + [capacity.n_cells - 1] * int(by_hour[-1] > 0)
        assert capacity.ends[column].tolist() == falls
    assert not capacity.make_agent_supply(np.zeros(rosters.n, int), 1.0).least.any()


def test_the_bound_of_a_plan_is_the_lower_and_says_which():
    scenario = make_scenario(**TWO_DAYS)
    rosters, evaluator = Rosters(scenario), Evaluator(scenario, 8)
    template = make_template(scenario, rosters)
    people = np.zeros(rosters.n, dtype=int)
    people[:: rosters.n // 6] = 1
    policy, n = rosters.to_policy(template, people), 12
    seen = evaluator.play(policy, 0, n)
    found = bound_plan(evaluator, rosters, policy, seen.expected_cost, 2e-5, n)
    ample = bound_satisfaction(evaluator, policy, n)
    assert found.kind == "priced"
    assert found.n == n
    assert 0 < found.gap < ample - seen.satisfaction.mean()
    assert found.is_within(found.gap + 2 * found.gap_error)
    assert not found.is_within(found.gap)
    assert bound_plan(
        Evaluator(scenario, 8, sentiment_weight=0.1), rosters, policy, 1e4, 0.0, 4
    ) is None  # fmt: skip


def test_what_the_bound_leaves_out_is_told():
    told = {format_bound(PlanBound("ample", 0.1, 0.0, 4, None)),
            format_bound(PlanBound("priced", 0.1, 0.0, 4, None)),
            format_bound(PlanBound("priced", 0.1, 0.0, 4, np.ones(3)))}  # fmt: skip
    assert len(told) == 3
