"""Effort with an end and with known changes of decay: closed forms, limits, its own optimality.

* Riccati equations with an end (Sethi's model, the linear-quadratic regulator), to 1e-6,
  and the orders at which the scheme approaches them;
* far from its end the plan is the stationary control policy; a constant k2 with that control
  policy's value at the end gives that control policy at all times;
* the value is the cost of the path that the plan leads to, and no law nearby costs less.
"""

import itertools
import math

import numpy as np
import pytest
from oracles.closed_forms import curvature_linear, slope_square_root, solve_linear

from sim.errors import InputError
from sim.feeling import EffortPlan, optimal_effort, plan_effort
from sim.feeling.sentiment.control import ControlProblem
from sim.feeling.sentiment.horizon import solve_horizon

K1, K2, K3 = 0.396, 0.164, 0.028
RISE = np.concatenate([np.full(24, 0.160), np.full(24, 0.180)])


def _regulator(nodes: int) -> ControlProblem:
    grid = np.linspace(-2.0, 2.0, nodes)
    same = np.ones(nodes)
    return ControlProblem(grid, -0.5 * grid, same, 0.3 * same, grid**2, 0.5, 0.1)


def _advertising(nodes: int) -> ControlProblem:
    # Noise that vanishes at both ends leaves the linear value as it is.
    grid = np.linspace(0.0, 1.0, nodes)
    noise = 0.3 * np.sqrt(grid * (1.0 - grid))
    return ControlProblem(grid, -0.1 * grid, 0.5 * np.sqrt(1 - grid), noise, -grid, 1.0, 0.1)


def _miss_slope(steps: int, hours: float = 5.0) -> float:
    problem = _advertising(201)
    value, _ = solve_horizon(problem, np.ones(2 * steps), hours, steps, np.zeros(201))
    return float(value[0, 0] - value[0, -1]) - slope_square_root(0.5, 0.1, 0.1, 1.0, hours)


def test_sethi_with_an_end() -> None:
    assert abs(_miss_slope(800)) < 1e-6 * slope_square_root(0.5, 0.1, 0.1, 1.0, 5.0)


def test_second_order_in_time() -> None:
    misses = [abs(_miss_slope(steps)) for steps in (50, 100, 200, 400)]
    for coarse, fine in itertools.pairwise(misses):
        assert coarse / fine == pytest.approx(4.0, rel=0.05)


def test_regulator_with_an_end_at_second_order_in_space() -> None:
    misses = []
    for nodes in (201, 401, 801):
        _, effort = solve_horizon(_regulator(nodes), np.ones(800), 1.0, 400, np.zeros(nodes))
        at_one = 3 * (nodes - 1) // 4
        gain = curvature_linear(0.5, 1.0, 1.0, 0.5, 0.1, 1.0) / 0.5
        misses.append(abs(effort[0, at_one] + gain))
    for coarse, fine in itertools.pairwise(misses):
        assert coarse / fine == pytest.approx(4.0, rel=0.05)
    # Both orders taken out together: Richardson's value is the closed form to 1e-6.
    assert abs(misses[2] - (misses[1] - misses[2]) / 3.0) < 1e-6


def test_riccati_equation_is_the_one_of_the_closed_form() -> None:
    # P' = q - (2k + rho) P - b^2 P^2 / c backwards, by its own difference quotient.
    k, b, q, c, rho, left, h = 0.5, 1.3, 1.0, 0.5, 0.1, 0.8, 1e-5
    around = [curvature_linear(k, b, q, c, rho, left + shift) for shift in (-h, 0.0, h)]
    slope = (around[2] - around[0]) / (2 * h)
    assert slope == pytest.approx(
        q - (2 * k + rho) * around[1] - b**2 * around[1] ** 2 / c, rel=1e-8
    )
    assert curvature_linear(k, b, q, c, rho, 0.0) == 0.0
    endless = solve_linear(k, b, q, c, rho).curvature
    assert curvature_linear(k, b, q, c, rho, 60.0) == pytest.approx(endless, rel=1e-12)


