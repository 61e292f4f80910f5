"""Effort and sentiment hour by hour: naive twins, edges, and the scale of effort."""

import numpy as np
import pytest
from steering import steer_brands

from sim.errors import InputError
from sim.feeling import fit_effort_scale, measure_effort, run_sentiment, steer_sentiment

HOURS = 200


def test_effort_is_a_two_hour_mean_with_a_floor() -> None:
    work, arrivals = np.array([60.0, 0.0, 0.0, 120.0]), np.array([12.0, 3.0, 12.0, 12.0])
    effort = measure_effort(work, arrivals, 24.0, 0.05)  # by the hour .25 0 0 .5
    np.testing.assert_allclose(effort, [0.25, 0.125, 0.10, 0.25], rtol=1e-12)


def test_path_equals_its_naive_twin() -> None:
    rng = np.random.default_rng(5)
    effort, decay = rng.uniform(0.1, 2.0, HOURS), rng.uniform(0.1, 0.3, HOURS)
    noise = rng.standard_normal(HOURS)
    path = run_sentiment(effort, 0.4, decay, 0.2, noise, 0.9)
    x = [0.9]
    for u, k2, e in zip(effort.tolist(), decay.tolist(), noise.tolist(), strict=True):
        x.append(min(max(x[-1] + (0.4 * u * (1 - x[-1]) - k2 * x[-1]) + 0.2 * e, 0.0), 1.0))
    np.testing.assert_allclose(path, x, rtol=0, atol=1e-12)
    assert 0.0 in path
    assert 1.0 in path


def test_steered_paths_equal_their_twin() -> None:
    noise = np.random.default_rng(9).standard_normal((50, 3))
    twin = steer_brands(np.random.default_rng(9), 50, 3)
    np.testing.assert_allclose(steer_sentiment(0.396, 0.164, 0.028, noise), twin, atol=1e-12)
    high = steer_sentiment(0.396, 0.164, 0.028, np.zeros((1, 2)), np.array([0.2, 0.9]))
    assert high[0].tolist() == [0.2, 0.9]
    assert high[1, 0] > 0.2 > high[1, 1] - 0.7


def test_no_hours_is_only_the_start() -> None:
    none = np.empty(0)
    assert run_sentiment(none, 0.4, none, 0.03, none, 0.5).tolist() == [0.5]


def test_scale_keeps_the_reference_at_its_target() -> None:
    rng = np.random.default_rng(6)
    work, arrivals = rng.gamma(2.0, 30.0, HOURS), rng.poisson(20.0, HOURS)
    scale = fit_effort_scale(work, arrivals, 24.0, 0.396, 0.164, 0.468)
    effort = measure_effort(work, arrivals, 24.0, scale)
    silence = np.zeros(HOURS)
    path = run_sentiment(effort, 0.396, np.full(HOURS, 0.164), 0.0, silence, 0.468)
    assert path[1:].mean() == pytest.approx(0.468, abs=1e-10)


def test_scale_of_constant_work_by_hand() -> None:
    # u = k2 x / (k1 (1-x)) keeps x: .16*.5/(.4*.5) = .4 = s * 40 / 20
    work, arrivals = np.full(HOURS, 40.0), np.full(HOURS, 20.0)
    assert fit_effort_scale(work, arrivals, 24.0, 0.4, 0.16, 0.5) == pytest.approx(0.2, abs=1e-9)


@pytest.mark.parametrize(("minutes", "target"), [(0.0, 0.468), (40.0, 0.01)])
def test_scale_that_cannot_be(minutes: float, target: float) -> None:
    with pytest.raises(InputError, match="no scale keeps the reference run"):
        fit_effort_scale(np.full(HOURS, minutes), np.full(HOURS, 20.0), 24.0, 0.4, 0.16, target)
