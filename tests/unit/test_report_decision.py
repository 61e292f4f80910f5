"""The decision for people: grids, shifts, effort, surge rules, status, by tables made by hand."""

import pathlib

import pytest

from sim.report.decision import (
    build_grid,
    format_cost,
    format_effort,
    format_people,
    lay_out_effort,
)
from sim.report.format import NO_BREAK
from sim.report.pages.plan import format_lead, list_assumptions, list_cost_parts, write_risk
from sim.report.pages.status import describe_status
from sim.report.shifts import lay_out_shifts, write_days, write_hour
from sim.report.stored_run import StoredRun
from sim.report.surge import format_surge, list_surge


def make_row(time: str, agents: float, pool: str = "a") -> dict[str, object]:
    """Return one interval of staff_by_interval."""
    return {"pool": pool, "time_local": time, "agents": agents}


def test_the_grid_adds_pools_and_takes_the_most_of_an_hour():
    rows = [
        make_row("2026-02-02T08:00", 2), make_row("2026-02-02T08:30", 5),
        make_row("2026-02-02T08:00", 4, "b"), make_row("2026-02-02T10:00", 1),
        make_row("2026-02-03T09:00", 3), make_row("2026-02-03T23:00", 0),
    ]  # fmt: skip
    grid = build_grid(rows)
    assert grid is not None
    assert grid.hours == ["08", "09", "10"]
    assert [day for day, _ in grid.days] == ["Mon 2 Feb", "Tue 3 Feb"]
    assert [[cell.text for cell in cells] for _, cells in grid.days] == [
        ["6", "\u00b7", "1"],
        ["\u00b7", "3", "\u00b7"],
    ]
    assert [[cell.shade for cell in cells] for _, cells in grid.days] == [[5, 0, 1], [0, 3, 0]]
    only = build_grid(rows, "b")
    assert only is not None
    assert [[cell.text for cell in cells] for _, cells in only.days] == [["4"]]


def test_no_staff_and_too_many_days_give_no_grid():
    assert build_grid([]) is None
    assert build_grid([make_row("2026-02-02T08:00", 0)]) is None
    assert build_grid([make_row(f"20{year}-02-02T08:00", 1) for year in range(20, 60)]) is None


def test_shifts_stand_in_a_table_by_days():
    shift = {"name": "early", "pool": "a", "start": 7.5, "length_h": 8}
    table = lay_out_shifts(
        [
            {**shift, "days": [0, 1], "agents": 2},
            {**shift, "days": ["Tue"], "agents": 1},
            {**shift, "pool": "b", "days": [4], "agents": 3},
        ]
    )
    assert table is not None
    assert table.days == ["Mon", "Tue", "Fri"]
    assert table.rows == [
        (("a", "07:30", "8 h", "early"), ["2", "3", "\u00b7"]),
        (("b", "07:30", "8 h", "early"), ["\u00b7", "\u00b7", "3"]),
    ]


def test_shifts_by_date_are_in_order_and_too_many_days_are_a_list():
    days = [f"2026-02-{day:02d}" for day in range(2, 16)]
    shift = {"name": "", "pool": "a", "start": "07:00", "length_h": 8, "agents": 1}
    table = lay_out_shifts([{**shift, "days": days[3::-1]}])
    assert table is not None
    assert table.days == ["Mon 2 Feb", "Tue 3 Feb", "Wed 4 Feb", "Thu 5 Feb"]
    assert lay_out_shifts([{**shift, "days": days}]) is None
    assert lay_out_shifts([]) is None


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([0, 1, 2, 3, 4], "Mon\u2013Fri"),
        (["Tue", "Thu"], "Tue, Thu"),
        ("every day", "every day"),
        (["2026-02-02"], "Mon 2 Feb"),
        ([5, 6], "Sat, Sun"),
        (None, ""),
    ],
)
def test_days_are_written_short(days, told):
    assert write_days(days) == told


def test_hours_are_written_as_clock_times():
    assert [write_hour(each) for each in (7, 9.25, 23.5, "19:00", None)] == [
        "07:00", "09:15", "23:30", "19:00", "",
    ]  # fmt: skip


EFFORT = [
    {"topic": "error", "phase": "surge", "level": "thorough"},
    {"topic": "question", "phase": "surge", "level": "auto"},
    {"topic": "error", "phase": "calm", "level": "standard"},
    {"topic": "question", "phase": "calm", "level": "standard"},
    {"topic": "error", "phase": "ahead", "level": "standard"},
    {"topic": "question", "phase": "ahead", "level": "standard"},
]


def test_effort_is_laid_out_by_phase_and_told_in_words():
    phases, rows = lay_out_effort(EFFORT)
    assert phases == ["calm", "ahead", "surge"]
    assert rows == [
        ["error", "standard", "standard", "thorough"],
        ["question", "standard", "standard", "auto"],
    ]
    assert format_effort(EFFORT) == [
        ("calm and ahead", "standard replies to every topic"),
        ("surge", "thorough replies to error; automatic replies to question"),
    ]
    assert format_effort([]) == []


def test_unknown_phases_and_levels_are_shown_too():
    effort = [{"topic": "a", "phase": "night", "level": "video"}]
    assert lay_out_effort(effort) == (["night"], [["a", "video"]])
    assert format_effort(effort) == [("night", "video for every topic")]


