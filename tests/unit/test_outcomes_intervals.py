"""Courses by interval: against a naive count, against the measures, against Little's law."""

import math

import numpy as np
import pytest
from outcome_worlds import Played, play_random_world

from sim.demand.draw import draw
from sim.outcomes.course import follow_brand
from sim.outcomes.intervals import QUANTITIES, trace_intervals
from sim.outcomes.measures import compute_rows, follow_sentiment, measure_run
from sim.policies.standard import make_standard_policy
from sim.running.play import prepare, run_engine
from sim.scenario.build import load_scenario
from sim.store.schema import INTERVALS

SEEDS = range(40)
BOT = -1


def trace(played: Played) -> dict[str, np.ndarray]:
    traces = trace_intervals(played.scales, played.draws, played.run, played.rows)
    return dict(zip(QUANTITIES, traces, strict=True))


def test_quantities_are_those_of_the_schema() -> None:
    names = [column.name.removesuffix("_mean") for column in INTERVALS if "_mean" in column.name]
    assert list(QUANTITIES) == names


def list_spells(played: Played) -> list[tuple[int, int, int]]:
    """Pool, begin and end of every wait, row by row."""
    run, draws, scales = played.run, played.draws, played.scales
    begun, spells = set(), []
    for k in range(run.turn_mention.size):
        if run.turn_pool[k] != BOT:
            begun.add(int(run.turn_mention[k]))
            spells.append(
                (int(run.turn_pool[k]), int(run.turn_ready_ms[k]), int(run.turn_start_ms[k]))
            )
    for i in range(run.real.size):
        solved_by_bot = run.first_reply_ms[i] >= 0 and run.first_effort[i] == 0
        answers = scales.answered_topic[draws.topic[i]] and draws.actionable[i]
        if run.joined[i] and answers and i not in begun and not solved_by_bot:
            gone = run.left_ms[i] >= 0 and not draws.silent[i]
            end = int(run.left_ms[i]) if gone else 10**15
            spells.append(
                (int(scales.routing.home_pool[draws.topic[i]]), int(draws.arrival_ms[i]), end)
            )
        if answers and run.first_reply_ms[i] >= 0 and run.left_ms[i] >= 0 > run.closed_ms[i]:
            sent = sum(run.turn_pool[run.turn_mention == i] != BOT)
            left = int(run.left_ms[i])
            begin = left - int(draws.later_patience_ms[draws.turn_offset[i] + sent])
            end = 10**15 if draws.silent[i] else left
            spells.append((int(scales.routing.home_pool[draws.topic[i]]), begin, end))
    return spells


