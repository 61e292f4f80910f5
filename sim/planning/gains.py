"""From the value of each number of agents to concave marginal gains.

A value that was estimated by simulation is seldom quite concave or rising. Its least
concave, non-decreasing majorant is, and keeps every bound on the best plan a bound: the
slopes of the least concave majorant are the pooled adjacent means of the increments
(Barlow, Bartholomew, Bremner and Brunk 1972, theorem 1.1), cut at 0.
Checked by ``tests/unit/test_milp_gains.py`` against the majorant's definition.
"""

import numpy as np
import numpy.typing as npt

from sim.errors import InputError


def _pool(increments: np.ndarray) -> np.ndarray:
    """Return the non-increasing pooled means of one row, shape as given."""
    means: list[float] = []
    sizes: list[int] = []
    for value in increments:
        mean, size = float(value), 1
        while means and means[-1] < mean:
            last, n = means.pop(), sizes.pop()
            mean, size = (mean * size + last * n) / (size + n), size + n
        means.append(mean)
        sizes.append(size)
    return np.repeat(means, sizes)


def make_concave(values: npt.ArrayLike) -> np.ndarray:
    """Return marginal gains of the least concave, non-decreasing majorant.

    Parameters
    ----------
    values : array_like, shape (..., n_agents + 1)
        Value of having 0, 1, ..., n_agents agents, any unit.

    Returns
    -------
    ndarray, shape (..., n_agents)
        Gain of the k-th agent, 0 or more and not rising in k.

    Raises
    ------
    InputError
        A value that is not finite, or fewer than two of them.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim == 0 or table.shape[-1] < 2 or not np.all(np.isfinite(table)):
        raise InputError("values: must be finite, for 0 and at least one agent")
    increments = np.diff(table, axis=-1)
    pooled = [_pool(row) for row in increments.reshape(-1, increments.shape[-1])]
    return np.maximum(np.reshape(pooled, increments.shape), 0.0)
