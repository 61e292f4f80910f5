"""A list of people: who there is, what they can do, and when.

One row a person. Columns (any order and case; the first three letters of many languages are not
guessed): `name`; `pool`, or `skills` (topics); `contract_h`; `days_off`; `earliest`, `latest`;
`fixed`; `wishes`. Several entries of a cell stand between bars or semicolons:

    name;pool;contract_h;days_off;earliest;latest;fixed;wishes
    Ana;general|technical;37.5;sun;;;;off fri|early
    Bo;general;20;mon|2026-06-05;09:00;18:00;wed 09:00-13:00;

Checked by ``tests/unit/test_people_reading.py``.
"""

import datetime
import itertools
import pathlib
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.compose import suggest
from sim.errors import InputError
from sim.exports.histories import read_history
from sim.people.person import FREE_DAYS, FixedShift, NamingRules, Person, Wish
from sim.policies.roster_file import to_text
from sim.policies.roster_rows import CellError, read_clock, read_range
from sim.rostering.shift_problem import DAY_MIN
from sim.scenario.clock import interval_local_times
from sim.scenario.model import Scenario
from sim.scenario.profile import home_pools
from sim.store.weekdays import list_weekdays, strip_accents

NAMES = {
    "name": ("name", "person", "employee", "agent"),
    "pool": ("pool", "pools", "team", "queue"),
    "skills": ("skills", "skill", "topics"),
    "contract_h": ("contract_h", "contract", "contract_hours", "hours", "hours_a_week"),
    "days_off": ("days_off", "off", "day_off"),
    "earliest": ("earliest", "from"),
    "latest": ("latest", "until", "to"),
    "fixed": ("fixed", "fixed_shifts", "fixed_shift"),
    "wishes": ("wishes", "wish", "preferences"),
}
EXAMPLE = "name, pool or skills, contract_h, days_off, earliest, latest, fixed, wishes"
ENTRY = re.compile(r"[|;]")
# A roster of so many is a list of something else, and the program of a week would not end.
MOST_PEOPLE = 2000
# Nobody is paid for more hours of a week.
MOST_HOURS = 168.0
# A name longer than this is a text in the wrong column.
LONGEST_NAME = 100
WISHES = "off DAY, early or late"


class PeopleFile(NamedTuple):
    """A list of people, and the columns that were not used."""

    people: list[Person]
    unused: tuple[str, ...]


class _Reader(NamedTuple):
    """What cells are read against."""

    scenario: Scenario
    rules: NamingRules
    dates: tuple[datetime.date, ...]
    """of the days of the horizon"""


def read_people(path: str | pathlib.Path, scenario: Scenario, rules: NamingRules) -> PeopleFile:
    """Read a list of people.

    Parameters
    ----------
    path : path
        CSV with any usual delimiter, xlsx, JSON or Parquet.
    scenario : Scenario
        Its pools, topics and days.
    rules : NamingRules
        Of the scenario.

    Raises
    ------
    InputError
        One line a mistake: file, row, column, what is allowed and nearest.
    """
    history = read_history(path)
    cells = {column: to_text(values) for column, values in history.columns.items()}
    columns = choose_columns(tuple(cells), str(path))
    n_rows = len(next(iter(cells.values()), ()))
    if history.skipped_rows:
        raise InputError(
            f"{path}: {history.skipped_rows} rows have more or fewer cells than the header; "
            "allowed: as many in each row (several entries of a cell stand between bars: sat|sun)"
        )
    if not 1 <= n_rows <= MOST_PEOPLE:
        raise InputError(f"{path}: has {n_rows} people; allowed: 1 to {MOST_PEOPLE:,}")
    first = interval_local_times(scenario.horizon)[0].date()
    dates = tuple(first + datetime.timedelta(days=day) for day in range(rules.n_days))
    reader = _Reader(scenario, rules, dates)
    people: list[Person] = []
    errors: list[str] = []
    seen: dict[str, int] = {}
    for row in range(n_rows):
        given = {part: str(cells[column][row]).strip() for part, column in columns.items()}
        if not any(given.values()):
            continue
        found, wrong = read_person(reader, given)
        name = given["name"]
        if name and name in seen:
            wrong.append(f"name = {name}: is there twice (row {seen[name]}); allowed: each once")
        seen.setdefault(name, row + 2)
        errors += [f"{path}: row {row + 2}, {line}" for line in wrong]
        people += [] if found is None else [found]
    if errors:
        raise InputError(*errors)
    return PeopleFile(people, tuple(name for name in cells if name not in columns.values()))


