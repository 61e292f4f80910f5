"""What there is to buy: each with more staff, played as it is, differences paired."""

import numpy as np
import pytest

from sim.planning.analysis.ceilings import MORE_TIMES, list_ceilings, measure_ceilings
from sim.planning.evaluation.evaluator import Evaluator
from tests.plan_worlds import TWO_DAYS, make_candidate, make_candidate_set, make_scenario

N = 6
SCENARIO = make_scenario(**TWO_DAYS)


@pytest.fixture(scope="module")
def made():
    candidate_set = make_candidate_set(SCENARIO)
    return candidate_set.rosters, make_candidate(candidate_set).policy


def test_everybody_means_all_pools_in_all_open_hours_within_their_limits(made):
    rosters, policy = made
    found = dict(list_ceilings(rosters, policy))
    here, always = list(found.values())[:2]
    is_open = np.repeat(rosters.problem.open_mask, rosters.problem.interval_min
                        // policy.staff_interval_min)  # fmt: skip
    for pool, limit in zip(rosters.problem.pools, rosters.most, strict=True):
        own = np.array(policy.staff[pool])
        many = min(limit, MORE_TIMES * own.max())
        np.testing.assert_array_equal(here.staff[pool], np.where(is_open, many, own))
        assert set(always.staff[pool]) == {many}
    assert "closed on Sundays" not in found
    assert found["without the crew on call"].surge is None
    assert "one person in all closed hours" in found


def test_differences_are_paired_and_more_staff_is_better(made):
    rosters, policy = made
    evaluator = Evaluator(SCENARIO, 4)
    rows = measure_ceilings(evaluator, rosters, policy, N)
    base = evaluator.play(policy, 0, N)
    for row, (name, more) in zip(rows, list_ceilings(rosters, policy), strict=True):
        seen = evaluator.play(more, 0, N)
        change = seen.value - base.value
        assert row.name == name
        assert row.difference == pytest.approx(change.mean())
        assert row.error == pytest.approx(change.std(ddof=1) / N**0.5)
        assert row.value == pytest.approx(seen.value.mean())
        assert row.cost_difference == pytest.approx((seen.cost - base.cost).mean())
    assert rows[0].difference > 0
    assert rows[1].value >= rows[0].value - 1e-9


def test_staff_on_another_grid_has_none(made):
    rosters, policy = made
    other = policy.model_copy(update={"staff": dict.fromkeys(policy.staff, (1,))})
    assert list(list_ceilings(rosters, other)) == []
