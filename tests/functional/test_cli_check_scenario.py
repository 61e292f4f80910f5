"""``surgecrew check scenario=``: what a scenario holds and asks for, what contradicts itself."""

import json
import pathlib

import pytest

from sim.cli import main

SHOP = """\
base: launch_week
name: Ŝoko <b>
currency: EUR
horizon: {time_zone: Asia/Kolkata}
demand: {base_per_h: 6}
shifts:
  open_from_h: 10
  open_to_h: 16
  open_by_day: {sun: null}
  kinds: [{start_h: 10, length_h: 6}]
promise: {target_share: .2}
planner: {budget: 20000}
events: {launch: {time_h: 82}}
"""


@pytest.fixture
def shop(tmp_path: pathlib.Path) -> str:
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    return f"scenario={tmp_path / 'shop.yaml'}"


def check(*args: str) -> dict:
    return main.run(["check", *args])


def test_the_lines_say_what_was_understood(shop, capsys):
    assert check(shop, "--intervals") == 0
    said = capsys.readouterr().out
    for part in (
        "Ŝoko <b>",
        "local time of Asia/Kolkata",
        "2026-06-07  closed",
        "launch  launch  2026-06-04 10:00    sure  announced",
        "Promise: 20% within 60 min; these hours allow",
        "one at work is 1.43 on the roster",
        "general: people at work",
        "To look at:",  # money inherited in another currency
    ):
        assert part in said


def test_the_object_adds_up(shop, capsys):
    """Catches days, intervals and totals that disagree, and people in closed hours."""
    assert check(shop, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    answering = found["need"]["answering"]
    starts = found["need"]["interval_start"]
    by_day = {day["date"]: day for day in found["days"]}
    assert len(starts) == 168
    for number, start in enumerate(starts):
        people = sum(answering[pool][number] for pool in answering)
        assert people <= by_day[start[:10]]["most_answering"]
        assert people == 0 or 10 <= int(start[11:13]) < 16
    assert [day["open_h"] for day in found["days"]] == [6, 6, 6, 6, 6, 6, 0]
    # 6 an hour for a week, and the launch's
    assert sum(day["mentions"] for day in found["days"]) == pytest.approx(
        6 * 168 + found["events"][0]["mentions"], rel=1e-6
    )


CONTRADICTIONS = {
    "promise": ("scenario.promise.target_share=.9", "scenario.promise.target_share = 0.9"),
    "kinds": (
        "scenario.shifts.kinds=[{start_h: 10, length_h: 6, days: [mon]}]",
        "no kind of shift covers 30 open intervals, the first at Tue 10:00",
    ),
    "limit": ("scenario.demand.base_per_h=150", "scenario.team.pools.general.limit = 30: the"),
    "budget": ("planner.budget=900", "planner.budget = 900: the promise asks for about"),
    "closed event": ("scenario.events.launch.time_h=80", "begins Thu 08:00, while the desk is"),
    "holiday": ("scenario.holidays={'2026-12-25': {open: closed}}", "2026-12-25 is not in the"),
    "little work": ("scenario.demand.base_per_h=.5", "has work for 0."),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions_are_told_with_their_key(case, shop, capsys):
    override, line = CONTRADICTIONS[case]
    assert check(shop) == 0
    assert line not in capsys.readouterr().out
    assert check(shop, override) == 0
    assert line in capsys.readouterr().out


def test_inherited_money_is_told(shop, capsys):
    assert check(shop) == 0
    assert "these amounts were set in USD and are now read as EUR" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["scenario=telecom_wek"], "did you mean telecom_week"),
        (["scenario=telecom_week", "history=x.csv"], "one of them"),
        (["history=x.csv", "--intervals"], "allowed with scenario="),
        (["scenario=telecom_week", "--jsn"], "did you mean --json"),
        ([], "history"),
    ],
)
def test_mistakes(args, line, capsys):
    assert check(*args) == main.BAD_INPUT
    assert line in capsys.readouterr().err
