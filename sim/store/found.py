"""What a long search has found by now, kept beside the run's place until the run is there.

``<run.dir>-best-so-far.yaml`` is a policy file like any other. It is replaced as a whole, so
whenever the process is killed the last one that was found is there, and it is taken away when
the run's folder is whole. Only a file that this very process wrote is replaced or taken away.
Checked by ``tests/unit/test_store_found.py``.
"""

import contextlib
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from sim.store.claim import list_places
from sim.store.text import format_yaml

ENDING = "-best-so-far"
_LONGEST = 230  # bytes of a name: file systems take 255, with a number
_HEAD = """\
# The best plan of an unfinished search: {step}.
# It is not evaluated on fresh draws. To use it: planner.earlier=FILE, or policy=FILE.
"""


class FoundFile:
    """The file of what was found.

    Parameters
    ----------
    room : pathlib.Path
        Folder of the process's own on the same disk.
    place : pathlib.Path
        Of the run, which the file is named after.
    """

    def __init__(self, room: pathlib.Path, place: pathlib.Path) -> None:
        self.path: pathlib.Path | None = None
        self._draft = room / "found.yaml"
        self._place = place
        self._written: os.stat_result | None = None

    def keep(self, policy: Mapping[str, Any], step: str) -> None:
        """Replace what is kept; a disk that does not take it ends no search.

        Parameters
        ----------
        policy : Mapping
            As plain data.
        step : str
            Where the search is, in the user's words.
        """
        with contextlib.suppress(OSError):
            with self._draft.open("w", encoding="utf-8", newline="\n") as file:
                file.write(_HEAD.format(step=step) + format_yaml(policy))
                file.flush()
                os.fsync(file.fileno())
            facts = os.stat(self._draft)
            if self.path is not None and self._is_own():
                os.replace(self._draft, self.path)
            else:
                self.path = self._link()
            self._written = facts

    def _link(self) -> pathlib.Path:
        """Give the draft the first name that nobody has; tell which."""
        name = os.fsencode(self._place.name)[: _LONGEST - len(ENDING)]
        wanted = self._place.with_name(os.fsdecode(name) + ENDING)
        for place in list_places(wanted):
            path = place.with_name(f"{place.name}.yaml")
            with contextlib.suppress(FileExistsError):
                os.link(self._draft, path)
                self._draft.unlink()
                return path
        raise AssertionError("numbers have no end")

    def _is_own(self) -> bool:
        assert self.path is not None
        assert self._written is not None
        with contextlib.suppress(OSError):
            there = os.stat(self.path, follow_symlinks=False)
            # The number of a file that went may have been given to another, or it was edited.
            return _name(there) == _name(self._written)
        return False

    def drop(self) -> None:
        """Take the file away, unless somebody put another in its place."""
        if self.path is not None and self._is_own():
            with contextlib.suppress(OSError):
                self.path.unlink()
        self.path = None


def _name(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size
