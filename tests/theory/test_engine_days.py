"""Days played by the engine against exact chains and published simulations of others.

Sources: ContactCenters examples (Universite de Montreal, doc/examples, 1,000 days each): MMC,
MMCAb and CallCC; CivicQ; the setting of Feldman, Mandelbaum, Massey and Whitt (2008). What of
them this model cannot say stands in ``experiments/validation/README.md``. |z| <= 4.3.
"""

import math

import numpy as np
import pytest
from chances import LIMIT, z_mean
from scipy import special
from theory.chains import Crew, build_line, count_line, find_ends_of_wait
from theory.plays import MS_PER_MIN, count_at, find_visits, find_waits, measure, z_ratio

import sim
from sim.care.kernel.engine import run_kernel
from sim.care.reference.engine import run_reference
from sim.errors import InputError
from sim.scenario.lower import lower


def exponential(mean_min):
    return {"name": "exponential", "mean_min": mean_min}


# ---- MMC and MMCAb: 4.2 calls/min, 12 agents, mean 2 min, 480 min from empty, limit 20 s ----

RATE, SERVICE, AGENTS, DAY_MIN, LIMIT_MIN = 4.2, 0.5, 12, 480.0, 20 / 60


def solve_day(leave):
    """Return in time, time waited, occupancy, line at the close, left; all exact."""
    line = build_line(RATE, SERVICE, AGENTS, leave, most=150)
    served, _ = find_ends_of_wait(SERVICE, AGENTS, leave, LIMIT_MIN, most=150 - AGENTS)
    shares, spent = line.evolve(line.begin(0), DAY_MIN)
    closed = build_line(0.0, SERVICE, AGENTS, leave, most=150)
    _, after = closed.evolve(shares, 200.0)
    queue = count_line(line, AGENTS)
    busy = line.count(lambda present: min(present, AGENTS))
    waited = (spent + after) @ queue
    occupancy = spent @ busy / AGENTS / DAY_MIN
    return np.array([RATE * spent @ served, waited, occupancy, shares @ queue, leave * waited])


def play_days(patience_min, days=600):
    def count(draws, run):
        waits, served = find_waits(draws, run), run.first_start_ms >= 0
        arrival = draws.arrival_ms / MS_PER_MIN
        line = count_at(arrival, arrival + waits, np.array([DAY_MIN]))
        busy = run.busy_ms[0, :8].sum() / MS_PER_MIN / AGENTS / DAY_MIN
        in_time = served & (waits <= LIMIT_MIN)
        return [in_time.sum(), waits.sum(), busy, line[0], (~served).sum(), waits.size]

    patience = None if patience_min is None else exponential(patience_min)
    queue = sim.textbook.day(
        [RATE * 60] * 8, [AGENTS] * 8, handle=exponential(2), patience=patience
    )
    return measure(queue, days, count)


# patience [min]; in target, ASA [min] (or None), occupancy, abandoned; the printed service level
# with its definition: MMC in target / arrivals (.902), MMCAb in target / served (.975)
MONTREAL = [
    (None, [1815.272, 0.10068, 0.69693, 0.0], 0.90043),
    (1.0, [1906.719, None, 0.67656, 59.2632], 0.97444),
]


@pytest.mark.parametrize(("patience_min", "numbers", "level"), MONTREAL)
def test_montreal_days(patience_min, numbers, level):
    exact = solve_day(0.0 if patience_min is None else 1 / patience_min)
    told = exact[[0, 1, 2, 4]] / [1, RATE * DAY_MIN, 1, 1]
    for value, number in zip(told, numbers, strict=True):
        assert number is None or value == pytest.approx(number, rel=3e-5, abs=1e-9)
    if patience_min is None:
        assert exact[3] == pytest.approx(0.4291, abs=5e-5)
    seen = play_days(patience_min)
    found = [z_mean(row, value) for row, value in zip(seen[:5], exact, strict=True) if value > 0]
    assert len(found) >= 4
    assert all(abs(z) < LIMIT for z in found), found
    in_time, left, came = seen[0], seen[4], seen[5]
    assert abs(z_ratio(in_time, came - left, level)) < LIMIT


