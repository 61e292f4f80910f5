"""Choose the best of k systems with a stated chance of being right, on common draws.

Fully sequential screening of Kim and Nelson (2001), DOI 10.1145/502109.502111: with n0 first
observations, S2_il the variance of the first n0 differences of i and l, and after r of them

    h2 = 2 eta (n0 - 1),  a_il = h2 S2_il / (2 delta),  W_il(r) = max(0, a_il/r - delta/2)

i is screened out when some l is ahead by more than W_il(r); who is left wins, at the latest
after h2 S2_il / delta^2 observations of the closest pair. Two guarantees, for normal vectors of
observations, independent from one to the next and correlated within in any way (common draws):

* ``best``: the best wins with probability 1 - alpha, if it is ahead by delta or more.
  eta = ((2 alpha/(k-1))^(-2/(n0-1)) - 1)/2: KN's Theorem 1 with c = 1.
* ``good``: the winner is within delta of the best with probability 1 - alpha, whatever the
  means. KN does not guarantee that: a system within delta may screen out the best and lose to a
  third (Eckman and Henderson 2021, DOI 10.1145/3432754). So the same line is read as a
  confidence sequence. For the best b and any l the walk of D_bl less its mean stays above
  -(a_bl + r delta/2) for all r but with probability E exp(-eta chi2_(n0-1)) =
  (1 + 2 eta)^(-(n0-1)/2), since a Brownian motion with drift m ever falls by a with
  probability exp(-2 m a/s2) and S2 is independent of all sums from n0 on; eta =
  ((alpha/(k-1))^(-2/(n0-1)) - 1)/2 makes all k - 1 pairs hold together. Then (i) a system that
  is behind some l by more than a/r + delta/2 is not b and may go; (ii) the leader w is within
  delta of b once it is ahead of all who are left by a_wl/r - delta/2 or more, b among them.

Looking only now and then keeps both guarantees: fewer looks, fewer crossings. KN++ (2006) takes
the variance anew at each look, valid as delta goes to 0 only; with 40 and more first
observations there is little to gain. Rinott's constant is that of two stages without common
draws (1978), DOI 10.1080/03610927808827671. Checked by
``tests/theory/test_search_ranking_selection.py``: guarantees on slipped means and others, judged
binomially; published values of h.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from sim.errors import InputError

Guarantee = Literal["best", "good"]
Extend = Callable[[np.ndarray, int, int], np.ndarray]
"""(systems, low, high) to observations low .. high - 1, shape (len(systems), high - low)"""


class Rules(NamedTuple):
    """What is guaranteed, and when to look.

    ``delta``: differences of less do not matter; ``alpha``: accepted risk; ``first``, ``step``:
    observations before the first look and between looks; ``most``: of a system, at most.
    """

    delta: float
    alpha: float
    first: int = 40
    step: int = 10
    most: int = 100_000
    guarantee: Guarantee = "good"


class Selection(NamedTuple):
    """Who won, and how it went.

    ``runner_up``: largest mean among the last besides the winner, None if alone from the start;
    ``met``: the guarantee holds (False: the wall of observations came first);
    ``observations``, ``screened_at`` (n_systems,): taken of each; after how many it was
    screened out, -1 if it was not; ``means`` (n_systems,): of those taken.
    """

    winner: int
    runner_up: int | None
    met: bool
    observations: np.ndarray
    screened_at: np.ndarray
    means: np.ndarray


def compute_eta(n_systems: int, rules: Rules) -> float:
    """KN's eta for c = 1, for the guarantee of the rules."""
    risk = rules.alpha / (n_systems - 1) * (2.0 if rules.guarantee == "best" else 1.0)
    return float((min(risk, 1.0) ** (-2.0 / (rules.first - 1)) - 1.0) / 2.0)


def _check(n_systems: int, rules: Rules) -> None:
    if n_systems < 1:
        raise InputError(f"n_systems={n_systems}: allowed: 1 or more")
    if not (rules.delta > 0 and 0 < rules.alpha < 1):
        raise InputError(f"delta={rules.delta}, alpha={rules.alpha}: above 0, alpha below 1")
    if not (2 <= rules.first <= rules.most and rules.step >= 1):
        raise InputError(f"first={rules.first}, most={rules.most}: 2 <= first <= most; step >= 1")


