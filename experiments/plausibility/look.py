"""What one replication of a plan looks like to somebody who would have to run it.

Times in engine time [ms]; the horizon starts at 0 of the draws and at the lead-in's end of the
tables. `Look` is added up over replications by `run.py`.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.demand.draws import Draws
from sim.outcomes.rows import find_read
from sim.outcomes.scales import Lowered
from sim.running.play import Played
from sim.scenario.tables import MS_PER_H, MS_PER_MIN

# Agents and waiting cases are compared this often; a finer grid moves no share by .001.
SAMPLE_MS = 2 * MS_PER_MIN


@dataclass
class Look:
    """Sums over replications; lists of arrays, one entry a replication."""

    waits_min: dict[tuple[int, bool], list[np.ndarray]] = field(default_factory=dict)
    """of replies that the customer was there to read, by (topic, is it a later one)"""
    cases: list[np.ndarray] = field(default_factory=list)
    unanswered: list[np.ndarray] = field(default_factory=list)
    """by topic; of those, whom no reply ever reached"""
    idle_h: list[float] = field(default_factory=list)
    idle_beside_own_h: list[float] = field(default_factory=list)
    idle_beside_others_h: list[float] = field(default_factory=list)
    staffed_h: list[float] = field(default_factory=list)
    crew_h: list[float] = field(default_factory=list)
    had_event: list[bool] = field(default_factory=list)

    def add(self, lowered: Lowered, draws: Draws, played: Played) -> None:
        """Add one replication."""
        self._add_waits(lowered, draws, played)
        self._add_idle(lowered, draws, played)
        self.crew_h.append(float(played.run.surge_ms.sum()) / MS_PER_H)
        self.had_event.append(bool((draws.event_time_ms >= 0).any()))

    def _add_waits(self, lowered: Lowered, draws: Draws, played: Played) -> None:
        run, case = played.run, played.rows.case & (draws.arrival_ms >= 0)
        case = case & ~run.deflected
        n_topics = lowered.tables.routing.home_pool.size
        owner = run.turn_mention
        counted = case[owner] & (run.turn_pool >= 0) & find_read(run)
        minutes = (run.turn_end_ms - run.turn_ready_ms) / MS_PER_MIN
        for topic in range(n_topics):
            of_topic = counted & (draws.topic[owner] == topic)
            for later in (False, True):
                chosen = of_topic & ((run.turn_number > 0) == later)
                self.waits_min.setdefault((topic, later), []).append(minutes[chosen])
        silent = case & (run.first_reply_ms < 0)
        self.cases.append(np.bincount(draws.topic[case], minlength=n_topics))
        self.unanswered.append(np.bincount(draws.topic[silent], minlength=n_topics))

    def _add_idle(self, lowered: Lowered, draws: Draws, played: Played) -> None:
        """Count free agents while cases wait that arrived in their own pool, or in others."""
        tables, run = lowered.tables, played.run
        lead_ms, end_ms = tables.clock.lead_ms, tables.clock.horizon_ms
        times = np.arange(0, end_ms - lead_ms, SAMPLE_MS)
        staff = tables.staff
        place = np.searchsorted(staff.time_ms, times + lead_ms, side="right") - 1
        waiting = count_waiting(lowered, draws, played, times)
        step_h = SAMPLE_MS / MS_PER_H
        total = waiting.sum(axis=0)
        sums = np.zeros(4)
        for pool, there in enumerate(staff.agents[:, place]):
            busy = count_open(
                run.turn_start_ms[run.turn_pool == pool],
                run.turn_end_ms[run.turn_pool == pool],
                times,
            )
            idle = np.clip(there - busy, 0, None)
            own, others = waiting[pool] > 0, (total - waiting[pool]) > 0
            sums += [there.sum(), idle.sum(), (idle * own).sum(), (idle * (others & ~own)).sum()]
        self.staffed_h.append(sums[0] * step_h)
        self.idle_h.append(sums[1] * step_h)
        self.idle_beside_own_h.append(sums[2] * step_h)
        self.idle_beside_others_h.append(sums[3] * step_h)


def count_open(start_ms: np.ndarray, end_ms: np.ndarray, times_ms: np.ndarray) -> np.ndarray:
    """Count the spans [start, end) that are open at each time."""
    begun = np.searchsorted(np.sort(start_ms), times_ms, side="right")
    return begun - np.searchsorted(np.sort(end_ms), times_ms, side="right")


def count_waiting(
    lowered: Lowered, draws: Draws, played: Played, times_ms: np.ndarray
) -> np.ndarray:
    """Count who waits at each time, by the home pool of the topic; shape (n_pools, n_times).

    Turns that were served wait from ready to start; who left before a first reply was begun waits
    from arrival to leaving.
    """
    run, home = played.run, lowered.tables.routing.home_pool
    seen = run.turn_pool >= 0
    left = played.rows.case & (run.first_start_ms < 0) & (run.left_ms >= 0)
    from_ms = np.concatenate([run.turn_ready_ms[seen], draws.arrival_ms[left]])
    to_ms = np.concatenate([run.turn_start_ms[seen], run.left_ms[left]])
    pool = np.concatenate([home[draws.topic[run.turn_mention[seen]]], home[draws.topic[left]]])
    return np.array(
        [
            count_open(from_ms[pool == p], to_ms[pool == p], times_ms)
            for p in range(lowered.tables.staff.agents.shape[0])
        ]
    )
