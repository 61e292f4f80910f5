"""What one run did: a row per mention, a row per turn, work by interval; the schema.

Both engines return a ``Run`` of plain arrays (compared bit for bit); ``Record`` joins
them with the draws to the structured arrays that the public sees.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.demand.draws import Draws


class Run(NamedTuple):
    """What an engine returns; rows of mentions in order of the draws (unreal ones too).

    Times are int64 milliseconds, -1 for never. Turn rows are in order of
    (mention, turn).
    """

    real: np.ndarray
    """bool, shape (n,): the mention came into being, or would have: see `deflected`"""
    deflected: np.ndarray
    """bool, shape (n,): the customer found an answer and wrote nothing: a case that is served at
    once by nobody; times -1, no turns"""
    first_start_ms: np.ndarray
    first_reply_ms: np.ndarray
    first_touch_ms: np.ndarray
    """int64: first reply of any kind that the customer was there to see, bot or person"""
    left_ms: np.ndarray
    closed_ms: np.ndarray
    effort: np.ndarray
    """int16: level of the last reply, -1 for none; of who left after the first, of the last read"""
    first_effort: np.ndarray
    """int16: level of the first reply that counts, -1 for none"""
    pool: np.ndarray
    """int16: pool of the first reply, -1 for none or the bot"""
    joined: np.ndarray
    """bool: the actionable case reached a pool or was served by the bot"""
    reposted: np.ndarray
    resolved: np.ndarray
    followed_up: np.ndarray
    redress: np.ndarray
    """int16: kind that the first reply brought, 0 none"""
    capped: np.ndarray
    """bool: closed unresolved at max_turns"""
    reopened: np.ndarray
    """int16: times that the case was reopened"""
    turns: np.ndarray
    """int16: replies begun, the bot's too"""
    turn_mention: np.ndarray
    """int32, shape (k,)"""
    turn_number: np.ndarray
    """int16, shape (k,), from 0"""
    turn_ready_ms: np.ndarray
    turn_start_ms: np.ndarray
    turn_end_ms: np.ndarray
    turn_pool: np.ndarray
    """int16, shape (k,), -1 the bot"""
    turn_effort: np.ndarray
    """int16, shape (k,)"""
    busy_ms: np.ndarray
    """int64, shape (n_pools, n_intervals + 1): agent time at work (replies, transfers, triage,
    false alarms), where it happens; the last column is all time after the horizon"""
    surge_ms: np.ndarray
    """int64, shape (n_pools, n_intervals + 1): presence of the surge crew"""
    overtime_ms: np.ndarray
    """int64, shape (n_pools, n_intervals + 1): of `busy_ms`, work beyond the shift (4.7)"""
    ended_ms: int
    """when the run was over (4.10), before the last replies in hand"""


@dataclass(frozen=True)
class Record:
    """One replication as the public sees it.

    Attributes
    ----------
    mentions, turns : np.ndarray
        Structured arrays, little-endian, real mentions only, in order of arrival and of
        (mention, turn); `mention` counts real mentions from 0.
    labels : dict of str to tuple of str
        Names of the codes in `topic`, `origin`, `pool`, `effort`.
    run, draws : Run, Draws
        What they were made from.
    """

    mentions: np.ndarray
    turns: np.ndarray
    labels: dict[str, tuple[str, ...]]
    run: Run
    draws: Draws


MENTION_DTYPE: Any = np.dtype(
    [
        ("mention", "<i8"),
        ("arrival_ms", "<i8"),
        ("first_start_ms", "<i8"),
        ("first_reply_ms", "<i8"),
        ("left_ms", "<i8"),
        ("closed_ms", "<i8"),
        ("topic", "<i2"),
        ("origin", "<i2"),
        ("pool", "<i2"),
        ("effort", "<i2"),
        ("actionable", "?"),
        ("silent", "?"),
        ("reposted", "?"),
        ("deflected", "?"),
        ("resolved", "?"),
        ("turns", "<i2"),
        ("satisfaction", "<f8"),
    ]
)

TURN_DTYPE: Any = np.dtype(
    [
        ("mention", "<i8"),
        ("turn", "<i2"),
        ("ready_ms", "<i8"),
        ("start_ms", "<i8"),
        ("end_ms", "<i8"),
        ("pool", "<i2"),
        ("effort", "<i2"),
    ]
)
