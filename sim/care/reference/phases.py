"""The phases of the reference engine: what announced events and the surge trigger give.

Statement: ``sim/MODEL.md`` sections 2 and 4.8; checked by ``tests/unit/test_reference_staff.py``
and ``tests/equivalence``.
"""

import numpy as np

from sim.care.reference.clock import Context
from sim.care.reference.surge import Trigger
from sim.rules import operation as rules
from sim.scenario.tables import PHASE_CALM


class PresentPhase:
    """The phase in which the policy's levels are looked up.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    """

    def __init__(self, context: Context) -> None:
        self.tables, self.draws, self.clock = context
        self.trigger = Trigger(self.tables.staff)

    def find_phase(self) -> int:
        """The present phase."""
        return rules.stronger_phase(
            self.find_phase_of_events(), self.trigger.find_phase(self.clock.now_ms)
        )

    def find_phase_of_events(self) -> int:
        """The phase that announced events give."""
        phases, strongest = self.tables.phases, PHASE_CALM
        for event in np.flatnonzero(phases.announced):
            phase = rules.phase_of_event(
                self.clock.now_ms,
                int(self.draws.event_time_ms[event]),
                int(phases.earliest_ms[event]),
                int(phases.latest_ms[event]),
                int(phases.announced_ms[event]),
                phases.lead_ms,
                int(phases.surge_ms[event]),
                int(phases.recovery_ms[event]),
            )
            strongest = rules.stronger_phase(strongest, phase)
        return strongest
