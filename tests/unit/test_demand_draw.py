"""Draws as a whole: order, keys that stay put, same bits, hostile worlds, memory."""

import hashlib
import os
import pathlib
import subprocess
import sys

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from worlds import (
    BREACH,
    LAUNCH,
    OUTAGE,
    exponential,
    lognormal,
    make_plain_scenario,
    make_scenario,
)

from sim.demand.draw import draw
from sim.scenario.profile import count_hours

SPILL = {
    "base_per_h": 40.0,
    "handling": exponential(6.0),
    "agents": 3,
    "patience": exponential(8.0),
    "share": 0.5,
    "delay": lognormal(60.0, 1.0),
}
EVENTS = {
    "launch": LAUNCH | {"time_h": 10.0},
    "outage": OUTAGE | {"window_h": [5.0, 20.0], "probability": 0.9},
    "breach": BREACH
    | {"window_h": [1.0, 9.0], "probability": 0.999, "reignition_window_h": [2.0, 9.0]},
}
OF_MENTION = (
    *("arrival_ms", "topic", "origin", "event", "actionable", "detected", "influence"),
    *("patience_ms", "patience2_ms", "silent", "reposts", "repost_ms", "first_pool"),
    *("u_spread", "u_friendly", "u_personal", "u_follow"),
)
OF_TURN = ("work_ms", "think_ms", "reopen_ms", "u_resolve", "u_reopen", "writes_again")


def make_full(**changes):
    demand = {"spill": SPILL, "backlog_mentions": 9} | changes.pop("demand", {})
    return make_scenario(demand=demand, horizon={"days": 2}, **({"events": EVENTS} | changes))


def digest(draws):
    text = hashlib.sha256()
    for name, column in draws._asdict().items():
        text.update(f"{name} {column.dtype} {column.shape}".encode())
        text.update(column.tobytes())
    return text.hexdigest()


def rows(draws, chosen):
    """Return every value of the chosen mentions and their turns, in their order."""
    columns = {name: getattr(draws, name)[chosen].tolist() for name in OF_MENTION}
    of_turn = np.repeat(chosen, np.diff(draws.turn_offset))
    return columns | {name: getattr(draws, name)[of_turn].tolist() for name in OF_TURN}


def check(draws, scenario):
    n = len(draws.arrival_ms)
    horizon_ms = count_hours(scenario.horizon) * 3_600_000
    assert all(len(getattr(draws, name)) == n for name in (*OF_MENTION, "parent"))
    assert all(len(getattr(draws, name)) == draws.turn_offset[-1] for name in OF_TURN)
    assert (np.diff(draws.arrival_ms) >= 0).all()
    assert (draws.arrival_ms >= 0).all()
    assert (draws.arrival_ms < horizon_ms).all()
    child = draws.parent >= 0
    assert ((draws.origin == 3) == child).all()
    assert (draws.parent < np.arange(n)).all()
    assert (draws.arrival_ms[child] > draws.arrival_ms[draws.parent[child]]).all()
    assert (np.diff(draws.turn_offset) >= draws.actionable).all()
    assert (np.diff(draws.turn_offset)[~draws.actionable] == 0).all()
    assert (draws.first_pool < len(scenario.team.pools)).all()
    for name in ("patience_ms", "patience2_ms"):
        assert (getattr(draws, name) >= 1).all()
    assert (draws.work_ms >= 1).all()
    assert (draws.think_ms >= 0).all()
    assert (draws.think_ms[draws.writes_again] >= 1).all()


def test_types_are_those_of_the_contract():
    draws = draw(make_full(), 1, 0)
    kinds = {name: column.dtype.str for name, column in draws._asdict().items()}
    wanted = {
        **dict.fromkeys(["arrival_ms", "patience_ms", "patience2_ms", "repost_ms"], "<i8"),
        **dict.fromkeys(
            ["turn_offset", "work_ms", "think_ms", "reopen_ms", "event_time_ms"], "<i8"
        ),
        **dict.fromkeys(["topic", "origin", "event", "first_pool"], "<i2"),
        "parent": "<i4",
        **dict.fromkeys(["actionable", "detected", "silent", "reposts", "writes_again"], "|b1"),
        **dict.fromkeys(["influence", "u_spread", "u_friendly", "u_personal"], "<f8"),
        **dict.fromkeys(["u_follow", "u_resolve", "u_reopen", "event_size"], "<f8"),
        "sentiment_noise": "<f8",
        "absence_key": "<u8",
        "later_patience_ms": "<i8",
        "time_factor": "<f8",
        "u_redress": "<f8",
        "post": "<i4",
        "issue": "<i4",
        "needs_weight": "<f8",
        "brought_by": "<f8",
        "u_prepared": "<f8",
        "u_bot": "<f8",
        "fate": "|i1",
    }
    assert kinds == wanted
    assert draws.sentiment_noise.shape == (48,)
    assert draws.event_time_ms.shape == draws.event_size.shape == (3,)


