"""Spreading as a branching process: cluster sizes, and self-exciting (Hawkes) arrivals.

Symbols: n branching ratio (mean children of a mention), mu base rate, a jump of the
intensity at a mention, b its decay, B matrix of mean jumps (row: target, column: source).

With Poisson(n) children the size of a whole cluster is Borel:
    P(k) = exp(-n k) (n k)^(k-1) / k!,   mean 1/(1-n), variance n/(1-n)^3
With Poisson(n I) children, I of mean 1 and cv v: variance (n + n^2 v^2)/(1-n)^3.
Hawkes intensity lambda' = b (mu - lambda) + a dN from lambda(0) = mu: its moments solve
a linear system (Dynkin's formula; Daw and Pender 2018), see `hawkes_count`.
Checked by ``tests/theory/test_queueing_branching.py`` (published values, generating
functions, simulated clusters).
"""

import math

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import (
    QueueInputError,
    read_intervals,
    require_not_negative,
    require_positive,
    require_share,
)


def cluster_size_mean(branching_ratio: float, generations: int | None = None) -> float:
    """The mean number of mentions in a cluster, its first one included.

    Parameters
    ----------
    branching_ratio : float
        Mean children of a mention; below 1 unless generations are capped.
    generations : int, optional
        Generations of descendants that count; None: all.

    Returns
    -------
    float
        1/(1-n), or sum of n^g for g = 0..generations.

    Raises
    ------
    QueueInputError
        A ratio of 1 or more without a cap, or negative values.

    Examples
    --------
    >>> import sim
    >>> round(sim.queueing.cluster_size_mean(0.35), 3)
    1.538
    """
    if generations is None:
        require_share(branching_ratio=branching_ratio)
        return 1 / (1 - branching_ratio)
    require_not_negative(branching_ratio=branching_ratio, generations=generations)
    return math.fsum(branching_ratio**depth for depth in range(generations + 1))


def cluster_size_variance(branching_ratio: float, influence_cv: float = 0.0) -> float:
    """The variance of the cluster size; children Poisson(ratio * influence).

    Parameters
    ----------
    branching_ratio : float
        In [0, 1).
    influence_cv : float
        Coefficient of variation of the author's influence, whose mean is 1.

    Returns
    -------
    float
        Variance of the number of mentions.

    Examples
    --------
    >>> import sim
    >>> round(sim.queueing.cluster_size_variance(0.35), 3)
    1.274
    """
    require_share(branching_ratio=branching_ratio)
    require_not_negative(influence_cv=influence_cv)
    children = branching_ratio + (branching_ratio * influence_cv) ** 2
    return children / (1 - branching_ratio) ** 3


def cluster_size_pmf(branching_ratio: float, size: npt.ArrayLike) -> np.ndarray:
    """The Borel probabilities of cluster sizes (all influences 1).

    Parameters
    ----------
    branching_ratio : float
        In [0, 1].
    size : array_like of int
        Sizes, 1 or more.

    Returns
    -------
    np.ndarray
        Probabilities, same shape as ``size``.

    Raises
    ------
    QueueInputError
        A ratio outside [0, 1] or a size below 1.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.cluster_size_pmf(0.35, [1, 2, 3]).round(3).tolist()
    [0.705, 0.174, 0.064]
    """
    from scipy.special import gammaln, xlogy

    k = np.asarray(size, dtype=np.float64)
    if not 0 <= branching_ratio <= 1 or (k < 1).any():
        raise QueueInputError("branching_ratio must lie in [0, 1], sizes be 1 or more")
    n = branching_ratio
    shares: np.ndarray = np.exp(xlogy(k - 1, n) + (k - 1) * np.log(k) - n * k - gammaln(k + 1))
    return shares