def test_constant_decay_gives_the_stationary_law() -> None:
    plan = plan_effort(K1, K2, K3, 12, nodes=401)
    law = optimal_effort(K1, K2, K3, nodes=401).grid_effort
    assert np.abs(plan.grid_effort - law).max() < 1e-7


def test_far_from_its_end_the_plan_is_the_stationary_law() -> None:
    plan = plan_effort(K1, K2, K3, 30, end="none", nodes=401)
    law = optimal_effort(K1, K2, K3, nodes=401).grid_effort
    assert plan.grid_effort[-1].max() == 0.0
    gaps = np.abs(plan.grid_effort - law).max(axis=1)
    assert gaps[0] < 1e-6
    # It fades out as fast as deviations return: by the speed at the fixed point.
    near = slice(60, 84)  # 15 to 9 h before the end, four a hour
    speed = np.polyfit(plan.time_h[near], np.log(gaps[near]), 1)[0]
    assert speed == pytest.approx(math.log(2) / optimal_effort(K1, K2, K3).half_life_h, rel=0.05)


@pytest.fixture(scope="module")
def rise() -> EffortPlan:
    return plan_effort(K1, RISE, 0.0, 48, nodes=2001, steps_per_h=40, kept_per_h=20)


def test_value_is_the_cost_of_the_path(rise: EffortPlan) -> None:
    for start in (0.3, 0.47, 0.6):
        assert float(rise.cost(0.0, start)) == pytest.approx(_add_cost(rise, start), rel=1e-4)


@pytest.mark.parametrize("hour", [12.0, 23.0, 30.0])
def test_no_better_effort_nearby(rise: EffortPlan, hour: float) -> None:
    best = _add_cost(rise, 0.47)
    losses = [_add_cost(rise, 0.47, _bump(hour, size)) - best for size in (0.1, -0.1, 0.2, -0.2)]
    assert min(losses) > 0.0
    # To second order: the mean loss of twice the deviation is four times as large.
    assert sum(losses[2:]) / sum(losses[:2]) == pytest.approx(4.0, rel=0.02)
    assert losses[0] == pytest.approx(losses[1], rel=0.3)


def test_effort_moves_before_an_announced_change(rise: EffortPlan) -> None:
    calm = float(optimal_effort(K1, 0.16, 0.0, nodes=2001).effort(0.47))
    assert float(rise.effort(0.0, 0.47)) == pytest.approx(calm, abs=2e-5)
    assert float(rise.effort(23.0, 0.47)) < calm - 0.005
    fall = plan_effort(K1, RISE[::-1], 0.0, 48, nodes=2001)
    held = float(optimal_effort(K1, 0.18, 0.0, nodes=2001).effort(0.45))
    assert float(fall.effort(23.0, 0.45)) > held + 0.005


def test_decay_by_the_hour_and_as_a_function_agree() -> None:
    by_hour = plan_effort(K1, RISE, K3, 48, nodes=201)
    by_time = plan_effort(K1, lambda hour: 0.160 if hour < 24 else 0.180, K3, 48, nodes=201)
    np.testing.assert_array_equal(by_hour.grid_effort, by_time.grid_effort)
    assert by_hour.k2_per_h[:96].tolist() == pytest.approx([0.160] * 96)


