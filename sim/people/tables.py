"""A roster by name as rows for a spreadsheet, sheets for people, one object and lines to read.

Checked by ``tests/functional/test_cli_roster.py``.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.people.assigning import OFF, NamedRoster, count_shifts
from sim.people.gaps import Gaps
from sim.people.person import NOON_MIN, WEEK_DAYS, NamingRules, Person, Slot
from sim.rostering.shift_problem import DAY_MIN

SCHEMA = 1  # of roster.json: another number where a key goes or means something else
HEAD = ("person", "pool", "date", "weekday", "start", "end", "paid_h")
# Excel refuses these signs in a sheet's name.
UNFIT = re.compile(r"[\[\]:*?/\\']")
# And more letters than this.
LONGEST_SHEET = 31
# A workbook of more sheets than this opens slowly and nobody finds one; the CSV has all.
MOST_SHEETS = 300
Rows = list[list[Any]]
Sheets = list[tuple[str, list[str], Rows]]


class Named(NamedTuple):
    """All that is told of a roster by name."""

    roster: NamedRoster
    rules: NamingRules
    gaps: Gaps
    pools: Sequence[str]
    first_date: datetime.date

    def date_of(self, day: int) -> datetime.date:
        """The date of a day of the horizon."""
        return self.first_date + datetime.timedelta(days=day)


def list_rows(named: Named) -> Rows:
    """List roster.csv: a row for each person and shift, by person and day."""
    return [
        [person.name, *write_slot(named, slot)]
        for person, row in zip(named.roster.people, named.roster.chosen, strict=True)
        for slot in (named.roster.slots[place] for place in row if place != OFF)
    ]


def write_slot(named: Named, slot: Slot) -> list[Any]:
    """Pool, date, weekday, start and end by the local clock, paid hours."""
    date = named.date_of(slot.day)
    midnight = datetime.datetime.combine(date, datetime.time())
    start, end = (
        (midnight + datetime.timedelta(minutes=minute)).isoformat(sep=" ", timespec="minutes")
        for minute in (slot.start_min, slot.end_min)
    )
    return [
        named.pools[slot.pool], date.isoformat(), f"{date:%a}", start, end, slot.paid_min / 60.0,
    ]  # fmt: skip


def write_hours(slot: Slot) -> str:
    """A shift's hours by the clock."""
    return "-".join(
        f"{minute % DAY_MIN // 60:02d}:{minute % 60:02d}"
        for minute in (slot.start_min, slot.end_min)
    )


def list_people(named: Named) -> Rows:
    """List each person's hours, days, weekends, late shifts and wishes."""
    weeks = named.rules.n_days / WEEK_DAYS
    rows = []
    counted = count_shifts(named.roster, named.rules)
    for person, row, (shifts, weekends, lates) in zip(
        named.roster.people, named.roster.chosen, counted, strict=True
    ):
        mine = [named.roster.slots[place] for place in row if place != OFF]
        paid_h = sum(slot.paid_min for slot in mine) / 60.0
        rows.append(
            [
                person.name, ", ".join(named.pools[pool] for pool in person.pools),
                round(paid_h, 2), round(person.contract_h * weeks, 2), shifts, weekends, lates,
                sum(is_kept(wish, mine) for wish in person.wishes), len(person.wishes),
            ]
        )  # fmt: skip
    return rows


def is_kept(wish: Any, mine: Sequence[Slot]) -> bool:
    """Whether a wish is kept by somebody's shifts."""
    if wish.kind == "off":
        return all(slot.day != wish.day for slot in mine)
    return all((slot.start_min < NOON_MIN) == (wish.kind == "early") for slot in mine)


def list_sheets(named: Named) -> Sheets:
    """List the workbook's sheets: all by day, people, what is missing, and one for each person."""
    days = range(named.rules.n_days)
    roster = named.roster
    grid = [
        [
            person.name,
            *("" if place == OFF else f"{write_hours(roster.slots[place])} "
              f"{named.pools[roster.slots[place].pool]}" for place in row),
        ]
        for person, row in zip(roster.people, roster.chosen, strict=True)
    ]  # fmt: skip
    head = ["Person", "Pools", "Paid hours", "Contract, h", "Shifts", "On weekends",
            "Late or night (after 20:00, before 5:00)", "Wishes kept", "Wishes"]  # fmt: skip
    sheets: Sheets = [
        ("Roster", ["Person", *(f"{named.date_of(day):%a %Y-%m-%d}" for day in days)], grid),
        ("People", head, list_people(named)),
        ("Not filled", ["Pool", "Date", "Day", "Start", "End", "Paid hours", "People missing"],
         list_missing(named)),
    ]  # fmt: skip
    taken = {name.lower() for name, _, _ in sheets}
    for person, row in list(zip(roster.people, roster.chosen, strict=True))[:MOST_SHEETS]:
        mine = [write_slot(named, roster.slots[place]) for place in row if place != OFF]
        sheets.append(
            (name_sheet(person.name, taken), ["Pool", "Date", "Day", "Start", "End", "Paid hours"],
             mine)
        )  # fmt: skip
    return sheets


