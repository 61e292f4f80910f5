"""Feedback of sentiment on complaints: the mix by formula, and an engine that decides as it goes.

Statistical limits: |z| <= 4.3, a false alarm in 60,000.
"""

import numpy as np
import pytest
from chances import LIMIT, z_count, z_mean

import sim
from sim.demand.draw import draw
from sim.errors import InputError
from sim.outcomes.course import compute_rows, follow_sentiment
from sim.rules.sentiment import tilt_by_sentiment
from sim.running.play import is_same_demand, play_replication, prepare, run_engine
from tests.worlds import make_scenario

STRENGTH = 0.6
BUSY = {
    "horizon": {"days": 1},
    "demand": {
        "base_per_h": 40.0,
        "busy_day_cv": 0.0,
        "busy_hour_cv": 0.0,
        "sentiment_feedback": STRENGTH,
        "spreading": {"branching_ratio": 0.0},
    },
}
N = 40


def make_world(**demand):
    return make_scenario(**{**BUSY, "demand": {**BUSY["demand"], **demand}})


def count(scenario, sentiment, seed=5):
    """Return complaints and others of N days along a path of sentiment."""
    is_complaint = np.array([topic.complaint for topic in scenario.topics.values()])
    counts = np.zeros(2)
    for replication in range(N):
        hit = is_complaint[draw(scenario, seed, replication, sentiment).topic]
        counts += hit.sum(), (~hit).sum()
    return counts


def find_means(scenario):
    """Return expected complaints and others of N days without feedback, by hand."""
    per_day = 40.0 * 24 * 1.07 / np.mean([1.07, 1.10, 1.07, 1.05, 1.13, 0.84, 0.73])
    share = 0.49 / sum(topic.share for topic in scenario.topics.values())
    return N * per_day * np.array([share, 1.0 - share])


@pytest.mark.parametrize("level", [0.1, 0.468, 0.9])
def test_the_mix_is_that_of_the_formula_and_the_volume_stays(level):
    scenario = make_world()
    complaints, others = count(scenario, np.full(24, level))
    mean, rest = find_means(scenario)
    factor = 1.0 + STRENGTH * (0.468 - level) / 0.468
    assert abs(z_count(complaints, factor * mean)) <= LIMIT
    assert abs(z_count(others, rest + (1.0 - factor) * mean)) <= LIMIT


def test_the_rule_by_hand():
    assert tilt_by_sentiment(0.468, 0.6, 0.468) == 1.0
    assert tilt_by_sentiment(0.9 * 0.468, 0.6, 0.468) == pytest.approx(1.06)
    assert tilt_by_sentiment(0.0, 0.6, 0.468) == pytest.approx(1.6)
    assert tilt_by_sentiment(1.0, 2.0, 0.468) == 0.0


def test_sentiment_moves_its_own_hour_alone():
    """A candidate keeps its time and marks, whatever the others do."""
    scenario = make_world()
    path = np.full(24, 0.468)
    lower = path.copy()
    lower[12] = 0.0
    one, other = (draw(scenario, 1, 0, each) for each in (path, lower))
    keep = [draws.arrival_ms // 3_600_000 != 12 for draws in (one, other)]
    for name in ("arrival_ms", "topic", "influence", "patience_ms", "u_friendly"):
        first, second = getattr(one, name)[keep[0]], getattr(other, name)[keep[1]]
        assert first.tolist() == second.tolist()
    assert not is_same_demand(one, other)


def test_off_it_is_not_there():
    off, absent = (
        make_world(sentiment_feedback=0.0),
        make_scenario(
            **{
                **BUSY,
                "demand": {k: v for k, v in BUSY["demand"].items() if k != "sentiment_feedback"},
            }
        ),
    )
    for one, other in zip(draw(off, 1, 0, np.zeros(24)), draw(absent, 1, 0), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("engine", ["kernel", "simpy"])
@pytest.mark.parametrize("replication", range(3))
def test_it_ends_where_an_engine_that_decides_as_it_goes_would(engine, replication):
    """Naive twin: hour after hour, each drawn with the sentiment that the hours before it gave."""
    scenario = make_scenario(**{**BUSY, "demand": {"base_per_h": 12.0, "sentiment_feedback": 1.0}})
    policy = sim.load_policy("reference", scenario)
    prepared = prepare(scenario, policy)
    tables, scales = prepared.tables, prepared.scales
    found = play_replication(scenario, prepared, 2, replication, engine)
    path = np.full(25, 0.9)
    path[0] = scales.sentiment_start
    for hour in range(24):
        draws = draw(scenario, 2, replication, path)
        run = run_engine(tables, draws, "kernel")
        path[hour + 1] = follow_sentiment(scales, draws, run, compute_rows(scales, draws, run))[
            hour + 1
        ]
    naive = run_engine(tables, draw(scenario, 2, replication, path), "kernel")
    for one, other in zip(found.run, naive, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert follow_sentiment(scales, *found).tolist() == path.tolist()


def test_a_team_too_small_makes_itself_more_complaints():
    """Half the staff: with feedback the share of complaints rises, without it does not."""
    shares = []
    for strength in (0.0, 0.8):
        scenario = sim.load_scenario(
            "telecom_week",
            [
                "horizon.days=3",
                "brand.effort_by_arrival=false",
                f"++demand.sentiment_feedback={strength}",
            ],
        )
        policy = sim.load_policy("reference", scenario)
        few = {pool: tuple(n // 2 for n in staff) for pool, staff in policy.staff.items()}
        run = sim.simulate(
            scenario, policy.model_copy(update={"staff": few, "surge": None}), 40, 4, workers=1
        )
        shares.append(run.replications["sentiment_mean"])
    assert z_mean(shares[1] - shares[0], 0.0) < -LIMIT


def test_what_cannot_be_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"sentiment_feedback.*at most 1.04"):
        sim.load_scenario("telecom_week", ["++demand.sentiment_feedback=1.5"])
    ends = ["brand.effort_by_arrival=false", "++demand.sentiment_feedback=.5"]
    scenario = sim.load_scenario("telecom_week", ends)
    with pytest.raises(InputError, match=r"sentiment_feedback = 0.5: `plan` requires 0"):
        sim.plan(scenario)
