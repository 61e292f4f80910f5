"""Rosters by name: no rule broken, as many filled as any roster fills, fair, wishes kept."""

import itertools
import random

import numpy as np
import pytest

from sim.people.assigning import OFF, NamedRoster, assign_people, count_shifts
from sim.people.person import FixedShift, NamingRules, Person, Slot, Wish, add_fixed

H = 60
RULES = NamingRules(n_days=7, first_weekday=0, rest_min=11 * H, days_a_week=5, contract_h=40)


def shift(day, start_h, people=1, pool=0, length_h=8):
    return Slot(day, start_h * H, length_h * H, length_h * H, pool, people)


def find_broken(roster: NamedRoster, rules: NamingRules) -> list[str]:
    """The rules by a second road: each person's week, read day by day."""
    broken = []
    for person, row in zip(roster.people, roster.chosen, strict=True):
        mine = {day: roster.slots[place] for day, place in enumerate(row) if place != OFF}
        for day, slot in mine.items():
            tomorrow = mine.get(day + 1)
            if slot.day != day or slot.pool not in person.pools or day in person.days_off:
                broken.append("not one of theirs")
            if slot.start_min < person.earliest_min or slot.end_min > person.latest_min:
                broken.append("times")
            if tomorrow and tomorrow.start_min + 1440 - slot.end_min < rules.rest_min:
                broken.append("rest")
        for first in range(0, rules.n_days, 7):
            week = [day for day in mine if first <= day < first + 7]
            hours = sum(mine[day].paid_min for day in week) / 60
            off = [day for day in range(first, min(first + 7, rules.n_days)) if day not in mine]
            if len(week) > rules.days_a_week:
                broken.append("days")
            if hours > person.contract_h + 1e-9:
                broken.append("contract")
            is_whole = first + 7 <= rules.n_days
            if is_whole and rules.wants_two_off and not any(day + 1 in off for day in off):
                broken.append("two off")
    if (roster.missing < 0).any():
        broken.append("too many")
    return broken


def draw_world(seed: int) -> tuple[list[Slot], list[Person], NamingRules]:
    chance = random.Random(seed)
    rules = RULES._replace(n_days=chance.choice([3, 7, 9]), days_a_week=chance.choice([3, 5, 6]))
    slots = [
        shift(day, start, chance.randint(0, 2), pool)
        for day in range(rules.n_days)
        for start in (6, 14, 22)
        for pool in (0, 1)
        if chance.random() < 0.6
    ]
    people = [
        Person(
            f"p{number}", chance.choice([(0,), (1,), (0, 1), (1, 0)]),
            chance.choice([16.0, 24.0, 40.0]),
            frozenset(chance.sample(range(rules.n_days), chance.randint(0, 2))),
            chance.choice([0, 0, 6 * H, 12 * H]), chance.choice([48 * H, 48 * H, 22 * H]),
        )
        for number in range(4)
    ]  # fmt: skip
    return slots, people, rules


def count_most(slots, people, rules) -> int:
    """The most people on shifts that any roster of a few days has, by trying all of them."""
    rows = []
    for person in people:
        by_day = [
            [OFF, *(n for n, slot in enumerate(slots) if slot.day == day)]
            for day in range(rules.n_days)
        ]
        rows.append([
            row for row in itertools.product(*by_day)
            if not find_broken(
                NamedRoster([person], slots, np.array([row]), np.zeros(1)), rules
            )
        ])  # fmt: skip
    best = {tuple(slot.people for slot in slots): 0}
    for options in rows:
        after: dict[tuple[int, ...], int] = {}
        for left, filled in best.items():
            for row in options:
                rest = list(left)
                for place in row:
                    if place != OFF:
                        rest[place] -= 1
                if min(rest, default=0) >= 0:
                    key = tuple(rest)
                    after[key] = max(after.get(key, 0), filled + sum(p != OFF for p in row))
        best = after
    return max(best.values())


@pytest.mark.parametrize("seed", range(12))
def test_no_rule_is_broken_and_as_many_as_can_be_are_filled(seed):
    """Catches rest, days, contracts, days off and gaps that need not be; all rosters are tried."""
    slots, people, rules = draw_world(seed)
    made = assign_people(slots, people, rules)
    assert not find_broken(made, rules)
    if rules.n_days == 3:
        wanted = sum(slot.people for slot in slots)
        assert wanted - made.missing.sum() == count_most(slots, people, rules)


def test_rest_holds_over_the_end_of_a_week():
    """Sunday night to six on Monday: one of two people cannot do both."""
    rules = RULES._replace(n_days=14)
    slots = [shift(6, 16), shift(7, 6)]
    one = assign_people(slots, [Person("a", (0,), 40)], rules)
    two = assign_people(slots, [Person("a", (0,), 40), Person("b", (0,), 40)], rules)
    assert (one.missing.sum(), two.missing.sum()) == (1, 0)


def test_weekends_and_late_shifts_are_shared_over_weeks():
    """Four weekends of one person for four people: each works two days of them, nobody more."""
    rules = RULES._replace(n_days=28)
    slots = [shift(day, 14) for day in range(28) if day % 7 >= 5]
    people = [Person(f"p{number}", (0,), 40) for number in range(4)]
    counts = list(count_shifts(assign_people(slots, people, rules), rules))
    assert [(weekends, lates) for _, weekends, lates in counts] == [(2, 2)] * 4


def test_wishes_are_kept_where_nothing_is_lost_and_no_shift_goes_for_them():
    people = [
        Person("a", (0,), 40, wishes=(Wish("off", 0),)),
        Person("b", (0,), 40, wishes=(Wish("late"),)),
        Person("c", (0,), 40),
    ]
    slots = [shift(0, 6), shift(0, 14), shift(1, 14, 3)]
    made = assign_people(slots, people, RULES)
    assert made.chosen[0, 0] == OFF
    assert made.chosen[1, 0] == 1
    assert made.missing.sum() == 0


def test_fixed_shifts_are_worked_and_added_where_the_plan_has_none():
    people = [
        Person("a", (0,), 40, fixed=(FixedShift(2, 9 * H, 4 * H), FixedShift(3, 6 * H, 8 * H)))
    ]
    slots = add_fixed([shift(3, 6), shift(4, 6)], people)
    made = assign_people(slots, people, RULES)
    assert [slot.is_added for slot in slots] == [True, False, False]
    assert made.chosen[0].tolist() == [OFF, OFF, 0, 1, 2, OFF, OFF]


def test_two_who_are_fixed_on_a_shift_for_one_both_work():
    people = [Person(name, (0,), 40, fixed=(FixedShift(0, 6 * H, 8 * H),)) for name in "ab"]
    slots = add_fixed([shift(0, 6)], people)
    assert [slot.people for slot in slots] == [2]
    assert assign_people(slots, people, RULES).missing.tolist() == [0]


@pytest.mark.parametrize(
    ("start_h", "length_h", "is_late"),
    [(6, 8, False), (12, 8, False), (13, 8, True), (22, 8, True), (0, 8, True), (5, 8, False)],
)
def test_evenings_and_nights_are_late(start_h, length_h, is_late):
    """Catches a night from midnight on that nobody counts."""
    assert shift(0, start_h, length_h=length_h).is_late is is_late
