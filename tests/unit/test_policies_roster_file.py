"""A roster of somebody's: the same people from each form of file, and one line for each mistake.

Two days of four pools' worth of hours by hand; a standard policy written as shifts comes back as
itself, and so does a plan.csv. Caught: a shift an hour off, a day shifted by one, people of one
row twice, a pool mixed up, a rule of the plan that is lost.
"""

import pytest

import sim
from sim.decision.decision import NO_DECISION
from sim.errors import InputError
from sim.planning.decision import (
    describe_order,
    describe_surge,
    list_effort,
    list_rows,
    list_shifts,
    list_staff,
)
from sim.policies.roster_file import read_roster
from sim.policies.standard import make_standard_policy
from sim.scenario.parts import PHASES
from sim.scenario.policy import Help, Priority
from sim.store.text import write_csv
from tests.worlds import GIVEN, LAUNCH, REDRESS_WORLD, make_scenario

# 2024-03-18 is a Monday.
SCENARIO = make_scenario(horizon={"days": 7})
BY_HAND = {
    "general": dict.fromkeys([*range(8, 16), *range(32, 40)], 3),
    "technical": dict.fromkeys(range(22, 30), 1),
}
SHIFTS = {
    "comma": "day,start,end,pool,agents\nMonday,08:00,16:00,general,3\nTue,8,16,general,3\n"
    "Mon,22:00,06:00,technical,1\n",
    "semicolon": "Datum;Beginn;Dauer;Team;Anzahl\n18.03.2024;8,0;8,0;General;2\n"
    "Montag;08:00;8;general;1\nDi;8:00 Uhr;8;general;3,0\nMo;22;8;technical;1\n",
    "another week": "date,shift,skill\n" + "2019-07-01,08:00-16:00,general\n" * 3
    + "2019-07-02,8:00 to 16:00,general\n" * 3 + "2019-07-01,10:00 pm - 6:00 am,technical\n",
    "numbers": "dow\tstart\tend\tpool\tstaff\n1\t8\t16\tgeneral\t3\n2\t8\t16\tgeneral\t3\n"
    "1\t22\t30\ttechnical\t1\n".replace("\t30\t", "\t6\t"),
    "from zero": "day,start,length,pool,agents\n0,8,8,general,3\n"
    "1,8,8,general,3\n0,22,8,technical,1\n",
    "date and time": "Shift start,Shift end,Pool,Heads\n"
    "2024-03-18 08:00,2024-03-18 16:00,general,3\n"
    "2024-03-19T08:00,2024-03-19T16:00,general,3\n"
    "2024-03-18 22:00,2024-03-19 06:00,technical,1\n",
}  # fmt: skip


def read(tmp_path, text, scenario=SCENARIO):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return read_roster(path, scenario)


def expect(pool):
    return tuple(BY_HAND[pool].get(hour, 0) for hour in range(168))


@pytest.mark.parametrize("form", SHIFTS)
def test_shifts_in_each_form_are_the_same_people(tmp_path, form):
    policy = read(tmp_path, SHIFTS[form])
    assert policy.staff == {pool: expect(pool) for pool in BY_HAND}
    fields = ("day", "start_h", "length_h", "pool", "agents")
    assert [tuple(getattr(one, field) for field in fields) for one in policy.shifts] == [
        (0, 8.0, 8.0, "general", 3), (0, 22.0, 8.0, "technical", 1), (1, 8.0, 8.0, "general", 3)
    ]  # fmt: skip


def test_hours_are_the_same_people_and_no_shifts(tmp_path):
    rows = [f"2024-03-{18 + hour // 24},{hour % 24}:00,{pool},{heads}"
            for pool, hours in BY_HAND.items() for hour, heads in hours.items()]  # fmt: skip
    policy = read(tmp_path, "date,hour,pool,heads\n" + "\n".join(rows))
    assert policy.staff == {pool: expect(pool) for pool in BY_HAND}
    assert policy.shifts == ()


def test_half_hours_make_shorter_steps(tmp_path):
    policy = read(tmp_path, "day,start,end,pool,agents\nMon,08:30,16:15,general,2\n")
    assert policy.staff_interval_min == 15
    assert len(policy.staff["general"]) == 7 * 96
    assert sum(policy.staff["general"]) == 2 * 31


def test_what_passes_the_end_goes_on_at_the_start_of_a_ring_alone(tmp_path):
    text = "day,start,end,pool,agents\nSunday,22:00,06:00,general,2\n"
    ring = make_scenario(horizon={"days": 7, "repeats": True})
    assert sum(read(tmp_path, text).staff["general"]) == 2 * 2
    assert read(tmp_path, text, ring).staff["general"][:7] == (2,) * 6 + (0,)


