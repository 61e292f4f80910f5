"""Morris' effects of functions whose effects are known."""

import numpy as np
import pytest

from sim.analysis.morris import find_effects
from sim.study.design import draw_morris


def test_a_plane_has_its_slopes_and_no_sigma() -> None:
    """A wrong order of the moves, or a step that is not divided by its length, shows at once."""
    units = draw_morris(8, 3, 4, 1)
    values = units @ np.array([3.0, -2.0, 0.0])
    found = find_effects(units, values[:, None])
    assert found.mu == pytest.approx([3.0, -2.0, 0.0], abs=1e-12)
    assert found.mu_star == pytest.approx([3.0, 2.0, 0.0], abs=1e-12)
    assert found.sigma == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert found.n == 8


def test_a_product_has_a_sigma_and_noise_its_size() -> None:
    """Of x y the effect of x is y: mean 1/2 over levels 0, 1/3, 2/3, 1, variance 5/36."""
    units = draw_morris(4000, 2, 4, 1)
    generator = np.random.default_rng(1)
    noise = 0.3 * generator.standard_normal((len(units), 4))
    found = find_effects(units, (units[:, 0] * units[:, 1])[:, None] + noise)
    step = 2.0 / 3.0
    assert found.mu == pytest.approx([0.5, 0.5], abs=0.03)
    own = 0.3 * 2**0.5 / step / 2.0
    assert found.noise == pytest.approx([own, own], rel=0.02)
    assert found.sigma == pytest.approx([(5 / 36 + own**2) ** 0.5] * 2, rel=0.03)


def test_a_trajectory_with_a_failed_job_is_left_out() -> None:
    units = draw_morris(5, 2, 4, 1)
    values = units[:, :1].copy()
    values[4] = np.nan
    assert find_effects(units, values).n == 4
