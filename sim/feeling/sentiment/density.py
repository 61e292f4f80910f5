"""Where sentiment is found in the long run under a control policy, and its cost.

Stationary Fokker-Planck equation of dx = b(x) dt + k3 dW on [0, 1], reflected at both ends,
b = k1 u(x) (1-x) - k2 x::

    p(x) ~ exp( int 2 b / k3^2 dx ),   cost rate = int (kappa u^2 + c (1-x)^2) p dx

For small rho the optimal control policy's rho V is this cost rate. The density is that of
continuous time; the hourly Euler step, which is the data model, has a variance larger by
1/(1 - theta/2), theta the speed of return [1/h]. Checked by
``tests/theory/test_sentiment_density.py`` (Ornstein-Uhlenbeck's normal density, the scheme's
chain, a fine simulation, the optimal one's value).
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from sim.errors import InputError
from sim.feeling.sentiment.control import FEWEST_NODES, check_positive


@dataclasses.dataclass(frozen=True, eq=False)
class StationaryDensity:
    """Long-run distribution of sentiment under a control policy.

    Attributes
    ----------
    grid, density : np.ndarray
        shape (n,): sentiments in [0, 1]; density, of integral 1.
    mean, sd : float
        Of sentiment.
    effort_mean : float
        Of effort.
    cost_rate : float
        Mean of kappa u^2 + c (1-x)^2 [1/h].
    """

    grid: np.ndarray
    density: np.ndarray
    mean: float
    sd: float
    effort_mean: float
    cost_rate: float

    def quantile(self, share: float | np.ndarray) -> np.ndarray:
        """The sentiment below which it is for a ``share`` of the time."""
        return np.asarray(np.interp(share, _add_up(self.density, self.grid), self.grid))


def compute_density(
    k1: float,
    k2: float,
    k3: float,
    effort: Callable[[np.ndarray], np.ndarray],
    kappa: float = 1.0,
    c: float = 1.0,
    nodes: int = 4001,
) -> StationaryDensity:
    """The stationary density and the cost rate of a control policy.

    Parameters
    ----------
    k1, k2, k3 : float
        Effect of effort [1/h], decay [1/h], noise per square root of an hour; above 0.
    effort : callable
        Sentiment, shape (n,), to effort of the same shape: ``optimal_effort(...).effort``,
        its ``chord`` or ``tangent``, or any other.
    kappa, c : float
        Costs of effort squared and of (1 - x) squared.
    nodes : int
        Points over [0, 1].

    Returns
    -------
    StationaryDensity
        To second order in the grid's step.

    Raises
    ------
    InputError
        A parameter out of its range, or a policy that does not return one number for each state.

    Examples
    --------
    >>> import sim
    >>> best = sim.feeling.optimal_effort(k1=0.396, k2=0.164, k3=0.028)
    >>> density = sim.feeling.compute_density(0.396, 0.164, 0.028, best.effort)
    >>> round(density.mean, 3)
    0.468
    """
    check_positive(k1=k1, k2=k2, k3=k3, kappa=kappa, c=c)
    if nodes < FEWEST_NODES:
        raise InputError(f"density: nodes = {nodes}, allowed: {FEWEST_NODES} or more")
    grid = np.linspace(0.0, 1.0, nodes)
    u = np.asarray(effort(grid), dtype=np.float64)
    if u.shape != grid.shape or not np.isfinite(u).all():
        raise InputError(
            "density: the control policy must return one finite effort for each sentiment"
        )
    log_density = _add_up(2.0 * (k1 * u * (1.0 - grid) - k2 * grid) / k3**2, grid)
    density = np.exp(log_density - log_density.max())
    density /= np.trapezoid(density, grid)

    def average(values: np.ndarray) -> float:
        return float(np.trapezoid(values * density, grid))

    mean = average(grid)
    return StationaryDensity(
        grid=grid,
        density=density,
        mean=mean,
        sd=math.sqrt(average((grid - mean) ** 2)),
        effort_mean=average(u),
        cost_rate=average(kappa * u**2 + c * (1.0 - grid) ** 2),
    )


def _add_up(values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The integral from the first state to each, by trapezoids."""
    parts = 0.5 * (values[1:] + values[:-1]) * np.diff(grid)
    return np.concatenate([[0.0], np.cumsum(parts)])
