"""The engines against a third program: a plain SimPy queue, customer by customer.

The plain queue (``plain_queue``) was written apart and has no rule of ties; textbook queues in
continuous time have none to break, so every start and every departure must agree to the
millisecond. That the draws are what they claim is shown elsewhere; formulas: the other files.
"""

import numpy as np
import pytest
from plain_queue import run_plain_queue

import sim
from sim.care.kernel.engine import run_kernel
from sim.care.reference.engine import run_reference
from sim.demand.draw import draw
from sim.scenario.lower import lower

DAYS = 4


def compare(queue, servers, return_share, seed, engine):
    scenario, policy = queue
    tables, draws = lower(scenario, policy), draw(scenario, seed, 0)
    horizon_ms = tables.clock.horizon_ms
    plain = run_plain_queue(draws, servers, return_share, horizon_ms)
    run = engine(tables, draws)
    seen = run.turn_start_ms < horizon_ms
    starts = {
        (int(mention), int(number)): int(start)
        for mention, number, start in zip(
            run.turn_mention[seen], run.turn_number[seen], run.turn_start_ms[seen], strict=True
        )
    }
    left = {
        int(mention): int(run.left_ms[mention])
        for mention in np.flatnonzero((run.left_ms >= 0) & (run.left_ms < horizon_ms))
    }
    assert starts == plain.starts
    assert left == plain.left
    return starts, left


@pytest.mark.parametrize("engine", [run_kernel, run_reference])
@pytest.mark.parametrize(
    ("arrival_per_h", "handle_min", "patience_min", "agents"),
    [(60, 8, 20, 8), (60, 8, None, 9), (15, 8, 30, 3), (30, 8, 5, 1)],
)
def test_impatient_customers(arrival_per_h, handle_min, patience_min, agents, engine):
    queue = sim.textbook.erlang_a(arrival_per_h, handle_min, patience_min, agents, days=DAYS)
    starts, left = compare(queue, agents, 0.0, seed=3, engine=engine)
    assert len(starts) > 100
    assert bool(left) == (patience_min is not None)


@pytest.mark.parametrize("patience_min", [None, 15])
def test_customers_who_come_back(patience_min):
    queue = sim.textbook.erlang_r(20, 4, 0.6, 30, 4, patience_min=patience_min, days=DAYS)
    starts, _ = compare(queue, 4, 0.6, seed=3, engine=run_kernel)
    assert max(number for _, number in starts) >= 5
