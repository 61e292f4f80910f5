"""Measures against naive twins, row by row, and against records made by hand."""

import math
from typing import Any

import numpy as np
import pytest
from outcome_worlds import Played, play_random_world

from sim.care.record import Run
from sim.outcomes.measures import compute_rows, follow_sentiment, measure_run
from sim.rules import satisfaction as judging
from sim.rules import sentiment as brand
from sim.store.schema import UNITS

SEEDS = range(60)
BOT = -1
KINDS = ("none", "apology", "refund", "replacement")
CAUSES = ("none", "product", "error", "process")


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def share(part: list[Any], whole: list[Any]) -> float:
    return sum(bool(x) for x in part) / len(whole) if whole else math.nan


def percentile(values: list[float], p: float) -> float:
    if not values:
        return math.nan
    ordered, place = sorted(values), (len(values) - 1) * p
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


class Customer:
    """One mention, told by its columns."""

    def __init__(self, played: Played, i: int) -> None:
        run, draws, scales = played.run, played.draws, played.scales
        self.topic = int(draws.topic[i])
        self.arrival = int(draws.arrival_ms[i])
        self.origin = int(draws.origin[i])
        self.real, self.deflected = bool(run.real[i]), bool(run.deflected[i])
        self.counted = self.real and self.arrival >= scales.warm_up_ms
        answers = bool(scales.answered_topic[self.topic])
        self.opens = self.real and bool(draws.actionable[i]) and answers
        self.is_case = self.counted and self.opens
        self.start, self.reply = int(run.first_start_ms[i]), int(run.first_reply_ms[i])
        self.touch, self.left = int(run.first_touch_ms[i]), int(run.left_ms[i])
        self.joined, self.turns = bool(run.joined[i]), int(run.turns[i])
        self.resolved, self.reopened = bool(run.resolved[i]), int(run.reopened[i])
        self.capped = bool(run.capped[i])
        self.spells = [
            (int(run.turn_ready_ms[k]), int(run.turn_start_ms[k]), int(run.turn_pool[k]))
            for k in np.flatnonzero(run.turn_mention == i)
        ]
        self.replies = [
            (int(run.turn_ready_ms[k]), int(run.turn_end_ms[k]))
            for k in np.flatnonzero(run.turn_mention == i)
        ]
        self.by_person = [spell for spell in self.spells if spell[2] != BOT]
        self.by_bot = self.reply >= 0 and int(run.first_effort[i]) == 0
        level = int(run.effort[i]) + 1
        self.friendly = float(draws.u_friendly[i]) < scales.friendly_p[level]
        self.personal = float(draws.u_personal[i]) < scales.personal_p[level]
        self.followed_up = bool(run.followed_up[i])
        self.closed = int(run.closed_ms[i])
        factors = draws.time_factor
        self.time_factor = float(factors[i]) if factors.size else 1.0
        row = int(draws.turn_offset[i]) + len(self.by_person)
        later = draws.later_patience_ms
        self.later_patience = int(later[row]) if row < later.size else -1
        self.kind = KINDS[int(run.redress[i])]
        self.thorough = int(run.first_effort[i]) == 3

    def list_reply_waits(self) -> list[float]:
        """Minutes to each reply that was read and counts: the first, then persons' later ones."""
        if self.reply < 0:
            return []
        read = [
            (end - ready) / 60_000
            for ready, end in self.replies
            if end > self.reply and not 0 <= self.left < end
        ]
        return [(self.reply - self.arrival) / 60_000, *read]

    def judge_redress(self, played: Played) -> tuple[float, float]:
        """Worth over the loss and what it counts, from the words of MODEL.md."""
        about = played.scales.redress
        if self.kind == "none":
            return 0.0, 1.0
        late = self.reply - self.arrival > about.apology_until_ms
        worth = 0.0 if self.kind == "apology" and late else about.ratio[self.topic]
        ratio = float(np.broadcast_to(worth, 4)[KINDS.index(self.kind)])
        fitting = {
            "product": self.kind in ("refund", "replacement"),
            "error": self.kind == "apology" and self.resolved,
            "process": self.kind == "apology" and self.thorough,
            "none": False,
        }
        cause = CAUSES[int(about.cause[self.topic])]
        return ratio, 1.0 if fitting[cause] else about.other_fit

    def tilt(self, played: Played) -> float:
        """Return what the mood of the hour of arrival makes of expectations, hour after hour."""
        scales = played.scales
        path = follow_sentiment(scales, played.draws, played.run, played.rows)
        mood = usual = scales.sentiment_start
        for hour in range(max(self.arrival, 0) // 3_600_000):
            mood += (1 - 2 ** (-1 / scales.mood_half_life_h)) * (path[hour] - mood)
        return max(1 + scales.mood_strength * (usual - mood) / usual, 0)

    def rate(self, played: Played) -> tuple[float, float, float]:
        scales, c = played.scales, played.scales.coefficients
        expected = scales.base_quality
        for e, at in enumerate(played.draws.event_time_ms.tolist()):
            since = (self.arrival - at) / 60_000 if at >= 0 else math.nan
            factor, half_life = scales.event_factor[e], scales.event_half_life_min[e]
            if since >= 0:
                expected *= 1 + (factor - 1) * 0.5 ** (since / half_life)
        if scales.mood_strength > 0:
            expected *= self.tilt(played)
        if self.deflected:
            at_once = judging.CareGiven(True, 1.0, True, False, False, 0, False, 0.0, 1.0)
            z = judging.compare_care(judging.rate_quality(at_once, c), expected, c)
            return judging.squash(z), judging.squash(c.r0 + c.r1 * z), expected
        answered = self.reply >= 0
        scores = [
            judging.score_reply(wait, self.time_factor, c) for wait in self.list_reply_waits()
        ]
        scores += [0.0] if answered and self.left >= 0 else []
        weights = [1.0] + [c.later_speed_weight] * (len(scores) - 1)
        speed = float(np.average(scores, weights=weights)) if answered else 0.0
        turns = self.turns - (answered and 0 <= self.left <= self.closed)
        marks = (self.resolved, self.friendly, self.personal, turns, self.followed_up)
        redress = self.judge_redress(played) if answered else (0.0, 1.0)
        quality = judging.rate_quality(judging.CareGiven(answered, speed, *marks, *redress), c)
        z = judging.compare_care(quality, expected, c)
        recommends = judging.score_recommendation(z, answered, self.friendly, self.personal, c)
        return judging.squash(z), recommends, expected


def measure_naively(played: Played) -> dict[str, float]:
    """Each measure from the words of results/README.md, customer by customer."""
    scales, run = played.scales, played.run
    everybody = [Customer(played, i) for i in range(run.real.size)]
    cases = [one for one in everybody if one.is_case]
    answered = [one for one in cases if one.reply >= 0]
    given_up = [one.later_patience for one in answered if one.left >= 0 and one.closed < 0]
    until = {True: lambda one: one.start, False: lambda one: one.reply}[
        scales.routing.promise_by_wait
    ]
    replies = [(one.reply - one.arrival) / 60_000 for one in answered]
    reached = [one for one in cases if one.joined]
    waits = [(start - ready) / 60_000 for one in cases for ready, start, _ in one.by_person]
    waits += [
        (one.left - one.arrival) / 60_000
        for one in reached
        if one.left >= 0 and not one.by_person and one.reply < 0
    ]
    waits += [wait / 60_000 for wait in given_up]
    late_first = [one for one in reached if not one.by_bot and one.start != one.arrival]
    later = [
        start > ready for one in cases for ready, start, _ in one.by_person if ready > one.arrival
    ] + [True] * len(given_up)
    solved = [one for one in answered if one.resolved or one.reopened]
    course, efforts = follow_naively(played, everybody)
    first_h = math.ceil(scales.warm_up_ms / 3.6e6)
    path = course[1 + first_h :]
    exogenous = [one.rate(played) for one in cases if one.origin not in (3, 5, 6)]
    satisfied = [rating[0] for rating in exogenous]
    counted = [one for one in everybody if one.counted and not one.deflected]
    found = [one for one in cases if one.deflected]
    return {
        "mentions": len(counted),
        "actionable": len(cases),
        "deflected_share": share(found, cases),
        "answered_share": share(answered + found, cases),
        "answered_within_promise_share": share(
            [until(one) - one.arrival <= scales.routing.promise_ms for one in answered] + found,
            cases,
        ),
        "first_reply_min_mean": mean(replies),
        "first_reply_min_p50": percentile(replies, 0.5),
        "first_reply_min_p90": percentile(replies, 0.9),
        "first_reply_min_p95": percentile(replies, 0.95),
        "first_touch_min_mean": mean(
            [(one.touch - one.arrival) / 60_000 for one in cases if one.touch >= 0]
        ),
        "later_reply_min_mean": mean(
            [wait for one in answered for wait in one.list_reply_waits()[1:]]
        ),
        "wait_min_mean": mean(waits),
        "wait_min_max": max(waits, default=math.nan),
        "abandoned_share": share([one.left >= 0 and one.reply < 0 for one in reached], reached),
        "abandoned_later_share": share([one.left >= 0 for one in answered], answered),
        "delayed_share": share(late_first, reached),
        "delayed_turn_share": share(late_first + [1] * sum(later), reached + later),
        "returning_delayed_share": share(later, later),
        "resolved_share": share([one.resolved for one in answered], answered),
        "turns_mean": mean([one.turns for one in answered]),
        "turn_cap_share": share([one.capped for one in answered], answered),
        "reopened_share": share([one.reopened for one in solved], solved),
        **work_naively(played, everybody),
        "satisfaction": mean(satisfied),
        "satisfaction_all": mean([one.rate(played)[0] for one in cases]),
        "csat": 1 + 4 * mean(satisfied),
        "recommend_share": mean([rating[1] for rating in exogenous]),
        "sentiment_mean": mean(path),
        "sentiment_p10": percentile(path, 0.1),
        "sentiment_p90": percentile(path, 0.9),
        "response_effort_mean": mean(efforts[first_h:]),
        "spread_mentions": sum(one.origin == 3 for one in counted),
        "spilled_mentions": sum(one.origin == 4 for one in counted),
        "brought_mentions": sum(one.origin == 5 for one in counted),
    }


def work_naively(played: Played, everybody: list[Customer]) -> dict[str, float]:
    tables, scales, run = played.tables, played.scales, played.run
    n_pools, horizon = len(tables.staff.agents), tables.clock.horizon_ms
    first = math.ceil(scales.warm_up_ms / scales.clock.interval_ms)
    times = tables.staff.time_ms.tolist()
    warm_ms = first * scales.clock.interval_ms

    def staffed_from(begin_ms: int) -> int:
        total = 0
        for p in range(n_pools):
            for k, at in enumerate(times):
                end = min(times[k + 1] if k + 1 < len(times) else horizon, horizon)
                total += max(end - max(at, begin_ms), 0) * int(tables.staff.agents[p, k])
        return total

    columns = range(first, scales.n_intervals)
    busy = sum(int(run.busy_ms[p, k]) for p in range(n_pools) for k in columns)
    crew = sum(int(run.surge_ms[p, k]) for p in range(n_pools) for k in columns)
    crew_after = sum(int(run.surge_ms[p, -1]) for p in range(n_pools))
    crew_before = sum(int(run.surge_ms[p, k]) for p in range(n_pools) for k in range(first))
    drain = [int(run.busy_ms[p, -1]) for p in range(n_pools)]
    beyond = sum(max(drain[p] - int(run.surge_ms[p, -1]), 0) for p in range(n_pools))
    overtime = [int(run.overtime_ms[:, k].sum()) for k in range(scales.n_intervals + 1)]
    late, late_all = sum(overtime[first:-1]), sum(overtime[:-1])
    present = staffed_from(warm_ms) + crew
    bots = sum(len(one.spells) - len(one.by_person) for one in everybody)
    paid = sum(
        bool(scales.compensated_topic[one.topic])
        for one in everybody
        if one.opens and one.reply >= 0
    )
    given = [one for one in everybody if one.opens and one.reply >= 0]
    prices = scales.prices
    hours = (staffed_from(0) + beyond) / 3.6e6
    crew_h = (crew_before + crew + crew_after) / 3.6e6
    return {
        "utilization": (busy - late) / present if present else math.nan,
        "staffed_h": (present + crew_after) / 3.6e6,
        "work_h": (busy + sum(drain)) / 3.6e6,
        "overtime_h": (late + overtime[-1]) / 3.6e6,
        "cost": prices.hour * hours
        + prices.overtime_hour * late_all / 3.6e6
        + prices.surge_hour * crew_h
        + prices.auto_reply * bots
        + prices.compensation * paid
        + sum(scales.redress.unit_cost[KINDS.index(one.kind)] for one in given),
    }


def follow_naively(played: Played, everybody: list[Customer]) -> tuple[list[float], list[float]]:
    """Sentiment at the ends of the hours (the start first), and the effort of each hour."""
    scales, run, draws = played.scales, played.run, played.draws
    n_hours = draws.sentiment_noise.size
    work, cases = [0.0] * n_hours, [0] * n_hours
    for one in everybody:
        if one.opens and not one.deflected:
            cases[one.arrival // 3_600_000] += 1
    for k in range(run.turn_mention.size):
        hour = int(run.turn_end_ms[k]) // 3_600_000
        one = everybody[int(run.turn_mention[k])]
        was_read = one.left < 0 or (one.reply >= 0 and int(run.turn_end_ms[k]) <= one.left)
        if hour < n_hours and was_read:
            weight = scales.sentiment_weight[int(run.turn_effort[k]) + 1]
            work[hour] += weight * (int(run.turn_end_ms[k]) - int(run.turn_start_ms[k])) / 60_000
    path, efforts, before = [scales.sentiment_start], [], math.nan
    for h in range(n_hours):
        now = scales.effort_scale * work[h] / max(cases[h], 0.25 * scales.base_per_h)
        effort = max(now if h == 0 else (before + now) / 2, 0.10)
        efforts.append(effort)
        before, k2 = now, scales.k2
        for e, at in enumerate(draws.event_time_ms.tolist()):
            if 0 <= at <= h * 3_600_000:
                since = h * 60 - at / 60_000
                k2 *= 1 + (scales.event_factor[e] - 1) * 0.5 ** (
                    since / scales.event_half_life_min[e]
                )
        x = path[-1]
        x += brand.drift_sentiment(x, effort, scales.k1, k2) + scales.k3 * draws.sentiment_noise[h]
        path.append(min(max(x, 0.0), 1.0))
    return path, efforts


@pytest.mark.parametrize("seed", SEEDS)
def test_measures_are_those_of_a_naive_count(seed: int) -> None:
    played = play_random_world(seed)
    found = measure_run(played.scales, played.draws, played.run, played.rows)
    expected = measure_naively(played)
    assert list(found) == list(UNITS)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_the_random_worlds_reach_every_measure() -> None:
    """The twin says nothing about what never happens: each measure takes several values."""
    measured = [
        measure_run(played.scales, played.draws, played.run, played.rows)
        for played in map(play_random_world, SEEDS)
    ]
    for name in UNITS:
        if name != "spilled_mentions":
            values = {row[name] for row in measured if not math.isnan(row[name])}
            assert len(values) >= 5, name


def test_rows_of_satisfaction_are_the_rules_one_by_one() -> None:
    played = play_random_world(3)
    for i in range(played.run.real.size):
        satisfaction, recommends, expected = Customer(played, i).rate(played)
        assert played.rows.satisfaction[i] == pytest.approx(satisfaction, rel=1e-12)
        assert played.rows.recommendation[i] == pytest.approx(recommends, rel=1e-12)
        assert played.rows.expected[i] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", [1, 9, 27])
def test_names_of_topics_and_pools_do_not_matter(seed: int) -> None:
    """The codes are permuted in the record; every measure stays, to the last bit but cost."""
    played = play_random_world(seed)
    rng = np.random.default_rng(seed)
    scales, draws, run = played.scales, played.draws, played.run
    n_topics, n_pools = scales.answered_topic.size, len(scales.staffed_ms)
    topics, pools = rng.permutation(n_topics), rng.permutation(n_pools)
    back, pool_back = np.argsort(topics), np.argsort(pools)
    renamed = scales._replace(
        answered_topic=scales.answered_topic[back],
        compensated_topic=scales.compensated_topic[back],
        routing=scales.routing._replace(home_pool=pools[scales.routing.home_pool][back]),
        staffed_ms=scales.staffed_ms[pool_back],
        paid_ms=scales.paid_ms[pool_back],
        redress=scales.redress._replace(
            ratio=scales.redress.ratio[back], cause=scales.redress.cause[back]
        ),
    )
    other_draws = draws._replace(topic=topics[draws.topic].astype(np.int16))
    name_pool = np.append(pools, BOT)
    other_run = run._replace(
        pool=name_pool[run.pool].astype(np.int16),
        turn_pool=name_pool[run.turn_pool].astype(np.int16),
        busy_ms=run.busy_ms[pool_back],
        surge_ms=run.surge_ms[pool_back],
        overtime_ms=run.overtime_ms[pool_back],
    )
    rows = compute_rows(renamed, other_draws, other_run)
    found = measure_run(renamed, other_draws, other_run, rows)
    expected = measure_run(scales, draws, run, played.rows)
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


def make_run(n: int, **columns: Any) -> Run:
    """Return a record in which nothing happened but what is given."""
    never = {
        name: np.full(n, -1, np.int64)
        for name in ("first_start_ms", "first_reply_ms", "first_touch_ms", "left_ms", "closed_ms")
    }
    none = {name: np.full(n, -1, np.int16) for name in ("effort", "first_effort", "pool")}
    flags = ("deflected", "joined", "reposted", "resolved", "followed_up", "capped")
    no = {name: np.zeros(n, np.bool_) for name in flags}
    zero = {name: np.zeros(n, np.int16) for name in ("reopened", "turns", "redress")}
    turn = {
        f"turn_{name}": np.zeros(0, dtype)
        for name, dtype in (
            *(("mention", np.int32), ("number", np.int16), ("ready_ms", np.int64)),
            *(("start_ms", np.int64), ("end_ms", np.int64), ("pool", np.int16)),
            ("effort", np.int16),
        )
    }
    given = {
        name: np.asarray(value, {**never, **none, **no, **zero, **turn}[name].dtype)
        for name, value in columns.items()
        if name not in ("busy_ms", "surge_ms", "overtime_ms", "ended_ms")
    }
    rest = {name: columns[name] for name in ("busy_ms", "surge_ms", "overtime_ms", "ended_ms")}
    return Run(
        real=np.ones(n, np.bool_), **{**never, **none, **no, **zero, **turn, **given, **rest}
    )


def minutes(*values: float) -> np.ndarray:
    return np.array([round(value * 60_000) if value >= 0 else -1 for value in values])


@pytest.fixture
def by_hand() -> Played:
    """Four customers in two hours, one agent.

    0 writes at 0, is taken at 0, answered at 10 min, solved; 1 writes at 5, waits 5, is
    answered at 20, writes again at 40, waits 10, is answered at 60 for good; 2 writes at 15
    and leaves at 45 visibly; 3 writes at 100, gets a bot's reply, a person's at 130 (start 110).
    """
    played = play_random_world(0)
    clock = played.tables.clock._replace(horizon_ms=7_200_000, interval_ms=3_600_000, n_intervals=2)
    staff = played.tables.staff._replace(time_ms=np.array([0]), agents=np.array([[1]]))
    tables = played.tables._replace(clock=clock, staff=staff)
    n = 4
    draws = played.draws._replace(
        arrival_ms=minutes(0, 5, 15, 100),
        topic=np.zeros(n, np.int16),
        origin=np.array([0, 0, 3, 1], np.int16),
        parent=np.array([-1, -1, 0, -1], np.int32),
        actionable=np.ones(n, np.bool_),
        silent=np.zeros(n, np.bool_),
        u_friendly=np.array([0.1, 0.9, 0.5, 0.5]),
        u_personal=np.array([0.1, 0.1, 0.5, 0.5]),
        event_time_ms=np.zeros(0, np.int64),
        sentiment_noise=np.zeros(2),
    )
    run = make_run(
        n,
        first_start_ms=minutes(0, 10, -1, 110),
        first_reply_ms=minutes(10, 20, -1, 130),
        first_touch_ms=[600_000, 1_200_000, -1, 6_000_001],
        left_ms=minutes(-1, -1, 45, -1),
        closed_ms=minutes(10, 60, -1, 130),
        effort=[2, 3, -1, 2],
        first_effort=[2, 2, -1, 2],
        pool=[0, 0, -1, 0],
        joined=[True] * 4,
        resolved=[True, True, False, False],
        turns=[1, 2, 0, 2],
        turn_mention=[0, 1, 1, 3, 3],
        turn_number=[0, 0, 1, 0, 1],
        turn_ready_ms=minutes(0, 5, 40, 100, 100),
        turn_start_ms=minutes(0, 10, 50, 100, 110),
        turn_end_ms=[600_000, 1_200_000, 3_600_000, 6_000_001, 7_800_000],
        turn_pool=[0, 0, 0, -1, 0],
        turn_effort=[2, 2, 3, 0, 2],
        busy_ms=np.array([[30 * 60_000, 10 * 60_000, 10 * 60_000]]),
        surge_ms=np.zeros((1, 3), np.int64),
        overtime_ms=np.array([[0, 6 * 60_000, 4 * 60_000]]),
        ended_ms=7_200_000,
    )
    scales = played.scales._replace(
        event_factor=np.zeros(0),
        event_half_life_min=np.zeros(0),
        answered_topic=np.array([True]),
        compensated_topic=np.array([True]),
        clock=clock,
        routing=played.tables.routing._replace(
            home_pool=np.array([0]), promise_ms=15 * 60_000, promise_by_wait=False
        ),
        warm_up_ms=0,
        staffed_ms=np.full((1, 2), 3_600_000),
        paid_ms=np.full((1, 2), 3_600_000),
    )
    return Played(tables, draws, scales, run, compute_rows(scales, draws, run))


def test_a_record_made_by_hand(by_hand: Played) -> None:
    found = measure_run(by_hand.scales, by_hand.draws, by_hand.run, by_hand.rows)
    assert (found["mentions"], found["actionable"], found["spread_mentions"]) == (4, 4, 1)
    assert found["answered_share"] == 3 / 4
    assert found["answered_within_promise_share"] == 2 / 4  # 10 and 15 minutes; 30 is late
    assert found["first_reply_min_mean"] == pytest.approx((10 + 15 + 30) / 3)
    assert found["first_reply_min_p50"] == 15
    assert found["first_reply_min_p90"] == pytest.approx(15 + 0.8 * 15)
    assert found["first_touch_min_mean"] == pytest.approx((10 + 15 + 1 / 60_000) / 3)
    assert found["first_reply_min_p95"] == pytest.approx(15 + 0.9 * 15)
    assert found["wait_min_mean"] == pytest.approx((0 + 5 + 10 + 10 + 30) / 5)
    assert found["wait_min_max"] == 30
    assert found["later_reply_min_mean"] == pytest.approx(20)  # 40 to 60
    assert found["abandoned_share"] == 1 / 4
    assert found["delayed_share"] == 3 / 4
    assert found["delayed_turn_share"] == 4 / 5
    assert found["returning_delayed_share"] == 1
    assert found["resolved_share"] == 2 / 3
    assert found["turns_mean"] == pytest.approx(5 / 3)
    assert (found["turn_cap_share"], found["reopened_share"]) == (0, 0)
    assert found["utilization"] == pytest.approx((40 - 6) / 120)
    assert (found["staffed_h"], found["work_h"]) == (2, pytest.approx(50 / 60))
    assert found["overtime_h"] == pytest.approx(10 / 60)
    labor_cost = 40 * (2 + 10 / 60) + 70 * 6 / 60
    assert found["cost"] == pytest.approx(labor_cost + 0.05 + 3 * 0.8)
    exogenous = by_hand.rows.satisfaction[[0, 1, 3]]
    assert found["satisfaction"] == pytest.approx(exogenous.mean())
    assert found["satisfaction_all"] == pytest.approx(by_hand.rows.satisfaction.mean())


def test_sentiment_by_hand(by_hand: Played) -> None:
    """Hour 0: 20 min standard among 3 arrivals; hour 1: 10 min thorough, ended at 60, 1 arrival."""
    path = follow_sentiment(by_hand.scales, by_hand.draws, by_hand.run, by_hand.rows)
    u0, u1 = 0.1 * 20 / 3, 0.1 * 11.5 / 1
    x1 = 0.468 + 0.396 * u0 * 0.532 - 0.164 * 0.468
    x2 = x1 + 0.396 * (u0 + u1) / 2 * (1 - x1) - 0.164 * x1
    assert path.tolist() == pytest.approx([0.468, x1, x2])


def test_the_promise_may_count_the_wait(by_hand: Played) -> None:
    routing = by_hand.scales.routing._replace(promise_by_wait=True, promise_ms=5 * 60_000)
    scales = by_hand.scales._replace(routing=routing)
    rows = compute_rows(scales, by_hand.draws, by_hand.run)
    assert rows.kept.tolist() == [True, True, False, False]


def test_the_warm_up_does_not_count(by_hand: Played) -> None:
    scales = by_hand.scales._replace(warm_up_ms=3_600_000)
    rows = compute_rows(scales, by_hand.draws, by_hand.run)
    found = measure_run(scales, by_hand.draws, by_hand.run, rows)
    assert (found["mentions"], found["answered_share"], found["staffed_h"]) == (1, 1, 1)
    assert found["utilization"] == pytest.approx((10 - 6) / 60)
    whole = measure_run(by_hand.scales, by_hand.draws, by_hand.run, by_hand.rows)
    assert found["cost"] == whole["cost"]
    path = follow_sentiment(scales, by_hand.draws, by_hand.run, rows)
    assert found["sentiment_mean"] == path[2]


def test_of_nobody_nothing_is_said(by_hand: Played) -> None:
    nobody = by_hand.run._replace(real=np.zeros(4, np.bool_))
    spent = {name: getattr(nobody, name) for name in ("busy_ms", "surge_ms", "overtime_ms")}
    empty = make_run(4, **spent, ended_ms=0)
    empty = empty._replace(real=nobody.real)
    rows = compute_rows(by_hand.scales, by_hand.draws, empty)
    found = measure_run(by_hand.scales, by_hand.draws, empty, rows)
    unknown = {name for name, value in found.items() if math.isnan(value)}
    told = {"mentions", "actionable", "utilization", "staffed_h", "work_h", "cost"}
    told |= {"sentiment_mean", "sentiment_p10", "sentiment_p90", "response_effort_mean"}
    told |= {"overtime_h", "spread_mentions", "spilled_mentions", "brought_mentions"}
    assert unknown == set(UNITS) - told
