"""Stationary probabilities of finite Markov chains, for queues without a formula.

A birth-death chain by its product form, in logarithms so that nothing overflows; any
other chain by sparse elimination of the balance equations, one state's weight set to 1.
Checked by ``tests/theory/test_queueing_chains.py`` (blending, chat, repair, copiers).
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.queueing.arguments import QueueInputError

if TYPE_CHECKING:
    from scipy.sparse import coo_array


def solve_birth_death(birth: npt.ArrayLike, death: npt.ArrayLike) -> np.ndarray:
    """The stationary probabilities of states 0..n of a birth-death chain.

    Parameters
    ----------
    birth : array_like, shape (n,)
        Rates from state i to i + 1, 0 or more.
    death : array_like, shape (n,)
        Rates from state i + 1 to i, above 0.

    Returns
    -------
    np.ndarray, shape (n + 1,)
        Probabilities.

    Raises
    ------
    QueueInputError
        Unequal lengths or a rate out of its domain.

    Examples
    --------
    >>> import sim
    >>> sim.queueing.solve_birth_death([2.0, 2.0], [1.0, 2.0]).round(2).tolist()
    [0.2, 0.4, 0.4]
    """
    up, down = np.asarray(birth, dtype=np.float64), np.asarray(death, dtype=np.float64)
    if up.shape != down.shape or up.ndim != 1 or (up < 0).any() or not (down > 0).all():
        raise QueueInputError("birth, death: one rate a step, birth >= 0, death > 0")
    with np.errstate(divide="ignore"):
        steps = np.log(up) - np.log(down)
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.exp(logs - logs.max())
    shares: np.ndarray = weights / weights.sum()
    return shares


def solve_chain(rates: "coo_array", likely: int) -> np.ndarray:
    """The stationary probabilities of an irreducible chain.

    Parameters
    ----------
    rates : scipy.sparse.coo_array, shape (n, n)
        Rates from state (row) to state (column), duplicates added, diagonal empty.
    likely : int
        A state that is not rare; the others are solved relative to it.

    Returns
    -------
    np.ndarray, shape (n,)
        Probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> import sim
    >>> from scipy.sparse import coo_array
    >>> rates = coo_array(np.array([[0.0, 2.0], [1.0, 0.0]]))
    >>> sim.queueing.solve_chain(rates, likely=1).round(3).tolist()
    [0.333, 0.667]
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import spsolve

    moves = rates.tocsr()
    balance = (moves.T - diags_array(moves.sum(axis=1))).tocsc()
    others = np.delete(np.arange(balance.shape[0]), likely)
    column = balance[:, [likely]].toarray()[others, 0]
    weights = np.ones(balance.shape[0])
    weights[others] = spsolve(balance[others][:, others], -column)
    shares: np.ndarray = weights / weights.sum()
    return shares
