"""A team of thousands: fitted in about as many steps as one of dozens, and as well."""

import math

import numpy as np
import pytest

from sim.planning.benchmarks.choice import count_settling
from sim.planning.search import fit_roster as fitting
from sim.planning.search.fit_roster import measure_value, settle_roster
from sim.planning.session import choose_replications
from sim.policies import standard
from sim.policies.standard import (
    FINE,
    count_agents,
    fit_shape,
    gain_by_agent,
    list_steps,
    shape_flat,
    shape_proportional,
)
from sim.rostering.roster import Rosters
from sim.rostering.solver import solve_program
from sim.scenario.build import load_scenario
from tests.worlds import make_scenario

SCALES = (1, 10, 100, 250)
WAGES = 6000.0


def make_large(times: int) -> Rosters:
    pools = {
        "general": {"limit": 30 * times},
        "technical": {"limit": 30 * times},
    }
    changes = {"horizon": {"days": 2}}
    if times > 1:
        changes |= {"team": {"pools": pools}}
    return Rosters(make_scenario(**changes))


@pytest.fixture(scope="module")
def large() -> dict[int, Rosters]:
    return {times: make_large(times) for times in SCALES}


def test_agents_are_told_apart_one_by_one_then_by_twentieths() -> None:
    for most in (1, FINE - 1, FINE, FINE + 1, 977, 20_000):
        steps = list_steps(most)
        assert (steps[0], steps[-1]) == (0, most)
        assert (np.diff(steps[: FINE + 1]) == 1).all()
        assert (np.diff(steps) <= np.maximum(1, steps[:-1] / 20)).all()
        assert len(steps) <= FINE + 2 + 25 * math.log(max(most / FINE, 1.0))


def test_steps_change_no_sum_of_gains() -> None:
    gain = gain_by_agent(list_steps(5000))
    assert len(gain) == 5000
    assert (np.diff(gain) <= 1e-15).all()
    sums = np.cumsum(gain)
    places = list_steps(5000)[1:]
    np.testing.assert_allclose(sums[places - 1], np.log((places + 0.5) / 0.5), rtol=1e-12)
    k = np.arange(1, FINE + 1)
    assert (gain[:FINE] == np.log((k + 0.5) / (k - 0.5))).all()


def test_the_table_of_gains_follows_the_money_not_the_limit(large: dict[int, Rosters]) -> None:
    target_staffing = large[1].clean(shape_proportional(large[1].scenario))
    counts = [count_agents(target_staffing, large[250].problem, WAGES * times) for times in SCALES]
    assert counts[0] == FINE
    assert counts[3] < 2.6 * counts[2] < 30 * 250


@pytest.mark.parametrize("shape", [shape_flat, shape_proportional])
def test_a_large_team_is_laid_at_least_as_well_as_many_small_ones(
    large: dict[int, Rosters], monkeypatch: pytest.MonkeyPatch, shape: standard.Shape
) -> None:
    """A hundred times the small roster is one that the money allows; sizes of programs counted."""
    sizes = []

    def count(program, *args):
        sizes.append(program.n_columns)
        return solve_program(program, *args)

    monkeypatch.setattr("sim.rostering.staffing.solve_program", count)
    small, target_staffing = large[1], large[1].clean(shape(large[1].scenario))
    few = small.read(fit_shape(target_staffing, small.problem, WAGES))
    for times in SCALES[1:]:
        rosters = large[times]
        roster = rosters.read(fit_shape(target_staffing, rosters.problem, WAGES * times))
        assert rosters.is_allowed(roster)
        assert 0.99 * WAGES * times <= rosters.price(roster) <= WAGES * times
        n = float(target_staffing.sum())
        lead = measure_value(rosters, roster, target_staffing) - measure_value(
            rosters, times * few, target_staffing
        )
        assert lead / n > -2e-3  # mean log of staff: a fifth of a percent of the agents
    assert sizes[-1] < 6 * sizes[0]  # 250 times the people


def test_wages_far_off_are_settled_in_few_steps(
    large: dict[int, Rosters], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one a quarter more people took 60,000 steps where a small team takes 30."""
    steps: list[int] = []
    add = fitting._add

    def count(*args, **more):
        steps[-1] += 1
        return add(*args, **more)

    monkeypatch.setattr(fitting, "_add", count)
    for times in SCALES:
        rosters = large[times]
        target_staffing = rosters.clean(shape_proportional(rosters.scenario))
        start = rosters.read(fit_shape(target_staffing, rosters.problem, WAGES * times))
        for part in (0.8, 1.25):
            steps.append(0)
            wanted = part * WAGES * times
            found = settle_roster(rosters, start, target_staffing, 0.997 * wanted, 1.003 * wanted)
            assert found is not None
            assert 0.997 * wanted <= rosters.price(found) <= 1.003 * wanted
            staff = rosters.count_staff(found) / rosters.count_staff(found).sum()
            before = rosters.count_staff(start) / rosters.count_staff(start).sum()
            assert np.abs(staff - before).sum() < (0.3 if times == 1 else 0.1)
    assert max(steps) < 1500


def test_replications_that_settle_and_search_count_mentions_that_wait_too() -> None:
    def ask(*changes: str) -> tuple[int, int]:
        scenario = load_scenario("outage_day", list(changes))
        return count_settling(scenario), choose_replications(scenario)

    usual, waiting = ask(), ask("demand.backlog_mentions=1000000")
    assert usual[0] == 48
    assert usual[1] >= 40
    assert waiting[0] == 2
    assert waiting[1] < usual[1]
    many = ask("demand.base_per_h=60000", "demand.backlog_mentions=0")
    assert many[0] < 5
    assert many[1] <= 10
