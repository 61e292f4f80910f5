"""Effects of a grid: M/M/c waits against derivatives of the formula, and an exact split."""

import numpy as np
import pytest

from sim.analysis.effects import find_grid_effects
from sim.queueing.erlang import erlang_c


def wait(rate: float, handle: float) -> float:
    return erlang_c(arrival_per_h=rate, handle_min=handle, agents=6).mean_wait_min


def test_effects_are_differences_of_a_formula() -> None:
    """M/M/6 on a 2 x 2 grid: main effects are half of the mean slopes times the steps.

    By numbers of the formula's own derivative, to the order of the step, and the interaction by
    its mixed derivative: a wrong axis or sign is far off.
    """
    rate, handle, far = 40.0, 7.0, 0.05
    rates, handles = (rate - far, rate + far), (handle - far, handle + far)
    values = np.array([[wait(one, other)] for one in rates for other in handles])
    mains_and_pair = find_grid_effects(values, (2, 2))
    step = 1e-4
    by_rate = (wait(rate + step, handle) - wait(rate - step, handle)) / (2 * step)
    by_handle = (wait(rate, handle + step) - wait(rate, handle - step)) / (2 * step)
    both = (wait(rate + step, handle + step) - wait(rate + step, handle - step)
            - wait(rate - step, handle + step) + wait(rate - step, handle - step))  # fmt: skip
    mixed = both / (4 * step**2)
    assert mains_and_pair[0].contrasts.mean == pytest.approx([-by_rate * far, by_rate * far],
                                                             rel=0.01)  # fmt: skip
    assert mains_and_pair[1].contrasts.mean == pytest.approx([-by_handle * far, by_handle * far],
                                                             rel=0.01)  # fmt: skip
    assert mains_and_pair[2].contrasts.mean[3] == pytest.approx(mixed * far**2, rel=0.05)


def test_shares_sum_to_one_and_intervals_hold() -> None:
    """Of an additive function with a product; noise common to all points touches no effect."""
    a, b = np.meshgrid([0.0, 1.0, 2.0], [-1.0, 1.0], indexing="ij")
    exact = (3 * a + b + 0.5 * a * b).ravel()
    missed = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        shared = 50 * generator.standard_normal((1, 10))
        effects = find_grid_effects(
            exact[:, None] + shared + 0.2 * generator.standard_normal((6, 10)), (3, 2)
        )
        assert sum(effect.share for effect in effects) == pytest.approx(1.0)
        first = effects[0].contrasts
        missed += not ((first.low <= [-3, 0, 3]) & (first.high >= [-3, 0, 3])).all()
    assert missed <= 8
