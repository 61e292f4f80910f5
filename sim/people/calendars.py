"""A calendar file (iCalendar, RFC 5545) for each person: their shifts, for a phone or a mailbox.

Times are in UTC, so that every program shows them right whatever it knows of time zones; the same
roster gives the same bytes. Checked by ``tests/unit/test_people_calendars.py``.
"""

import datetime
import hashlib
import re
import zoneinfo

from sim.people.assigning import OFF
from sim.people.person import Person, Slot
from sim.people.tables import Named

FOLDER = "calendars"
# Octets of a line (RFC 5545, 3.1); longer ones are folded.
LONGEST_LINE = 75
# Letters of a name in the name of its file: some disks take 255 octets, and a letter may have four.
LONGEST_NAME = 40
UNFIT = re.compile(r"[^\w-]+")
"""signs that a file's name leaves out"""


def list_calendars(named: Named, time_zone: str) -> dict[str, bytes]:
    """List the calendars of those who have a shift, by file in the run's folder.

    Parameters
    ----------
    named : Named
        The roster by name.
    time_zone : str
        Of the horizon's clock.
    """
    zone = zoneinfo.ZoneInfo(time_zone)
    files = {}
    for number, (person, row) in enumerate(
        zip(named.roster.people, named.roster.chosen, strict=True), start=1
    ):
        mine = [named.roster.slots[place] for place in row if place != OFF]
        if mine:
            plain = UNFIT.sub("_", person.name)[:LONGEST_NAME].strip("_")
            name = f"{FOLDER}/{number:03d}{f'-{plain}' if plain else ''}.ics"
            files[name] = write_calendar(named, person, mine, zone)
    return files


def write_calendar(named: Named, person: Person, mine: list[Slot], zone: datetime.tzinfo) -> bytes:
    """Write one person's shifts as a calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//surgecrew//roster//EN"]
    lines.append(f"X-WR-CALNAME:{escape_text(f'Shifts of {person.name}')}")
    for slot in mine:
        lines += list_event(named, person, slot, zone)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold_line(line)}\r\n" for line in lines).encode()


def list_event(named: Named, person: Person, slot: Slot, zone: datetime.tzinfo) -> list[str]:
    """List the lines of one shift; its time stamp is its start, for no clock is read."""
    midnight = datetime.datetime.combine(named.date_of(slot.day), datetime.time())
    start, end = (
        (midnight + datetime.timedelta(minutes=minute)).replace(tzinfo=zone)
        .astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        for minute in (slot.start_min, slot.end_min)
    )  # fmt: skip
    pool = named.pools[slot.pool]
    identity = hashlib.sha256("\n".join((person.name, pool, start)).encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{identity}@surgecrew",
        f"DTSTAMP:{start}",
        f"DTSTART:{start}",
        f"DTEND:{end}",
        f"SUMMARY:{escape_text(f'Shift: {pool}')}",
        "END:VEVENT",
    ]


def escape_text(text: str) -> str:
    """Write a text so that no sign of it is read as the calendar's own."""
    plain = re.sub(r"([\\;,])", r"\\\1", text)
    return " ".join(plain.splitlines())


def fold_line(line: str) -> str:
    """Fold a line after 75 octets at most, never within a letter."""
    parts, room = [""], LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append("")
            room = LONGEST_LINE - 1
        parts[-1] += letter
        room -= size
    return "\r\n ".join(parts)
