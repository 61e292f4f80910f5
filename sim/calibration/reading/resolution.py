"""How finely times are known: to the second, the hour, the day, or ten thousand seconds.

Checked by ``tests/unit/test_calibration_exports.py``.
"""

import zoneinfo

import numpy as np

from sim.store.clock import MS_PER_DAY, MS_PER_H, MS_PER_MIN, compute_offsets

# Clocks are rounded to parts of the day; numbers in E+12 notation to powers of ten [ms].
_STEPS_MS = (
    MS_PER_DAY, 100_000_000, MS_PER_DAY // 2, 8 * MS_PER_H, 6 * MS_PER_H, 4 * MS_PER_H,
    3 * MS_PER_H, 10_000_000, 2 * MS_PER_H, MS_PER_H, 30 * MS_PER_MIN, 20 * MS_PER_MIN, 1_000_000,
    15 * MS_PER_MIN, 10 * MS_PER_MIN, 5 * MS_PER_MIN, 100_000, MS_PER_MIN, 10_000, 1000,
)  # fmt: skip
# One stamp in a hundred may be another program's.
_LEAST_SHARE = 0.99
# Fewer stamps lie on a step by chance; more cost time and tell no more.
_LEAST, _MOST = 20, 20_000


def measure_resolution_min(stamps: np.ndarray, zone: zoneinfo.ZoneInfo) -> float:
    """The longest step of which all times are multiples [min], on the local clock or UTC's.

    Parameters
    ----------
    stamps : np.ndarray
        int64, shape (n,): milliseconds since 1970, UTC.
    zone : zoneinfo.ZoneInfo
        The local clock.

    Returns
    -------
    float
        0 where times are known to less than a second, or are too few to tell.
    """
    if len(stamps) < _LEAST:
        return 0.0
    rows = np.unique(np.linspace(0, len(stamps) - 1, _MOST).astype(int))
    clock = stamps[rows] + compute_offsets(stamps[rows], zone)
    for step in sorted(_STEPS_MS, reverse=True):
        for times in (clock, stamps[rows]):
            _, often = np.unique(times % step, return_counts=True)
            if often.max() >= _LEAST_SHARE * len(rows) and len(np.unique(times // step)) > 1:
                return step / MS_PER_MIN
    return 0.0


def share_at_one_minute(stamps: np.ndarray) -> tuple[int, float]:
    """The minute of the hour that most times have, and their share."""
    minutes = stamps // MS_PER_MIN % 60
    often = np.bincount(minutes, minlength=60)
    return int(np.argmax(often)), float(often.max() / max(len(stamps), 1))
