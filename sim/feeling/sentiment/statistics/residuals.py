"""What a fit leaves over, held against the independent normal noise that the model says.

Standardized residuals e = (x[i+1] - f(x[i])) / k3 of a fit; autocorrelation r_k over pairs
of known steps k apart::

    Ljung and Box (1978):   Q = n (n + 2) sum_k r_k^2 / (n - k)      ~ chi^2(lags - 2)
    the same of e^2:        noise that comes in clusters              ~ chi^2(lags)
    Jarque and Bera (1980): J = n/6 (skew^2 + (kurtosis - 3)^2 / 4)  ~ chi^2(2)

Checked by ``tests/theory/test_sentiment_residuals.py`` (their sizes on simulated series, and
that each finds what it is for).
"""

import dataclasses

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.statistics.fit import drift_optimally, take_steps
from sim.feeling.sentiment.statistics.result import SentimentFit

FITTED = 2


@dataclasses.dataclass(frozen=True, eq=False)
class ResidualChecks:
    """Residuals of a fit and what speaks against them.

    Attributes
    ----------
    residual : np.ndarray
        shape (n - 1,): standardized, NaN where a step is not known.
    autocorrelation : np.ndarray
        shape (lags,): of lags 1, 2, ...
    independence_p, clustering_p, normality_p : float
        p-values of the three tests in the module's head.
    skewness, excess_kurtosis : float
        Of the residuals.
    steps : int
        Known steps.
    """

    residual: np.ndarray
    autocorrelation: np.ndarray
    independence_p: float
    clustering_p: float
    normality_p: float
    skewness: float
    excess_kurtosis: float
    steps: int


def check_residuals(
    fit: SentimentFit, x: np.ndarray, effort: np.ndarray | None = None, lags: int = 24
) -> ResidualChecks:
    """Check the residuals of a fit.

    Parameters
    ----------
    fit : SentimentFit
        Of this series.
    x, effort : np.ndarray
        As given to `sim.feeling.fit_sentiment`.
    lags : int
        How many autocorrelations are tested.

    Raises
    ------
    InputError
        If the fit needs an effort, or there are no more steps than lags.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> noise = np.random.default_rng(1).standard_normal((2000, 1))
    >>> x = sim.feeling.steer_sentiment(0.396, 0.164, 0.028, noise)[:, 0]
    >>> checks = sim.feeling.check_residuals(sim.feeling.fit_sentiment(x), x)
    >>> bool(checks.independence_p > 0.05)
    True
    """
    values = np.asarray(x, dtype=np.float64)
    start, rate, known = take_steps(values, fit.dt_h)
    if effort is not None:
        during = np.asarray(effort, dtype=np.float64)[: values.size - 1][known]
        drift = fit.k1 * during * (1.0 - start) - fit.k2 * start
    elif fit.is_effort_observed:
        raise InputError("residuals: effort: needed, as the fit was made with effort observed")
    else:
        drift = drift_optimally(start, fit.k1, fit.k2, fit.k3, (fit.kappa, fit.c, fit.rho))
    residual = np.full(values.size - 1, np.nan)
    residual[known] = (rate - drift) * np.sqrt(fit.dt_h) / fit.k3
    return check_standardized(residual, lags)


def check_standardized(residual: np.ndarray, lags: int = 24) -> ResidualChecks:
    """Check standardized residuals, NaN where not known; see `check_residuals`."""
    from scipy.stats import chi2

    known = residual[np.isfinite(residual)]
    steps = known.size
    if not FITTED < lags < steps:
        raise InputError(f"residuals: lags = {lags}, allowed: {FITTED + 1} to {steps - 1}")
    own = _correlate(residual, lags)
    squares = _correlate(residual**2, lags)
    z = (known - known.mean()) / known.std()
    skewness, excess = float(np.mean(z**3)), float(np.mean(z**4) - 3.0)
    normality = steps / 6.0 * (skewness**2 + 0.25 * excess**2)
    return ResidualChecks(
        residual=residual,
        autocorrelation=own,
        independence_p=float(chi2.sf(_box(own, steps), lags - FITTED)),
        clustering_p=float(chi2.sf(_box(squares, steps), lags)),
        normality_p=float(chi2.sf(normality, 2)),
        skewness=skewness,
        excess_kurtosis=excess,
        steps=steps,
    )


def _correlate(values: np.ndarray, lags: int) -> np.ndarray:
    """Autocorrelations over pairs that are both known."""
    away = values - np.nanmean(values)
    variance = float(np.nanmean(away**2))
    pairs = (away[:-lag] * away[lag:] for lag in range(1, lags + 1))
    return np.array([_mean(pair) / variance for pair in pairs])


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0


def _box(correlations: np.ndarray, steps: int) -> float:
    lags = np.arange(1, correlations.size + 1)
    return float(steps * (steps + 2.0) * np.sum(correlations**2 / (steps - lags)))
