"""The standard policies: a registry of names, each a rule from scenario to staff.

* ``flat``: the same staff in every open hour;
* ``proportional``: staff in proportion to the expected work of the interval;
* ``erlang_a``: the Erlang A requirement of each interval (what a workforce tool does);
* ``reactive``: staff in proportion to the base forecast, nothing known of an event before it;
* ``sentiment_optimal``: levels and staff by the control policy of the brand's sentiment
  (``sim.policies.control_policy``);
* ``fixed_rules``: a flat roster of the one pool that helps all others, under a fixed set of rules
  (``sim.policies.one_pool``);
* ``reference``: the scenario's own staff by hour of the day, in open hours.

All but the last are laid over the allowed shifts for a budget of wages: whole shifts that
maximize sum r log(s), which without shifts is s in proportion to the shape r. Checked by
``tests/unit/test_policies_standard.py``.
"""

from collections.abc import Callable

import numpy as np

from sim.errors import InfeasibleError, InputError
from sim.kept import Kept
from sim.policies.control_policy import choose_effort, shape_sentiment
from sim.policies.one_pool import fix_rules, list_hubs, pool_shape
from sim.policies.workload import expect_work, name_effort, split_crew
from sim.queueing import staff_erlang_a
from sim.rostering.policy_shifts import name_staff, read_shifts
from sim.rostering.scenario_shifts import pose_shifts, require_open
from sim.rostering.shift_problem import ShiftPlan, ShiftProblem
from sim.rostering.solver import SolverLimits
from sim.rostering.staffing import solve_value
from sim.rostering.timeline import lay_staff
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, ShiftCount
from sim.scenario.profile import (
    home_pools,
    interval_local_times,
    open_intervals,
    topic_shares,
)

Shape = Callable[[Scenario], np.ndarray]
# Shipped weeks are solved at the root; a hundred nodes more take a second or two.
FIT_LIMITS = SolverLimits(nodes=100, gap_rel=1e-3)
# With breaks the last thousandth takes four fifths of the time: rosters found at the wider gap were
# within 2e-4 of the best known value on a week of 18 kinds of shift.
BREAK_LIMITS = SolverLimits(nodes=100, gap_rel=3e-3)
# Shapes are laid again and again for the same wages (a search, each benchmark, the tuned ones); of
# so many shift problems the rosters are kept.
PROBLEMS_KEPT = 8
# Agents at once are told apart one by one up to here (shipped pools hold 30), then in steps of
# a twentieth: so the program of a roster of thousands has some 100 steps more, not thousands.
FINE, STEPS_IN = 60, 20
# Shifts overlap and leave gaps: so many times the peak that staff in proportion would have.
PEAK_TIMES = 3.0
# With breaks there are curves for each half hour; ended at twice the wish a week of 18 kinds of
# shift around the clock is fitted in a third of the time, and no worse.
CURVE_TIMES = 2.0
# A promise of none or all of the customers has no Erlang number: as near to it as this.
LEAST_SHARE = 1e-6

_fitted: Kept[dict[tuple[object, ...], ShiftPlan]] = Kept(PROBLEMS_KEPT)


def shape_flat(scenario: Scenario) -> np.ndarray:
    """Target staffing of `flat`: all intervals alike, pools in proportion to their work."""
    work = expect_work(scenario, knows_events=True)
    return np.broadcast_to(work.mean(axis=0), work.shape)


def shape_proportional(scenario: Scenario) -> np.ndarray:
    """Target staffing of `proportional`: the expected work of each interval and pool."""
    return expect_work(scenario, knows_events=True)


def shape_reactive(scenario: Scenario) -> np.ndarray:
    """Target staffing of `reactive`: the expected work without any event."""
    return expect_work(scenario, knows_events=False)


def shape_erlang_a(scenario: Scenario) -> np.ndarray:
    """Target staffing of `erlang_a`: agents by interval and pool, each pool a queue of its own."""
    work = expect_work(scenario, knows_events=True)
    return require_agents(scenario, work, scenario.promise.target_share)


def require_agents(scenario: Scenario, work: np.ndarray, target_share: float) -> np.ndarray:
    """The fewest agents that keep the promise to a share of customers, by Erlang A.

    Parameters
    ----------
    scenario : Scenario
        Its topics, promise and pools; each pool is a queue of its own.
    work : np.ndarray
        Shape (n_intervals, n_pools): expected work, in agents busy at once.
    target_share : float
        Of those who come in an interval, who are answered within `promise.promise_min`.

    Returns
    -------
    np.ndarray
        float64, shape (n_intervals, n_pools): whole agents.
    """
    topics = list(scenario.topics.values())
    homes, shares = home_pools(scenario), topic_shares(scenario)
    wanted = np.zeros_like(work)
    for pool in range(work.shape[1]):
        mine = [k for k in range(len(topics)) if homes[k] == pool and topics[k].actionable_share]
        if not mine:
            continue
        weight = shares[mine] / shares[mine].sum() if shares[mine].sum() else None
        handle = float(np.average([topics[k].work.mean_min or 1.0 for k in mine], weights=weight))
        patience = [topics[k].patience for k in mine]
        patience_min = min(
            (one.mean_min for one in patience if one is not None and one.mean_min), default=1e6
        )
        wanted[:, pool] = staff_erlang_a(
            work[:, pool] * 60.0 / handle,
            handle,
            patience_min,
            min(max(target_share, LEAST_SHARE), 1.0 - LEAST_SHARE),
            scenario.promise.promise_min,
        )
    return wanted


