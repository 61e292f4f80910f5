"""Changes of k1 and k2 at an event: given back, with a test of the right size.

Tolerances: |z| <= 4.3 for means; shares of rejections by the binomial distribution at the same
rate (a false alarm once in 60,000). ``experiments/events`` holds the full tables.
"""

import math

import numpy as np
import pytest
from scipy import stats
from steering import ATT, steer_brands

from sim.errors import InputError
from sim.feeling import run_sentiment, study_event
from sim.feeling.sentiment.statistics import event_study

Z_LIMIT = 4.3
WINDOW = 72


def _join(rng: np.random.Generator, paths: int, hours: int, after: tuple[float, float, float]):
    before = steer_brands(rng, hours, paths)
    return np.concatenate([before[:-1], steer_brands(rng, hours, paths, after, start=before[-1])])


def test_size_of_the_test_in_windows_of_three_days() -> None:
    x = steer_brands(np.random.default_rng(51), 2 * WINDOW, 160)
    found = [study_event(x[:, j], WINDOW) for j in range(160)]
    rejected = np.mean([study.p_value < 0.05 for study in found])
    assert abs(rejected - 0.05) <= Z_LIMIT * math.sqrt(0.05 * 0.95 / 160)
    score = np.array([study.change / study.change_se for study in found])
    assert abs(score.mean()) * math.sqrt(160) <= Z_LIMIT
    assert score.std() == pytest.approx(1.0, abs=Z_LIMIT / math.sqrt(2 * 160))


@pytest.mark.parametrize(("moved", "factor"), [("k2", 1.3), ("k1", 0.7)])
def test_large_changes_are_given_back(moved: str, factor: float) -> None:
    k1, k2, k3 = ATT
    after = (k1 * factor, k2, k3) if moved == "k1" else (k1, k2 * factor, k3)
    x = _join(np.random.default_rng(52), 40, 300, after)
    found = [study_event(x[:, j], 300, 300, moved=moved) for j in range(40)]
    truth = (factor - 1.0) * (k1 if moved == "k1" else k2)
    score = np.array([(study.change - truth) / study.change_se for study in found])
    assert abs(score.mean()) * math.sqrt(40) <= Z_LIMIT
    assert 0.6 <= score.std() <= 1.5
    assert max(study.p_value for study in found) < 0.05
    assert all(study.after - study.before == pytest.approx(study.change) for study in found)


def test_observed_effort_gives_the_change_back() -> None:
    rng = np.random.default_rng(53)
    effort = rng.lognormal(-1.1, 0.5, 400)
    decay = np.where(np.arange(400) < 200, 0.164, 0.230)
    x = run_sentiment(effort, 0.396, decay, 0.02, rng.standard_normal(400), 0.468)
    found = study_event(x, 200, None, effort=effort)
    assert abs(found.change - 0.066) <= Z_LIMIT * found.change_se
    # Its other road: the ordinary regression with an interaction, whose squared t is F.
    late = np.arange(400) >= 200
    design = np.column_stack([effort * (1 - x[:-1]), -x[:-1], -x[:-1] * late])
    answer, squares, *_ = np.linalg.lstsq(design, np.diff(x), rcond=None)
    variance = squares[0] / 397 * np.linalg.inv(design.T @ design)[2, 2]
    assert found.change == pytest.approx(answer[2], rel=1e-4)
    assert found.change_se == pytest.approx(math.sqrt(variance), rel=1e-3)
    assert found.steps_before == found.steps_after == 200


def test_few_steps_widen_the_error_and_lower_the_statistic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Q of the head, from the slope of the steps about each window's own mean: exact, no draw."""
    x, hours = steer_brands(np.random.default_rng(56), 96, 1)[:, 0], 48
    found = study_event(x, hours, hours)
    monkeypatch.setattr(event_study, "_compute_shrink", lambda *_: 1.0)
    raw = study_event(x, hours, hours)
    start, rate = x[:-1].reshape(2, hours), np.diff(x).reshape(2, hours)
    about = start - start.mean(axis=1, keepdims=True)
    theta = -float((about * rate).sum() / (about**2).sum())
    q = 1.0 - (2.0 + 4.0 * (1.0 - theta)) / (2 * hours) / theta
    assert 0.6 < q < 0.95
    assert found.change == raw.change
    assert raw.change_se / found.change_se == pytest.approx(q)
    statistics = [stats.f.isf(one.p_value, 1, 2 * hours - 3) for one in (found, raw)]
    assert statistics[0] / statistics[1] == pytest.approx(q**2)


def test_windows_are_cut_around_the_event() -> None:
    x = steer_brands(np.random.default_rng(54), 400, 1)[:, 0]
    x[210] = np.nan
    found = study_event(x, 200, 72)
    assert (found.steps_before, found.steps_after) == (72, 70)
    alone = study_event(x[128:273], 72, None)
    assert found.change == pytest.approx(alone.change, rel=1e-9)
    longer = study_event(x, 200, 72, before_h=math.inf)
    assert (longer.steps_before, longer.steps_after) == (200, 70)
    assert longer.change_se < 0.9 * found.change_se


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event_index": 0}, "event_index = 0, allowed: 1 to 99"),
        ({"moved": "k3"}, "moved = 'k3', allowed: k1, k2"),
        ({"event_index": 90}, "10 known steps after the event, allowed: 24"),
        ({"window_h": 12.0}, "12 known steps before the event"),
    ],
)
def test_wrong_studies_are_told(change: dict[str, object], message: str) -> None:
    x = steer_brands(np.random.default_rng(55), 100, 1)[:, 0]
    with pytest.raises(InputError, match=message):
        study_event(**({"x": x, "event_index": 50, "window_h": 50.0} | change))  # type: ignore[arg-type] # wrong on purpose
