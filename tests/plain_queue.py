"""A plain queue in SimPy, written apart from the engines: a resource, customers, nothing else.

One pool of so many servers, first come first served, impatience to the first service, returns
after a time of thinking. It shares no line with ``sim.care`` and knows no ranks.
"""

from typing import Any, NamedTuple

import simpy

from sim.demand.draws import Draws


class Visits(NamedTuple):
    """Start of each service by (customer, number) and when customers left [ms]."""

    starts: dict[tuple[int, int], int]
    left: dict[int, int]


def run_plain_queue(draws: Draws, servers: int, return_share: float, until_ms: int) -> Visits:
    """Play the customers of some draws; services that begin after `until_ms` are not seen.

    A service with number k returns where its uniform `u_resolve` is at least 1 - return_share.
    """
    env = simpy.Environment()
    agents = simpy.Resource(env, servers)
    visits = Visits({}, {})
    for customer in range(draws.arrival_ms.size):
        env.process(live(env, agents, draws, customer, return_share, visits))
    env.run(until=until_ms)
    return visits


def live(
    env: simpy.Environment,
    agents: simpy.Resource,
    draws: Draws,
    customer: int,
    return_share: float,
    visits: Visits,
) -> Any:
    """One customer: arrives, waits or leaves, is served, perhaps comes back."""
    yield env.timeout(int(draws.arrival_ms[customer]))
    patience = env.timeout(int(draws.patience_ms[customer]))
    first = int(draws.turn_offset[customer])
    for turn in range(first, int(draws.turn_offset[customer + 1])):
        with agents.request() as request:
            yield request | patience if turn == first else request
            if not request.triggered:
                visits.left[customer] = int(env.now)
                return
            visits.starts[customer, turn - first] = int(env.now)
            yield env.timeout(int(draws.work_ms[turn]))
        if draws.u_resolve[turn] < 1.0 - return_share:
            return
        yield env.timeout(int(draws.think_ms[turn]))
