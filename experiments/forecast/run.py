"""Forecasts of sentiment: the model against AR, ARIMA and naive ones, simulated and real series.

    python experiments/forecast/run.py [--seed 1] [--series 6]

Wants the extra `bench` (statsmodels); the real series wants SURGECREW_DATA, the folder that holds
airline_mentions_2015.csv. What is missing is said and left out. Writes tables.md and forecast.svg
beside this file.
"""

import argparse
import datetime
import functools
import math
import os
import pathlib
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from sim.calibration.reading.rows import read_observations
from sim.calibration.sentiment import fit_brand_sentiment, read_scores
from sim.cli.progress import ProgressBar
from sim.errors import InputError
from sim.feeling import (
    filter_sentiment,
    fit_sentiment,
    forecast_sentiment,
    steer_sentiment,
)
from sim.feeling.sentiment.statistics.residuals import check_standardized
from sim.report.charts.chart import DASHED, Chart, Line, Panel
from sim.report.charts.figures import draw_chart
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
BRAND = (0.396, 0.164, 0.028)
HOURS, TRAIN = 2928, 1952
FAR_H = (1, 3, 6, 24)
REAL_TRAIN_SHARE = 2.0 / 3.0
MOST_LAGS = 24
AIRLINES = ("American", "Delta", "Southwest", "US Airways", "United", "Virgin America")
Forecaster = Callable[[np.ndarray, int, int], np.ndarray]
"""Series, hours of training, hours ahead: forecasts of every hour after the training."""


def forecast_naive(x: np.ndarray, train: int, ahead: int) -> np.ndarray:
    return x[train - ahead : x.size - ahead]


def forecast_mean(x: np.ndarray, train: int, ahead: int) -> np.ndarray:
    return np.full(x.size - train, x[:train].mean())


def fit_autoregression(x: np.ndarray, lags: int) -> np.ndarray:
    """Return intercept and coefficients by least squares."""
    rows = [x[lags - lag - 1 : x.size - lag - 1] for lag in range(lags)]
    design = np.column_stack([np.ones(x.size - lags), *rows])
    return np.linalg.lstsq(design, x[lags:], rcond=None)[0]


def choose_lags(x: np.ndarray) -> int:
    """Return the order with the smallest criterion of Akaike, on the same steps."""

    def judge(lags: int) -> float:
        line = fit_autoregression(x, lags)
        rows = [x[MOST_LAGS - lag - 1 : x.size - lag - 1] for lag in range(lags)]
        design = np.column_stack([np.ones(x.size - MOST_LAGS), *rows])
        residual = x[MOST_LAGS:] - design @ line
        return float(residual.size * math.log(np.mean(residual**2)) + 2 * (lags + 1))

    return min(range(1, MOST_LAGS + 1), key=judge)


def forecast_autoregression(x: np.ndarray, train: int, ahead: int, lags: int) -> np.ndarray:
    line = fit_autoregression(x[:train], lags)
    past = np.array([x[t - lags : t][::-1] for t in range(train - ahead + 1, x.size - ahead + 1)])
    for _ in range(ahead):
        following = line[0] + past @ line[1:]
        past = np.column_stack([following, past[:, :-1]])
    return past[:, 0]