def hawkes_count(
    base_per_h: float, jump_per_h: float, decay_per_h: float, horizon_h: float
) -> tuple[float, float]:
    """Mean and variance of the number of events of a Hawkes process from empty.

    With m = E lambda, V = Var lambda, C = Cov(N, lambda), W = Var N, g = b - a:
    m' = b mu - g m, V' = a^2 m - 2 g V, C' = V + a m - g C, W' = m + 2 C.

    Parameters
    ----------
    base_per_h, jump_per_h, decay_per_h : float
        Base rate; intensity added by an event; its decay. Branching ratio jump/decay,
        which may exceed 1 over a finite horizon.
    horizon_h : float
        Length of the count [h].

    Returns
    -------
    mean, variance : float
        Of N(horizon).

    Raises
    ------
    QueueInputError
        A value outside its domain.

    Examples
    --------
    >>> import sim
    >>> mean, variance = sim.queueing.hawkes_count(24.0, jump_per_h=0.35,
    ...     decay_per_h=1.0, horizon_h=24.0)
    >>> round(mean, 1), round(variance, 1)
    (866.3, 1964.5)
    """
    from scipy.linalg import expm

    require_positive(decay_per_h=decay_per_h)
    require_not_negative(base_per_h=base_per_h, jump_per_h=jump_per_h, horizon_h=horizon_h)
    mu, a, b = base_per_h, jump_per_h, decay_per_h
    g = b - a
    matrix = np.array(
        [
            [0, 0, 0, 0, 0, 0],  # 1
            [b * mu, -g, 0, 0, 0, 0],  # E lambda
            [0, a * a, -2 * g, 0, 0, 0],  # Var lambda
            [0, a, 1, -g, 0, 0],  # Cov(N, lambda)
            [0, 1, 0, 2, 0, 0],  # Var N
            [0, 1, 0, 0, 0, 0],  # E N
        ]
    )
    end = expm(matrix * horizon_h) @ np.array([1, mu, 0, 0, 0, 0])
    return float(end[5]), float(end[4])


def hawkes_load(
    base_per_h: npt.ArrayLike,
    jump_per_h: npt.ArrayLike,
    decay_per_h: npt.ArrayLike,
    service_per_h: npt.ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Stationary mean and covariance of intensities and infinite-server loads.

    An event of stream j adds to every intensity i an independent exponential jump of
    mean B_ij and one customer to load j (Karim, Laeven and Mandjes 2021). With state
    (intensities, loads) and drift D, the covariance solves D C + C D' + J = 0, J the
    rate of the jumps' second moments.

    Parameters
    ----------
    base_per_h, decay_per_h, service_per_h : array_like, shape (n,)
        Base rates, decays of the excitement, service rates.
    jump_per_h : array_like, shape (n, n)
        Mean jumps B, row: intensity that jumps, column: stream of the event.

    Returns
    -------
    mean : np.ndarray, shape (2 n,)
        Of the intensities, then of the loads.
    covariance : np.ndarray, shape (2 n, 2 n)
        In the same order.

    Raises
    ------
    QueueInputError
        A process that explodes, or a value outside its domain.

    Examples
    --------
    >>> import sim
    >>> mean, variance = sim.queueing.hawkes_load(24.0, jump_per_h=0.35,
    ...     decay_per_h=1.0, service_per_h=6.0)
    >>> mean.round(2).tolist(), variance.round(2).tolist()
    ([36.92, 6.15], [[6.96, 2.99], [2.99, 6.65]])
    """
    from scipy.linalg import solve_continuous_lyapunov

    base, decay = (
        read_intervals("base_per_h", base_per_h),
        read_intervals("decay_per_h", decay_per_h),
    )
    service, jump = read_intervals("service_per_h", service_per_h), np.atleast_2d(jump_per_h)
    size = len(base)
    drift = np.zeros((2 * size, 2 * size))
    drift[:size, :size] = jump - np.diag(decay)
    drift[size:, :size], drift[size:, size:] = np.eye(size), -np.diag(service)
    if np.linalg.eigvals(drift).real.max() >= 0:
        raise QueueInputError("jump_per_h: the process explodes; jumps must be below the decays")
    mean = np.linalg.solve(drift, -np.concatenate([base * decay, np.zeros(size)]))
    noise = np.zeros_like(drift)
    for stream in range(size):
        leap = np.concatenate([jump[:, stream], np.eye(size)[stream]])
        second = np.outer(leap, leap)
        second[range(size), range(size)] += jump[:, stream] ** 2
        noise += mean[stream] * second
    noise[size:, size:] += np.diag(service * mean[size:])
    return mean, solve_continuous_lyapunov(drift, -noise)
