"""``surgecrew roster``: files by name beside the plan, hostile names, mistakes."""

import csv
import json
import zipfile

import pytest

from sim.cli import main

NAMES = ("=cmd|' /C calc'!A0", "Zoë <b>", "../../etc/passwd", "a[b]:c*?", "A[B]:C*?", "Bo")
HEAD = "person pool date weekday start end paid_h".split()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roster")
    kinds = "scenario.shifts.kinds=[{start_h: 8, length_h: 8}]"
    hours = ["scenario.shifts.open_from_h=8", "scenario.shifts.open_to_h=16"]
    asked = ["scenario=telecom_week", "policy=flat", "run.replications=1", "report.page=false"]
    money = ["planner.budget=4500", "scenario.horizon.days=3", f"run.dir={folder / 'run'}"]
    assert main.run(["simulate", *asked, kinds, *hours, *money]) == 0
    return folder / "run"


def write_people(folder, names=NAMES):
    path = folder / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("name", "pool"), *((name, "general|technical") for name in names)]
        )
    return path


def test_names_are_text_everywhere(run, tmp_path, capsys):
    """Catches formulas in Excel, sheets of one name, and names that become paths."""
    before = {path.name for path in run.iterdir()}
    assert main.run(["roster", str(run), f"people={write_people(tmp_path)}"]) == 0
    said = capsys.readouterr().out
    assert "6 people, 3 days from Mon 2026-06-01" in said
    added = {path.name for path in run.iterdir()} - before
    assert added == {"roster.csv", "roster.xlsx", "roster.json", "calendars"}
    rows = list(csv.reader((run / "roster.csv").read_text("utf-8").splitlines()))
    assert rows[0] == HEAD
    assert {row[0].removeprefix("'") for row in rows[1:]} <= set(NAMES)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    with zipfile.ZipFile(run / "roster.xlsx") as book:
        sheets = [name for name in book.namelist() if "worksheets/sheet" in name]
        text = b"".join(book.read(name) for name in book.namelist())
    assert len(sheets) == 3 + len(NAMES)
    assert b"<f>" not in text


def test_the_object_agrees_with_the_rows(run, tmp_path, capsys):
    assert main.run(["roster", str(run), f"people={write_people(tmp_path, ('Ana', 'Bo'))}"]) == 0
    found = json.loads((run / "roster.json").read_text("utf-8"))
    rows = list(csv.DictReader((run / "roster.csv").read_text("utf-8").splitlines()))
    assert len(rows) == found["shifts"] - found["missing"] == 6
    assert sum(found["more_people"].values()) >= 1
    assert "All are filled with more full-time people" in capsys.readouterr().out


def test_without_a_list_people_are_numbered_and_everything_is_filled(run):
    assert main.run(["roster", str(run)]) == 0
    found = json.loads((run / "roster.json").read_text("utf-8"))
    assert found["missing"] == 0
    rows = list(csv.DictReader((run / "roster.csv").read_text("utf-8").splitlines()))
    assert {"general 1", "technical 1"} <= {row["person"] for row in rows}


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["people=none.csv"], "none.csv"),
        (["peeple=x.csv"], "allowed: people=FILE"),
        (["people="], "allowed: people=FILE"),
    ],
)
def test_mistakes(args, line, run, capsys):
    assert main.run(["roster", str(run), *args]) == main.BAD_INPUT
    assert line in capsys.readouterr().err
