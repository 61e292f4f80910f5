"""Further answers as people read them: rows by hand, parts that were not asked for left out."""

import re

import report_folders as folders

from sim.report.further_page import describe_further, draw_frontier, tell_together
from sim.report.pages import draw_report

POINTS = [
    {"budget": 8000.0, "cost": 7900.0, "staffed_h": 150.0, "value": 0.60, "ci_low": 0.59,
     "ci_high": 0.61, "n": 50, "gain": None, "gain_low": None, "gain_high": None,
     "promise_met_share": 0.5},
    {"budget": 9000.0, "cost": 8900.0, "staffed_h": 170.0, "value": 0.62, "ci_low": 0.61,
     "ci_high": 0.63, "n": 50, "gain": 0.02, "gain_low": 0.018, "gain_high": 0.022,
     "promise_met_share": 0.9},
]  # fmt: skip
LEVER = {"lever": "lead", "label": "lead before events", "decided": ["lead 6 h, brief"], "n": 50,
         "difference": 0.004, "ci_low": 0.001, "ci_high": 0.007, "cost": 8900.0}  # fmt: skip
ANSWERS = {
    "changes": {
        "shifts_changed": 1,
        "changes_at_most": 3,
        "rows": [
            {"day": 0, "start_h": 22.0, "length_h": 8.0, "pool": "night", "agents": 1,
             "date": "2026-02-02"},
            {"day": 2, "start_h": 7.5, "length_h": 4.0, "pool": "night", "agents": -1},
        ],
    },
    "scenarios": [
        {"scenario": "calm", "chance": 0.7, "satisfaction": 0.61, "ci_low": 0.60, "ci_high": 0.62,
         "cost": 8900.0, "n": 35, "differences": [{"policy": "erlang_a", "mean": 0.03,
                                                   "ci_low": 0.02, "ci_high": 0.04}]}
    ],
    "levers": {"start": 0.58, "start_cost": 8800.0, "together": -0.002, "rows": [LEVER]},
    "flips": {
        "words": "First to change the decision: <b>",
        "flips": [{"key": "events.launch.peak", "now": 2.5, "value": 3.75, "end": 4.0,
                   "way_share": 0.8, "rival": "reactive", "lead_at_end": 0.01}],
        "looked_at": [{"key": "events.launch.peak", "now": 2.5, "low": 1.25, "high": 4.0},
                      {"key": "demand.base_per_h", "now": 0.0, "low": 0.0, "high": 0.0}],
        "rivals": ["flat", "reactive"],
    },
    "frontier": {"points": POINTS, "worth_per_1000": 0.001, "words": "Up to 9,000 USD."},
}  # fmt: skip


def test_each_answer_has_its_rows():
    told = describe_further(ANSWERS, "USD")
    assert told["changes"]["words"].startswith("1 shift changed of at most 3.")
    assert told["changes"]["rows"][0] == ["Mon 2 Feb", "22:00 to 06:00", "night", "+1"]
    assert told["changes"]["rows"][1] == ["day 3", "07:30 to 11:30", "night", "\u22121"]
    assert told["scenarios"]["rows"][0][2] == "0.610"
    assert told["scenarios"]["others"] == ["Erlang-A"]
    assert told["scenarios"]["gains"][0] == ["calm", "+0.030 (0.020 to 0.040)"]
    assert told["levers"]["rows"][0]["difference"] == "+0.004"
    assert told["flips"]["rows"][0][-1] == "Reactive"
    assert told["flips"]["looked"] == "events.launch.peak 1.25 to 4"
    assert told["frontier"]["rows"][0][5] == "\u2013"
    assert told["frontier"]["rows"][1][5] == "+0.0200 (0.0180 to 0.0220)"
    assert told["frontier"]["has_promise"]


def test_nothing_asked_nothing_told():
    assert not any(describe_further({}, "USD").values())


def test_levers_that_overlap_are_told_so():
    assert "less than their sum" in tell_together(-0.002)
    assert "beyond the sum" in tell_together(0.002)
    assert tell_together(None) == ""


def test_the_picture_tells_both_ends():
    chart = draw_frontier(POINTS, "USD")
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
    assert (page.parent / "figures" / "frontier.svg").is_file()
    plain = draw_report(folders.write_plan_folder(tmp_path / "plain"))
    assert not set(wanted) & set(re.findall(r"<h2>([^<]*)</h2>", plain.read_text("utf-8")))
