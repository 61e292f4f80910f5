"""The verb that says what a history would be taken for."""

import json
import pathlib

import pytest

from sim.cli import main


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"2026-01-{5 + n // 20:02d} {n % 20:02d}:{n % 60:02d}:07;{n};NULL" for n in range(200)]
    text = "\n".join(["Export", "", "Created At;Ticket Id;First reply time", *rows])
    pathlib.Path("tickets.csv").write_text(text + "\n", encoding="utf-8")


def test_check_says_what_it_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", "history=tickets.csv", "history_time_zone=Europe/Oslo"]) == 0
    said = capsys.readouterr().out
    for part in (
        "1 line above the header left out ('Export')",
        "Created At (its name and its cells; no offset: read in Europe/Oslo",
        "Ticket Id (ids)",
        "2026-01-04 23:00:07 UTC",
        "Rows: 200 of 200 kept",
        "Clock: the scenario is on the clock of Europe/Oslo (history_time_zone)",
    ):
        assert part in said
    assert sorted(path.name for path in pathlib.Path().iterdir()) == ["tickets.csv"]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["tickets.csv"], "did you mean history=tickets.csv?"),
        (["history=none.csv"], "none.csv: "),
        (["history=tickets.csv", "history_preset=zendesc"], "history_preset"),
    ],
)
def test_mistakes_of_check(args: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["check", *args]) == main.BAD_INPUT
    assert line in capsys.readouterr().err


def test_the_object_says_what_the_lines_say(capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets the numbers that a person reads, and the lines themselves."""
    args = ["check", "history=tickets.csv", "history_time_zone=Europe/Oslo"]
    assert main.run(args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main.run([*args, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["told"] == lines
    assert (found["schema"], found["kind"], found["columns"]["time"]) == (1, "times", "Created At")
    assert found["rows"] == {"read": 200, "kept": 200, "bad": []}
    assert found["first_utc"] == "2026-01-04T23:00:07.000Z" == found["first_rows"][0]["time_utc"]
    assert found["rate_per_h"] * found["hours"] == pytest.approx(200, rel=1e-4)
    assert (found["zone"], found["scenario_time_zone"]) == ("Europe/Oslo", "Europe/Oslo")
    assert found["unused"]["Ticket Id"] == "ids"
