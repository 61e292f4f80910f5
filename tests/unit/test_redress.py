"""Redress by hand: whether it fits, what it is worth, when it comes and what it costs.

Played by both engines (`tests.hand` holds them against each other).
"""

import math

import numpy as np
import pytest
from hand import play, to_ms

import sim
from sim.errors import InputError
from sim.rules import redress as rules
from sim.rules.satisfaction import CareGiven, rate_quality, score_redress
from sim.running.play import prepare
from sim.scenario.build import build_policy
from sim.scenario.kinds import CAUSES, REDRESS
from tests.worlds import REDRESS_WORLD, make_policy, make_scenario, merge

ALL = ("calm", "ahead", "surge", "recovery")


def test_codes_stand_in_the_order_of_their_names() -> None:
    codes = (rules.NO_REDRESS, rules.APOLOGY, rules.REFUND, rules.REPLACEMENT)
    assert [REDRESS[code] for code in codes] == ["none", "apology", "refund", "replacement"]
    causes = (rules.NO_CAUSE, rules.PRODUCT, rules.ERROR, rules.PROCESS)
    assert [CAUSES[code] for code in causes] == ["none", "product", "error", "process"]


@pytest.mark.parametrize(
    ("cause", "kinds", "resolved", "thorough"),
    [
        ("product", {"refund", "replacement"}, False, False),
        ("error", {"apology"}, True, False),
        ("error", set(), False, True),
        ("process", {"apology"}, False, True),
        ("process", set(), True, False),
        ("none", set(), True, True),
    ],
)
def test_what_fits(cause: str, kinds: set[str], resolved: bool, thorough: bool) -> None:
    found = {
        kind
        for code, kind in enumerate(REDRESS)
        if code and rules.does_redress_fit(CAUSES.index(cause), code, resolved, thorough)
    }
    assert found == kinds


def test_the_score_of_redress() -> None:
    """Solved: (r/1.5)^.6, flat above; not solved: steepest at .9, half of the most there."""
    assert score_redress(1.5, True) == score_redress(4.0, True) == 1.0
    assert score_redress(0.75, True) == pytest.approx(0.5**0.6, abs=1e-15)
    assert score_redress(0.9, False) == 0.5
    assert score_redress(1.2, False) == pytest.approx(1 / (1 + math.exp(-2.4)), abs=1e-15)
    steps = np.diff([score_redress(r / 10, False) for r in range(1, 20)])
    assert 6 <= 1 + int(np.argmax(steps)) <= 11


def test_an_apology_is_worth_nothing_when_it_comes_late() -> None:
    day_ms = to_ms(24 * 60)
    assert rules.keep_worth(rules.APOLOGY, 0.5, day_ms, day_ms) == 0.5
    assert rules.keep_worth(rules.APOLOGY, 0.5, day_ms + 1, day_ms) == 0.0
    assert rules.keep_worth(rules.REFUND, 0.5, day_ms + 1, day_ms) == 0.5


def test_the_term_of_quality() -> None:
    c = prepare(
        scenario := make_scenario(**REDRESS_WORLD), make_policy(scenario)
    ).scales.coefficients
    for resolved, redress, fit in ((True, 0.75, 1.0), (False, 0.9, 0.5), (False, 0.0, 1.0)):
        care = CareGiven(True, 0.1, resolved, False, False, 1, False, redress, fit)
        gain = rate_quality(care, c) - rate_quality(care._replace(redress=0.0), c)
        score = 0.0 if redress == 0 else {True: 0.5**0.6, False: 0.5}[resolved]
        assert gain == pytest.approx(0.12 * fit * score, abs=1e-15)


def give(kind: int, share: float = 1.0, minutes: float = 3.0, **more: object) -> dict[str, object]:
    """Return levels that give one kind in calm hours."""
    return {
        "gives_redress": True,
        "redress": np.array([[kind, 0, 0, 0]], np.int8),
        "redress_share": np.full(4, share),
        "redress_ms": np.array([0, 0, to_ms(minutes), 0], np.int64),
        **more,
    }


def test_it_comes_with_the_first_reply_and_takes_its_minutes_once() -> None:
    mention = {"resolved": (False, True), "think": 20}
    played = play([mention], levels=give(rules.REFUND))
    assert [turn[:2] for turn in played.turns[0]] == [(0, 13), (33, 43)]
    assert played.run.redress.tolist() == [rules.REFUND]


