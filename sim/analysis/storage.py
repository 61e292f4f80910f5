"""What an analysis leaves: analysis.json, tables/*.csv, figures/*.svg and report.html.

Checked by ``tests/functional/test_analyze.py``.
"""

import os
import pathlib
from collections.abc import Mapping
from typing import Any

from sim.analysis.tables import tabulate
from sim.errors import InputError
from sim.report.pages.sweep import draw_sweep
from sim.store.adding import add_files
from sim.store.replacing import make_folder
from sim.store.text import format_csv, format_json

ANALYSIS = "analysis.json"


def check_place(folder: pathlib.Path, target: pathlib.Path) -> None:
    """Require that an analysis may be put into a folder.

    Raises
    ------
    InputError
        It is a file, or holds something else than a sweep or an analysis.
    """
    if not os.path.lexists(target) or target.resolve() == folder.resolve():
        return
    if not target.is_dir():
        raise InputError(f"run.dir={target}: is a file; allowed: a folder")
    if os.listdir(target) and not (target / ANALYSIS).is_file():
        raise InputError(
            f"run.dir={target}: is not empty and holds no analysis; choose another folder"
        )


def write_analysis(
    target: pathlib.Path, found: Mapping[str, Any], passport: Mapping[str, Any], currency: str
) -> None:
    """Write all files of an analysis, in the place of an older one's.

    Parameters
    ----------
    target : pathlib.Path
        The sweep's folder, or another.
    found : Mapping
        What was found.
    passport : Mapping
        The sweep's own provenance, for the page.
    currency : str
        Of its costs; empty where it is not known.
    """
    make_folder(target)
    tables = {
        f"tables/{name}.csv": format_csv(table.head, table.rows)
        for name, table in tabulate(found).items()
    }
    page, pictures = draw_sweep(found, passport, currency)
    figures = {f"figures/{name}.svg": text for name, text in pictures.items()}
    files = {**tables, **figures, ANALYSIS: format_json(found), "report.html": page}
    add_files(target, {name: text.encode() for name, text in files.items()})
    clear_older(target, files)


def clear_older(target: pathlib.Path, files: Mapping[str, Any]) -> None:
    """Take away the tables and pictures of an older analysis that this one does not have."""
    for pattern in ("tables/*.csv", "figures/*.svg"):
        for path in target.glob(pattern):
            if path.relative_to(target).as_posix() not in files:
                path.unlink(missing_ok=True)
