"""Objective credited to days: adds up to what the evaluator measures, each day to its own."""

import numpy as np
import pytest

from sim.planning.bounds.day_credit import credit_days
from sim.planning.bounds.roster_cuts import free_of_shifts
from sim.planning.evaluation.scenario_mix import Member, Mixture, open_evaluator
from tests.plan_worlds import make_candidate, make_candidate_set, make_small_scenario

N = 12
WORLD = make_small_scenario(costs={"spread_harm": 0.5})


@pytest.fixture(scope="module")
def made():
    candidate_set = make_candidate_set(WORLD, 2000.0)
    return candidate_set, free_of_shifts(make_candidate(candidate_set, 1500.0).policy)


def test_days_add_up_to_the_objective_and_cost_is_wages_and_the_rest(made):
    candidate_set, policy = made
    (one,) = credit_days(candidate_set.evaluator, [policy], N)
    seen = candidate_set.evaluator.play(policy, 0, N)
    assert one.value == pytest.approx(seen.average(seen.value))
    assert one.by_day.sum() == pytest.approx(one.value)
    assert one.by_day.shape == (2,)
    assert one.cost == pytest.approx(seen.expected_cost)
    hours = sum(sum(counts) for counts in policy.staff.values()) * policy.staff_interval_min / 60
    wages = one.cost - one.other_cost
    assert wages == pytest.approx(hours * wages / hours)
    less = policy.model_copy(update={"staff": {"general": (0,) * len(policy.staff["general"])}})
    (nobody,) = credit_days(candidate_set.evaluator, [less], N)
    assert nobody.cost == pytest.approx(nobody.other_cost)
    assert wages > 0


def test_staff_of_the_second_day_does_nothing_for_those_who_wrote_and_were_answered_before(made):
    """Who wrote on the first day and waits for the second counts for the first all the same."""
    candidate_set, policy = made
    staff = np.array(policy.staff["general"])
    half = staff.size // 2
    more, less = staff.copy(), staff.copy()
    more[half:] += 2 * (staff[half:] > 0)
    less[:half] = 0
    changed = [policy.model_copy(update={"staff": {"general": tuple(one.tolist())}})
               for one in (staff, more, less)]  # fmt: skip
    base, second, first = credit_days(candidate_set.evaluator, changed, N)
    gains = second.by_day - base.by_day
    assert gains[1] > 0.001
    assert abs(gains[0]) < gains[1] / 4
    assert first.by_day[0] - base.by_day[0] < -0.01


def test_of_several_scenarios_it_is_the_mean_by_their_chances(made):
    _, policy = made
    busy = WORLD.model_copy(
        update={"name": "busy", "demand": WORLD.demand.model_copy(update={"base_per_h": 40.0})}
    )
    mixture = Mixture((Member("own", WORLD, 0.25), Member("busy", busy, 0.75)))
    both = open_evaluator(mixture, 1, 1)
    (one,) = credit_days(both, [policy], N)
    parts = [
        (chance, credit_days(part, [policy], count)[0]) for part, chance, count in both.split(N)
    ]
    assert one.value == pytest.approx(sum(chance * part.value for chance, part in parts))
    assert one.cost == pytest.approx(sum(chance * part.cost for chance, part in parts))
