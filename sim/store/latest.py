"""The newest run in a folder of results.

Checked by ``tests/unit/test_store_folder.py``.
"""

import contextlib
import pathlib
import re

from sim.errors import InputError
from sim.store.folder import RESULTS, WHOLE

_STAMPED = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2})(?:-(\d+))?")


def find_latest(root: pathlib.Path = RESULTS, verb: str = "*") -> pathlib.Path:
    """The newest whole run under ``root``, by the time in its name.

    Parameters
    ----------
    root : pathlib.Path
        Folder of all results.
    verb : str
        Only runs of this verb; of all if "*".

    Raises
    ------
    InputError
        There is none.
    """
    found = [
        (_read_stamp(place), run)
        for place in root.glob(f"{verb}/*/*")
        if _STAMPED.fullmatch(place.name)
        for run in [_find_run(place)]
        if run is not None
    ]
    if not found:
        raise InputError(f"latest: no complete run in {root}/")
    return max(found)[1]


def _read_stamp(place: pathlib.Path) -> tuple[str, int]:
    match = _STAMPED.fullmatch(place.name)
    assert match is not None
    return match[1], int(match[2] or 1)


def _find_run(place: pathlib.Path) -> pathlib.Path | None:
    """Find the run at ``place``: itself, else the last of its numbered runs, else None."""
    if _is_whole(place):
        return place
    numbered = [path for path in place.glob("*") if path.name.isdecimal() and _is_whole(path)]
    return max(numbered, key=lambda path: int(path.name), default=None)


def _is_whole(place: pathlib.Path) -> bool:
    with contextlib.suppress(OSError):
        return (place / WHOLE).is_file()
    return False