def choose_columns(given: tuple[str, ...], path: str) -> dict[str, str]:
    """Settle which column is which.

    Raises
    ------
    InputError
        No column of names, or none of pools or skills.
    """
    by_word = {re.sub(r"[^a-z0-9]+", "_", strip_accents(one)).strip("_"): one for one in given}
    found = {
        part: next(by_word[word] for word in words if word in by_word)
        for part, words in NAMES.items()
        if set(words) & set(by_word)
    }
    missing = [] if "name" in found else ["name"]
    missing += [] if {"pool", "skills"} & set(found) else ["pool"]
    if missing:
        raise InputError(
            f"{path}: no column {' and none '.join(missing)} found among {', '.join(given)}; "
            f"allowed: {EXAMPLE}"
        )
    return found


def read_person(reader: _Reader, given: dict[str, str]) -> tuple[Person | None, list[str]]:
    """Read one row; None with what is wrong in it."""
    wrong: list[str] = []

    def read(part: str, how: Callable[[_Reader, str], Any], default: Any) -> Any:
        cell = given.get(part, "")
        try:
            return how(reader, cell) if cell else default
        except CellError as error:
            wrong.append(f"{part} = {cell}: allowed: {error}")
            return default

    name = given["name"]
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        wrong.append(f"name = {name[:20]!r}: allowed: 1 to {LONGEST_NAME} printable signs")
    pools = read("pool", read_pools, ()) or read("skills", read_skills, ())
    if not pools and not wrong:
        wrong.append("pool: is empty; allowed: " + ", ".join(reader.scenario.pool_names))
    person = Person(
        name=name,
        pools=pools,
        contract_h=read("contract_h", read_contract, reader.rules.contract_h),
        days_off=read("days_off", read_days, frozenset()),
        earliest_min=read("earliest", lambda _, cell: read_clock(cell), 0),
        latest_min=read("latest", read_latest, 2 * DAY_MIN),
        fixed=read("fixed", read_fixed, ()),
        wishes=read("wishes", read_wishes, ()),
    )
    wrong += [] if wrong else check_fixed(person, reader.rules)
    return (None, wrong) if wrong else (person, [])


def split_cell(cell: str) -> list[str]:
    """The entries of a cell."""
    return [entry.strip() for entry in ENTRY.split(cell) if entry.strip()]


def read_pools(reader: _Reader, cell: str) -> tuple[int, ...]:
    """Pools by name."""
    names = reader.scenario.pool_names
    wrong = [one for one in split_cell(cell) if one not in names]
    if wrong:
        raise CellError(f"{', '.join(names)}{suggest(wrong[0], names)}")
    return tuple(dict.fromkeys(names.index(one) for one in split_cell(cell)))


def read_skills(reader: _Reader, cell: str) -> tuple[int, ...]:
    """Pools all of whose topics somebody has; topics by name."""
    topics, homes = reader.scenario.topic_names, home_pools(reader.scenario)
    wrong = [one for one in split_cell(cell) if one not in topics]
    if wrong:
        raise CellError(f"{', '.join(topics)}{suggest(wrong[0], topics)}")
    has = set(split_cell(cell))
    wanted = {
        pool: {topic for topic, home in zip(topics, homes, strict=True) if home == pool
               and reader.scenario.topics[topic].actionable_share > 0}
        for pool in range(len(reader.scenario.pool_names))
    }  # fmt: skip
    able = tuple(pool for pool, needs in wanted.items() if needs and needs <= has)
    if not able:
        each = "; ".join(
            f"{reader.scenario.pool_names[pool]} needs {', '.join(sorted(needs))}"
            for pool, needs in wanted.items() if needs
        )  # fmt: skip
        raise CellError(f"all topics of a pool ({each})")
    return able


