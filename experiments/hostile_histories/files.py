"""Odd files of a history that is known: how its times are written, and what is broken.

A file is drawn from a seed and a number alone. What it holds is known: how many mentions of
customers, from when to when. Everything else is how tools and people write it.
"""

import datetime
import gzip
import io
import json
import pathlib
import tempfile
import zipfile
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sim.store.tables import write_table

UTC = datetime.UTC
Cells = dict[str, list[str]]


class Truth(NamedTuple):
    """What a file holds."""

    mentions: int
    first: datetime.datetime
    last: datetime.datetime
    resolution_s: float
    may_refuse: bool
    """nothing in it tells one of its meanings from another, or it is broken"""


class OddFile(NamedTuple):
    """A file, how it is made, and what is told about it on the command line."""

    name: str
    data: bytes
    truth: Truth
    keys: dict[str, object]
    """of `ReadingRules`"""
    trait: str
    """what is odd about it, in words"""


def month_names(language: str) -> list[str]:
    """Short names of months."""
    return {
        "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    }[language].split()


def write_named(time: datetime.datetime, language: str) -> str:
    """5 Jan 2026 14:05."""
    return f"{time.day} {month_names(language)[time.month - 1]} {time.year} {time:%H:%M}"


def write_offset(time: datetime.datetime, colon: bool) -> str:
    """+01:00 or +0100."""
    text = f"{time:%z}"
    return f"{text[:3]}:{text[3:]}" if colon else text


def excel_day(time: datetime.datetime) -> str:
    """Days since the end of 1899, as Excel counts them."""
    days = (time.replace(tzinfo=None) - datetime.datetime(1899, 12, 30)) / datetime.timedelta(
        days=1
    )
    return f"{days:.6f}"


# How a time is written: words, the writer, whether it tells its zone, seconds that it resolves.
FORMS: tuple[tuple[str, Callable[[datetime.datetime], str], bool, float], ...] = (
    ("ISO with Z", lambda t: f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", True, 1),
    ("ISO with milliseconds and Z",
     lambda t: f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{t.microsecond // 1000:03d}Z", True, 0.001),
    ("ISO with an offset", lambda t: f"{t:%Y-%m-%dT%H:%M:%S}{write_offset(t, True)}", True, 1),
    ("RFC 822", lambda t: f"{t:%a, %d %b %Y %H:%M:%S} {write_offset(t, False)}", True, 1),
    ("Twitter's own", lambda t: f"{t.astimezone(UTC):%a %b %d %H:%M:%S +0000 %Y}", True, 1),
    ("local with the zone's name", lambda t: f"{t:%Y-%m-%d %H:%M:%S} {t.tzinfo}", True, 1),
    ("ISO, local, to the tenth of a second",
     lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.{t.microsecond // 100_000}", False, 0.1),
    ("named months first", lambda t: f"{t:%B %d, %Y at} {t:%I:%M %p}", False, 60),
    ("JavaScript's", lambda t: f"{t:%a %b %d %Y %H:%M:%S} GMT{write_offset(t, False)}", True, 1),
    ("seconds since 1970", lambda t: str(int(t.timestamp())), True, 1),
    ("milliseconds since 1970", lambda t: str(int(t.timestamp() * 1000)), True, 0.001),
    ("plain local time", lambda t: f"{t:%Y-%m-%d %H:%M:%S}", False, 1),
    ("plain local time to the minute", lambda t: f"{t:%Y-%m-%d %H:%M}", False, 60),
    ("German", lambda t: f"{t:%d.%m.%Y %H:%M}", False, 60),
    ("American with a 12-hour clock", lambda t: f"{t:%m/%d/%Y %I:%M %p}", False, 60),
    ("British with seconds", lambda t: f"{t:%d/%m/%Y %H:%M:%S}", False, 1),
    ("two digits of the year", lambda t: f"{t:%m/%d/%y %H:%M}", False, 60),
    ("named months", lambda t: write_named(t, "en"), False, 60),
    ("named months, German", lambda t: write_named(t, "de"), False, 60),
    ("named months, French", lambda t: write_named(t, "fr"), False, 60),
    ("digits alone", lambda t: f"{t:%Y%m%d%H%M%S}", False, 1),
    ("compact ISO with Z", lambda t: f"{t.astimezone(UTC):%Y%m%dT%H%M%SZ}", True, 1),
    ("days of Excel", excel_day, False, 0.1),
)  # fmt: skip
TIME_HEADS = ("created_at", "Created At", "timestamp", "date", "Datum", "Zeitpunkt", "time",
              "posted at", "Ticket created - Timestamp", "Message Date", "fecha", "ts")  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Adelaide")
GAPS = ("", "NULL", "N/A", "-", "NaT", "none")
TEXTS = ("where is my order?", 'they said "soon", again', "line one\nline two", "größer; kleiner",
         "1,003 times", "=1+1", "")  # fmt: skip


def draw_times(rng: np.random.Generator, zone: ZoneInfo, early: bool) -> list[datetime.datetime]:
    """Times of mentions, more by day than by night; `early`: no day above the twelfth."""
    days = int(rng.integers(8, 12)) if early else int(rng.integers(16, 40))
    start = datetime.datetime(2025, int(rng.integers(1, 12)), 1, tzinfo=zone)
    hours = rng.choice(24, int(rng.integers(150, 900)), p=np.r_[[0.01] * 7, [0.93 / 17] * 17])
    seconds = rng.integers(0, 3600, len(hours)) + 3600 * hours
    ms = rng.integers(0, 1000, len(hours))
    times = [
        start + datetime.timedelta(days=int(day), seconds=int(second), milliseconds=int(part))
        for day, second, part in zip(rng.integers(0, days, len(hours)), seconds, ms, strict=True)
    ]
    # A clock that is set back shows an hour twice: no file without offsets tells them apart.
    return sorted(time for time in times if time.hour != 2 and time.hour != 1)


def add_distractors(rng: np.random.Generator, cells: Cells, size: int) -> list[str]:
    """Columns that are neither the time nor a count; in words which."""
    made = []
    if rng.random() < 0.4:
        cells["message_id"] = [str(1_870_000_000_000_000_000 + 4_194_304 * n) for n in range(size)]
        made.append("ids of 19 digits")
    if rng.random() < 0.3:
        cells["phone"] = [str(n) for n in rng.integers(1_500_000_000, 1_799_999_999, size)]
        made.append("phone numbers")
    if rng.random() < 0.3:
        cells["followers"] = [str(n) for n in rng.integers(0, 90_000, size)]
        made.append("a column of numbers")
    if rng.random() < 0.4:
        cells["text"] = [TEXTS[n] for n in rng.integers(0, len(TEXTS), size)]
        made.append("texts with delimiters and line breaks")
    if rng.random() < 0.2:
        cells["notes"] = [""] * size
        made.append("an empty column")
    return made


def add_replies(
    rng: np.random.Generator, cells: Cells, times: list[datetime.datetime], write: Callable
) -> str:
    """Replies as times or lengths, some missing."""
    waits = rng.integers(1, 600, len(times))
    gap, missing = str(rng.choice(GAPS)), rng.random(len(times)) < 0.3
    way = str(rng.choice(["times", "minutes", "clock", "words"]))
    if way == "times":
        made = [
            write(t + datetime.timedelta(minutes=int(w))) for t, w in zip(times, waits, strict=True)
        ]
        name = "first_reply_at"
    elif way == "minutes":
        made, name = [str(wait) for wait in waits], "first_reply_time_in_minutes"
    elif way == "clock":
        made = [f"{wait // 60:02d}:{wait % 60:02d}:00" for wait in waits]
        name = "first response time"
    else:
        made, name = [f"{wait // 60}h {wait % 60}m" for wait in waits], "First reply time"
    cells[name] = [gap if is_gap else cell for cell, is_gap in zip(made, missing, strict=True)]
    return f"replies as {way}, missing as {gap or 'nothing'}"


def write_text(rng: np.random.Generator, cells: Cells, form_tells: bool) -> tuple[str, list[str]]:
    """A text table with a delimiter, maybe lines above it; in words what is odd."""
    delimiter = str(rng.choice([",", ";", "\t", "|"]))
    made = [{",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}[delimiter]]

    def quote(cell: str) -> str:
        if any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    rows = zip(*cells.values(), strict=True)
    lines = [delimiter.join(map(quote, row)) for row in ([*cells], *rows)]
    above = str(rng.choice(["", "", "", "sep", "title"]))
    if above == "sep":
        lines.insert(0, f"sep={delimiter}")
        made.append("a line sep=")
    elif above == "title":
        lines[:0] = ["Report of mentions", "Exported by someone", ""]
        made.append("title lines")
    end = str(rng.choice(["\n", "\n", "\r\n"]))
    return end.join(lines) + end, made


def pack(rng: np.random.Generator, text: str) -> tuple[str, bytes, list[str]]:
    """Encode and maybe pack a text; a name, the bytes, in words what is odd."""
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", text.encode()
    packing = str(rng.choice(["", "", "", "gz", "zip"]))
    made = [word for word in (encoding, packing) if word not in ("", "utf-8")]
    if packing == "gz":
        return "history.csv.gz", gzip.compress(data, mtime=0), made
    if packing == "zip":
        room = io.BytesIO()
        with zipfile.ZipFile(room, "w") as archive:
            archive.writestr("history.csv", data)
        return "history.zip", room.getvalue(), made
    return "history.csv", data, made


def to_parquet(cells: Cells) -> bytes:
    """The same as Parquet."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "history.parquet"
        write_table(path, {name: np.array(column) for name, column in cells.items()})
        return path.read_bytes()


def break_file(rng: np.random.Generator, name: str, data: bytes) -> tuple[bytes, str]:
    """Break a file as copies and downloads do."""
    way = str(rng.choice(["cut", "html", "noise", "empty", "head", "twice", "zeros"]))
    if way == "cut":
        return data[: len(data) // 2], "cut in half"
    if way == "html":
        return b"<!DOCTYPE html><html><body>Please log in</body></html>\n", "a page of a login"
    if way == "noise":
        return rng.integers(0, 256, 5000, dtype=np.uint8).tobytes(), "noise"
    if way == "empty":
        return b"\n\n", "nothing"
    if way == "head":
        return data.split(b"\n")[0] + b"\n", "a header alone"
    if way == "twice":
        return b"created_at,created_at\n2025-01-01,2025-01-02\n", "two columns of one name"
    return data[:200] + b"\x00" * 200 + data[200:], "zero bytes"


def draw_file(seed: int, number: int) -> OddFile:
    """Draw one odd file."""
    rng = np.random.default_rng([seed, number])
    if rng.random() < 0.15:
        return draw_counts(rng)
    zone = ZoneInfo(str(rng.choice(ZONES)))
    words, write, tells_zone, resolution_s = FORMS[int(rng.integers(len(FORMS)))]
    early = rng.random() < 0.15
    times = draw_times(rng, zone, early)
    keys: dict[str, object] = {} if tells_zone else {"time_zone": zone.key}
    traits = [words, zone.key]
    head, size = str(rng.choice(TIME_HEADS)), len(times)
    cells: Cells = {}
    is_split = rng.random() < 0.15 and not words.startswith(("seconds", "milli", "days", "digits"))
    if is_split and words.startswith("plain local"):
        cells["date"] = [f"{time:%Y-%m-%d}" for time in times]
        cells["time"] = [f"{time:%H:%M:%S}" for time in times]
        resolution_s = 1
        traits.append("date and time in two columns")
    else:
        cells[head] = [write(time) for time in times]
    traits += add_distractors(rng, cells, size)
    if rng.random() < 0.3:
        traits.append(add_replies(rng, cells, times, write))
    mentions, may_refuse = size, False
    is_numbers = words in ("American with a 12-hour clock", "British with seconds",
                           "two digits of the year")  # fmt: skip
    if early and is_numbers:
        may_refuse = True
        traits.append("no day above the twelfth")
        if rng.random() < 0.5:
            keys["day_first"] = words.startswith("British")
            may_refuse = False
    if rng.random() < 0.2:
        mentions, told = spoil(rng, cells, mentions)
        traits.append(told)
        may_refuse = may_refuse or told.startswith("most")
    order = list(cells)
    rng.shuffle(order)
    cells = {name: cells[name] for name in order}
    container = str(rng.choice(["text", "text", "text", "json", "lines", "parquet"]))
    if container == "parquet":
        truth = Truth(mentions, times[0], times[-1], resolution_s, may_refuse)
        return OddFile("history.parquet", to_parquet(cells), truth, keys,
                       ", ".join([*traits, "Parquet"]))  # fmt: skip
    if container == "text":
        text, made = write_text(rng, cells, tells_zone)
    else:
        rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
        is_list = container == "json"
        text = json.dumps(rows) if is_list else "\n".join(json.dumps(row) for row in rows) + "\n"
        made = ["JSON"] if is_list else ["JSON lines"]
    name, data, packed = pack(rng, text)
    traits += [*made, *packed]
    truth = Truth(mentions, times[0], times[-1], resolution_s, may_refuse)
    if rng.random() < 0.08:
        data, told = break_file(rng, name, data)
        truth = truth._replace(may_refuse=True)
        traits.append(f"broken: {told}")
    return OddFile(name, data, truth, keys, ", ".join(traits))


def spoil(rng: np.random.Generator, cells: Cells, mentions: int) -> tuple[int, str]:
    """Rows that are no mentions: bad times, copies, the brand's own, a sum at the end."""
    way = str(rng.choice(["bad", "most", "copies", "sides", "sum"]))
    size = len(next(iter(cells.values())))
    if way in ("bad", "most"):
        share = 0.03 if way == "bad" else 0.7
        name = next(iter(cells))
        bad = rng.random(size) < share
        bad[[0, -1]] = False  # the span stays known
        cells[name] = [
            ("?" if is_bad else cell) for cell, is_bad in zip(cells[name], bad, strict=True)
        ]
        return mentions - int(bad.sum()), f"{way} times unreadable"
    if way == "copies" and "message_id" in cells:
        again = rng.choice(size, size // 10, replace=False)
        for name, column in cells.items():
            cells[name] = [*column, *(column[row] for row in again)]
        return mentions, "a tenth of the rows a second time"
    if way == "sides":
        own = rng.random(size) < 0.4
        own[[0, -1]] = False
        cells["direction"] = ["outbound" if is_own else "inbound" for is_own in own]
        return mentions - int(own.sum()), "the brand's own messages among them"
    for name, column in cells.items():
        cells[name] = [*column, "Total" if name == next(iter(cells)) else ""]
    return mentions, "a last line of sums"


def draw_counts(rng: np.random.Generator) -> OddFile:
    """Counts by the hour, with numbers as people write them."""
    days = int(rng.integers(14, 30))
    start = datetime.datetime(2025, int(rng.integers(1, 12)), 1, tzinfo=UTC)
    hours = [start + datetime.timedelta(hours=hour) for hour in range(24 * days)]
    large = rng.random() < 0.5
    counts = rng.poisson(2500.0 if large else 12.0, len(hours))
    way = str(rng.choice(["plain", "points", "commas", "decimals"]))
    write = {
        "plain": str,
        "points": lambda count: f"{count:,}".replace(",", "."),
        "commas": lambda count: f"{count:,}",
        "decimals": lambda count: f"{count},0",
    }[way]
    words, form, _, _ = FORMS[int(rng.choice([0, 8, 9, 10, 11]))]
    cells = {
        str(rng.choice(["hour", "date", "Datum", "time"])): [form(hour) for hour in hours],
        str(rng.choice(["count", "mentions", "Anzahl", "volume"])): [
            write(int(count)) for count in counts
        ],
    }
    text, made = write_text(rng, cells, True)
    name, data, packed = pack(rng, text)
    traits = [f"counts with {way}", words, *made, *packed]
    total, last = int(counts.sum()), hours[-1]
    # A column of which no number is above a thousand says not what its point is.
    truth = Truth(total, hours[0], last, 3600.0, False)
    return OddFile(name, data, truth, {"time_zone": "UTC"}, ", ".join(traits))
