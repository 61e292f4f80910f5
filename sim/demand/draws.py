"""The random inputs of one replication, as arrays: all the randomness there is.

A value is a pure function of (seed, replication, purpose, mention key, turn);
filled by ``sim.demand.draw``; read by the engines and by the feelings.
"""

from typing import NamedTuple

import numpy as np

# Of draws made by hand: a key as good as any.
KEY_OF_NONE = np.zeros(1, np.uint64)
NO_TIMES, NO_FACTORS, NO_UNIFORMS = np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
"""Of mechanisms that are off."""
NO_FATES = np.zeros(0, np.int8)
"""Where nobody could prepare anything."""
NO_ISSUES, NO_WEIGHTS = np.zeros(0, np.int32), np.zeros(0)
"""Of answers that nobody reads."""


class Draws(NamedTuple):
    """One replication's mentions, in order of arrival; turn values in compressed rows.

    Turn j of mention i stands at ``turn_offset[i] + j``; as many turns are drawn as any
    policy could need, at most `max_turns`. A turn that is not drawn cannot be reached.
    """

    arrival_ms: np.ndarray
    """int64, shape (n,), ascending, below the horizon; below 0 in the lead-in"""
    topic: np.ndarray
    """int16, shape (n,)"""
    origin: np.ndarray
    """int16, shape (n,): 0 base, 1 event, 2 recorded, 3 spread, 4 spill, 5 brought, 6 caused"""
    event: np.ndarray
    """int16, shape (n,): event of the mention, -1 for none"""
    parent: np.ndarray
    """int32, shape (n,): index of the parent of a spread candidate, -1 for none"""
    actionable: np.ndarray
    detected: np.ndarray
    """bool, shape (n,): taken for actionable by triage"""
    influence: np.ndarray
    """float64, shape (n,)"""
    patience_ms: np.ndarray
    patience2_ms: np.ndarray
    """int64, shape (n,): to the first reply; afresh after posting again"""
    silent: np.ndarray
    reposts: np.ndarray
    """bool, shape (n,): how the customer leaves; only visible leavers post again"""
    repost_ms: np.ndarray
    """int64, shape (n,)"""
    first_pool: np.ndarray
    """int16, shape (n,)"""
    u_spread: np.ndarray
    u_friendly: np.ndarray
    u_personal: np.ndarray
    u_follow: np.ndarray
    """float64, shape (n,), in [0, 1)"""
    turn_offset: np.ndarray
    """int64, shape (n + 1,)"""
    work_ms: np.ndarray
    think_ms: np.ndarray
    reopen_ms: np.ndarray
    """int64, shape (m,)"""
    u_resolve: np.ndarray
    u_reopen: np.ndarray
    """float64, shape (m,)"""
    writes_again: np.ndarray
    """bool, shape (m,): and thinks for less than giving up takes"""
    event_time_ms: np.ndarray
    """int64, shape (n_events,): -1 where the event does not happen"""
    event_size: np.ndarray
    """float64, shape (n_events,): P_e"""
    sentiment_noise: np.ndarray
    """float64, shape (n_hours,): standard normals"""
    absence_key: np.ndarray = KEY_OF_NONE
    """uint64, shape (1,): from which `sim.demand.absence` draws a policy's absent persons"""
    later_patience_ms: np.ndarray = NO_TIMES
    """int64, shape (m,): for the reply of this turn, where the customer has come back for it;
    shape (0,): whoever has come back waits for ever"""
    time_factor: np.ndarray = NO_FACTORS
    """float64, shape (n,): how many times the median customer's time until a reply is expected;
    shape (0,): all expect alike"""
    u_redress: np.ndarray = NO_UNIFORMS
    """float64, shape (n,), in [0, 1); shape (0,) where the scenario offers none"""
    issue: np.ndarray = NO_ISSUES
    """int32, shape (n,): what it is about, -1 nothing that others ask; shape (0,) without a FAQ"""
    needs_weight: np.ndarray = NO_WEIGHTS
    """float64, shape (n,): who sees more visible weight of answers to the issue than this needs no
    other answer; infinite for who does not look first; shape (0,) without a FAQ"""
    brought_by: np.ndarray = NO_WEIGHTS
    """float64, shape (n,): a candidate that visible answers may bring comes to be where their
    weight is above this; -1 for all others; shape (0,) where answers bring nobody"""
    u_prepared: np.ndarray = NO_UNIFORMS
    """float64, shape (n,), in [0, 1); shape (0,) where no preparation moves how many write"""
    u_bot: np.ndarray = NO_UNIFORMS
    """float64, shape (m,): the bot's `u_resolve`, where preparations change the persons'"""
    fate: np.ndarray = NO_FATES
    """int8, shape (n,): what preparations make of it (`sim.care.preparing`); shape (0,): nothing"""
    post: np.ndarray = NO_ISSUES
    """int32, shape (n_events,): the mention that is the event's post, on which a crowd comments,
    -1 none; shape (0,) where no event has one"""
