"""Files that are added to a run folder which is whole: page, pictures, workbook.

Each is there as a whole or not at all: written into a room of the process's own within the
folder and renamed. Checked by ``tests/unit/test_store_adding.py``.
"""

import contextlib
import os
import pathlib
from collections.abc import Mapping

from sim.errors import InputError
from sim.store.claim import TakenError, claim_place, clear_left_overs


def add_files(folder: pathlib.Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder, in the order given, each in the place of an older one.

    Parameters
    ----------
    folder : pathlib.Path
        A run's.
    files : Mapping of str to bytes
        By name; ``folder/name`` for one in a folder, whose other files of the same ending go:
        they belong to an older page.

    Raises
    ------
    InputError
        Another process adds files, or a name is taken by something that is no file.
    OSError
        They cannot be written.
    """
    _check_names(folder, files)
    clear_left_overs(folder)
    try:
        with claim_place(folder / "files") as room:
            for number, (name, content) in enumerate(files.items()):
                _write(room / str(number), content)
                (folder / name).parent.mkdir(exist_ok=True)
            for number, name in enumerate(files):
                os.replace(room / str(number), folder / name)
            _clear_older(folder, files)
    except TakenError as error:
        raise InputError(
            f"{folder}: another surgecrew process is writing files (or one was stopped on a disk "
            f"without file locks; in that case remove {error.room.name} in it)"
        ) from error


def _check_names(folder: pathlib.Path, files: Mapping[str, bytes]) -> None:
    for name in files:
        path = folder / name
        above = path.parent
        if os.path.lexists(above) and (
            not above.is_dir() or (above != folder and above.is_symlink())
        ):
            raise InputError(f"{above}: is not a folder; move it away")
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            raise InputError(f"{path}: is not a regular file and would be replaced; move it away")


def _write(path: pathlib.Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _clear_older(folder: pathlib.Path, files: Mapping[str, bytes]) -> None:
    for name in files:
        path = folder / name
        if path.parent != folder:
            for other in path.parent.glob(f"*{path.suffix}"):
                if f"{path.parent.name}/{other.name}" not in files:
                    with contextlib.suppress(OSError):
                        other.unlink()
