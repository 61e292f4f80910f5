"""Staff of one replication: the roster less those who fail to come.

Each round of a ring is a week of its own: the lead-in's persons and those of the rounds after the
horizon have absences of their own, and who works over the ring's end is the same person on both
sides. A policy with shifts loses the persons of its shifts; one that says staff by interval loses
of the n agents on duty those of the persons 0 to n - 1 of the pool who are absent on that local
day. The crew on call, and who is there after closing, always come. Checked by
``tests/theory/test_absence.py`` and ``tests/unit/test_outcomes_attendance.py``.
"""

import numpy as np

from sim.demand.draws import Draws
from sim.demand.streams import hash_name
from sim.outcomes.absentees import Attendance
from sim.outcomes.scales import Lowered, Scales, spread_staff
from sim.rostering.persons import Persons, lay_persons
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import count_intervals, interval_local_times
from sim.scenario.tables import MS_PER_H, MS_PER_MIN, Staff, Tables

# What a person is numbered by: round, day and number within the shift, side by side.
ROUND_BITS, DAY_BITS = 44, 24
# Rounds that begin later have nobody absent: who waits four weeks more is past all measures, and
# a year of a large team's persons is not worth its memory.
AFTER_MS = 672 * MS_PER_H


def lay_attendance(scenario: Scenario, policy: Policy, tables: Tables) -> Attendance | None:
    """Lay out who could be absent; None where nobody ever is."""
    if scenario.absence.share == 0.0:
        return None
    persons = (
        lay_persons(scenario, policy) if policy.shifts else lay_staff_persons(scenario, tables)
    )
    return lay_rounds(scenario, policy, tables, persons)


def lay_staff_persons(scenario: Scenario, tables: Tables) -> Persons:
    """Lay out staff by interval as persons: one a local day, pool and number."""
    lead_ms, (times, agents) = tables.clock.lead_ms, (tables.staff.time_ms, tables.staff.agents)
    step_ms, n = scenario.horizon.interval_min * MS_PER_MIN, count_intervals(scenario.horizon)
    dates = [time.date() for time in interval_local_times(scenario.horizon)]
    begins = [place for place in range(n) if place == 0 or dates[place] != dates[place - 1]]
    names: list[str] = []
    days, numbers, spans = [], [], []
    for day, (first, last) in enumerate(zip(begins, [*begins[1:], n], strict=True)):
        from_ms, to_ms = lead_ms + first * step_ms, lead_ms + last * step_ms
        edges = np.unique(np.clip(np.append(times, (from_ms, to_ms)), from_ms, to_ms))
        there = agents[:, np.searchsorted(times, edges[:-1], side="right") - 1]
        edges_min = (edges - lead_ms) // MS_PER_MIN
        for pool, counts in enumerate(there):
            people = np.arange(counts.max(initial=0))
            person, span = np.nonzero(counts > people[:, None])
            one = np.ones(person.size, np.int64)
            own = (len(names) + person, pool * one, edges_min[span], edges_min[span + 1], one, one)
            spans.append(np.column_stack(own))
            names += [scenario.pool_names[pool]] * people.size
            days.append(np.full(people.size, day))
            numbers.append(people)
    whole = np.concatenate(spans).astype(np.int64)
    return Persons(tuple(names), np.concatenate(days), np.concatenate(numbers), *whole.T)


