"""Long-run density and cost of a control policy, by three other roads.

A law under which the drift is linear gives Ornstein and Uhlenbeck's normal density; the
scheme's Markov chain must balance under it; a path in steps of three minutes must lie where
it says. The optimal control policy's cost is the value of the HJB equation.
"""

import math

import numpy as np
import pytest
from scipy.stats import norm

from sim.errors import InputError
from sim.feeling import compute_density, optimal_effort
from sim.feeling.sentiment.hjb_scheme import weigh_neighbors

K1, K2, K3 = 0.396, 0.164, 0.028
SPEED, TARGET = 0.5, 0.45


def _steer_linearly(x: np.ndarray) -> np.ndarray:
    """Return the effort under which the drift is SPEED (TARGET - x)."""
    return (SPEED * (TARGET - x) + K2 * x) / (K1 * np.maximum(1.0 - x, 1e-9))


def test_linear_drift_gives_the_normal_density() -> None:
    found = compute_density(K1, K2, K3, _steer_linearly)
    sd = K3 / math.sqrt(2.0 * SPEED)
    assert found.mean == pytest.approx(TARGET, abs=1e-9)
    assert found.sd == pytest.approx(sd, rel=1e-6)
    expected = norm.pdf(found.grid, TARGET, sd)
    np.testing.assert_allclose(found.density, expected, atol=1e-5 * expected.max())
    shares = np.array([0.025, 0.5, 0.975])
    np.testing.assert_allclose(found.quantile(shares), norm.ppf(shares, TARGET, sd), atol=1e-5)


def test_the_chain_of_the_scheme_balances() -> None:
    plan = optimal_effort(K1, K2, K3, nodes=2001)
    found = compute_density(K1, K2, K3, plan.effort, nodes=2001)
    drift = K1 * plan.grid_effort * (1 - plan.grid) - K2 * plan.grid
    up, down = np.empty(2001), np.empty(2001)
    weigh_neighbors(drift, np.full(2001, K3**2 / 2), plan.grid[1], True, up, down)
    flow_up, flow_down = found.density[:-1] * up[:-1], found.density[1:] * down[1:]
    held = found.density[1:] > 1e-6 * found.density.max()
    np.testing.assert_allclose(flow_up[held], flow_down[held], rtol=1e-4)


def test_a_path_in_short_steps_lies_where_it_says() -> None:
    plan = optimal_effort(K1, K2, K3)
    found = compute_density(K1, K2, K3, plan.effort)
    speed = math.log(2.0) / plan.half_life_h
    dt, steps, paths = 0.05, 4000, 400
    rng = np.random.default_rng(41)
    x = np.full(paths, plan.fixed_point)
    kept = []
    for i in range(steps):
        drift = K1 * plan.effort(x) * (1 - x) - K2 * x
        x = x + drift * dt + K3 * math.sqrt(dt) * rng.standard_normal(paths)
        if i % 100 == 99 and i > 400:
            kept.append(x)
    values = np.concatenate(kept)  # 5 h apart: correlation .09, kept in the error
    error = found.sd / math.sqrt(values.size * (1 - 0.1) / (1 + 0.1))
    step_bias = 1.0 / (1.0 - speed * dt / 2.0)
    assert abs(values.mean() - found.mean) <= 4.3 * error
    spread = values.std() / (found.sd * math.sqrt(step_bias))
    assert abs(spread - 1.0) <= 4.3 / math.sqrt(2.0 * values.size * 0.8)
    inside = np.mean(values < found.quantile(0.975))
    assert abs(inside - 0.975) <= 4.3 * math.sqrt(0.975 * 0.025 / values.size / 0.8) + 0.0015


def test_hourly_steps_spread_wider() -> None:
    found = compute_density(K1, K2, K3, _steer_linearly)
    rng = np.random.default_rng(42)
    x = np.empty(40_000)
    x[0] = TARGET
    for h, e in enumerate(rng.standard_normal(39_999)):
        x[h + 1] = x[h] + SPEED * (TARGET - x[h]) + K3 * e
    ratio = x.var() / found.sd**2
    assert ratio == pytest.approx(1.0 / (1.0 - SPEED / 2.0), rel=4.3 * math.sqrt(2 * 5 / 3 / 4e4))


@pytest.mark.parametrize("k3", [0.028, 0.1])
def test_cost_of_the_optimal_law_is_its_value(k3: float) -> None:
    plan = optimal_effort(K1, K2, k3, rho=1e-7)
    found = compute_density(K1, K2, k3, plan.effort)
    assert found.cost_rate == pytest.approx(plan.cost_rate, rel=1e-5)
    assert found.mean == pytest.approx(plan.fixed_point, abs=0.5 * k3**2 * 20)


def test_chord_and_tangent_cost_little_more() -> None:
    plan = optimal_effort(K1, K2, K3, rho=1e-7)
    best, chord, tangent = (
        compute_density(K1, K2, K3, law).cost_rate
        for law in (plan.effort, plan.chord, plan.tangent)
    )
    assert best < tangent < chord < 1.001 * best


def test_wrong_laws_are_told() -> None:
    with pytest.raises(InputError, match="one finite effort for each"):
        compute_density(K1, K2, K3, lambda x: np.zeros(3))
    with pytest.raises(InputError, match=r"k3 = 0\.0, allowed: above 0"):
        compute_density(K1, K2, 0.0, np.zeros_like)
    with pytest.raises(InputError, match="nodes = 3"):
        compute_density(K1, K2, K3, np.zeros_like, nodes=3)
