"""The decision for people: grids, shifts, effort, surge rules, status, by tables made by hand."""

import dataclasses
import pathlib

import numpy as np
import pytest
import report_folders as folders

from sim.decision.decision import NO_DECISION, NO_HEADLINE
from sim.decision.evidence import Risk, StatedAssumption
from sim.decision.staffing import (
    CrewRules,
    Headline,
    RepeatedShift,
    StaffedInterval,
    TopicLevel,
)
from sim.planning.evaluation.objective import Objective
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


def make_row(time: str, agents: int, pool: str = "a") -> StaffedInterval:
    """Return one interval of staff_by_interval."""
    start = int((np.datetime64(time) - np.datetime64("2026-02-02")) / np.timedelta64(1, "m"))
    return StaffedInterval(pool=pool, interval_start_min=start, time_local=time, agents=agents)


def make_levels(*rows: tuple[str, str, str]) -> list[TopicLevel]:
    return [TopicLevel(topic=topic, phase=phase, level=level) for topic, phase, level in rows]


def make_headline(**known) -> Headline:
    return dataclasses.replace(NO_HEADLINE, **known)


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
    shift = RepeatedShift(name="early", pool="a", start=7.5, length_h=8.0, days=(0, 1), agents=2)
    table = lay_out_shifts(
        [
            shift,
            dataclasses.replace(shift, days=("Tue",), agents=1),
            dataclasses.replace(shift, pool="b", days=(4,), agents=3),
        ]
    )
    assert table is not None
    assert table.days == ["Mon", "Tue", "Fri"]
    assert table.rows == [
        (("a", "07:30", "8 h", "early"), ["2", "3", "\u00b7"]),
        (("b", "07:30", "8 h", "early"), ["\u00b7", "\u00b7", "3"]),
    ]


def test_shifts_by_date_are_in_order_and_too_many_days_are_a_list():
    days = tuple(f"2026-02-{day:02d}" for day in range(2, 16))
    shift = RepeatedShift(name="", pool="a", start=7.0, length_h=8.0, agents=1, days=days[3::-1])
    table = lay_out_shifts([shift])
    assert table is not None
    assert table.days == ["Mon 2 Feb", "Tue 3 Feb", "Wed 4 Feb", "Thu 5 Feb"]
    assert lay_out_shifts([dataclasses.replace(shift, days=days)]) is None
    assert lay_out_shifts([]) is None


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([0, 1, 2, 3, 4], "Mon\u2013Fri"),
        (["Tue", "Thu"], "Tue, Thu"),
        (["2026-02-02"], "Mon 2 Feb"),
        ([5, 6], "Sat, Sun"),
        ((), ""),
    ],
)
def test_days_are_written_short(days, told):
    assert write_days(days) == told


def test_hours_are_written_as_clock_times():
    assert [write_hour(each) for each in (7, 9.25, 23.5)] == [
        "07:00", "09:15", "23:30",
    ]  # fmt: skip


EFFORT = make_levels(
    ("error", "surge", "thorough"),
    ("question", "surge", "auto"),
    ("error", "calm", "standard"),
    ("question", "calm", "standard"),
    ("error", "ahead", "standard"),
    ("question", "ahead", "standard"),
)


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
    effort = make_levels(("a", "night", "video"))
    assert lay_out_effort(effort) == (["night"], [["a", "video"]])
    assert format_effort(effort) == [("night", "video for every topic")]


def test_one_way_for_all_phases_is_told_once():
    effort = make_levels(
        *(
            (topic, phase, "standard")
            for topic in ("error", "praise")
            for phase in ("calm", "surge")
        )
    )
    assert format_effort(effort) == [("always", "standard replies to every topic")]


def test_people_and_cost_are_told_in_a_sentence():
    headline = make_headline(people_at_peak=10, peak_local="2026-02-03T12:00", staffed_h=641.5)
    assert format_people(headline, 7).replace(NO_BREAK, " ") == (
        "Up to 10 people at once, the most from Tue 3 Feb 12:00; 642 staffed hours in 7 days."
    )
    by_pool = make_headline(people_at_peak=10, employees_at_least={"day": 9, "night": 4})
    assert format_people(by_pool, None).endswith(
        "On the roster, with time off the queue, rest and days a week: 13 employees or more "
        "(day 9, night 4)."
    )
    both = dataclasses.replace(
        by_pool, on_roster_at_peak=14, full_time={"day": 8.0, "night": 3.25}, contract_h=37.5
    )
    said = format_people(both, None).replace(NO_BREAK, " ")
    assert said.startswith("Up to 10 people at once (14 on the roster).")
    assert said.endswith("; their hours fill 11.2 contracts of 37.5 h a week.")
    assert format_people(NO_HEADLINE, None) == "As below."
    cost = format_cost(make_headline(cost=29140.0, budget=30000.0), "USD").replace(NO_BREAK, " ")
    assert "29,140 USD expected" in cost
    assert "of a budget of 30,000 USD (860 USD unspent)" in cost
    over = format_cost(make_headline(cost=11.0, budget=10.0), "USD").replace(NO_BREAK, " ")
    assert "1 USD over it" in over
    assert "no budget was set" in format_cost(make_headline(cost=11.0), "")
    assert format_cost(NO_HEADLINE, "USD") == "The cost was not stored."


