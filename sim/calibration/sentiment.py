"""Sentiment of a history: scores of messages, hourly means, the brand's k1, k2, k3.

A column holds scores (in [0, 1] or [-1, 1], or in a range that the user names), labels
(negative, neutral, positive), or texts, which a function that the user names scores: there
is no lexicon. x of an hour is the mean score of its messages, weighted by the counts where
rows are intervals. It is seen through few messages, so its standard error goes into the fit::

    s_h^2 = v / n_h,   v the variance of scores within hours, pooled

Means over intervals have no such error: what they were made of is not known. Checked by
``tests/unit/test_calibration_sentiment.py`` and ``tests/functional/test_calibrate_sentiment.py``
(parameters given back, the six airlines).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.scorer import call_scorer
from sim.errors import InputError
from sim.feeling import (
    ResidualChecks,
    SentimentFit,
    filter_sentiment,
    fit_sentiment,
)
from sim.feeling.sentiment.statistics.residuals import check_standardized

# Neutral is the middle of the scale.
LABELS = {"negative": 0.0, "neg": 0.0, "neutral": 0.5, "neu": 0.5, "mixed": 0.5}
LABELS |= {"positive": 1.0, "pos": 1.0}
# The two scales in use; others are named by history_score_range.
RANGES = ((0.0, 1.0), (-1.0, 1.0))
# With half of the cells unreadable the column is not one of labels.
LEAST_READABLE = 0.5
HOUR_MS = 3_600_000
# 23 years; bounds memory where a time stamp is wrong by decades.
MOST_HOURS = 200_000
# A day of hours, so that a daily course in what is left over shows.
LAGS = 24
ROLE = "history_columns.sentiment"


class Scores(NamedTuple):
    """Scores of rows in [0, 1], NaN where there is none, and how they were read."""

    value: np.ndarray
    rule: str


class BrandSentiment(NamedTuple):
    """Hourly sentiment of a history and its fit.

    `fit`, `ahead` and `checks` are None where the series does not identify the model; `message`
    says why.
    """

    column: str
    rule: str
    start_ms: np.ndarray
    """int64, shape (n_hours,): UTC hours, from the first to the last with a score"""
    mean: np.ndarray
    """shape (n_hours,): mean score, NaN where nobody wrote"""
    sampling_sd: np.ndarray
    """shape (n_hours,): its standard error"""
    messages: int
    level: float
    """mean over all messages"""
    fit: SentimentFit | None
    ahead: np.ndarray | None
    """shape (n_hours,): forecast of each hour from those before it"""
    ahead_sd: np.ndarray | None
    """shape (n_hours,): its standard error as a forecast of the hourly mean"""
    checks: ResidualChecks | None
    message: str


def read_scores(
    cells: np.ndarray,
    scorer: Callable[[str], float] | None = None,
    score_range: Sequence[float] | None = None,
) -> Scores:
    """Read a column as scores in [0, 1].

    Parameters
    ----------
    cells : np.ndarray
        shape (n_rows,): numbers or text, as the reader of histories gives them.
    scorer : callable, optional
        Text to a number; asked once for each different text.
    score_range : sequence of float, optional
        Lowest and highest score; [0, 1] or [-1, 1] by the numbers where it is not given.

    Raises
    ------
    InputError
        If the scores lie outside of their range, or half of the cells cannot be read.
    """
    if scorer is not None:
        numbers = call_scorer(cells, scorer)
        value, span = _stretch(numbers, score_range)
        return Scores(value, f"texts scored by the user's function, {span}")
    if cells.dtype != object:
        value, span = _stretch(cells.astype(np.float64), score_range)
        return Scores(value, f"scores {span}")
    words = np.char.lower(np.char.strip(cells.astype(str)))
    value = np.array([LABELS.get(word, math.nan) for word in words.tolist()])
    filled = words != ""
    unread = filled & ~np.isfinite(value)
    if filled.sum() == 0 or unread.sum() > LEAST_READABLE * filled.sum():
        example = f", such as {words[unread][0][:40]!r}" if unread.any() else ""
        raise InputError(
            f"{ROLE}: {int(unread.sum())} of {int(filled.sum())} cells are not a label{example}; "
            "allowed: negative, neutral, positive; or scores; or texts with history_scorer"
        )
    return Scores(value, "labels: negative 0, neutral 0.5, positive 1")


def _stretch(numbers: np.ndarray, score_range: Sequence[float] | None) -> tuple[np.ndarray, str]:
    """Numbers on [0, 1], and the range that they were on."""
    known = numbers[np.isfinite(numbers)]
    if known.size == 0:
        raise InputError(f"{ROLE}: has no scores")
    low, high = float(known.min()), float(known.max())
    if score_range is None:
        fitting = [each for each in RANGES if each[0] <= low and high <= each[1]]
        if not fitting:
            raise InputError(
                f"{ROLE}: scores from {low:g} to {high:g}; allowed: in [0, 1] or [-1, 1], or name "
                "the range with history_score_range=[LOWEST,HIGHEST]"
            )
        score_range = fitting[0]
    first, last = float(score_range[0]), float(score_range[1])
    if low < first or high > last:
        raise InputError(
            f"{ROLE}: scores from {low:g} to {high:g}; allowed by history_score_range: "
            f"{first:g} to {last:g}"
        )
    return (numbers - first) / (last - first), f"from {first:g} to {last:g}"


def fit_brand_sentiment(
    time_ms: np.ndarray, scores: Scores, weight: np.ndarray | None, column: str
) -> BrandSentiment:
    """Fit the brand's sentiment to scored rows.

    Parameters
    ----------
    time_ms : np.ndarray
        int64, shape (n_rows,): UTC.
    scores : Scores
        Of the rows.
    weight : np.ndarray, optional
        shape (n_rows,): messages of each row, where rows are intervals.
    column : str
        Name of the column.

    Returns
    -------
    Mood
        With the reason where the series does not identify the model.

    Raises
    ------
    InputError
        If there are no scores at all, or the history is longer than 20 years.
    """
    hours, mean, spread, level, messages = _average(time_ms, scores.value, weight)
    fit, ahead, ahead_sd, checks = None, None, None, None
    try:
        fit = fit_sentiment(mean, sampling_sd=spread) if spread.any() else fit_sentiment(mean)
    except InputError as error:
        message = f"sentiment stays the base scenario's: {error}".replace("sentiment fit: ", "")
    else:
        found = filter_sentiment(fit, mean, spread)
        ahead, ahead_sd = found.ahead_mean, np.hypot(found.ahead_sd, spread)
        residual = (mean - ahead) / ahead_sd
        residual[0] = math.nan
        checks = check_standardized(residual, min(LAGS, int(np.isfinite(residual).sum()) // 4))
        message = _format_fit(fit, checks, hours.size)
    return BrandSentiment(
        column, scores.rule, hours * HOUR_MS, mean, spread, messages, level, fit, ahead, ahead_sd,
        checks, message,
    )  # fmt: skip


def _average(
    time_ms: np.ndarray, value: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, int]:
    """Hours, means, their standard errors, the mean of all and how many messages."""
    known = np.isfinite(value)
    if weight is not None:
        known &= weight > 0
    if not known.any():
        raise InputError(f"{ROLE}: has no scores")
    hour = time_ms[known] // HOUR_MS
    size = int(hour.max() - hour.min()) + 1
    if size > MOST_HOURS:
        raise InputError(f"{ROLE}: scores span {size} hours, allowed: {MOST_HOURS}")
    place = hour - hour.min()
    count = np.ones(int(known.sum())) if weight is None else weight[known].astype(np.float64)
    total = np.bincount(place, count, minlength=size)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, count * value[known], minlength=size) / total
    spread = np.zeros(size)
    if weight is None:
        free = int(known.sum()) - int((total > 0).sum())
        within = float(np.sum((value[known] - mean[place]) ** 2))
        with np.errstate(divide="ignore"):
            spread = np.sqrt(within / max(free, 1) / total)
        spread[total == 0] = math.nan
    messages = int(total.sum())
    level = float(np.sum(count * value[known]) / total.sum())
    mean = np.clip(mean, 0.0, 1.0)
    return np.arange(size) + int(hour.min()), mean, spread, level, messages


def _format_fit(fit: SentimentFit, checks: ResidualChecks, hours: int) -> str:
    message = (
        f"sentiment over {hours} hours: k1 {fit.k1:.3g} (standard error {fit.k1_se:.2g}), k2 "
        f"{fit.k2:.3g} ({fit.k2_se:.2g}), k3 {fit.k3:.3g} ({fit.k3_se:.2g})"
    )
    weak = [line for line in fit.list_limits() if "too few" in line]
    if checks.independence_p < 0.01:
        weak.append(
            "what is left over is not independent noise (Ljung and Box, p = "
            f"{checks.independence_p:.1g}): the daily course, perhaps"
        )
    return "; ".join([message, *weak])


def change_brand(brand_sentiment: BrandSentiment | None, series: str) -> dict[str, Any]:
    """Lay out ``brand`` as differences; nothing where the fit failed."""
    if brand_sentiment is None or brand_sentiment.fit is None:
        return {}
    fit = brand_sentiment.fit
    names = ("k1", "k2", "k3", "k1_se", "k2_se")
    brand: dict[str, Any] = {name: float(f"{getattr(fit, name):.4g}") for name in names}
    return {"brand": {"name": series, **brand, "mean_sentiment": round(brand_sentiment.level, 4)}}


def describe_brand_sentiment(brand_sentiment: BrandSentiment, local: list[str]) -> dict[str, Any]:
    """The part ``sentiment`` of fit.json; ``local`` tells the hours on the local clock."""
    described: dict[str, Any] = {
        "column": brand_sentiment.column,
        "read_as": brand_sentiment.rule,
        "messages": brand_sentiment.messages,
        "hours": int(brand_sentiment.mean.size),
        "hours_without_messages": int(np.isnan(brand_sentiment.mean).sum()),
        "mean": round(brand_sentiment.level, 4),
        "told": brand_sentiment.message,
        "time_local": local,
        "observed": _round(brand_sentiment.mean),
    }
    if (
        brand_sentiment.fit is None
        or brand_sentiment.checks is None
        or brand_sentiment.ahead is None
        or brand_sentiment.ahead_sd is None
    ):
        return described
    missed = (brand_sentiment.mean - brand_sentiment.ahead)[1:]
    policy = brand_sentiment.fit.compute_control_policy()
    described |= {
        "fixed_point": round(policy.fixed_point, 4),
        "half_life_h": round(policy.half_life_h, 3),
        "correlation_k1_k2": round(brand_sentiment.fit.correlation, 3),
        "forecast_error": round(float(np.nanmean(np.abs(missed))), 4),
        "independence_p": float(f"{brand_sentiment.checks.independence_p:.3g}"),
        "clustering_p": float(f"{brand_sentiment.checks.clustering_p:.3g}"),
        "normality_p": float(f"{brand_sentiment.checks.normality_p:.3g}"),
        "limits": list(brand_sentiment.fit.list_limits()),
        "forecast": _round(brand_sentiment.ahead),
        "forecast_sd": _round(brand_sentiment.ahead_sd),
    }
    return described


def _round(values: np.ndarray) -> list[float | None]:
    return [round(float(each), 4) if math.isfinite(each) else None for each in values]
