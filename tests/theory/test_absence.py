"""Absence against the binomial law, the gamma's moments, and a mixture of exact chains.

Catches a draw that is shared between persons or days, a share that day's luck moves, staff that an
engine does not lose, and persons whose luck another person's coming changes.
"""

import numpy as np
import pytest
from worlds import make_policy, make_scenario

import sim
from sim.demand.draw import draw
from sim.outcomes.attendance import attend
from sim.running.play import prepare, run_engine
from sim.scenario.model import Scenario

HEADS, DAYS = 6, 30
HOUR_MS = 3_600_000


def solve_abandonment(
    arrival_per_h: float, handle_min: float, patience_min: float, agents: int
) -> float:
    """Return the share that leaves M/M/n+M: by the balance of births and deaths."""
    there = np.arange(1, 400)
    out_per_h = 60.0 * (
        np.minimum(there, agents) / handle_min + np.maximum(there - agents, 0) / patience_min
    )
    weight = np.append(1.0, np.exp(np.cumsum(np.log(arrival_per_h / out_per_h))))
    waiting = float((weight / weight.sum()) @ np.maximum(np.arange(400) - agents, 0))
    return waiting * 60.0 / patience_min / arrival_per_h


def count_present(scenario: Scenario, heads: int, replications: int) -> np.ndarray:
    """Return heads on duty at noon of each day, shape (replications, days)."""
    lowered = prepare(scenario, make_policy(scenario, heads))
    noon = lowered.tables.clock.lead_ms + (24 * np.arange(scenario.horizon.days) + 12) * HOUR_MS
    found = []
    for replication in range(replications):
        staff = attend(lowered, draw(scenario, 1, replication)).tables.staff
        found.append(staff.agents[0, np.searchsorted(staff.time_ms, noon, side="right") - 1])
    return np.array(found)


@pytest.mark.parametrize("day_cv", [0.0, 0.5])
def test_absent_heads_have_the_moments_of_the_law(day_cv):
    """Given D binomial: mean n s, variance n s (1 - s) + n (n - 1) s^2 cv^2, days independent."""
    share, heads = 0.1, 30
    scenario = make_scenario(
        horizon={"days": 30, "interval_min": 60}, demand={"base_per_h": 0.01}, shifts=None,
        team={"pools": {"general": {"limit": 40}, "technical": {"limit": 40}}},
        absence={"share": share, "day_cv": day_cv},
    )  # fmt: skip
    absent = heads - count_present(scenario, heads, 100)
    spread = heads * share * (1 - share) + heads * (heads - 1) * (share * day_cv) ** 2
    n = absent.size
    assert abs(absent.mean() - heads * share) < 4 * np.sqrt(spread / n)
    assert absent.var() == pytest.approx(spread, rel=0.12)  # 4 standard errors at 3,000 days
    assert abs(np.corrcoef(absent[:, :-1].ravel(), absent[:, 1:].ravel())[0, 1]) < 4 / np.sqrt(n)


def test_customers_who_leave_are_the_mixture_of_exact_chains():
    """M/M/N+M with N binomial by day: each day's chain is in balance within minutes."""
    arrival_per_h, handle_min, patience_min = 60.0, 5.0, 5.0
    scenario, policy = sim.textbook.erlang_a(
        arrival_per_h, handle_min, patience_min, HEADS, days=DAYS
    )
    plain = scenario.model_dump(mode="json") | {"absence": {"share": 0.25, "day_cv": 0.0}}
    scenario = Scenario.model_validate(plain)
    lowered, left, expected, n, heads = prepare(scenario, policy), 0, 0.0, 0, []
    for replication in range(2):
        draws = sim.draw(scenario, 3, replication)
        tables = attend(lowered, draws).tables
        run = run_engine(tables, draws)
        staff, at = tables.staff, draws.arrival_ms
        there = staff.agents[0, np.searchsorted(staff.time_ms, at, side="right") - 1]
        heads += staff.agents[0].tolist()
        left, n = left + int((run.left_ms >= 0).sum()), n + at.size
        for number, count in zip(*np.unique(there, return_counts=True), strict=True):
            chance = solve_abandonment(arrival_per_h, handle_min, patience_min, int(number))
            expected += count * chance
    full = solve_abandonment(arrival_per_h, handle_min, patience_min, HEADS)
    assert len(set(heads)) > 3
    # some 90,000 customers: standard error .002 with their dependence; all present: .06 less
    assert left / n == pytest.approx(expected / n, abs=0.008)
    assert expected / n > full + 0.04
