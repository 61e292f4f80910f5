"""What a history was taken for as one object, for programs: ``check history=FILE --json``.

Checked by ``tests/functional/test_cli_check.py``.
"""

from typing import Any

import numpy as np

from sim.calibration.reading.judgment import (
    ROWS_SHOWN,
    describe_source,
    describe_unused_columns,
    measure_rate,
)
from sim.calibration.reading.rows import Observations, Reading
from sim.store.clock import MS_PER_MIN, NO_TIME
from sim.store.schema import SCHEMA_VERSION


def describe_facts(reading: Reading, scenario_zone: str, told: list[str]) -> dict[str, Any]:
    """Lay out what was understood as plain data.

    Parameters
    ----------
    reading : Reading
        The history.
    scenario_zone : str
        On whose clock a scenario of it would be.
    told : list of str
        The lines that a person gets.

    Returns
    -------
    dict
        ``schema``, ``series``, ``kind``, ``columns`` (role to name), ``guessed``, ``rows`` (read,
        kept, bad: reason, count, example), ``rate_per_h``, ``hours``, ``first_utc``, ``last_utc``,
        ``resolution_min`` (0: under a second), ``zone`` and ``zone_from`` (of times without an
        offset), ``scenario_time_zone``, ``unused`` (column to what it looks like), ``first_rows``,
        ``told``.
    """
    observations = reading.observations
    rate, hours = measure_rate(observations)
    times = write_utc(observations.time_ms[[0, -1]])
    return {
        "schema": SCHEMA_VERSION,
        **describe_source(observations, (*observations.aside, *observations.bad)),
        "rate_per_h": float(f"{rate:.6g}"),
        "hours": float(f"{hours:.6g}"),
        "first_utc": times[0],
        "last_utc": times[1],
        "resolution_min": None if observations.value is not None else observations.resolution_min,
        "zone": reading.zone.key,
        "zone_from": reading.zone_from,
        "scenario_time_zone": scenario_zone,
        "unused": describe_unused_columns(reading),
        "first_rows": [describe_row(observations, place) for place in range(
            min(ROWS_SHOWN, len(observations.time_ms)))],
        "told": told,
    }  # fmt: skip


def describe_row(observations: Observations, place: int) -> dict[str, Any]:
    """One row as it was understood."""
    row: dict[str, Any] = {"time_utc": write_utc(observations.time_ms[place : place + 1])[0]}
    if observations.value is not None:
        row["mentions"] = float(observations.value[place])
    if observations.reply_ms is not None:
        reply = int(observations.reply_ms[place])
        wait = (reply - int(observations.time_ms[place])) / MS_PER_MIN
        row["reply_min"] = None if reply == NO_TIME else round(wait, 3)
    if observations.topic is not None:
        row["topic"] = str(observations.topic[place])
    return row


def write_utc(stamps: np.ndarray) -> list[str]:
    """Times as ISO 8601 with Z, to the millisecond."""
    return [f"{text}Z" for text in np.datetime_as_string(stamps.astype("datetime64[ms]")).tolist()]