def test_without_rules_they_are_those_of_the_standard_policies(tmp_path):
    plain = make_standard_policy("flat", SCENARIO, 20_000.0)
    policy = read(tmp_path, SHIFTS["comma"])
    for field in ("effort", "priority", "surge", "lead_h", "knows_events", "follow_up"):
        assert getattr(policy, field) == getattr(plain, field)


def test_a_standard_policy_written_as_shifts_comes_back_as_itself(tmp_path):
    """And plays the same: every measure of every replication."""
    plain = make_standard_policy("erlang_a", SCENARIO, 20_000.0)
    rows = [(one.day + 1, one.start_h, one.length_h, one.pool, one.agents) for one in plain.shifts]
    write_csv(tmp_path / "own.csv", ("day", "start_h", "length_h", "pool", "agents"), rows)
    again = sim.load_policy(str(tmp_path / "own.csv"), SCENARIO)
    assert again == plain.model_copy(update={"name": "current"})
    one, other = (sim.simulate(SCENARIO, each, 2, 3, workers=1) for each in (plain, again))
    for measure in ("satisfaction", "cost", "work_h"):
        assert (one.replications[measure] == other.replications[measure]).all()


BOTH = {"general": {"technical": Help(after_min=2.5, keep_free=1)},
        "technical": {"general": Help()}}  # fmt: skip


@pytest.mark.parametrize(("order", "help"), [
    (Priority(rule="edd", complaints_first=True, influence_at_least=3.0), None),
    (Priority(new_first=True, topics=(("question",), ("error", "process"))), BOTH),
    (Priority(returning_first=True), {}),
])  # fmt: skip
@pytest.mark.parametrize("redress", [{}, GIVEN])
def test_a_plan_comes_back_from_plan_csv(tmp_path, order, help, redress):
    scenario = make_scenario(horizon={"days": 7}, events={"launch": LAUNCH}, **REDRESS_WORLD)
    plain = make_standard_policy("proportional", scenario, 20_000.0)
    effort = {**plain.effort, "error": dict.fromkeys(plain.effort["error"], "thorough")}
    changes = {"effort": effort, "lead_h": 6.0, "priority": order, "follow_up": True}
    changes["overflow"] = help
    given = {name: {phase: kind for phase, kind in row.items() if kind != "none"}
             for name, row in redress.items()}  # fmt: skip
    checks = {"error": {"calm": True}, "process": dict.fromkeys(PHASES, True)}
    changes |= {"redress": given, "follow_up": checks} if given else {}
    crew = plain.surge.model_copy(update={"waiting_at_least": 80.0})
    policy = plain.model_copy(update={**changes, "surge": crew, "name": "current"})
    decision = NO_DECISION.__class__(**{
        **vars(NO_DECISION), "staff_by_interval": list_staff(scenario, policy),
        "shifts": list_shifts(scenario, policy), "effort": list_effort(scenario, policy),
        "lead_h": policy.lead_h, "surge": describe_surge(scenario, policy),
        "order": describe_order(policy)})  # fmt: skip
    header = ("part", "name", "pool", "phase_or_days", "value")
    write_csv(tmp_path / "plan.csv", header, list_rows(decision))
    again = read_roster(tmp_path / "plan.csv", scenario)
    assert again == policy


def test_every_mistake_has_its_row_its_column_and_what_is_nearest(tmp_path):
    text = ("day,start,end,pool,agents\nMondey,08:00,16:00,general,3\nTue,8:07,16,general,3\n"
            "2024-03-20,8,16,generl,2\nThu,8,16,general,2.5\n"
            "2024-04-30,8,16,general,1\n")  # fmt: skip
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    told = error.value.errors
    assert len(told) == 5
    for words in (
        "row 1 below the header, column day = Mondey: allowed: a date, a weekday or a number",
        "row 2 below the header, column start = 8:07: allowed: a time of the day in steps of 5 min",
        "row 3 below the header, column pool = generl: allowed: general, technical; did you mean "
        "general?",
        "row 4 below the header, column agents = 2.5: allowed: a whole number of people",
        "row 5 below the header, column day = 2024-04-30: allowed: 2024-03-18 to 2024-03-24",
    ):
        assert any(words in line and "roster.csv: " in line for line in told), words


@pytest.mark.parametrize(("text", "words"), [
    ("when,how\n1,2\n", "no column hour and none agents found among when, how"),
    ("day,start,end,agents\nMon,8,16,2\n", "no column pool found; it says one of general"),
    ("day,start,end,pool\nMon,8,16,general\nTue,8\n", "1 rows have more or fewer cells"),
    ("day,start,end,pool,agents\nMon,8,16,general,0\n", "nobody is on duty"),
    ("day,start,end,pool,agents\nMon,8,16,general,5000\n", "at most scenario.team.pools.general"),
    ("part,name,pool,phase_or_days,value\nstaff,2024-03-18T00:00,general,,1\n", "another horizon"),
])  # fmt: skip
def test_what_is_no_roster_is_told_in_a_line(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, text)