def test_between_the_kept_times_the_law_is_a_straight_line(rise: EffortPlan) -> None:
    low, high = rise.effort(5.0, 0.4), rise.effort(5.05, 0.4)
    assert float(rise.effort(5.0125, 0.4)) == pytest.approx(0.75 * low + 0.25 * high, rel=1e-12)
    assert rise.effort(99.0, np.array([0.4, 0.5])).shape == (2,)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"horizon_h": 0.0}, "horizon_h = 0.0, allowed: above 0"),
        ({"horizon_h": 0.3}, "a whole number of 1/4 h"),
        ({"steps_per_h": 3}, "steps_per_h = 3, allowed: a multiple"),
        ({"k2": [0.16, -0.1]}, "k2 = -0.1, allowed: above 0 at all times"),
        ({"k2": []}, "a number, one for each hour, a function"),
        ({"end": "open"}, "end = 'open', allowed: stationary, none"),
        ({"nodes": 5}, "nodes = 5, allowed: 11 or more"),
    ],
)
def test_wrong_plans_are_told(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_effort(**({"k1": K1, "k2": K2, "k3": K3, "horizon_h": 4} | wrong))  # type: ignore[arg-type] # wrong on purpose


def _bump(hour: float, size: float):
    return lambda time: size * math.exp(-0.5 * (time - hour) ** 2)


def _add_cost(plan: EffortPlan, start: float, bump=lambda time: 0.0, rho: float = 0.0005) -> float:
    """Return the discounted cost of steering by the plan plus a bump, without noise."""
    x, total, dt = start, 0.0, 0.05
    costs = []
    for i, time in enumerate(plan.time_h):
        u = float(np.interp(x, plan.grid, plan.grid_effort[i])) + bump(time)
        costs.append(math.exp(-rho * time) * (u**2 + (1 - x) ** 2))
        if i == plan.time_h.size - 1:
            break
        decay = plan.k2_per_h[i]
        slope = K1 * u * (1 - x) - decay * x
        ahead = x + dt * slope
        later = float(np.interp(ahead, plan.grid, plan.grid_effort[i + 1])) + bump(time + dt)
        x += 0.5 * dt * (slope + K1 * later * (1 - ahead) - decay * ahead)
    total = float(np.trapezoid(costs, plan.time_h))
    return total + math.exp(-rho * 48.0) * float(plan.cost(48.0, x))


def test_a_day_that_comes_again_and_never_closes_is_the_stationary_policy():
    plan = plan_effort(0.396, 0.164, 0.028, 24.0, end="periodic", nodes=401, steps_per_h=4)
    stationary = optimal_effort(0.396, 0.164, 0.028, nodes=401)
    inner = slice(80, 320)
    for row in plan.grid_effort:
        assert row[inner] == pytest.approx(stationary.effort(plan.grid[inner]), abs=2e-4)


def test_with_closed_hours_no_other_effort_in_an_hour_costs_less():
    """The cycle without noise by hand, in steps of a quarter of an hour; floor .1 at night.

    Steered by the stationary policy it costs more; a policy blind to closing would fail here.
    """
    k1, k2, is_open = 0.396, 0.164, [7 <= hour < 23 for hour in range(24)]
    plan = plan_effort(k1, k2, 0.0, 24.0, end="periodic", open_hours=is_open, least_effort=0.1,
                       nodes=801, steps_per_h=8)  # fmt: skip
    blind = optimal_effort(k1, k2, 0.0, nodes=801)

    def steer(choose) -> tuple[float, np.ndarray]:
        x, taken = 0.4, []
        for _ in range(3):  # the cycle is forgotten overnight
            cost, taken = 0.0, []
            for step in range(96):
                u = float(choose(step, x)) if is_open[step // 4] else 0.1
                cost += (u * u + (1.0 - x) ** 2) / 96.0
                taken.append(u)
                x += (k1 * u * (1.0 - x) - k2 * x) / 4.0
        return cost, np.array(taken)

    best, taken = steer(lambda step, x: np.interp(x, plan.grid, plan.grid_effort[step]))
    assert best < steer(lambda _, x: blind.effort(x))[0] - 5e-4
    for hour in (7, 12, 18, 22):
        for change in (-0.05, 0.05):
            other = taken.copy()
            other[4 * hour : 4 * hour + 4] += change
            assert steer(lambda step, _, plan=other: plan[step])[0] > best
    assert taken[4 * 22] > 1.1 * taken[4 * 15]  # against the night


@pytest.mark.parametrize(("changes", "told"), [
    ({"open_hours": [True] * 3}, "open_hours has 3 values"),
    ({"least_effort": -1.0}, "least_effort = -1.0"),
    ({"end": "never"}, "allowed: stationary, none, periodic"),
])  # fmt: skip
def test_closed_hours_that_make_no_sense_are_refused(changes, told):
    with pytest.raises(InputError, match=told):
        plan_effort(0.4, 0.16, 0.02, 24.0, nodes=201, **changes)
