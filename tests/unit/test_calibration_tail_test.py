"""Surprise: tails against scipy's and quadrature, the null against what was drawn."""

import numpy as np
import pytest
from scipy import integrate, stats

from sim.calibration.demand.tail_test import compute_log10_tail, fit_null


def draw(rng, mean, phi, size):
    return rng.poisson(mean * rng.gamma(1 / phi, phi, size)).astype(float)


@pytest.mark.parametrize("phi", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("mean", [0.5, 20.0, 3000.0])
def test_tail_against_scipy(mean, phi):
    values = np.array([0.0, 1.0, mean // 1, np.ceil(2 * mean), np.ceil(4 * mean) + 3])
    wanted = stats.nbinom.logsf(values - 1, 1 / phi, 1 / (1 + phi * mean)) / np.log(10)
    found = compute_log10_tail(values, np.full(5, mean), phi)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("phi", [0.02, 0.1, 0.3])
def test_null_of_clean_counts(phi):
    rng = np.random.default_rng(1)
    null = fit_null(draw(rng, 40.0, phi, 20_000), np.full(20_000, 50.0))
    assert null.level == pytest.approx(0.8, rel=0.04)
    assert 0.9 * phi < null.phi < 1.1 * phi + 0.6 / 40.0  # to the safe side


def test_bursts_in_a_fifth_of_the_time_hardly_move_the_null():
    rng = np.random.default_rng(2)
    values = draw(rng, 50.0, 0.1, 20_000)
    values[:4000] *= 10.0
    null = fit_null(values, np.full(20_000, 50.0))
    assert null.level == pytest.approx(1.0, rel=0.2)
    assert null.phi == pytest.approx(0.1, rel=0.5)


def test_poisson_counts_have_no_overdispersion():
    null = fit_null(np.random.default_rng(3).poisson(60.0, 5000).astype(float), np.full(5000, 60.0))
    assert null.phi < 0.005


@pytest.mark.parametrize("day", [0.0015, 0.04, 0.3])
@pytest.mark.parametrize("mean", [2.0, 24.0, 300.0])
def test_tail_of_two_factors_against_adaptive_quadrature(mean, day):
    hour = 0.0676
    phi = (1 + day) * (1 + hour) - 1
    values = np.array([0.0, np.ceil(2 * mean), np.ceil(3 * mean), np.ceil(4 * mean) + 5])

    def given(factor, value):
        tail = stats.nbinom.sf(value - 1, 1 / hour, 1 / (1 + hour * mean * factor))
        return tail * stats.gamma.pdf(factor, 1 / day, scale=day)

    wanted = [
        sum(
            integrate.quad(given, *ends, args=(value,), epsabs=0, epsrel=1e-9, limit=400)[0]
            for ends in ((0, 0.7), (0.7, 1.3), (1.3, 3), (3, 20))
        )
        for value in values
    ]
    found = 10 ** compute_log10_tail(values, np.full(4, mean), phi, day)
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


def test_two_factors_have_a_heavier_tail_than_one():
    value, mean = np.array([200.0]), np.array([50.0])
    one, two = (compute_log10_tail(value, mean, 0.11, day)[0] for day in (0.0, 0.04))
    assert one < -6.5
    assert two > one + 0.9
    assert compute_log10_tail(value, mean, 0.11, 1e-4)[0] == one


@pytest.mark.parametrize("mean", [0.5, 2.0, 6.0])
def test_null_of_the_smallest_counts(mean):
    """Ranks are uniform however small the counts; normal deviates gave phi = 2 in place of .11.

    On 5,000 counts the share of ranks below .16 has standard error .0052: phi within 4.3 of
    those, by the slope of the share in phi (a finite difference).
    """
    rng = np.random.default_rng(4)
    values = draw(rng, mean, 0.11, 5000)
    found = fit_null(values, np.full(5000, mean), level=1.0)
    quantiles = stats.nbinom(1 / 0.11, 1 / (1 + 0.11 * mean)), stats.nbinom(4.0, 1 / (1 + mean / 4))
    slope = abs(mix_ranks(quantiles[1], quantiles[0]) - 0.16) / (0.25 - 0.11)
    assert abs(found.phi - 0.11) < 4.3 * 0.0052 / slope


def mix_ranks(seen, assumed):
    """Return the chance that a rank by one law of a count of another is below .16."""
    counts = np.arange(200)
    below, at = assumed.cdf(counts - 1), assumed.pmf(counts)
    share = np.clip((0.16 - below) / np.maximum(at, 1e-300), 0.0, 1.0)
    return float((seen.pmf(counts) * share).sum())