RULES = folders.read(folders.make_decision()).surge
UNKNOWN = dict.fromkeys((one.name for one in dataclasses.fields(CrewRules)), float("nan"))


def test_surge_rules_that_are_stored_are_told_and_others_left_out():
    known = {"agents": {"general": 4, "technical": 0}, "delay_min": 90, "max_people": 8}
    told = format_surge(CrewRules(**{**UNKNOWN, **known}))
    assert told == ["4 general come, at work 90 min after the call.", "At most 8 people."]
    assert format_surge(None) == []
    assert list_surge(None) == []


def test_every_surge_rule_has_a_label_and_stands_in_a_sentence():
    rows, told = dict(list_surge(RULES)), " ".join(format_surge(RULES))
    assert len(rows) == len(dataclasses.fields(CrewRules))
    assert rows["Who comes"] == "4 general, 4 technical"
    assert rows["At work after"] == f"90{NO_BREAK}min"
    for name in UNKNOWN.keys() - {"agents"}:
        other = dataclasses.replace(RULES, **{name: 77})
        assert "77" in " ".join(format_surge(other)), name
    assert "77" not in told


def test_assumptions_come_before_what_is_quoted_and_measured():
    rest = {"source": "", "matters": "much"}
    entries = [
        StatedAssumption(key="brand.k1", value=0.396, mark="m", **rest),
        StatedAssumption(key="costs.paid_hour_cost", value=28, mark="q", **rest),
        StatedAssumption(key="conversation.silent_share", value=0.5, mark="a", **rest),
    ]
    rows = list_assumptions(entries, "USD")
    assert [row["mark"] for row in rows] == ["assumed", "quoted", "measured"]
    assert [row["value"].replace(NO_BREAK, " ") for row in rows] == ["50 %", "28 USD", "0.396"]
    assert rows[0]["matters"] == "much"


def test_risks_are_of_satisfaction_and_parts_of_the_cost_have_units():
    assert write_risk(Risk(text="a", value=0.63, loss=0.01)) == ("a", "0.630")
    assert write_risk(Risk(text="a", value=float("nan"), loss=0.01)) == ("a", "")
    parts = list_cost_parts(make_headline(cost_parts={"small": 1.0, "surge_crew": 1000.0}), "USD")
    assert parts == [("surge crew", f"1,000{NO_BREAK}USD"), ("small", f"1{NO_BREAK}USD")]
    assert format_lead(24).endswith("24\u00a0h before an announced event.")
    assert format_lead(None) == ""


@pytest.mark.parametrize(("status", "loud"), [("feasible", False), ("stopped", True), ("", False)])
def test_the_status_is_loud_only_where_somebody_must_act(status, loud):
    decision = dataclasses.replace(NO_DECISION, status=status, value=0.6174, gap=0.03)
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", decision=decision))
    assert found["is_loud"] is loud
    assert dict(found["rows"]) == {"Value on fresh draws": "0.617"}


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
    decision = folders.read({"selection": folders.SELECTION | changes})
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", decision=decision))
    assert dict(found["rows"])["Selection"].replace(NO_BREAK, " ") == told


def test_a_promise_that_opening_hours_forbid_is_not_said_to_be_kept():
    """The first line said "it keeps budget and promise", the second that nobody can."""
    impossible = "The opening hours make the promise impossible: however many people work, ..."
    decision = dataclasses.replace(NO_DECISION, status="feasible", reasons=(impossible,))
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", decision=decision))
    assert found["is_loud"]
    assert "keeps budget and promise" not in found["text"]
    assert "without the promise" in found["text"]


def test_a_measure_that_is_not_satisfaction_alone_stands_first():
    weighed = Objective(0.0, 0.3).describe()
    decision = dataclasses.replace(NO_DECISION, status="feasible", reasons=(*weighed, "Another."))
    found = describe_status(StoredRun(pathlib.Path("run"), "plan", decision=decision))
    assert found["is_loud"]
    assert weighed[0] in found["text"]
    assert found["reasons"] == ["Another."]
