"""Sobol's indices: Ishigami's closed form, exact and with noise; scipy's numbers on the same rows.

Ishigami: f = sin a + 7 sin^2 b + .1 c^4 sin a, each from -pi to pi (Ishigami and Homma 1990).
"""

import numpy as np
import pytest
from scipy.stats import qmc, sobol_indices

from sim.analysis.sobol import find_indices, split_rows
from sim.study.design import mix_samples

A, B, SCALE = 7.0, 0.1, np.pi
FIRST = 0.5 * (1 + B * SCALE**4 / 5) ** 2
SECOND = A**2 / 8
MIXED = B**2 * SCALE**8 * (1 / 18 - 1 / 50)
SPREAD = FIRST + SECOND + MIXED
CLOSED_FIRST = np.array([FIRST, SECOND, 0.0]) / SPREAD
CLOSED_TOTAL = np.array([FIRST + MIXED, SECOND, MIXED]) / SPREAD


def ishigami(units: np.ndarray) -> np.ndarray:
    x = SCALE * (2.0 * units - 1.0)
    found: np.ndarray = np.sin(x[..., 0]) * (1 + B * x[..., 2] ** 4) + A * np.sin(x[..., 1]) ** 2
    return found


def play(seed: int, n: int, noise: float, replications: int) -> np.ndarray:
    """Return values of a Saltelli design; noise common to all points is much larger."""
    both = qmc.Sobol(6, rng=seed).random(n)
    exact = ishigami(mix_samples(both[:, :3], both[:, 3:]))
    generator = np.random.default_rng(seed)
    own = noise * generator.standard_normal((exact.size, replications))
    return exact[:, None] + own + 5 * noise * generator.standard_normal((1, replications))


def test_the_numbers_are_those_of_scipy() -> None:
    """The same rows by scipy's estimators, to rounding: V of A and B has their 2n there."""
    n = 64
    rows = split_rows(play(3, n, 0.0, 1), 3)
    values = {"f_A": rows[:, 0].T, "f_B": rows[:, 1].T, "f_AB": rows[:, 2:].transpose(1, 2, 0)}
    other = sobol_indices(func=values, n=n)
    found = find_indices(rows)
    unbiased = (2 * n - 1) / (2 * n)
    assert np.allclose(found.first, other.first_order.ravel() * unbiased, rtol=1e-9, atol=1e-12)
    assert np.allclose(found.total, other.total_order.ravel() * unbiased, rtol=1e-9)
    assert np.isnan(found.noise_share)


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_intervals_hold_the_closed_form(noise: float) -> None:
    """Of 20 designs at most 2 miss any index; without noise taken off totals would be too large."""
    missed = np.zeros((2, 3))
    totals = []
    for seed in range(20):
        found = find_indices(split_rows(play(seed, 256, noise, 5), 3), resamples=400)
        ends = np.array([found.first_clean_ends, found.total_clean_ends])
        closed = np.array([CLOSED_FIRST, CLOSED_TOTAL])
        missed += (closed < ends[:, 0]) | (closed > ends[:, 1])
        totals.append(found.total_clean)
    assert missed.max() <= 2
    assert np.allclose(np.mean(totals, axis=0), CLOSED_TOTAL, atol=0.03)


def test_noise_is_told_apart() -> None:
    """Its share is that which was put in, sigma^2 / R; the common part of a replication is none."""
    shares = [
        find_indices(split_rows(play(seed, 256, 4.0, 4), 3), resamples=2).noise_share
        for seed in range(6)
    ]
    assert np.mean(shares) == pytest.approx(4.0 / (4.0 + SPREAD), rel=0.05)
    plain = [find_indices(split_rows(play(seed, 256, 4.0, 4), 3), resamples=2)
             for seed in range(6)]  # fmt: skip
    raw = np.mean([one.total for one in plain], axis=0)
    clean = np.mean([one.total_clean for one in plain], axis=0)
    assert np.allclose(clean, CLOSED_TOTAL, atol=0.05)
    assert (raw - CLOSED_TOTAL).max() > 0.1  # what the correction takes off


def test_a_base_point_with_a_failed_job_is_left_out() -> None:
    values = play(1, 16, 0.0, 2)
    values[7] = np.nan
    assert split_rows(values, 3).shape == (15, 5, 2)
