"""The cheapest plan for targets against exact chains, all plans enumerated, and known answers."""

import functools
import itertools

import numpy as np
import pytest
from hand import play
from scipy import stats
from theory.chains import solve_office_day

from sim.errors import InputError
from sim.planning.evaluation.evaluator import Evaluator
from sim.rostering.shift_problem import ShiftProblem, ShiftType, WeeklyRules
from sim.textbook import day
from tests.studies import load_study

targets, cheapest = load_study("published_optima", ["chance_targets", "cheapest"])
CheapestLimits, find_cheapest = cheapest.CheapestLimits, cheapest.find_cheapest
Judge = targets.Judge
measure_dissatisfaction = targets.measure_dissatisfaction
measure_lateness = targets.measure_lateness

RATE_PER_H = (9.0, 13.0, 6.0)
DAYS = 40
LATE_SHARE = 0.10
AS_SCHEDULED = 1
WINDOWS = (1, 2, 3)


@functools.cache
def find_lateness(plan):
    return solve_office_day(RATE_PER_H, plan, most=40, nodes=4).late_share


def pose(hours, most, shifts=(), cost=1.0):
    rules = WeeklyRules(part_time_share=1.0, max_staff=(most,))
    return ShiftProblem(hours, 60, ("line",), (cost,), shifts, rules, horizon_start_min=480)


def make_judge(seed=1, **more):
    hours = len(RATE_PER_H)
    rates = [*RATE_PER_H, *[0.0] * (24 - hours)] * DAYS
    place = np.tile(np.minimum(np.arange(24), hours - 1), DAYS)
    target = np.tile(np.where(np.arange(24) < hours, np.arange(24), -1), DAYS)
    scenario, policy = day(rates, [max(WINDOWS)] * len(rates))
    measure = measure_lateness(Evaluator(scenario, seed, 1), policy, place, target, LATE_SHARE)
    return Judge(measure, range(hours), [1, 2, 2], **more)


def test_more_windows_never_make_an_hour_later():
    """What the cuts rest on, for every plan of one to three windows and each window more."""
    for plan in itertools.product(WINDOWS, repeat=3):
        for hour in range(3):
            more = tuple(c + (k == hour) for k, c in enumerate(plan))
            if more[hour] <= max(WINDOWS):
                assert (find_lateness(more) <= find_lateness(plan) + 1e-10).all(), (plan, more)


def test_other_services_than_exponential_need_not_be_monotone_as_scheduled():
    """An agent more in the first hour lets the long case take number 2, who stays on duty."""
    work = [(0, 59), (0, 59), (1, 65), (1, 65), (110, 100), (126, 30), (127, 30)]
    mentions = [{"at": at, "work": minutes} for at, minutes in work]
    less = play(mentions, staff={0: 2, 60: 3, 120: 2}, cut=AS_SCHEDULED).starts
    more = play(mentions, staff={0: 3, 60: 3, 120: 2}, cut=AS_SCHEDULED).starts
    assert less == [0, 0, 59, 59, 110, 126, 127]
    assert more == [0, 0, 1, 59, 110, 126, 156]


@pytest.mark.parametrize("seed", range(15))
def test_idle_first_is_monotone_path_by_path(seed):
    rng = np.random.default_rng(seed)
    at, minutes = np.sort(rng.integers(0, 180, 25)), rng.choice([3, 10, 40, 100], 25)
    mentions = [{"at": int(a), "work": int(b)} for a, b in zip(at, minutes, strict=True)]
    staff = rng.integers(1, 4, 4)
    more = staff + rng.integers(0, 2, 4)
    starts = [
        play(mentions, staff=dict(zip((0, 60, 120, 180), plan.tolist(), strict=True))).starts
        for plan in (staff, more)
    ]
    assert all(late >= early for late, early in zip(*starts, strict=True))


