"""Several scenarios at once: each replication of one, weighed by the chances."""

import numpy as np
import pytest

from sim.errors import InputError
from sim.planning.analysis.comparison import play_policies
from sim.planning.analysis.mix_comparison import describe_members
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.scenario_mix import (
    Member,
    Mixture,
    load_mixture,
    merge_runs,
    open_evaluator,
)
from sim.planning.search.load_shapes import measure_load
from sim.planning.session import make_template
from sim.policies.standard import shape_proportional
from sim.rostering.roster import Rosters
from sim.running.replicate import replicate
from tests.plan_worlds import make_small_scenario
from tests.worlds import LAUNCH, make_policy

EVENT = {**LAUNCH, "time_h": 33.0, "topic_share": {"question": 1.0}}
CALM = make_small_scenario(name="calm")
BUSY = make_small_scenario(name="busy", events={"launch": EVENT})
MIXTURE = Mixture((Member("busy", BUSY, 0.3), Member("calm", CALM, 0.7)))
POLICY = make_policy(CALM, 2)


@pytest.mark.parametrize("chances", [(0.3, 0.7), (0.5, 0.2, 0.3), (0.01, 0.99), (1.0,)])
def test_every_beginning_has_its_share_of_each_scenario(chances):
    mixture = Mixture(tuple(Member(str(n), CALM, one) for n, one in enumerate(chances)))
    member, number = mixture.assign(300)
    for place, chance in enumerate(chances):
        mine = np.cumsum(member == place)
        assert (np.abs(mine - chance * np.arange(1, 301)) <= 1 + 1e-9).all()
        np.testing.assert_array_equal(number[member == place], np.arange(mine[-1]))


def test_a_mixture_plays_the_replications_of_its_scenarios():
    mixed = open_evaluator(MIXTURE, 3, 2).play(POLICY, 0, 20)
    member, _ = MIXTURE.assign(20)
    for place, scenario in enumerate((BUSY, CALM)):
        alone = Evaluator(scenario, 3).play(POLICY, 0, int((member == place).sum()))
        np.testing.assert_array_equal(mixed.value[member == place], alone.value)
        np.testing.assert_array_equal(mixed.cost[member == place], alone.cost)
    assert np.isnan(mixed.kept[member == 1]).all()
    assert not np.isnan(mixed.kept[member == 0]).any()


@pytest.mark.parametrize("n", [7, 10, 13])
def test_expectations_weigh_by_the_chances_whatever_the_count(n):
    mixed = open_evaluator(MIXTURE, 3, 2).play(POLICY, 0, n)
    member, _ = MIXTURE.assign(n)
    by_hand = sum(
        chance * mixed.value[member == place].mean() for place, chance in enumerate((0.3, 0.7))
    )
    assert mixed.average(mixed.value) == pytest.approx(by_hand)


def test_parts_of_a_range_are_the_whole_range():
    evaluator = open_evaluator(MIXTURE, 4, 2)
    whole = evaluator.play(POLICY, 0, 9)
    joined = evaluator.play(POLICY, 0, 4).join(evaluator.play(POLICY, 4, 9))
    np.testing.assert_array_equal(whole.value, joined.value)


def test_fresh_runs_are_those_of_each_scenario_in_the_mixtures_order():
    told = []
    runs = play_policies(
        open_evaluator(MIXTURE, 9, 2),
        [POLICY, make_policy(CALM, 3)],
        10,
        lambda *a: told.append(a),
    )
    member, _ = MIXTURE.assign(10)
    for run in runs:
        for place, scenario in enumerate((BUSY, CALM)):
            alone = replicate(scenario, run.policy, int((member == place).sum()), 9)
            mine = run.measures["satisfaction"][member == place]
            np.testing.assert_array_equal(mine, alone.measures["satisfaction"])
        np.testing.assert_array_equal(
            run.measures["satisfaction"],
            open_evaluator(MIXTURE, 9).play(run.policy, 0, 10).satisfaction,
        )
    assert [one for one, _ in told] == list(range(1, 21))
    rows = describe_members(MIXTURE, runs)
    assert [(row.scenario, row.n) for row in rows] == [("busy", 3), ("calm", 7)]
    less = runs[0].measures["satisfaction"] - runs[1].measures["satisfaction"]
    assert rows[1].differences[0].mean == pytest.approx(less[member == 1].mean())


def test_an_interrupt_keeps_the_replications_before_the_first_that_is_missing():
    member, number = MIXTURE.assign(10)
    runs = {0: replicate(BUSY, POLICY, 3, 9), 1: replicate(CALM, POLICY, 2, 9)}
    merged = merge_runs(runs, member, number)
    assert merged.wanted == 10
    assert merged.n == int(np.flatnonzero((member == 1) & (number == 2))[0])
    with pytest.raises(KeyboardInterrupt):
        merge_runs({0: runs[0]}, member, number)


def test_shapes_and_loads_are_means_by_chance():
    evaluator = open_evaluator(MIXTURE, 5, 2)
    shape = 0.3 * shape_proportional(BUSY) + 0.7 * shape_proportional(CALM)
    np.testing.assert_allclose(evaluator.blend(shape_proportional), shape)
    rosters = Rosters(MIXTURE.blend())
    policy = make_template(BUSY, rosters)
    loads = [
        measure_load(Evaluator(one, 5), rosters, policy, n) for one, n in ((BUSY, 3), (CALM, 7))
    ]
    mixed = measure_load(evaluator, rosters, policy, 10)
    np.testing.assert_allclose(mixed, 0.3 * loads[0] + 0.7 * loads[1])


def test_a_job_on_draws_of_several_is_refused():
    evaluator = open_evaluator(MIXTURE, 5, 2)
    with pytest.raises(RuntimeError, match="parts of split"):
        evaluator.collect(lambda draws: draws.arrival_ms, 0, 2)


def test_scenarios_that_do_not_agree_are_refused_in_one_line():
    with pytest.raises(InputError) as found:
        load_mixture(CALM, {"calm": 0.5, "outage_day": 0.5})
    assert "planner.scenarios.outage_day: its horizon differs from calm" in found.value.errors[0]
    with pytest.raises(InputError, match="did you mean outage_day"):
        load_mixture(CALM, {"outag_day": 1.0})


def test_one_scenario_alone_is_no_mixture():
    alone = load_mixture(CALM, None)
    assert not alone.is_mixed
    assert alone.blend() is CALM
    assert type(open_evaluator(alone, 1)) is Evaluator
    assert describe_members(alone, [replicate(CALM, POLICY, 2, 1)]) == ()
