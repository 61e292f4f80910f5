"""The list of people: what is read, and one line for each mistake."""

import pytest

from sim.errors import InputError
from sim.people.person import FixedShift, Wish, read_rules
from sim.people.reading import read_people
from sim.scenario.build import load_scenario

WORLD = load_scenario("telecom_week")
RULES = read_rules(WORLD)


def read(tmp_path, text, name="people.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_people(path, WORLD, RULES)


def test_a_whole_row(tmp_path):
    found = read(
        tmp_path,
        "Name,Pool,Contract h,Days off,Earliest,Latest,Fixed,Wishes,Phone\n"
        "Zoë O'Neil,technical|general,19.5,sun|2026-06-03,08:00,20:00,tue 09:00-13:00,"
        "off fri|early,123\n",
    )
    [person] = found.people
    assert person.name == "Zoë O'Neil"
    assert person.pools == (1, 0)
    assert (person.contract_h, person.days_off) == (19.5, frozenset({6, 2}))
    assert (person.earliest_min, person.latest_min) == (480, 1200)
    assert person.fixed == (FixedShift(1, 540, 240),)
    assert person.wishes == (Wish("off", 4), Wish("early"))
    assert found.unused == ("Phone",)


def test_what_is_left_out_has_its_default(tmp_path):
    [person] = read(tmp_path, "employee;team\n=HYPERLINK(1);general\n").people
    assert (person.name, person.contract_h) == ("=HYPERLINK(1)", 37.5)
    assert (person.fixed, person.wishes, person.days_off) == ((), (), frozenset())


def test_skills_are_pools_whose_topics_somebody_has(tmp_path):
    head = "name,skills\n"
    every = "|".join(WORLD.topic_names)
    [person] = read(tmp_path, f"{head}Ana,{every}\n").people
    assert person.pools == (0, 1)
    with pytest.raises(InputError, match="general needs praise, product, question"):
        read(tmp_path, f"{head}Ana,praise\n")


BAD = {
    "name\nAna\n": "no column pool found among name",
    "pool\ngeneral\n": "no column name found",
    "name,pool\nAna,genral\n": r"row 2, pool = genral: allowed: general, technical; did you mean g",
    "name,pool\nAna,general\nAna,general\n": r"row 3, name = Ana: is there twice \(row 2\)",
    "name,pool\n,general\n": "name = ''",
    "name,pool\nAna,\n": "pool: is empty",
    "name,pool,hours\nAna,general,-3\n": "contract_h = -3: allowed: paid hours of a week",
    "name,pool,hours\nAna,general,many\n": "contract_h",
    "name,pool,days_off\nAna,general,someday\n": "days_off = someday: allowed: weekdays",
    "name,pool,earliest\nAna,general,25:00\n": "earliest = 25:00: allowed: a time of the day",
    "name,pool,fixed\nAna,general,mon\n": "fixed = mon: allowed: a day and two times",
    "name,pool,fixed\nAna,general,mon 6:00-14:00|mon 15:00-16:00\n": "two on one day",
    "name,pool,fixed\nAna,general,mon 16:00-23:00|tue 6:00-14:00\n": "less than 11 h of rest",
    "name,pool,fixed,off\nAna,general,mon 6:00-14:00,mon\n": "one on a day off",
    "name,pool,wishes\nAna,general,holiday\n": "wishes = holiday: allowed: off DAY, early or late",
    "name,pool\nAna,general,x\nBo,general\n": "row",
    "name,pool\n": "people|rows|empty",
}


@pytest.mark.parametrize("text", BAD)
def test_mistakes(text, tmp_path):
    with pytest.raises(InputError, match=BAD[text]):
        read(tmp_path, text)
