"""From a scenario to the tables of drawing, once (kept for the last few scenarios).

Base: base_per_h x shape, or `rate_per_h`. Influence is lognormal with mean 1, capped,
and divided by the mean that the cap leaves, so that the branching ratio stays n.
Recorded demand with mode `replace` takes the place of the base and of the events'
mentions; with `under` it takes the place of the base only. Checked by
``tests/unit/test_demand_lowered.py``.
"""

import math
from collections.abc import Iterable

import numpy as np

from sim.demand import tables
from sim.demand.feedback import lower_feedback, raise_to_majorants
from sim.demand.issues import lower_issues
from sim.demand.lead import lower_lead
from sim.demand.quantile import TableShelf
from sim.demand.recorded import Recorded, read_recorded
from sim.demand.streams import hash_name
from sim.errors import InputError
from sim.kept import Kept
from sim.limits import MAX_CHILDREN
from sim.scenario.model import Scenario
from sim.scenario.preparing.effects import find_range, moves_mentions
from sim.scenario.profile import (
    base_rates,
    count_hours,
    event_kernel,
    event_topic_shares,
    home_pools,
    hour_shapes,
    local_days,
    pool_resolution_shares,
    scale_odds,
    topic_shares,
)
from sim.scenario.tables import LEVEL_BRIEF, MS_PER_H, MS_PER_MIN

# A scenario mix and its stress tests are lowered once each; more hold more memory.
_KEPT = 64
HIGHEST_NORMAL = 8.4
"""Of the normals that are drawn: their tables end at 2^-55."""
_kept: Kept[tables.DemandTables] = Kept(_KEPT)


def compile_demand(scenario: Scenario, recorded: Recorded | None = None) -> tables.DemandTables:
    """The tables from which a scenario's replications are drawn.

    Parameters
    ----------
    scenario : Scenario
        The world; its tables are kept, for as long as it is among the last 64.
    recorded : Recorded, optional
        Times and topics in place of the file that `demand.replay` names; such tables are
        kept in the file's stead.

    Returns
    -------
    DemandTables
        Arrays and numbers.

    Raises
    ------
    InputError
        For a record that is missing or cannot be read, or a `rate_per_h` of wrong length.
    """
    if recorded is not None:
        return _kept.put((scenario,), _lower(scenario, recorded))
    return _kept.find((scenario,), lambda: _lower(scenario, None))


def _lower(scenario: Scenario, recorded: Recorded | None) -> tables.DemandTables:
    if recorded is None and scenario.demand.replay is not None:
        recorded = read_recorded(scenario)
    shelf, replay = TableShelf(), scenario.demand.replay
    is_whole = recorded is not None and replay is not None and replay.mode == "replace"
    base, busyness = _lower_base(scenario, recorded), _lower_busyness(scenario, shelf)
    groups = (
        base,
        busyness,
        _lower_events(scenario, is_played=not is_whole),
        _lower_spreading(scenario, shelf, is_played=not is_whole),
        _lower_spill(scenario, shelf, is_played=not is_whole),
        _lower_marks(scenario, shelf),
        lower_feedback(scenario),
        lower_lead(scenario, base, busyness),
        lower_issues(scenario),
    )
    return tables.DemandTables(shelf.build(), *groups)


def _hash(*parts: str) -> np.uint64:
    return np.uint64(hash_name("/".join(parts)))


