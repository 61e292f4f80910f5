"""The courses of many replications as one table: mean, 10th and 90th percentile.

Percentiles are numpy's linear ones over the replications that have a value. Checked by
``tests/functional/test_replicate.py`` against numpy's own, column by column.
"""

import numpy as np

from sim.outcomes.intervals import QUANTITIES
from sim.running.replicate import Replications
from sim.running.table import Table
from sim.scenario.tables import MS_PER_MIN

# The band of the pictures: 8 of 10 runs.
PERCENTS = {"p10": 0.1, "p90": 0.9}


def tabulate_traces(result: Replications) -> Table:
    """The rows of intervals.parquet for one policy."""
    n_pools, n_intervals = len(result.pools), len(result.local_time)
    starts_min = np.arange(n_intervals, dtype=np.int64) * result.interval_ms // MS_PER_MIN
    columns = Table(
        policy=np.full(n_pools * n_intervals, result.policy.name),
        pool=np.repeat(np.array(result.pools), n_intervals),
        interval_start_min=np.tile(starts_min, n_pools),
        local_time=np.tile(np.array(result.local_time), n_pools),
    )
    for position, name in enumerate(QUANTITIES):
        columns |= spread_columns(name, result.traces[:, position].reshape(len(result.traces), -1))
    return columns


def spread_columns(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """Columns `name`_mean, _p10 and _p90 over replications, NaN where none has a value.

    Parameters
    ----------
    name : str
        Of the quantity.
    values : np.ndarray
        shape (n_replications, n_columns).
    """
    ordered = np.sort(values, axis=0)
    count = np.sum(~np.isnan(ordered), axis=0)
    total = np.nansum(values, axis=0)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    columns = {f"{name}_mean": mean}
    for short, share in PERCENTS.items():
        columns[f"{name}_{short}"] = _pick(ordered, count, share)
    return columns


def _pick(ordered: np.ndarray, count: np.ndarray, share: float) -> np.ndarray:
    """A quantile of each column's first ``count`` values, which are in order."""
    place = np.maximum(count - 1, 0) * share
    below = place.astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    rows = np.arange(count.size)
    low, high = ordered[below, rows], ordered[above, rows]
    return np.asarray(low + (high - low) * (place - below))
