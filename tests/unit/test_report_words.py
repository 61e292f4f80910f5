"""Numbers and differences in words, against strings written by hand."""

import datetime

import numpy as np
import pytest

from sim.report.format import (
    MINUS,
    NO_BREAK,
    format_difference,
    list_words,
    read_weekday,
    split_unit,
    write_interval,
    write_moment,
    write_number,
    write_value,
)
from sim.report.measure_names import GROUPS, group_measures, name_measure, write_measure
from sim.store.schema import MEASURES


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (29140.4, "USD", "29,140 USD"),
        (0.8234, "share", "82.3 %"),
        (0.5, "share", "50 %"),
        (8.43, "min", "8.43 min"),
        (60, "min", "60 min"),
        (-1.5, "h", f"{MINUS}1.5 h"),
        (0.0339, "", "0.034"),
        (1.0, "count", "1"),
        (12, "points", "12"),
        (None, "h", "\u2013"),
        (float("nan"), "h", "\u2013"),
        (True, "", "yes"),
        (["a", 2], "", "a, 2"),
        ({"general": 4}, "", "general: 4"),
    ],
)
def test_a_value_is_written_with_its_unit(value, unit, told):
    assert (
        write_value(value, unit) == told.replace(" ", NO_BREAK) or write_value(value, unit) == told
    )


def test_a_number_never_shows_a_negative_zero():
    assert write_number(-0.0004, 3) == "0.000"


def test_a_difference_tells_size_interval_and_customers():
    told = format_difference(0.0212, 0.0154, 0.0270).replace(NO_BREAK, " ")
    assert told == (
        "0.021 of satisfaction more (95 % interval 0.015 to 0.027), "
        "i.e. 21 more satisfied customers of 1,000"
    )


def test_a_loss_is_told_as_a_loss():
    told = format_difference(-0.0304, -0.04, -0.02)
    assert "0.030 of satisfaction less" in told
    assert told.endswith("30 fewer satisfied customers of 1,000")


@pytest.mark.parametrize(("low", "high"), [(-0.001, 0.004), (0.0, 0.004), (-0.004, 0.0)])
def test_an_interval_that_touches_zero_shows_no_difference(low, high):
    told = format_difference(0.0021, low, high)
    assert told.startswith("no difference shown")
    assert "customers" not in told


def test_a_small_difference_keeps_the_digits_that_show_it():
    told = format_difference(0.0005, 0.00016, 0.00083)
    assert told.startswith("0.0005 of satisfaction more")
    assert "0.0002 to 0.0008" in told
    assert format_difference(0.0, 0.0, 0.0) == "no difference in any run"


def test_a_missing_difference_is_said_to_be_missing():
    assert format_difference(None, None, None) == "not compared"
    assert "no interval" in format_difference(0.02, None, None)


def test_both_ends_of_an_interval_have_the_same_decimals():
    assert write_interval(9.5, 112.25, "min") == f"10 to 112{NO_BREAK}min"
    assert write_interval(0.805, 0.8391, "share") == f"80.5 to 83.9{NO_BREAK}%"
    assert write_interval(None, 1.0) == "\u2013"


@pytest.mark.parametrize("day", [0, 59, 1461, 20514, 36524])
def test_weekdays_are_those_of_the_standard_library(day):
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    assert read_weekday(np.datetime64(date)) == date.weekday()
    assert write_moment(f"{date.isoformat()}T07:05:00-05:00") == (
        f"{date.strftime('%a')} {date.day} {date.strftime('%b')} 07:05"
    )


def test_a_text_that_is_no_time_stays_as_it_is():
    assert write_moment("some day") == "some day"


@pytest.mark.parametrize(
    ("key", "words", "unit"),
    [
        ("surge.delay_min", "surge delay", "min"),
        ("demand.base_per_h", "demand base", "per h"),
        ("silent_share", "silent share", "share"),
        ("paid_hour_cost", "paid hour cost", "USD"),
        ("planner.budget", "planner budget", "USD"),
        ("max_turns", "max turns", ""),
    ],
)
def test_a_key_gives_its_words_and_its_unit(key, words, unit):
    assert split_unit(key, "USD") == (words, unit)


def test_words_are_listed_with_an_and_at_the_end():
    assert list_words(["a"]) == "a"
    assert list_words(["a", "b", "c"]) == "a, b and c"


def test_every_measure_of_the_contract_has_a_name_and_a_place():
    names = [measure.name for measure in MEASURES]
    placed = [key for group in GROUPS.values() for key in group]
    assert sorted(placed) == sorted(names)
    assert group_measures({"own_measure_min": {}}) == [("Other", ["own_measure_min"])]
    assert name_measure("own_measure_min") == "own measure"


def test_a_measure_has_its_unit_and_its_decimals():
    assert write_measure("satisfaction", {"mean": 0.61744, "unit": "share"}) == "0.617"
    assert write_measure("cost", {"mean": 29140.4, "unit": "currency"}, "EUR") == (
        f"29,140{NO_BREAK}EUR"
    )
    assert write_measure("first_reply_min_p50", {"mean": 8.0, "unit": "min"}) == f"8.0{NO_BREAK}min"
    assert write_measure("cost", None) == "\u2013"
    assert write_measure("delayed_share", {"mean": 0.75, "unit": "share"}) == f"75.0{NO_BREAK}%"
