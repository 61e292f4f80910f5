"""The hourly path under constant effort is an AR(1): its mean, variance and memory are known.

Tolerances are the standard errors of an AR(1) sample (|z| <= 4.3: a false alarm once in
60,000 for each of the three).
"""

import math

import numpy as np
import pytest

from sim.feeling import run_sentiment

HOURS = 40_000
K1, K2, K3, EFFORT = 0.396, 0.164, 0.028, 0.3634
PHI = 1.0 - (K1 * EFFORT + K2)
MEAN = K1 * EFFORT / (K1 * EFFORT + K2)
VARIANCE = K3**2 / (1.0 - PHI**2)
Z_LIMIT = 4.3


@pytest.fixture(scope="module")
def path() -> np.ndarray:
    noise = np.random.default_rng(8).standard_normal(HOURS)
    return run_sentiment(np.full(HOURS, EFFORT), K1, np.full(HOURS, K2), K3, noise, MEAN)[1:]


def test_mean_is_the_fixed_point(path: np.ndarray) -> None:
    error = math.sqrt(VARIANCE * (1 + PHI) / (1 - PHI) / HOURS)
    assert abs(path.mean() - MEAN) <= Z_LIMIT * error


def test_variance_is_that_of_the_hourly_step(path: np.ndarray) -> None:
    error = VARIANCE * math.sqrt(2 * (1 + PHI**2) / (1 - PHI**2) / HOURS)
    assert abs(np.mean((path - MEAN) ** 2) - VARIANCE) <= Z_LIMIT * error
    continuous = K3**2 / (2 * (K1 * EFFORT + K2))
    assert abs(VARIANCE - continuous) > 2 * Z_LIMIT * error  # the test could tell them apart


def test_memory_of_an_hour(path: np.ndarray) -> None:
    gap = path - MEAN
    memory = float(gap[1:] @ gap[:-1] / (gap @ gap))
    assert abs(memory - PHI) <= Z_LIMIT * math.sqrt((1 - PHI**2) / HOURS)


def test_without_noise_the_path_closes_in_geometrically() -> None:
    hours = 60
    path = run_sentiment(np.full(hours, EFFORT), K1, np.full(hours, K2), 0.0, np.zeros(hours), 0.1)
    np.testing.assert_allclose(path, MEAN + (0.1 - MEAN) * PHI ** np.arange(hours + 1), rtol=1e-10)
