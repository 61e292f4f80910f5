"""What to do before events, in words: by hand."""

import math

from sim.decision.preparing import PreparingHours, WeighedPreparation
from sim.report.preparing import describe_preparations, format_hours, format_savings

ROW = WeighedPreparation(
    name="briefing",
    label="prepared answers",
    does=True,
    events=("launch",),
    ready_local="2025-07-01T07:00",
    agent_h=12.0,
    cost=200.0,
    hours=(
        PreparingHours(
            pool="general",
            from_local="2025-06-30T10:00",
            until_local="2025-06-30T12:00",
            agents=2,
        ),
    ),
    difference=0.0042,
    ci_low=0.0021,
    ci_high=0.0063,
    n=400,
    contacts_saved=61.0,
    contacts_saved_low=40.0,
    contacts_saved_high=85.0,
    work_saved_h=3.4,
    work_saved_low_h=2.1,
    work_saved_high_h=4.7,
    cost_difference=180.0,
)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def test_a_task_in_one_sentence():
    left = WeighedPreparation(**{**vars(ROW), "name": "mail_to_all", "label": "", "does": False})
    found = describe_preparations((ROW, left), (), "USD")
    task, rest = map(plain, found["words"])
    assert task == (
        "Prepared answers by Tue 1 Jul 07:00: 12 agent hours and 200 USD; worth 0.004 of "
        "satisfaction more (95 % interval 0.002 to 0.006), i.e. 4.2 more satisfied customers of "
        "1,000; spares 61 (40 to 85) customers writing and saves 3.4 (2.1 to 4.7) agent hours of "
        "work."
    )
    assert rest == "Left undone: mail to all."
    assert [row["does"] for row in found["rows"]] == ["yes", "no"]
    assert plain(found["hours"][0][1]) == "2 general Mon 30 Jun 10:00 to 12:00"


def test_an_answer_to_pin_in_one_sentence():
    """Answers come after preparations, and one left undone is named with what is."""
    answer = {"name": "launch", "label": "an answer to \u201ccan I still return it?\u201d"}
    took = {"agent_h": 0.5, "cost": 20.0, "hours": ()}
    post = WeighedPreparation(**{**vars(ROW), **answer, **took})
    other = WeighedPreparation(**{**vars(post), "label": "an answer to more", "does": False})
    found = describe_preparations((ROW,), (post, other), "USD")
    assert plain(found["words"][1]) == (
        "An answer to \u201ccan I still return it?\u201d by Tue 1 Jul 07:00 spares 61 (40 to 85) "
        "later questions and saves 3.4 (2.1 to 4.7) agent hours of work; 0.5 agent hours of "
        "overtime; worth 0.004 of satisfaction more (95 % interval 0.002 to 0.006), i.e. 4.2 more "
        "satisfied customers of 1,000."
    )
    assert found["words"][2] == "Left undone: an answer to more."
    keys = [row["key"] for row in found["rows"]]
    assert keys == ["scenario.preparations.briefing", "policy.posts", "policy.posts"]


def test_contacts_that_it_brings_and_what_is_not_shown():
    brings = {"contacts_saved": -30.0, "contacts_saved_low": -50.0, "contacts_saved_high": -10.0}
    unsure = {"work_saved_low_h": -1.0}
    row = WeighedPreparation(**{**vars(ROW), **brings, **unsure})
    assert plain(format_savings(row)) == "brings 30 (10 to 50) customers writing"


def test_nothing_pays_nothing_is_offered_nothing_is_staffed():
    assert describe_preparations((), (), "USD") == {}
    nan = dict.fromkeys(("difference", "ci_low", "ci_high"), math.nan)
    row = WeighedPreparation(
        **{**vars(ROW), **nan, "does": False, "hours": (), "ready_local": None}
    )
    found = describe_preparations((row,), (), "USD")
    assert found["words"] == ["Nothing: the plan does better without."]
    assert found["rows"][0]["worth"].startswith("not weighed")
    assert found["rows"][0]["ready"] == "kept ready"
    assert found["hours"] == []


def test_a_span_over_midnight_names_both_days():
    span = PreparingHours(
        pool="general", from_local="2025-06-30T23:00", until_local="2025-07-01T01:00", agents=1
    )
    assert plain(format_hours(span)) == "1 general Mon 30 Jun 23:00 to Tue 1 Jul 01:00"