# ---- CallCC: balking and leaving, staff by the hour, busy days; times in s ----

CALLCC_AGENTS = [4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4]
CALLCC_PER_H = [100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60]
EXPECTED = sum(CALLCC_PER_H)


def solve_callcc(factor):
    """Return lost calls and summed wait [s] on a day of known busyness."""
    crew = Crew(1 / 100, 1 / 1000, 0.1, top=8, most=90)
    rates = [rate * factor / 3600 for rate in CALLCC_PER_H]
    return np.array(crew.run(rates, CALLCC_AGENTS, 3600.0))


def solve_callcc_mixed(nodes=8):
    """Mix over the busyness, Gamma(10, 1/10)."""
    points, weights = special.roots_genlaguerre(nodes, 9.0)
    shares = weights / special.gamma(10.0)
    return sum(w * solve_callcc(b) for b, w in zip(points / 10, shares, strict=True))


def play_callcc(factor, busyness_cv, days):
    def count(draws, run):
        waits_s = find_waits(draws, run) * 60
        lost = (run.first_start_ms < 0).sum()
        return [lost, waits_s.sum(), (waits_s < 20).sum(), waits_s.size]

    queue = sim.textbook.day(
        [rate * factor for rate in CALLCC_PER_H],
        CALLCC_AGENTS,
        handle=exponential(100 / 60),
        patience=exponential(1000 / 60),
        balk_share=0.1,
        busyness_cv=busyness_cv,
        cut="idle_first",
    )
    return measure(queue, days, count)


@pytest.mark.parametrize(
    ("factor", "lost", "waited_s"), [(1.0, 32.3415, 7626.66), (0.7258, 6.988, 1437.6)]
)
def test_callcc_of_known_busyness(factor, lost, waited_s):
    """Published conditional values, again by our chain, and played."""
    exact = solve_callcc(factor)
    assert exact == pytest.approx([lost, waited_s], rel=4e-5)
    seen = play_callcc(factor, 0.0, days=600)
    assert abs(z_mean(seen[0], exact[0])) < LIMIT
    assert abs(z_mean(seen[1], exact[1])) < LIMIT


def test_callcc():
    """Busy days: exact by the mixed chain, printed by 1,000 days (half-widths of 90 %).

    Its "less than 20 s" counts every call whose wait ends so soon, balking and leaving too.
    """
    exact = solve_callcc_mixed() / EXPECTED
    seen = play_callcc(1.0, math.sqrt(0.1), days=1000)
    found = [z_mean(row / EXPECTED, value) for row, value in zip(seen[:2], exact, strict=True)]
    assert all(abs(z) < LIMIT for z in found), found
    assert abs(z_mean(seen[3], EXPECTED)) < LIMIT
    printed = {0: (0.0342, 0.0032), 1: (11.834, 1.774), 2: (0.853, 0.009)}
    for row, (value, half_width) in printed.items():
        error = math.hypot(half_width / 1.645, seen[row].std(ddof=1) / EXPECTED / math.sqrt(1000))
        assert abs(seen[row].mean() / EXPECTED - value) < LIMIT * error, row


# ---- the hourly instance: 20 + 8 sin, staff by the hour, surplus stops at once ----

HOURLY_AGENTS = [23, 25, 27, 29, 30, 31, 31, 31, 31, 30, 28, 27]
HOURLY_AGENTS += [25, 23, 21, 19, 17, 16, 15, 15, 16, 17, 19, 21]
STEP_MIN = 5


def list_wave(mean, swing, period_min, times_min):
    return mean + swing * np.sin(2 * np.pi * np.asarray(times_min) / period_min)


