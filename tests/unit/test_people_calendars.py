"""Calendars by person: times in UTC over a clock change, names that are only text, long lines."""

import datetime
import zoneinfo

from sim.people.assigning import OFF
from sim.people.calendars import escape_text, fold_line, list_calendars
from sim.people.person import Person, Slot


class Roster:
    """Stand in for a roster by name: who works which slot each day."""

    def __init__(self, people, slots, chosen):
        self.people, self.slots, self.chosen = people, slots, chosen


class Told:
    """Stand in for all that is told of a roster."""

    def __init__(self, roster, pools, first):
        self.roster, self.pools, self.first = roster, pools, first

    def date_of(self, day):
        return self.first + datetime.timedelta(days=day)


def make_slot(day, start_h, end_h):
    fields = {"day": day, "start_min": 60 * start_h, "end_min": 60 * end_h, "pool": 0}
    return Slot(*(fields.get(name, 60 * (end_h - start_h)) for name in Slot._fields))


def write(names, first=datetime.date(2026, 10, 24), zone="Europe/Berlin"):
    """Return the calendars of people who all work a day, and the night when clocks go back."""
    slots = [make_slot(0, 8, 16), make_slot(0, 22, 30)]
    people = [Person(name, (0,), 40.0) for name in names]
    chosen = [[0, OFF] if n % 2 == 0 else [1, OFF] for n in range(len(names))]
    return list_calendars(Told(Roster(people, slots, chosen), ["general"], first), zone)


def read_lines(content):
    """Return the lines of a calendar, unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_a_shift_in_utc_and_a_night_with_an_hour_more():
    """Berlin: 08:00 to 16:00 is 06:00 to 14:00; 22:00 to 06:00 has nine hours that night."""
    day, night = write(["Ana", "Bo"]).values()
    assert {"DTSTART:20261024T060000Z", "DTEND:20261024T140000Z"} <= set(read_lines(day))
    assert {"DTSTART:20261024T200000Z", "DTEND:20261025T050000Z"} <= set(read_lines(night))


def test_a_zone_of_half_an_hour():
    day = next(iter(write(["Ana"], zone="Asia/Kolkata").values()))
    local = datetime.datetime(2026, 10, 24, 8, tzinfo=zoneinfo.ZoneInfo("Asia/Kolkata"))
    assert f"DTSTART:{local.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}" in read_lines(day)
    assert "DTSTART:20261024T023000Z" in read_lines(day)


def test_hostile_names_are_text_and_files_stay_in_their_folder():
    names = ["../../etc/passwd", "a;b,c\\d\r\nEND:VEVENT", "CON", "\u6d4b\u8bd5", "", "A", "a"]
    files = write(names)
    assert len(files) == len(names)
    assert len({name.lower() for name in files}) == len(names)
    for name, content in files.items():
        assert name.count("/") == 1
        assert ".." not in name
        assert read_lines(content).count("END:VEVENT") == 1


def test_the_same_roster_gives_the_same_bytes_and_no_two_shifts_one_name():
    assert write(["Ana", "Bo"]) == write(["Ana", "Bo"])
    uids = [line for content in write(["Ana", "Bo", "Cy", "Di"]).values()
            for line in read_lines(content) if line.startswith("UID")]  # fmt: skip
    assert len(set(uids)) == 4


def test_lines_are_folded_between_letters():
    folded = fold_line("X:" + "\u00e9\u6d4b" * 60)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == "X:" + "\u00e9\u6d4b" * 60
    assert escape_text("a,b;c\\d\ne") == "a\\,b\\;c\\\\d e"
