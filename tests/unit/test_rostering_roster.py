"""Rosters: staff by naive counting, labor cost exact, settled sums, near the program's optimum."""

import itertools

import numpy as np
import pytest

from sim.errors import InfeasibleError
from sim.planning.search.fit_roster import (
    apply_step,
    find_changes,
    fit_roster,
    measure_value,
    polish,
    settle_roster,
    share_out,
    weigh_columns,
    weigh_exchanges,
)
from sim.policies.standard import fit_shape, shape_erlang_a, shape_proportional
from sim.rostering.coverage import find_minimum_coverage, find_pools
from sim.rostering.roster import Rosters
from tests.worlds import Whole, make_plain_scenario, make_policy, make_scenario

DAY = {"days": 1}


@pytest.fixture(scope="module")
def scenario():
    return make_scenario(horizon={"days": 2})


@pytest.fixture(scope="module")
def rosters(scenario):
    made = Rosters(scenario)
    made.minimum_coverage = find_minimum_coverage(scenario, made.problem)
    return made


@pytest.fixture(scope="module")
def roster(rosters, scenario):
    target_staffing = rosters.clean(shape_proportional(scenario))
    found = fit_roster(rosters, target_staffing, 6900.0, 7000.0)
    assert found is not None
    return found


def test_a_policy_has_the_staff_of_its_shifts(scenario, rosters, roster):
    policy = rosters.to_policy(make_policy(scenario), roster)
    staff = {pool: np.zeros(48, int) for pool in policy.staff}
    for shift in policy.shifts:
        first = shift.day * 24 + int(shift.start_h)
        staff[shift.pool][first : first + int(shift.length_h)] += shift.agents
    for pool, row in staff.items():
        assert tuple(row) == policy.staff[pool]
    assert rosters.price(roster) == pytest.approx(40.0 * sum(row.sum() for row in staff.values()))
    assert (rosters.read_policy(policy) == roster).all()


def test_a_policy_of_another_making_has_no_lineup(scenario, rosters, roster):
    policy = rosters.to_policy(make_policy(scenario), roster)
    assert rosters.read_policy(make_policy(scenario, 2)) is None
    odd = policy.shifts[0].model_copy(update={"start_h": 8.0})
    assert rosters.read_policy(policy.model_copy(update={"shifts": (odd,)})) is None


def test_free_staff_is_read_back():
    scenario = make_plain_scenario(horizon=DAY)
    rosters = Rosters(scenario)
    roster = np.arange(24)
    assert (rosters.read_policy(rosters.to_policy(make_policy(scenario), roster)) == roster).all()


def test_what_one_more_or_less_is_worth_is_the_change_of_the_sum(scenario, rosters, roster):
    target_staffing = rosters.clean(shape_proportional(scenario))
    base = measure_value(rosters, roster, target_staffing)
    gain, loss = weigh_columns(rosters, roster, target_staffing)
    worth = weigh_exchanges(rosters, roster, target_staffing)
    rng = np.random.default_rng(0)
    for old, new in rng.integers(rosters.n, size=(60, 2)):
        more = measure_value(rosters, apply_step(roster, [(new, 1)]), target_staffing)
        assert gain[new] == pytest.approx(more - base, abs=1e-9)
        if roster[old] > 0:
            less = measure_value(rosters, apply_step(roster, [(old, -1)]), target_staffing)
            assert loss[old] == pytest.approx(base - less, abs=1e-9)
            both = measure_value(
                rosters, apply_step(roster, [(old, -1), (new, 1)]), target_staffing
            )
            assert worth[old, new] == pytest.approx(both - base, abs=1e-9)


@pytest.mark.parametrize("shape", [shape_proportional, shape_erlang_a])
@pytest.mark.parametrize("labor_cost", [3000.0, 6000.0])
def test_a_fitted_lineup_is_near_the_programs_optimum(scenario, rosters, shape, labor_cost):
    target_staffing = rosters.clean(shape(scenario))
    quick = fit_roster(rosters, target_staffing, labor_cost - 100, labor_cost)
    best = rosters.read(fit_shape(target_staffing, rosters.problem, labor_cost))
    assert quick is not None
    assert rosters.is_allowed(quick)
    floor = measure_value(rosters, np.zeros(rosters.n, int), target_staffing)
    part = (measure_value(rosters, quick, target_staffing) - floor) / (
        measure_value(rosters, best, target_staffing) - floor
    )
    assert 0.98 < part <= 1.0 + 1e-3


@pytest.mark.parametrize("change", [-2000, -333, -40, 0, 40, 200, 1500])
def test_wages_are_settled_into_the_window(scenario, rosters, roster, change):
    target_staffing = rosters.clean(shape_proportional(scenario))
    low = rosters.price(roster) + change - 45
    settled = settle_roster(rosters, roster, target_staffing, low, low + 90)
    assert settled is not None
    assert low <= rosters.price(settled) <= low + 90
    assert rosters.is_allowed(settled)


def test_less_money_than_the_doors_need_settles_nothing(scenario, rosters, roster):
    target_staffing = rosters.clean(shape_proportional(scenario))
    assert (
        fit_roster(rosters, target_staffing, 0.0, rosters.minimum_coverage.cover.cost - 1) is None
    )


