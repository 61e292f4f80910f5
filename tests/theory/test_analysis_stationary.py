"""Stationary runs: the start that is left out, and batch means of AR(1) that hold its mean."""

import numpy as np
import pytest
from scipy.signal import lfilter

from sim.analysis.stationary import find_batch_means, find_truncation, smooth


def draw_ar(seed: int, n: int, memory: float) -> np.ndarray:
    """Return AR(1) of mean 0 that begins as it goes on."""
    noise = np.random.default_rng(seed).standard_normal(n)
    start = memory * noise[0] / (1 - memory**2) ** 0.5
    found: np.ndarray = lfilter([1.0], [1.0, -memory], noise, zi=[start])[0]
    return found


@pytest.mark.parametrize(("memory", "n"), [(0.8, 6000), (0.95, 24000)])
def test_batch_means_hold_the_mean(memory: float, n: int) -> None:
    """In .95 of 200 within 3 binomial errors; single observations as a sample would in a third."""
    held = 0
    for seed in range(200):
        found = find_batch_means(draw_ar(seed, n, memory), left_out=0)
        held += found.estimate.ci_low <= 0.0 <= found.estimate.ci_high
        assert 10 <= found.estimate.n <= 30
    assert abs(held / 200 - 0.95) <= 3 * (0.95 * 0.05 / 200) ** 0.5


def test_a_short_run_says_so() -> None:
    """So strong a memory that no batches of it are independent."""
    found = find_batch_means(draw_ar(1, 200, 0.995), left_out=0)
    assert not found.is_independent
    with pytest.raises(ValueError, match="need 20"):
        find_batch_means(np.zeros(19), left_out=0)


def test_the_start_is_left_out_by_the_long_road() -> None:
    """MSER by its definition, and near to where a decaying start has gone."""
    series = draw_ar(2, 2000, 0.3) + 30 * np.exp(-np.arange(2000) / 50)
    means = series.reshape(-1, 5).mean(axis=1)
    errors = [np.var(means[d:]) / (400 - d) for d in range(201)]
    assert find_truncation(series) == 5 * int(np.argmin(errors))
    assert 100 <= find_truncation(series) <= 400
    assert find_truncation(draw_ar(2, 2000, 0.3)) < 200


def test_welch_by_hand() -> None:
    assert smooth(np.array([1.0, 2.0, 6.0, 3.0, 5.0]), 1) == pytest.approx([1, 3, 11 / 3, 14 / 3])
