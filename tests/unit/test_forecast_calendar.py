"""Dates on the local clock, holidays, planned events, and what is refused."""

import datetime
import zoneinfo

import numpy as np
import pytest

from sim.calibration.forecasting import ahead as calendar
from sim.calibration.forecasting.past import read_past
from sim.calibration.forecasting.paths import draw_paths
from sim.calibration.reading.grid import Counts
from sim.errors import InputError
from sim.scenario.settings import NamedEvent
from sim.store.clock import compute_hours_of_week, compute_local_days
from tests.unit.test_forecast_paths import FLAT, USUAL, add_bursts, make_counts, make_days

BURST_H = 24 * 31 + 15


def make_past():
    values = add_bursts(make_days(), [BURST_H], height=900.0)
    counts = make_counts(values)
    return counts, read_past(counts, FLAT, USUAL), values


def make_event(like, time, **changes):
    return NamedEvent(like=like, time=time, **changes)


@pytest.mark.parametrize(("text", "days"), [("2w", 14), ("10d", 10), (" 1W ", 7), ("371d", 371)])
def test_spans(text, days):
    assert calendar.count_days(text, "horizon") == days


@pytest.mark.parametrize("text", ["", "0w", "54w", "2 months", "14", "-1w"])
def test_other_spans_are_refused(text):
    with pytest.raises(InputError, match=f"horizon = {text}: allowed: weeks or days"):
        calendar.count_days(text, "horizon")


def test_the_next_full_day_and_the_clock_change():
    """New York, 31 October 2026 15:00: next full day 1 November, which has 25 hours."""
    zone = zoneinfo.ZoneInfo("America/New_York")
    start = int(datetime.datetime(2026, 10, 1, 4, tzinfo=datetime.UTC).timestamp()) * 1000
    middles = start + 3_600_000 * np.arange(24 * 30 + 15) + 1_800_000
    counts = Counts(
        start, 60.0, np.ones(len(middles)), compute_hours_of_week(middles, zone),
        compute_local_days(middles, zone), zone,
    )  # fmt: skip
    first = calendar.find_first_day(counts, None)
    assert datetime.date(1970, 1, 1) + datetime.timedelta(first) == datetime.date(2026, 11, 1)
    laid = calendar.lay_ahead(counts, first, 2)
    assert np.bincount(laid.day - first).tolist() == [25, 24]
    assert laid.hour[:4].tolist() == [144, 145, 145, 146]
    assert laid.gap_days == 0
    assert calendar.lay_ahead(counts, first + 3, 1).gap_days == 3


def test_a_start_inside_the_history_knows_nothing_later():
    counts, _, _ = make_past()
    first = calendar.find_first_day(counts, datetime.datetime(2024, 4, 1))
    assert len(calendar.cut_before(counts, first).values) == 28 * 24
    with pytest.raises(InputError, match="the history begins later"):
        calendar.cut_before(counts, int(counts.day[0]))
    with pytest.raises(InputError, match="allowed: a day such as"):
        calendar.find_first_day(counts, datetime.datetime(2024, 4, 1, 10))


def test_holidays_of_a_country_and_dates():
    first = (datetime.date(2026, 12, 1) - datetime.date(1970, 1, 1)).days
    assert calendar.list_holidays("US", first, first + 30) == {first + 24: "Christmas Day"}
    assert list(calendar.list_holidays("DE-BY", first, first + 30)) == [first + 24, first + 25]
    assert list(calendar.list_holidays([datetime.date(2026, 12, 3)], first, first)) == [first + 2]
    with pytest.raises(InputError, match="holidays = Narnia: allowed: a country's two letters"):
        calendar.list_holidays("Narnia", first, first)
    with pytest.raises(InputError, match="holidays = US-XX: regions of US: "):
        calendar.list_holidays("US-XX", first, first)


def test_a_holiday_is_as_past_ones_were_and_no_plain_day_is():
    """Every other Thursday has a fifth of a day: as plain days a tenth of all days would."""
    values = make_days().reshape(70, 24)
    rows = np.arange(3, 70, 14)
    values[rows] = np.random.default_rng(1).poisson(values[rows] * 0.2)
    counts = make_counts(values.ravel())
    days = {int(counts.day[0]) + int(row): "holiday" for row in [*rows, 73]}
    past = read_past(counts, FLAT, USUAL, days)
    ahead = calendar.lay_ahead(counts, int(counts.day[-1]) + 1, 7)
    learned = calendar.learn_holidays(past, days)
    assert learned.past.tolist() == rows.tolist()
    paths = draw_paths(past, ahead, 2000, np.random.default_rng(2), learned)
    totals = paths.reshape(2000, 7, 24).sum(axis=2)
    assert np.median(totals[:, 3]) == pytest.approx(0.2 * 960, rel=0.1)
    plain = np.delete(totals, 3, axis=1)
    assert np.quantile(plain, 0.005) > 0.5 * 960
    assert calendar.learn_holidays(past, {}) is None


def test_a_planned_event_has_the_course_of_the_past_one_at_its_time():
    """Mentions above the usual of the burst, from 10:00 on; none of them without the event."""
    counts, past, values = make_past()
    ahead = calendar.lay_ahead(counts, int(counts.day[-1]) + 1, 7)
    event = make_event("2024-04-04", "2024-05-15T10:00", scale=2.0)
    course = calendar.PastCourse("launch", event, past)
    planned = course.place(past, ahead, counts.zone)
    assert planned.first == 24 * 2 + 10
    above = values[BURST_H : BURST_H + 24] - make_days()[BURST_H : BURST_H + 24]
    assert planned.excess.sum() == pytest.approx(2.0 * above.sum(), rel=0.1)
    apart = course.list_days(past)
    alone = read_past(counts, FLAT, USUAL, apart)
    with_it, without = (
        draw_paths(alone, ahead, 1000, np.random.default_rng(3), None, each)
        for each in ((planned,), ())
    )
    more = with_it.mean(axis=0) - without.mean(axis=0)
    assert more.sum() == pytest.approx(2.0 * above.sum(), rel=0.15)
    assert np.abs(more[:58]).max() < 1e-9
    # What is planned does not come by chance too.
    assert without.max() < 300.0


def test_planned_events_that_cannot_be_are_refused():
    counts, past, _ = make_past()
    ahead = calendar.lay_ahead(counts, int(counts.day[-1]) + 1, 7)
    with pytest.raises(InputError, match=r"events.x.like = 2024-04-09: no burst .* 2024-04-04"):
        calendar.PastCourse("x", make_event("2024-04-09", "2024-05-15T10:00"), past)
    late = calendar.PastCourse("x", make_event("2024-04-04", "2024-06-15T10:00"), past)
    with pytest.raises(InputError, match=r"events.x.time = 2024-06-15T10:00: allowed: a time"):
        late.place(past, ahead, counts.zone)
