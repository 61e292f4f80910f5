"""Prices of agent time that bound one replication well.

The bound of ``sim.planning.bounds.pricing`` holds at any prices; the nearer they come to the best
ones the lower it is: `improve_prices` takes steps along the surplus of agents over work
(Polyak 1969). Checked by ``tests/theory/test_bounds_pricing.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.planning.bounds.pricing import (
    PricedCustomers,
    Rates,
    ServiceOptions,
    look_ahead,
    value_customers,
)

# Step lengths, per customer, from coarse to fine: the bound is valid with any.
GAP_FIRST, GAP_LAST = 0.005, 0.0003
# Of the bound, per customer: less is not progress.
LEAST_BETTER = 1e-5
# Steps without progress before it stops; more cost time for digits.
PATIENT = 3
# Price steps of neighboring cells are averaged so often, so that they do not zigzag. Not tuned.
SMOOTHINGS = 12


class AgentSupply(NamedTuple):
    """Who is there to work in one replication.

    Attributes
    ----------
    agent_min : np.ndarray
        shape (n_cells,): agent time of the staff in each cell, with what is left of turns
        in hand when shifts end.
    crew_min : float
        Most agent time of the surge crew in a cell.
    crew_limit_min : float
        And altogether.
    crew_price : float
        Of a minute of the crew.
    least : np.ndarray
        shape (n_cells,): price of agent time that is paid only when it is used.
    """

    agent_min: np.ndarray
    crew_min: float
    crew_limit_min: float
    crew_price: float
    least: np.ndarray


@jit
def call_crew(own: np.ndarray, agent_supply: AgentSupply, called: np.ndarray) -> float:
    """Fill the agent time of the crew where it is worth most [min]; return what that gains."""
    called[:] = 0.0
    gain, left = 0.0, agent_supply.crew_limit_min
    if left <= 0.0:
        return gain
    for cell in np.argsort(-own):
        margin = own[cell] - agent_supply.crew_price
        if margin <= 0.0 or left <= 0.0:
            break
        called[cell] = min(agent_supply.crew_min, left)
        gain += margin * called[cell]
        left -= called[cell]
    return gain


@jit
def smooth(values: np.ndarray, times: int) -> np.ndarray:
    """Average values with their neighbors so many times, ends repeated."""
    n = values.size
    now, after = values.copy(), values.copy()
    for _ in range(times):
        for place in range(n):
            before, behind = now[max(place - 1, 0)], now[min(place + 1, n - 1)]
            after[place] = 0.25 * before + 0.5 * now[place] + 0.25 * behind
        now, after = after, now
    return now


@jit
def bound_replication(
    service_options: ServiceOptions,
    customers: PricedCustomers,
    rates: Rates,
    agent_supply: AgentSupply,
    surplus: np.ndarray,
) -> tuple[float, float]:
    """Bound a replication's sum of satisfaction at given prices, and the customers' own part.

    Parameters
    ----------
    service_options, customers, rates, agent_supply : NamedTuple
        Offers, customers, prices, agents.
    surplus : np.ndarray
        shape (n_cells,): filled with agent time less the work that is asked for [min].

    Returns
    -------
    tuple of float
        The bound; what of it does not depend on the staff.
    """
    called = np.empty(surplus.size)
    own = value_customers(service_options, rates, customers, surplus) + call_crew(
        rates.own, agent_supply, called
    )
    staff = 0.0
    for cell in range(surplus.size):
        surplus[cell] = agent_supply.agent_min[cell] + called[cell] - surplus[cell]
        staff += (rates.own[cell] - agent_supply.least[cell]) * agent_supply.agent_min[cell]
    return own + staff, own


@jit
def improve_prices(
    service_options: ServiceOptions,
    customers: PricedCustomers,
    start: Rates,
    agent_supply: AgentSupply,
    rounds: int,
) -> np.ndarray:
    """Lower the bound by better prices: steps along the surplus of agents (Polyak 1969).

    Parameters
    ----------
    service_options, customers, start, agent_supply : NamedTuple
        Offers, customers, prices to start from, agents.
    rounds : int
        Steps at the most.

    Returns
    -------
    np.ndarray
        shape (n_cells,): the best prices found.
    """
    n = start.own.size
    own, best_own = start.own.copy(), start.own.copy()
    surplus = np.empty(n)
    best, gap, stalled = np.inf, GAP_FIRST * max(customers.n_counted, 1), 0
    for _ in range(rounds):
        rates = look_ahead(own, start.cell_min, start.returns, start.is_open, start.money)
        bound, _ = bound_replication(service_options, customers, rates, agent_supply, surplus)
        if bound < best - LEAST_BETTER * customers.n_counted:
            best, stalled = bound, 0
            best_own[:] = own
        else:
            stalled += 1
        if stalled >= PATIENT:
            gap, stalled = 0.5 * gap, 0
            own[:] = best_own
            if gap < GAP_LAST * customers.n_counted:
                break
            continue
        way = smooth(surplus, SMOOTHINGS)
        square = 1e-9
        for cell in range(n):
            if own[cell] <= agent_supply.least[cell] and way[cell] > 0.0:
                way[cell] = 0.0
            square += way[cell] * way[cell]
        step = (bound - best + gap) / square
        for cell in range(n):
            own[cell] = max(own[cell] - step * way[cell], agent_supply.least[cell])
    return best_own
