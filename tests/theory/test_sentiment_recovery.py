"""Estimation gives back the parameters of simulated paths, with honest standard errors.

Single estimates: |z| <= 4.3 (a false alarm once in 60,000); over all paths the mean of z
and its spread are held too.
"""

import math

import numpy as np
import pytest
from steering import ATT, steer_brands

from sim.errors import InputError
from sim.feeling import SentimentFit, fit_sentiment, optimal_effort, run_sentiment
from sim.feeling.sentiment.statistics import fit as room

K1, K2, K3 = ATT
TRUTH = {"k1": K1, "k2": K2, "k3": K3}
HOURS = 2928
PATHS = 12
Z_LIMIT = 4.3


def _score(fits: list[SentimentFit], name: str, truth: float) -> np.ndarray:
    return np.array([(getattr(f, name) - truth) / getattr(f, f"{name}_se") for f in fits])


@pytest.fixture(scope="module")
def steered() -> list[SentimentFit]:
    paths = steer_brands(np.random.default_rng(31), HOURS, PATHS)
    return [fit_sentiment(paths[:, j]) for j in range(PATHS)]


@pytest.mark.parametrize("name", TRUTH)
def test_steered_paths_give_their_parameters_back(steered: list[SentimentFit], name: str) -> None:
    z = _score(steered, name, TRUTH[name])
    assert np.abs(z).max() <= Z_LIMIT
    assert abs(z.mean()) * math.sqrt(PATHS) <= Z_LIMIT
    assert 0.3 <= z.std(ddof=1) <= 2.1  # chi-square(11): outside once in 30,000


def test_standard_errors_are_of_the_published_size(steered: list[SentimentFit]) -> None:
    # Printed for this brand and as many hours: .011 and .007.
    assert np.mean([f.k1_se for f in steered]) == pytest.approx(0.011, rel=0.3)
    assert np.mean([f.k2_se for f in steered]) == pytest.approx(0.007, rel=0.3)


def test_three_days_cannot_tell_an_event() -> None:
    # Printed events moved k2 by .007 to .013; the error of a window of 72 h is about .037.
    paths = steer_brands(np.random.default_rng(32), 72, 8)
    errors = [fit_sentiment(paths[:, j]).k2_se for j in range(8)]
    assert np.median(errors) == pytest.approx(0.037, rel=0.3)


def test_observed_effort_gives_the_parameters_back() -> None:
    rng = np.random.default_rng(33)
    decay, fits = np.full(HOURS, K2), []
    for _ in range(PATHS):
        effort = rng.lognormal(-1.1, 0.5, HOURS)
        x = run_sentiment(effort, K1, decay, K3, rng.standard_normal(HOURS), 0.468)
        fits.append(fit_sentiment(x, effort=effort))
    for name, truth in TRUTH.items():
        z = _score(fits, name, truth)
        assert np.abs(z).max() <= Z_LIMIT, name
        assert abs(z.mean()) * math.sqrt(PATHS) <= Z_LIMIT, name


def test_steps_of_half_an_hour() -> None:
    paths = steer_brands(np.random.default_rng(34), 2 * HOURS, 4, dt_h=0.5)
    fits = [fit_sentiment(paths[:, j], dt_h=0.5) for j in range(4)]
    for name, truth in TRUTH.items():
        assert np.abs(_score(fits, name, truth)).max() <= Z_LIMIT, name


def test_likelihood_of_the_hour_is_wrong_for_continuous_data() -> None:
    # Constant effort: exact hourly samples of the continuous process are an AR(1) with
    # exp(-theta), which the hourly step reads as theta' = 1 - exp(-theta): 14 % too slow.
    rng = np.random.default_rng(35)
    effort, hours = 0.3634, 20_000
    theta = K1 * effort + K2
    settles, memory = K1 * effort / theta, math.exp(-theta)
    spread = K3 * math.sqrt((1 - memory**2) / (2 * theta))
    x = np.empty(hours + 1)
    x[0] = settles
    for h, e in enumerate(rng.standard_normal(hours)):
        x[h + 1] = settles + (x[h] - settles) * memory + spread * e
    fit = fit_sentiment(x, effort=np.full(hours, effort))
    shrink = (1 - memory) / theta
    assert shrink == pytest.approx(0.8607, abs=0.0001)
    assert abs(fit.k2 - shrink * K2) <= Z_LIMIT * fit.k2_se
    assert abs(fit.k1 - shrink * K1) <= Z_LIMIT * fit.k1_se
    assert (K2 - fit.k2) / fit.k2_se > 5.0


def test_gaps_are_left_out() -> None:
    rng = np.random.default_rng(36)
    effort = rng.lognormal(-1.1, 0.5, 400)
    x = run_sentiment(effort, K1, np.full(400, K2), K3, rng.standard_normal(400), 0.468)
    holed = x.copy()
    holed[[0, 100, 101, 250]] = np.nan
    keep = np.setdiff1d(np.arange(400), [0, 99, 100, 101, 249, 250])
    fit = fit_sentiment(holed, effort=effort)
    # The least squares of the kept steps, by the normal equations.
    design = np.column_stack([effort * (1 - x[:-1]), -x[:-1]])[keep]
    answer = np.linalg.solve(design.T @ design, design.T @ np.diff(x)[keep])
    assert fit.steps == keep.size
    np.testing.assert_allclose([fit.k1, fit.k2], answer, rtol=1e-9)


