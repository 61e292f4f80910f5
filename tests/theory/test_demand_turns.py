"""Turns: laws of work, thinking and reopening; just those that some policy could reach."""

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_correlation, z_mean, z_share
from scipy import stats
from worlds import constant, exponential, make_scenario

from sim.demand.draw import compile_demand, draw, draw_tables
from sim.limits import LONGEST_MS
from sim.scenario.profile import resolution_shares

DEMAND = {
    "base_per_h": 0.0,
    "backlog_mentions": 20_000,
    "spreading": {"branching_ratio": 0.0},
}


def make_talk(**changes):
    demand = DEMAND | changes.pop("demand", {})
    return make_scenario(demand=demand, horizon={"days": 1}, **changes)


def first_turns(draws):
    return draws.turn_offset[:-1][draws.actionable]


@pytest.fixture(scope="module")
def scenario():
    return make_talk()


@pytest.fixture(scope="module")
def draws(scenario):
    return draw(scenario, 1, 0)


def test_rows_are_those_of_actionable_mentions(draws):
    turns = np.diff(draws.turn_offset)
    assert (turns[~draws.actionable] == 0).all()
    assert turns[draws.actionable].min() == 1
    assert turns.max() == 8
    assert draws.turn_offset[-1] == len(draws.work_ms) == len(draws.writes_again)


def test_a_turn_is_drawn_exactly_where_a_policy_could_come_to_it(scenario, draws):
    """A naive twin: try all levels of persons at each turn."""
    resolve_p = resolution_shares(scenario)[1:]
    reopen_p = np.array([0.12, 0.08, 0.05])
    for mention in np.flatnonzero(draws.actionable)[:4000]:
        first, last = draws.turn_offset[mention : mention + 2]
        for turn in range(first, last):
            reached = False
            for level in range(3):
                if draws.u_resolve[turn] < resolve_p[level, draws.topic[mention]]:
                    reached |= any(draws.u_reopen[turn] < reopen_p)
                else:
                    reached |= bool(draws.writes_again[turn])
            if turn < last - 1:
                assert reached
            else:
                assert not reached or last - first == 8


def test_work_is_that_of_the_topic(draws):
    sigma = np.sqrt(np.log1p(0.9**2))
    topic = np.repeat(draws.topic, np.diff(draws.turn_offset))
    for code, mean_min in ((0, 3.2), (1, 5.0), (4, 1.5)):
        law = stats.lognorm(sigma, scale=mean_min * 60_000 * np.exp(-0.5 * sigma**2))
        work = draws.work_ms[topic == code]
        assert ks_excess(work, law.cdf) < 1.0
        assert abs(z_mean(work, mean_min * 60_000)) < LIMIT


def test_work_of_later_turns_is_drawn_afresh(draws):
    two = np.flatnonzero(np.diff(draws.turn_offset) >= 2)
    first = draws.turn_offset[two]
    topic = np.log(np.array([3.2, 5.0, 4.2, 5.0, 1.5, 1.5]))[draws.topic[two]]
    one, other = np.log(draws.work_ms[first]) - topic, np.log(draws.work_ms[first + 1]) - topic
    assert abs(z_correlation(one, other)) < LIMIT
    assert abs(z_correlation(draws.u_resolve[first], one)) < LIMIT


def test_writing_again_ends_with_giving_up(draws):
    """.69 x P(lognormal with mean 575 min and cv 20 <= 24 h)."""
    sigma = np.sqrt(np.log1p(20.0**2))
    law = stats.lognorm(sigma, scale=575.0 * 60_000 * np.exp(-0.5 * sigma**2))
    day = 24 * 3_600_000
    first = first_turns(draws)
    writes = draws.writes_again[first]
    assert abs(z_share(writes.sum(), writes.size, 0.69 * law.cdf(day))) < LIMIT
    think = draws.think_ms[first][writes]
    assert think.max() <= day
    assert ks_excess(think, lambda t: law.cdf(t) / law.cdf(day)) < 1.0


