"""Who works which shift: a program for each week, solved by HiGHS.

For person p and slot s that p may work, x[p, s] is 0 or 1:

    minimize   1000 sum u[s] + 20 sum (wishes missed) + 10 sum (weekends, lates beyond a fair share)
               + 1 sum (hours beyond half a shift below a fair share)
    subject to sum_p x[p, s] + u[s] = people of s
               one shift a person and day; rest between days; days a week; contract hours;
               two days off in a row, where the days a week leave them; fixed shifts.

A fair share of weekend and late shifts is in proportion to contracts within a pool, rounded up,
over all weeks so far. Weeks are solved one after the other, the first knowing nothing of the next:
what it did counts against its people later. Limits count nodes: the same roster on any machine.
Checked by ``tests/unit/test_people_assigning.py`` against every roster of small teams.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sim.people.person import NOON_MIN, WEEK_DAYS, NamingRules, Person, Slot
from sim.rostering.program import EQUAL, LESS, MORE, ProgramBuilder
from sim.rostering.shift_problem import DAY_MIN
from sim.rostering.solver import SolverLimits, solve_program

# In shifts that nobody works: fifty wishes weigh as much as one of them.
UNFILLED, WISH, UNFAIR, SHORT_H = 1000.0, 20.0, 10.0, 1.0
# Hours below a fair share that nobody minds: half a shift, for shifts are whole.
LEEWAY_H = 4.0
# Weeks of 40 people were the same with 1, 20 and 200 nodes; a gap of 1 is no shift, wish or
# share.
LIMITS = SolverLimits(nodes=20, gap_rel=5e-4, gap_abs=1.0)
# People alike are told apart by a cost that decides nothing else: a shift's is at most this.
TIE = 0.01
# No slot has this number.
OFF = -1

CONTRACT, DAYS, REST, TWO_OFF, OFF_DAYS, CLOCK = (
    "contract hours", "days a week", "rest between shifts", "two days off in a row",
    "days off", "earliest and latest times",
)  # fmt: skip
RULES = (CONTRACT, DAYS, REST, TWO_OFF, OFF_DAYS, CLOCK)


class NamedRoster(NamedTuple):
    """Who works what.

    Attributes
    ----------
    people, slots : list
        As they were given, with fixed shifts that were added.
    chosen : np.ndarray
        int, shape (n_people, n_days): number of the slot, -1 for a day off.
    missing : np.ndarray
        int, shape (n_slots,): people of the slot that nobody stands for.
    """

    people: list[Person]
    slots: list[Slot]
    chosen: np.ndarray
    missing: np.ndarray


class DoneBefore(NamedTuple):
    """What people did in the weeks before, shape (n_people,) each."""

    last_end_min: np.ndarray
    """end of the shift of the day before, from that day's midnight; below 0 for a day off"""
    weekends: np.ndarray
    lates: np.ndarray


def assign_people(
    slots: list[Slot],
    people: list[Person],
    rules: NamingRules,
    without: frozenset[str] = frozenset(),
) -> NamedRoster:
    """Put people on shifts, as many as can be.

    Parameters
    ----------
    slots : list of Slot
        By day.
    people : list of Person
        Who there is.
    rules : NamingRules
        What holds for all.
    without : frozenset of str
        Of `RULES`: those that are left out, to see what they cost.

    Returns
    -------
    NamedRoster
        Every rule holds; what cannot be filled is in `missing`.
    """
    chosen = np.full((len(people), rules.n_days), OFF)
    n = len(people)
    past = DoneBefore(np.full(n, -1), np.zeros(n), np.zeros(n))
    for first in range(0, rules.n_days, WEEK_DAYS):
        days = range(first, min(first + WEEK_DAYS, rules.n_days))
        for group in list_groups(people):
            _Week(slots, people, group, rules, days, past, without).solve(chosen)
        past = _look_back(chosen, slots, rules, days[-1])
    worked = np.bincount(chosen[chosen >= 0], minlength=len(slots))
    wanted = np.array([slot.people for slot in slots], dtype=np.int64)
    return NamedRoster(people, slots, chosen, wanted - worked)


def list_groups(people: list[Person]) -> list[list[int]]:
    """People who share a pool with each other, over however many others; each group by itself."""
    groups: list[tuple[set[int], list[int]]] = []
    for number, person in enumerate(people):
        pools, members = set(person.pools), [number]
        for group in [one for one in groups if one[0] & pools]:
            groups.remove(group)
            pools, members = pools | group[0], group[1] + members
        groups.append((pools, members))
    return [sorted(members) for _, members in groups]


def tell_apart(person: int, place: int) -> float:
    """A number from 0 to 1 that scatters over people and shifts, the same on any machine."""
    return (person * 7919 + place * 104729) % 1009 / 1009.0


