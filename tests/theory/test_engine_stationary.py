"""Stationary queues played by the engine against formulas and against published numbers.

Every row is one comparison at |z| <= 4.3 over independent replications (Student, 80 and more:
a false alarm in 20,000), so the 130 rows of this file together raise one in 150 suites.
Each replication begins empty; two days go by before anybody counts, and a test holds that to
be enough for the slowest row. Formulas: ``sim.queueing``, itself checked against exact numbers;
here the published numbers stand again, with their sources.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest
from chances import LIMIT, z_mean
from scipy.linalg import eigh_tridiagonal
from theory.chains import build_line, count_line
from theory.plays import MS_PER_MIN, count_at, find_waits, measure, z_ratio

import sim
from sim.outcomes.intervals import QUANTITIES
from sim.running.replicate import replicate

WARM_UP_MIN = sim.textbook.WARM_UP_DAYS * 24 * 60.0


class Point(NamedTuple):
    """Load per agent; patience in service times (inf: nobody leaves); limit of the wait [min]."""

    agents: int
    load: float
    patience: float
    handle_min: float
    within_min: float

    @property
    def arrival_per_h(self):
        return self.agents * self.load / self.handle_min * 60

    @property
    def patience_min(self):
        return None if math.isinf(self.patience) else self.patience * self.handle_min

    def make(self, days):
        return sim.textbook.erlang_a(
            self.arrival_per_h, self.handle_min, self.patience_min, self.agents, days
        )

    def solve(self):
        if self.patience_min is None:
            return sim.queueing.erlang_c(self.arrival_per_h, self.handle_min, self.agents)
        return sim.queueing.erlang_a(
            self.arrival_per_h, self.handle_min, self.patience_min, self.agents
        )


# from light to overloaded, patience from a tenth of a service to thirty services
POINTS = [
    Point(1, 0.5, 1.0, 6, 2),
    Point(1, 2.0, 0.1, 10, 0.5),
    Point(2, 0.9, 20.0, 8, 15),
    Point(3, 2 / 3, 3.75, 8, 15),
    Point(5, 1.5, 0.2, 10, 1),
    Point(10, 16 / 15, 1.875, 16, 15),
    Point(20, 0.8, 2.0, 12, 1),
    Point(50, 0.96, 2.0, 12, 1),
    Point(50, 1.2, 1.0, 12, 2),
    Point(100, 0.95, 0.5, 20, 0.5),
    Point(100, 1.0, 30.0, 12, 7),
    Point(200, 1.05, 2.0, 40, 6),
]


class Totals(NamedTuple):
    """Of each replication, shape (n,): customers who arrive after the warm-up, times [min]."""

    came: np.ndarray
    delayed: np.ndarray
    left: np.ndarray
    waited: np.ndarray
    waited_of_served: np.ndarray
    served: np.ndarray
    in_time: np.ndarray
    gone_early: np.ndarray
    exits: np.ndarray
    patient: np.ndarray
    in_time_of_patient: np.ndarray
    busy_min: np.ndarray
    open_min: np.ndarray
    looks: np.ndarray
    seen_waiting: np.ndarray
    seen_four: np.ndarray


def play(queue, within_min, replications=80):
    """Return the totals of `Totals`; the line is looked at every 20 minutes."""
    horizon_min = queue[0].horizon.days * 24 * 60.0
    looks = np.arange(WARM_UP_MIN, horizon_min, 20.0)

    def count(draws, run):
        arrival = draws.arrival_ms / MS_PER_MIN
        waits, served = find_waits(draws, run), run.first_start_ms >= 0
        end = np.where(served, run.closed_ms, run.left_ms) / MS_PER_MIN
        counts = arrival >= WARM_UP_MIN
        within = counts & (waits <= within_min)
        patient = counts & (draws.patience_ms > within_min * MS_PER_MIN)
        present = count_at(arrival, end, looks)
        return Totals(
            came=counts.sum(),
            delayed=(counts & (waits > 0)).sum(),
            left=(counts & ~served).sum(),
            waited=waits[counts].sum(),
            waited_of_served=waits[counts & served].sum(),
            served=(counts & served).sum(),
            in_time=(within & served).sum(),
            gone_early=(within & ~served).sum(),
            exits=within.sum(),
            patient=patient.sum(),
            in_time_of_patient=(patient & within).sum(),
            busy_min=run.busy_ms[0, int(WARM_UP_MIN // 60) : -1].sum() / MS_PER_MIN,
            open_min=horizon_min - WARM_UP_MIN,
            looks=looks.size,
            seen_waiting=count_at(arrival, arrival + waits, looks).sum(),
            seen_four=(present >= 4).sum(),
        )

    return Totals(*measure(queue, replications, count))


def assert_rows(rows):
    """Each row: name, top, bottom, expected ratio."""
    found = {name: z_ratio(top, bottom, expected) for name, top, bottom, expected in rows}
    assert all(abs(z) < LIMIT for z in found.values()), found


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_erlang_a(point):
    """Delay, leaving, wait, service level, agents' time, and the line by Little's law."""
    days = max(1, round(4000 / (24 * point.arrival_per_h)))
    exact, seen = point.solve(), play(point.make(days), point.within_min)
    assert_rows(
        [
            ("delay", seen.delayed, seen.came, exact.delay_probability),
            ("leaving", seen.left, seen.came, exact.abandon_probability),
            ("wait", seen.waited, seen.came, exact.mean_wait_min),
            ("in time", seen.in_time, seen.came, exact.service_level(point.within_min)),
            ("busy", seen.busy_min, seen.open_min, exact.utilization * point.agents),
            ("line", seen.seen_waiting, seen.looks, point.arrival_per_h / 60 * exact.mean_wait_min),
        ]
    )


# Erlang C: nobody leaves. Sources: CCmath (PyPI ErlangCCmath 1.3.0, its tests), pyworkforce's
# documentation, a textbook's 55 agents, Mandelbaum and Zeltyn's example without patience.
# Times are stretched (handle_min) where that makes no other queue: `unit` is their minute.
ENDLESS = math.inf
PUBLISHED_C = [
    # point, minute, P(wait), E W [their min], P(W <= limit)
    (Point(14, 12 / 14, ENDLESS, 12, 4 * 0.333), 4, 0.481705, 0.722558, 0.614195),
    (Point(14, 10 / 14, ENDLESS, 9, 1), 3, 0.1741319, 7.835937 / 60, 0.8883500),
    (Point(15, 10 / 15, ENDLESS, 9, 1), 3, 0.1020424, None, 0.9414528),
    (Point(55, 48 / 55, ENDLESS, 12, 0.75), 3, 0.2387, 8.184 / 60, 0.8459),
    (Point(50, 0.96, ENDLESS, 4, 1), 4, 0.69446, 20.834 / 60, None),
    (Point(50, 0.96 * 0.969, ENDLESS, 10, 1), 10, None, 8.813 / 60, None),
]


@pytest.mark.parametrize(("point", "unit", "delay", "wait", "level"), PUBLISHED_C)
def test_published_without_leaving(point, unit, delay, wait, level):
    seen = play(point.make(days=2), point.within_min)
    rows = [
        ("delay", seen.delayed, seen.came, delay),
        ("wait", seen.waited / unit, seen.came, wait),
        ("in time", seen.in_time, seen.came, level),
        ("busy", seen.busy_min, seen.open_min * point.agents, point.load),
    ]
    assert_rows([row for row in rows if row[-1] is not None])


@pytest.mark.parametrize(
    ("agents", "share"), [(1, 0.586182), (2, 0.050972), (3, 0.019034), (4, 0.013022)]
)
def test_copiers(agents, share):
    """Copiers at load .875: P(4 or more are there), looked at every 20 minutes."""
    seen = play(Point(agents, 0.875 / agents, ENDLESS, 1, 1).make(days=6), 1)
    assert_rows([("four", seen.seen_four, seen.looks, share)])


def test_every_service_level_of_one_record():
    """CCmath's Erlang X: 4 calls/min of 3 min, 14 agents, patience 1 min, limit .333 min.

    Published: ASA .10, SL 87.97, abandoned 7.43, occupancy 79.34. One model, five service
    levels; `answered_within_promise_share` is the first. The virtual wait of who leaves is not
    seen, but who would stay longer than the limit waits it out: among them it is.
    """
    unit = 4.0
    point = Point(14, 12 / 14, 1 / 3, 3 * unit, 0.333 * unit)
    seen = play(point.make(days=8), point.within_min, replications=100)
    assert_rows(
        [
            ("in time of all", seen.in_time, seen.came, 0.861472),
            ("in time of served", seen.in_time, seen.served, 0.930642),
            ("less early leavers", seen.in_time, seen.came - seen.gone_early, 0.908987),
            ("virtual wait", seen.in_time_of_patient, seen.patient, 0.879661),
            ("any exit", seen.exits, seen.came, 0.913745),
            ("left", seen.left, seen.came, 0.074325),
            ("wait of all", seen.waited / unit, seen.came, 0.074325),
            ("wait of served", seen.waited_of_served / unit, seen.served, 0.058918),
            ("delay", seen.delayed, seen.came, 0.250571),
            ("occupancy", seen.busy_min, seen.open_min * 14, 0.793436),
        ]
    )


def test_mandelbaum_and_zeltyn():
    """50 agents, 48 calls/min of 1 min, patience 2 min: 3.0912 %, 3.7095 s, 93.032 %."""
    seen = play(Point(50, 0.96, 2.0, 12, 1).make(days=3), 1)
    assert_rows(
        [
            ("left", seen.left, seen.came, 0.030912),
            ("wait", seen.waited / 12 * 60, seen.came, 3.7095),
            ("occupancy", seen.busy_min, seen.open_min * 50, 0.93032),
        ]
    )


# CivicQ e7_*.csv and e14a_mmcg_validation.csv: agents, arrivals/h, service, patience [min];
# P(left or waited over 15 min), P(late | served), P(left)
CIVICQ = [
    (3, 15, 8, 30, 0.06716, 0.01009, 0.05765),
    (2, 15, 8, 30, 0.27061, 0.10129, 0.18840),
    (2, 12, 8, 60, 0.18784, 0.10819, 0.08932),
    (4, 40, 8, 20, 0.32752, 0.06111, 0.28375),
    (10, 40, 16, 30, 0.16228, 0.03214, 0.13446),
]


@pytest.mark.parametrize("row", CIVICQ, ids=str)
def test_civicq_abandonment(row):
    agents, rate, handle_min, patience_min, fail, late, left = row
    queue = sim.textbook.erlang_a(rate, handle_min, patience_min, agents, days=10)
    seen = play(queue, 15)
    assert_rows(
        [
            ("fail", seen.came - seen.in_time, seen.came, fail),
            ("late", seen.served - seen.in_time, seen.served, late),
            ("left", seen.left, seen.came, left),
        ]
    )


def test_reported_measures():
    """The measures by their names, and Little's law between two tables that users read.

    `intervals` tells the mean number waiting by hour, `summary` the mean wait: line = rate x wait,
    but for waits that reach over the ends of the days that count.
    """
    point = Point(10, 16 / 15, 1.875, 16, 15)
    queue, exact = point.make(days=6), point.solve()
    found = replicate(*queue, replications=100, seed=3)
    expected = {
        "delayed_share": exact.delay_probability,
        "abandoned_share": exact.abandon_probability,
        "wait_min_mean": exact.mean_wait_min,
        "answered_within_promise_share": exact.service_level(15),
        "utilization": exact.utilization,
    }
    rows = found.measures
    z = {
        name: z_ratio(rows[name] * rows["mentions"], rows["mentions"], value)
        for name, value in expected.items()
    }
    assert all(abs(value) < LIMIT for value in z.values()), z
    first = round(WARM_UP_MIN / 60)
    line = found.traces[:, QUANTITIES.index("waiting"), -1, first:].mean(axis=1)
    hours = found.traces.shape[-1] - first
    assert (
        abs(z_ratio(line, np.ones(found.n), point.arrival_per_h / 60 * exact.mean_wait_min)) < LIMIT
    )
    rate_times_wait = rows["mentions"] / hours / 60 * rows["wait_min_mean"]
    assert abs(z_mean(line - rate_times_wait, 0.0)) < LIMIT


def find_gap(point):
    """Return the slowest rate [1/min] at which the queue forgets its start."""
    leave = 0.0 if point.patience_min is None else 1 / point.patience_min
    present = np.arange(1, 4 * point.agents + 400)
    down = np.minimum(present, point.agents) / point.handle_min
    down = down + leave * np.maximum(present - point.agents, 0)
    up = np.full(down.size, point.arrival_per_h / 60)
    diagonal = -np.append(up, 0.0) - np.append(0.0, down)
    rates = eigh_tridiagonal(
        diagonal, np.sqrt(up * down), eigvals_only=True, select="i", select_range=(up.size - 1,) * 2
    )
    return -float(rates[0])


def test_two_days_are_enough():
    """The slowest row begins to count with the line within a thousandth of its mean.

    Over the days that count the error is a small part of that: far below a standard error.
    """
    points = [*POINTS, *(row[0] for row in PUBLISHED_C)]
    points += [Point(agents, 0.875 / agents, ENDLESS, 1, 1) for agents in (1, 2, 3, 4)]
    slowest = min(points, key=find_gap)
    assert find_gap(slowest) * WARM_UP_MIN > 8
    leave = 0.0 if slowest.patience_min is None else 1 / slowest.patience_min
    most = 4 * slowest.agents + 300
    rate = slowest.arrival_per_h / 60
    chain = build_line(rate, 1 / slowest.handle_min, slowest.agents, leave, most)
    shares, _ = chain.evolve(chain.begin(0), WARM_UP_MIN)
    line = shares @ count_line(chain, slowest.agents)
    assert line == pytest.approx(rate * slowest.solve().mean_wait_min, rel=1e-3)
