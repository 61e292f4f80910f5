"""Scores, labels and texts read as sentiment; hours averaged by hand; the user's own function."""

import math

import numpy as np
import pytest

from sim.calibration.scorer import load_scorer
from sim.calibration.sentiment import change_brand, fit_brand_sentiment, read_scores
from sim.errors import InputError
from sim.feeling import steer_sentiment

HOUR_MS = 3_600_000


def _objects(*cells: str) -> np.ndarray:
    return np.array(cells, dtype=object)


def test_labels() -> None:
    found = read_scores(_objects("Positive", " negative", "neutral", "", "POS", "?"))
    np.testing.assert_array_equal(found.value, [1.0, 0.0, 0.5, math.nan, 1.0, math.nan])
    assert found.rule == "labels: negative 0, neutral 0.5, positive 1"


@pytest.mark.parametrize(
    ("numbers", "span", "expected", "rule"),
    [
        ([0.0, 0.25, 1.0], None, [0.0, 0.25, 1.0], "scores from 0 to 1"),
        ([-1.0, 0.0, 0.5], None, [0.0, 0.5, 0.75], "scores from -1 to 1"),
        ([1.0, 3.0, 5.0], (1.0, 5.0), [0.0, 0.5, 1.0], "scores from 1 to 5"),
        ([0.2, math.nan], None, [0.2, math.nan], "scores from 0 to 1"),
    ],
)
def test_scores(numbers: list[float], span, expected: list[float], rule: str) -> None:
    found = read_scores(np.array(numbers), score_range=span)
    np.testing.assert_allclose(found.value, expected, atol=1e-12)
    assert found.rule == rule


def test_texts_are_scored_by_the_users_function(tmp_path) -> None:
    place = tmp_path / "mine.py"
    place.write_text("def score(text):\n    return -1 if 'NOT' in text else 1\n", encoding="utf-8")
    scorer = load_scorer(f"{place}:score")
    found = read_scores(_objects("NOT working", "great", "", "NOT working"), scorer)
    np.testing.assert_array_equal(found.value, [0.0, 1.0, math.nan, 0.0])
    assert load_scorer("math:sqrt") is math.sqrt


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("score", "allowed: module:function or file.py:function"),
        ("no_such_module_here:score", "cannot be loaded: ModuleNotFoundError"),
        ("missing.py:score", "no such file"),
        ("math:squrt", "no function squrt in it; did you mean sqrt"),
    ],
)
def test_functions_that_are_not_there(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_scorer(name)


def _fail(text: str) -> float:
    raise KeyError(text)


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        (_objects("good", "bad", "ugly"), {}, "3 of 3 cells are not a label, such as 'good'"),
        (np.array([1.0, 5.0]), {}, "scores from 1 to 5; allowed: in .0, 1. or .-1, 1."),
        (np.array([0.0, 5.0]), {"score_range": (1.0, 5.0)}, "allowed by history_score_range"),
        (np.array([math.nan]), {}, "has no scores"),
        (_objects("", ""), {}, "0 of 0 cells are not a label"),
        (
            _objects("x"),
            {"scorer": _fail},
            "failed on 'x': .*test_calibration_sentiment.py: line 6[0-9]: KeyError",
        ),
    ],
)
def test_columns_that_cannot_be_read(cells: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_scores(cells, **options)


def test_hours_by_hand() -> None:
    time_ms = np.array([10, 20, 30, 3 * HOUR_MS + 5, 3 * HOUR_MS + 6]) + 100 * HOUR_MS
    scores = read_scores(np.array([0.0, 0.5, 1.0, 1.0, 0.6]))
    brand_sentiment = fit_brand_sentiment(time_ms, scores, None, "score")
    np.testing.assert_allclose(brand_sentiment.mean, [0.5, math.nan, math.nan, 0.8])
    # Pooled within hours: (.25 + 0 + .25 + .04 + .04) / (5 messages - 2 hours).
    variance = 0.58 / 3
    np.testing.assert_allclose(
        brand_sentiment.sampling_sd,
        [math.sqrt(variance / 3), math.nan, math.nan, math.sqrt(variance / 2)],
    )
    assert brand_sentiment.start_ms.tolist() == [(100 + h) * HOUR_MS for h in range(4)]
    assert (brand_sentiment.messages, brand_sentiment.level) == (5, pytest.approx(0.62))
    assert brand_sentiment.fit is None
    assert brand_sentiment.message.startswith("sentiment stays the base scenario's: ")
    assert change_brand(brand_sentiment, "x") == {}


def test_intervals_count_by_their_messages() -> None:
    time_ms = np.array([0, HOUR_MS // 2, HOUR_MS])
    scores = read_scores(np.array([0.2, 0.8, 0.5]))
    brand_sentiment = fit_brand_sentiment(time_ms, scores, np.array([3.0, 1.0, 0.0]), "score")
    np.testing.assert_allclose(brand_sentiment.mean, [0.35])
    assert brand_sentiment.sampling_sd.tolist() == [0.0]


def test_messages_give_the_brand_back() -> None:
    rng = np.random.default_rng(91)
    x = steer_sentiment(0.396, 0.164, 0.028, rng.standard_normal((1500, 1)))[:, 0]
    hour = np.repeat(np.arange(1501), rng.poisson(60, 1501))
    score = (rng.random(hour.size) < x[hour]).astype(float)
    brand_sentiment = fit_brand_sentiment(hour * HOUR_MS + 7, read_scores(score), None, "score")
    assert brand_sentiment.fit is not None
    for name, truth in (("k1", 0.396), ("k2", 0.164), ("k3", 0.028)):
        assert abs(getattr(brand_sentiment.fit, name) - truth) <= 4.3 * getattr(
            brand_sentiment.fit, f"{name}_se"
        )
    assert brand_sentiment.checks.independence_p > 0.001
    score_of_forecast = (brand_sentiment.mean - brand_sentiment.ahead)[
        1:
    ] / brand_sentiment.ahead_sd[1:]
    assert score_of_forecast.std() == pytest.approx(1.0, abs=0.1)
    brand = change_brand(brand_sentiment, "Mine")["brand"]
    assert brand["name"] == "Mine"
    assert brand["k1"] == pytest.approx(brand_sentiment.fit.k1, rel=1e-3)
