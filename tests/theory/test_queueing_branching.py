"""Cluster sizes and Hawkes moments: published values, generating functions, integrators."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from sim.queueing import (
    cluster_size_mean,
    cluster_size_pmf,
    cluster_size_variance,
    hawkes_count,
    hawkes_load,
)


def expand_total_progeny(ratio, most):
    """Coefficients of G(z) = z exp(ratio (G(z) - 1)) by repeated substitution."""
    series = np.zeros(most + 1)
    for _ in range(most):
        power, total = np.eye(most + 1)[0], np.zeros(most + 1)
        for k in range(most + 1):
            total += math.exp(-ratio) * ratio**k / math.factorial(k) * power
            power = np.convolve(power, series)[: most + 1]
        series = np.concatenate(([0.0], total[:-1]))
    return series


def test_published_borel():
    np.testing.assert_allclose(
        cluster_size_pmf(0.5, [1, 2, 3]), [0.606531, 0.183940, 0.083674], atol=5e-7
    )


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.8, 1.0])
def test_borel_is_the_generating_function(ratio):
    sizes = np.arange(1, 13)
    np.testing.assert_allclose(
        cluster_size_pmf(ratio, sizes), expand_total_progeny(ratio, 12)[1:], rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.8])
def test_borel_has_the_moments(ratio):
    sizes = np.arange(1, 4000)
    shares = cluster_size_pmf(ratio, sizes)
    mean = cluster_size_mean(ratio)
    assert shares.sum() == pytest.approx(1, rel=1e-9)
    assert shares @ sizes == pytest.approx(mean, rel=1e-9)
    assert shares @ (sizes - mean) ** 2 == pytest.approx(cluster_size_variance(ratio), rel=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 0.95), st.floats(0, 3))
def test_variance_with_influence_is_a_fixed_point(ratio, cv):
    """Var T = E K Var T + Var K (E T)^2 with K children, Var K = ratio + (ratio cv)^2."""
    variance, mean = cluster_size_variance(ratio, cv), cluster_size_mean(ratio)
    again = ratio * variance + (ratio + (ratio * cv) ** 2) * mean**2
    assert variance == pytest.approx(again, rel=1e-9)


def test_capped_generations():
    assert cluster_size_mean(0.5, 0) == 1
    assert cluster_size_mean(0.5, 8) == pytest.approx((1 - 0.5**9) / 0.5)
    assert cluster_size_mean(1.0, 8) == 9
    assert cluster_size_mean(0.9, 1000) == pytest.approx(cluster_size_mean(0.9), rel=1e-12)


# own exact values from empty: base, jump, decay, horizon, mean, variance
@pytest.mark.parametrize(
    ("base", "jump", "decay", "horizon", "mean", "variance"),
    [(1, 0.5, 1, 100, 198, 778), (0.5, 0.8, 1.2, 50, 72.5, 615)],
)
def test_hawkes_moments(base, jump, decay, horizon, mean, variance):
    found = hawkes_count(base, jump, decay, horizon)
    assert found == (pytest.approx(mean, rel=1e-6), pytest.approx(variance, rel=1e-6))


def test_hawkes_mean_in_closed_form_and_without_jumps():
    """E N = mu b t/g - mu a/g^2 (1 - exp(-g t)), g = b - a; no jumps: Poisson."""
    gap = 1.0
    mean = 2 * 3 * 4 / gap - 2 * 2 / gap**2 * (1 - math.exp(-4 * gap))
    assert hawkes_count(2, 2, 3, 4)[0] == pytest.approx(mean, rel=1e-12)
    assert hawkes_count(2, 0, 3, 4) == (pytest.approx(8), pytest.approx(8))
    assert hawkes_count(2, 1, 3, 0) == (0, 0)


def test_hawkes_second_moment_by_raw_moments():
    """The same variance from E lambda^2, E N lambda, E N^2 instead of the central ones."""
    mu, a, b, horizon = 1.5, 1.2, 1.0, 3.0  # explodes in the long run, not by 3 h

    def move(_, moments):
        rate, square, count, mixed, _ = moments
        return [
            b * mu + (a - b) * rate,
            2 * b * mu * rate + 2 * (a - b) * square + a * a * rate,
            rate,
            b * mu * count + (a - b) * mixed + square + a * rate,
            2 * mixed + rate,
        ]

    end = integrate.solve_ivp(move, (0, horizon), [mu, mu**2, 0, 0, 0], rtol=1e-10, atol=1e-10)
    count, count_square = end.y[2, -1], end.y[4, -1]
    mean, variance = hawkes_count(mu, a, b, horizon)
    assert mean == pytest.approx(count, rel=1e-8)
    assert variance == pytest.approx(count_square - count**2, rel=1e-7)


def test_hawkes_fed_infinite_server():
    """Parameters of Karim, Laeven and Mandjes 2021; values computed apart."""
    mean, covariance = hawkes_load([0.5, 0.5], [[1.5, 0.5], [0.75, 1.25]], [3, 2], [1, 2])
    np.testing.assert_allclose(mean, [2.166667, 3.5, 2.166667, 1.75], atol=5e-7)
    assert covariance[2, 2] == pytest.approx(7.627894, abs=5e-7)
    assert covariance[3, 3] == pytest.approx(6.167042, abs=5e-7)
    assert covariance[2, 3] == pytest.approx(3.954814, abs=5e-7)


def test_no_excitement_is_a_poisson_load():
    mean, covariance = hawkes_load([3, 5], np.zeros((2, 2)), [1, 1], [2, 0.5])
    np.testing.assert_allclose(mean, [3, 5, 1.5, 10])
    np.testing.assert_allclose(covariance, np.diag([0, 0, 1.5, 10]), atol=1e-12)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="branching_ratio"):
        cluster_size_mean(1.0)
    with pytest.raises(ValueError, match="sizes"):
        cluster_size_pmf(0.5, [0, 1])
    with pytest.raises(ValueError, match="explodes"):
        hawkes_load([1], [[2]], [1], [1])
    with pytest.raises(ValueError, match="decay_per_h"):
        hawkes_count(1, 1, 0, 1)
