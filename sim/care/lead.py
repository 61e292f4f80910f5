"""The lead-in at the engines' door: their time starts with it, everybody else's with the horizon.

An engine plays from time 0, where the lead-in begins. Draws and records tell the lead-in's
mentions by times below 0; of these a record says what happened before the horizon as if it
had happened at its start, for a time below 0 would read as "never". Checked by
``tests/unit/test_lead.py``.
"""

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.scenario.tables import Clock

MENTION_TIMES = ("first_start_ms", "first_reply_ms", "first_touch_ms", "left_ms", "closed_ms")
TURN_TIMES = ("turn_ready_ms", "turn_start_ms", "turn_end_ms")
BY_INTERVAL = ("busy_ms", "overtime_ms", "surge_ms")


def enter_lead(clock: Clock, draws: Draws) -> Draws:
    """Draws in the engine's time."""
    if clock.lead_ms == 0:
        return draws
    return draws._replace(
        arrival_ms=draws.arrival_ms + clock.lead_ms,
        event_time_ms=_shift(draws.event_time_ms, clock.lead_ms),
    )


def leave_lead(clock: Clock, run: Run) -> Run:
    """What an engine played in the horizon's time, without the lead-in's intervals."""
    if clock.lead_ms == 0:
        return run
    first = clock.lead_ms // clock.interval_ms
    times = {name: _shift(getattr(run, name), -clock.lead_ms) for name in MENTION_TIMES}
    turns = {name: getattr(run, name) - clock.lead_ms for name in TURN_TIMES}
    return run._replace(
        **times,
        **turns,
        **{name: np.ascontiguousarray(getattr(run, name)[:, first:]) for name in BY_INTERVAL},
        ended_ms=run.ended_ms - clock.lead_ms,
    )


def _shift(times_ms: np.ndarray, by_ms: int) -> np.ndarray:
    """Times moved, none below 0; -1 (never) stays."""
    return np.where(times_ms >= 0, np.maximum(times_ms + by_ms, 0), times_ms)
