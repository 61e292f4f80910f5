"""Further answers as people read them: rows by hand, parts that were not asked for left out."""

import re

import report_folders as folders
from report_folders import ANSWERS, HOURS, LEVER, read

from sim.decision.decision import NO_DECISION
from sim.report.pages.page import draw_report
from sim.report.pages.questions import describe_questions, draw_frontier, format_together


def test_each_answer_has_its_rows():
    told = describe_questions(read(ANSWERS), "USD")
    assert told["changes"]["words"].startswith("1 shift changed of at most 3.")
    assert told["changes"]["rows"][0] == ["Mon 2 Feb", "22:00 to 06:00 next day", "night", "+1"]
    assert told["changes"]["rows"][1] == ["Wed 4 Feb", "07:30 to 11:30", "night", "\u22121"]
    assert told["scenarios"]["rows"][0][2] == "0.610"
    assert told["scenarios"]["others"] == ["Erlang-A"]
    assert told["scenarios"]["gains"][0] == ["calm", "+0.030 (0.020 to 0.040)"]
    assert told["levers"]["rows"][0]["difference"] == "+0.004"
    assert told["flips"]["rows"][0][-1] == "Reactive"
    assert told["flips"]["looked"] == "events.launch.peak 1.25 to 4"
    assert told["frontier"]["rows"][0][5] == "\u2013"
    assert told["frontier"]["rows"][1][5] == "+0.0200 (0.0180 to 0.0220)"
    assert told["frontier"]["has_promise"]


def test_an_hour_price_within_two_standard_errors_of_nothing_is_told_so():
    told = describe_questions(read(ANSWERS), "USD")["hours"]
    assert told["money"] == "1,000\u00a0USD"
    clear, vague, less = told["rows"]
    assert (clear["pool"], clear["part"]) == ("night", "00:00 to 06:00")
    assert (clear["per_hour"], clear["error"]) == ("+0.000083", "0.000007")
    assert (clear["per_1000"], clear["words"]) == (
        "+0.0021",
        "2.1 more satisfied customers of 1,000",
    )
    assert (vague["per_hour"], vague["words"]) == ("+0.000013", "No difference shown")
    assert (less["per_hour"], less["per_1000"], less["words"]) == (
        "\u22120.000020",
        "\u2013",
        "Less",
    )
    assert [row["is_clear"] for row in told["rows"]] == [True, False, True]
    broken = read({"shadow_prices": [{**HOURS[0], "error": None}]})
    assert not describe_questions(broken, "")["hours"]["rows"][0]["is_clear"]


def test_the_page_tells_hour_prices_also_without_further_questions(tmp_path):
    decision = {**folders.make_decision(), "shadow_prices": HOURS}
    text = draw_report(folders.write_plan_folder(tmp_path / "run", decision)).read_text("utf-8")
    section = text.split("What one more agent hour would add")[1].split("<h2>")[0]
    assert re.findall(r'<tr( class="vague")?><th scope="row">(\w+)', section) == [
        ("", "night"),
        (' class="vague"', "night"),
        ("", "day"),
    ]
    assert "+0.000083" in section
    assert "two standard errors" in section


def test_nothing_asked_nothing_told():
    assert not any(describe_questions(NO_DECISION, "USD").values())


def test_levers_that_overlap_are_told_so():
    assert "less than their sum" in format_together(-0.002)
    assert "beyond the sum" in format_together(0.002)
    assert format_together(float("nan")) == ""


def test_the_picture_tells_both_ends():
    chart = draw_frontier(read(ANSWERS).frontier.points, "USD")
    assert "0.600 at 7,900" in chart.alt
    assert "0.620 at 8,900" in chart.alt


def test_the_page_holds_what_was_asked_and_escapes_it(tmp_path):
    decision = {**folders.make_decision(), **ANSWERS}
    page = draw_report(folders.write_plan_folder(tmp_path / "run", decision))
    text = page.read_text(encoding="utf-8")
    heads = re.findall(r"<h2>([^<]*)</h2>", text)
    wanted = ["Against the earlier plan", "In each scenario", "Why this plan",
              "What other budgets would buy"]  # fmt: skip
    assert [head for head in heads if head in wanted] == wanted
    assert "&lt;b&gt;" in text
    assert "other opening hours" not in text
    assert ">8,400<" in (page.parent / "figures" / "frontier.svg").read_text("utf-8")
    plain = draw_report(folders.write_plan_folder(tmp_path / "plain"))
    assert not set(wanted) & set(re.findall(r"<h2>([^<]*)</h2>", plain.read_text("utf-8")))


def test_other_opening_hours_stand_with_their_interval_and_cost(tmp_path):
    """By one row: what it adds, its interval, what it costs; absent where nothing was opened."""
    row = {**LEVER, "lever": "opening", "label": "closed on Sundays", "difference": -0.0123}
    row |= {"ci_low": -0.0141, "ci_high": -0.0105, "cost": 8123.0}
    decision = {**folders.make_decision(), **ANSWERS}
    decision["levers"] = {**decision["levers"], "opening": [row]}
    page = draw_report(folders.write_plan_folder(tmp_path / "run", decision))
    table = page.read_text(encoding="utf-8").partition("What other opening hours would do")[2]
    cells = re.findall(r">([^<>]+)</t[hd]>", table.partition("</table>")[0])
    assert cells[5:9] == [
        "closed on Sundays", "\u22120.012", "\u22120.014 to \u22120.011", "8,123\u00a0USD",
    ]  # fmt: skip