def name_sheet(name: str, taken: set[str]) -> str:
    """A name that Excel takes, unlike those that are taken, which it joins."""
    plain = UNFIT.sub("_", name)[:LONGEST_SHEET].strip() or "_"
    found, number = plain, 2
    while found.lower() in taken or found.lower() == "history":
        end = f" {number}"
        found, number = plain[: LONGEST_SHEET - len(end)] + end, number + 1
    taken.add(found.lower())
    return found


def list_missing(named: Named) -> Rows:
    """List the shifts with people missing."""
    return [
        [*write_slot(named, slot), int(left)]
        for slot, left in zip(named.roster.slots, named.roster.missing, strict=True)
        if left
    ]


def describe(named: Named) -> dict[str, Any]:
    """roster.json: counts, fairness beside the best possible, what is missing and what would do."""
    gaps = named.gaps
    return {
        "schema": SCHEMA,
        "people": len(named.roster.people),
        "shifts": int(sum(slot.people for slot in named.roster.slots)),
        "missing": gaps.shifts,
        "missing_without_rule": gaps.by_rule,
        "more_people": None
        if gaps.more_people is None
        else {named.pools[pool]: count for pool, count in gaps.more_people.items()},
        "fairness": {
            named.pools[pool]: {
                what: {"least": least, "most": most, "even": even}
                for what, (least, most, even) in measure_fairness(named, members).items()
            }
            for pool, members in group_people(named.roster.people).items()
        },
        "wishes_kept": sum(row[7] for row in list_people(named)),
        "wishes": sum(row[8] for row in list_people(named)),
    }


def group_people(people: Sequence[Person]) -> dict[int, list[int]]:
    """People by their best pool."""
    groups: dict[int, list[int]] = {}
    for number, person in enumerate(people):
        groups.setdefault(person.pools[0], []).append(number)
    return dict(sorted(groups.items()))


def measure_fairness(
    named: Named, members: Sequence[int]
) -> dict[str, tuple[float, float, float]]:  # fmt: skip
    """Least, most and even share of weekend and late shifts for a full-time contract."""
    counts = np.array(list(count_shifts(named.roster, named.rules)), float)[list(members)]
    contracts = np.array([named.roster.people[number].contract_h for number in members])
    parts = contracts / named.rules.contract_h
    found = {}
    for column, what in ((1, "weekend"), (2, "late")):
        scaled = counts[:, column] / parts
        even = counts[:, column].sum() / parts.sum()
        found[what] = (round(scaled.min(), 2), round(scaled.max(), 2), round(float(even), 2))
    return found


def write_lines(named: Named) -> Iterator[str]:
    """Yield what a planner reads on the terminal."""
    found, first = describe(named), named.first_date
    yield (
        f"{found['people']} people, {named.rules.n_days} days from {first:%a %Y-%m-%d}: "
        f"{found['shifts'] - found['missing']} of {found['shifts']} shifts have somebody"
    )
    for pool, fairness in found["fairness"].items():
        yield f"{pool}: " + ", ".join(
            f"{what} shifts {one['least']:g} to {one['most']:g} a full-time person (even: "
            f"{one['even']:g})"
            for what, one in fairness.items()
        )
    if found["wishes"]:
        yield f"Wishes kept: {found['wishes_kept']} of {found['wishes']}"
    added = [slot for slot in named.roster.slots if slot.is_added]
    if added:
        yield f"Fixed shifts beyond the plan: {len(added)}, worked and paid as they stand"
    yield from write_gaps(named)


def write_gaps(named: Named) -> Iterator[str]:
    """Yield which shifts nobody stands for, why, and the smallest change."""
    gaps = named.gaps
    if not gaps.shifts:
        return
    missing = list_missing(named)
    for pool, _, day, start, end, _, left in missing[:5]:
        yield f"Nobody for {left} of {pool}, {day} {start} to {end[11:]}"
    if len(missing) > 5:
        yield f"... and {len(missing) - 5} more shifts: sheet Not filled"
    if gaps.nobody:
        yield (
            f"Out of everybody's pools, days and hours (pool, days_off, earliest, latest): "
            f"{len(gaps.nobody)} of these shifts"
        )
    for rule, left in sorted(gaps.by_rule.items(), key=lambda one: one[1]):
        yield f"Without the rule {rule}: {left} missing"
    if gaps.more_people:
        more = ", ".join(f"{count} of {named.pools[p]}" for p, count in gaps.more_people.items())
        yield f"All are filled with more full-time people: {more}"
