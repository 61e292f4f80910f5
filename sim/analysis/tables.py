"""The tables of an analysis, as rows of raw numbers: a CSV file each.

Checked by ``tests/functional/test_analyze.py``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Row = tuple[Any, ...]


class RawTable(NamedTuple):
    """A table.

    Attributes
    ----------
    head : tuple of str
        Names of columns.
    rows : list of tuple
        Of texts and numbers.
    """

    head: tuple[str, ...]
    rows: list[Row]


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "differences": ("point", "label", "mean", "low", "high", "n"),
    "sobol": (
        "key",
        *(f"{kind}{part}" for kind in ("first", "total", "first_clean", "total_clean")
          for part in ("", "_low", "_high")),
    ),
    "morris": ("key", "mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", "noise"),
    "metamodel": ("name", "value", "low", "high"),
}  # fmt: skip


def tabulate(found: Mapping[str, Any]) -> dict[str, RawTable]:
    """The tables of what was found, by name; each begins with the measure."""
    measures = found["measures"].items()
    tables = {"means": RawTable(("measure", "point", "label", "mean", "low", "high", "n"), [
        (name, place, label, *(row[key] for key in ("mean", "low", "high", "n")))
        for name, one in measures
        for place, (label, row) in enumerate(zip(found["labels"], one["means"], strict=False))
    ])}  # fmt: skip
    for analysis, columns in COLUMNS.items():
        rows = [
            (name, *(row[key] for key in columns))
            for name, one in measures
            for row in one.get(analysis, {}).get("rows", ())
        ]
        tables[analysis] = RawTable(("measure", *columns), rows)
    tables["effects"] = RawTable(
        ("measure", "factors", "levels", "share", "mean", "low", "high", "n"),
        [
            (name, " x ".join(row["factors"]), " x ".join(row["levels"]),
             *(row[key] for key in ("share", "mean", "low", "high", "n")))
            for name, one in measures
            for row in one.get("effects", {}).get("rows", ())
        ],
    )  # fmt: skip
    tables["worth"] = RawTable(
        ("measure", "label", "key", "at", "ratio", "low", "high"), list(list_worth(measures))
    )
    boxes = (found.get("breaks") or {}).get("boxes", ())
    tables["breaks"] = RawTable(
        ("box", "key", "limits", "coverage", "density", "mass", "futures", "p"),
        [
            (number, limit["key"], limit["said"],
             *(box[key] for key in ("coverage", "density", "mass", "futures", "p")))
            for number, box in enumerate(boxes, 1)
            for limit in box["limits"]
        ],
    )  # fmt: skip
    return {name: table for name, table in tables.items() if table.rows}


def list_worth(measures: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterable[Row]:
    """A row for each equivalent."""
    for name, one in measures:
        for analysis in ("differences", "effects"):
            worth = one.get(analysis, {}).get("worth")
            for row in worth["rows"] if worth else ():
                numbers = (row[key] for key in ("ratio", "low", "high"))
                yield name, row["label"], worth["key"], worth["at"], *numbers
