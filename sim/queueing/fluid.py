"""Fluid of a pool with returns and abandonment, staff and demand changing by interval.

Symbols: n needy (waiting or in service), c content (thinking), s agents; lambda, mu,
theta, delta rates of arrival, service, leaving and return; p share that returns.

    n' = lambda + delta c - mu min(n, s) - theta max(n - s, 0)
    c' = p mu min(n, s) - delta c
(Yom-Tov and Mandelbaum 2014; Mandelbaum, Massey and Reiman 1998.) The limit of many
customers: exact in deep overload, blind to chance near n = s.

The equations are linear on either side of n = s. With S = int min(n, s) dt and
Q = int max(n - s, 0) dt beside them, a step is one product with exp(M h), M of the side
where the step begins; a step that ends on the other side is halved until it is
2^-``HALVINGS`` of a step long, so crossings are met without a solver and for many plans
at once. A crossing and its return inside one step are passed over: ``step_min`` bounds
that. Balances (who came = who left + who is there) hold to rounding.
Checked by ``tests/theory/test_queueing_fluid.py`` (scipy's integrator, closed forms,
balances, the infinite-server load).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import QueueInputError, read_intervals, require_positive
from sim.queueing.loads import build_flow

# A crossing is met to 1/4096 of a step; each more halves that error and adds a matrix.
HALVINGS = 12
NEEDY, CONTENT, BUSY, WAITING, ARRIVAL, AGENTS = range(6)


@dataclass(frozen=True, eq=False)
class FluidPath:
    """What the fluid did, each array of shape (..., n_intervals) (see `run_fluid`).

    Attributes
    ----------
    arrived, served, abandoned : np.ndarray
        New customers, visits served and customers that left, per interval.
    busy_mean, waiting_mean : np.ndarray
        Time means of the agents that work and of the customers that wait.
    needy_end, content_end : np.ndarray
        State at the end of each interval.
    """

    arrived: np.ndarray
    served: np.ndarray
    abandoned: np.ndarray
    busy_mean: np.ndarray
    waiting_mean: np.ndarray
    needy_end: np.ndarray
    content_end: np.ndarray


def run_fluid(
    rate_per_h: npt.ArrayLike,
    agents: npt.ArrayLike,
    handle_min: float,
    *,
    patience_min: float | None = None,
    return_share: float = 0.0,
    think_min: float | None = None,
    interval_min: float = 60.0,
    start: tuple[float, float] = (0.0, 0.0),
    step_min: float = 15.0,
) -> FluidPath:
    """Run the fluid through the intervals, for one plan or many at once.

    Parameters
    ----------
    rate_per_h, agents : array_like, shape (..., n_intervals), broadcast
        New customers an hour and agents (whole or not) of each interval.
    handle_min : float
        Mean service time of a visit [min].
    patience_min : float, optional
        Mean patience at each visit [min]; None: nobody leaves.
    return_share : float
        Probability that a served visit is followed by another, in [0, 1).
    think_min : float, optional
        Mean time until the return [min]; needed with returns.
    interval_min, step_min : float
        Length of an interval; longest step between looks at which side n is on [min].
    start : tuple of float
        Needy and content at time 0.

    Returns
    -------
    FluidPath
        Counts, means and states per interval.

    Raises
    ------
    QueueInputError
        A ``ValueError``: a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> path = sim.queueing.run_fluid([60.0, 120.0, 60.0], [12, 12, 12], handle_min=10)
    >>> path.waiting_mean.round(1).tolist()
    [0.0, 22.2, 40.2]
    """
    rates = read_intervals("rate_per_h", rate_per_h)
    rates, staff = np.broadcast_arrays(rates, read_intervals("agents", agents))
    flow = build_flow(handle_min, return_share, think_min)
    require_positive(interval_min=interval_min, step_min=step_min)
    if patience_min is not None:
        require_positive(patience_min=patience_min)
    if min(start) < 0:
        raise QueueInputError(f"start = {start!r}: needy and content must be 0 or more")
    leave = 0.0 if patience_min is None else 1 / patience_min
    count = int(np.ceil(interval_min / step_min))
    tables = build_step_tables(flow.mu, leave, flow.delta, flow.p, interval_min / count)
    path = _walk(rates, staff, start, tables, count)
    busy, waiting = path[..., BUSY], path[..., WAITING]
    return FluidPath(
        arrived=rates * (interval_min / 60),
        served=flow.mu * busy,
        abandoned=leave * waiting,
        busy_mean=busy / interval_min,
        waiting_mean=waiting / interval_min,
        needy_end=path[..., NEEDY],
        content_end=path[..., CONTENT],
    )


class StepTables(NamedTuple):
    """What advances the state.

    ``advance``: exp(M step/2^k) transposed, shape (2 sides, HALVINGS + 1, 6, 6), side 0
    n <= s, side 1 n > s. ``drift``: weights of n' on the state at n = s, shape (6,).
    """

    advance: np.ndarray
    drift: np.ndarray


@lru_cache(maxsize=64)
def build_step_tables(
    mu: float, theta: float, delta: float, p: float, step_min: float
) -> StepTables:
    """The products that advance the state by a step and its halves; rates a minute."""
    from scipy.linalg import expm

    below, above = np.zeros((6, 6)), np.zeros((6, 6))
    for matrix, working in ((below, NEEDY), (above, AGENTS)):
        matrix[NEEDY, ARRIVAL] = 1
        matrix[NEEDY, CONTENT], matrix[CONTENT, CONTENT] = delta, -delta
        matrix[NEEDY, working] -= mu
        matrix[CONTENT, working] = p * mu
        matrix[BUSY, working] = 1
    above[NEEDY, NEEDY] -= theta
    above[NEEDY, AGENTS] += theta
    above[WAITING, NEEDY], above[WAITING, AGENTS] = 1, -1
    advance = np.empty((2, HALVINGS + 1, 6, 6))
    for side, matrix in enumerate((below, above)):
        advance[side, HALVINGS] = expm(matrix * step_min / 2**HALVINGS)
        for level in range(HALVINGS, 0, -1):
            advance[side, level - 1] = advance[side, level] @ advance[side, level]
    return StepTables(np.ascontiguousarray(advance.swapaxes(-1, -2)), below[NEEDY])


def _walk(
    rates: np.ndarray, staff: np.ndarray, start: tuple[float, float], tables: StepTables, count: int
) -> np.ndarray:
    """The states at the ends of the intervals, S and Q counted within each."""
    intervals = rates.shape[-1]
    per_min, agents = rates.reshape(-1, intervals) / 60, staff.reshape(-1, intervals)
    ends = np.empty((*agents.shape, 6))
    state = np.zeros((len(agents), 6))
    state[:, NEEDY], state[:, CONTENT] = start
    for interval in range(intervals):
        state[:, BUSY], state[:, WAITING] = 0, 0
        state[:, ARRIVAL], state[:, AGENTS] = per_min[:, interval], agents[:, interval]
        for _ in range(count):
            state = _advance(state, tables, 0)
        ends[:, interval] = state
    return ends.reshape(*rates.shape, 6)


def _advance(state: np.ndarray, tables: StepTables, level: int) -> np.ndarray:
    excess = state[:, NEEDY] - state[:, AGENTS]
    over = (excess > 0) | ((excess == 0) & (state @ tables.drift > 0))
    below, above = state @ tables.advance[0, level], state @ tables.advance[1, level]
    end: np.ndarray = np.where(over[:, None], above, below)
    after = end[:, NEEDY] - end[:, AGENTS]
    crossed = np.where(over, after < 0, after > 0)
    if level < HALVINGS and crossed.any():
        half = _advance(state[crossed], tables, level + 1)
        end[crossed] = _advance(half, tables, level + 1)
    return end
