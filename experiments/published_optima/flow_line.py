"""Three-station flow line (Pichitlamken, Nelson and Hong 2006; SimOpt, PyPRS).

Rates r1 + r2 + r3 = L, places b2 + b3 = L before stations 2 and 3 (the machine's included),
exponential services, a first station that never lacks work, blocking after service. Which line
has the highest throughput? With D_i(n) the time at which job n leaves station i, S_i its service:

    D1(n) = max(D1(n-1) + S1(n), D2(n-b2)),  D2(n) = max(max(D1(n), D2(n-1)) + S2(n), D3(n-b3)),
    D3(n) = max(D2(n), D3(n-1)) + S3(n)

(a job leaves station 1 when station 2 and its buffer hold fewer than b2). One observation is the
throughput over `COUNTED` jobs after `WARM_UP` from empty; all lines meet the same unit-rate
services. Exact throughput: the stationary chain on the jobs at stations 2 and 3.
"""

import itertools

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

WARM_UP = 400
COUNTED = 1000
CHUNK = 40_000


def list_lines(total: int) -> np.ndarray:
    """Return (r1, r2, r3, b2, b3) of every line, shape (n, 5)."""
    rates = [
        (one, two, total - one - two)
        for one in range(1, total - 1)
        for two in range(1, total - one)
    ]
    rows = itertools.product(rates, range(1, total))
    return np.array([(*rate, b2, total - b2) for rate, b2 in rows])


def draw_services(seed: int, number: int) -> np.ndarray:
    """Return unit-rate services of one observation, shape (jobs, 3)."""
    return np.random.default_rng([seed, number]).standard_exponential((WARM_UP + COUNTED, 3))


def simulate(lines: np.ndarray, services: np.ndarray) -> np.ndarray:
    """Return the throughput of each line, shape (n_lines, n_observations).

    Parameters
    ----------
    lines : np.ndarray
        From `list_lines`.
    services : np.ndarray
        shape (n_observations, jobs, 3), from `draw_services`.
    """
    n, count, most = len(lines), len(services), int(lines[:, 3:].max())
    shape, jobs = (n, count), services.shape[1]
    pace = 1.0 / lines[:, :3].astype(float)
    before2, before3 = (np.zeros((most, *shape)) for _ in range(2))
    row, b2, b3 = np.arange(n), lines[:, 3], lines[:, 4]
    first = second = third = started = np.zeros(shape)
    for job in range(jobs):
        work = services[None, :, job] * pace[:, None, :]
        first = np.maximum(first + work[:, :, 0], before2[(job - b2) % most, row])
        second = np.maximum(first, second) + work[:, :, 1]
        second = np.maximum(second, before3[(job - b3) % most, row])
        third = np.maximum(second, third) + work[:, :, 2]
        before2[job % most], before3[job % most] = second, third
        started = third if job == WARM_UP - 1 else started
    return (jobs - WARM_UP) / (third - started)


def observe(lines: np.ndarray, seed: int, low: int, high: int) -> np.ndarray:
    """Return observations low .. high - 1 of the lines, shape (n_lines, high - low)."""
    step = max(CHUNK // len(lines), 1)
    parts = []
    for start in range(low, high, step):
        numbers = range(start, min(start + step, high))
        services = np.stack([draw_services(seed, number) for number in numbers])
        parts.append(simulate(lines, services))
    return np.concatenate(parts, axis=1)


def solve_line(line: np.ndarray, keeps_place: bool = True) -> float:
    """Return the exact throughput: stationary chain on (jobs past station 1, past station 2).

    Parameters
    ----------
    line : np.ndarray
        (r1, r2, r3, b2, b3).
    keeps_place : bool
        A job that is done and stuck at station 2 keeps its place there.
    """
    r1, r2, r3, b2, b3 = (int(one) for one in line)
    states = list(itertools.product(range(b2 + 2), range(b3 + 2)))
    rows, columns, rates = [], [], []
    for place, (n2, n3) in enumerate(states):
        # n2 = b2 + 1 counts a job stuck at station 1, n3 = b3 + 1 one stuck at station 2
        stuck = n3 == b3 + 1
        moves = [
            (n2 + 1, n3, r1 * (n2 + (stuck and keeps_place) <= b2)),
            (n2 - 1, n3 + 1, r2 * (n2 > 0 and not stuck)),
            (n2, n3 - 1, r3 * (n3 > 0)),
        ]
        for to2, to3, rate in moves:
            if rate > 0:
                rows += [to2 * (b3 + 2) + to3, place]
                columns += [place, place]
                rates += [rate, -rate]
    size = len(states)
    balance = sparse.coo_array((rates, (rows, columns)), (size, size)).tolil()
    balance[0, :] = 1.0
    share = spsolve(balance.tocsc(), np.eye(1, size)[0])
    return float(r3 * sum(p for (_, n3), p in zip(states, share, strict=True) if n3 > 0))