def compute_starts(values: np.ndarray, eta: float, delta: float) -> np.ndarray:
    """KN's a_il, shape (n, n), from first observations, shape (n, n0)."""
    n0 = values.shape[1]
    residual = values - values.mean(axis=1, keepdims=True)
    covariance = residual @ residual.T / (n0 - 1)
    own = np.diag(covariance)
    variance = np.maximum(own[:, None] + own[None, :] - 2.0 * covariance, 0.0)
    return np.asarray(eta * (n0 - 1) / delta * variance)


def screen(means: np.ndarray, starts: np.ndarray, r: int, rules: Rules) -> np.ndarray:
    """Mark who stays, bool, shape (n,)."""
    behind = means[None, :] - means[:, None]
    half = rules.delta / 2.0
    if rules.guarantee == "best":
        return np.asarray(~(behind > np.maximum(starts / r - half, 0.0)).any(axis=1))
    return np.asarray(~(behind > starts / r + half).any(axis=1))


def is_settled(means: np.ndarray, starts: np.ndarray, r: int, rules: Rules) -> bool:
    """Whether the leader of those who are left may be named."""
    if rules.guarantee == "best":
        return len(means) == 1 or bool(r >= 2.0 * starts.max() / rules.delta)
    leader = int(np.argmax(means))
    ahead = means[leader] - means >= starts[leader] / r - rules.delta / 2.0
    ahead[leader] = True
    return bool(ahead.all())


def select_system(extend: Extend, n_systems: int, rules: Rules) -> Selection:
    """Select one of k systems.

    Parameters
    ----------
    extend : callable
        Called with (systems, low, high): indices that are still wanted, ascending, and which
        observations; those of one number are of the same draws. Larger is better.
    n_systems : int
        k.
    rules : Rules
        Guarantee, indifference, risk, looks.

    Returns
    -------
    Selection
        The same for the same observations.

    Raises
    ------
    InputError
        Rules that make no sense.
    """
    _check(n_systems, rules)
    left, r = np.arange(n_systems), rules.first
    observations, screened_at = np.zeros(n_systems, np.int64), np.full(n_systems, -1)
    means = np.zeros(n_systems)
    if n_systems == 1:
        return Selection(0, None, True, observations, screened_at, means)
    values = np.asarray(extend(left, 0, r), dtype=float)
    starts = compute_starts(values, compute_eta(n_systems, rules), rules.delta)
    sums, last = values.sum(axis=1), left
    while True:
        observations[left], means[left] = r, sums / r
        stays = screen(sums / r, starts, r, rules)
        last = left if len(left) > 1 else last
        screened_at[left[~stays]] = r
        left, sums, starts = left[stays], sums[stays], starts[np.ix_(stays, stays)]
        settled = is_settled(sums / r, starts, r, rules)
        if settled or r >= rules.most:
            break
        high = min(r + rules.step, rules.most)
        sums = sums + np.asarray(extend(left, r, high), dtype=float).sum(axis=1)
        r = high
    winner = int(left[np.argmax(sums)])
    others = last[last != winner]
    second = int(others[np.argmax(means[others])])
    return Selection(winner, second, settled, observations, screened_at, means)


def compute_rinott(share: float, n_systems: int, first: int) -> float:
    """Solve for Rinott's h.

    Parameters
    ----------
    share : float
        Guaranteed probability of correct selection, above 1/n_systems, below 1.
    n_systems : int
        k, 2 or more.
    first : int
        Observations of the first stage, n0.

    Returns
    -------
    float
        h of int [ int Phi(h / sqrt((n0-1)(1/x + 1/y))) f(x) dx ]^(k-1) f(y) dy = share, f the
        density of chi-square with n0 - 1 degrees; a system needs (h S/delta)^2 observations.
    """
    from scipy import optimize, special

    half = (first - 1) / 2.0
    points, weights = special.roots_genlaguerre(150, half - 1.0)
    weights, chi = weights / weights.sum(), 2.0 * points
    spread = np.sqrt((first - 1) * (1.0 / chi[:, None] + 1.0 / chi[None, :]))

    def lack(h: float) -> float:
        inner = special.ndtr(h / spread) @ weights
        return float(weights @ inner ** (n_systems - 1)) - share

    return float(optimize.brentq(lack, 0.0, 100.0, xtol=1e-10))
