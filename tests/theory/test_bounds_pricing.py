"""At any prices of agent time the bound lies above every policy; reached where nothing is short.

The bound is an expectation given the arrivals, so single weeks may lie above it: means are
compared, paired, and a false alarm has a chance of 1 in 30,000 per comparison (4 standard
errors, one-sided).
"""

import functools
import itertools

import numpy as np
import pytest

from sim.planning.bounds.certificate import MARGIN, Certifier
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.session import make_template
from sim.policies.workload import name_effort
from sim.rostering.roster import Rosters
from sim.scenario.policy import Priority, Surge
from tests.plan_worlds import WITH_LAUNCH, make_scenario
from tests.worlds import GIVEN, REDRESS_WORLD, constant, exponential, make_plain_scenario

N = 24
ERRORS = 4.0
ODD = {
    "maturity": {"ticket_system": False, "monitor_every_min": 45.0, "triage_min": 0.1},
    "conversation": {"silent_share": 0.0, "repost_share": 0.9, "repost_delay": constant(20.0),
                     "max_turns": 2, "write_again_share": 0.9},
    "topics": {"question": {"patience": exponential(30.0), "resolution_auto_share": 0.5},
               "product": {"work": {"name": "empirical", "mean_min": None, "cv": None,
                                    "values_min": [40.0, 2.0, 9.0]}},
               "praise": {"patience": None}},
    "drain_h": 5.2,
    "warm_up_h": 6.0,
}  # fmt: skip
READ_BY_ALL = {"deflect_share": 1.0, "gain": 1e9, "visible_h": 1e9, "base_issues": 1,
               "event_issues": 1, "awareness": 0.0}  # fmt: skip
WORLDS = {
    "launch": WITH_LAUNCH,
    "sweeps, reposts": {**WITH_LAUNCH, **ODD},
    "no shifts": {"horizon": {"days": 1, "interval_min": 20}, "shifts": None},
    "redress": {**WITH_LAUNCH, **REDRESS_WORLD},
    "answers": {**WITH_LAUNCH, "faq": READ_BY_ALL},
}
EFFORTS = ("brief", "standard", "thorough", "auto")
RULES = {
    "first come": {},
    "due first": {"priority": Priority(rule="edd")},
    "checks": {"follow_up": True, "priority": Priority(complaints_first=True)},
    "crew": {"surge": Surge(agents={"general": 4, "technical": 4}, waiting_at_least=1.0)},
}


@functools.cache
def find_world(name):
    scenario = make_scenario(**WORLDS[name])
    rosters = Rosters(scenario)
    evaluator = Evaluator(scenario, 3)
    certifier = Certifier(evaluator, rosters, make_template(scenario, rosters), 0.0)
    return rosters, evaluator, certifier


def price_randomly(certifier, number):
    """Return random prices of time: flat, rough, or free by turns."""
    rng = np.random.default_rng(number)
    n = certifier.capacity.n_cells
    height = 10.0 ** rng.uniform(-4, -1)
    if number % 3 == 0:
        return np.full(n, height)
    return height * rng.exponential(1.0, n) * (rng.random(n) < (0.5 if number % 3 == 1 else 1.0))


@pytest.mark.parametrize("size", [0, 1, 6])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("world", WORLDS)
def test_no_policy_beats_the_bound_at_any_prices(world, rule, size):
    rosters, evaluator, certifier = find_world(world)
    scenario = evaluator.scenario
    number = 12 * list(WORLDS).index(world) + 3 * list(RULES).index(rule) + size
    rng = np.random.default_rng(number)
    people = rng.integers(0, size + 1, rosters.n)
    effort = name_effort(scenario, EFFORTS[number % 4])
    template = make_template(scenario, rosters).model_copy(
        update={"effort": effort, "after_auto": "brief", "surge": None, **RULES[rule]}
        | ({"redress": GIVEN} if world == "redress" else {})
    )
    seen = evaluator.play(rosters.to_policy(template, people), 0, N)
    customer_groups = certifier.find_customer_groups(0, N)
    for more in range(3):
        owns = [price_randomly(certifier, 3 * (number * N + d) + more) for d in range(N)]
        cut = certifier.cut(customer_groups, owns, 0.0)
        room = cut.own + cut.worth @ people + MARGIN - seen.satisfaction
        assert np.nanmean(room) >= -ERRORS * np.nanstd(room, ddof=1) / N**0.5


