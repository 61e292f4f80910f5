"""How much sentiment varies over the hours, and whether that is as much as brands' sentiment did.

Gini's mean difference of hours, mean |x_i - x_j| over all pairs of a replication, and the mean
change in an hour of the mean over replications: what hours of work bring about, for the noise of
one step alone, .8 k3 = .02, is larger than any limit on it. Mousavi, Johar and Mookerjee (2020)
print .040 over 2,928 hours; a simulated reference week that varies by more than a quarter more or
less, or moves by more than .013 an hour on average, is not the world that k1 and k2 were estimated
in, and a study of sentiment says so. Checked by ``tests/unit/test_sentiment_spread.py``.
"""

from typing import NamedTuple

import numpy as np

# Of the four carriers' hours of 2016 (Mousavi, Johar and Mookerjee 2020).
PAPER_MEAN_DIFFERENCE = 0.040
# Off the paper's by a quarter: its own firms and months differ by about as much.
NEAR_SHARE = 0.25
# As large as the error of the paper's simplest forecast, which expects no change.
MOST_STEP = 0.013


class Spread(NamedTuple):
    """How much sentiment varies.

    Attributes
    ----------
    mean_difference : float
        Mean absolute difference of two hours.
    mean_step : float
        Mean absolute change from one hour to the next, of the mean over replications.
    """

    mean_difference: float
    mean_step: float

    @property
    def is_measured(self) -> bool:
        """Whether it is as in the paper."""
        off = abs(self.mean_difference / PAPER_MEAN_DIFFERENCE - 1.0)
        return off <= NEAR_SHARE and self.mean_step <= MOST_STEP


def measure_spread(sentiment: np.ndarray) -> Spread:
    """The spread of sentiment over the hours.

    Parameters
    ----------
    sentiment : np.ndarray
        shape (n_hours,) or (n_replications, n_hours), at least two hours.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> spread = sim.feeling.measure_spread(np.array([0.40, 0.46, 0.43]))
    >>> round(spread.mean_difference, 3), round(spread.mean_step, 3)
    (0.04, 0.045)
    """
    paths = np.atleast_2d(np.asarray(sentiment, np.float64))
    n = paths.shape[1]
    place = 2.0 * np.arange(1, n + 1) - n - 1.0
    pairs = (np.sort(paths, axis=1) @ place) * 2.0 / (n * (n - 1))
    return Spread(float(pairs.mean()), float(np.abs(np.diff(paths.mean(axis=0))).mean()))


def format_gate(spread: Spread) -> str:
    """Say in a sentence how much sentiment varies beside what was measured.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> spread = sim.feeling.measure_spread(np.array([0.44, 0.48]))
    >>> sim.feeling.format_gate(spread)[:46]
    'Hours of sentiment differ by 0.040 on average '
    """
    low, high = ((1.0 + side * NEAR_SHARE) * PAPER_MEAN_DIFFERENCE for side in (-1.0, 1.0))
    verdict = (
        "as measured"
        if spread.is_measured
        else "NOT as measured, so what follows is of another world than the paper's"
    )
    return (
        f"Hours of sentiment differ by {spread.mean_difference:.3f} on average (measured "
        f"{PAPER_MEAN_DIFFERENCE:.3f}, allowed {low:.3f} to {high:.3f}) and change by "
        f"{spread.mean_step:.4f} an hour (at most {MOST_STEP:g}): {verdict}."
    )