def test_one_way_for_all_phases_is_told_once():
    effort = [
        {"topic": topic, "phase": phase, "level": "standard"}
        for topic in ("error", "praise")
        for phase in ("calm", "surge")
    ]
    assert format_effort(effort) == [("always", "standard replies to every topic")]


def test_people_and_cost_are_told_in_a_sentence():
    headline = {"people_at_peak": 10, "peak_local": "2026-02-03T12:00", "staffed_h": 641.5}
    assert format_people(headline, 7).replace(NO_BREAK, " ") == (
        "Up to 10 people at once, the most from Tue 3 Feb 12:00; 642 staffed hours in 7 days."
    )
    assert format_people({}, None) == "As below."
    cost = format_cost({"cost": 29140.0, "budget": 30000.0}, "USD").replace(NO_BREAK, " ")
    assert "29,140 USD expected" in cost
    assert "of a budget of 30,000 USD (860 USD unspent)" in cost
    assert "1 USD over it" in format_cost({"cost": 11, "budget": 10}, "USD").replace(NO_BREAK, " ")
    assert "no budget was set" in format_cost({"cost": 11}, "")
    assert format_cost({}, "USD") == "The cost was not stored."


def test_surge_rules_that_are_stored_are_told_and_others_left_out():
    told = format_surge(
        {"agents": {"general": 4, "technical": 0}, "delay_min": 90, "max_people": 8}
    )
    assert told == ["4 general come, at work 90 min after the call.", "At most 8 people."]
    assert format_surge(None) == []
    assert format_surge({"delay_min": None}) == []


def test_surge_rules_as_label_and_value_keep_unknown_keys():
    rows = dict(list_surge({"own_rule_min": 5, "delay_min": 90, "agents": {"general": 4}}))
    assert rows == {
        "Who comes": "4 general",
        "At work after": f"90{NO_BREAK}min",
        "Own rule": f"5{NO_BREAK}min",
    }


def test_assumptions_come_before_what_is_quoted_and_measured():
    entries = [
        {"key": "brand.k1", "value": 0.396, "mark": "m", "source": "Mousavi", "matters": None},
        {"key": "costs.paid_hour_cost", "value": 28, "mark": "q"},
        {"key": "conversation.silent_share", "value": 0.5, "mark": "a", "matters": "much"},
    ]
    rows = list_assumptions(entries, "USD")
    assert [row["mark"] for row in rows] == ["assumed", "quoted", "measured"]
    assert [row["value"].replace(NO_BREAK, " ") for row in rows] == ["50 %", "28 USD", "0.396"]
    assert rows[0]["matters"] == "much"


def test_risks_and_parts_of_the_cost_have_units():
    assert write_risk({"text": "a", "value": 0.61, "unit": "share"}, "") == ("a", f"61{NO_BREAK}%")
    assert write_risk({"text": "a", "value": 5, "unit": "currency"}, "EUR") == (
        "a",
        f"5{NO_BREAK}EUR",
    )
    assert write_risk({"text": "a", "value": 0.63}, "") == ("a", "0.630")  # of satisfaction
    assert write_risk({"text": "a", "value": 5.0}, "") == ("a", "5")
    assert write_risk("only text", "") == ("only text", "")
    parts = list_cost_parts({"cost_parts": {"small": 1, "surge_crew": 1000}}, "USD")
    assert parts == [("surge crew", f"1,000{NO_BREAK}USD"), ("small", f"1{NO_BREAK}USD")]
    assert format_lead(24).endswith("24\u00a0h before an announced event.")
    assert format_lead(None) == ""


@pytest.mark.parametrize(("status", "loud"), [("feasible", False), ("stopped", True), ("", False)])
def test_the_status_is_loud_only_where_somebody_must_act(status, loud):
    summary = {"plan": {"status": status, "value": 0.6174, "bound": None, "gap": 0.03}}
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", summary=summary))
    assert found["is_loud"] is loud
    assert dict(found["rows"]) == {"Value on fresh draws": "0.617", "Gap to the bound": "0.030"}


def test_a_selection_may_be_a_probability_or_its_parts():
    decision = {"selection": {"probability": 0.974, "runner_up": "plan 2"}, "status": "certified"}
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", decision=decision))
    assert dict(found["rows"])["Selection"].replace(NO_BREAK, " ") == (
        "probability 97.4 %, runner up plan 2"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "within 0.002 of the best of the last candidates with probability 95 %; ahead of "
             "erlang a by 0.0056, standard error 0.0003"),
        ({"met": False, "probability_correct": None},
         "not sure to be within 0.002 of the best: too few replications; ahead of erlang a by "
         "0.0056, standard error 0.0003"),
        ({"runner_up": None}, "within 0.002 of the best of the last candidates with probability "
                              "95 %; no other candidate was left"),
    ],
)  # fmt: skip
def test_the_selection_of_a_plan_is_told_in_a_sentence(changes, told):
    selection = {
        "runner_up": "erlang_a", "difference": 0.00559, "standard_error": 0.00025, "delta": 0.002,
        "alpha": 0.05, "probability_correct": 0.95, "met": True, "replications": 400,
    }  # fmt: skip
    found = describe_status(
        StoredRun(pathlib.Path("run"), "plan", decision={"selection": selection | changes})
    )
    assert dict(found["rows"])["Selection"].replace(NO_BREAK, " ") == told
