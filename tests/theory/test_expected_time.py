"""Customers' own expected times: the two published shares, and the mean score of a fixed wait."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_mean
from scipy import integrate
from worlds import constant, make_plain_scenario, make_policy

from sim.demand.draw import draw
from sim.outcomes.course import compute_rows
from sim.rules.satisfaction import score_speed
from sim.running.play import prepare, run_engine

NORMAL = NormalDist()
SIGMA = math.log(2.0) / (NORMAL.inv_cdf(0.60) - NORMAL.inv_cdf(0.32))
"""60 % expect a reply within the hour, 32 % within half an hour: two points of a lognormal time."""
W0_MIN, W1_MIN = 4.0, 480.0


def make_world(sigma, work_min=30.0):
    """Return a world in which every first reply takes as long, and quality is its speed."""
    alone = dict.fromkeys(("a_res", "a_tone", "a_pers", "a_turn", "follow_up_bonus"), 0.0)
    return make_plain_scenario(
        200.0,
        horizon={"days": 1},
        topics={"question": {"work": constant(work_min)}},
        satisfaction=alone | {"a_speed": 1.0, "expected_time_sigma": sigma},
    )


def rate(sigma, work_min=30.0, agents=1000):
    scenario = make_world(sigma, work_min)
    lowered, draws = prepare(scenario, make_policy(scenario, agents)), draw(scenario, 1, 0)
    run = run_engine(lowered.tables, draws)
    rows = compute_rows(lowered.scales, draws, run)
    assert set(run.first_reply_ms - draws.arrival_ms) == {round(work_min * 60_000)}
    return draws, rows.quality


def average_score(wait_min, sigma):
    """Return E[s(wait / f)], f lognormal with median 1, by quadrature."""

    def weigh(z):
        return score_speed(wait_min / math.exp(sigma * z), W0_MIN, W1_MIN) * NORMAL.pdf(z)

    edge = math.log(wait_min / W1_MIN) / sigma  # where the score begins to be above 0
    return sum(integrate.quad(weigh, *span)[0] for span in ((-9.0, edge), (edge, 9.0)))


def test_spread_and_median_are_those_of_the_published_shares():
    assert pytest.approx(0.961, abs=5e-4) == SIGMA
    median_min = 60.0 / math.exp(SIGMA * NORMAL.inv_cdf(0.60))
    assert median_min == pytest.approx(47.0, abs=0.05)
    for minutes, share in ((60.0, 0.60), (30.0, 0.32)):
        assert NORMAL.cdf(math.log(minutes / median_min) / SIGMA) == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(("work_min", "sigma"), [(5.0, SIGMA), (120.0, 3.0)])
def test_mean_score_of_a_fixed_wait_is_its_integral_over_the_lognormal(work_min, sigma):
    """The score of the median's time, which forgetting the factor would give, is refused.

    The mean is the same with 1/f in the place of f, so each customer's own score is told too.
    """
    draws, quality = rate(sigma, work_min)
    own = [score_speed(work_min / one, W0_MIN, W1_MIN) for one in draws.time_factor]
    np.testing.assert_allclose(quality, own, rtol=1e-9, atol=1e-12)
    logs = np.log(draws.time_factor)
    assert ks_excess(logs, lambda values: [NORMAL.cdf(one / sigma) for one in values]) < 1.0
    assert abs(z_mean(quality, average_score(work_min, sigma))) < LIMIT
    assert abs(z_mean(quality, score_speed(work_min, W0_MIN, W1_MIN))) > 2 * LIMIT


def test_no_spread_is_off_and_no_other_draw_moves():
    off, alike = rate(0.0)
    on, nearly = rate(1e-12)
    np.testing.assert_allclose(nearly, alike, rtol=1e-9)
    for name in off._fields:
        if name != "time_factor":
            np.testing.assert_array_equal(getattr(off, name), getattr(on, name))
    assert (off.time_factor.size, on.time_factor.size) == (0, on.topic.size)