def test_its_share_decides_who_gets_it() -> None:
    for u_redress, kind, end in ((0.3, rules.REFUND, 13), (0.6, rules.NO_REDRESS, 10)):
        played = play([{"u_redress": u_redress}], levels=give(rules.REFUND, share=0.6))
        assert (played.run.redress.tolist(), played.closed) == ([kind], [end])


def test_who_has_left_gets_nothing() -> None:
    """Silent leavers cost the reply's work, not the refund; nobody is refunded by a bot."""
    busy = {"at": 0, "work": 30, "u_redress": 0.99}
    gone = {"at": 1, "patience": 5, "silent": True, "u_redress": 0.0}
    played = play([busy, gone], levels=give(rules.REFUND, share=0.5))
    assert played.run.redress.tolist() == [0, 0]
    assert played.turns[1][0][:2] == (30, 40)
    bot = give(rules.REFUND, effort=np.zeros((1, 4), np.int8), resolve_p=np.ones((1, 4, 1)))
    assert play([{}], levels=bot).run.redress.tolist() == [0]


def test_a_check_follows_redress_though_nothing_is_solved() -> None:
    """3 minutes of refund, 5 of the check; the last reply says whether it was asked."""
    check = {"follow_up": np.ones((1, 4), np.bool_), "follow_up_share": 0.6}
    mention = {"resolved": False, "writes_again": False}
    asked = play([mention], levels=give(rules.REFUND, **check))
    assert asked.turns[0][0][:2] == (0, 18)
    assert asked.run.followed_up.tolist() == [True]
    assert asked.run.resolved.tolist() == [False]
    alone = play([mention], levels=check)
    assert alone.turns[0][0][:2] == (0, 10)
    assert alone.run.followed_up.tolist() == [False]


def test_a_check_is_that_of_the_phase_in_which_its_reply_began() -> None:
    """The surge begins at 60; a reply from 55 to 65 is a calm one, checked or not."""
    phases = {
        "announced": np.array([True]),
        "earliest_ms": np.array([to_ms(60)]),
        "latest_ms": np.array([to_ms(60)]),
        "announced_ms": np.array([0]),
        "surge_ms": np.array([to_ms(60)]),
        "recovery_ms": np.array([to_ms(60)]),
        "lead_ms": 0,
    }
    for calm in (False, True):
        levels = {"follow_up": np.array([[calm, False, not calm, False]]), "follow_up_share": 1.0}
        played = play([{"at": 55}, {"at": 80}], levels=levels, phases=phases, event_min=[60])
        assert played.run.followed_up.tolist() == [calm, not calm]
        assert played.closed == [70 if calm else 65, 90 if calm else 95]


def test_lowered_by_topic_and_phase() -> None:
    scenario = make_scenario(**REDRESS_WORLD)
    changes = {
        "follow_up": {"process": {"surge": True}, "product": dict.fromkeys(ALL, True)},
        "redress": {"product": {"calm": "refund"}, "error": dict.fromkeys(ALL, "apology")},
    }
    lowered = prepare(scenario, make_policy(scenario, **changes))
    levels, scales = lowered.tables.levels, lowered.scales
    names = list(scenario.topics)
    row = {name: levels.redress[names.index(name)].tolist() for name in names}
    assert row["product"] == [2, 0, 0, 0]
    assert row["error"] == [1, 1, 1, 1]
    assert levels.redress.sum() == 6
    assert levels.follow_up[names.index("process")].tolist() == [False, False, True, False]
    assert levels.follow_up.sum() == 5
    assert levels.redress_ms.tolist() == [0, 30_000, 120_000, 240_000]
    assert levels.redress_share.tolist() == [0.0, 1.0, 0.6, 1.0]
    ratio = {name: scales.redress.ratio[names.index(name)].tolist() for name in names}
    assert ratio["product"] == [0.0, 0.2, 0.5, 0.75]
    assert ratio["process"] == [0.0, 0.5, 0.0, 0.0]
    assert scales.redress.unit_cost.tolist() == [0.0, 0.0, 10.0, 6.0]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"follow_up": "yes"}, "policy.follow_up = yes: allowed: true or false"),
        (
            {"follow_up": {"error": {"clam": True}}},
            "policy.follow_up.error.clam = ...: unknown key; did you mean calm?",
        ),
        (
            {"follow_up": {"error": {"calm": 1}}},
            "policy.follow_up.error.calm = 1: allowed: true or false",
        ),
        (
            {"redress": {"error": {"calm": "refnd"}}},
            "policy.redress.error.calm = refnd: allowed: none, apology, refund or replacement; "
            "did you mean refund?",
        ),
    ],
)
def test_a_mistake_is_one_line(changes: dict[str, object], line: str) -> None:
    with pytest.raises(InputError) as error:
        build_policy({"name": "flat", **changes})
    assert list(error.value.errors) == [line]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"redress": {"product": {"calm": "refund"}}}, "scenario.redress offers apology"),
        ({"redress": {"question": {"calm": "apology"}}}, "scenario.topics.question.cause"),
        ({"redress": {"prodct": {"calm": "apology"}}}, "did you mean product"),
        ({"follow_up": {"question": {"calm": True}}}, "policy.follow_up.*question"),
    ],
)
def test_a_policy_that_gives_what_is_not_there_is_refused(
    changes: dict[str, object], line: str
) -> None:
    offer = {"redress": {"apology": {}}, "topics": REDRESS_WORLD["topics"]}
    scenario = make_scenario(**offer)
    with pytest.raises(InputError, match=line):
        prepare(scenario, make_policy(scenario, **changes))


