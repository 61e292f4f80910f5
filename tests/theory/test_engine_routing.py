"""Classes and overflow between pools, played by the engine, against formulas and a chain.

Priorities: Cobham's formula, and Ciw's tests (M/M/1, arrivals .2 and .6, service 1: time in
system 2.0 and 6.0). Overflow: two pools of which one may help the other after a millisecond,
against the chain on (busy, waiting) of both. Two topics of one scenario are two customers.
"""

import numpy as np
from chances import LIMIT
from theory.chains import build_chain
from theory.plays import exponential, find_waits, make_queue, measure, z_ratio

import sim

MS = 1 / 60_000


def test_two_priorities():
    """M/M/1 with classes of .2 and .6 a service time: waits of 1 and 5."""
    service_min = 2.0
    topics = {
        "urgent": {"share": 0.25, "work": exponential(service_min)},
        "other": {"share": 0.75, "work": exponential(service_min)},
    }
    queue = make_queue(
        topics,
        {"line": {"skills": ["urgent", "other"], "limit": 1}},
        {"line": 1},
        rate_per_h=0.8 / service_min * 60,
        days=12,
        priority={"topics": [["urgent"], ["other"]]},
    )
    warm_up_ms = queue[0].warm_up_h * 3_600_000

    def count(draws, run):
        waits, counts = find_waits(draws, run) / service_min, draws.arrival_ms >= warm_up_ms
        parts = [counts & (draws.topic == topic) for topic in (0, 1)]
        return [value for part in parts for value in (waits[part].sum(), part.sum())]

    urgent, n_urgent, other, n_other = measure(queue, 80, count)
    exact = sim.queueing.compute_priority_waits([12, 36], 1, 1)
    np.testing.assert_allclose(exact, [1, 5])
    assert abs(z_ratio(urgent, n_urgent, exact[0])) < LIMIT
    assert abs(z_ratio(other, n_other, exact[1])) < LIMIT


# two pools: a's may be helped by b's, who serve their own first; rates a minute
RATE_A, RATE_B, SERVICE, LEAVE = 0.5, 0.35, 0.25, 0.1
AGENTS_A, AGENTS_B, MOST = 2, 2, 14


def list_moves(state):
    busy_a, busy_b, wait_a, wait_b = state
    if busy_a < AGENTS_A:
        yield (busy_a + 1, busy_b, wait_a, wait_b), RATE_A
    elif busy_b < AGENTS_B:
        yield (busy_a, busy_b + 1, wait_a, wait_b), RATE_A
    elif wait_a < MOST:
        yield (busy_a, busy_b, wait_a + 1, wait_b), RATE_A
    if busy_b < AGENTS_B:
        yield (busy_a, busy_b + 1, wait_a, wait_b), RATE_B
    elif wait_b < MOST:
        yield (busy_a, busy_b, wait_a, wait_b + 1), RATE_B
    if wait_a:
        yield (busy_a, busy_b, wait_a - 1, wait_b), SERVICE * busy_a
        yield (busy_a, busy_b, wait_a - 1, wait_b), LEAVE * wait_a
    elif busy_a:
        yield (busy_a - 1, busy_b, wait_a, wait_b), SERVICE * busy_a
    if wait_b:
        yield (busy_a, busy_b, wait_a, wait_b - 1), (SERVICE * busy_b + LEAVE * wait_b)
    elif wait_a:
        yield (busy_a, busy_b, wait_a - 1, wait_b), SERVICE * busy_b
    elif busy_b:
        yield (busy_a, busy_b - 1, wait_a, wait_b), SERVICE * busy_b


def test_overflow_is_its_chain():
    """Who waits in both lines, how busy both pools are, who leaves; own cases come first.

    An overflow after a millisecond is one at once but for a millisecond: 1e-5 of the waits.
    """
    chain = build_chain([(0, 0, 0, 0)], list_moves)
    shares = chain.settle()
    busy_a, busy_b, wait_a, wait_b = (
        shares @ chain.count(lambda state, part=part: state[part]) for part in range(4)
    )
    both = {"work": exponential(1 / SERVICE), "patience": exponential(1 / LEAVE)}
    total = RATE_A + RATE_B
    queue = make_queue(
        {"a": both | {"share": RATE_A / total}, "b": both | {"share": RATE_B / total}},
        {
            "first": {"skills": ["a"], "limit": AGENTS_A, "overflow_to": ["second"]},
            "second": {"skills": ["b"], "limit": AGENTS_B},
        },
        {"first": AGENTS_A, "second": AGENTS_B},
        rate_per_h=total * 60,
        days=8,
        team={"overflow_min": MS},
    )
    warm_up_ms, hours = queue[0].warm_up_h * 3_600_000, int(queue[0].warm_up_h)

    def count(draws, run):
        waits, counts = find_waits(draws, run), draws.arrival_ms >= warm_up_ms
        busy_h = run.busy_ms[:, hours:-1].sum(axis=1) / 3_600_000
        rows = [*busy_h, run.busy_ms.shape[1] - 1 - hours]
        for topic in (0, 1):
            part = counts & (draws.topic == topic)
            rows += [waits[part].sum(), (part & (run.left_ms >= 0)).sum(), part.sum()]
        return rows

    first, second, open_h, *rows = measure(queue, 100, count)
    waited_a, left_a, n_a, waited_b, left_b, n_b = rows
    found = {
        "busy first": z_ratio(first, open_h, busy_a),
        "busy second": z_ratio(second, open_h, busy_b),
        "wait a": z_ratio(waited_a, n_a, wait_a / RATE_A),
        "wait b": z_ratio(waited_b, n_b, wait_b / RATE_B),
        "left a": z_ratio(left_a, n_a, wait_a * LEAVE / RATE_A),
        "left b": z_ratio(left_b, n_b, wait_b * LEAVE / RATE_B),
    }
    assert all(abs(z) < LIMIT for z in found.values()), found
