"""What a forecast is compared with: last week again, and methods of statistics where installed.

Each draws paths of the next hours. *Seasonal naive*: the same hour a week before (a day, under
two weeks), spread by its past errors. *ARIMA with Fourier terms*: order (2, 0, 1) on ln(1 + count)
with five harmonics of the day and six of the week. *ETS*: exponential smoothing of the same with
a season of a day. Checked by ``tests/unit/test_forecast_scores.py``.
"""

import importlib.util
import warnings
from collections.abc import Callable

import numpy as np

from sim.calibration.reading.grid import Counts

Rival = Callable[[Counts, np.ndarray, int, int], np.ndarray]
"""history, local hours of the week ahead, paths, seed: paths, shape (size, n)"""

NAIVE = "seasonal naive"
ARIMA = "ARIMA with Fourier terms"
ETS = "ETS"
# Harmonics: a day's profile has two peaks and a steep morning; a week's has a weekend.
DAY_HARMONICS, WEEK_HARMONICS = 5, 6
# Of the autoregressions and averages: what the search by Akaike finds for most brands.
ORDER = (2, 0, 1)
TWO_WEEKS_H = 336  # a week before is seen twice
# Steps of the likelihood's search: more change nothing that a band shows.
MOST_STEPS = 60


def list_rivals() -> dict[str, Rival]:
    """All that can be tried here, by name."""
    rivals: dict[str, Rival] = {NAIVE: repeat_season}
    if importlib.util.find_spec("statsmodels") is not None:
        rivals |= {ARIMA: run_arima, ETS: run_ets}
    return rivals


def repeat_season(counts: Counts, hours: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Last week again, each hour with one of its past errors."""
    known = fill_gaps(counts.values)
    season = 168 if len(known) >= TWO_WEEKS_H else 24
    if len(known) < 2 * season:
        season = 1
    errors = known[season:] - known[:-season]
    errors = errors if len(errors) else np.zeros(1)
    again = np.resize(known[-season:], len(hours))
    rng = np.random.default_rng(seed)
    return np.maximum(again + rng.choice(errors, (size, len(hours))), 0.0)


def run_arima(counts: Counts, hours: np.ndarray, size: int, seed: int) -> np.ndarray:
    """ARIMA with Fourier terms on ln(1 + count)."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    has_weeks = len(counts.values) >= TWO_WEEKS_H
    past, ahead = (lay_waves(each, has_weeks) for each in (counts.hour, hours))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its starting values, and steps that did not converge
        model = SARIMAX(np.log1p(counts.values), exog=past, order=ORDER, trend="c")
        found = model.fit(disp=0, maxiter=MOST_STEPS).simulate(
            len(hours), anchor="end", exog=ahead, repetitions=size, rng=np.random.default_rng(seed)
        )
    return _give_back(found, size)


def run_ets(counts: Counts, hours: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Exponential smoothing with a season of a day on ln(1 + count)."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(
            np.log1p(fill_gaps(counts.values)), error="add", seasonal="add", seasonal_periods=24,
            initialization_method="heuristic",
        )  # fmt: skip
        found = model.fit(disp=False, maxiter=MOST_STEPS).simulate(
            len(hours), anchor="end", repetitions=size, rng=np.random.default_rng(seed)
        )
    return _give_back(found, size)


def _give_back(logarithms: object, size: int) -> np.ndarray:
    """Counts of drawn logarithms, shape (size, n); none runs away to infinity."""
    paths = np.asarray(logarithms, np.float64).reshape(-1, size).T
    return np.maximum(np.expm1(np.minimum(paths, 30.0)), 0.0)


def lay_waves(hours: np.ndarray, has_weeks: bool) -> np.ndarray:
    """Sines and cosines of the day, and of the week, float64, shape (n, k)."""
    periods = [24.0 / number for number in range(1, DAY_HARMONICS + 1)]
    if has_weeks:
        periods += [168.0 / number for number in range(1, WEEK_HARMONICS + 1)]
    angles = 2.0 * np.pi * hours[:, None] / np.array(periods)
    return np.concatenate((np.sin(angles), np.cos(angles)), axis=1)


def fill_gaps(values: np.ndarray) -> np.ndarray:
    """Values with what is not known on a line between what is."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known])