def test_reopening_waits_its_time(draws):
    first = first_turns(draws)
    known = draws.reopen_ms[first] > 0
    assert (known == (draws.u_reopen[first] < 0.12)).all()  # the most that any level has
    sigma = np.sqrt(np.log1p(1.5**2))
    law = stats.lognorm(sigma, scale=1440 * 60_000 * np.exp(-0.5 * sigma**2))
    assert ks_excess(draws.reopen_ms[first][known], law.cdf) < 1.0


def test_bot_that_reopens_most_has_its_delay_drawn():
    effort = {"levels": {"auto": {"reopen_share": 0.5}}}
    draws = draw(make_talk(effort=effort), 1, 0)
    first = first_turns(draws)
    assert ((draws.reopen_ms[first] > 0) == (draws.u_reopen[first] < 0.5)).all()
    turns = np.diff(draw(make_talk(), 1, 0).turn_offset)
    assert (np.diff(draws.turn_offset) == turns).all()  # no more turns of persons for it


def test_mean_number_of_turns_by_one_level():
    """All levels alike with p = .44: 1 + r + r^2 + ... of persons' turns, r = .56 x .69."""
    levels = {name: {"reopen_share": 0.0} for name in ("auto", "brief", "standard", "thorough")}
    draws = draw(
        make_talk(
            topics={name: {"resolution_share": 0.44} for name in make_scenario().topics},
            effort={
                "levels": levels,
                "brief_resolution_factor": 1.0,
                "thorough_failure_factor": 1.0,
            },
            conversation={"think": exponential(1.0)},
        ),
        1,
        0,
    )
    turns = np.diff(draws.turn_offset)[draws.actionable]
    ratio = 0.56 * 0.69
    assert abs(z_mean(turns, (1 - ratio**8) / (1 - ratio))) < LIMIT


@pytest.mark.parametrize("most", [1, 2, 40])
def test_no_more_turns_than_allowed(most):
    conversation = {"max_turns": most, "write_again_share": 1.0, "think": constant(5.0)}
    topics = {name: {"resolution_share": 0.0} for name in make_scenario().topics}
    effort = {"thorough_failure_factor": 1.0}
    draws = draw(
        make_talk(
            conversation=conversation,
            topics=topics,
            effort=effort,
            demand={"backlog_mentions": 300},
        ),
        1,
        0,
    )
    assert set(np.diff(draws.turn_offset)[draws.actionable]) == {most}
    assert set(draws.think_ms) == {300_000}


def test_too_little_room_is_found_again(scenario, draws):
    """The guess of room may fail once in a blue moon: then the turns are drawn again."""
    tables = compile_demand(scenario)
    tight = tables._replace(marks=tables.marks._replace(turns_mean=np.full(6, 0.3)))
    again = draw_tables(tight, 1, 0)
    for name, column in draws._asdict().items():
        assert (getattr(again, name) == column).all(), name


def test_patience_in_a_thread_is_the_topics_times_the_factor_and_moves_no_other_draw(draws):
    """Drawn for every turn, each anew; none is drawn where the key is off."""
    assert draws.later_patience_ms.size == 0
    found = draw(make_talk(conversation={"later_patience_factor": 3.0}), 1, 0)
    for name in draws._fields:
        if name != "later_patience_ms":
            np.testing.assert_array_equal(getattr(draws, name), getattr(found, name))
    assert found.later_patience_ms.size == found.work_ms.size
    patience, topics = found.later_patience_ms, make_talk().topics
    owner = np.repeat(np.arange(found.topic.size), np.diff(found.turn_offset))
    for code, topic in enumerate(topics.values()):
        own = patience[found.topic[owner] == code]
        if topic.patience is None or own.size == 0:
            assert (own == LONGEST_MS).all()
            continue
        drawn = found.patience_ms[found.actionable & (found.topic == code)] * 3.0
        assert stats.ks_2samp(own, drawn).pvalue > 1e-6
    second = found.turn_offset[:-1][(np.diff(found.turn_offset) > 1) & (found.topic == 0)]
    logs, first = np.log(patience), np.log(found.patience_ms[owner[second]])
    assert abs(z_correlation(logs[second], logs[second + 1])) < LIMIT
    assert abs(z_correlation(logs[second], first)) < LIMIT