@pytest.mark.parametrize("dt_h", [1.0, 0.5])
def test_likelihood_is_the_sum_over_the_steps(dt_h: float) -> None:
    rng = np.random.default_rng(37)
    effort = rng.lognormal(-1.1, 0.5, 300)
    x = run_sentiment(effort, K1, np.full(300, K2), K3, rng.standard_normal(300), 0.468)
    fit = fit_sentiment(x, dt_h=dt_h, effort=effort)
    drift = fit.k1 * effort * (1 - x[:-1]) - fit.k2 * x[:-1]
    residual = np.diff(x) - drift * dt_h

    def add_densities(k3: float) -> float:
        variance = k3**2 * dt_h
        return float(np.sum(-0.5 * np.log(2 * np.pi * variance) - residual**2 / (2 * variance)))

    assert fit.log_likelihood == pytest.approx(add_densities(fit.k3), rel=1e-12)
    h = 1e-3 * fit.k3
    at, below, above = (add_densities(fit.k3 + shift) for shift in (0.0, -h, h))
    assert above - below == pytest.approx(0.0, abs=1e-3)  # the top
    assert fit.k3_se == pytest.approx(h / math.sqrt(2 * at - below - above), rel=1e-3)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.full(100, 1.2), "100 values outside"),
        (np.full(10, 0.5), "9 known steps"),
        (np.full(100, np.nan), "0 known steps"),
        (np.full(100, 0.5), "does not identify"),
    ],
)
def test_series_that_cannot_be_fitted(x: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_sentiment(x)
    if "identify" in message:
        with pytest.raises(InputError, match="tell k1 from k2"):
            fit_sentiment(x, effort=np.full(100, 0.3))


def test_a_step_needs_a_length() -> None:
    with pytest.raises(InputError, match="dt_h = 0"):
        fit_sentiment(np.full(100, 0.5), dt_h=0.0)


def test_kappa_and_k1_are_told_as_a_ratio_only() -> None:
    x = steer_brands(np.random.default_rng(38), HOURS, 1)[:, 0]
    one, dearer = fit_sentiment(x), fit_sentiment(x, kappa=4.0)
    # Four times the cost of effort reads as twice the effect of it, and nothing else changes.
    assert dearer.k1 == pytest.approx(2.0 * one.k1, rel=1e-5)
    assert (dearer.k2, dearer.k3) == pytest.approx((one.k2, one.k3), rel=1e-5)
    assert dearer.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    told = " ".join(dearer.list_limits())
    assert f"k1*sqrt(c/kappa) = {dearer.k1 / 2:.4g}" in told
    assert "correlation 0.9" in told


def test_few_hours_are_told() -> None:
    x = steer_brands(np.random.default_rng(39), 30, 1)[:, 0]
    fit = fit_sentiment(x)
    assert any("30 steps are too few" in line for line in fit.list_limits())


def test_grid_of_the_fit_is_fine_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    x = steer_brands(np.random.default_rng(40), HOURS, 1)[:, 0]
    quick = fit_sentiment(x)
    monkeypatch.setattr(room, "FIT_NODES", 4001)
    fine = fit_sentiment(x)
    assert abs(quick.k1 - fine.k1) < 0.01 * fine.k1_se
    assert abs(quick.k2 - fine.k2) < 0.01 * fine.k2_se


def test_top_of_the_likelihood_and_its_curvature() -> None:
    x = steer_brands(np.random.default_rng(41), 500, 1)[:, 0]
    fit = fit_sentiment(x)

    def add_densities(k1: float, k2: float) -> float:
        plan = optimal_effort(k1, k2, fit.k3)
        residual = np.diff(x) - k1 * plan.effort(x[:-1]) * (1 - x[:-1]) + k2 * x[:-1]
        return float(-0.5 * np.sum((residual / fit.k3) ** 2))

    top, h = add_densities(fit.k1, fit.k2), 0.3
    shifts = [(h * fit.k1_se, 0), (-h * fit.k1_se, 0), (0, h * fit.k2_se), (0, -h * fit.k2_se)]
    around = [add_densities(fit.k1 + a, fit.k2 + b) - top for a, b in shifts]
    assert max(around) < 0.0
    # With the other held, the error is smaller by sqrt(1 - correlation^2).
    for low, high in (around[:2], around[2:]):
        held = h / math.sqrt(-(low + high))
        assert held == pytest.approx(math.sqrt(1 - fit.correlation**2), rel=0.05)


def test_missing_efforts_are_left_out() -> None:
    rng = np.random.default_rng(42)
    effort = rng.lognormal(-1.1, 0.5, 400)
    x = run_sentiment(effort, K1, np.full(400, K2), K3, rng.standard_normal(400), 0.468)
    holed = effort.copy()
    holed[50:90] = np.nan
    fit = fit_sentiment(x, effort=holed)
    values = x.copy()
    values[51:90] = np.nan
    assert fit.steps == 360
    assert fit.k1 == pytest.approx(fit_sentiment(values, effort=effort).k1, rel=1e-12)
    with pytest.raises(InputError, match="7 efforts for 401 values"):
        fit_sentiment(x, effort=effort[:7])


def test_a_series_that_never_returns_is_no_brand() -> None:
    x = np.linspace(0.1, 0.9, 500) + 1e-4 * np.random.default_rng(43).standard_normal(500)
    with pytest.raises(InputError, match="not within"):
        fit_sentiment(x)
