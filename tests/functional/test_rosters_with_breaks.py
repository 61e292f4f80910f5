"""A plan with breaks, absence, premiums and a most change, end to end; and the recommended menu.

Catches a step of the planner that cannot read staff on a finer grid than the intervals, or that
forgets who is absent or what a night costs.
"""

import pathlib
import re
from typing import Any

import numpy as np
import pytest

import sim
from sim.compose import find_configs
from sim.planning.agreements import require_coverage
from sim.rostering.roster import Rosters
from sim.rostering.rules import are_kept, gather_rows, list_changes
from sim.scenario.build import load_scenario
from tests.plan_worlds import SMALL_SHIFTS, make_small_scenario


def write_menu(folder: pathlib.Path) -> pathlib.Path:
    """Write the menu that configs/README.md recommends, as it stands there, over telecom_week."""
    text = (find_configs() / "README.md").read_text(encoding="utf-8")
    menu = re.search(r"^    shifts:\n(?:^    .*\n)+", text, re.MULTILINE)
    assert menu is not None
    lines = "\n".join(line[4:] for line in menu.group(0).splitlines())
    path = folder / "menu.yaml"
    path.write_text(f"base: telecom_week\nname: menu\n{lines}\n", encoding="utf-8")
    return path


def test_the_recommended_menu_leaves_no_hole(tmp_path: pathlib.Path) -> None:
    """Every open hour is covered by some kind whoever is on a break; two pools at 15:00 too."""
    scenario = load_scenario(str(write_menu(tmp_path)))
    rosters = Rosters(scenario)
    columns, is_open = rosters.columns, rosters.problem.open_mask
    assert columns.covers[:, is_open].any(axis=0).all()
    at_15 = np.arange(15, 24 * 7, 24)
    assert (columns.worked_share[:, at_15] == 1.0).sum(axis=0).min() >= 4
    cover = require_coverage(rosters).cover
    assert cover.counts is not None
    roster = rosters.read(cover)
    fine = rosters.lay_staff(roster).sum(axis=1).reshape(len(is_open), -1)
    assert (fine.mean(axis=1)[is_open] > 0).all()
    starts = {kind.start_min // 60 for kind in rosters.problem.shifts if kind.length_min == 480}
    assert starts == set(range(6, 17))


@pytest.fixture(scope="module")
def planned() -> tuple[sim.Scenario, Any]:
    pause = {"after_h": 3.5, "length_min": 30.0, "flexible_min": 60.0}
    kinds = [
        {**kind, "breaks": [pause] if kind["length_h"] == 8 else []}
        for kind in SMALL_SHIFTS["kinds"]
    ]
    scenario = make_small_scenario(
        shifts={**SMALL_SHIFTS, "kinds": kinds, "most_change": 3},
        absence={"share": 0.1, "day_cv": 0.5, "paid": False},
        costs={"night_premium": 1.2, "night_from_h": 18, "weekend_premium": 1.2},
    )
    settings: dict[str, Any] = {"budget": 2500.0, "search_replications": 4}
    settings |= {"choice_replications": 10, "evaluation_replications": 10}
    settings |= {"effort_replications": 400}
    return scenario, sim.plan(scenario, seed=1, workers=1, **settings)


def test_a_plan_keeps_its_rules_and_its_budget(planned: tuple[sim.Scenario, Any]) -> None:
    scenario, plan = planned
    rosters = Rosters(scenario)
    roster = rosters.read_policy(plan.policy)
    assert roster is not None
    assert are_kept(gather_rows(list_changes(rosters.problem, rosters.columns), rosters.n), roster)
    assert plan.policy.staff_interval_min == 30


def test_absence_costs_satisfaction(planned: tuple[sim.Scenario, Any]) -> None:
    """The same plan where everybody comes serves better, and unpaid absence makes it cheaper."""
    scenario, plan = planned
    whole = scenario.model_copy(
        update={"absence": scenario.absence.model_copy(update={"share": 0.0})}
    )
    policy = plan.policy.model_copy(update={"surge": None})
    runs = [sim.simulate(one, policy, replications=100, seed=3) for one in (scenario, whole)]
    there, all_come = (run.replications for run in runs)
    assert there["staffed_h"].mean() == pytest.approx(0.9 * all_come["staffed_h"].mean(), rel=0.05)
    assert there["cost"].mean() < 0.97 * all_come["cost"].mean()
    assert there["satisfaction"].mean() < all_come["satisfaction"].mean()