@hypothesis.settings(max_examples=40)
@hypothesis.given(
    seed=st.integers(-(2**70), 2**70),
    base=st.sampled_from([0.0, 0.01, 3.0, 40.0]),
    days=st.sampled_from([1, 3]),
    start=st.sampled_from(["2025-03-08T05:00:00", "2025-11-01T00:00:00", "2024-02-29T23:00:00"]),
    names=st.sets(st.sampled_from(list(EVENTS))),
    ratio=st.sampled_from([0.0, 0.35, 0.9]),
    backlog=st.sampled_from([0, 1, 50]),
    spill=st.booleans(),
    cvs=st.sampled_from([(0.0, 0.0, 0.0), (0.2, 0.26, 0.5), (2.0, 3.0, 0.9), (0.0, 1.0, 0.0)]),
)
def test_draws_are_in_order_in_any_world(
    seed, base, days, start, names, ratio, backlog, spill, cvs
):
    scenario = make_scenario(
        horizon={"start": start, "days": days},
        events={name: EVENTS[name] for name in EVENTS if name in names},
        demand={
            "base_per_h": base,
            "spreading": {"branching_ratio": ratio},
            "backlog_mentions": backlog,
            "spill": SPILL if spill else None,
            "busy_day_cv": cvs[0],
            "busy_hour_cv": cvs[1],
            "busy_hour_correlation": cvs[2],
        },
    )
    check(draw(scenario, seed, 0), scenario)


def test_all_origins_occur():
    assert set(draw(make_full(), 1, 0).origin) == {0, 1, 3, 4}


def test_the_same_arguments_give_the_same_bits():
    one = digest(draw(make_full(), 5, 3))
    draw(make_full(), 5, 2)
    assert digest(draw(make_full(), 5, 3)) == one  # whatever was drawn before, by a new scenario
    others = [draw(make_full(), 5, 4), draw(make_full(), 6, 3), draw(make_full(), 3, 5)]
    assert len({one, *map(digest, others)}) == 4


def test_draws_do_not_share_memory():
    scenario = make_full()
    first = draw(scenario, 1, 0)
    before = digest(first)
    draw(scenario, 1, 1)
    second = draw(scenario, 1, 0)
    for name in first._fields:
        assert not np.shares_memory(getattr(first, name), getattr(second, name)), name
    assert digest(first) == before


