"""Scores against sums written out; a test of the past that knows nothing of what came later."""

import numpy as np
import pytest

from sim.calibration.forecasting import bands, rivals
from sim.calibration.forecasting.backtest import OWN, Origins, judge, plan_backtest, run_backtest
from tests.unit.test_forecast_paths import make_counts


def test_crps_is_the_sum_over_pairs():
    rng = np.random.default_rng(1)
    paths, came = rng.poisson(5.0, (40, 3)).astype(float), np.array([2.0, 5.0, 11.0])
    for column in range(3):
        x = paths[:, column]
        pairs = np.mean([abs(a - b) for a in x for b in x])
        expected = np.mean(np.abs(x - came[column])) - pairs / 2.0
        assert bands.score_paths(paths, came)[column] == pytest.approx(expected)
    assert bands.score_paths(np.full((9, 1), 3.0), np.array([7.0])) == pytest.approx(4.0)


def test_bands_hold_what_they_promise():
    """Paths and what came of one law: within three standard errors of 4,000 columns."""
    rng = np.random.default_rng(2)
    paths, came = rng.normal(100.0, 10.0, (400, 4000)), rng.normal(100.0, 10.0, 4000)
    held = bands.is_held(paths, came).mean(axis=1)
    assert held == pytest.approx([0.5, 0.8, 0.95], abs=0.025)
    found = bands.find_bands(np.arange(1.0, 101.0)[:, None])
    assert [found[name][0] for name in ("low_80", "median", "high_80")] == [10.0, 50.0, 90.0]


def test_last_week_again():
    values = np.tile(np.arange(168.0), 3)
    paths = rivals.repeat_season(make_counts(values), np.arange(24), 50, 1)
    assert np.array_equal(paths, np.tile(np.arange(24.0), (50, 1)))
    short = rivals.repeat_season(make_counts(values[:60]), np.arange(24), 50, 1)
    assert short.shape == (50, 24)


def test_origins_are_a_week_apart_and_leave_two_to_learn():
    plan = plan_backtest(make_counts(np.ones(24 * 35)), None)
    first = int(make_counts(np.ones(24)).day[0])
    assert plan == Origins(tuple(first + day for day in (14, 21, 28)), 7)
    assert plan_backtest(make_counts(np.ones(24 * 35)), 7) == Origins((first + 28,), 7)
    assert plan_backtest(make_counts(np.ones(24 * 8)), None).days == 1
    assert plan_backtest(make_counts(np.ones(24 * 5)), None) is None


def test_what_comes_later_is_not_known():
    counts = make_counts(np.random.default_rng(3).poisson(20.0, 24 * 28).astype(float))
    seen = []

    def look(before, origin, days):
        seen.append((len(before.values), origin, days))
        return np.full((100, 24 * days), 20.0)

    tested = run_backtest(counts, plan_backtest(counts, None), look, rivals.list_rivals(), 1)
    first = int(counts.day[0])
    assert seen == [(24 * 14, first + 14, 7), (24 * 21, first + 21, 7)]
    assert (tested["hours"], tested["days"]) == (336, 14)
    own = tested["methods"][OWN]
    assert own["hours_in_80"] == pytest.approx(np.mean(counts.values[336:] == 20.0), abs=1e-4)
    assert own["crps_hour"] == pytest.approx(np.abs(counts.values[336:] - 20.0).mean(), abs=1e-3)


def make_tested(**changes):
    own = {"crps_hour": 5.0, "crps_day": 60.0, "day_error_share": 0.1}
    own |= {f"{part}_in_{band}": band / 100 for part in ("hours", "days") for band in (50, 80, 95)}
    naive = {**own, "crps_hour": 8.0}
    methods = {OWN: {**own, **changes}, rivals.NAIVE: naive}
    return {"days_ahead": 7, "origins": 4, "hours": 672, "days": 28, "methods": methods}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"days_in_80": 0.4}, "held only 40% of days"),
        ({"crps_hour": 9.0}, "last week again is a better forecast"),
        ({"day_error_share": 0.5}, "a day was missed by 50%"),
    ],
)
def test_the_verdict_names_its_reason(changes, reason):
    good, sentence = judge(make_tested())
    assert good
    assert "Good enough to plan on: forecast a week ahead from 4 past days" in sentence
    assert "38% below that of last week again" in sentence
    bad, sentence = judge(make_tested(**changes))
    assert not bad
    assert reason in sentence
    assert judge(None)[1].startswith("Not known")