def test_full_redress_at_no_cost_raises_satisfaction_by_the_closed_form() -> None:
    """One reply each, solved or not: d logit = (b_q + slope of the kink) x .12 x S(1.5)."""
    free = {"share": 1.0, "worth_cost": 30.0, "unit_cost": 0.0, "work_min": 0.0}
    changes = {
        "redress": {"refund": free, "replacement": free},
        "events": {},
        "conversation": {"max_turns": 1},
        "satisfaction": {"a_speed": 0.0, "a_tone": 0.0, "a_pers": 0.0, "e0": 0.0}
        | {"a_res": 0.3, "a_red": 0.12},
    }
    scenario = make_scenario(**merge(REDRESS_WORLD, changes))
    plain = make_policy(scenario)
    given = plain.model_copy(update={"redress": {"product": dict.fromkeys(ALL, "refund")}})
    draws = sim.draw(scenario, seed=3, replication=0)
    before, after = (sim.play(scenario, one, draws) for one in (plain, given))
    topic = list(scenario.topics).index("product")
    mine = (before.mentions["topic"] == topic) & (before.mentions["first_reply_ms"] >= 0)
    assert mine.sum() > 50
    c = prepare(scenario, plain).scales.coefficients
    score = {True: 1.0, False: 1 / (1 + math.exp(-8 * 0.6))}
    for solved in (True, False):
        who = mine & (before.mentions["resolved"] == solved)
        old, new = (one.mentions["satisfaction"][who] for one in (before, after))
        rise = np.log(new / (1 - new)) - np.log(old / (1 - old))
        assert rise == pytest.approx((c.b_q + c.b_plus) * 0.12 * score[solved], abs=1e-9)
    np.testing.assert_array_equal(*(one.mentions["satisfaction"][~mine] for one in (before, after)))
    costs = [sim.simulate(scenario, one, replications=2, seed=3) for one in (plain, given)]
    np.testing.assert_array_equal(*(run.replications["cost"] for run in costs))


def test_money_and_minutes_of_redress_are_counted_to_the_cent() -> None:
    scenario = make_scenario(**REDRESS_WORLD)
    plain = make_policy(scenario)
    update = {"redress": {"product": dict.fromkeys(ALL, "refund")}}
    given = plain.model_copy(update=update)
    free = make_scenario(**merge(REDRESS_WORLD, {"redress": {"refund": {"unit_cost": 0.0}}}))
    draws = sim.draw(scenario, seed=3, replication=0)
    run = sim.play(scenario, given, draws).run
    paid = sim.simulate(scenario, given, replications=1, seed=3).replications["cost"]
    unpaid = sim.simulate(free, given, replications=1, seed=3).replications["cost"]
    got = (run.redress == rules.REFUND).sum()
    assert got > 20
    assert paid[0] - unpaid[0] == pytest.approx(10.0 * got, abs=1e-6)
    topic = list(scenario.topics).index("product")
    answered = run.real & (draws.topic == topic) & (run.first_reply_ms >= 0) & draws.actionable
    np.testing.assert_array_equal(run.redress > 0, answered & (draws.u_redress < 0.6))
