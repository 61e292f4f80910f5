"""What a run folder of review holds beside config and provenance.

Checked by ``tests/functional/test_review.py``.
"""

import pathlib
from typing import Any

import numpy as np

from sim.calibration.reviewing.reviewing import Review
from sim.calibration.reviewing.worlds import write_record
from sim.store.text import write_csv, write_json, write_yaml


def name_week(found: Review) -> str:
    """The name of the scenario, fit for a folder."""
    return str(found.report["scenario"])


def write_review(folder: pathlib.Path, found: Review) -> None:
    """Write review.json, review.csv, and the week as a scenario with its record.

    Parameters
    ----------
    folder : pathlib.Path
        Where.
    found : Review
        What.
    """
    write_json(folder / "review.json", found.report)
    rows: list[tuple[Any, ...]] = []
    header = ("span", *found.intervals)
    for span, columns in (("interval", found.intervals), ("day", found.days)):
        size = len(columns["came"])
        cells = [columns.get(name, np.full(size, np.nan)).tolist() for name in found.intervals]
        rows += [(span, *row) for row in zip(*cells, strict=True)]
    write_csv(folder / "review.csv", header, rows)
    write_record(folder, found.week)
    write_yaml(folder / "scenario.yaml", found.replay)