@functools.lru_cache(maxsize=8)
def filter_arima(data: bytes, train: int, order: tuple[int, int, int]) -> tuple:
    """Return the filter of the whole series, fitted to its first part, with its matrices."""
    from statsmodels.tsa.arima.model import ARIMA

    x = np.frombuffer(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its starting values and steps that did not converge
        whole = ARIMA(x[:train], order=order, trend="n").fit().apply(x)
    ssm = whole.model.ssm
    return (
        whole.filter_results.predicted_state,
        np.array(ssm["transition"]),
        np.array(ssm["design"]),
    )


def forecast_arima(
    x: np.ndarray, train: int, ahead: int, order: tuple[int, int, int]
) -> np.ndarray:
    """Forecast from every origin at once, by the matrices of its state space."""
    level = float(x[:train].mean())
    states, transition, design = filter_arima((x - level).tobytes(), train, order)
    state = states[:, train - ahead + 1 : x.size - ahead + 1]
    for _ in range(ahead - 1):
        state = transition @ state
    return level + np.asarray(design @ state)[0]


def forecast_model(x: np.ndarray, train: int, ahead: int) -> np.ndarray:
    fit = fit_sentiment(x[:train])
    starts = x[train - ahead : x.size - ahead]
    return forecast_sentiment(fit, starts, ahead, levels=(0.95,)).mean[:, ahead - 1]


def list_methods(has_arima: bool) -> dict[str, Forecaster]:
    methods: dict[str, Forecaster] = {
        "this model": forecast_model,
        "AR(1)": lambda x, train, ahead: forecast_autoregression(x, train, ahead, 1),
        "AR, order by AIC": lambda x, train, ahead: forecast_autoregression(
            x, train, ahead, choose_lags(x[:train])
        ),
        "naive: the last value": forecast_naive,
        "mean of the training": forecast_mean,
    }
    if has_arima:
        for order in ((1, 0, 1), (2, 0, 2), (1, 1, 1)):
            methods[f"ARIMA{order}".replace(" ", "")] = lambda x, train, ahead, order=order: (
                forecast_arima(x, train, ahead, order)
            )
    return methods


def score_simulated(
    seed: int, count: int, methods: Mapping[str, Forecaster], progress: ProgressBar
) -> list[str]:
    """Return a line for each method: errors by hours ahead, and against this model's."""
    rng = np.random.default_rng([seed, 1])
    series = steer_sentiment(*BRAND, rng.standard_normal((HOURS, count)))
    errors = {name: np.empty((count, len(FAR_H))) for name in methods}
    for j in range(count):
        progress("Forecasting", j, count)
        x = np.ascontiguousarray(series[:, j])
        for name, method in methods.items():
            for column, ahead in enumerate(FAR_H):
                missed = np.abs(x[TRAIN:] - method(x, TRAIN, ahead))
                errors[name][j, column] = missed.mean()
    ours = errors["this model"]
    lines = []
    for name, each in errors.items():
        gap = each - ours
        more = gap[:, 0].mean() / ours[:, 0].mean()
        spread = gap[:, 0].std(ddof=1) / math.sqrt(count) / ours[:, 0].mean()
        cells = "".join(f" {value:.5f} |" for value in each.mean(axis=0))
        lines.append(f"| {name} |{cells} {more:+.2%} ± {1.96 * spread:.2%} |")
    return lines


def measure_days(seed: int, count: int) -> str:
    """Return the error of the next day's mean: what the source's .009 to .011 may be."""
    rng = np.random.default_rng([seed, 2])
    series = steer_sentiment(*BRAND, rng.standard_normal((HOURS, count)))
    missed = []
    for j in range(count):
        fit = fit_sentiment(series[:TRAIN, j])
        starts = np.arange(TRAIN, HOURS - 24, 24)
        found = forecast_sentiment(fit, series[starts, j], 24, levels=(0.95,)).mean.mean(axis=1)
        days = np.array([series[start + 1 : start + 25, j].mean() for start in starts])
        missed.append(np.abs(days - found).mean())
    return f"{np.mean(missed):.4f}"


def check_intervals(
    seed: int, count: int, progress: ProgressBar
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return coverage by level and hours ahead, and the shares below each quantile."""
    rng = np.random.default_rng([seed, 3])
    series = steer_sentiment(*BRAND, rng.standard_normal((HOURS, count)))
    levels = (0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 0.95)
    inside = np.empty((count, len(levels), len(FAR_H)))
    for j in range(count):
        progress("Checking intervals", j, count)
        x = series[:, j]
        fit = fit_sentiment(x[:TRAIN])
        far = max(FAR_H)
        found = forecast_sentiment(fit, x[TRAIN : HOURS - far], far, levels=levels)
        for column, ahead in enumerate(FAR_H):
            came = x[TRAIN + ahead : HOURS - far + ahead]
            low, high = found.low[:, :, ahead - 1], found.high[:, :, ahead - 1]
            inside[j, :, column] = np.mean((came >= low) & (came <= high), axis=1)
    mean, error = inside.mean(axis=0), inside.std(axis=0, ddof=1) / math.sqrt(count)
    lines = []
    for row, level in enumerate(levels):
        cells = "".join(
            f" {mean[row, column]:.3f} ± {1.96 * error[row, column]:.3f} |"
            for column in range(len(FAR_H))
        )
        lines.append(f"| {level:.0%} |{cells}")
    return lines, np.array(levels), mean


class Real(NamedTuple):
    """An airline's hours."""

    mean: np.ndarray
    sampling_sd: np.ndarray
    messages: int


def read_airline(path: pathlib.Path, name: str) -> Real:
    seen = read_observations(path, series=name)
    brand_sentiment = fit_brand_sentiment(
        seen.time_ms, read_scores(seen.sentiment), None, "airline_sentiment"
    )
    return Real(brand_sentiment.mean, brand_sentiment.sampling_sd, brand_sentiment.messages)


def predict_real(real: Real, train: int) -> dict[str, np.ndarray]:
    """Return forecasts of each hour from the one before it, fitted to the first part."""
    x, spread = real.mean, real.sampling_sd
    fit = fit_sentiment(x[:train], sampling_sd=spread[:train])
    found = filter_sentiment(fit, x, spread)
    level = float(np.nanmean(x[:train]))
    filled = fill(x, level)
    pairs = np.isfinite(x[:-1]) & np.isfinite(x[1:])
    early = pairs & (np.arange(x.size - 1) < train - 1)
    design = np.column_stack([np.ones(int(early.sum())), x[:-1][early]])
    line = np.linalg.lstsq(design, x[1:][early], rcond=None)[0]
    known = np.where(np.isfinite(x), x, level)
    forecasts = {
        "this model, sampling error known": found.ahead_mean,
        "AR(1) of the means": np.append(level, line[0] + line[1] * known[:-1]),
        "naive: the last value": np.append(level, filled[:-1]),
        "mean of the training": np.full(x.size, level),
    }
    try:
        plain = fit_sentiment(x[:train])
        forecasts["this model, means taken as exact"] = filter_sentiment(plain, x).ahead_mean
    except InputError:
        print("means taken as exact: not identified", file=sys.stderr)
    return forecasts


def fill(x: np.ndarray, level: float) -> np.ndarray:
    """Return the series with each gap filled by the last value known."""
    last, filled = level, np.empty(x.size)
    for i, value in enumerate(x):
        last = value if math.isfinite(value) else last
        filled[i] = last
    return filled


def predict_real_arima(real: Real, train: int, order: tuple[int, int, int]) -> np.ndarray:
    from statsmodels.tsa.arima.model import ARIMA

    level = float(np.nanmean(real.mean[:train]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its starting values and steps that did not converge
        fitted = ARIMA(real.mean[:train] - level, order=order, trend="n").fit()
        return level + np.asarray(fitted.apply(real.mean - level).predict(0, real.mean.size - 1))


def score_airlines(folder: pathlib.Path, has_arima: bool) -> tuple[list[str], list[str]]:
    """Return the lines of the forecast table and of the fits."""
    table, fits = {}, []
    for name in AIRLINES:
        real = read_airline(folder / "airline_mentions_2015.csv", name)
        seen = np.flatnonzero(np.isfinite(real.mean))
        train = int(seen[round(REAL_TRAIN_SHARE * seen.size)])
        try:
            forecasts = predict_real(real, train)
            fits.append(write_fit(name, real))
        except InputError as error:
            fits.append(f"| {name} | {real.messages:,} | {real.mean.size} | {error} |" + " |" * 7)
            continue
        if has_arima:
            forecasts["ARIMA(1,0,1)"] = predict_real_arima(real, train, (1, 0, 1))
        late = np.isfinite(real.mean) & (np.arange(real.mean.size) >= train)
        # Hours of many messages count for more: what is missed there is missed sentiment.
        weight = 1.0 / real.sampling_sd[late] ** 2
        for method, each in forecasts.items():
            missed = np.abs(real.mean - each)[late]
            table.setdefault(method, {})[name] = float(missed @ weight / weight.sum())
    lines = []
    shown = [name for name in AIRLINES if any(name in each for each in table.values())]
    for method, each in table.items():
        cells = "".join(f" {each[name]:.4f} |" if name in each else " |" for name in shown)
        lines.append(f"| {method} |{cells} {np.mean(list(each.values())):.4f} |")
    return [f"| method |{''.join(f' {name} |' for name in shown)} mean |",
            "|" + "---|" * (len(shown) + 2), *lines], fits  # fmt: skip


def write_fit(name: str, real: Real) -> str:
    fit = fit_sentiment(real.mean, sampling_sd=real.sampling_sd)
    found = filter_sentiment(fit, real.mean, real.sampling_sd)
    residual = (real.mean - found.ahead_mean) / np.hypot(found.ahead_sd, real.sampling_sd)
    checks = check_standardized(residual[1:])
    inside = np.nanmean(np.where(np.isfinite(residual[1:]), np.abs(residual[1:]) < 1.96, np.nan))
    return (
        f"| {name} | {real.messages:,} | {real.mean.size} | {fit.k1:.3f} ({fit.k1_se:.3f}) "
        f"| {fit.k2:.3f} ({fit.k2_se:.3f}) | {fit.k3:.3f} ({fit.k3_se:.3f}) "
        f"| {fit.find_law().fixed_point:.3f} | {checks.independence_p:.3f} "
        f"| {checks.clustering_p:.3f} | {checks.normality_p:.3f} | {inside:.3f} |"
    )


def find_arima() -> bool:
    try:
        import statsmodels  # noqa: F401 (only whether it is there)
    except ImportError:
        print("statsmodels is not installed (extra bench): no ARIMA", file=sys.stderr)
        return False
    return True


def draw(levels: np.ndarray, mean: np.ndarray) -> str:
    lines = [Line(100 * levels, 100 * levels, "promised", DASHED, weight="plain")]
    lines += [
        Line(100 * levels, 100 * mean[:, column], f"{ahead} h ahead", weight="strong")
        for column, ahead in enumerate(FAR_H)
        if ahead in (1, 24)
    ]
    alt = "Share of values inside forecast intervals against the share promised: on the diagonal."
    panel = Panel("Inside the interval, %", lines, height_in=2.6)
    return draw_chart(Chart("forecast", "", alt, [panel], x_title="promised, %"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--series", type=int, default=6)
    asked = parser.parse_args()
    has_arima = find_arima()
    with ProgressBar() as progress:
        methods = list_methods(has_arima)
        simulated = score_simulated(asked.seed, asked.series, methods, progress)
        coverage, levels, mean = check_intervals(asked.seed, asked.series, progress)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rule = "|" + "---|" * (len(FAR_H) + 2)
    ahead = "".join(f" {hours} h |" for hours in FAR_H)
    text = [
        "# Forecasts",
        "",
        f"Seed {asked.seed}, {asked.series} series, {today}, commit {read_commit()}. Written by"
        " `run.py`; README.md says how to read it.",
        "",
        f"## Simulated (AT&T, {TRAIN:,} hours to fit, {HOURS - TRAIN} to forecast): mean absolute"
        " error",
        "",
        f"| method |{ahead} next hour, against this model |",
        rule,
        *simulated,
        "",
        f"No forecast of an hour can be better than k3 sqrt(2/pi) ="
        f" {BRAND[2] * math.sqrt(2 / math.pi):.5f}. Error of the next 24 hours' mean:"
        f" {measure_days(asked.seed, asked.series)}.",
        "",
        "## Share of values inside the intervals (± 1.96 standard errors over the series)",
        "",
        f"| promised |{ahead}",
        "|" + "---|" * (len(FAR_H) + 1),
        *coverage,
        "",
    ]
    folder = os.environ.get("SURGECREW_DATA")
    if folder:
        table, fits = score_airlines(pathlib.Path(folder), has_arima)
        text += [
            "## Six airlines, 17 to 24 February 2015: hourly means",
            "",
            "Standard errors in brackets; p-values of Ljung and Box (24 lags), of the same on"
            " squares, of Jarque and Bera; share of hours inside the 95 % interval.",
            "",
            "| airline | messages | hours | k1 | k2 | k3 | x^ | independent | even | normal "
            "| inside 95 % |",
            "|" + "---|" * 11,
            *fits,
            "",
            "Mean absolute error of the last third of the hours with messages, one hour ahead,"
            " hours weighted by 1/s^2:",
            "",
            *table,
            "",
        ]
    else:
        print("SURGECREW_DATA is not set: no airlines", file=sys.stderr)
    (HERE / "tables.md").write_text("\n".join(text), encoding="utf-8")
    (HERE / "forecast.svg").write_text(draw(levels, mean), encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
