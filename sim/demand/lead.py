"""Mentions of the lead-in: the base of the hours before the horizon, from streams of its own.

On a ring these are the horizon's last hours. They have busy days and hours of their own and
no events, and the horizon's own mentions are the same bits with and without them. Checked by
``tests/unit/test_demand_lead.py``.
"""

import numpy as np

from sim.compile import jit
from sim.demand.arrivals import add_base
from sim.demand.candidates import Candidates
from sim.demand.streams import enter_stream, hash_name
from sim.demand.tables import Base, BusynessTables, Lead
from sim.demand.world import draw_hour_factors
from sim.scenario.model import Scenario
from sim.scenario.profile import topic_shares
from sim.scenario.ring import compute_lead_h
from sim.scenario.tables import MS_PER_H


def lower_lead(scenario: Scenario, base: Base, busyness: BusynessTables) -> Lead:
    """What the lead-in is drawn from; without hours where there is none."""
    n_hours = compute_lead_h(scenario)
    first = busyness.day_of_hour.size - n_hours
    names = [f"lead/base/{name}" for name in scenario.topics]
    return Lead(
        base=base._replace(
            horizon_ms=n_hours * MS_PER_H,
            slot_mean=base.slot_mean[first:] if n_hours else np.zeros(0),
            slot_hour=np.arange(n_hours, dtype=np.int64),
            topic_share=topic_shares(scenario),
            stream=np.array([hash_name(name) for name in names], np.uint64),
        ),
        busyness=busyness._replace(
            stream=np.uint64(hash_name("lead/busyness")),
            day_of_hour=busyness.day_of_hour[first:],
        ),
    )


@jit
def add_lead(
    found: Candidates, count: int, lead: Lead, lines: np.ndarray, replication_key: np.uint64
) -> tuple[Candidates, int]:
    """Add the mentions of the lead-in, at times below 0."""
    key = enter_stream(replication_key, lead.busyness.stream)
    hour_factor = draw_hour_factors(lead.busyness, lines, key)
    first = count
    found, count = add_base(found, count, lead.base, hour_factor, replication_key)
    for row in range(first, count):
        found.time_ms[row] -= lead.base.horizon_ms
    return found, count
