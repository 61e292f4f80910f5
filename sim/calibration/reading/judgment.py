"""What a history was taken for and why, in lines for a person, before anything is fitted.

Kind, columns and reasons, five rows as understood, rows kept and left out, rate and span, how
finely times are known, and columns that were not used but look as if they meant something.
Checked by ``tests/unit/test_calibration_exports.py``.
"""

import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.calibration.reading.resolution import share_at_one_minute
from sim.calibration.reading.rows import COARSE_MIN, Observations, Reading
from sim.calibration.reading.sieve import BadRows
from sim.exports.headers import is_id
from sim.exports.threads import REPLY, find_sides, list_links
from sim.exports.time_columns import READABLE_SHARE, sample_times
from sim.exports.zones import find_offset_zone
from sim.store.clock import MS_PER_H, MS_PER_MIN, NO_TIME, find_zone, write_local
from sim.store.missing import find_filled

KINDS = {
    "times": "a row is a mention",
    "counts": "a row is an interval with its number of mentions",
    "pairs": "a row is a message and its reply",
}
# As many as a person looks at.
ROWS_SHOWN = 5
# Rows of a column that are looked at; names that are shown of it.
_SAMPLE, _NAMES = 5000, 4
# Longer cells are texts, not names.
_LONGEST_NAME = 24
# A text that repeats so often may be a series; more values are authors or texts.
_MOST_SERIES = 50
# Ids differ in nearly all rows.
_ID_SHARE = 0.95
# A tenth at one minute is six times what chance gives: a clock that rounds, or a job by the hour.
_AT_ONE_MINUTE = 0.10
# A day covers zones that were taken wrongly.
_FUTURE_MS = 86_400_000


def describe_reading(reading: Reading) -> list[str]:
    """All lines; the same before a fit and by ``surgecrew check history=FILE``."""
    observations = reading.observations
    columns = observations.columns
    lines = [f"{observations.series}: {columns.kind}, {KINDS[columns.kind]}"]
    lines += [f"  {note}" for note in reading.notes]
    lines += ["Columns:", *_list_columns(reading)]
    lines += ["First rows as understood:", *_list_rows(reading)]
    lines += list(_list_left_out(observations))
    lines.append(_format_rate(observations))
    lines += list(_format_clock(reading))
    return lines


def describe_source(observations: Observations, bad: Sequence[BadRows]) -> dict[str, Any]:
    """What a history was read as, and which rows were left out, for a report."""
    columns = observations.columns
    return {
        "series": observations.series,
        "kind": columns.kind,
        "columns": dict(columns.names),
        "guessed": list(columns.guessed),
        **({"has_thousands": True} if columns.has_thousands else {}),
        "rows": {
            "read": observations.read,
            "kept": observations.read - sum(each.rows for each in bad),
            "bad": [
                {"reason": each.reason, "count": each.rows, "example": each.example} for each in bad
            ],
        },
    }


def format_source(observations: Observations) -> str:
    """What a history was read as, in a line."""
    columns = observations.columns
    named = ", ".join(f"{role}: {name}" for role, name in columns.names.items())
    guessed = f" (guessed: {', '.join(columns.guessed)})" if columns.guessed else ""
    return f"{observations.series}: {columns.kind}, columns {{{named}}}{guessed}"


def format_left_out(bad: BadRows) -> str:
    """Rows that were left out, in a line."""
    example = f", such as {bad.example}" if bad.example else ""
    rows = "1 row" if bad.rows == 1 else f"{bad.rows:,} rows"
    return f"left out: {rows}, {bad.reason}{example}"


def tell_future(reading: Reading, now_ms: int) -> list[str]:
    """Say how many rows are later than now, in a line; none where it is none."""
    late = int((reading.observations.time_ms > now_ms + _FUTURE_MS).sum())
    if not late:
        return []
    last = write_local(reading.observations.time_ms[-1:], reading.zone)[0]
    return [
        f"Note: {late:,} rows lie in the future, the last at {last}: is this the column of times?"
    ]