def test_staff_after_the_promise_has_ended_changes_nothing():
    """What the scoring rule takes for granted of `last`: the same shortfall, draw by draw."""
    judge = make_judge()
    base, later = np.array([[2], [2], [1]]), np.array([[2], [2], [3]])
    one, other = judge.measure(base, 0, 5), judge.measure(later, 0, 5)
    np.testing.assert_array_equal(one[:, 0], other[:, 0])
    assert (one[:, 2] > other[:, 2]).all()
    assert judge.find_idle(0, 3).tolist() == [False, False, True]


def test_the_cheapest_hours_are_those_of_the_exact_chain():
    plans = list(itertools.product(WINDOWS, repeat=3))
    good = [plan for plan in plans if (find_lateness(plan) <= LATE_SHARE).all()]
    least = min(sum(plan) for plan in good)
    judge = make_judge()
    found = find_cheapest(pose(3, max(WINDOWS)), judge)
    assert found.status == "certified"
    assert found.cost == found.bound == least
    assert tuple(found.staff.ravel().tolist()) in good
    for target, staff in found.cuts:
        assert find_lateness(tuple(staff.ravel().tolist()))[target] > LATE_SHARE
    cheaper = [np.array(plan) for plan in plans if sum(plan) < least]
    for plan in cheaper:
        assert any((plan <= staff.ravel()).all() for _, staff in found.cuts), plan


def test_the_cheapest_roster_is_that_of_the_exact_chain():
    """Shifts of one and two hours and the whole day, the long ones at a discount."""
    shifts = tuple(
        ShiftType(f"{start}+{length}", start * 60, length * 60, paid_min=paid)
        for start, length, paid in ((8, 1, 60), (9, 2, 110), (8, 3, 160), (8, 2, 115))
    )
    covers = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 1], [1, 1, 0]])
    costs = {}
    for counts in itertools.product(range(4), repeat=4):
        staff = tuple(int(one) for one in np.array(counts) @ covers)
        if min(staff) >= 1 and max(staff) <= 3 and (find_lateness(staff) <= LATE_SHARE).all():
            costs[counts] = np.array(counts) @ [60, 110, 160, 115] / 60
    found = find_cheapest(pose(3, 3, shifts), make_judge(2))
    assert found.status == "certified"
    assert found.cost == pytest.approx(min(costs.values()))


def enumerate_costs(n, most, is_met):
    """Return the least staff of all plans whose targets are met; inf without any."""
    plans = itertools.product(range(most + 1), repeat=n)
    return min((sum(plan) for plan in plans if is_met(np.array(plan))), default=np.inf)


@pytest.mark.parametrize("seed", range(12))
def test_known_monotone_targets_against_enumeration(seed):
    """Two pools, two intervals, three targets of random weights and powers; no noise."""
    rng = np.random.default_rng(seed)
    weight, power = rng.integers(0, 4, (3, 4)), rng.uniform(0.4, 1.6, (3, 4))
    wanted = rng.uniform(0.3, 0.9, 3) * (weight * 3**power).sum(axis=1)
    rules = WeeklyRules(part_time_share=1.0, max_staff=(3, 3))
    problem = ShiftProblem(2, 60, ("a", "b"), (1.0, 1.0), (), rules)

    def lack(staff):
        return wanted - (weight * staff.ravel() ** power).sum(axis=1)

    judge = Judge(lambda staff, low, high: np.tile(lack(staff), (high - low, 1)), [0, 1, 1])
    found = find_cheapest(problem, judge)
    assert found.status == "certified"
    assert found.cost == enumerate_costs(4, 3, lambda plan: (lack(plan) <= 0).all())


def test_what_nobody_can_meet_is_infeasible():
    judge = Judge(lambda staff, low, high: np.ones((high - low, 1)), [0])
    found = find_cheapest(pose(3, 2), judge)
    assert found.status == "infeasible"
    assert found.staff is None
    assert found.bound == np.inf
    assert found.cuts[-1].staff.min() == 2


