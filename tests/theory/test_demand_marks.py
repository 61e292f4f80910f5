"""Marks of mentions: shares of coins, patience, pools; all independent of each other."""

import itertools

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_chi_square, z_correlation, z_mean, z_share
from scipy import stats
from worlds import OUTAGE, Whole, constant, exponential, lognormal, make_scenario

from sim.demand.draw import draw
from sim.limits import LONGEST_MS

FLAT = {
    "busy_day_cv": 0.0,
    "busy_hour_cv": 0.0,
    "base_per_h": 0.0,
    "backlog_mentions": 30_000,
    "spreading": {"branching_ratio": 0.0},
}


def draw_many(seed=1, **changes):
    demand = FLAT | changes.pop("demand", {})
    return draw(make_scenario(demand=demand, horizon={"days": 1}, **changes), seed, 0)


@pytest.fixture(scope="module")
def draws():
    return draw_many(topics={"error": {"actionable_share": 0.6}})


def test_actionable_by_topic(draws):
    for topic, share in ((0, 1.0), (1, 0.6), (5, 0.0)):
        chosen = draws.actionable[draws.topic == topic]
        if share in (0.0, 1.0):
            assert chosen.all() == chosen.any() == bool(share)
        else:
            assert abs(z_share(chosen.sum(), chosen.size, share)) < LIMIT


def test_triage_errs_as_told(draws):
    for actionable, share in ((True, 0.90), (False, 0.10)):
        chosen = draws.detected[draws.actionable == actionable]
        assert abs(z_share(chosen.sum(), chosen.size, share)) < LIMIT


def test_patience_by_topic(draws):
    sigma = np.sqrt(np.log1p(1.5**2))
    for topic, mean_min in ((0, 480.0), (1, 360.0), (4, 1440.0)):
        law = stats.lognorm(sigma, scale=mean_min * 60_000 * np.exp(-0.5 * sigma**2))
        chosen = draws.actionable & (draws.topic == topic)
        assert ks_excess(draws.patience_ms[chosen], law.cdf) < 1.0
        afresh = draws.patience2_ms[chosen & draws.reposts]
        assert ks_excess(afresh, law.cdf) < 1.0
    chosen = draws.reposts & (draws.topic == 0)
    first, second = draws.patience_ms[chosen], draws.patience2_ms[chosen]
    assert abs(z_correlation(np.log(first), np.log(second))) < LIMIT


def test_ways_of_leaving(draws):
    acts = draws.actionable
    assert abs(z_share(draws.silent[acts].sum(), acts.sum(), 0.5)) < LIMIT
    visible = acts & ~draws.silent
    assert abs(z_share(draws.reposts[visible].sum(), visible.sum(), 0.4)) < LIMIT
    assert not (draws.silent & draws.reposts).any()
    delays = draws.repost_ms[draws.reposts] / (30 * 60_000)
    assert ks_excess(delays, lambda x: -np.expm1(-x)) < 1.0
    assert (draws.repost_ms[~draws.reposts] == 0).all()


def test_who_needs_no_answer_never_leaves(draws):
    idle = ~draws.actionable
    assert (draws.patience_ms[idle] == LONGEST_MS).all()
    assert not draws.silent[idle].any()
    assert not draws.reposts[idle].any()
    assert (draws.patience2_ms[~draws.reposts] == LONGEST_MS).all()


def test_a_topic_without_patience_waits_for_ever():
    draws = draw_many(topics={"question": {"patience": None}})
    question = draws.topic == 0
    assert (draws.patience_ms[question] == LONGEST_MS).all()
    assert (draws.patience_ms[draws.topic == 1] < LONGEST_MS).all()
    assert draws.reposts[question].any()
    assert (draws.patience2_ms[question] == LONGEST_MS).all()


