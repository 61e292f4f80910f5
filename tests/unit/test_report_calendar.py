"""The calendar of events in words: by hand."""

from sim.decision.calendar import CalendarEvent
from sim.report.calendar import describe_calendar

ROW = CalendarEvent(
    event="autumn",
    kind="price_rise",
    earliest_local="2025-07-02T08:00",
    latest_local="2025-07-02T08:00",
    announced_h=336.0,
    probability=1.0,
    overlaps=("launch",),
    satisfaction_cost=0.0123,
    satisfaction_cost_low=0.0101,
    satisfaction_cost_high=0.0145,
    work_h=61.2,
    work_low_h=55.0,
    work_high_h=67.4,
    n=100,
)


def plain(row):
    return {key: text.replace("\u00a0", " ") for key, text in row.items()}


def test_an_announced_event():
    [row] = describe_calendar((ROW,))
    assert plain(row) == {
        "event": "autumn",
        "kind": "price rise",
        "when": "Wed 2 Jul 08:00",
        "known": "announced",
        "overlaps": "launch",
        "satisfaction": "12 fewer satisfied customers of 1,000 (10 to 14)",
        "work": "61 (55 to 67) agent hours",
    }


def test_one_that_may_come_some_time_and_shows_nothing():
    changes = {"latest_local": "2025-07-03T08:00", "announced_h": 0.0, "probability": 0.3}
    unsure = {"overlaps": (), "satisfaction_cost_low": -0.001, "work_low_h": -1.0}
    [row] = describe_calendar((CalendarEvent(**{**vars(ROW), **changes, **unsure}),))
    row = plain(row)
    assert row["when"] == "some time from Wed 2 Jul 08:00 to Thu 3 Jul 08:00"
    assert row["known"] == "not announced, 30 %"
    assert row["satisfaction"] == row["work"] == "nothing shown"


def test_one_that_pleases_has_its_interval_without_a_sign():
    gain = {"satisfaction_cost": -0.0053, "satisfaction_cost_low": -0.0059}
    gain |= {"satisfaction_cost_high": -0.0047}
    [row] = describe_calendar((CalendarEvent(**{**vars(ROW), **gain}),))
    assert plain(row)["satisfaction"] == "5.3 more satisfied customers of 1,000 (5 to 6)"
