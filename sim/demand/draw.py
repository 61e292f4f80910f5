"""Draws: all the randomness of one replication, made before anything is played.

The only door to randomness. Steps: what the whole replication shares (``world``),
exogenous mentions (``arrivals``, ``feedback``, ``spill``, ``lead``), their candidate children
(``spread``), those that visible answers may bring, and what they are about (``issues``), the order
of arrival (``order``), marks (``marks``). Checked by
``tests/unit/test_demand_draw.py``.
"""

import numpy as np

from sim.demand import streams
from sim.demand.absence import make_absence_key
from sim.demand.arrivals import expect_exogenous, find_exogenous
from sim.demand.draws import NO_UNIFORMS, Draws
from sim.demand.feedback import thin_base
from sim.demand.issues import add_brought, draw_issues
from sim.demand.lead import add_lead
from sim.demand.lowered import compile_demand
from sim.demand.marks import (
    draw_influences,
    draw_leaving,
    draw_time_factors,
    draw_triage,
    draw_uniforms,
    sort_mentions,
)
from sim.demand.order import sort_by_time
from sim.demand.spill import add_spill
from sim.demand.spread import add_children, add_posts, settle_posts
from sim.demand.streams import make_replication_key
from sim.demand.tables import DemandTables
from sim.demand.turns import draw_turns, guess_turns
from sim.demand.world import draw_world
from sim.errors import InputError
from sim.limits import MAX_MENTIONS, MAX_TURNS_DRAWN
from sim.scenario.model import Scenario

_UNIFORMS = {
    "u_spread": streams.SPREADS,
    "u_friendly": streams.FRIENDLY,
    "u_personal": streams.PERSONAL,
    "u_follow": streams.FOLLOW_UP,
}

__all__ = ["compile_demand", "draw", "draw_tables"]


def draw(
    scenario: Scenario, seed: int, replication: int, sentiment: np.ndarray | None = None
) -> Draws:
    """Draw the random inputs of one replication.

    Parameters
    ----------
    scenario : Scenario
        The world; lowered at its first replication.
    seed : int
        Any whole number.
    replication : int
        Number of the replication, from 0.
    sentiment : np.ndarray, optional
        shape (n_hours,) or longer: the brand's at the start of each hour. Read only where
        `demand.sentiment_feedback` is above 0; None: the brand's mean throughout.

    Returns
    -------
    Draws
        The same bits for the same arguments, whatever was drawn before.

    Raises
    ------
    InputError
        For a record that is missing or cannot be read.
    """
    return draw_tables(compile_demand(scenario), seed, replication, sentiment)


def draw_tables(
    tables: DemandTables, seed: int, replication: int, sentiment: np.ndarray | None = None
) -> Draws:
    """Draw from lowered tables; see `draw`."""
    replication_key = make_replication_key(seed, replication)
    durations, base, busyness, events, spreading, spill, marks, feedback, lead, faq = tables
    lead_ms = lead.base.horizon_ms
    with np.errstate(over="ignore"):
        world = draw_world(busyness, events, durations.lines, replication_key)
        check_size(expect_exogenous(base, events, world, MAX_MENTIONS), replication)
        found, count = find_exogenous(base, events, world, replication_key)
        count = thin_base(found, count, feedback, base, sentiment)
        if spill.hour_mean.size:
            found, count = add_spill(found, count, spill, base, durations, replication_key)
        if lead_ms:
            found, count = add_lead(found, count, lead, durations.lines, replication_key)
        if faq.brings_share > 0.0:
            found, count = add_brought(found, count, faq, base)
        found, count, posts = add_posts(found, count, events, world, spreading, replication_key)
        lines, horizon_ms = durations.lines, base.horizon_ms
        found, count = add_children(found, count, spreading, posts, lines, horizon_ms)
        check_size(count, replication)
        order = sort_by_time(found.time_ms + lead_ms, count)
        mentions = sort_mentions(found, order)
        key, topic = mentions.key, mentions.topic
        actionable, detected, pool = draw_triage(key, topic, marks)
        leaving = draw_leaving(mentions, actionable, marks, durations)
        uniforms = {name: draw_uniforms(key, purpose) for name, purpose in _UNIFORMS.items()}
        time_factor = draw_time_factors(key, marks, durations.lines)
        u_redress = draw_uniforms(key, streams.REDRESS) if marks.redresses else NO_UNIFORMS
        issues = draw_issues(mentions, actionable, faq)
        u_prepared = draw_uniforms(key, streams.PREPARED) if marks.prepares else NO_UNIFORMS
        influence = draw_influences(key, spreading, durations.lines)
        post = settle_posts(posts, order, mentions.event, influence, events, spreading)
        room = check_turns(guess_turns(topic, actionable, marks), marks.max_turns)
        offset, turns = draw_turns(mentions, actionable, marks, durations, room)
        if offset[-1] > room:
            room = check_turns(int(offset[-1]), marks.max_turns)
            offset, turns = draw_turns(mentions, actionable, marks, durations, room)
    n_turns = int(offset[-1])
    return Draws(
        arrival_ms=mentions.arrival_ms,
        topic=topic,
        origin=mentions.origin,
        event=mentions.event,
        parent=mentions.parent,
        actionable=actionable,
        detected=detected,
        influence=influence,
        first_pool=pool,
        turn_offset=offset,
        event_time_ms=world.event_ms,
        event_size=world.event_size,
        sentiment_noise=world.noise,
        time_factor=time_factor,
        absence_key=make_absence_key(replication_key),
        u_redress=u_redress,
        post=post,
        **issues._asdict(),
        u_prepared=u_prepared,
        **leaving._asdict(),
        **uniforms,
        **{name: column[:n_turns] for name, column in turns._asdict().items()},
    )


def check_size(mentions: float, replication: int) -> None:
    """Refuse a replication of more mentions than the engines can number."""
    if mentions > MAX_MENTIONS:
        raise InputError(
            f"scenario.demand: {mentions:,.0f} mentions in replication {replication}: allowed: at "
            f"most {MAX_MENTIONS:,}; base_per_h, spreading, peak and peak_sigma of events"
        )


def check_turns(turns: int, max_turns: int) -> int:
    """How many turns are drawn; refuse more than memory can be asked for."""
    if turns > MAX_TURNS_DRAWN:
        raise InputError(
            f"scenario.conversation.max_turns = {max_turns}: allowed: at most "
            f"{MAX_TURNS_DRAWN:,} turns in a replication; these mentions could have {turns:,}"
        )
    return turns
