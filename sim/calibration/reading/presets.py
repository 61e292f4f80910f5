"""Names of columns in the exports of usual tools; the table is ``presets.yaml``.

Checked by ``tests/unit/test_calibration_exports.py``.
"""

import functools
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import yaml

from sim.errors import InputError
from sim.exports.headers import find_column, normalize

PATH = pathlib.Path(__file__).with_name("presets.yaml")


class Preset(NamedTuple):
    """What a tool's export calls its columns."""

    columns: dict[str, str]
    """role to the column that is there"""
    reply_unit: str | None


@functools.cache
def read_presets() -> dict[str, dict[str, Any]]:
    """Tool to role to names, as ``presets.yaml`` has them."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return found


def choose_preset(name: str | None, table: Mapping[str, np.ndarray]) -> Preset:
    """The columns that a tool's preset finds in a table; none without a preset.

    Raises
    ------
    InputError
        No such preset, or a table without the tool's column of times.
    """
    if name is None:
        return Preset({}, None)
    known = read_presets()
    if name not in known:
        raise InputError(f"history_preset = {name}: allowed: {', '.join(known)}")
    found = {}
    for role, names in known[name].items():
        if role == "reply_unit":
            continue
        columns = [find_column(table, normalize(one)) for one in names]
        column = next((one for one in columns if one is not None), None)
        if column is not None:
            found[role] = column
    if "time" not in found:
        raise InputError(
            f"history_preset = {name}: none of its columns of times "
            f"({', '.join(known[name]['time'])}) is there; columns: {', '.join(table)}"
        )
    return Preset(found, known[name].get("reply_unit"))