def test_it_is_reached_where_one_turn_is_done_at_once_by_ample_staff():
    """Constant work, one level, one turn: the bound is the expectation itself."""
    scenario = make_plain_scenario(
        20.0,
        horizon={"days": 1},
        topics={"question": {"work": constant(3.0), "resolution_share": 0.6}},
        conversation={"max_turns": 1},
    )
    rosters, n = Rosters(scenario), 60
    people = np.full(rosters.n, 30)
    best = -1.0
    for level in ("brief", "standard", "thorough"):
        template = make_template(scenario, rosters).model_copy(
            update={"effort": name_effort(scenario, level)}
        )
        evaluator = Evaluator(scenario, 5)
        policy = rosters.to_policy(template, people)
        seen = evaluator.play(policy, 0, n)
        best = max(best, float(seen.satisfaction.mean()))
        certifier = Certifier(evaluator, rosters, policy, 1e9)
        found = certifier.certify(people, seen, 0.0, steps=())
        assert found.gap >= -ERRORS * found.gap_error
        best_gap = found.rounds[-1] - best
    assert best_gap == pytest.approx(MARGIN, abs=ERRORS * found.gap_error)


@pytest.mark.parametrize(
    ("unit_cost", "money", "pays"), [(0.0, 0.0, True), (2.0, 1e-5, True), (2.0, 1e-4, False)]
)
def test_redress_that_is_given_to_all_is_in_the_bound(unit_cost, money, pays):
    """One turn at once: the bound is what a policy is worth that refunds all if that pays."""
    scenario = make_plain_scenario(
        20.0,
        horizon={"days": 1},
        topics={
            "question": {"cause": "product", "loss_cost": 20.0}
            | {"work": constant(3.0), "resolution_share": 0.6}
        },
        conversation={"max_turns": 1},
        redress={"refund": {"worth_cost": 30.0, "unit_cost": unit_cost}},
        satisfaction={"a_red": 0.12},
        drain_h=0.0,
    )
    rosters, n = Rosters(scenario), 60
    people = np.full(rosters.n, 30)
    given = {"question": dict.fromkeys(("calm", "surge", "recovery"), "refund")}
    evaluator = Evaluator(scenario, 5)
    worth = {}
    for level, redress in itertools.product(("brief", "standard", "thorough"), ({}, given)):
        update = {"effort": name_effort(scenario, level), "redress": redress}
        policy = rosters.to_policy(make_template(scenario, rosters), people)
        seen = evaluator.play(policy.model_copy(update=update), 0, n)
        worth[level, bool(redress)] = seen.satisfaction - money * seen.redress_cost
    (_, refunds), best = max(worth.items(), key=lambda one: one[1].mean())
    assert refunds is pays
    certifier = Certifier(evaluator, rosters, policy, 0.0)
    owns = [np.zeros(certifier.capacity.n_cells)] * n
    cut = certifier.cut(certifier.find_customer_groups(0, n), owns, money)
    wages = money * float(certifier.wages @ people)
    room = cut.own + cut.worth @ people + wages - best
    assert room.mean() == pytest.approx(0.0, abs=ERRORS * room.std(ddof=1) / n**0.5)


def test_who_finds_an_answer_needs_no_agent_in_the_bound():
    """One agent for two hundred customers an hour: at a dear hour only what is read helps."""
    scenario = make_plain_scenario(200.0, horizon={"days": 1}, faq=READ_BY_ALL)
    rosters, n = Rosters(scenario), 4
    people = np.zeros(rosters.n, np.int64)
    people[0] = 1
    evaluator = Evaluator(scenario, 5)
    policy = rosters.to_policy(make_template(scenario, rosters), people)
    seen = evaluator.play(policy, 0, n)
    certifier = Certifier(evaluator, rosters, policy, 0.0)
    owns = [np.full(certifier.capacity.n_cells, 0.2)] * n
    cut = certifier.cut(certifier.find_customer_groups(0, n), owns, 0.0)
    room = cut.own + cut.worth @ people + MARGIN - seen.satisfaction
    assert room.min() >= 0.0