def read_contract(reader: _Reader, cell: str) -> float:
    """Paid hours of a week."""
    try:
        hours = float(cell.replace(",", ".").removesuffix("h").strip())
    except ValueError:
        hours = -1.0
    if not 0 < hours <= MOST_HOURS:
        raise CellError(f"paid hours of a week, above 0 to {MOST_HOURS:g}")
    return hours


def list_days(reader: _Reader, entry: str) -> tuple[int, ...]:
    """Days of the horizon that a weekday or a date names; a date outside of it names none."""
    try:
        date = datetime.date.fromisoformat(entry)
    except ValueError:
        weekdays = list_weekdays(entry)
        if not weekdays:
            raise CellError("weekdays (sat) or dates (2026-06-05)") from None
        return tuple(n for n, date in enumerate(reader.dates) if date.weekday() in weekdays)
    return tuple(n for n, one in enumerate(reader.dates) if one == date)


def read_days(reader: _Reader, cell: str) -> frozenset[int]:
    """Days off."""
    return frozenset(day for entry in split_cell(cell) for day in list_days(reader, entry))


def read_latest(reader: _Reader, cell: str) -> int:
    """The time by which shifts end; 00:00 is the end of the day."""
    return read_clock(cell) or DAY_MIN


def read_fixed(reader: _Reader, cell: str) -> tuple[FixedShift, ...]:
    """Fixed shifts: a day and two times."""
    found = []
    for entry in split_cell(cell):
        day, _, hours = entry.partition(" ")
        if not hours:
            raise CellError("a day and two times, such as wed 09:00-13:00")
        start_min, length_min = read_range(hours)
        found += [FixedShift(one, start_min, length_min) for one in list_days(reader, day)]
    return tuple(sorted(found))


def read_wishes(reader: _Reader, cell: str) -> tuple[Wish, ...]:
    """Wishes: off DAY, early, late."""
    found = []
    for entry in split_cell(cell):
        word, _, day = entry.lower().partition(" ")
        if word in ("early", "late") and not day:
            found.append(Wish(word))
        elif word == "off" and day:
            found += [Wish("off", one) for one in list_days(reader, day)]
        else:
            raise CellError(WISHES)
    return tuple(found)


def check_fixed(person: Person, rules: NamingRules) -> list[str]:
    """What of somebody's fixed shifts breaks a rule of their own."""
    shifts, wrong = person.fixed, []
    by_day = [shift.day for shift in shifts]
    if len(set(by_day)) < len(by_day):
        wrong.append("two on one day")
    if person.days_off & set(by_day):
        wrong.append("one on a day off")
    for one, other in itertools.pairwise(shifts):
        gap = (other.day - one.day) * DAY_MIN + other.start_min - one.start_min - one.length_min
        if gap < rules.rest_min:
            wrong.append(f"less than {rules.rest_min / 60:g} h of rest between two")
            break
    most = rules.days_a_week
    for first in range(0, rules.n_days, 7):
        mine = [shift for shift in shifts if first <= shift.day < first + 7]
        free = [day for day in range(first, min(first + 7, rules.n_days)) if day not in by_day]
        has_two = any(day + 1 in free for day in free)
        if len(mine) > most:
            wrong.append(f"more than {most} days of a week")
        elif rules.wants_two_off and len(free) + len(mine) == 7 and not has_two:
            wrong.append(f"no {FREE_DAYS} days off in a row")
        if sum(shift.length_min for shift in mine) > person.contract_h * 60.0:
            wrong.append(f"more hours than the contract's {person.contract_h:g}")
    return [f"fixed: {line}; allowed: shifts that keep the rules" for line in dict.fromkeys(wrong)]
