"""Numbers with no more digits than their interval allows."""

import math

import pytest

from sim.explore.words import FIGURES, find_places, write_change, write_figure, write_rounded
from sim.store.schema import UNITS


@pytest.mark.parametrize(
    "half", [3e-5, 0.0008, 0.01, 0.099, 0.1, 0.5, 1.0, 7.0, 88.0, 100.0, 4321.0]
)
def test_the_last_digit_is_between_a_tenth_of_the_half_width_and_it(half):
    last = 10.0 ** -find_places(half)
    assert half / 10.0 < last * (1 + 1e-9)
    assert last <= half * (1 + 1e-9)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(32808.4, -1, "32,810"), (32808.4, 0, "32,808"), (-0.049, 2, "\u22120.05"),
     (-0.001, 2, "0.00"), (math.nan, 2, "\u2013")],
)  # fmt: skip
def test_numbers_are_rounded_as_people_write_them(value, places, text):
    assert write_rounded(value, places) == text


def test_shares_are_percent_and_their_differences_points():
    assert write_figure("satisfaction", 0.60712, 0.0013, "USD") == "60.7\u00a0%"
    assert write_change("satisfaction", 0.0008, 0.0003, "USD") == (
        "+0.08\u00a0points", "+0.05 to +0.11")  # fmt: skip
    assert write_change("cost", 288.0, 25.0, "INR")[0] == "+290\u00a0INR"
    assert write_change("cost", 0.0, 0.0, "INR") == ("no change", "")


def test_every_figure_is_a_measure():
    assert {one.key for one in FIGURES} <= set(UNITS)