def test_polishing_never_makes_worse_and_keeps_the_wages(scenario, rosters, roster):
    target_staffing = rosters.clean(shape_erlang_a(scenario))
    labor_cost = rosters.price(roster)
    better = polish(rosters, roster, target_staffing, labor_cost - 50, labor_cost)
    assert measure_value(rosters, better, target_staffing) > measure_value(
        rosters, roster, target_staffing
    )
    assert labor_cost - 50 <= rosters.price(better) <= labor_cost
    again = polish(rosters, better, target_staffing, rosters.price(better), rosters.price(better))
    assert measure_value(rosters, again, target_staffing) >= measure_value(
        rosters, better, target_staffing
    )


def test_changes_are_all_that_there_are_with_the_fewest_people():
    prices = np.array([200.0, 320.0])
    found = list(itertools.islice(find_changes(prices, 35.0, 45.0), 3))
    # 2 x 320 - 3 x 200 = 40: no way with fewer than 5 people (all tried)
    assert found[0] == (-3, 2)
    assert found[1] == (5, -3)
    small = [
        counts
        for counts in itertools.product(range(-8, 9), repeat=2)
        if sum(map(abs, counts)) < 5 and 35 <= prices @ np.array(counts) <= 45
    ]
    assert small == []


def test_free_staff_is_shared_out_by_largest_remainders():
    scenario = make_plain_scenario(horizon=DAY)
    rosters = Rosters(scenario)
    target_staffing = np.linspace(1, 3, 24)[:, None]
    roster = share_out(rosters, target_staffing, 40.0 * 100)
    exact = 100 * target_staffing[:, 0] / target_staffing.sum()
    assert roster.sum() == 100
    assert np.abs(roster - exact).max() < 1


def test_limits_of_pools_and_part_timers_are_kept():
    tight = make_scenario(
        horizon=DAY,
        team={
            "pools": {"general": {"limit": 2}, "technical": {"limit": 2}},
            "reference_staff": Whole(),
        },
        shifts={"part_time_share": 0.1},
    )
    rosters = Rosters(tight)
    target_staffing = rosters.clean(shape_proportional(tight))
    roster = fit_roster(rosters, target_staffing, 40.0 * 60, 40.0 * 64)
    assert roster is not None
    assert rosters.count_staff(roster).max() <= 2
    part = roster[rosters.columns.part_time] @ np.full(rosters.columns.part_time.sum(), 5)
    assert part <= 0.1 * (rosters.price(roster) / 40)


def test_one_pool_keeps_the_doors_where_the_others_overflow_to_it(scenario, rosters):
    assert find_pools(scenario) == ((0, 1), True)
    closed = make_scenario(horizon=DAY, team={"overflow_min": None})
    assert find_pools(closed) == ((0, 1), False)
    one_way = make_scenario(horizon=DAY, team={"pools": {"general": {"overflow_to": []}}})
    assert find_pools(one_way) == ((0,), True)
    # from 7 to 15 the one pool, from 14 to 24 the other
    early = np.isin(rosters.columns.shift, [0]) & (rosters.columns.pool == 0)
    late = np.isin(rosters.columns.shift, [3, 4]) & (rosters.columns.pool == 1)
    took_turns = (early | late).astype(np.int64)
    assert rosters.is_sound(took_turns)
    strict = Rosters(closed)
    strict.minimum_coverage = find_minimum_coverage(closed, strict.problem)
    assert not strict.is_sound(took_turns[: strict.n])
    assert strict.is_sound(np.ones(strict.n, dtype=np.int64))


def test_the_cover_of_the_doors_is_the_cheapest_by_trying_all():
    kinds = [{"start_h": 7.0, "length_h": 8.0}, {"start_h": 12.0, "length_h": 12.0}]
    kinds.append({"start_h": 15.0, "length_h": 9.0})
    scenario = make_scenario(horizon=DAY, shifts={"kinds": kinds})
    rosters = Rosters(scenario)
    minimum_coverage = find_minimum_coverage(scenario, rosters.problem)
    rosters.minimum_coverage = minimum_coverage
    costs = [
        rosters.price(np.array(roster))
        for roster in itertools.product((0, 1), repeat=rosters.n)
        if rosters.is_allowed(np.array(roster))
    ]
    assert minimum_coverage.cover.cost == pytest.approx(min(costs)) == pytest.approx(40 * 17)


def test_doors_that_part_timers_alone_would_keep_tell_the_smallest_change():
    kinds = [{"start_h": hour, "length_h": 6.0, "part_time": True} for hour in (7.0, 12.0, 18.0)]
    scenario = make_scenario(horizon=DAY, shifts={"part_time_share": 0.0, "kinds": kinds})
    with pytest.raises(InfeasibleError, match="raise the part-time share"):
        find_minimum_coverage(scenario, Rosters(scenario).problem)


def test_a_topic_without_work_needs_no_pool():
    world = make_plain_scenario(horizon=DAY, team={"pools": Whole(
        general={"skills": ["question"], "limit": 9}, spare={"skills": [], "limit": 9}),
        "reference_staff": Whole(general=[1] * 24, spare=[0] * 24)})  # fmt: skip
    assert find_pools(world) == ((0,), True)
