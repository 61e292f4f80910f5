"""Every number on the first page of a plan is that of a file and a field, and no other.

The stored numbers are all different, so a number that is shown has one field that it can be of:
each token is looked for among the fields, in the units in which a page tells them. Caught: a number
that was computed on the way, typed in, or taken from a neighboring field.
"""

import re

import pytest
import report_folders as folders

from sim.report.pages.page import draw_report

BLOCKS = ("headline", "customers", "run_book", "money", "surge", "effort", "lead_h", "evidence",
          "preparations", "proof", "order")  # fmt: skip
SCALES = (1.0, 100.0, 1000.0, 1.0 / 60.0, 60.0, 1.0 / 24.0)
"""as stored, in percent, of 1,000 customers, minutes in hours, hours in minutes and in days"""
SAID = {
    "100": "customers that are told of",
    "1,000": "customers that are told of",
    "95": "level of the intervals",
    "9": "a tenth of the customers waits longer",
    "10": "customers of whom 9 are spoken of; per cent of staff in money.staff_share",
}
"""numbers of the words themselves"""


def make_share(share, half=0.012):
    return {"share": share, "ci_low": share - half, "ci_high": share + half}


def make_served(policy, weeks, customers, parts, solved, recommends):
    names = ("in_time", "found_answer", "late", "left_loudly", "left_silently", "never_seen")
    return {"policy": policy, "weeks": weeks, "n": 83, "customers": customers,
            **{name: make_share(part) for name, part in zip(names, parts, strict=True)},
            "solved": make_share(solved), "would_recommend": make_share(recommends)}  # fmt: skip


def make_spread(p10, p50, p90):
    return {"p10": p10, "p50": p50, "p90": p90}


def make_parts():
    """Return what a plan tells of its customers, its run book and its money."""
    served = [
        make_served("plan", "with", 5629.4, (0.51, 0.03, 0.19, 0.07, 0.12, 0.08), 0.44, 0.41),
        make_served("tuned_erlang_a", "with", 5629.4, (0.46, 0.02, 0.21, 0.09, 0.15, 0.07),
                    0.39, 0.37),
        make_served("plan", "without", 3676.2, (0.81, 0.02, 0.06, 0.03, 0.03, 0.05), 0.62, 0.61),
    ]  # fmt: skip
    topics = [
        {"policy": policy, "weeks": "with", "topic": "process", "customers": 310.0,
         "in_time_share": share, "left_share": 0.2, "reply_min": reply}
        for policy, share, reply in (("plan", 0.33, 147.2), ("tuned_erlang_a", 0.52, 68.3))
    ]  # fmt: skip
    event = {
        "event": "breach", "kind": "breach", "begins_local": "2026-02-03T11:00",
        "is_example": True, "announced_h": 0.0, "probability": 0.29, "n": 83, "watched_h": 133.0,
        "peak_waiting": make_spread(57.2, 183.9, 411.3), "peak_after_h": make_spread(2.0, 4.4, 9.0),
        "normal_share": 0.94, "normal_after_h": make_spread(11.4, 26.2, 77.7),
        "crew_called_share": 0.63, "crew_called_low": 0.53, "crew_called_high": 0.72,
        "crew_quiet_share": 0.04, "crew_after_h": make_spread(1.6, 3.3, 5.8),
    }  # fmt: skip
    money = [
        {"staff_share": 0.9, "cost_difference": -3218.0, "difference": -0.0223, "ci_low": -0.0251,
         "ci_high": -0.0195, "n": 83},
        {"staff_share": 1.1, "cost_difference": 3247.0, "difference": 0.0138, "ci_low": 0.0114,
         "ci_high": 0.0166, "n": 83},
    ]  # fmt: skip
    return {"customers": {"served": served, "topics": topics}, "run_book": [event], "money": money}


def list_numbers(value, path=""):
    """List the numbers of plain data by their path."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from list_numbers(one, f"{path}.{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from list_numbers(one, f"{path}.{number}")
    elif isinstance(value, str):
        for found in re.findall(r"\d+", value):
            yield path, float(found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def find_fields(token, fields):
    """Find the fields that a number as shown can be of."""
    shown = float(token.replace(",", ""))
    decimals = len(token.partition(".")[2])
    steps = [10.0**-decimals]
    steps += [10.0 ** (len(token) - len(token.rstrip("0")))] if not decimals else []
    return [
        (path, scale)
        for path, value in fields
        for scale in SCALES
        for step in steps
        if abs(shown - abs(value) * scale) <= 0.5 * step * (1 + 1e-9)
    ]


def take_first_page(page):
    """Take the text of a page up to the roster, without tags, and without the glossary's marks."""
    text = re.search(r"<header>(.*?)<h2>Who works when</h2>", page, flags=re.DOTALL)[1]
    text = re.sub(r"<svg.*?</svg>", "", re.sub(r"</?abbr[^>]*>", "", text), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text).replace("\u00a0", " "))


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Return the first page and the fields that it may tell of, by path."""
    decision = folders.make_decision() | make_parts()
    folder = folders.write_plan_folder(tmp_path_factory.mktemp("traced") / "run", decision)
    page = draw_report(folder).read_text(encoding="utf-8")
    stored = {
        "decision.json": {key: decision[key] for key in BLOCKS if key in decision},
        "summary.json": {"measures": folders.make_measures()},
        "config.yaml": folders.make_scenario(),
    }
    return take_first_page(page), list(list_numbers(stored))


def test_every_number_has_a_field(first):
    text, fields = first
    tokens = re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", text)
    tokens = [token.rstrip(",") for token in tokens]
    lost = [token for token in tokens if token not in SAID and not find_fields(token, fields)]
    assert len(tokens) > 100
    assert lost == []


def test_the_first_page_tells_what_a_manager_asks(first):
    """People, cost, 100 customers, the run book and who comes last stand before the roster."""
    text, _ = first
    for part in ("Of 100 customers who need an answer", "What gets worse", "Run book", "Cost"):
        assert part in text


def test_a_number_of_nowhere_would_be_found():
    """The search is no sieve: a number that is stored nowhere has no field."""
    fields = list(list_numbers({"decision.json": make_parts()}))
    assert find_fields("5,629", fields)
    assert not find_fields("5,631", fields)
    assert not find_fields("8,888", fields)
    assert not find_fields("0.7777", fields)