def shape_fixed_rules(scenario: Scenario) -> np.ndarray:
    """Target staffing of `fixed_rules`: all intervals alike, all in the pool that helps others."""
    shape, hubs = shape_flat(scenario), list_hubs(scenario)
    return pool_shape(shape, hubs[0]) if hubs else shape


SHAPES: dict[str, Shape] = {
    "flat": shape_flat,
    "proportional": shape_proportional,
    "erlang_a": shape_erlang_a,
    "reactive": shape_reactive,
}
CONTROL_POLICY, FIXED = "sentiment_optimal", "fixed_rules"
LAID: dict[str, Shape] = {**SHAPES, FIXED: shape_fixed_rules, CONTROL_POLICY: shape_sentiment}
"""all that are laid over the shifts for a budget; the search begins from `SHAPES` alone"""
NAMES = (*LAID, "reference")


def make_standard_policy(
    name: str, scenario: Scenario, labor_budget: float | None = None
) -> Policy:
    """Make a standard policy for a scenario and a budget of wages.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    scenario : Scenario
        The world.
    labor_budget : float, optional
        Budget of wages [scenario.currency]; None: what Erlang A's requirement costs when
        each interval is staffed freely.

    Raises
    ------
    InputError
        An unknown name, no reference staff in the scenario, or never open.
    InfeasibleError
        No plan within the shift rules; the text names the smallest relaxation.
    """
    if name == "reference":
        return _assemble(name, scenario, _read_reference(scenario), ())
    if name not in NAMES:
        raise InputError(f"policy={name}: allowed are {', '.join(NAMES)} or a policy.yaml")
    problem = pose_shifts(scenario)
    require_open(problem)
    if labor_budget is None:
        labor_budget = price_freely(scenario, problem)
    plan = fit_shape(LAID[name](scenario), problem, labor_budget)
    return set_rules(policy_of_plan(name, scenario, problem, plan), scenario)


def set_rules(policy: Policy, scenario: Scenario) -> Policy:
    """Give a standard policy the rules that its name stands for, and keep its staff."""
    if policy.name == CONTROL_POLICY:
        return policy.model_copy(update={"effort": choose_effort(scenario)})
    return fix_rules(policy, scenario) if policy.name == FIXED else policy


def policy_of_plan(name: str, scenario: Scenario, problem: ShiftProblem, plan: ShiftPlan) -> Policy:
    """Make the policy, at the standard level, that staffs a solved shift problem."""
    assert plan.staff is not None
    assert plan.counts is not None
    staff = lay_staff(problem, plan.counts) if problem.has_breaks else plan.staff
    shifts = read_shifts(problem).state(plan.counts)
    return _assemble(name, scenario, staff, shifts, problem.staff_step_min)


def fit_shape(
    shape: np.ndarray,
    problem: ShiftProblem,
    labor_budget: float,
    limits: SolverLimits | None = None,
) -> ShiftPlan:
    """Find the shifts that come nearest to a shape of staff for a budget of wages.

    Parameters
    ----------
    shape : np.ndarray
        shape (n_intervals, n_pools), at least 0: staff wished for, any scale.
    problem : ShiftProblem
        Shifts, rules, labor cost.
    labor_budget : float
        Most to be spent [scenario.currency].
    limits : SolverLimits, optional
        When the solver stops.

    Returns
    -------
    ShiftPlan
        The same object where the same was asked before; not to be written to.

    Raises
    ------
    InfeasibleError
        Nothing fits; the reason names the smallest change.
    """
    limits = limits or (BREAK_LIMITS if problem.has_breaks else FIT_LIMITS)
    known = _fitted.find((problem,), dict)
    asked = (shape.shape, shape.astype(float).tobytes(), labor_budget, limits)
    if asked not in known:
        known[asked] = _fit_shape(shape, problem, labor_budget, limits)
    return known[asked]


def _fit_shape(
    shape: np.ndarray, problem: ShiftProblem, labor_budget: float, limits: SolverLimits
) -> ShiftPlan:
    most = count_agents(shape, problem, labor_budget)
    steps = np.arange(most + 1) if not problem.shifts else list_steps(most)
    gains = np.maximum(shape, 1e-9)[:, :, None] * gain_by_agent(steps)
    gains[~problem.open_mask] = 0.0
    if not problem.shifts:
        return staff_freely(gains, problem, labor_budget)
    if problem.has_breaks:
        gains = end_curves(gains, shape * (labor_budget / price_shape(shape, problem)))
    plan = solve_value(gains, problem, labor_budget, limits=limits)
    if plan.staff is None:
        raise InfeasibleError(plan.reason or "no shifts fit the budget and the rules")
    return plan


