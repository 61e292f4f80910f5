"""Answers that others read: worlds by hand in both engines, the rule of fading, what is refused."""

from typing import Any

import numpy as np
import pytest
from hand import play

import sim
from sim.policies.stored_plan import read_posts, write_post
from sim.rules import faq as rules
from sim.running.play import prepare
from sim.scenario.lower import lower
from sim.scenario.lowering.faq import lay_fading
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_H
from tests.worlds import LAUNCH, make_policy, make_scenario

UNSOLVED = {"resolved": (False,), "writes_again": (False,)}


def list_deflected(*mentions: dict[str, Any], **world: Any) -> list[bool]:
    """Play mentions among five agents, ten minutes each; answers halve every hour."""
    played = play(list(mentions), staff={0: 5}, **{"faq": {}, **world})
    return [bool(value) for value in played.run.deflected]


def ask(at: float, needs: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a question; what is said to who looks first solves nothing, so others count alone."""
    return {"at": at, "needs": needs, **({} if needs is None else UNSOLVED), **more}


def test_an_answer_is_read_from_the_instant_it_is_sent_and_halves_every_hour() -> None:
    asked = (ask(9.9, 0.01), ask(10, 0.99), ask(70, 0.499), ask(70, 0.501), ask(130, 0.251))
    assert list_deflected(ask(0), *asked) == [False, False, True, True, False, False]


def test_answers_add_up_issue_by_issue() -> None:
    two = (ask(0), ask(60))
    other = ask(70, 0.01, issue=1)
    assert list_deflected(*two, ask(70, 1.499), ask(70, 1.501), other)[2:] == [True, False, False]


def test_only_what_solves_is_worth_reading() -> None:
    assert not any(list_deflected(ask(0, **UNSOLVED), ask(20, 0.01)))


def test_a_private_answer_spares_nobody() -> None:
    hidden = {"private": np.ones((1, 4), np.bool_)}
    assert not any(list_deflected(ask(0), ask(20, 0.0), faq=hidden))


def test_levels_weigh_and_so_does_the_bot() -> None:
    for level, weight in ((1, 0.5), (2, 1.0), (3, 2.0)):
        levels = {"effort": np.full((1, 4), level, np.int8)}
        asked = (ask(0), ask(10, weight - 0.01), ask(10, weight + 0.01))
        assert list_deflected(*asked, levels=levels) == [False, True, False]
    levels = {"effort": np.zeros((1, 4), np.int8)}
    asked = (ask(0), ask(0.001, 0.24), ask(0.001, 0.26))
    assert list_deflected(*asked, levels=levels) == [False, True, False]


def test_a_pinned_answer_is_read_from_its_time_on_and_fades_more_slowly() -> None:
    pinned = {"pinned_ms": np.array([MS_PER_H]), "pinned_issue": np.array([1])}
    asked = (ask(59.9, 0.01, issue=1), ask(60, 0.99, issue=1), ask(60, 0.01))
    later = (ask(180, 0.499, issue=1), ask(180, 0.501, issue=1))
    found = list_deflected(*asked, *later, faq=pinned)
    assert found == [False, True, False, True, False]


def test_who_is_deflected_costs_no_work_and_sets_off_nothing() -> None:
    child = {"at": 40, "parent": 1, "u_spread": 0.0}
    played = play([ask(0), ask(20, 0.0), child], faq={})
    assert played.run.deflected.tolist() == [False, True, False]
    assert played.run.real.tolist() == [True, True, False]
    assert played.run.turns.tolist() == [1, 0, 0]
    assert int(played.run.busy_ms.sum()) == 600_000


def test_visible_answers_bring_complaints() -> None:
    mentions = [ask(0), ask(5, brought=0.0), ask(20, brought=0.7), ask(20, brought=0.95)]
    played = play(mentions, staff={0: 5}, faq={})
    assert played.run.real.tolist() == [True, False, True, False]


@pytest.mark.parametrize(("private", "born"), [(False, True), (True, False)])
def test_a_long_public_thread_spreads(private: bool, born: bool) -> None:
    """After two replies at .1 residual spread: .1 x (1 + .5) where others read along."""
    faq = {"thread_spread": 0.5, "private": np.full((1, 4), private)}
    again = {"resolved": (False, False, True), "think": (10,)}
    child = {"at": 60, "parent": 0, "u_spread": 0.12}
    played = play([ask(0, **again), child], faq=faq)
    assert played.run.turns[0] == 3
    assert bool(played.run.real[1]) == born


@pytest.mark.parametrize(
    ("take_down", "detected", "born"),
    [
        (None, True, [True, True, False, True, False]),
        (30, True, [True, True, False, False, True]),
        (30, False, [True, True, False, True, False]),
        (20, True, [True, False, True, False, True]),
    ],
)
def test_a_post_is_taken_down_and_strikes_back(
    take_down: float | None, detected: bool, born: list[bool]
) -> None:
    """Comments at 20 and 40, complaints beside them; copies go on: a coin of .2 stays below .3."""
    post = {"at": 0, "event": 0, "post": True, "detected": detected, "work": 600}
    child = {"event": 0, "parent": 0, "u_spread": 0.5}
    comments = [
        {**child, "at": 10, "u_spread": 0.2},
        {**child, "at": 20},
        {**child, "at": 25, "brought": -1.0},
        {**child, "at": 40},
        {**child, "at": 45, "brought": -1.0},
    ]
    times = ("earliest_ms", "latest_ms", "announced_ms", "surge_ms", "recovery_ms")
    surprise = dict.fromkeys(times, np.zeros(1, np.int64)) | {"announced": np.zeros(1, np.bool_)}
    played = play([post, *comments], take_down=take_down, event_min=[0], phases=surprise)
    assert played.run.real.tolist() == [True, *born]


def test_a_take_down_needs_a_post() -> None:
    scenario = make_scenario(horizon={"days": 1})
    rules_of = make_policy(scenario).model_dump() | {"take_down_after_min": 5.0}
    with pytest.raises(sim.InputError, match="no event has comments above 0"):
        lower(scenario, Policy.model_validate(rules_of))


@pytest.mark.parametrize(("event_min", "found"), [(20, [False, True]), (None, [False, False])])
def test_an_answer_follows_an_event_that_nobody_knew_of(
    event_min: float | None, found: list[bool]
) -> None:
    """Pinned ten minutes after it, if it comes: an asker at 29 finds nothing, one at 31 does."""
    times = ("earliest_ms", "latest_ms", "announced_ms", "surge_ms", "recovery_ms")
    surprise = dict.fromkeys(times, np.zeros(1, np.int64)) | {"announced": np.zeros(1, np.bool_)}
    faq = {"pinned_ms": np.array([600_000]), "pinned_issue": np.array([0])}
    faq |= {"pinned_event": np.array([0])}
    played = play([ask(29, 0.5), ask(31, 0.5)], faq=faq, event_min=[event_min], phases=surprise)
    assert played.run.deflected.tolist() == found


def test_an_answer_to_a_surprise_costs_its_chance() -> None:
    scenario = make_faq_world()
    post = {"event": "leak", "after_h": 2.0, "issues": 2}
    plain = make_policy(scenario).model_dump()
    policy = Policy.model_validate(plain | {"posts": [post]})
    tables, scales, _ = prepare(scenario, policy)
    assert tables.faq.pinned_event.tolist() == [1, 1]
    assert tables.faq.pinned_ms.tolist() == [2 * MS_PER_H] * 2
    hour = scenario.costs.paid_hour_cost / (1 - scenario.costs.shrinkage_share)
    told = 0.5 * 2 * hour * scenario.costs.overtime_premium * scenario.events["leak"].probability
    assert scales.prices.pinned == pytest.approx(told)
    sentence = write_post("leak", 2, None, 2.0)
    assert read_posts([sentence]) == [post]
    with pytest.raises(Exception, match="exactly one of at_h and after_h"):
        Policy.model_validate(plain | {"posts": [post | {"at_h": 3.0}]})


def test_fading_is_a_power_of_two() -> None:
    for half_life_h in (0.01, 3.0, 48.0, 1e9):
        table = lay_fading(half_life_h)
        for since_ms in (0, 1, 511, 512, 3_600_000, 10_799_999, 604_800_000, (1 << 36) - 1):
            told = 2.0 ** (-since_ms / (half_life_h * MS_PER_H))
            assert rules.fade(table, since_ms) == pytest.approx(told, rel=1e-11, abs=1e-300)


def make_faq_world(**more: Any) -> Any:
    events = {"launch": {**LAUNCH, "time_h": 26.0, "announced_h": 10.0}}
    events["leak"] = {**LAUNCH, "time_h": None, "window_h": [1.0, 9.0], "announced_h": 0.0}
    return make_scenario(
        horizon={"days": 2},
        events=events,
        faq={"deflect_share": 0.2, "event_issues": 3} | more,
    )


def test_channel_and_posts_are_lowered_by_hand() -> None:
    scenario = make_faq_world()
    post = {"event": "launch", "at_h": 20.5, "issues": 2}
    rules_of = {"channel": {"error": {"surge": "private"}}, "posts": [post]}
    policy = Policy.model_validate(make_policy(scenario).model_dump() | rules_of)
    faq = lower(scenario, policy).faq
    assert np.argwhere(faq.private).tolist() == [[1, 2]]
    first = len(scenario.topics) * 40
    assert faq.pinned_issue.tolist() == [first, first + 1]
    assert faq.pinned_ms.tolist() == [int(20.5 * MS_PER_H)] * 2
    assert faq.n_issues == first + 6


@pytest.mark.parametrize(
    ("post", "told"),
    [
        ({"event": "lounch"}, "did you mean launch?"),
        ({"at_h": 48.0}, "inside the horizon, 0 to below 48"),
        ({"at_h": 15.0}, "from 16: nobody knows before"),
        ({"issues": 4}, "at most scenario.faq.event_issues, 3"),
        ({"event": "leak"}, "an event with announced_h above 0"),
        ({"at_h": None, "after_h": 0.4}, "from 0.5, when it is noticed, to below 48"),
    ],
)
def test_a_post_that_cannot_be_is_refused(post: dict[str, Any], told: str) -> None:
    scenario = make_faq_world()
    posts = [{"event": "launch", "at_h": 20.0, "issues": 1} | post]
    policy = Policy.model_validate(make_policy(scenario).model_dump() | {"posts": posts})
    with pytest.raises(sim.InputError, match=r"policy\.posts\.0") as error:
        lower(scenario, policy)
    assert told in str(error.value)


def test_posts_and_channel_need_readers() -> None:
    scenario = make_scenario(horizon={"days": 1})
    plain = make_policy(scenario).model_dump()
    for more in ({"posts": [{"event": "x", "at_h": 1.0}]}, {"channel": {"error": {}}}):
        with pytest.raises(sim.InputError, match=r"faq\.deflect_share = 0"):
            lower(scenario, Policy.model_validate(plain | more))


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(Exception, match="deflect_share"):
        make_scenario(faq={"deflect_share": 1.2})


def test_pinned_answers_cost_their_hours_as_overtime() -> None:
    scenario = make_faq_world(weight={"pinned": 0.0})
    plain = make_policy(scenario)
    posts = [{"event": "launch", "at_h": 47.9, "issues": 3}]
    pinned = Policy.model_validate(plain.model_dump() | {"posts": posts})
    costs = [sim.simulate(scenario, one, replications=1, workers=1) for one in (plain, pinned)]
    one, other = (float(run.replications["cost"][0]) for run in costs)
    hour = scenario.costs.paid_hour_cost / (1 - scenario.costs.shrinkage_share)
    assert other - one == pytest.approx(3 * 0.5 * hour * 1.5, rel=1e-9)