def _list_columns(reading: Reading) -> Iterator[str]:
    columns = reading.observations.columns
    whys = dict(columns.whys)
    sides = find_sides(reading.table)
    for role, name in columns.names.items():
        why = [whys.get(role, "its name")]
        if role == "time":
            why += [*filter(None, [reading.times.form]), _format_zone(reading)]
        yield f"  {role.ljust(9)} {name} ({'; '.join(why)})"
    if sides is not None:
        yield f"  sides     {sides.column} (customers' messages against the brand's)"
    looks = describe_unused_columns(reading)
    for name, look in looks.items():
        if look:
            yield f"  not used  {name} ({look})"
    plain = [name for name, look in looks.items() if not look]
    if plain:
        yield f"  not used  {', '.join(plain)}"


def describe_unused_columns(reading: Reading) -> dict[str, str]:
    """Columns that are not used, and what each looks like."""
    names = reading.observations.columns.names.values()
    sides = find_sides(reading.table)
    used = {*names, REPLY, *([sides.column] if sides is not None else [])}
    if REPLY in names:
        used |= set(list_links(reading.table))
    return {name: _describe_unused(name, reading) for name in reading.table if name not in used}


def _format_zone(reading: Reading) -> str:
    """On whose clock times are."""
    times = reading.times
    known = times.stamps != NO_TIME
    own = times.offset_ms[known]
    if not times.is_text and "since" in times.form:
        return "UTC by their nature"
    if len(own) and (own != NO_TIME).all():
        return "each with its offset from UTC"
    some = "some without an offset" if (own != NO_TIME).any() else "no offset"
    source = {
        "key": "history_time_zone",
        "header": "the column's name",
        "default": "set history_time_zone for another",
    }[reading.zone_from]
    return f"{some}: read in {reading.zone.key}, {source}"


def _describe_unused(name: str, reading: Reading) -> str:
    """What a column that is not used looks like, in words; empty for texts."""
    cells = reading.table[name]
    cells = cells[np.unique(np.linspace(0, len(cells) - 1, _SAMPLE).astype(int))]
    filled = cells[find_filled(cells)]
    if len(filled) == 0:
        return "empty"
    kinds, often = np.unique(filled.astype(str), return_counts=True)
    sample = sample_times(filled, reading.zone)
    if is_id(name) or (len(kinds) > _ID_SHARE * len(filled) and cells.dtype == np.int64):
        return "ids"
    if sample.is_text and sample.share >= READABLE_SHARE:
        return "times"
    if cells.dtype != object:
        whole = bool((filled == np.floor(filled)).all() and (filled >= 0).all())
        return "numbers that may be counts" if whole and len(kinds) > 2 else "numbers"
    is_short = max(map(len, kinds.tolist())) <= _LONGEST_NAME
    if (
        is_short
        and 2 <= len(kinds) <= _MOST_SERIES
        and often.min() > 1
        and len(kinds) < len(filled) / 5
    ):
        shown = [str(kinds[place]) for place in np.argsort(-often, kind="stable")[:_NAMES]]
        more = ", ..." if len(kinds) > _NAMES else ""
        return (
            f"{len(kinds)} names, counted together: {', '.join(shown)}{more}; one alone with "
            f"history_where={{{name}: {shown[0]}}}"
        )
    return ""


def _list_rows(reading: Reading) -> Iterator[str]:
    observations = reading.observations
    stamps = observations.time_ms[:ROWS_SHOWN]
    for place, time in enumerate(_write_utc(stamps)):
        words = [time]
        if observations.value is not None:
            words.append(f"{observations.value[place]:,.0f} mentions")
        if observations.reply_ms is not None:
            words.append(_format_reply(observations, place))
        if observations.topic is not None:
            words.append(f"topic {observations.topic[place] or 'not said'}")
        yield f"  {', '.join(words)}"


