"""The run book's sentences: what is known is said, what is not known is a line to fill in."""

import dataclasses

from report_folders import BREACH

from sim.decision.decision import NO_DECISION
from sim.decision.run_book import MoneyStep, WeekSpread
from sim.decision.staffing import TopicLevel
from sim.report.run_book import EMPTY_LINE, describe_money, describe_run_book, write_span


def tell(event=BREACH, **decision):
    """Return title, rows as text by label, and note of the run book."""
    page = describe_run_book(dataclasses.replace(NO_DECISION, run_book=(event,), **decision))[0]
    rows = {label: " ".join(texts).replace("\u00a0", " ") for label, texts in page["rows"]}
    return page["title"], rows, page["note"].replace("\u00a0", " ")


def test_a_surprise_is_told_with_its_spread():
    title, rows, note = tell()
    assert title == "If breach comes, say on Tue 2 Jun 11:00"
    assert rows["Until when it is bad"] == (
        "At the worst 180 customers wait at once, 4.5 h after it begins; in one week of ten fewer "
        "than 61, in one of ten more than 410. Normal again after 26 h; in one week of ten within "
        "11 h, in one of ten only after 3.1 days."
    )
    assert rows["On-call crew"] == (
        "Called in 62 % of these weeks (52 to 71 %), at work 3 h (1.5 h to 6 h) after it begins; "
        "in weeks without it in 4 %."
    )
    assert "30 % of weeks" in note


def test_what_nobody_told_us_is_a_line_to_fill_in():
    rows = tell()[1]
    assert rows["Who decides"] == EMPTY_LINE
    assert EMPTY_LINE in rows["Message"]
    assert rows["Whom to call"] == "Nobody is on call under this plan."


def test_a_week_that_ends_before_it_is_normal_says_so():
    never = WeekSpread(p10=90.0, p50=None, p90=None)
    late = WeekSpread(p10=20.0, p50=40.0, p90=None)
    event = dataclasses.replace(BREACH, normal_after_h=never, normal_share=0.2)
    assert "In 80 % of the weeks it is not over when the plan ends" in tell(event)[1][
        "Until when it is bad"]  # fmt: skip
    event = dataclasses.replace(BREACH, normal_after_h=late)
    assert "in one of ten not before the plan ends" in tell(event)[1]["Until when it is bad"]


def test_an_announced_event_goes_by_the_clock_and_calm_levels_are_left_out():
    event = dataclasses.replace(BREACH, announced_h=336.0, is_example=False, probability=1.0,
                                crew_called_share=None, crew_after_h=None)  # fmt: skip
    effort = tuple(
        TopicLevel(topic="question", phase=phase, level=level)
        for phase, level in (("calm", "thorough"), ("surge", "brief"))
    )
    title, rows, note = tell(event, effort=effort)
    assert title == "When breach comes on Tue 2 Jun 11:00"
    assert rows["Sign"].startswith("It is announced 14 days before")
    assert rows["Replies"] == "Surge: brief replies to every topic."
    assert rows["On-call crew"] == "There is none under this plan."
    assert note.startswith("It is in the plan for certain.")


def test_spans_are_no_finer_than_weeks_differ():
    spans = (0.25, 1.0, 1.5, 11.4, 47.0, 49.0)
    shown = [write_span(hours).replace("\u00a0", " ") for hours in spans]
    assert shown == ["15 min", "1 h", "1.5 h", "11 h", "47 h", "2 days"]


def test_a_tenth_less_and_more_in_customers():
    less = MoneyStep(staff_share=0.9, cost_difference=-3210.4, difference=-0.0213,
                     ci_low=-0.0241, ci_high=-0.0185, n=100)  # fmt: skip
    same = dataclasses.replace(less, staff_share=1.1, cost_difference=3211.0, difference=0.001,
                               ci_low=-0.0005, ci_high=0.0025)  # fmt: skip
    told = [text.replace("\u00a0", " ") for text in describe_money((less, same), "USD")]
    assert told == [
        "10 % less staff (3,210 USD saved): 21 (18 to 24) fewer satisfied customers of 1,000.",
        "10 % more staff (3,211 USD more): no difference shown (\u22120.5 to 2.5 of 1,000).",
    ]
    assert describe_money(None, "USD") == []
