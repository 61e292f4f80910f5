"""Files of a stored run, read again: what is damaged is named in one line.

A run's passport lists its results with their checksums. A listed file that is missing is reported;
one that is not as it was written is reported, too, and blamed where nothing can be made of it, so
that no damage looks like a bug. Checked by ``tests/functional/test_damaged_runs.py``.
"""

import contextlib
import hashlib
import pathlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from sim.errors import InputError, PlaceWarning, SurgecrewError
from sim.store.schema import SCHEMA_VERSION, TABLES
from sim.store.tables import Columns, read_table
from sim.store.text import read_json, say_why

PASSPORT = "provenance.json"


def read_object(path: pathlib.Path) -> dict[str, Any]:
    """Read a JSON object of a run.

    Raises
    ------
    InputError
        There is none, or one of another version.
    """
    found = read_json(path)
    if not isinstance(found, dict):
        raise InputError(f"{path}: must be an object, not {type(found).__name__}")
    schema = found.get("schema", SCHEMA_VERSION)
    if schema != SCHEMA_VERSION or isinstance(schema, bool):
        raise InputError(f"{path}: schema = {schema!r}: allowed: {SCHEMA_VERSION}")
    return found


def read_columns(path: pathlib.Path) -> Columns:
    """Read a table of a run, its columns of the types that they are written in.

    Raises
    ------
    InputError
        There is none, or it is another table.
    """
    found = read_table(path)
    for column in TABLES[path.name]:
        values = found.get(column.name)
        if values is None:
            continue
        kind = "text" if values.dtype.kind == "U" else str(values.dtype)
        if kind != column.dtype:
            raise InputError(f"{path}: column {column.name} is {kind}, allowed: {column.dtype}")
    return found


def check_files(folder: pathlib.Path, names: Sequence[str]) -> None:
    """See that files which a run's passport lists are there; tell of those that were changed.

    Parameters
    ----------
    folder : pathlib.Path
        A run's.
    names : sequence of str
        Those that will be read.

    Raises
    ------
    InputError
        One of them is missing, or no file.
    """
    listed = read_listed(folder)
    for name in names:
        path = folder / name
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: is not a file")
        if name in listed and not path.is_file():
            raise InputError(f"{path}: is missing, although {PASSPORT} lists it")
    for name in list_changed(folder):
        if name in names:
            warnings.warn(
                f"{folder / name}: was changed after the run wrote it",
                PlaceWarning,
                stacklevel=2,
            )


def read_listed(folder: pathlib.Path) -> dict[str, str]:
    """The results that a run's passport lists, with their checksums; empty without one."""
    path = folder / PASSPORT
    if not path.is_file():
        return {}
    listed = read_object(path).get("files", {})
    if not isinstance(listed, dict) or not all(isinstance(mark, str) for mark in listed.values()):
        raise InputError(f"{path}: files must be names with their checksums")
    return listed


def list_changed(folder: pathlib.Path) -> list[str]:
    """The names of listed results that are there and not as they were written."""
    listed = read_listed(folder).items()
    return [
        name
        for name, mark in listed
        if (folder / name).is_file() and hash_file(folder / name) != mark
    ]


def hash_file(path: pathlib.Path) -> str:
    """16 hexadecimal digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


@contextlib.contextmanager
def blaming(*folders: pathlib.Path) -> Iterator[None]:
    """Blame a changed file for what goes wrong in the block, where one was changed.

    Raises
    ------
    InputError
        Names the file; whatever else was raised where none was changed.
    """
    try:
        yield
    except (SurgecrewError, Warning, OSError, MemoryError):
        raise
    except Exception as error:
        for folder in folders:
            changed = list_changed(folder)
            if changed:
                raise InputError(
                    f"{folder / changed[0]}: was changed after the run wrote it, and nothing "
                    f"can be made of it ({type(error).__name__}: {say_why(error)})"
                ) from error
        raise
