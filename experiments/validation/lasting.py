"""Stationary queues: sections 1 (abandonment), 4, 5, 9, and formulas from light to overloaded."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from playing import MS_PER_MIN, Case, Counted, Row, count_at, find_visits, find_waits

from sim import queueing, textbook
from sim.care.record import Run
from sim.demand.draws import Draws

WARM_UP_MIN = textbook.WARM_UP_DAYS * 24 * 60.0
ENDLESS = math.inf
DAYS, REPLICATIONS = 6, 400


@dataclass(frozen=True)
class Queue:
    """A stationary queue; `unit` minutes of the clock are one of the published minutes."""

    agents: int
    load: float
    """per agent"""
    patience: float
    """in service times, or endless"""
    handle_min: float
    within_min: float
    unit: float = 1.0
    days: int = DAYS

    @property
    def arrival_per_h(self) -> float:
        return self.agents * self.load / self.handle_min * 60

    @property
    def patience_min(self) -> float | None:
        return None if math.isinf(self.patience) else self.patience * self.handle_min

    def make(self) -> textbook.Queue:
        return textbook.erlang_a(
            self.arrival_per_h, self.handle_min, self.patience_min, self.agents, self.days
        )

    def count(self, draws: Draws, run: Run) -> Counted:
        waits, served = find_waits(draws, run), run.first_start_ms >= 0
        end = np.where(served, run.closed_ms, run.left_ms) / MS_PER_MIN
        arrival = draws.arrival_ms / MS_PER_MIN
        counts = arrival >= WARM_UP_MIN
        within = counts & (waits <= self.within_min)
        patient = counts & (draws.patience_ms > self.within_min * MS_PER_MIN)
        looks = np.arange(WARM_UP_MIN, (self.days + textbook.WARM_UP_DAYS) * 1440.0, 20.0)
        busy = run.busy_ms[0, int(WARM_UP_MIN // 60) : -1].sum() / MS_PER_MIN
        n, n_served, in_time = counts.sum(), (counts & served).sum(), (within & served).sum()
        waited, there = waits[counts].sum() / self.unit, count_at(arrival, end, looks)
        waiting = count_at(arrival, arrival + waits, looks)
        return {
            "delayed": ((counts & (waits > 0)).sum(), n),
            "left": ((counts & ~served).sum(), n),
            "mean wait [min]": (waited, n),
            "mean wait [s]": (waited * 60, n),
            "wait of served [min]": (waits[counts & served].sum() / self.unit, n_served),
            "in time / all": (in_time, n),
            "in time / served": (in_time, n_served),
            "in time / all less early leavers": (in_time, n - (within & ~served).sum()),
            "virtual wait in time": ((patient & within).sum(), patient.sum()),
            "any exit in time": (within.sum(), n),
            "left or late": (n - in_time, n),
            "late / served": (n_served - in_time, n_served),
            "occupancy": (busy, self.agents * self.days * 1440.0),
            "line, looked at": (waiting.sum(), looks.size),
            "4 or more there": ((there >= 4).sum(), looks.size),
        }

    def tell(self, section: str, name: str, rows: Mapping[str, tuple[float | None, ...]]) -> Case:
        listed = tuple(Row(key, *numbers) for key, numbers in rows.items())
        return Case(section, name, self.make, self.count, REPLICATIONS, listed)


# ---- formulas: twelve points from light to overloaded ----

POINTS = [
    Queue(1, 0.5, 1.0, 6, 2, days=40),
    Queue(1, 2.0, 0.1, 10, 0.5, days=20),
    Queue(2, 0.9, 20.0, 8, 15, days=20),
    Queue(3, 2 / 3, 3.75, 8, 15, days=20),
    Queue(5, 1.5, 0.2, 10, 1),
    Queue(10, 16 / 15, 1.875, 16, 15),
    Queue(20, 0.8, 2.0, 12, 1),
    Queue(50, 0.96, 2.0, 12, 1, days=3),
    Queue(50, 1.2, 1.0, 12, 2, days=3),
    Queue(100, 0.95, 0.5, 20, 0.5, days=3),
    Queue(100, 1.0, 30.0, 12, 7, days=3),
    Queue(200, 1.05, 2.0, 40, 6, days=3),
]


def list_points() -> list[Case]:
    cases = []
    for point in POINTS:
        exact = queueing.erlang_a(
            point.arrival_per_h, point.handle_min, point.patience_min or 0, point.agents
        )
        rows: dict[str, tuple[float | None, ...]] = {
            "delayed": (exact.delay_probability,),
            "left": (exact.abandon_probability,),
            "mean wait [min]": (exact.mean_wait_min,),
            "in time / all": (exact.service_level(point.within_min),),
            "occupancy": (exact.utilization,),
            "line, looked at": (exact.waiting_mean,),
        }
        name = (
            f"Erlang A: {point.agents} agents, load {point.load:.3g} each,"
            f" patience {point.patience:g} services, in time {point.within_min:g} min"
        )
        cases.append(point.tell("formulas", name, rows))
    return cases


# ---- published: sections 1, 4, 5 ----


def list_published() -> list[Case]:
    civicq = [
        (Queue(3, 2 / 3, 3.75, 8, 15), 0.06716, 0.01009, 0.05765),
        (Queue(2, 1.0, 3.75, 8, 15), 0.27061, 0.10129, 0.18840),
        (Queue(2, 0.8, 7.5, 8, 15), 0.18784, 0.10819, 0.08932),
        (Queue(4, 4 / 3, 2.5, 8, 15), 0.32752, 0.06111, 0.28375),
        (Queue(10, 16 / 15, 1.875, 16, 15), 0.16228, 0.03214, 0.13446),
    ]
    cases = [
        queue.tell(
            "1",
            f"Abandonment: {queue.agents} windows, {queue.arrival_per_h:.3g}/h,"
            f" patience {queue.patience_min:.3g} min",
            {
                "left or late": (fail, fail),
                "late / served": (late, late),
                "left": (left, left),
            },
        )
        for queue, fail, late, left in civicq
    ]
    minute = 4.0
    erlang_c = Queue(14, 12 / 14, ENDLESS, 3 * minute, 0.333 * minute, minute)
    erlang_x = Queue(14, 12 / 14, 1 / 3, 3 * minute, 0.333 * minute, minute)
    cases += [
        erlang_c.tell(
            "4",
            "CCmath, Erlang C: 4 calls/min of 3 min, 14 agents, .333 min",
            {
                "delayed": (0.481705,),
                "mean wait [min]": (0.722558, 0.72),
                "in time / all": (0.614195, 0.6142),
                "occupancy": (0.857143, 0.8571),
            },
        ),
        erlang_x.tell(
            "4",
            "CCmath, Erlang X (Erlang A): the same, patience 1 min; every service level",
            {
                "in time / all": (0.861472,),
                "in time / served": (0.930642,),
                "in time / all less early leavers": (0.908987,),
                "virtual wait in time": (0.879661, 0.8797),
                "any exit in time": (0.913745,),
                "mean wait [min]": (0.074325,),
                "wait of served [min]": (0.058918,),
                "left": (0.074325, 0.0743),
                "delayed": (0.250571,),
                "occupancy": (0.793436, 0.7934),
            },
        ),
    ]
    return cases + list_single_numbers()


def list_single_numbers() -> list[Case]:
    mandelbaum = Queue(50, 0.96, 2.0, 12, 1, 12, days=3)
    endless = Queue(50, 0.96, ENDLESS, 4, 1, 4, days=4)
    fewer = Queue(50, 0.96 * 0.969, ENDLESS, 10, 1, 10, days=4)
    fourteen = Queue(14, 10 / 14, ENDLESS, 9, 1, 3)
    fifteen = Queue(15, 10 / 15, ENDLESS, 9, 1, 3)
    many = Queue(55, 48 / 55, ENDLESS, 12, 0.75, 3, days=3)
    cases = [
        mandelbaum.tell(
            "5",
            "Mandelbaum and Zeltyn: 50 agents, 48/min of 1 min, patience 2 min",
            {
                "left": (0.0309119, 0.031),
                "mean wait [s]": (3.70943, 3.7),
                "occupancy": (0.930325, 0.93),
            },
        ),
        endless.tell(
            "5",
            "The same without patience",
            {"delayed": (0.69446,), "mean wait [s]": (20.834,), "line, looked at": (16.667,)},
        ),
        fewer.tell("5", "Erlang C at .969 of the calls", {"mean wait [s]": (8.813,)}),
        fourteen.tell(
            "5",
            "pyworkforce: 100 calls in 30 min of 180 s, 20 s, 14 agents",
            {
                "delayed": (0.1741319, 0.1741319),
                "in time / all": (0.8883500, 0.8883500),
                "mean wait [s]": (7.835937, 7.835937),
                "occupancy": (0.7142857, 0.7142857),
            },
        ),
        fifteen.tell(
            "5",
            "The same, 15 agents",
            {"delayed": (0.1020424,), "in time / all": (0.9414528,)},
        ),
        many.tell(
            "5",
            ".2 calls/s of 240 s, 55 agents, 15 s",
            {"delayed": (0.2387,), "mean wait [s]": (8.184,), "in time / all": (0.8459,)},
        ),
    ]
    copiers = {1: 0.586182, 2: 0.050972, 3: 0.019034, 4: 0.013022}
    return cases + [
        Queue(c, 0.875 / c, ENDLESS, 1, 1, days=20).tell(
            "5", f"Copiers, load .875, {c} servers", {"4 or more there": (share,)}
        )
        for c, share in copiers.items()
    ]


# ---- section 9: returns ----


def count_returns(agents: int, days: int, unit: float):
    end = (days + textbook.WARM_UP_DAYS) * 1440.0

    def count(draws: Draws, run: Run) -> Counted:
        ready, start, _ = find_visits(draws, run)
        left_first = np.ones(ready.size - run.turn_number.size, bool)
        first = np.concatenate((run.turn_number == 0, left_first))
        counts = (ready >= WARM_UP_MIN) & (ready < end)
        waits = (start - ready) / unit
        new, again = counts & first, counts & ~first
        left = (run.left_ms >= 0) & (draws.arrival_ms >= WARM_UP_MIN * MS_PER_MIN)
        busy = run.busy_ms[0, int(WARM_UP_MIN // 60) : -1].sum() / MS_PER_MIN
        return {
            "delayed, new": ((new & (waits > 0)).sum(), new.sum()),
            "delayed, returning": ((again & (waits > 0)).sum(), again.sum()),
            "wait of new [min]": (waits[new].sum(), new.sum()),
            "wait of returning [min]": (waits[again].sum(), again.sum()),
            "visits / new": (counts.sum(), new.sum()),
            "left": (left.sum(), new.sum()),
            "occupancy": (busy, agents * (end - WARM_UP_MIN)),
        }

    return count


def list_returns() -> list[Case]:
    cases = []
    for rate, handle, share, think, agents, days in (
        (5, 6, 2 / 3, 12, 2, 20),
        (30, 4, 0.6, 60, 6, 6),
        (60, 10, 0.3, 240, 16, 4),
        (8, 10, 0.8, 30, 8, 8),
    ):
        exact = queueing.erlang_r(rate, handle, share, think, agents)
        is_published = share == 2 / 3
        unit = 6.0 if is_published else 1.0
        rows = (
            Row("delayed, new", exact.delay_probability, 0.642857 if is_published else None),
            Row("delayed, returning", exact.delay_probability, 0.642857 if is_published else None),
            Row(
                "wait of new [min]", exact.mean_wait_min / unit, 1.285714 if is_published else None
            ),
            Row("wait of returning [min]", exact.mean_wait_min / unit),
            Row("visits / new", exact.visits_mean),
            Row("occupancy", exact.utilization),
        )
        name = (
            f"Erlang R: {rate}/h of {handle} min, {share:.3g} return after {think} min,"
            f" {agents} agents"
        )
        cases.append(
            Case(
                "9",
                name,
                lambda r=rate, h=handle, s=share, t=think, a=agents, d=days: textbook.erlang_r(
                    r, h, s, t, a, days=d
                ),
                count_returns(agents, days, unit),
                REPLICATIONS,
                rows,
            )
        )
    return [*cases, list_patient_returns()]


def list_patient_returns() -> Case:
    """Patience before the first reply only; values of the chain in tests/theory, line up to 11."""
    exact = {
        "delayed, new": 0.4173655,
        "delayed, returning": 0.3863554,
        "wait of new [min]": 0.2540915,
        "wait of returning [min]": 0.3142209,
        "left": 0.1270458,
    }
    return Case(
        "9",
        "Patience before the first reply only: lambda .8, mu 1, delta .5, p .4, theta .5, 2 agents",
        lambda: textbook.erlang_r(8, 6, 0.4, 12, 2, 12, days=16),
        count_returns(2, 16, 6.0),
        REPLICATIONS,
        tuple(Row(key, value) for key, value in exact.items()),
    )


def list_lasting() -> list[Case]:
    return [*list_published(), *list_returns(), *list_points()]
