"""Whom forecasts expect to find an answer: exact limits, and the mean of what is played.

A share that forgets the pinned, the level, the channel or the issues' own shares is many errors
away from the play; one that knows an unannounced event is another number.
"""

import math
from typing import Any

import numpy as np
import pytest
from worlds import LAUNCH, make_policy, make_scenario

from sim.care.kernel.engine import run_kernel
from sim.demand.draw import draw
from sim.policies.workload import expect_work, expect_writers
from sim.scenario.lower import find_forecast, lower
from sim.scenario.lowering.deflection import expect_deflected
from sim.scenario.policy import Policy
from sim.scenario.profile import expected_per_quarter
from tests.theory.test_faq_formulas import integrate_ein, make_one_issue

N = 60
LOUD = LAUNCH | {"time_h": 30.0, "peak": 5.0}
SPARED = {"deflect_share": 0.5, "base_issues": 3, "event_issues": 2, "visible_h": 6.0}


def forecast_share(scenario: Any, policy: Any) -> np.ndarray:
    """Return the share of each quarter that is expected to find an answer."""
    plain = expected_per_quarter(scenario, policy.knows_events)
    return 1.0 - find_forecast(scenario, policy)[-plain.size :] / plain


@pytest.mark.parametrize(("per_h", "visible_h", "d"), [(1.0, 1.0, 0.3), (3.0, 1.0, 0.5), (8, 3, 1)])
def test_in_the_long_run_it_is_the_fixed_point(per_h: float, visible_h: float, d: float) -> None:
    """D = d (1 - exp(-L (1 - D) h/ln 2 Ein(1))): a quarter of an hour's steps cost two percent."""
    scenario = make_one_issue({"deflect_share": d, "visible_h": visible_h}, 7, per_h, 1.0)
    whole = visible_h / math.log(2.0) * integrate_ein(1.0)
    share = d
    for _ in range(500):
        share = 0.5 * share + 0.5 * d * (1.0 - math.exp(-per_h * (1.0 - share) * whole))
    found = forecast_share(scenario, make_policy(scenario))[-50:]
    assert np.allclose(found, share, rtol=0.02)
    by_hour = expect_writers(scenario, True)
    assert np.allclose(by_hour[-10:].sum(axis=1), per_h * (1.0 - share), rtol=0.02)


def make_days(**changes: Any) -> Any:
    """Return two days with a launch, where replies are quick and solve half of the cases."""
    plain: dict[str, Any] = {
        "horizon": {"days": 2},
        "events": {"launch": LOUD | {"peak_sigma": 0.0}},
        "demand": {"base_per_h": 20.0, "busy_day_cv": 0.0, "busy_hour_cv": 0.0}
        | {"spreading": {"branching_ratio": 0.0}},
        "faq": SPARED | {"awareness": 0.0},
    }
    return make_scenario(**(plain | changes))


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"posts": [{"event": "launch", "at_h": 30.0, "issues": 2}]},
        {"channel": {"question": {"surge": "private"}, "error": {"surge": "private"}}},
    ],
    ids=["public", "pinned", "partly private"],
)
def test_what_is_played_is_near_what_is_expected(rules: dict[str, Any]) -> None:
    """With staff enough; waits and thinking are left out, so a tenth less may come of it."""
    scenario = make_days()
    plain = make_policy(scenario, agents=30)
    policy = Policy.model_validate(plain.model_dump() | rules)
    tables, expected = lower(scenario, policy), expect_deflected(scenario, policy, True)
    assert expected is not None
    spared = []
    for replication in range(N):
        run = run_kernel(tables, draw(scenario, 4, replication))
        spared.append(float(run.deflected.sum()))
    error = np.std(spared, ddof=1) / math.sqrt(N)
    total = expected[: 4 * 48].sum()
    assert np.mean(spared) < total + 3 * error
    assert np.mean(spared) > 0.88 * total - 3 * error


def test_what_is_known_counts_and_nothing_else() -> None:
    """Private replies spare nobody; an unannounced event, and answers without readers, nothing."""
    scenario = make_days()
    policy = make_policy(scenario)
    shares = forecast_share(scenario, policy)
    assert shares[:120].max() < shares[125:140].min()
    phases = dict.fromkeys(("calm", "ahead", "surge", "recovery"), "private")
    hidden = {"channel": dict.fromkeys(scenario.topic_names, phases)}
    private = Policy.model_validate(policy.model_dump() | hidden)
    assert forecast_share(scenario, private).max() == 0.0
    surprise = {"launch": LOUD | {"announced_h": 0.0, "probability": 0.5}}
    calm = make_days(events={})
    assert np.array_equal(
        find_forecast(make_days(events=surprise), policy), find_forecast(calm, policy)
    )
    off = make_days(faq={})
    assert expect_deflected(off, policy, True) is None
    assert (expect_work(off, True) >= expect_work(scenario, True)).all()
    assert expect_work(off, True).sum() > 1.05 * expect_work(scenario, True).sum()
