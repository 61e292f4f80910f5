"""Weekdays in seven languages: the calendar's own English names, ranges by hand, what is none."""

import calendar

import pytest

from sim.store.weekdays import NAMES, SHORT, list_weekdays


def test_english_names_are_those_of_the_calendar():
    for number in range(7):
        assert list_weekdays(calendar.day_name[number]) == (number,)
        assert list_weekdays(calendar.day_abbr[number] + ".") == (number,)


def test_no_name_means_two_days():
    """Catches a short name that is another language's other day, such as `ma` or `do`."""
    names = [name for names in (*NAMES, *SHORT) for name in names.split()]
    assert len(names) == len(set(names))
    assert list_weekdays("ma") == ()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Dienstag", (1,)),
        ("mié.", (2,)),
        ("giovedì", (3,)),
        ("DIMANCHE", (6,)),
        ("sábado", (5,)),
        ("terça-feira", (1,)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("Fr bis Mo", (4, 5, 6, 0)),
        ("sat - sun", (5, 6)),
        ("täglich", tuple(range(7))),
        ("Feiertag", ()),
        ("", ()),
        ("Mon Tue Wed", ()),
    ],
)
def test_names_and_ranges_by_hand(text, days):
    assert list_weekdays(text) == days