@pytest.mark.parametrize("seed", SEEDS)
def test_who_waits_is_a_naive_count(seed: int) -> None:
    played = play_random_world(seed)
    length, n = played.scales.clock.interval_ms, played.scales.n_intervals
    expected = np.zeros((len(played.scales.staffed_ms) + 1, n))
    for pool, begin, end in list_spells(played):
        for k in range(n):
            overlap = max(min(end, (k + 1) * length) - max(begin, k * length), 0)
            expected[pool, k] += overlap / length
            expected[-1, k] += overlap / length
    np.testing.assert_allclose(trace(played)["waiting"], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", [0, 4, 11])
def test_who_waits_counted_minute_by_minute(seed: int) -> None:
    """Looking each half minute past the minute errs by a minute a wait at most."""
    played = play_random_world(seed)
    length, n = played.scales.clock.interval_ms, played.scales.n_intervals
    spells = list_spells(played)
    seen = [
        sum(begin <= at < end for _, begin, end in spells)
        for at in range(30_000, n * length, 60_000)
    ]
    expected = np.array(seen).reshape(n, -1).mean(axis=1)
    crossing = [
        sum(begin < (k + 1) * length and end > k * length for _, begin, end in spells)
        for k in range(n)
    ]
    error = np.abs(trace(played)["waiting"][-1] - expected)
    assert np.all(error <= np.array(crossing) * 60_000 / length + 1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_are_naive_counts(seed: int) -> None:
    played = play_random_world(seed)
    run, draws, scales, rows = played.run, played.draws, played.scales, played.rows
    shape = (len(scales.staffed_ms) + 1, scales.n_intervals)
    count = {name: np.zeros(shape) for name in ("mentions", "cases", "replies", "kept", "quality")}
    for i in range(run.real.size):
        place = (
            scales.routing.home_pool[draws.topic[i]],
            draws.arrival_ms[i] // scales.clock.interval_ms,
        )
        for name, value in (
            ("mentions", rows.counted[i] and not run.deflected[i]),
            ("cases", rows.case[i]),
            ("kept", rows.kept[i]),
            ("quality", rows.quality[i] if rows.case[i] else 0.0),
        ):
            count[name][place] += value
            count[name][-1, place[1]] += value
    for k in range(run.turn_mention.size):
        if run.turn_end_ms[k] < scales.horizon_ms:
            at = run.turn_end_ms[k] // scales.clock.interval_ms
            count["replies"][-1, at] += 1
            if run.turn_pool[k] != BOT:
                count["replies"][run.turn_pool[k], at] += 1
    found = trace(played)
    for name in ("mentions", "cases", "replies"):
        np.testing.assert_array_equal(found[name], count[name])
    with np.errstate(invalid="ignore"):
        for name, total in (("answered_within_promise", "kept"), ("delivered_quality", "quality")):
            np.testing.assert_allclose(found[name], count[total] / count["cases"], rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_over_intervals_are_the_measures(seed: int) -> None:
    played = play_random_world(seed)
    scales, run = played.scales, played.run
    found = trace(played)
    measured = measure_run(scales, played.draws, run, played.rows)
    assert found["mentions"][-1].sum() == measured["mentions"]
    assert found["cases"][-1].sum() == measured["actionable"]
    kept = np.nansum(found["answered_within_promise"] * found["cases"], axis=1)[-1]
    share = measured["answered_within_promise_share"]
    assert kept == pytest.approx(0 if math.isnan(share) else share * measured["actionable"])
    first = -(-scales.warm_up_ms // scales.clock.interval_ms)
    busy_h, staffed_h = found["busy_h"][-1, first:].sum(), found["staffed_h"][-1, first:].sum()
    assert busy_h + run.busy_ms[:, -1].sum() / 3.6e6 == pytest.approx(measured["work_h"])
    assert staffed_h + run.surge_ms[:, -1].sum() / 3.6e6 == pytest.approx(measured["staffed_h"])
    if staffed_h:
        late_h = found["overtime_h"][-1, first:].sum()
        assert (busy_h - late_h) / staffed_h == pytest.approx(measured["utilization"])
    for name in ("mentions", "cases", "staffed_h", "busy_h", "overtime_h", "waiting"):
        np.testing.assert_allclose(found[name][:-1].sum(axis=0), found[name][-1], atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_felt_is_the_same_in_every_pool(seed: int) -> None:
    played = play_random_world(seed)
    rows, scales = played.rows, played.scales
    found = trace(played)
    for name in ("expected_quality", "sentiment"):
        assert all(np.array_equal(row, found[name][0], equal_nan=True) for row in found[name])
    path = follow_sentiment(scales, played.draws, played.run, rows)
    hours = [k * scales.clock.interval_ms // 3_600_000 for k in range(scales.n_intervals)]
    assert found["sentiment"][0].tolist() == [path[hour] for hour in hours]
    effort = follow_brand(scales, played.draws, played.run, rows).effort
    assert found["response_effort"][0].tolist() == [effort[hour] for hour in hours]
    weighted = np.nansum(found["expected_quality"][-1] * found["cases"][-1])
    assert weighted == pytest.approx(rows.expected[rows.case].sum())


def test_littles_law_in_a_shipped_scenario() -> None:
    """Where all is over before the end, the waiting integral is the sum of all waits."""
    quiet_evening = [1.0] * 12 + [0.0] * 12
    scenario = load_scenario(
        "telecom_week",
        [
            "horizon.days=1",
            "horizon.repeats=false",
            f"demand.hour_shape={quiet_evening}",
            "demand.base_per_h=30",
            "demand.spreading.branching_ratio=0",
            "conversation.write_again_share=0",
            *(f"effort.levels.{name}.reopen_share=0" for name in ("auto", "brief", "standard")),
            "effort.levels.thorough.reopen_share=0",
        ],
    )
    tables, scales, _ = prepare(scenario, make_standard_policy("reference", scenario))
    draws = draw(scenario, 1, 0)
    run = run_engine(tables, draws)
    assert run.ended_ms == tables.clock.horizon_ms
    rows = compute_rows(scales, draws, run)
    measured = measure_run(scales, draws, run, rows)
    waiting = trace_intervals(scales, draws, run, rows)[QUANTITIES.index("waiting")]
    n_waits = int((run.joined & rows.case).sum())
    assert n_waits > 300
    assert waiting[-1].sum() * 60 == pytest.approx(measured["wait_min_mean"] * n_waits, rel=1e-9)
    assert measured["wait_min_mean"] > 10