def _lower_base(scenario: Scenario, recorded: Recorded | None) -> tables.Base:
    demand, n_hours = scenario.demand, count_hours(scenario.horizon)
    rates = base_rates(scenario)
    slots_per_h = len(rates) // n_hours
    share = topic_shares(scenario)
    backlog = share
    if demand.backlog_share is not None:
        backlog = _mix(scenario, demand.backlog_share)
    if recorded is not None:
        rates = np.zeros_like(rates)
    else:
        recorded = Recorded(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return tables.Base(
        horizon_ms=n_hours * MS_PER_H,
        slot_ms=MS_PER_H // slots_per_h,
        slot_mean=rates / slots_per_h,
        slot_hour=np.arange(len(rates), dtype=np.int64) // slots_per_h,
        topic_share=raise_to_majorants(lower_feedback(scenario), share),
        stream=np.array([hash_name(f"base/{name}") for name in scenario.topics], np.uint64),
        backlog=demand.backlog_mentions,
        backlog_until=np.cumsum(backlog),
        backlog_stream=_hash("backlog"),
        recorded_ms=recorded.time_ms.astype(np.int64),
        recorded_topic=recorded.topic.astype(np.int64),
        recorded_stream=_hash("recorded"),
        topic_until=np.cumsum(share),
    )


def _mix(scenario: Scenario, share: dict[str, float]) -> np.ndarray:
    mix = np.array([share.get(name, 0.0) for name in scenario.topics], np.float64)
    return mix / mix.sum()


def _lower_busyness(scenario: Scenario, shelf: TableShelf) -> tables.BusynessTables:
    demand = scenario.demand
    day_table = hour_table = keep_table = new_table = -1
    correlation = demand.busy_hour_correlation
    if demand.busy_day_cv > 0:
        day_table = shelf.add_table("gamma", demand.busy_day_cv**-2.0)
    if demand.busy_hour_cv > 0:
        shape = demand.busy_hour_cv**-2.0
        hour_table = shelf.add_table("gamma", shape)
        if correlation > 0:
            keep_table = shelf.add_table("beta", shape * correlation, shape * (1 - correlation))
            new_table = shelf.add_table("gamma", shape * (1 - correlation))
    return tables.BusynessTables(
        stream=_hash("busyness"),
        day_of_hour=local_days(scenario.horizon),
        day_table=day_table,
        hour_table=hour_table,
        keep_table=keep_table,
        new_table=new_table,
        correlation=correlation,
        normal_table=shelf.add_table("normal"),
    )


def _lower_events(scenario: Scenario, is_played: bool) -> tables.Events:
    events, base_per_h = list(scenario.events.values()), scenario.demand.base_per_h
    windows = [event.span_h for event in events]
    again = [event.reignition_window_h for event in events]
    n_topics = len(scenario.topics)
    mixes = [event_topic_shares(scenario, event) for event in events]
    shape = (len(events), 2, n_topics)
    return tables.Events(
        stream=np.array([hash_name(f"event/{name}") for name in scenario.events], np.uint64),
        topic_stream=_name_streams(scenario, "event").reshape(shape),
        first_ms=_floats(window[0] * MS_PER_H for window in windows),
        last_ms=_floats(window[1] * MS_PER_H for window in windows),
        probability=_floats(event.probability for event in events),
        size_sigma=_floats(event.peak_sigma for event in events),
        excess_per_h=_floats(base_per_h * (event.peak - 1.0) for event in events),
        topic_share=np.array(mixes, np.float64).reshape(len(events), n_topics),
        kernel=np.array([event_kernel(event) for event in events], np.float64).reshape(-1, 7),
        shape_share=_floats(event.shape_share for event in events),
        hour_shape=hour_shapes(scenario),
        again_probability=_floats(event.reignition_probability for event in events),
        again_first_ms=_floats(window[0] * MS_PER_H for window in again),
        again_last_ms=_floats(window[1] * MS_PER_H for window in again),
        again_share=_floats(event.reignition_peak_share for event in events),
        comments=_floats(event.comments for event in events),
        comments_topic=np.array(
            [
                -1
                if event.comments_topic is None
                else scenario.topic_names.index(event.comments_topic)
                for event in events
            ],
            np.int64,
        ),
        is_played=is_played,
        caused_share=find_range(scenario, "mentions").most - 1.0,
        caused_stream=_name_streams(scenario, "caused").reshape(shape),
    )


def _name_streams(scenario: Scenario, root: str) -> np.ndarray:
    """Streams of the events' mentions by event, copy and topic, uint64."""
    names = [
        f"{root}/{name}/{copy}/{topic}"
        for name in scenario.events
        for copy in (0, 1)
        for topic in scenario.topics
    ]
    return np.array([hash_name(name) for name in names], np.uint64)


def _floats(values: Iterable[float]) -> np.ndarray:
    return np.fromiter(values, np.float64)


def mean_below_cap(sigma: float, cap: float) -> float:
    """E[min(X, cap)] of a lognormal X with mean 1."""
    from scipy.special import ndtr

    if sigma == 0:
        return min(1.0, cap)
    cut = math.log(cap) / sigma + sigma / 2.0
    return float(ndtr(cut - sigma) + cap * ndtr(-cut))


def _lower_spreading(
    scenario: Scenario, shelf: TableShelf, is_played: bool
) -> tables.SpreadingTables:
    spreading = scenario.demand.spreading
    sigma, cap = spreading.influence_sigma, spreading.influence_cap
    power, cut_s = spreading.exponent - 1.0, spreading.cut_h * 3600.0
    table = shelf.add_table("constant")
    if sigma > 0:
        table = shelf.add_table("lognormal", math.sqrt(math.expm1(sigma * sigma)))
    scale = 1.0 / mean_below_cap(sigma, cap)
    highest = min(cap, math.exp(sigma * HIGHEST_NORMAL - sigma * sigma / 2.0))
    if spreading.branching_ratio * highest * scale > MAX_CHILDREN:
        most = MAX_CHILDREN / scale / spreading.branching_ratio
        raise InputError(
            f"scenario.demand.spreading.influence_cap = {cap:g}: allowed: at most {most:.6g} with "
            f"this influence_sigma and branching_ratio, {MAX_CHILDREN} children a mention"
        )
    return tables.SpreadingTables(
        is_complaint=np.array([topic.complaint for topic in scenario.topics.values()], np.bool_),
        branching_ratio=spreading.branching_ratio if is_played else 0.0,
        influence_table=table,
        influence_cap=cap,
        influence_scale=scale,
        flat_s=min(spreading.flat_s, cut_s),
        power=power,
        cut_s=cut_s,
        tail=1.0 - min(spreading.flat_s / cut_s, 1.0) ** power,
        max_generations=spreading.max_generations,
        backlash_share=scenario.conversation.backlash_share,
    )


def _lower_spill(scenario: Scenario, shelf: TableShelf, is_played: bool) -> tables.SpillTables:
    spill = scenario.demand.spill
    if spill is None or not is_played:
        return tables.SpillTables(_hash("spill"), np.zeros(0), 0, -1, -1, -1, 0.0)
    return tables.SpillTables(
        stream=_hash("spill"),
        hour_mean=spill.base_per_h * hour_shapes(scenario),
        agents=spill.agents,
        work_row=shelf.add_duration(spill.handling),
        patience_row=shelf.add_duration(spill.patience),
        delay_row=shelf.add_duration(spill.delay),
        share=spill.share,
    )


def _lower_marks(scenario: Scenario, shelf: TableShelf) -> tables.Marks:
    topics, events = scenario.topics.values(), scenario.events.values()
    talk, maturity = scenario.conversation, scenario.maturity
    by_person = pool_resolution_shares(scenario)[:, LEVEL_BRIEF:]
    reopens = {name: level.reopen_share for name, level in scenario.effort.levels.items()}
    reopens_person = max(share for name, share in reopens.items() if name != "auto")
    odds = find_range(scenario, "resolution")
    low, high = (
        scale_odds(share, np.full_like(share, extreme))
        for share, extreme in (
            (by_person.min(axis=(0, 1)), odds.least.min(initial=1.0)),
            (by_person.max(axis=(0, 1)), odds.most.max(initial=1.0)),
        )
    )
    goes_on = np.minimum(talk.write_again_share * (1.0 - low) + high * reopens_person, 0.9999)
    patience = [topic.patience for topic in topics]
    return tables.Marks(
        actionable_share=_floats(topic.actionable_share for topic in topics),
        work_row=np.array([shelf.add_duration(topic.work) for topic in topics], np.int64),
        patience_row=np.array(
            [-1 if time is None else shelf.add_duration(time) for time in patience], np.int64
        ),
        home_pool=home_pools(scenario),
        resolve_low=low,
        resolve_high=high,
        turns_mean=(1.0 - goes_on**talk.max_turns) / (1.0 - goes_on),
        work_factor=_floats(event.work_multiplier for event in events),
        patience_factor=_floats(event.patience_multiplier for event in events),
        recall=maturity.triage_recall,
        false_positive=maturity.triage_false_positive,
        n_pools=len(scenario.team.pools),
        routing_accuracy=maturity.routing_accuracy,
        silent_share=talk.silent_share,
        repost_share=talk.repost_share,
        repost_row=shelf.add_duration(talk.repost_delay),
        write_again_share=talk.write_again_share,
        think_row=shelf.add_duration(talk.think),
        give_up_ms=round(talk.give_up_h * 60.0 * MS_PER_MIN),
        reopen_row=shelf.add_duration(talk.reopen_delay),
        reopen_share=max(reopens.values()),
        reopen_person_share=reopens_person,
        max_turns=talk.max_turns,
        expected_time_sigma=scenario.satisfaction.expected_time_sigma,
        normal_table=shelf.add_table("normal"),
        later_patience_factor=talk.later_patience_factor or 0.0,
        redresses=bool(scenario.redress.list_kinds()),
        prepares=moves_mentions(scenario),
    )
