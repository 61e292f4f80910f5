"""``surgecrew init``: a first scenario that loads, holds the answers and can be staffed."""

import datetime
import itertools
import pathlib

import numpy as np
import pytest

from sim.cli import main
from sim.cli.starting import init
from sim.cli.starting.first_file import list_kinds
from sim.cli.starting.questions import DAYS, QUESTIONS, Hours, fill_in, read_days, read_hours
from sim.errors import InputError
from sim.rostering.roster import Rosters
from sim.scenario.build import load_scenario
from sim.scenario.model import Scenario

EVENTS = ("none", "campaign", "launch", "price_rise", "outage", "breach")
BRANDS = {
    "desk": [],
    "shop": ["name=Ŝoko & \"Söhne\" <b>: #1 'x'", "time_zone=Europe/Berlin", "currency=EUR",
             "open=10-16", "event=launch", "event_time=Thursday 10:30", "budget=9000",
             "paid_hour_cost=34.5", "start=2026-12-07"],
    "night": ["open=20-8", "days=all", "event=breach", "time_zone=Asia/Kolkata", "currency=INR",
              "mentions_per_day=120", "promise_min=240"],
    "always": ["open=24h", "days=all", "event=outage", "mentions_per_day=50000"],
    "lunch": ["open=11:45-14:15", "days=fri-mon", "name=null"],
}  # fmt: skip


def make(folder: pathlib.Path, *answers: str) -> Scenario:
    path = folder / "mine.yaml"
    assert main.run(["init", str(path), *answers]) == 0
    return load_scenario(str(path))


@pytest.mark.parametrize("brand", BRANDS)
def test_every_open_hour_has_a_shift_and_nothing_else_has(brand, tmp_path):
    """Catches kinds off the grid, part-timers alone, and a night that nobody can work."""
    scenario = make(tmp_path, *BRANDS[brand])
    rosters = Rosters(scenario)
    shifts, is_open = rosters.problem.shifts, rosters.problem.open_intervals
    assert scenario.shifts is not None
    assert {day for day in DAYS if scenario.shifts.find_hours(day)} == set(
        read_days(next((w[5:] for w in BRANDS[brand] if w[:5] == "days="), "mon-sat"), "days")
    )
    is_open = np.ones(rosters.problem.n_intervals, bool) if is_open is None else is_open
    assert (rosters.covers != 0).any(axis=0)[is_open].all()
    assert any(not kind.part_time for kind in shifts)


def test_the_answers_are_in_the_scenario(tmp_path):
    scenario = make(tmp_path, *BRANDS["shop"])
    assert scenario.name == "Ŝoko & \"Söhne\" <b>: #1 'x'"
    assert (scenario.currency, scenario.horizon.time_zone) == ("EUR", "Europe/Berlin")
    assert scenario.horizon.start.date() == datetime.date(2026, 12, 7)
    assert scenario.demand.base_per_h == 300 / 24
    assert scenario.events["launch"].time_h == 82.5
    assert scenario.costs.paid_hour_cost == 34.5
    assert scenario.promise.promise_min == 60
    # .65 of the share of the base's mentions from 10 to 16, Monday to Saturday: .37 x .89
    assert scenario.promise.target_share == 0.2
    assert "budget: 9000 #" in (tmp_path / "mine.yaml").read_text("utf-8")


def test_without_a_budget_it_is_what_the_mentions_ask_for(tmp_path):
    """By hand: 2,100 mentions of 3.573 min and 1.65 turns, 65 % busy, 25.5 % shrinkage, at 28.

    A few mentions: two pools on six days of nine hours, all paid.
    """
    make(tmp_path, "name=a")
    assert "budget: 12000 #" in (tmp_path / "mine.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").unlink()
    make(tmp_path, "mentions_per_day=9")
    assert "budget: 4100 #" in (tmp_path / "mine.yaml").read_text("utf-8")


@pytest.mark.parametrize("event", EVENTS)
def test_each_kind_of_event_is_the_bases(event, tmp_path):
    scenario = make(tmp_path, f"event={event}", "event_time=tue 14:00")
    assert scenario.horizon.days == 7
    kinds = {one.kind: one for one in scenario.events.values()}
    assert set(kinds) == (set() if event == "none" else {event})
    if event in ("campaign", "launch", "price_rise"):
        assert kinds[event].time_h == 38.0


@pytest.mark.parametrize(
    ("text", "hours"),
    [("9-18", (9, 18)), ("8:30 - 20.15", (8.5, 20.25)), ("20-4", (20, 28)), ("24h", (0, 24)),
     ("9 to 17", (9, 17)), ("8h30-0", (8.5, 24)), ("0-24", (0, 24))],
)  # fmt: skip
def test_hours_are_read_as_written(text, hours):
    assert tuple(read_hours(text, "open")) == hours


@pytest.mark.parametrize("text", ["", "9", "9-", "25-3", "24-3", "9:61-18", "9-18-20", "9:02-18"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(InputError, match=r"open = .*allowed: hours such as"):
        read_hours(text, "open")


def test_full_shifts_reach_from_opening_to_closing():
    for first in range(24):
        for quarters in range(2, 97):
            hours = Hours(float(first), first + quarters / 4.0)
            full, part = list_kinds(hours)
            assert full[0][0] == first
            assert max(start + length for start, length in full) == hours.to_h
            assert all(later[0] - one[0] <= 1.0 for one, later in itertools.pairwise(full))
            assert all(first <= start and start + length <= hours.to_h for start, length in part)


def test_mistakes_are_a_line_each_and_nothing_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main.run(["init", "a.yaml", "open=25-3", "days=xx", "evnt=launch", "event=lunch",
                     "start=2026-12-08", "time_zone=Berlin", "budget=-1", "event_time=10:00",
                     "paid_hour_cost=nan"]) == 2  # fmt: skip
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 9
    assert "evnt: unknown key; did you mean event?" in told[2]
    assert told[3].endswith("did you mean launch?")
    assert told[4].endswith("that week's is 2026-12-07")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_week.yaml").write_text("mine")
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    for words in ([], ["gone.yaml"], ["a.txt"], ["a.yaml", "b.yaml"], ["no/where.yaml"]):
        assert main.run(["init", *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "my_week.yaml").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_terminal_is_asked_and_asked_again(monkeypatch, capsys, tmp_path):
    """Questions come in order; a wrong answer is told and asked anew; the end takes defaults."""
    answers = iter(["Café", "Nowhere/City", "Europe/Paris", "", "480"])

    def give(prompt):
        asked.append(prompt)
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    asked: list[str] = []
    monkeypatch.setattr("builtins.input", give)
    found = init.ask(tmp_path / "mine.yaml")
    assert found == {"name": "Café", "time_zone": "Europe/Paris",
                     "start": datetime.date(2026, 6, 1), "mentions_per_day": 480.0}  # fmt: skip
    assert capsys.readouterr().err.startswith("time_zone = Nowhere/City: allowed:")
    assert len(asked) == 6
    assert fill_in(found)["open"] == (9, 18)
    assert [question.key for question in QUESTIONS][:2] == ["name", "time_zone"]
