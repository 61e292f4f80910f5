"""What differs between the place where a run was made and here: why its files may differ.

Checked by ``tests/functional/test_reproduce.py``.
"""

import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.store.provenance import describe_machine, hash_code, read_commit, read_versions
from sim.store.stored import list_changed, read_object

PASSPORT = "provenance.json"
CHANGED = "file"


class Reason(NamedTuple):
    """One thing that is not as it was.

    Attributes
    ----------
    what : str
        A package, ``code``, ``commit``, ``cpu``, ``os``; ``file`` for a stored file that is not as
        the run wrote it.
    stored, here : str
        What it was, and what it is; the file's name.
    """

    what: str
    stored: str
    here: str

    def write(self) -> str:
        """One line."""
        if self.what == CHANGED:
            return f"{self.here}: was changed after the run wrote it"
        return f"{self.what}: {self.stored} when it was made, {self.here} here"


def list_reasons(folder: pathlib.Path) -> list[Reason]:
    """All that differs from what a run's passport says."""
    passport = read_object(folder / PASSPORT)
    then = passport.get("versions")
    versions = then if isinstance(then, Mapping) else {}
    machine = passport.get("machine")
    stored: dict[str, Any] = {
        **versions,
        "code": passport.get("code"),
        "commit": passport.get("commit"),
        **{key: machine.get(key) for key in ("cpu", "os") if isinstance(machine, Mapping)},
    }
    here: dict[str, Any] = {
        **read_versions(),
        "code": hash_code(),
        "commit": read_commit(),
        **{key: value for key, value in describe_machine().items() if key in ("cpu", "os")},
    }
    found = [
        Reason(key, str(value or "unknown"), str(here.get(key) or "unknown"))
        for key, value in stored.items()
        if value != here.get(key)
    ]
    changed = [Reason(CHANGED, "as the run wrote it", name) for name in list_changed(folder)]
    return [*changed, *found]