def _write_utc(stamps: np.ndarray) -> list[str]:
    seconds = (stamps // 1000).astype("datetime64[s]")
    return [f"{str(time).replace('T', ' ')} UTC" for time in seconds]


def _format_reply(observations: Observations, place: int) -> str:
    assert observations.reply_ms is not None
    reply = int(observations.reply_ms[place])
    if reply == NO_TIME:
        return "unanswered"
    minutes = (reply - int(observations.time_ms[place])) / MS_PER_MIN
    return f"answered after {minutes:,.4g} min"


def _list_left_out(observations: Observations) -> Iterator[str]:
    kept = len(observations.time_ms)
    yield f"Rows: {kept:,} of {observations.read:,} kept"
    for each in (*observations.aside, *observations.bad):
        yield f"  {format_left_out(each)}"
    if observations.reply_ms is not None and kept:
        gaps = int((observations.reply_ms == NO_TIME).sum())
        waits = (observations.reply_ms - observations.time_ms)[observations.reply_ms != NO_TIME]
        middle = (
            f", half of the replies within {np.median(waits) / MS_PER_MIN:,.4g} min"
            if len(waits)
            else ""
        )
        yield f"  unanswered: {gaps:,} of {kept:,} ({gaps / kept:.0%}){middle}"


def measure_rate(observations: Observations) -> tuple[float, float]:
    """Mentions an hour and the hours that the history covers.

    Single mentions cover the time from the first to the last row of the file; counts also the
    last interval.
    """
    if observations.value is not None:
        steps = np.diff(observations.time_ms)
        steps = steps[steps > 0]
        sizes, often = np.unique(steps, return_counts=True)
        step = int(sizes[np.argmax(often)]) if len(sizes) else MS_PER_H
        hours = float(observations.time_ms[-1] - observations.time_ms[0] + step) / MS_PER_H
        return float(observations.value.sum()) / hours, hours
    first, last = observations.covered_ms
    coarse_ms = observations.resolution_min * MS_PER_MIN
    hours = max((last - first + coarse_ms) / MS_PER_H, 1e-9)
    return float(observations.is_first.sum()) / hours, hours


def _format_rate(observations: Observations) -> str:
    rate, hours = measure_rate(observations)
    first, last = (
        time.removesuffix(" UTC")[:16] for time in _write_utc(observations.time_ms[[0, -1]])
    )
    total = rate * hours
    return (
        f"Rate: {rate:.4g} mentions an hour, {total:,.0f} over {hours / 24.0:.3g} days "
        f"({first} to {last} UTC)"
    )


def _format_clock(reading: Reading) -> Iterator[str]:
    observations = reading.observations
    if observations.value is None:
        minutes = observations.resolution_min
        yield f"Times are known to {_format_length(minutes)}"
        if minutes > COARSE_MIN:
            yield (
                "  too coarse for hours: days are fitted, the hours of the day stay the base "
                "scenario's"
            )
        minute, share = share_at_one_minute(observations.time_ms)
        if share >= _AT_ONE_MINUTE and minutes < COARSE_MIN / 4:
            yield f"  {share:.0%} stand at minute {minute:02d}: a clock that rounds, or a schedule"


def _format_length(minutes: float) -> str:
    if minutes == 0.0:
        return "less than a second"
    if minutes < 1.0:
        return f"{minutes * 60.0:.3g} s"
    if minutes < COARSE_MIN:
        return f"{minutes:.3g} min"
    return f"{minutes / 60.0:.3g} h"


def choose_scenario_zone(
    reading: Reading, base_zone_name: str, wanted: str | None
) -> tuple[str, str]:
    """The zone of the scenario and the line that says why.

    The key of the history names it, or the offsets of the stamps do; UTC, in which tools write
    stamps wherever a brand is, does not, and the base's stays.
    """
    if wanted is not None:
        key = find_zone(wanted, "scenario_time_zone").key
        return key, f"the scenario is on the clock of {key} (scenario_time_zone)"
    base = zoneinfo.ZoneInfo(base_zone_name)
    change = "set scenario_time_zone to change it"
    if reading.zone_from != "default" and reading.zone.key != "UTC":
        source = "history_time_zone" if reading.zone_from == "key" else "the column of times"
        return reading.zone.key, f"the scenario is on the clock of {reading.zone.key} ({source})"
    found = find_offset_zone(reading.times.stamps, reading.times.offset_ms, base)
    if found is None:
        return base.key, f"the scenario is on the clock of {base.key}, as the base; {change}"
    if found.key == base.key:
        return base.key, f"the scenario is on the clock of {base.key}, as base and stamps"
    return found.key, (
        f"the scenario is on the clock of the stamps ({found.key}), not on the base's "
        f"({base.key}); {change}"
    )
