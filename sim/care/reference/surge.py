"""The surge trigger and the on-call crew of the reference engine: two state machines.

Statement: ``sim/MODEL.md`` section 4.8; checked by ``tests/unit/test_reference_staff.py``
and ``tests/equivalence``.
"""

import bisect

import numpy as np

from sim.care.reference.state import NEVER, add_by_interval
from sim.rules import operation as rules
from sim.scenario.tables import (
    PHASE_CALM,
    QUARTER_MS,
    TRIGGER_RECOVERY_MS,
    TRIGGER_SURGE_MS,
    VOLUME_WINDOW_MS,
    Clock,
    Staff,
)


class Trigger:
    """Tells whether there is a surge, from what waits and what has arrived."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.changes_ms = staff.time_ms.tolist()
        self.is_open = (staff.agents.max(axis=0) > 0).tolist()
        self.is_on = False
        self.off_since_ms = NEVER

    def check(self, now_ms: int, waiting: int, real_arrivals_ms: list[int]) -> None:
        """Switch off or on at a multiple of a quarter hour."""
        if self.is_on:
            if waiting < self.staff.off_below:
                self.is_on, self.off_since_ms = False, now_ms
        elif self.is_armed(now_ms):
            self.is_on = self.does_fire(now_ms, waiting, real_arrivals_ms)

    def is_armed(self, now_ms: int) -> bool:
        """Whether some pool has been staffed for long enough.

        A change of staff at this instant comes after the check.
        """
        step = bisect.bisect_left(self.changes_ms, now_ms) - 1
        if step < 0 or not self.is_open[step]:
            return False
        while step > 0 and self.is_open[step - 1]:
            step -= 1
        return bool(now_ms - self.changes_ms[step] >= self.staff.armed_ms)

    def does_fire(self, now_ms: int, waiting: int, real_arrivals_ms: list[int]) -> bool:
        """Whether too much waits or too much has come."""
        quarter = now_ms // QUARTER_MS
        since_ms = now_ms - VOLUME_WINDOW_MS
        volume = len(real_arrivals_ms) - bisect.bisect_left(real_arrivals_ms, since_ms)
        return rules.trigger_fires(
            waiting,
            self.add_forecast(quarter, quarter + 4),
            self.staff.waiting_factor,
            self.staff.waiting_at_least,
            volume,
            self.add_forecast(max(quarter - VOLUME_WINDOW_MS // QUARTER_MS, 0), quarter),
            self.staff.volume_factor,
            self.staff.volume_at_least,
        )

    def add_forecast(self, first: int, end: int) -> float:
        """The mentions expected in quarters from `first` to before `end`."""
        total = 0.0
        for quarter in range(first, end):
            total += float(self.staff.forecast[quarter])
        return total

    def find_phase(self, now_ms: int) -> int:
        """The phase that the trigger gives."""
        if not self.staff.surge_on:
            return PHASE_CALM
        return rules.phase_of_trigger(
            now_ms, self.is_on, self.off_since_ms, TRIGGER_SURGE_MS, TRIGGER_RECOVERY_MS
        )


class OnCallCrew:
    """The on-call crew: called, present, gone; its time is booked in advance."""

    def __init__(self, staff: Staff, horizon_ms: int) -> None:
        self.staff, self.horizon_ms = staff, horizon_ms
        self.people = int(staff.surge_agents.sum())
        self.pools = [int(pool) for pool in np.flatnonzero(staff.surge_agents)]
        self.booked_ms = 0
        self.stays: list[tuple[int, int]] = []
        """from when to when; a stay ends at the horizon unless a check ends it"""

    def decide(self, now_ms: int, is_on: bool) -> list[int]:
        """Let the crew stay, send it home or call one; return when staff changes by that."""
        if not self.is_engaged(now_ms):
            may_come = is_on and self.has_time(self.staff.surge_min_ms)
            return self.call(now_ms) if may_come else []
        if now_ms < self.stays[-1][0] + self.staff.surge_min_ms:
            return []
        if is_on and self.has_time(QUARTER_MS):
            self.booked_ms += self.people * QUARTER_MS
            return []
        self.stays[-1] = (self.stays[-1][0], now_ms)
        return [now_ms]

    def call(self, now_ms: int) -> list[int]:
        """Call a crew, book its least stay; return when it comes and goes at the latest."""
        comes_ms = now_ms + self.staff.surge_delay_ms
        goes_ms = max(comes_ms + self.staff.surge_min_ms, self.horizon_ms)
        self.booked_ms += self.people * self.staff.surge_min_ms
        self.stays.append((comes_ms, goes_ms))
        return [comes_ms, goes_ms]

    def has_time(self, stay_ms: int) -> bool:
        """Whether the hours left allow all people so long."""
        return self.booked_ms + self.people * stay_ms <= self.staff.surge_limit_ms

    def is_engaged(self, now_ms: int) -> bool:
        """Whether a crew is called or present, even if it goes at this instant."""
        return bool(self.stays) and now_ms <= self.stays[-1][1]

    def count_present(self, pool: int, now_ms: int) -> int:
        """How many people of the crew a pool has from this instant on."""
        is_present = any(comes_ms <= now_ms < goes_ms for comes_ms, goes_ms in self.stays)
        return int(self.staff.surge_agents[pool]) if is_present else 0

    def sum_presence(self, ended_ms: int, shape: tuple[int, ...], clock: Clock) -> np.ndarray:
        """The crew's presence by pool and interval [ms], stays that began in full."""
        presence_ms = np.zeros(shape, np.int64)
        for comes_ms, goes_ms in self.stays:
            for pool in self.pools if comes_ms <= ended_ms else []:
                people = int(self.staff.surge_agents[pool])
                add_by_interval(presence_ms[pool], comes_ms, goes_ms, people, clock)
        return presence_ms