def test_wrong_pool_is_any_other():
    skills = list(make_scenario().topics)
    pools = Whole(
        one={"skills": skills[:2], "limit": 5},
        two={"skills": skills[2:], "limit": 5},
        three={"skills": ["praise"], "limit": 5},
        four={"skills": ["praise"], "limit": 5},
    )
    draws = draw_many(
        team={"pools": pools, "reference_staff": Whole(one=[1] * 24)},
        maturity={"routing_accuracy": 0.7},
    )
    for topic, home in ((0, 0), (2, 1)):
        counts = np.bincount(draws.first_pool[draws.topic == topic], minlength=4)
        shares = np.full(4, 0.1)
        shares[home] = 0.7
        assert abs(z_chi_square(counts, counts.sum() * shares)) < LIMIT


def test_one_pool_is_always_right():
    pools = Whole(one={"skills": list(make_scenario().topics), "limit": 5})
    team = {"pools": pools, "reference_staff": Whole(one=[1] * 24)}
    assert not draw_many(team=team, maturity={"routing_accuracy": 0.0}).first_pool.any()


def test_coins_and_times_are_independent(draws):
    acts = draws.actionable
    columns = {
        "detected": draws.detected[acts],
        "silent": draws.silent[acts],
        "pool": draws.first_pool[acts] == np.array([0, 1, 0, 1, 0, 0])[draws.topic[acts]],
        "influence": np.log(draws.influence[acts]),
        "spread": draws.u_spread[acts],
        "friendly": draws.u_friendly[acts],
        "personal": draws.u_personal[acts],
        "follow": draws.u_follow[acts],
        "resolve": draws.u_resolve[draws.turn_offset[:-1][acts]],
        "reopen": draws.u_reopen[draws.turn_offset[:-1][acts]],
        "writes": draws.writes_again[draws.turn_offset[:-1][acts]],
    }
    columns["patience"] = np.log(draws.patience_ms[acts]) - np.log(
        np.array([480.0, 360.0, 540.0, 600.0, 1440.0, 1440.0])[draws.topic[acts]]
    )
    for one, other in itertools.combinations(columns, 2):
        assert abs(z_correlation(columns[one], columns[other])) < LIMIT, (one, other)


def test_event_changes_work_and_patience():
    event = OUTAGE | {
        "window_h": [0.0, 0.01],
        "probability": 0.999,
        "topic_share": {"error": 1.0},
        "work_multiplier": 1.3,
    }
    draws = draw_many(
        events={"outage": event},
        demand={
            "base_per_h": 100.0,
            "backlog_mentions": 0,
            "spreading": {"branching_ratio": 0.35},
        },
        topics={
            "error": {"work": constant(5.0), "patience": constant(360.0)},
            "process": {"work": constant(2.0), "patience": constant(100.0)},
        },
    )
    hit = (draws.event == 0) & draws.actionable
    assert (hit & (draws.parent >= 0)).any()
    assert set(draws.patience_ms[hit]) == {15_120_000}
    work = np.repeat(draws.event, np.diff(draws.turn_offset))
    assert set(draws.work_ms[work == 0]) == {390_000}
    calm = (draws.event == -1) & (draws.topic == 1)
    assert set(draws.patience_ms[calm]) == {360 * 60_000}


def test_uniforms_are_uniform(draws):
    for name in ("u_spread", "u_friendly", "u_personal", "u_follow", "u_resolve", "u_reopen"):
        values = getattr(draws, name)
        if name in ("u_resolve", "u_reopen"):
            values = values[draws.turn_offset[:-1][draws.actionable]]  # first turns: no selection
        assert ks_excess(values, lambda x: np.clip(x, 0, 1)) < 1.0
        assert abs(z_mean(values, 0.5)) < LIMIT


def test_other_kinds_of_patience():
    draws = draw_many(topics={"question": {"patience": exponential(100.0)}})
    times = draws.patience_ms[draws.topic == 0] / 6_000_000
    assert ks_excess(times, lambda x: -np.expm1(-x)) < 1.0
    again = draw_many(topics={"question": {"patience": lognormal(1e-6, 1.0)}})
    assert (again.patience_ms[again.topic == 0] >= 1).all()
