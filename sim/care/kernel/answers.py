"""What others can read in the kernel: answers by issue, who finds one, whom they bring.

Each step is a part of the loop of ``sim.care.kernel.engine``. Statement: ``sim/MODEL.md``
section 4.11; checked by ``tests/equivalence``.
"""

import numpy as np

from sim.care.kernel.state import EngineState
from sim.compile import jit_part
from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_BROUGHT
from sim.rules.faq import exceeds, fade, weigh_pinned
from sim.rules.operation import becomes_real
from sim.scenario.tables import CrowdTables, FaqTables


@jit_part
def measure(faq: FaqTables, engine: EngineState, issue: int, now: int) -> float:
    """The weight of all answers to an issue now, pinned ones too."""
    answers = engine.answer_weight[issue] * fade(faq.fading, now - engine.answer_ms[issue])
    pinned = weigh_pinned(faq.pinned_ms, faq.pinned_issue, faq.pinned_fading, issue, now)
    return answers + faq.pinned_weight * pinned


@jit_part
def show(
    faq: FaqTables, draws: Draws, engine: EngineState, case: np.record, i: int, level: int, now: int
) -> None:
    """An answer solved a case: others can read it, unless it was private."""
    issue = int(draws.issue[i])
    if case.is_private or issue < 0:
        return
    left = fade(faq.fading, now - engine.answer_ms[issue])
    engine.answer_weight[issue] = engine.answer_weight[issue] * left + faq.weight[level]
    engine.answer_ms[issue] = now


@jit_part
def deflect(faq: FaqTables, draws: Draws, engine: EngineState, i: int, now: int) -> bool:
    """Whether the customer looks first and finds an answer; most do not look."""
    needed, issue = draws.needs_weight[i], int(draws.issue[i])
    if issue < 0 or needed == np.inf:
        return False
    return exceeds(measure(faq, engine, issue, now), needed)


@jit_part
def bring(faq: FaqTables, draws: Draws, engine: EngineState, i: int, now: int) -> bool:
    """Whether a candidate without parent is real: all are but those that answers must bring."""
    if draws.brought_by.size == 0 or draws.brought_by[i] < 0.0:
        return True
    issue = int(draws.issue[i])
    if issue < 0:
        return False
    return exceeds(measure(faq, engine, issue, now), draws.brought_by[i])


@jit_part
def stays_with_crowd(crowd: CrowdTables, draws: Draws, i: int, now: int, residual: float) -> bool:
    """Whether a mention with a parent comes to be where there are posts that may be deleted."""
    parent, event = np.int64(draws.parent[i]), np.int64(draws.event[i])
    is_deleted = False
    if crowd.take_down_ms >= 0 and event >= 0 and draws.post[event] == parent:
        until = draws.arrival_ms[parent] + crowd.take_down_ms
        is_deleted = draws.detected[parent] and now >= until
    if draws.origin[i] == ORIGIN_BROUGHT:
        return is_deleted
    if is_deleted:
        residual = min(residual, crowd.left_spread)
    return becomes_real(draws.u_spread[i], residual)
