"""What training and experience leave of an event's work, in the kernel.

A part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md`` section 4.12; checked
by ``tests/unit/test_learning.py`` and ``tests/equivalence``.
"""

from sim.care.kernel.state import EngineState
from sim.compile import jit_part
from sim.demand.draws import Draws
from sim.rules.brand_event import learn
from sim.scenario.tables import Tables


@jit_part
def scale_event_work(tables: Tables, draws: Draws, engine: EngineState, i: int, p: int) -> float:
    """What training and experience leave of a case's work; 1 where it is of no event."""
    factor, event = 1.0, int(draws.event[i])
    if event < 0:
        return factor
    if tables.prepared.trains:
        factor *= tables.prepared.trained[event, p, engine.cases[i].topic]
    if tables.learning.is_on:
        known = tables.learning.known[event] + engine.learned[event]
        multiplier, cases = tables.learning.multiplier[event], tables.learning.cases[event]
        factor *= learn(multiplier, known, cases, tables.learning.exponent[event])
    return factor


@jit_part
def gain_experience(tables: Tables, draws: Draws, engine: EngineState, i: int) -> None:
    """A person has answered a case: the next ones of its event are less new."""
    if tables.learning.is_on and draws.event[i] >= 0:
        engine.learned[draws.event[i]] += 1
