"""Spread of sentiment: pairs by hand, work credited to arrivals, the baseline's fixed point."""

import itertools

import numpy as np
import pytest

import sim
from sim.care.kernel.engine import run_kernel
from sim.errors import InputError
from sim.feeling import format_gate, measure_spread, plan_effort, run_sentiment
from sim.outcomes.course import weigh_work
from sim.outcomes.measures import compute_rows
from sim.running.play import prepare
from sim.scenario.kinds import LEVELS
from tests.worlds import make_policy, make_scenario

K1, K2 = 0.396, 0.164


def test_the_mean_difference_is_that_over_all_pairs():
    paths = np.random.default_rng(1).uniform(size=(3, 12))
    naive = [abs(a - b) for path in paths for a, b in itertools.combinations(path, 2)]
    found = measure_spread(paths)
    assert found.mean_difference == pytest.approx(np.mean(naive))
    assert found.mean_step == pytest.approx(np.abs(np.diff(paths.mean(axis=0))).mean())


def test_the_paper_s_own_noise_passes_and_closed_nights_do_not():
    """Normal hours of standard deviation s differ by 2 s / sqrt(pi) on average."""
    noise = np.random.default_rng(2).normal(0.46, 0.040 * np.pi**0.5 / 2.0, size=(400, 168))
    assert measure_spread(noise).mean_difference == pytest.approx(0.040, rel=0.02)
    assert measure_spread(noise).is_measured
    night = np.tile(np.r_[np.full(8, 0.30), np.full(16, 0.50)], 7)
    assert not measure_spread(night).is_measured
    assert "NOT as measured" in format_gate(measure_spread(night))
    assert format_gate(measure_spread(noise)).endswith(": as measured.")


@pytest.mark.parametrize("baseline", [0.0, 0.3])
@pytest.mark.parametrize("effort", [0.1, 0.36, 0.8])
def test_constant_effort_leads_where_the_formula_says(effort, baseline):
    """k1 u / (k1 u + k2) without a baseline; with one k2 x0 comes on top of the pull."""
    hours = 300
    path = run_sentiment(np.full(hours, effort), K1, np.full(hours, K2), 0.0, np.zeros(hours), 0.5,
                         baseline)  # fmt: skip
    expected = (K1 * effort + K2 * baseline) / (K1 * effort + K2)
    assert path[-1] == pytest.approx(expected, abs=1e-12)


def test_with_a_baseline_less_effort_is_wanted():
    """At the fixed point u = k2 (x - x0) / (k1 (1 - x)): what does not sink to 0 needs less."""
    plans = [plan_effort(K1, K2, 0.0, 200.0, nodes=1001, steps_per_h=4, kept_per_h=1, baseline=x0)
             for x0 in (0.0, 0.3)]  # fmt: skip
    rests = []
    for plan, x0 in zip(plans, (0.0, 0.3), strict=True):
        x, u = plan.follow(0.5)
        rests.append(u[100])
        assert u[100] == pytest.approx(K2 * (x[100] - x0) / (K1 * (1.0 - x[100])), abs=2e-4)
    assert rests[1] < rests[0] - 0.05
    with pytest.raises(InputError, match=r"baseline = 2\.0"):
        plan_effort(K1, K2, 0.0, 24.0, nodes=201, baseline=2.0)


def test_work_is_shared_out_over_the_hours_of_arrival_and_none_is_lost():
    """Against a loop over turns; a closed night keeps its own work then, and the morning less."""
    scenario = make_scenario(horizon={"days": 2}, brand={"effort_by_arrival": True})
    plain = make_scenario(horizon={"days": 2})
    draws, policy = sim.draw(scenario, 1), make_policy(scenario, 3)
    found = []
    for one in (scenario, plain):
        lowered = prepare(one, policy)
        run = run_kernel(lowered.tables, draws, True, True)
        rows = compute_rows(lowered.scales, draws, run)
        found.append(weigh_work(lowered.scales, draws, run, rows))
    topics = list(scenario.topics.values())
    levels = [scenario.effort.levels[name] for name in LEVELS]
    given, asked, minutes, seen = np.zeros(48), np.zeros(48), 0.0, set()
    for turn, mention in enumerate(run.turn_mention):
        if run.left_ms[mention] < 0 and rows.opened[mention] and draws.arrival_ms[mention] >= 0:
            level = levels[int(run.turn_effort[turn])]
            spent_min = (run.turn_end_ms[turn] - run.turn_start_ms[turn]) / 60_000.0
            minutes += spent_min * level.sentiment_weight
            if mention not in seen and level.work_multiplier > 0:
                seen.add(mention)
                mean_min = topics[draws.topic[mention]].work.mean_min * level.work_multiplier
                hour = draws.arrival_ms[mention] // 3_600_000
                given[hour] += mean_min * level.sentiment_weight
    cases = np.flatnonzero(rows.opened & (draws.arrival_ms >= 0))
    for mention in cases:
        mean_min = topics[draws.topic[mention]].work.mean_min
        asked[draws.arrival_ms[mention] // 3_600_000] += mean_min
    work_min, arrivals = found[0]
    assert work_min == pytest.approx(given * minutes / given.sum())
    assert arrivals == pytest.approx(asked * cases.size / asked.sum())
    assert work_min != pytest.approx(found[1][0])


def test_feedback_wants_work_credited_as_it_ends():
    with pytest.raises(ValueError, match=r"brand\.effort_by_arrival: false when demand"):
        make_scenario(brand={"effort_by_arrival": True}, demand={"sentiment_feedback": 0.2})


def test_a_mood_moves_expectations_by_its_own_formula_and_nothing_else():
    """A closed desk: sentiment decays by k2, the mood follows, expectations rise as said."""
    brand = {"k1": K1, "k2": K2, "k3": 0.0, "mean_sentiment": 0.468}
    moody = brand | {"mood_strength": 0.4, "mood_half_life_h": 12.0}
    found = []
    for one in (brand, moody):
        scenario = make_scenario(horizon={"days": 2}, brand=one)
        lowered = prepare(scenario, make_policy(scenario, 0))
        draws = sim.draw(scenario, 1)
        run = run_kernel(lowered.tables, draws, True, True)
        found.append(compute_rows(lowered.scales, draws, run))
    plain, tilted = found
    case = np.flatnonzero(plain.case)
    hour = draws.arrival_ms[case] // 3_600_000
    drift, kept = 0.1 * K1, 0.5 ** (1 / 12)
    rest, pace = drift / (drift + K2), 1.0 - drift - K2
    # Both are geometric: x - rest = a pace^h, and y of it by the sum of a convolution.
    gap = 0.468 - rest
    slow = (1 - kept) * gap * (kept**hour - pace**hour) / (kept - pace)
    mood = rest + gap * kept**hour + slow
    factor = 1 + 0.4 * (0.468 - mood) / 0.468
    assert tilted.expected[case] == pytest.approx(plain.expected[case] * factor)
    assert factor.max() > 1.2
    assert (tilted.satisfaction[case] <= plain.satisfaction[case]).all()
    assert tilted.satisfaction[case].mean() < plain.satisfaction[case].mean() - 0.01
    for name in ("quality", "case", "kept", "answered"):
        assert np.array_equal(getattr(plain, name), getattr(tilted, name))


def test_a_mood_wants_a_usual_sentiment():
    with pytest.raises(ValueError, match=r"brand\.mean_sentiment: above 0 when|above 0 when brand"):
        make_scenario(brand={"mood_strength": 0.4, "mean_sentiment": 0.0})