def test_what_cannot_be_decided_leaves_a_bound():
    """Four in the first interval just meet the target on average: no draws can tell."""

    def measure(staff, low, high):
        noise = np.random.default_rng(0).normal(size=1000)[low:high]
        return (4 - staff[0, 0] + noise)[:, None]

    found = find_cheapest(pose(2, 6), Judge(measure, [0], most=500))
    assert (found.status, found.cost, found.bound) == ("feasible", 5.0, 4.0)
    assert [one.tolist() for one in found.doubts] == [[[4], [0]]]


def test_ctrl_c_leaves_what_is_known():
    calls = []

    def measure(staff, low, high):
        calls.append(staff)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return np.full((high - low, 1), 5.5 - staff.sum())

    found = find_cheapest(pose(4, 3), Judge(measure, [0]))
    assert found.status == "stopped"
    assert found.bound <= 6.0


def test_limits_stop_it():
    judge = Judge(lambda staff, low, high: np.full((high - low, 1), 5.5 - staff.sum()), [0])
    found = find_cheapest(pose(4, 3), judge, CheapestLimits(rounds=1))
    assert (found.status, found.staff) == ("stopped", None)
    with pytest.raises(InputError, match="max_staff"):
        find_cheapest(ShiftProblem(3, 60, ("line",), (1.0,)), judge)


@pytest.mark.parametrize("kind", ["normal", "skewed"])
def test_the_judge_errs_no_more_than_it_says(kind):
    """Targets that are just met: missed is wrong; risk .1 over all looks of each of 400 judges."""
    wrong = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=4000) if kind == "normal" else rng.gamma(4.0, size=4000) - 4.0
        judge = Judge(lambda _, low, high, v=values: v[low:high, None], [0], None, 0.1, 1, 30, 4000)
        wrong += judge.judge(np.zeros((1, 1), int))[0] == 1
    assert wrong <= stats.binom.ppf(0.999, 400, 0.1)


def test_judgments_spread_to_more_and_to_less_staff():
    calls = []

    def measure(staff, low, high):
        calls.append(staff.tolist())
        return (
            np.full((high - low, 1), 2.5 - staff.sum()) + 1e-3 * np.arange(low, high)[:, None] % 2
        )

    judge = Judge(measure, [0])
    assert judge.judge(np.array([[1], [1]]))[0] == 1
    assert judge.judge(np.array([[2], [1]]))[0] == -1
    before = len(calls)
    assert judge.judge(np.array([[1], [0]]))[0] == 1
    assert judge.judge(np.array([[2], [2]]))[0] == -1
    assert len(calls) == before


def test_the_cheapest_for_a_satisfaction():
    """Two hours, none to four at work: the cheapest of all plans, by 100 replications of each.

    The satisfaction asked for lies between those of two plans, 3 standard errors of their
    difference and more from both.
    """
    scenario, policy = day([9.0, 13.0], [4, 4])
    evaluator = Evaluator(scenario, 3, 1)
    night = np.ones((scenario.horizon.days * 24 - 2, 1), int)

    def add_night(measure):
        return lambda staff, low, high: measure(np.vstack([staff, night]), low, high)

    score = add_night(measure_dissatisfaction(evaluator, policy, 0.0))
    plans = [plan for plan in itertools.product(range(5), repeat=2) if sum(plan) <= 5]
    seen = {plan: -score(np.array(plan)[:, None], 0, 100)[:, 0] for plan in plans}
    ranked = sorted(seen, key=lambda plan: -seen[plan].mean())
    above, below = max(
        itertools.pairwise(ranked[2:8]), key=lambda two: seen[two[0]].mean() - seen[two[1]].mean()
    )
    gap = seen[above] - seen[below]
    assert gap.mean() > 6 * gap.std(ddof=1) / 100**0.5
    wanted = (seen[above].mean() + seen[below].mean()) / 2
    least = min(sum(plan) for plan in plans if seen[plan].mean() > wanted)
    judge = Judge(add_night(measure_dissatisfaction(evaluator, policy, wanted)), [0], most=30_000)
    found = find_cheapest(pose(2, 4), judge)
    assert found.status == "certified"
    assert found.cost == least