def solve_hourly(step_min):
    """Return time waited [h], expected arrivals and who are delayed; rate constant by step."""
    middles = np.arange(step_min / 2, 24 * 60, step_min)
    rates, steps = list_wave(20, 8, 24 * 60, middles), 60 // step_min
    waited = delayed = 0.0
    shares = np.empty(0)
    for place, rate in enumerate(rates):
        agents = HOURLY_AGENTS[place // steps]
        line = build_line(rate, 1.0, agents, 0.5, most=110)
        shares = shares if shares.size else line.begin(0)
        shares, spent = line.evolve(shares, step_min / 60)
        waited += spent @ count_line(line, agents)
        delayed += rate * spent @ line.count(lambda present, s=agents: present >= s)
    return np.array([waited, rates.sum() * step_min / 60, delayed])


def test_hourly_instance():
    """Abandonment .017708, E W .035415 h, P(delay) .238207 over the 24 hours, by two roads.

    The rate is constant for five minutes at a time (the wave at the middle): P(delay) .238203.
    Whom a cut stops waits again: all the time waited is counted until leaving or the horizon.
    """
    waited, came, delayed = solve_hourly(STEP_MIN)
    assert waited / came == pytest.approx(0.035415, abs=5e-7)
    assert 0.5 * waited / came == pytest.approx(0.017708, abs=5e-7)
    assert delayed / came == pytest.approx(0.238207, abs=5e-6)
    horizon_min = 24 * 60.0

    def count(draws, run):
        waits = find_waits(draws, run)
        begin, _, end = find_visits(draws, run)
        inside_h = (np.minimum(end, horizon_min) - begin).sum() / 60
        inside_h -= run.busy_ms[0, :-1].sum() / MS_PER_MIN / 60
        left = (run.left_ms >= 0) & (run.left_ms < horizon_min * MS_PER_MIN)
        again = (run.first_start_ms >= 0) & (run.left_ms >= 0)
        return [inside_h, (waits > 0).sum(), left.sum(), waits.size, again.sum()]

    rates = list_wave(20, 8, 24 * 60, np.arange(STEP_MIN / 2, 24 * 60, STEP_MIN))
    queue = sim.textbook.day(
        rates,
        np.repeat(HOURLY_AGENTS, 60 // STEP_MIN),
        STEP_MIN,
        handle=exponential(60),
        patience=exponential(120),
        cut="preempt",
    )
    inside_h, late, left, n, again = measure(queue, 2500, count)
    assert again.sum() > 0
    assert abs(z_ratio(inside_h, n, waited / came)) < LIMIT
    assert abs(z_ratio(late, n, delayed / came)) < LIMIT
    assert abs(z_ratio(left, n, 0.5 * waited / came)) < LIMIT


# ---- what holds for every textbook day ----


@pytest.mark.parametrize(
    "more",
    [
        {"cut": "preempt", "patience": exponential(20)},
        {"cut": "idle_first", "patience": exponential(20), "balk_share": 0.3},
        {"return_share": 0.5, "think_min": 45, "busyness_cv": 0.3},
    ],
    ids=["preempt", "balk", "return"],
)
def test_both_engines_play_the_same_day(more):
    scenario, policy = sim.textbook.day([12, 30, 10] * 9, [2, 5, 1] * 9, **more)
    tables, draws = lower(scenario, policy), sim.draw(scenario, 1, 0)
    for ours, theirs in zip(run_kernel(tables, draws), run_reference(tables, draws), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_days_follow_each_other():
    """Twenty-seven hours are two days; nobody comes after them, the last staff stays."""
    scenario, policy = sim.textbook.day([5] * 26 + [60], [1] * 26 + [3])
    assert scenario.horizon.days == 2
    hours = sim.draw(scenario, 1, 0).arrival_ms // (60 * MS_PER_MIN)
    assert hours.max() == 26
    assert policy.staff["line"][25:] == (1,) + (3,) * 22


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([5], [1], 7), "period_min=7"),
        (([5, 5], [1]), "one number a period"),
        (([], []), "one number a period"),
    ],
)
def test_mistakes_are_named(arguments, named):
    with pytest.raises(InputError, match=named):
        sim.textbook.day(*arguments)
    with pytest.raises(InputError, match="think_min"):
        sim.textbook.day([5], [1], return_share=0.5)
