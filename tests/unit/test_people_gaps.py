"""What is missing in a roster: the rule that forbids it, and people more who were tried."""

from sim.people.assigning import DAYS, OFF_DAYS, REST, assign_people
from sim.people.gaps import explain_gaps
from sim.people.person import NamingRules, Person, Slot

H = 60
RULES = NamingRules(n_days=7, first_weekday=0, rest_min=11 * H, days_a_week=5, contract_h=40)


def shift(day, start_h, people=1, pool=0):
    return Slot(day, start_h * H, 8 * H, 8 * H, pool, people)


def explain(slots, people):
    return explain_gaps(assign_people(slots, people, RULES), RULES)


def test_nothing_is_told_where_nothing_is_missing():
    gaps = explain([shift(0, 6)], [Person("a", (0,), 40)])
    assert (gaps.shifts, gaps.by_rule, gaps.more_people) == (0, {}, None)


def test_the_rule_that_forbids_it_is_named_and_no_other():
    """Catches rules that are told though they change nothing."""
    gaps = explain([shift(0, 16), shift(1, 6)], [Person("a", (0,), 40)])
    assert (gaps.shifts, gaps.by_rule, gaps.more_people) == (1, {REST: 0}, {0: 1})
    off = explain([shift(0, 6)], [Person("a", (0,), 40, days_off=frozenset({0}))])
    assert off.by_rule == {OFF_DAYS: 0}
    assert [slot.day for slot in off.nobody] == [0]


def test_hours_tell_how_many_people_more():
    """Three a day for a week are 21 shifts; one person works five: four more of five each."""
    slots = [shift(day, 6, 3) for day in range(7)]
    gaps = explain(slots, [Person("a", (0,), 40)])
    assert gaps.shifts == 16
    assert gaps.more_people == {0: 4}
    assert DAYS not in gaps.by_rule  # forty hours are five days: one rule alone frees nothing