def may_work(person: Person, slot: Slot, without: frozenset[str]) -> bool:
    """Whether a shift is one of somebody's, others aside."""
    if slot.pool not in person.pools:
        return False
    if OFF_DAYS not in without and slot.day in person.days_off:
        return False
    if CLOCK in without:
        return True
    return person.earliest_min <= slot.start_min and slot.end_min <= person.latest_min


def _look_back(
    chosen: np.ndarray, slots: list[Slot], rules: NamingRules, last_day: int
) -> DoneBefore:  # fmt: skip
    until = chosen[:, : last_day + 1]
    late = np.array([*(slot.is_late for slot in slots), False])
    weekend = np.array([rules.is_weekend(day) for day in range(last_day + 1)])
    ends = np.array([*(slot.end_min for slot in slots), -1])
    return DoneBefore(
        ends[chosen[:, last_day]],
        ((until != OFF) & weekend).sum(axis=1),
        late[until].sum(axis=1),
    )


class _Week:
    """The program of one week and group of people."""

    def __init__(
        self, slots: list[Slot], people: list[Person], group: list[int], rules: NamingRules,
        days: range, past: DoneBefore, without: frozenset[str],
    ) -> None:  # fmt: skip
        self.slots, self.people, self.group = slots, people, group
        self.rules, self.days, self.past, self.without = rules, days, past, without
        pools = {pool for number in group for pool in people[number].pools}
        self.here = [
            place for place, slot in enumerate(slots) if slot.day in days and slot.pool in pools
        ]
        self.builder = ProgramBuilder()
        self.columns: dict[tuple[int, int], int] = {}
        """column of person and slot"""

    def solve(self, chosen: np.ndarray) -> None:
        """Fill in the week."""
        if not self.here:
            return
        self.add_choices()
        self.fill_slots()
        for person in self.group:
            self.add_rules(person)
        self.share_fairly()
        program = self.builder.build()
        solution = solve_program(program, LIMITS)
        if solution.values is None:  # no roster within so few nodes; to have one matters more
            solution = solve_program(program)
        if solution.values is None:
            raise RuntimeError(f"a roster with gaps is always possible: {solution.status}")
        for (person, place), column in self.columns.items():
            if solution.values[column] > 0.5:
                chosen[person, self.slots[place].day] = place

    def add_choices(self) -> None:
        """A column for each person and slot, dearer where it is against a wish."""
        pairs, costs, least = [], [], []
        for person in self.group:
            fixed = self.find_fixed(person)
            for place in self.here:
                if place in fixed or may_work(self.people[person], self.slots[place], self.without):
                    pairs.append((person, place))
                    costs.append(
                        WISH * self.count_missed(person, place) + TIE * tell_apart(person, place)
                    )
                    least.append(1.0 if place in fixed else 0.0)
        if pairs:
            columns = self.builder.add_columns(costs, np.array(least), 1.0)
            self.columns = dict(zip(pairs, columns.tolist(), strict=True))

    def find_fixed(self, person: int) -> set[int]:
        """The slots of somebody's fixed shifts in this week, one for each."""
        found = set()
        for shift in self.people[person].fixed:
            for pool in self.people[person].pools:
                same = [p for p in self.here if self.slots[p][:3] == shift
                        and self.slots[p].pool == pool]  # fmt: skip
                if same:
                    found.add(same[0])
                    break
        return found

    def count_missed(self, person: int, place: int) -> float:
        """Wishes that a shift goes against; a pool that is not somebody's best counts a tenth."""
        slot, about = self.slots[place], self.people[person]
        is_early = slot.start_min < NOON_MIN
        missed = sum(
            (wish.kind == "off" and wish.day == slot.day)
            or (wish.kind == "early" and not is_early)
            or (wish.kind == "late" and is_early)
            for wish in about.wishes
        )
        return missed + 0.1 * about.pools.index(slot.pool)

    def fill_slots(self) -> None:
        """Each slot has its people, or some are missing."""
        counts = [float(self.slots[place].people) for place in self.here]
        missing = self.builder.add_columns([UNFILLED] * len(counts), 0.0, np.array(counts), False)
        for number, place in enumerate(self.here):
            mine = [self.columns[p, place] for p in self.group if (p, place) in self.columns]
            self.builder.add_row([*mine, missing[number]], 1.0, EQUAL, counts[number])

    def list_mine(self, person: int, day: int | None = None) -> list[tuple[int, Slot]]:
        """Columns and slots of somebody, on a day or in the week."""
        return [
            (self.columns[person, place], self.slots[place])
            for place in self.here
            if (person, place) in self.columns and day in (None, self.slots[place].day)
        ]

    def add_rules(self, person: int) -> None:
        """One shift a day, rest, days a week, contract hours, two days off in a row."""
        mine = self.list_mine(person)
        if not mine:
            return
        by_day = {day: self.list_mine(person, day) for day in self.days}
        for shifts in by_day.values():
            if len(shifts) > 1:
                self.builder.add_row([column for column, _ in shifts], 1.0, LESS, 1.0)
        columns = [column for column, _ in mine]
        if DAYS not in self.without:
            self.builder.add_row(columns, 1.0, LESS, float(self.rules.days_a_week))
        if CONTRACT not in self.without:
            hours = [slot.paid_min / 60.0 for _, slot in mine]
            self.builder.add_row(columns, hours, LESS, self.people[person].contract_h)
        if REST not in self.without:
            self.add_rest(person, by_day)
        if TWO_OFF not in self.without and self.rules.wants_two_off:
            self.add_two_off(by_day)

    def add_rest(self, person: int, by_day: dict[int, list[tuple[int, Slot]]]) -> None:
        """After each end, no shift of the next day that begins too soon."""
        ended, fixed = int(self.past.last_end_min[person]), self.people[person].fixed
        for column, slot in by_day[self.days[0]]:
            is_soon = slot.start_min + DAY_MIN < ended + self.rules.rest_min
            if ended >= 0 and is_soon and slot[:3] not in fixed:
                self.builder.add_row([column], 1.0, LESS, 0.0)
        for day in self.days[:-1]:
            for end in sorted({slot.end_min for _, slot in by_day[day]}):
                soon = [
                    column for column, slot in by_day[day + 1]
                    if slot.start_min + DAY_MIN < end + self.rules.rest_min
                ]  # fmt: skip
                if soon:
                    late = [column for column, slot in by_day[day] if slot.end_min >= end]
                    self.builder.add_row([*late, *soon], 1.0, LESS, 1.0)

    def add_two_off(self, by_day: dict[int, list[tuple[int, Slot]]]) -> None:
        """Some pair of days of a whole week is free: y <= 1 - work of both, sum y >= 1."""
        if len(self.days) < WEEK_DAYS:
            return
        pairs = self.builder.add_columns(np.zeros(WEEK_DAYS - 1), 0.0, 1.0, False)
        for number, column in enumerate(pairs):
            for day in (self.days[number], self.days[number + 1]):
                work = [one for one, _ in by_day[day]]
                self.builder.add_row([*work, column], 1.0, LESS, 1.0)
        self.builder.add_row(pairs, 1.0, MORE, 1.0)

    def share_fairly(self) -> None:
        """Weekends, lates and hours beyond a fair share cost."""
        weekends, lates = self.past.weekends, self.past.lates
        self.share(lambda slot: self.rules.is_weekend(slot.day), weekends)
        self.share(lambda slot: slot.is_late, lates)
        here = [self.slots[place] for place in self.here]
        total = sum(slot.people * slot.paid_min / 60.0 for slot in here)
        contracts = sum(self.people[person].contract_h for person in self.group)
        part = min(1.0, total / contracts) if contracts else 0.0
        for person in self.group:
            mine = self.list_mine(person)
            if mine:
                short = self.builder.add_columns([SHORT_H], 0.0, np.inf, False)
                hours = [slot.paid_min / 60.0 for _, slot in mine]
                wanted = part * self.people[person].contract_h - LEEWAY_H
                self.builder.add_row([*(c for c, _ in mine), *short], [*hours, 1.0], MORE, wanted)

    def share(self, counts: Callable[[Slot], bool], before: np.ndarray) -> None:
        """Shifts of a kind beyond somebody's fair share of all so far."""
        here = [self.slots[place] for place in self.here]
        total = sum(slot.people for slot in here if counts(slot)) + before[self.group].sum()
        contracts = sum(self.people[person].contract_h for person in self.group)
        for person in self.group:
            mine = [column for column, slot in self.list_mine(person) if counts(slot)]
            if mine and contracts:
                fair = math.ceil(total * self.people[person].contract_h / contracts - 1e-9)
                more = self.builder.add_columns([UNFAIR], 0.0, np.inf, False)
                self.builder.add_row(
                    [*mine, *more], [*([1.0] * len(mine)), -1.0], LESS,
                    max(fair - float(before[person]), 0.0),
                )  # fmt: skip


def count_shifts(roster: NamedRoster, rules: NamingRules) -> Iterator[tuple[int, int, int]]:
    """Yield shifts, weekend shifts and late shifts of each person."""
    for row in roster.chosen:
        mine = [roster.slots[place] for place in row if place != OFF]
        yield (
            len(mine),
            sum(rules.is_weekend(slot.day) for slot in mine),
            sum(slot.is_late for slot in mine),
        )