def count_agents(shape: np.ndarray, problem: ShiftProblem, labor_budget: float) -> int:
    """Count how many agents at once the fit looks at: some times what the wages pay for."""
    most = max(problem.rules.max_staff or (FINE,))
    highest = float(np.maximum(shape, 1e-9)[problem.open_mask].max(initial=0.0))
    return int(
        min(most, max(FINE, PEAK_TIMES * highest * labor_budget / price_shape(shape, problem)))
    )


def price_shape(shape: np.ndarray, problem: ShiftProblem) -> float:
    """Price a shape as it stands, agent by agent; infinite where it costs nothing."""
    wished = np.where(problem.open_mask[:, None], np.maximum(shape, 1e-9), 0.0)
    return float((wished * price_agents(problem)).sum()) or np.inf


def end_curves(gains: np.ndarray, wished: np.ndarray) -> np.ndarray:
    """Set to 0 the gains of agents far beyond those wished for."""
    most = np.ceil(CURVE_TIMES * wished) + 1
    return np.where(np.arange(gains.shape[2]) < most[:, :, None], gains, 0.0)


def list_steps(most: int) -> np.ndarray:
    """List numbers of agents, from 0, by one up to `FINE`, then each a twentieth larger."""
    steps = list(range(min(FINE, most) + 1))
    while steps[-1] < most:
        steps.append(min(most, steps[-1] + max(1, steps[-1] // STEPS_IN)))
    return np.array(steps)


def gain_by_agent(steps: np.ndarray) -> np.ndarray:
    """Gain of each agent, what it adds to log(s + 1/2): the mean over the agents of a step."""
    width = np.diff(steps)
    gain = np.log((steps[1:] + 0.5) / (steps[:-1] + 0.5)) / width
    return np.asarray(np.repeat(gain, width))


def staff_freely(gains: np.ndarray, problem: ShiftProblem, labor_budget: float) -> ShiftPlan:
    """Staff freely for most gain: agent by agent, the most gain for its wage first.

    No pool gets more agents than its own limit. Gains do not rise from agent to agent, so with
    the same wage in all pools this is optimal.
    """
    if problem.rules.max_staff is not None:
        number = np.arange(gains.shape[2])
        gains = np.where(number < np.array(problem.rules.max_staff)[:, None], gains, 0.0)
    price = np.broadcast_to(price_agents(problem)[:, :, None], gains.shape)
    worth = gains / np.maximum(price, 1e-12)
    order = np.argsort(-worth, axis=None, kind="stable")
    order = order[worth.ravel()[order] > 0]
    taken = order[np.cumsum(price.ravel()[order]) <= labor_budget + 1e-9]
    staff = np.bincount(taken // gains.shape[2], minlength=gains.shape[0] * gains.shape[1])
    staff = staff.reshape(gains.shape[:2])
    cost, gain = float(price.ravel()[taken].sum()), float(gains.ravel()[taken].sum())
    counts = staff[:, None, :]
    return ShiftPlan("optimal", counts, staff, cost, gain, gain, 0.0, "")


def price_freely(scenario: Scenario, problem: ShiftProblem) -> float:
    """Price Erlang A's requirement, each open interval staffed freely [scenario.currency]."""
    return float((shape_erlang_a(scenario) * price_agents(problem))[problem.open_mask].sum())


def price_agents(problem: ShiftProblem) -> np.ndarray:
    """Cost of an agent in each interval [scenario.currency], shape (n_intervals, n_pools)."""
    factor = np.ones(problem.n_intervals) if problem.pay_factor is None else problem.pay_factor
    return np.outer(factor, np.array(problem.hour_cost) * problem.interval_min / 60.0)


def _read_reference(scenario: Scenario) -> np.ndarray:
    by_pool = scenario.team.reference_staff
    missing = [name for name in scenario.pool_names if len(by_pool.get(name, ())) != 24]
    if missing:
        raise InputError(
            f"scenario.team.reference_staff: needs 24 numbers for {', '.join(missing)}; or another "
            "policy, which needs none: policy=flat, proportional, erlang_a or reactive"
        )
    times = interval_local_times(scenario.horizon)
    rows = [[by_pool[name][time.hour] for name in scenario.pool_names] for time in times]
    return np.array(rows, dtype=np.int64) * open_intervals(scenario)[:, None]


def staff_nobody(name: str, scenario: Scenario, problem: ShiftProblem) -> Policy:
    """Lay out the rules of a standard policy with nobody at work, its staff to come."""
    nobody = np.zeros((problem.n_intervals, len(problem.pools)), int)
    return set_rules(_assemble(name, scenario, nobody, ()), scenario)


def _assemble(
    name: str,
    scenario: Scenario,
    staff: np.ndarray,
    shifts: tuple[ShiftCount, ...],
    step_min: int | None = None,
) -> Policy:
    return Policy(
        name=name,
        staff=name_staff(scenario.pool_names, staff),
        shifts=shifts,
        effort=name_effort(scenario),
        lead_h=0.0,
        surge=split_crew(scenario),
        knows_events=name != "reactive",
        staff_interval_min=step_min or scenario.horizon.interval_min,
    )
