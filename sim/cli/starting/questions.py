"""What ``surgecrew init`` asks, and how each answer is read.

Checked by ``tests/functional/test_cli_init.py``.
"""

import datetime
import difflib
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.store.clock import find_zone

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANNOUNCED = ("campaign", "launch", "price_rise")
UNANNOUNCED = ("outage", "breach")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?")


class Hours(NamedTuple):
    """Opening and closing by local clock [h]; closing beyond 24 is on the next day."""

    from_h: float
    to_h: float

    @property
    def is_always(self) -> bool:
        """Open around the clock."""
        return self.to_h - self.from_h >= 24.0


class Question(NamedTuple):
    """One of the few things that `init` has to know."""

    key: str
    text: str
    default: str
    read: Callable[[str, str], Any]
    """Answer and key to value; an InputError where it is none."""


def refuse(key: str, answer: str, allowed: str) -> InputError:
    """The one line of an answer that cannot be read."""
    return InputError(f"{key} = {answer}: allowed: {allowed}")


def read_text(answer: str, key: str) -> str:
    """Any line of text."""
    found = " ".join(answer.split())
    if not found or not found.isprintable():
        raise refuse(key, answer, "a line of text")
    return found


def read_number(answer: str, key: str) -> float:
    """A number above 0."""
    try:
        found = float(answer)
    except ValueError:
        found = math.nan
    if not 0.0 < found <= 1e9:
        raise refuse(key, answer, "a number above 0 and up to 1e9, such as 28.5")
    return found


def read_budget(answer: str, key: str) -> float | None:
    """A number above 0, or none."""
    return None if answer.lower() in ("none", "null") else read_number(answer, key)


def read_zone(answer: str, key: str) -> str:
    """An IANA time zone."""
    find_zone(answer, key)
    return answer


def read_clock(answer: str) -> float | None:
    """A local clock time [h], of whole five minutes: 9, 8:30, 8.30, 8h30."""
    found = _CLOCK.fullmatch(answer.strip())
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return hours + minutes / 60.0 if hours <= 24 and minutes < 60 and minutes % 5 == 0 else None


def read_hours(answer: str, key: str) -> Hours:
    """Opening hours: 9-18, 8:30-20:00, 20-4 over midnight, 24h."""
    allowed = "hours such as 9-18, 8:30-20, 20-4 (over midnight) or 24h, to five minutes"
    if answer.strip().lower() in ("24h", "24", "always"):
        return Hours(0.0, 24.0)
    ends = [read_clock(end) for end in re.split(r"-|\u2013|\bto\b", answer)]
    if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] >= 24:
        raise refuse(key, answer, allowed)
    first, last = ends[0], ends[1]
    return Hours(first, last if last > first else last + 24.0)


def read_days(answer: str, key: str) -> tuple[str, ...]:
    """Days of the week: mon-fri, mon,wed,fri, all."""
    if answer.strip().lower() in ("all", "every day", "daily"):
        return DAYS
    found: set[str] = set()
    for part in re.split(r"[,\s]+", answer.strip().lower()):
        ends = [day[:3] for day in part.split("-")]
        if not 1 <= len(ends) <= 2 or not set(ends) <= set(DAYS):
            raise refuse(key, answer, f"days such as mon-fri, mon,wed or all ({', '.join(DAYS)})")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found |= {DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)}
    return tuple(day for day in DAYS if day in found)


def read_event(answer: str, key: str) -> str:
    """A kind of event, or none."""
    kinds = ("none", *ANNOUNCED, *UNANNOUNCED)
    if answer not in kinds:
        near = difflib.get_close_matches(answer, kinds, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise refuse(key, answer, f"{', '.join(kinds)}{hint}")
    return answer


def read_event_time(answer: str, key: str) -> float:
    """A time of the week: thu 10:00; in hours from Monday 0:00."""
    day, _, clock = answer.strip().lower().partition(" ")
    hour = read_clock(clock)
    if day[:3] not in DAYS or hour is None or hour >= 24:
        raise refuse(key, answer, "a day and a local time, such as thu 10:00")
    return 24.0 * DAYS.index(day[:3]) + hour


def read_monday(answer: str, key: str) -> datetime.date:
    """A Monday."""
    try:
        found = datetime.date.fromisoformat(answer)
    except ValueError:
        raise refuse(key, answer, "a date such as 2026-12-07") from None
    if not 1990 <= found.year < 2100 or found.weekday() != 0:
        near = found - datetime.timedelta(days=found.weekday())
        raise refuse(key, answer, f"a Monday from 1990 to 2099; that week's is {near}")
    return found


QUESTIONS = (
    Question("name", "Name of the brand", "my_brand", read_text),
    Question("time_zone", "Time zone of the team", "UTC", read_zone),
    Question("start", "Monday that the week begins", "2026-06-01", read_monday),
    Question("mentions_per_day", "Mentions on an ordinary day", "300", read_number),
    Question("open", "Opening hours (9-18, 20-4, 24h)", "9-18", read_hours),
    Question("days", "Days that are open (mon-sat, all)", "mon-sat", read_days),
    Question("currency", "Currency", "USD", read_text),
    Question("paid_hour_cost", "What a paid hour costs", "28", read_number),
    Question("budget", "Budget of the week; none: what the mentions ask for", "none", read_budget),
    Question("promise_min", "Minutes within which a first reply is promised", "60", read_number),
    Question("event", "none, campaign, launch, price_rise, outage or breach", "none",
             read_event),
    Question("event_time", "When it comes, if it is announced", "thu 10:00", read_event_time),
)  # fmt: skip


def read_answers(given: Iterable[str]) -> dict[str, Any]:
    """Read ``key=answer`` words; what is not answered is not in the result.

    Raises
    ------
    InputError
        A line for each word that cannot be read.
    """
    known = {question.key: question for question in QUESTIONS}
    errors: list[str] = []
    found: dict[str, Any] = {}
    for word in given:
        key, _, answer = word.partition("=")
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            errors.append(f"{key}: unknown key{hint} (allowed: {', '.join(known)})")
            continue
        try:
            found[key] = known[key].read(answer, key)
        except InputError as error:
            errors.extend(error.errors)
    if errors:
        raise InputError(*errors)
    return found


def fill_in(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with the defaults of what was not asked or answered."""
    return {
        question.key: answers.get(question.key, question.read(question.default, question.key))
        for question in QUESTIONS
    }
