"""The reference plan keeps each brand's sentiment at the published optimum (effort_scale)."""

import numpy as np
import pytest
from chances import LIMIT

import sim
from sim.feeling import optimal_effort

WEEKS = 60
START_EFFECT = 0.002  # fresh weeks come out .001 below it (experiments/effort_scale)


@pytest.mark.parametrize("brand", ["att", "verizon", "sprint", "tmobile"])
def test_the_reference_plan_keeps_sentiment_at_the_optimum(brand: str) -> None:
    """Second road: x^ from the control problem, which knows nothing of agents and mentions."""
    scenario = sim.load_scenario("telecom_week", [f"brand={brand}"])
    policy = sim.load_policy("reference", scenario)
    run = sim.simulate(scenario, policy, replications=WEEKS, seed=11, workers=1)
    measured = run.replications["sentiment_mean"]
    error = measured.std(ddof=1) / np.sqrt(WEEKS)
    firm = scenario.brand
    optimum = optimal_effort(firm.k1, firm.k2, firm.k3, firm.kappa, firm.c, firm.rho_per_h)
    assert abs(measured.mean() - optimum.fixed_point) <= LIMIT * error + START_EFFECT
    assert LIMIT * error < 0.02
