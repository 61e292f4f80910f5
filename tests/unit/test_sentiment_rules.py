"""Rules of sentiment: one step and one hour's effort, worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import sentiment as rules

SHARE = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("x", "u", "k1", "k2", "drift"),
    [
        (0.5, 0.4, 0.4, 0.16, 0.0),  # .4*.4*.5 = .08 = .16*.5
        (0.0, 0.5, 0.4, 0.16, 0.2),
        (1.0, 9.0, 0.4, 0.16, -0.16),  # at full sentiment effort does nothing
        (0.25, 0.0, 0.4, 0.16, -0.04),
    ],
)
def test_drift_by_hand(x: float, u: float, k1: float, k2: float, drift: float) -> None:
    assert rules.drift_sentiment(x, u, k1, k2) == pytest.approx(drift, abs=1e-12)


def test_step_by_hand() -> None:
    # drift at .25: .4*.4*.75 - .16*.25 = .08 an hour
    assert rules.step_sentiment(0.25, 0.4, 0.4, 0.16, 0.0, 1.0) == pytest.approx(0.33)
    assert rules.step_sentiment(0.25, 0.4, 0.4, 0.16, 0.01, 0.5) == pytest.approx(0.30)


def test_shock_grows_with_the_root_of_time() -> None:
    assert rules.scale_shock(0.03, -2.0, 0.25) == pytest.approx(-0.03)


@given(x=SHARE, u=st.floats(0.0, 50.0), shock=st.floats(-3.0, 3.0))
def test_sentiment_stays_in_its_range(x: float, u: float, shock: float) -> None:
    assert 0.0 <= rules.step_sentiment(x, u, 0.4, 0.16, shock, 1.0) <= 1.0


@pytest.mark.parametrize(
    ("work", "arrivals", "effort"),
    [
        (60.0, 12.0, 0.25),  # .05 * 60 / 12
        (60.0, 0.0, 0.5),  # a quarter of 24 an hour is the least divisor
        (60.0, 6.0, 0.5),
        (0.0, 12.0, 0.0),
    ],
)
def test_effort_by_hand(work: float, arrivals: float, effort: float) -> None:
    assert rules.gauge_effort(work, arrivals, 24.0, 0.05) == pytest.approx(effort)


def test_levels_are_worth_more_the_more_thorough() -> None:
    assert rules.LEVEL_WEIGHTS == {"auto": 0.0, "brief": 0.7, "standard": 1.0, "thorough": 1.15}
    assert rules.EFFORT_FLOOR == 0.10
