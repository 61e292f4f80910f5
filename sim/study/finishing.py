"""What a sweep leaves: design, sorted replications, summary, passport, what failed.

The same bytes of all but the passport and the log, however the work was shared out. Checked by
``tests/functional/test_sweep.py``.
"""

import datetime
import functools
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.outcomes.estimate import summarize
from sim.running.results import describe_estimates
from sim.running.table import Table
from sim.store.provenance import collect_provenance
from sim.store.replacing import append_line, clear_drafts, make_folder, replace_file
from sim.store.schema import SCHEMA_VERSION, UNITS
from sim.store.stored import hash_file, read_object
from sim.store.tables import write_table
from sim.store.text import format_json, write_json, write_yaml
from sim.study.laying import LaidSweep
from sim.study.parts import KEYS
from sim.study.playing import FailedBlock
from sim.study.reading import FILE

DESIGN, SUMMARY, PASSPORT = "design.parquet", "summary.json", "provenance.json"
FAILED, LOG = "failed.jsonl", "log.jsonl"
REPLICATIONS = "replications-{:04d}.parquet"
FINAL = (FILE, DESIGN, SUMMARY, PASSPORT, FAILED)
# What is sent around whole and read at once; 128 MB is the usual size of a Parquet file.
FILE_BYTES = 128_000_000
# With more points the summary would be larger than the tables it sums up.
SUMMED_POINTS = 500


class SweptRows(NamedTuple):
    """The rows of a sweep in the order of points and replications."""

    table: Table
    """columns point, replication and every measure"""
    starts: np.ndarray
    """shape (n_points + 1,): where the rows of each point begin"""


def begin(laid: LaidSweep) -> None:
    """Make the folder, put experiment and design into it; results of another code go aside."""
    make_folder(laid.folder)
    laid.parts.prepare()
    for place in (laid.folder, laid.parts.place):
        clear_drafts(place)
    set_aside(laid)
    plain = hide_paths(laid.read.plain)
    replace_file(laid.folder / FILE, lambda draft: write_yaml(draft, plain))
    replace_file(laid.folder / DESIGN, lambda draft: write_table(draft, tabulate_design(laid)))
    append_line(laid.folder / LOG, {"event": "began", "code": laid.maker.code,
                                    "points": len(laid.points)})  # fmt: skip


def set_aside(laid: LaidSweep) -> None:
    """Move final files of another code into a folder of their own."""
    path = laid.folder / PASSPORT
    if not path.is_file():
        return
    try:
        code = read_object(path).get("code")
    except InputError:
        code = "unknown"
    if code == laid.maker.code:
        return
    aside = laid.folder / f"code-{code}"
    make_folder(aside)
    tables = [one.name for one in laid.folder.glob(REPLICATIONS.format(0).replace("0000", "*"))]
    for name in (*tables, *FINAL):
        if (laid.folder / name).is_file():
            os.replace(laid.folder / name, aside / name)


