"""A week that repeats: what must not depend on where it is cut.

A team that works Monday to Friday 8 to 18 with endlessly patient customers and ample staff
answers everybody who is detected, on the next working day at the latest. Right values by hand
and, for the rotation, by the ring itself: the same roster from another weekday.
"""

import numpy as np
import pytest
import worlds

from sim.outcomes.intervals import QUANTITIES
from sim.running.replicate import replicate
from sim.scenario.profile import base_rates, interval_local_times

RECALL = 0.9
STARTS = ("2026-06-01T00:00", "2026-06-03T00:00", "2026-06-06T00:00", "2026-06-02T12:00")
OFFICE = worlds.make_office_shifts()


def make_office(start, **changes):
    """Return the office's week from a start, one topic, work of four minutes."""
    plain = {
        "horizon": {"start": start, "repeats": True, "time_zone": "UTC"},
        "drain_h": None,
        "shifts": OFFICE,
        "demand": {"hour_shape": worlds.HOUR_SHAPE, "day_shape": worlds.DAY_SHAPE},
        "maturity": {"triage_recall": RECALL},
    }
    return worlds.make_plain_scenario(6.0, **worlds.merge(plain, changes))


def make_roster(scenario, agents=6):
    """Return a policy with the same staff in all open hours."""
    staff = [
        agents if time.weekday() < 5 and 8 <= time.hour < 18 else 0
        for time in interval_local_times(scenario.horizon)
    ]
    return worlds.make_policy(scenario, staff=dict.fromkeys(scenario.pool_names, staff))


def play(scenario, n=40, **how):
    return replicate(scenario, make_roster(scenario, **how), n, 1, workers=1)


@pytest.mark.parametrize(("start", "days"), [*((start, 7) for start in STARTS), (STARTS[0], 14)])
def test_who_is_detected_is_answered(start, days):
    """The share answered is the recall; in a single week the last evenings' mail is lost."""
    run = play(make_office(start, horizon={"days": days}))
    found = run.summary["answered_share"]
    error = np.sqrt(RECALL * (1 - RECALL) / run.measures["actionable"].sum())
    assert abs(found.mean - RECALL) < 4 * error
    single = play(make_office(start, horizon={"days": days, "repeats": False}), 5)
    if start[11:13] == "00":
        assert single.summary["answered_share"].mean < RECALL - 0.03


def test_where_the_week_is_cut_moves_no_measure():
    """Three people, busy with the weekend's mail for half of Monday: the ring turned."""
    names = ("satisfaction", "first_reply_min_mean", "first_reply_min_p90", "utilization",
             "answered_within_promise_share", "wait_min_mean", "work_h", "overtime_h",
             "mentions")  # fmt: skip
    runs = [play(make_office(start), 60, agents=3) for start in STARTS]
    for name in names:
        values = [run.measures[name] for run in runs]
        errors = [value.std(ddof=1) / np.sqrt(value.size) for value in values]
        means = [value.mean() for value in values]
        for one in range(1, len(runs)):
            error = np.hypot(errors[0], errors[one])
            assert abs(means[one] - means[0]) < 4 * error, (name, STARTS[one], means)
    costs = make_office(STARTS[0]).costs
    for run in runs:
        paid_h = 3 * 50 + costs.overtime_premium * run.measures["overtime_h"]
        assert np.allclose(run.measures["cost"], paid_h * 28.0 / 0.7)


def test_monday_begins_with_the_mail_of_the_weekend():
    """Who waits at eight is what came since Friday at six, all of it, and no week before it."""
    scenario = make_office(STARTS[0])
    run = play(scenario, 60)
    waiting = run.traces[:, QUANTITIES.index("waiting"), -1, 7].mean()
    rates = base_rates(scenario)
    until = rates[168 - 54 :].sum() + rates[:7].sum() + rates[7] / 2
    expected = RECALL * until
    assert abs(waiting - expected) < 4 * np.sqrt(expected / 60)
    alone = play(make_office(STARTS[0], horizon={"repeats": False}), 20)
    waiting = alone.traces[:, QUANTITIES.index("waiting"), -1, 7].mean()
    assert waiting < 0.25 * expected
