"""The time zone that a history's own offsets tell.

Checked by ``tests/unit/test_exports.py``.
"""

import zoneinfo

import numpy as np

from sim.exports.headers import find_zone_words
from sim.store.clock import NO_TIME, compute_offsets
from sim.store.time_forms import MS_PER_H, read_offset

# Zones that are tried, the most peopled first, where offsets change in the course of a history.
_WELL_KNOWN = (
    "America/New_York", "Europe/Berlin", "Europe/London", "America/Chicago", "America/Los_Angeles",
    "America/Denver", "Europe/Helsinki", "Australia/Sydney", "America/Toronto",
    "Australia/Adelaide", "Pacific/Auckland", "America/Santiago", "America/Halifax",
    "America/St_Johns", "Africa/Cairo",
    "Asia/Jerusalem", "Asia/Beirut", "America/Anchorage", "Australia/Lord_Howe",
)  # fmt: skip
# Zones without clock changes where the offset is no whole number of hours.
_PART_HOURS = (
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Kabul", "Asia/Yangon",
    "Australia/Darwin", "Australia/Eucla", "Pacific/Marquesas", "Pacific/Chatham",
    "Australia/Adelaide", "America/St_Johns",
)  # fmt: skip
# Rows that are compared; a clock that is wrong in one of a hundred is a typing error.
_SAMPLE, _LEAST_EQUAL = 2000, 0.99


def find_header_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone that a column's name gives, such as ``Created at [UTC]`` or ``(Europe/Berlin)``."""
    words = find_zone_words(name)
    if words is None:
        return None
    if "/" in words:
        try:
            return zoneinfo.ZoneInfo(words)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return None
    offset_ms = 0 if words.upper() in ("UTC", "GMT") else read_offset(words)
    return None if offset_ms is None else make_fixed_zone(offset_ms)


def make_fixed_zone(offset_ms: int) -> zoneinfo.ZoneInfo | None:
    """A zone whose clock is always so far from UTC; None where none is known."""
    hours = offset_ms / MS_PER_H
    if hours == 0:
        return zoneinfo.ZoneInfo("UTC")
    if hours == int(hours) and -14 <= -int(hours) <= 12:
        return zoneinfo.ZoneInfo(f"Etc/GMT{-int(hours):+d}")
    winter = np.array([1_705_000_000_000])
    for name in _PART_HOURS:
        zone = zoneinfo.ZoneInfo(name)
        if int(compute_offsets(winter, zone)[0]) == offset_ms:
            return zone
    return None


def find_offset_zone(
    stamps: np.ndarray, offset_ms: np.ndarray, base: zoneinfo.ZoneInfo
) -> zoneinfo.ZoneInfo | None:
    """The zone whose clock shows the offsets that the stamps have.

    Parameters
    ----------
    stamps : np.ndarray
        int64, shape (n,): milliseconds since 1970, UTC.
    offset_ms : np.ndarray
        int64, shape (n,): of each text's clock; `NO_TIME` where it does not say.
    base : zoneinfo.ZoneInfo
        Tried first.

    Returns
    -------
    zoneinfo.ZoneInfo or None
        None where stamps have no offset, all are UTC, or no zone fits.
    """
    known = np.flatnonzero((stamps != NO_TIME) & (offset_ms != NO_TIME))
    if len(known) < _LEAST_EQUAL * max(int((stamps != NO_TIME).sum()), 1):
        return None
    rows = known[np.unique(np.linspace(0, len(known) - 1, _SAMPLE).astype(int))]
    own = offset_ms[rows]
    if len(rows) == 0 or not own.any():
        return None

    def fits(zone: zoneinfo.ZoneInfo) -> bool:
        return bool((compute_offsets(stamps[rows], zone) == own).mean() >= _LEAST_EQUAL)

    if fits(base):
        return base
    sizes, often = np.unique(own, return_counts=True)
    if often.max() >= _LEAST_EQUAL * len(own):
        return make_fixed_zone(int(sizes[np.argmax(often)]))
    return next((zone for zone in map(zoneinfo.ZoneInfo, _WELL_KNOWN) if fits(zone)), None)