CHANGES = {
    "work": {"error": {"work": exponential(50.0)}},
    "patience": {"error": {"patience": None}},
    "actionable": {"error": {"actionable_share": 0.1}},
    "spreading": {"error": {"complaint": False}},
    "resolution": {"error": {"resolution_share": 0.01}},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_one_topic_moves_no_other(name):
    plain, changed = draw(make_full(), 1, 0), draw(make_full(topics=CHANGES[name]), 1, 0)
    assert rows(plain, plain.topic != 1) == rows(changed, changed.topic != 1)
    assert rows(plain, plain.topic == 1) != rows(changed, changed.topic == 1)


def test_a_change_of_one_topic_leaves_its_own_other_marks():
    changed = draw(make_full(topics=CHANGES["work"]), 1, 0)
    plain = draw(make_full(), 1, 0)
    for name in {*OF_MENTION, *OF_TURN} - {"work_ms"}:
        assert (getattr(plain, name) == getattr(changed, name)).all(), name


@pytest.mark.parametrize("added", list(EVENTS))
def test_one_more_event_moves_no_other_mention(added):
    fewer = {name: event for name, event in EVENTS.items() if name != added}
    scenario, smaller = make_full(), make_full(events=fewer)
    plain, without = draw(scenario, 1, 0), draw(smaller, 1, 0)
    codes = dict(enumerate(EVENTS)) | {-1: ""}
    old_codes = dict(enumerate(fewer)) | {-1: ""}
    assert np.isin(plain.event, [c for c, name in codes.items() if name == added]).any()
    for name in set(codes.values()) - {added}:
        of_plain = plain.event == next(c for c, n in codes.items() if n == name)
        of_without = without.event == next(c for c, n in old_codes.items() if n == name)
        one, other = rows(plain, of_plain), rows(without, of_without)
        assert one | {"event": []} == other | {"event": []}


def test_one_more_topic_moves_no_other_mention():
    """With shares that add up as before the others' rates stay, and so does all of theirs."""
    half = make_full().topics["praise"].model_dump() | {"share": 0.05}
    more = {"chatter": {"share": 0.05}, "gossip": half | {"actionable_share": 0.0}}
    plain = draw(make_full(demand={"spill": None, "backlog_mentions": 0}), 1, 0)
    with_it = draw(make_full(topics=more, demand={"spill": None, "backlog_mentions": 0}), 1, 0)
    assert rows(plain, plain.topic < 5) == rows(with_it, with_it.topic < 5)


def test_marks_do_not_depend_on_policyless_settings():
    """Recall and routing decide coins, never who comes when with which patience."""
    plain = draw(make_full(), 1, 0)
    other = draw(make_full(maturity={"triage_recall": 0.5, "routing_accuracy": 0.2}), 1, 0)
    for name in {*OF_MENTION, *OF_TURN} - {"detected", "first_pool"}:
        assert (getattr(plain, name) == getattr(other, name)).all(), name
    assert (other.detected & plain.actionable).sum() < (plain.detected & plain.actionable).sum()


def test_a_longer_horizon_begins_the_same():
    def of_days(days):
        return draw(make_scenario(horizon={"days": days}), 1, 0)

    short, long = of_days(2), of_days(5)
    early = long.arrival_ms < 48 * 3_600_000
    assert rows(short, short.arrival_ms >= 0) == rows(long, early)


def test_reporting_intervals_change_nothing():
    one = draw(make_scenario(horizon={"interval_min": 60}), 1, 0)
    other = draw(make_scenario(horizon={"interval_min": 5}), 1, 0)
    assert digest(one) == digest(other)


@pytest.mark.parametrize("start", ["2025-03-03T00:00:00", "2025-10-27T00:00:00"])
def test_weeks_of_a_clock_change(start):
    scenario = make_scenario(horizon={"start": start})
    draws = draw(scenario, 1, 0)
    check(draws, scenario)
    assert len(draws.sentiment_noise) == count_hours(scenario.horizon) in (167, 169)


def test_interpreter_and_compiler_draw_the_same_bits():
    tests = pathlib.Path(__file__).parents[1]
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; import warnings; warnings.simplefilter('error')\n"
        "from sim.compile import is_jit_on; assert not is_jit_on()\n"
        "from unit.test_demand_draw import digest, draw, make_full\n"
        "print(digest(draw(make_full(demand={'base_per_h': 6.0}), -7, 3)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tests), str(tests.parent)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    assert answer.stdout.strip() == digest(draw(make_full(demand={"base_per_h": 6.0}), -7, 3))


def test_a_million_mentions_fit():
    """Bytes per mention are held: with 1.8 turns 96 + 60, and a tenth for room."""
    scenario = make_scenario(demand={"base_per_h": 1e6 / 168 / 1.2})
    draws = draw(scenario, 1, 0)
    n = len(draws.arrival_ms)
    assert n > 800_000
    kept = sum((c.base if isinstance(c.base, np.ndarray) else c).nbytes for c in draws)
    assert kept / n < 180
    check(draws, scenario)


def test_all_mentions_within_minutes():
    rates = [60_000.0] + [0.0] * (24 * 12 - 1)
    scenario = make_plain_scenario(
        0.0, demand={"rate_per_h": rates}, horizon={"days": 1, "interval_min": 5}
    )
    draws = draw(scenario, 1, 0)
    check(draws, scenario)
    assert draws.arrival_ms.max() < 300_000
    assert 4500 < len(draws.arrival_ms) < 5500
