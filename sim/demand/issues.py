"""Issues: what a mention is about, who looks for an answer first, whom visible answers bring.

Base mentions of a topic have its issues, those of an event the event's, the r-th with a share in
proportion to r^-zipf; a child has its parent's. Who looks first needs the visible weight
-ln(1 - u/d)/g: the chance to find an answer where it is V is then d (1 - exp(-g V)). Visible
answers multiply an issue's complaints by 1 + min(a V, m): each exogenous complaint has with
probability m a candidate within the hour after it, real where a V / m is above its own uniform.
Checked by ``tests/theory/test_faq_formulas.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.compile import jit
from sim.demand import streams
from sim.demand.candidates import Candidates, make_state, put
from sim.demand.marks import Sorted
from sim.demand.streams import draw_bits, draw_uniform
from sim.demand.tables import ORIGIN_BROUGHT, Base, IssueTables
from sim.scenario.lowering.faq import cumulate_zipf, find_has_issue, plays_faq
from sim.scenario.model import Scenario
from sim.scenario.tables import MS_PER_H

NO_ISSUE = -1


class Issues(NamedTuple):
    """Columns of ``Draws``; empty without a FAQ."""

    issue: np.ndarray
    needs_weight: np.ndarray
    brought_by: np.ndarray


def lower_issues(scenario: Scenario) -> IssueTables:
    """The constants of issues."""
    faq, topics = scenario.faq, list(scenario.topics.values())
    is_on = plays_faq(scenario)
    brings = faq.awareness_most if is_on and faq.awareness > 0 else 0.0
    return IssueTables(
        is_on=is_on,
        has_issue=np.array(find_has_issue(scenario), np.bool_),
        base_until=cumulate_zipf(faq.base_issues, faq.zipf),
        event_until=cumulate_zipf(faq.event_issues, faq.zipf),
        deflect_share=faq.deflect_share,
        gain=faq.gain,
        brings_share=brings,
        most_weight=faq.awareness_most / faq.awareness if brings > 0 else math.inf,
        is_complaint=np.array([topic.complaint for topic in topics], np.bool_),
    )


@jit
def add_brought(
    found: Candidates, count: int, faq: IssueTables, base: Base
) -> tuple[Candidates, int]:
    """Add the complaints that visible answers may bring; what is there at the start brings none."""
    room = 0
    for row in range(base.backlog, count):
        room += faq.is_complaint[found.topic[row]]
    found, until = make_state(found, count, room), count
    for row in range(base.backlog, until):
        topic, key = found.topic[row], found.key[row]
        if not faq.is_complaint[topic]:
            continue
        if draw_uniform(key, streams.BRINGS, 0) >= faq.brings_share:
            continue
        own = draw_bits(key, streams.BROUGHT_KEY, 0)
        later_ms = 1 + int(draw_uniform(own, streams.BROUGHT_DELAY, 0) * MS_PER_H)
        time_ms = found.time_ms[row] + later_ms
        if time_ms < base.horizon_ms:
            put(found, count, time_ms, own, topic)
            found.parent[count] = -1
            found.origin[count] = ORIGIN_BROUGHT
            found.event[count] = found.event[row]
            found.generation[count] = 0
            count += 1
    return found, count


@jit
def draw_issues(mentions: Sorted, actionable: np.ndarray, faq: IssueTables) -> Issues:
    """What each mention is about, and what it takes to spare or to bring it."""
    n = actionable.size if faq.is_on else 0
    n_brought = n if faq.brings_share > 0.0 else 0
    issue = np.empty(n, np.int32)
    needs_weight, brought_by = np.empty(n), np.empty(n_brought)
    base_size, event_size = faq.base_until.size, faq.event_until.size
    first = faq.has_issue.size * base_size
    for place in range(n):
        key, topic, event = mentions.key[place], mentions.topic[place], mentions.event[place]
        parent = mentions.parent[place]
        issue[place], needs_weight[place] = NO_ISSUE, math.inf
        if faq.has_issue[topic] and actionable[place]:
            uniform = draw_uniform(key, streams.ISSUE, 0)
            if parent >= 0 and issue[parent] >= 0:
                issue[place] = issue[parent]
            elif event >= 0:
                rank = min(np.searchsorted(faq.event_until, uniform, "right"), event_size - 1)
                issue[place] = first + event * event_size + rank
            else:
                rank = min(np.searchsorted(faq.base_until, uniform, "right"), base_size - 1)
                issue[place] = topic * base_size + rank
            looks = draw_uniform(key, streams.LOOKS_FIRST, 0)
            if looks < faq.deflect_share:
                needs_weight[place] = -math.log(1.0 - looks / faq.deflect_share) / faq.gain
        if n_brought > 0:
            brought_by[place] = -1.0
            if mentions.origin[place] == ORIGIN_BROUGHT:
                brought_by[place] = draw_uniform(key, streams.BROUGHT, 0) * faq.most_weight
    return Issues(issue, needs_weight, brought_by)
