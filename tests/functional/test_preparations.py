"""Preparations where nobody waits, by formula: satisfaction, work, money; off is the same bytes."""

import numpy as np
import pytest

import sim
from sim.demand.tables import ORIGIN_CAUSED
from sim.rules.satisfaction import CareGiven, rate_quality, rate_spared, score_satisfaction
from sim.running.play import play_replication, prepare
from tests.worlds import LAUNCH, LEVELS, Whole, constant, make_plain_scenario, make_policy

LASTING = LAUNCH | {
    "time_h": 12.0,
    "peak": 6.0,
    "peak_sigma": 0.0,
    "work_multiplier": 1.0,
    "topic_share": {"question": 1.0},
    "expectation_factor": 1.3,
    "expectation_half_life_h": 1e9,
}
SURE = {"friendly_share": 1.0, "personal_share": 0.0, "reopen_share": 0.0}


def make(effects, done=True, **preparation):
    """Return a day in which all are answered at once, solved and friendly, in a minute."""
    scenario = make_plain_scenario(
        10.0,
        horizon={"days": 1},
        topics=Whole(question={"share": 1.0, "work": constant(1.0), "resolution_share": 1.0}),
        effort={"levels": {name: level | SURE for name, level in LEVELS.items()}},
        events=Whole(launch=LASTING),
        preparations={"one": {"event": "launch", "effects": effects, **preparation}},
    )
    names = ["one"] if done else []
    return scenario, make_policy(scenario, agents=300, preparations=names)


def play(scenario, policy, replication=0):
    """Return one replication with its constants."""
    lowered = prepare(scenario, policy)
    return lowered.scales, play_replication(scenario, lowered, 7, replication)


def serve(scenario, c, factor):
    """Return the satisfaction of who is served at once, and of who is spared, after the event."""
    speed = 1.0 - np.log1p(1.0 / c.w0_min) / np.log1p(c.w1_min / c.w0_min)
    expected = c.e0 * scenario.brand.price_factor * factor
    care = CareGiven(True, speed, True, True, False, 1, False, 0.0, 1.0)
    served = score_satisfaction(rate_quality(care, c), expected, c)
    return served, rate_spared(expected, c)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_expectation_by_formula(share):
    """Epsilon' = 1 + .3 x share, for everybody after the event; nobody before."""
    scales, (draws, _, rows) = play(*make({"expectation": share}))
    scenario, c = make({})[0], scales.coefficients
    after = draws.arrival_ms >= draws.event_time_ms[0]
    right = serve(scenario, c, 1.0 + 0.3 * share)[0]
    assert rows.satisfaction[after] == pytest.approx(right, rel=1e-7)
    assert rows.satisfaction[~after] == pytest.approx(serve(scenario, c, 1.0)[0], rel=1e-12)


@pytest.mark.parametrize("mentions", [0.85, 0.4])
def test_who_is_spared_stays_in_the_mean(mentions):
    """As many customers as without it; so many of the event's are spared, at once and by nobody."""
    plain = make({"mentions": mentions}, done=False)
    spared, total = 0, 0
    for replication in range(8):
        scales, (draws, run, rows) = play(*make({"mentions": mentions}), replication)
        _, (_, _, idle) = play(*plain, replication)
        event = draws.event >= 0
        served, free = serve(plain[0], scales.coefficients, 1.3)
        assert (rows.exogenous == idle.exogenous).all()
        assert not run.deflected[~event].any()
        assert rows.satisfaction[run.deflected] == pytest.approx(free, rel=1e-7)
        assert rows.satisfaction[event & ~run.deflected] == pytest.approx(served, rel=1e-7)
        assert rows.kept[run.deflected].all()
        assert run.turns[run.deflected].sum() == 0
        spared, total = spared + int(run.deflected.sum()), total + int(event.sum())
    error = (mentions * (1.0 - mentions) / total) ** 0.5
    assert abs(spared / total - (1.0 - mentions)) < 3.0 * error


def test_money_and_hours():
    """Sixty of money; three hours off the floor, paid all the same."""
    scenario, policy = make({}, agent_h=3.0, cost=60.0)
    idle = make({}, done=False)[1]
    one, other = (sim.simulate(scenario, each, replications=3, seed=1) for each in (policy, idle))
    paid = one.replications["cost"] - other.replications["cost"]
    assert paid == pytest.approx(60.0, rel=1e-9)
    off_h = other.replications["staffed_h"] - one.replications["staffed_h"]
    assert off_h == pytest.approx(3.0, rel=1e-12)


@pytest.mark.parametrize("effects", [{}, {"work": 0.5, "mentions": 1.5}, {"mentions": 0.5}])
def test_what_is_offered_and_not_done_changes_no_byte(effects):
    """Nor does what is done and does nothing."""
    scenario, idle = make(effects, done=False)
    bare = scenario.model_copy(update={"preparations": {}})
    runs = [sim.simulate(scenario, idle, replications=3, seed=1)]
    if not effects:
        runs.append(sim.simulate(*make({}), replications=3, seed=1))
    before = sim.simulate(bare, idle, replications=3, seed=1)
    for run in runs:
        for table in ("replications", "intervals"):
            one, other = getattr(run, table), getattr(before, table)
            for key in other:
                assert np.asarray(one[key]).tobytes() == np.asarray(other[key]).tobytes()


def test_caused_contacts_are_no_exogenous_customers():
    scales, (draws, _, rows) = play(*make({"mentions": 1.5}))
    caused = draws.origin == ORIGIN_CAUSED
    assert caused.any()
    assert rows.case[caused].all()
    assert not rows.exogenous[caused].any()
    assert scales.prices.preparations == 0.0
