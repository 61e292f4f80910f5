"""Constants of measuring: staffed time against a naive count, the rest against the configs."""

import numpy as np
import pytest
import strategies
import worlds

from sim.outcomes.scales import make_scales, spread_staff
from sim.running.play import prepare
from sim.scenario.build import load_scenario
from sim.scenario.lower import lower


@pytest.mark.parametrize("seed", range(40))
def test_staffed_time_is_a_naive_count(seed: int) -> None:
    tables = strategies.make_world(seed).tables
    clock, staff = tables.clock, tables.staff
    expected = np.zeros((len(staff.agents), clock.n_intervals), np.int64)
    ends = [*staff.time_ms[1:].tolist(), clock.horizon_ms]
    for p in range(len(staff.agents)):
        for k in range(clock.n_intervals):
            low, high = k * clock.interval_ms, (k + 1) * clock.interval_ms
            for step, begin in enumerate(staff.time_ms.tolist()):
                spell = min(ends[step], high, clock.horizon_ms) - max(begin, low)
                expected[p, k] += max(spell, 0) * int(staff.agents[p, step])
    assert spread_staff(tables).tolist() == expected.tolist()


def test_staff_after_closing_is_no_staffed_time() -> None:
    scenario = worlds.make_scenario(horizon={"days": 1})
    policy = worlds.make_policy(scenario, agents=2, after_close={"general": 5})
    assert spread_staff(lower(scenario, policy)).tolist() == [[2 * 3_600_000] * 24] * 2


def test_constants_are_those_of_the_scenario() -> None:
    scenario = load_scenario(
        "breach_week",
        [
            "brand=verizon",
            "warm_up_h=1.5",
            "costs.compensation_share=.1",
            "topics.error.compensation=true",
        ],
    )
    policy = worlds.make_policy(scenario)
    tables, scales, _ = prepare(scenario, policy)
    assert scales.prices.hour == pytest.approx(28 / 0.745)
    assert scales.prices.surge_hour == pytest.approx(1.5 * 28 / 0.745)
    assert scales.prices.auto_reply == 0.05
    assert scales.prices.compensation == pytest.approx(8 * 0.1)
    assert (scales.k1, scales.k2, scales.sentiment_start) == (0.408, 0.165, 0.472)
    assert scales.base_quality == pytest.approx(0.6 * 1.04)
    assert scales.event_factor.tolist() == [1.15]
    assert scales.event_half_life_min.tolist() == [336 * 60]
    assert (scales.routing.promise_ms, scales.routing.promise_by_wait) == (3_600_000, False)
    assert scales.warm_up_ms == 5_400_000
    assert scales.friendly_p.tolist() == [0.0, 0.15, 0.5, 0.7, 0.82]
    assert scales.personal_p.tolist() == [0.0, 0.0, 0.3, 0.6, 0.85]
    assert scales.sentiment_weight.tolist() == [0.0, 0.0, 0.7, 1.0, 1.15]
    topics = list(scenario.topics)
    # Chatter is unanswered and no case in any event; only optional topics may drop out.
    assert scales.answered_topic.all()
    assert [topics[k] for k in np.flatnonzero(scales.compensated_topic)] == ["error"]
    assert scales.routing.home_pool.tolist() == [0, 1, 0, 1, 0, 0]
    assert len(scales.local_time) == scales.n_intervals == tables.clock.n_intervals == 168
    assert scales.local_time[0] == "2026-06-01T00:00:00-04:00"


def test_local_time_follows_a_change_of_the_clock() -> None:
    scenario = worlds.make_scenario(horizon={"start": "2024-03-10T00:00:00", "days": 1})
    scales = make_scales(scenario, policy := worlds.make_policy(scenario), lower(scenario, policy))
    assert [time[11:16] for time in scales.local_time[:4]] == ["00:00", "01:00", "03:00", "04:00"]
    assert scales.n_intervals == 23


def test_a_world_without_a_base_rate_has_a_divisor() -> None:
    scenario = worlds.make_scenario(demand={"base_per_h": 0.0})
    scales = prepare(scenario, worlds.make_policy(scenario)).scales
    assert scales.base_per_h > 0


def test_only_an_optional_topic_drops_out_where_it_is_not_answered() -> None:
    """Praise counts only if it is answered; an error that nobody answers still counts."""
    scenario = load_scenario("telecom_week", ["horizon.days=1"])
    policy = worlds.make_policy(scenario)
    nothing = dict.fromkeys(("calm", "ahead", "surge", "recovery"), "none")
    silent = policy.model_copy(
        update={"effort": {**policy.effort, "praise": nothing, "error": nothing}}
    )
    counts = prepare(scenario, silent).scales.answered_topic
    topics = list(scenario.topics)
    assert [topics[k] for k in np.flatnonzero(~counts)] == ["praise"]