def lay_rounds(scenario: Scenario, policy: Policy, tables: Tables, persons: Persons) -> Attendance:
    """Lay out all rounds of a week's persons in engine time."""
    clock, staff = tables.clock, tables.staff
    length_ms, end_ms = clock.horizon_ms - clock.lead_ms, clock.horizon_ms + clock.drain_ms + 1
    rounds = np.zeros(1, np.int64)
    start_ms, stop_ms = persons.start_min * MS_PER_MIN, persons.end_min * MS_PER_MIN
    if scenario.horizon.repeats:
        last_ms = min(end_ms, clock.horizon_ms + AFTER_MS) - clock.lead_ms
        rounds = np.arange(-1, -(-last_ms // length_ms))
    elif policy.after_close is None:
        # whoever is there at the end of a single horizon stays while work is left
        stop_ms = np.where(stop_ms >= length_ms, end_ms, stop_ms)
    if policy.after_close is not None:
        end_ms, rounds = clock.horizon_ms, rounds[rounds <= 0]
    n, n_spans, many = len(persons.name), persons.owner.size, rounds.size
    shift_ms = clock.lead_ms + np.repeat(rounds, n_spans) * length_ms
    starts = np.clip(np.tile(start_ms, many) + shift_ms, 0, end_ms)
    stops = np.clip(np.tile(stop_ms, many) + shift_ms, 0, end_ms)
    time_ms = np.unique(np.concatenate([staff.time_ms, starts, stops]))
    agents = staff.agents[:, np.searchsorted(staff.time_ms, time_ms, side="right") - 1]
    numbers = (np.repeat(rounds, n) + 1 << ROUND_BITS) + np.tile(persons.day, many).astype(np.int64)
    days, day_of = np.unique(numbers, return_inverse=True)
    day_bits = np.tile(persons.day << DAY_BITS, many) + (np.repeat(rounds, n) + 1 << ROUND_BITS)
    hashes = {name: hash_name(f"absence/{name}") for name in set(persons.name)}
    laid = Attendance(
        absence=scenario.absence,
        time_ms=time_ms,
        agents=np.ascontiguousarray(agents),
        paid_agents=np.ascontiguousarray(agents),
        days=days,
        day_of=day_of.ravel(),
        stream=np.tile(np.array([hashes[name] for name in persons.name], np.uint64), many),
        number=day_bits + np.tile(persons.number, many),
        owner=np.tile(persons.owner, many) + np.repeat(np.arange(many) * n, n_spans),
        pool=np.tile(persons.pool, many),
        first=np.searchsorted(time_ms, starts),
        last=np.searchsorted(time_ms, stops),
        works=np.tile(persons.works, many),
        paid=np.tile(persons.paid, many),
    )
    # paid beside those at work are all who are on a paid break
    everybody = np.ones(n * many, np.bool_)
    on_break = laid.take_off(np.zeros_like(agents), laid.works - laid.paid, everybody)
    return Attendance(**{**vars(laid), "paid_agents": laid.agents + on_break})


def attend(lowered: Lowered, draws: Draws) -> Lowered:
    """Take the absent of one replication off what an engine and the measures read.

    The same object where nobody ever is absent.
    """
    laid = lowered.attendance
    if laid is None:
        return lowered
    absent = laid.draw_absent(draws)
    tables = thin_staff(lowered.tables, laid, absent)
    scales = lowered.scales._replace(staffed_ms=spread_staff(tables))
    if not laid.absence.paid:
        scales = scales._replace(paid_ms=price_present(lowered.tables, scales, laid, absent))
    return lowered._replace(tables=tables, scales=scales)


def thin_staff(tables: Tables, laid: Attendance, absent: np.ndarray) -> Tables:
    """Take the absent off the staff of the tables."""
    agents = laid.take_off(laid.agents, laid.works, absent)
    changed = np.append(True, (agents[:, 1:] != agents[:, :-1]).any(axis=0))
    staff: Staff = tables.staff._replace(
        time_ms=laid.time_ms[changed], agents=np.ascontiguousarray(agents[:, changed])
    )
    return tables._replace(staff=staff)


def price_present(
    tables: Tables, scales: Scales, laid: Attendance, absent: np.ndarray
) -> np.ndarray:
    """Time to be paid where the absent are not paid; see `Scales.paid_ms`."""
    agents = laid.take_off(laid.paid_agents, laid.paid, absent)
    staff = tables.staff._replace(time_ms=laid.time_ms, agents=agents)
    return scales.weigh(spread_staff(tables._replace(staff=staff)) + scales.preparing_ms)
