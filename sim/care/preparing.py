"""Preparations at the engines' door: what was drawn of an event's mentions becomes what it is.

Draws do not know the policy: candidates that preparations can cause are drawn with the others, and
everybody has a coin ``u``. For mentions of event e, with work factor w, odds o, share spared s
and share of the candidates caused c::

    work_ms   = max(1, floor(w work_ms + 1/2))            of every turn
    u_resolve = u / (u + o (1 - u))                       below p exactly where u is below
                                                          o p / (1 - p + o p); persons' alone
    spared    : the event's own mentions with u_prepared < s need no answer
    uncaused  : candidates with u_prepared >= c never come

Checked by ``tests/unit/test_care_preparing.py``.
"""

import numpy as np

from sim.care.lead import enter_lead
from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_CAUSED, ORIGIN_EVENT
from sim.limits import LAST_MS
from sim.scenario.tables import Prepared, Tables

FATE_PLAIN, FATE_SPARED, FATE_UNCAUSED = 0, 1, 2
"""What becomes of a mention: it comes; its customer needs no answer any more; it never comes."""


def enter_engine(tables: Tables, draws: Draws) -> Draws:
    """Draws as an engine plays them: prepared, in its own time."""
    return enter_lead(tables.clock, enter_preparations(tables.prepared, draws))


def enter_posts(tables: Tables, draws: Draws) -> Tables:
    """Tables as an engine plays them: answers that follow an event stand after its own time."""
    event = tables.faq.pinned_event
    if not (event >= 0).any():
        return tables
    begins_ms = np.where(event >= 0, draws.event_time_ms[event], 0)
    pinned_ms = np.where(begins_ms >= 0, begins_ms + tables.faq.pinned_ms, LAST_MS)
    return tables._replace(faq=tables.faq._replace(pinned_ms=pinned_ms))


def enter_preparations(prepared: Prepared, draws: Draws) -> Draws:
    """Draws as a policy's preparations leave them; the same object where none was offered."""
    if draws.u_prepared.size:
        draws = draws._replace(fate=decide_fates(prepared, draws))
    if not prepared.is_any:
        return draws
    own = np.repeat(draws.event.astype(np.int64), np.diff(draws.turn_offset))
    turns = np.flatnonzero(own >= 0)
    event = own[turns]
    work_ms, u_resolve = draws.work_ms.copy(), draws.u_resolve.copy()
    work_ms[turns] = scale_work(work_ms[turns], prepared.work[event])
    u_resolve[turns] = scale_coins(u_resolve[turns], prepared.odds[event])
    return draws._replace(work_ms=work_ms, u_resolve=u_resolve, u_bot=draws.u_resolve)


def decide_fates(prepared: Prepared, draws: Draws) -> np.ndarray:
    """Decide what becomes of each mention, int8, shape (n,)."""
    fate = np.full(draws.event.size, FATE_PLAIN, np.int8)
    for origin, share, below, above in (
        (ORIGIN_EVENT, prepared.spared, FATE_SPARED, FATE_PLAIN),
        (ORIGIN_CAUSED, prepared.caused, FATE_PLAIN, FATE_UNCAUSED),
    ):
        rows = np.flatnonzero(draws.origin == origin)
        is_below = draws.u_prepared[rows] < share[draws.event[rows]]
        fate[rows] = np.where(is_below, below, above)
    return fate


def scale_work(work_ms: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Work times a factor, in whole milliseconds, at least 1.

    Examples
    --------
    >>> scale_work(np.array([600_000, 1]), np.array([0.9, 0.1])).tolist()
    [540000, 1]
    """
    scaled = np.where(factor == 1.0, work_ms, np.floor(np.minimum(factor * work_ms, 2.0**40) + 0.5))
    return np.asarray(np.maximum(scaled, 1.0).astype(np.int64))


def scale_coins(uniform: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """Coins that fall below p as often as the old ones below p with its odds multiplied.

    Examples
    --------
    >>> scale_coins(np.array([0.5, 0.25]), np.array([3.0, 1.0])).tolist()
    [0.25, 0.25]
    """
    scaled = uniform / (uniform + odds * (1.0 - uniform))
    return np.asarray(np.where(odds == 1.0, uniform, scaled))
