"""The looks at a plan count what the measures count, and object to what a director would.

Small case of `experiments/plausibility` and of the plans that `experiments/plan_vs_standard` keeps.
"""

import importlib
import pathlib
import re
import sys
import types

import numpy as np
import pytest

import sim
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

EXPERIMENTS = pathlib.Path(__file__).parents[2] / "experiments"
PLANS = EXPERIMENTS / "plan_vs_standard" / "plans"
N = 40


@pytest.fixture(scope="module")
def study() -> types.ModuleType:
    """Return the study's script as a module."""
    folder = str(EXPERIMENTS / "plausibility")
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location("study_plausibility", f"{folder}/run.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["study_plausibility"] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


@pytest.fixture(scope="module")
def day() -> tuple[Scenario, Policy]:
    scenario = sim.load_scenario("outage_day")
    return scenario, sim.load_policy(str(PLANS / "outage_day.yaml"), scenario)


def play(scenario: Scenario, policy: Policy, replications: int, seed: int) -> dict[str, np.ndarray]:
    """Return every measure by replication."""
    rows = sim.simulate(scenario, policy, replications, seed=seed).replications
    return dict(rows)


def test_a_look_counts_what_the_measures_count(study, day):
    """Cases, never answered, first waits, later waits and busy hours, by the other road."""
    scenario, policy = day
    look = study.look_at(scenario, policy, N).look
    found = play(scenario, policy, N, study.SEED)
    cases, silent = np.sum(look.cases, axis=1), np.sum(look.unanswered, axis=1)
    spared = found["deflected_share"] * found["actionable"]
    assert cases == pytest.approx(found["actionable"] - spared)
    answered = found["answered_share"] * found["actionable"] - spared
    assert cases - silent == pytest.approx(answered)
    topics = range(len(scenario.topics))
    for later, measure in ((False, "first_reply_min_mean"), (True, "later_reply_min_mean")):
        waits = [np.concatenate([look.waits_min[t, later][i] for t in topics]) for i in range(N)]
        # The look counts replies by people, the measure what the customer read: bots, and who left.
        assert np.mean([w.mean() for w in waits]) == pytest.approx(
            np.mean(found[measure]), rel=0.03
        )
    assert look.crew_h == pytest.approx(found["staffed_h"] - np.array(look.staffed_h), abs=0.5)
    busy = 1 - np.array(look.idle_h) / np.array(look.staffed_h)
    # Triage, transfers and false alarms are work that the look does not see.
    unseen = found["utilization"] - busy
    assert unseen.min() > -0.01
    assert 0.0 < unseen.mean() < 0.06


def test_a_director_objects_to_a_desk_that_closes_at_night(study, day):
    """Nobody there, long waits and people always busy are told; of the kept plan they are not."""
    scenario, policy = day
    per_h = 60 // policy.staff_interval_min
    by_day = {
        pool: tuple(n if 8 * per_h <= slot < 18 * per_h else 0 for slot, n in enumerate(counts))
        for pool, counts in policy.staff.items()
    }
    bare = policy.model_copy(update={"staff": by_day, "shifts": (), "surge": None})
    told = " ".join(study.reject(study.look_at(scenario, bare, N)))
    kept = " ".join(study.reject(study.look_at(scenario, policy, N)))
    assert re.search(r"nobody is there in \d+\.\d open hours", told)
    assert "never answered" in told
    assert "nobody is there" not in kept


def test_a_kept_plan_is_worth_what_its_table_says(day):
    """The plan of the day on other draws; a plan or a table of another model is far from it."""
    scenario, policy = day
    table = (EXPERIMENTS / "plan_vs_standard" / "tables.md").read_text(encoding="utf-8")
    written = float(re.search(r"\*\*outage_day\*\*: plan (0\.\d+)", table)[1])
    got = play(scenario, policy, 1600, 78)["satisfaction"]
    error = got.std(ddof=1) / np.sqrt(got.size)
    assert abs(got.mean() - written) < 4.3 * error
    assert error < 0.003