def hide_paths(plain: Any) -> Any:
    """Plain data with absolute paths cut to their last name, so that it can be given away."""
    if isinstance(plain, Mapping):
        return {str(key): hide_paths(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [hide_paths(value) for value in plain]
    is_place = isinstance(plain, str) and os.path.isabs(plain)
    return pathlib.PurePath(plain).name if is_place else plain


def tabulate_design(laid: LaidSweep) -> Table:
    """A row per point: its number, the key of its world, its arm or its factors' values."""
    points = laid.points
    table = Table(
        point=np.arange(len(points), dtype=np.int64),
        world=np.array(laid.keys, dtype=np.str_),
    )
    if laid.read.experiment.arms:
        table["arm"] = np.array([point.arm for point in points], dtype=np.str_)
        shown = [format_json(hide_paths(point.values), indent=None) for point in points]
        table["values"] = np.array(shown, dtype=np.str_)
        return table
    for key in laid.read.experiment.factors:
        table[key] = make_column([hide_paths(point.values[key]) for point in points])
    return table


def make_column(values: list[Any]) -> np.ndarray:
    """Values as flags, whole numbers, numbers or else text."""
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return np.array(values, dtype=bool)
    if kinds == {int}:
        return np.array(values, dtype=np.int64)
    if kinds <= {int, float}:
        return np.array(values, dtype=np.float64)
    texts = [one if isinstance(one, str) else format_json(one, indent=None) for one in values]
    return np.array(texts, dtype=np.str_)


def collect_rows(laid: LaidSweep, wanted: Mapping[str, int]) -> SweptRows:
    """The rows of all points in order, each world's as often as a point plays it."""
    rows = laid.parts.read()
    names, places = np.unique(rows["world"], return_inverse=True)
    order = np.lexsort((rows["replication"], places))
    world, number = places[order], rows["replication"][order]
    is_first = np.ones(order.size, bool)
    is_first[1:] = (world[1:] != world[:-1]) | (number[1:] != number[:-1])
    order, world, number = order[is_first], world[is_first], number[is_first]
    taken: list[np.ndarray] = []
    code = {str(name): place for place, name in enumerate(names)}
    for key in laid.keys:
        place = code.get(key, len(names))
        low, high = np.searchsorted(world, (place, place + 1))
        within = number[low:high] < wanted[key]
        taken.append(order[low:high][within])
    counts = [one.size for one in taken]
    picked = np.concatenate(taken) if taken else np.zeros(0, np.int64)
    table = Table(
        point=np.repeat(np.arange(len(counts), dtype=np.int64), counts),
        replication=rows["replication"][picked],
    )
    for name, cells in rows.items():
        if name not in KEYS:
            table[name] = cells[picked]
    return SweptRows(table, np.concatenate([[0], np.cumsum(counts)]))


def finish(
    laid: LaidSweep,
    wanted: Mapping[str, int],
    failed: Sequence[FailedBlock],
    started: datetime.datetime,
) -> None:
    """Write the files that a sweep ends with, the passport last."""
    laid.parts.merge()
    rows = collect_rows(laid, wanted)
    written = write_rows(laid.folder, rows.table)
    lines = describe_failed(failed)
    replace_file(laid.folder / SUMMARY, lambda draft: write_json(draft, sum_up(laid, rows, lines)))
    replace_file(
        laid.folder / FAILED,
        lambda draft: draft.write_text(
            "".join(format_json(line, indent=None) + "\n" for line in lines), encoding="utf-8"
        ),
    )
    plain = {**hide_paths(laid.read.plain), "run": laid.read.experiment.run.model_dump()}
    now = datetime.datetime.now(datetime.UTC)
    passport = collect_provenance(plain, laid.read.experiment.run.seed, started, now, "sweep")
    files = [FILE, DESIGN, SUMMARY, FAILED, *written]
    passport["files"] = {name: hash_file(laid.folder / name) for name in sorted(files)}
    replace_file(laid.folder / PASSPORT, lambda draft: write_json(draft, passport))
    append_line(laid.folder / LOG, {"event": "finished", "rows": int(rows.starts[-1]),
                                    "failed": len(lines)})  # fmt: skip


def write_rows(folder: pathlib.Path, table: Table) -> list[str]:
    """Write the sorted rows, in files of at most 128 MB; those of a longer sweep go."""
    per_file = max(FILE_BYTES // (8 * len(table)), 1)
    starts = range(0, max(table["point"].size, 1), per_file)
    names = [REPLICATIONS.format(place) for place in range(len(starts))]
    for name, start in zip(names, starts, strict=True):
        piece = {key: cells[start : start + per_file] for key, cells in table.items()}
        units = {key: UNITS[key] for key in piece if key in UNITS}
        write = functools.partial(write_table, columns=piece, units=units)
        replace_file(folder / name, write)
    for path in folder.glob("replications-*.parquet"):
        if path.name not in names:
            path.unlink(missing_ok=True)
    return names


def describe_failed(failed: Sequence[FailedBlock]) -> list[dict[str, Any]]:
    """A line of failed.jsonl for each, in the order of points and replications."""
    ordered = sorted(failed, key=lambda one: (one.block.point, one.block.first))
    return [
        {
            "job": one.block.key,
            "point": one.block.point,
            "first": one.block.first,
            "replications": one.block.n,
            "values": hide_paths(one.block.values),
            "reason": one.reason,
        }
        for one in ordered
    ]


def sum_up(laid: LaidSweep, rows: SweptRows, failed: Sequence[Any]) -> dict[str, Any]:
    """The content of summary.json."""
    summary: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "experiment": laid.read.name,
        "title": laid.read.experiment.title,
        "seed": laid.read.experiment.run.seed,
        "code": laid.maker.code,
        "points": len(laid.points),
        "replications": int(rows.starts[-1]),
        "failed": len(failed),
    }
    if len(laid.points) <= SUMMED_POINTS:
        summary["measures"] = [
            {
                "point": point.number,
                **({"arm": point.arm} if point.arm else {"values": hide_paths(point.values)}),
                "measures": describe_estimates(summarize(take(rows, point.number))),
            }
            for point in laid.points
            if rows.starts[point.number] < rows.starts[point.number + 1]
        ]
    return summary


def take(rows: SweptRows, point: int) -> dict[str, np.ndarray]:
    """Every measure of a point, or every number that a function returned."""
    span = slice(rows.starts[point], rows.starts[point + 1])
    return {
        name: cells[span].astype(float)
        for name, cells in rows.table.items()
        if name not in ("point", "replication") and cells.dtype.kind in "biuf"
    }
