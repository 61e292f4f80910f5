"""A folder of results made again in a temporary place, and every file held against its twin.

Checked by ``tests/functional/test_reproduce.py``.
"""

import math
import pathlib
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.reproduction.comparing import AGREEING, STATES, FileCheck, compare_bytes
from sim.reproduction.reasons import PASSPORT, Reason, list_reasons
from sim.reproduction.rerunning import rerun
from sim.reproduction.sweeps import read_stored, rerun_job, rerun_sweep
from sim.store.schema import SCHEMA_VERSION
from sim.store.stored import read_listed, read_object

Progress = Callable[[str, int, int], None]
TELLING = (PASSPORT, "report.html", "report.pdf", "log.jsonl")
"""files that tell the day and the seconds of a run, so that no two are equal"""
MADE = ("*.*", "figures/*.svg", "tables/*.csv")
"""what else may be made again: a file that the passport does not list counts where it was"""


class Reproduction(NamedTuple):
    """What came of it.

    Attributes
    ----------
    folder : pathlib.Path
        What was made again.
    verb : str
        Its kind.
    checks : tuple of FileCheck
        Of each file.
    reasons : tuple of Reason
        What is not here as it was there.
    """

    folder: pathlib.Path
    verb: str
    checks: tuple[FileCheck, ...]
    reasons: tuple[Reason, ...]

    @property
    def differing(self) -> int:
        """How many files are neither equal nor equal to rounding."""
        return sum(check.state not in AGREEING for check in self.checks)

    def describe(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "schema": SCHEMA_VERSION,
            "verb": self.verb,
            "equal": self.differing == 0,
            "files": [describe_plain(check) for check in self.checks],
            "not_as_it_was": [reason._asdict() for reason in self.reasons],
        }


def describe_plain(check: FileCheck) -> dict[str, Any]:
    """A check as plain data: JSON has no infinity."""
    return {**check._asdict(), "largest": check.largest if math.isfinite(check.largest) else None}


def reproduce(
    folder: pathlib.Path,
    progress: Progress,
    job: str | None = None,
    inputs: pathlib.Path | None = None,
    allows_code: bool = False,
) -> Reproduction:
    """Make a run or a sweep again, from its folder alone.

    Parameters
    ----------
    folder : pathlib.Path
        The stored one; nothing in it is changed.
    progress : callable
        Is told what is done.
    job : str, optional
        Only this job of a sweep.
    inputs : pathlib.Path, optional
        Where the files are that the configuration names.
    allows_code : bool
        Whether a sweep's own function may be run.

    Raises
    ------
    InputError
        It cannot be made again; one line an error.
    """
    verb = str(read_object(folder / PASSPORT).get("verb"))
    if job is not None and verb != "sweep":
        raise InputError(f"job={job}: {folder} is a run of `{verb}`; allowed: with a sweep")
    places = [pathlib.Path.cwd()] if inputs is None else [inputs]
    with tempfile.TemporaryDirectory(prefix="surgecrew-") as room:
        target = pathlib.Path(room) / "again"
        if verb != "sweep":
            rerun(folder, target, places, progress)
            checks = compare_folders(folder, target)
        else:
            near = pathlib.Path.cwd() / "experiments" / folder.resolve().name
            read = read_stored(folder, target, [*places, near], allows_code)
            if job is not None:
                target.mkdir()
                checks = [rerun_job(folder, read, target, job)]
            else:
                checks = compare_folders(folder, rerun_sweep(read, target, progress))
    return Reproduction(folder, verb, tuple(checks), tuple(list_reasons(folder)))


def compare_folders(folder: pathlib.Path, again: pathlib.Path) -> list[FileCheck]:
    """Every file of a run that was made again, beside its twin.

    Files in the stored folder that no run made (a person's notes, a roster) are left alone.
    """
    listed = [*read_listed(folder), *list_made(again)]
    names = sorted({name for name in listed if name not in TELLING}, key=sort_name)
    return [compare_twins(name, folder / name, again / name) for name in names]


def sort_name(name: str) -> tuple[bool, str]:
    """Results before their pictures."""
    return "/" in name, name


def list_made(folder: pathlib.Path) -> list[str]:
    """The files of a fresh folder."""
    found = (path for pattern in MADE for path in folder.glob(pattern) if path.is_file())
    return [path.relative_to(folder).as_posix() for path in found]


def compare_twins(name: str, one: pathlib.Path, other: pathlib.Path) -> FileCheck:
    """Compare a stored file with the one that was made again, where both are there."""
    if not other.is_file():
        return FileCheck(name, "missing")
    if not one.is_file():
        return FileCheck(name, "new")
    return compare_bytes(name, one, other)


def write_lines(found: Reproduction) -> Sequence[tuple[str, ...]]:
    """A row for each file: its name, what became of it, how far and where."""
    return [(check.name, STATES[check.state], describe_check(check)) for check in found.checks]


def describe_check(check: FileCheck) -> str:
    """How far and where, in a few words.

    >>> describe_check(FileCheck("a.json", "rounded", 2e-12, "cost"))
    'at most 2e-12, in cost'
    """
    far = f"at most {check.largest:.1g}" if check.state == "rounded" and check.largest else ""
    where = f"in {check.where}" if check.where else ""
    said = ", ".join(filter(None, (far, where)))
    return ": ".join(filter(None, (said, check.why)))
