"""A scenario and a policy become the tables that the engines read.

After this nobody sees a config. Durations are rounded once, to whole milliseconds, at
least 1. Choices that the tables fix:

* tools: handling times hold the average's share of searching, so a level's work factor is
  multiplier x m/m_average x proficiency, m = 1/(1 - search_share (1 - desktop_share))
  (search 26 % of agent time: Aberdeen 2013);
* classes: returning turns before all where the policy says so, then the policy's groups of
  topics (unnamed ones last), complaints, influential authors; numbered 1, 2, ... without gaps;
* triage belongs to the first pool;
* the crew's hours a week become agent time over the horizon, in proportion to its days;
* the engine's time starts with the lead-in;
* who prepares for an event is off the floor for those hours, and no longer on the schedule;
* who does not know events knows one from its time on: no phase `ahead`.

Checked by ``tests/unit/test_lower.py``.
"""

import math

import numpy as np

from sim.errors import InputError
from sim.kept import Kept
from sim.scenario import profile
from sim.scenario.kinds import LEVELS, PHASES
from sim.scenario.lowering.deflection import expect_deflected
from sim.scenario.lowering.faq import lower_crowd, lower_faq
from sim.scenario.lowering.shortcuts import is_oldest_at_head, may_look_late_at_patience
from sim.scenario.model import Scenario
from sim.scenario.parts import Event
from sim.scenario.policy import Help, Policy, list_directions, list_follow_up, list_redress
from sim.scenario.policy_checks import check_policy, count_staff_steps, find_step_min
from sim.scenario.preparing.effects import lower_learning, lower_prepared, prepare_scenario
from sim.scenario.preparing.hours import Floor, take_hours
from sim.scenario.ring import compute_lead_h, lower_clock, lower_schedule
from sim.scenario.tables import (
    CUT_AS_SCHEDULED,
    CUT_IDLE_FIRST,
    CUT_PREEMPT,
    LEVEL_NONE,
    MS_PER_H,
    MS_PER_MIN,
    Levels,
    Phases,
    Routing,
    Staff,
    Tables,
)

LEVEL_CODES = {"none": LEVEL_NONE} | {name: code for code, name in enumerate(LEVELS)}
CUT_CODES = {
    "idle_first": CUT_IDLE_FIRST,
    "as_scheduled": CUT_AS_SCHEDULED,
    "preempt": CUT_PREEMPT,
}
HOURS_PER_WEEK = 168
# A comparison of a few policies lowers each once; more hold more memory.
TABLES_KEPT = 16


_kept: Kept[Tables] = Kept(TABLES_KEPT)
_forecasts: Kept[np.ndarray] = Kept(TABLES_KEPT)


def lower(scenario: Scenario, policy: Policy) -> Tables:
    """What the engines read of a scenario and a policy.

    Parameters
    ----------
    scenario : Scenario
        The world.
    policy : Policy
        What the planner decides in it.

    Returns
    -------
    Tables
        Contiguous arrays, not to be written to; the same object for the same (frozen) arguments.

    Raises
    ------
    InputError
        Where the policy does not fit the scenario: one line an error.
    """
    return _kept.find((scenario, policy), lambda: _lower(scenario, policy))


def _lower(scenario: Scenario, policy: Policy) -> Tables:
    errors = check_policy(scenario, policy)
    if errors:
        raise InputError(*errors)
    routing = lower_routing(scenario, policy)
    return Tables(
        clock=lower_clock(scenario),
        levels=lower_levels(scenario, policy),
        phases=lower_phases(scenario, policy),
        routing=routing,
        staff=lower_staff(scenario, policy),
        lazy_patience=may_look_late_at_patience(scenario, policy, routing),
        heads_are_oldest=is_oldest_at_head(policy, routing),
        faq=lower_faq(scenario, policy),
        prepared=lower_prepared(scenario, policy),
        crowd=lower_crowd(scenario, policy),
        learning=lower_learning(scenario, policy),
    )


def round_ms(amount: float, unit_ms: int) -> int:
    """A duration in whole milliseconds, rounded half up, at least 1."""
    return max(1, math.floor(amount * unit_ms + 0.5))


def lower_levels(scenario: Scenario, policy: Policy) -> Levels:
    """Levels of effort, what they cost and what comes of them."""
    named = {str(name): level for name, level in scenario.effort.levels.items()}
    levels = [named[name] for name in LEVELS]
    conversation = scenario.conversation
    redress = np.array(list_redress(policy, scenario.topics), np.int8)
    multipliers = np.array([level.work_multiplier for level in levels], np.float64)
    factors = multipliers * compute_tool_factor(scenario)
    return Levels(
        effort=np.array([list_codes(policy, topic) for topic in scenario.topics], np.int8),
        after_auto=LEVEL_CODES[policy.after_auto],
        resolve_p=np.ascontiguousarray(profile.pool_resolution_shares(scenario), np.float64),
        work_factor=np.ascontiguousarray(factors[:, None] * profile.pool_times(scenario)[:, None]),
        reopen_p=np.array([level.reopen_share for level in levels], np.float64),
        residual_spread=np.array(
            [conversation.no_reply_spread, *(level.residual_spread for level in levels)],
            np.float64,
        ),
        max_turns=conversation.max_turns,
        auto_stretch=conversation.patience_stretch_after_auto,
        follow_up=np.array(list_follow_up(policy, scenario.topics), np.bool_),
        follow_up_ms=round_ms(conversation.follow_up_min, MS_PER_MIN),
        follow_up_share=conversation.follow_up_share,
        follow_up_factor=conversation.follow_up_reopen_factor,
        gives_redress=bool(redress.any()),
        redress=redress,
        redress_share=np.array(scenario.redress.list_numbers("share"), np.float64),
        redress_ms=(np.array(scenario.redress.list_numbers("work_min")) * MS_PER_MIN + 0.5).astype(
            np.int64
        ),
    )


def list_codes(policy: Policy, topic: str) -> list[int]:
    """The codes of a topic's levels, in order of the phases."""
    codes = {str(phase): LEVEL_CODES[level] for phase, level in policy.effort[topic].items()}
    return [codes[phase] for phase in PHASES]


def compute_tool_factor(scenario: Scenario) -> float:
    """How tools and proficiency stretch every handling time."""
    maturity = scenario.maturity
    own = 1.0 - maturity.search_share * (1.0 - maturity.desktop_share)
    average = 1.0 - maturity.search_share * (1.0 - maturity.desktop_share_average)
    if own <= 0.0 or average <= 0.0:
        raise InputError(
            f"scenario.maturity.search_share = {maturity.search_share:g}: allowed: below 1 where "
            "desktop_share or desktop_share_average is 0"
        )
    return average / own * maturity.proficiency


def lower_phases(scenario: Scenario, policy: Policy) -> Phases:
    """What announced events make of the clock."""
    events = list(scenario.events.values())
    lead_ms = compute_lead_h(scenario) * MS_PER_H
    windows = [compute_window_ms(event) for event in events]
    known = [
        round_ms(event.announced_h, MS_PER_H) if policy.knows_events else first - last
        for event, (first, last) in zip(events, windows, strict=True)
    ]
    durations = [profile.phase_durations_ms(scenario, event) for event in events]
    return Phases(
        announced=np.array([event.announced_h > 0 for event in events], np.bool_),
        earliest_ms=np.array([lead_ms + first for first, _ in windows], np.int64),
        latest_ms=np.array([lead_ms + last for _, last in windows], np.int64),
        announced_ms=np.array(known, np.int64),
        surge_ms=np.array([surge for surge, _ in durations], np.int64),
        recovery_ms=np.array([recovery for _, recovery in durations], np.int64),
        lead_ms=math.floor(policy.lead_h * MS_PER_H + 0.5),
    )


def compute_window_ms(event: Event) -> tuple[int, int]:
    """The earliest and the latest time of an event [ms]."""
    if event.window_h is None:
        time_ms = math.floor((event.time_h or 0.0) * MS_PER_H + 0.5)
        return time_ms, time_ms
    first, last = event.window_h
    return math.floor(first * MS_PER_H + 0.5), math.floor(last * MS_PER_H + 0.5)


def lower_routing(scenario: Scenario, policy: Policy) -> Routing:
    """Triage, pools and queues."""
    team, maturity, priority = scenario.team, scenario.maturity, policy.priority
    class_of = rank_classes(scenario, policy)
    limit = team.max_open_cases_per_agent
    overflow_ms, keep_free = lower_overflow(scenario, policy)
    return Routing(
        sweep_ms=0 if maturity.ticket_system else round_ms(maturity.monitor_every_min, MS_PER_MIN),
        triage_ms=round_ms(maturity.triage_min, MS_PER_MIN),
        triage_pool=0,
        home_pool=np.ascontiguousarray(profile.home_pools(scenario), np.int64),
        transfer_ms=round_ms(maturity.transfer_min, MS_PER_MIN),
        overflow_ms=overflow_ms,
        keep_free=keep_free,
        group=find_groups(overflow_ms >= 0),
        class_of=class_of,
        n_classes=int(class_of.max()),
        influence_at_least=priority.influence_at_least or math.inf,
        due_order=priority.rule == "edd",
        promise_ms=round_ms(scenario.promise.promise_min, MS_PER_MIN),
        promise_by_wait=scenario.promise.measure == "wait",
        continuity=policy.continuity,
        slow_down_slope=team.slow_down_slope,
        slow_down_from=team.slow_down_from,
        slow_down_max=team.slow_down_max,
        dormant_ms=round_ms(team.dormant_min, MS_PER_MIN),
        max_open=math.inf if limit is None else limit,
        reads_open=team.slow_down_slope > 0 or limit is not None,
        by_group=team.load_counts == "begun_in_group",
        backlog_slope=team.backlog_slope,
        backlog_from=team.backlog_from,
        backlog_least=team.backlog_least,
        backlog_max=team.backlog_max,
    )


def lower_overflow(scenario: Scenario, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """After how long a pool may take another's cases [ms], and how many it keeps free."""
    names, most = scenario.pool_names, count_most_agents(scenario, policy)
    overflow_ms = np.full((len(names), len(names)), -1, np.int64)
    keep_free = np.zeros((len(names), len(names)), np.int64)
    for name, helpers in find_overflow(scenario, policy).items():
        for helper, rule in helpers.items():
            place = names.index(name), names.index(helper)
            if rule.keep_free < most[place[1]]:
                after_ms = round_ms(rule.after_min, MS_PER_MIN) if rule.after_min > 0 else 0
                overflow_ms[place], keep_free[place] = after_ms, rule.keep_free
    return overflow_ms, keep_free


def find_overflow(scenario: Scenario, policy: Policy) -> dict[str, dict[str, Help]]:
    """By pool that needs help and pool that helps: the policy's rules, or the scenario's."""
    return list_directions(scenario.team) if policy.overflow is None else policy.overflow


def count_most_agents(scenario: Scenario, policy: Policy) -> list[int]:
    """The most agents that each pool ever has on duty; nobody there may still be there once."""
    crew = policy.surge.agents if policy.surge else {}
    closing = policy.after_close or {}
    return [
        max(*policy.staff[name], closing.get(name, 0), 0) + crew.get(name, 0) or 1
        for name in scenario.pool_names
    ]


def find_groups(helps: np.ndarray) -> np.ndarray:
    """The strongly connected parts of who helps whom, bool, shape (n_pools, n_pools)."""
    reach = helps | np.eye(len(helps), dtype=np.bool_)
    for pool in range(len(reach)):
        reach |= np.outer(reach[:, pool], reach[pool])
    return np.ascontiguousarray(reach & reach.T)


def rank_classes(scenario: Scenario, policy: Policy) -> np.ndarray:
    """The class by topic, influential, returning: int64, shape (n_topics, 2, 2), from 1."""
    priority = policy.priority
    by_complaint = priority.complaints_first or scenario.maturity.sentiment_priority
    by_influence = priority.influence_at_least is not None
    groups = {topic: rank for rank, group in enumerate(priority.topics) for topic in group}
    keys = [
        (
            (priority.returning_first and not returning) or (priority.new_first and returning),
            groups.get(name, len(priority.topics)),
            by_complaint and not topic.complaint,
            by_influence and not influential,
        )
        for name, topic in scenario.topics.items()
        for influential in (False, True)
        for returning in (False, True)
    ]
    codes = {key: code for code, key in enumerate(sorted(set(keys)), start=1)}
    ranks = np.array([codes[key] for key in keys], np.int64)
    return ranks.reshape(len(scenario.topics), 2, 2)


def lower_staff(scenario: Scenario, policy: Policy) -> Staff:
    """Agents on duty and the surge crew."""
    forecast = find_forecast(scenario, policy)
    floor = lay_floor(scenario, policy)
    own, _ = take_hours(scenario, policy, floor, forecast[4 * compute_lead_h(scenario) :])
    time_ms, agents = lower_schedule(scenario, policy, floor, own)
    surge = policy.surge
    crew = [surge.agents.get(name, 0) if surge else 0 for name in scenario.pool_names]
    rules = scenario.surge_crew
    weeks = profile.count_hours(scenario.horizon) / HOURS_PER_WEEK
    return Staff(
        time_ms=time_ms,
        agents=agents,
        cut=find_cut(policy),
        max_number=int((agents.max(axis=1) + crew).max()),
        surge_on=surge is not None,
        surge_agents=np.array(crew, np.int64),
        surge_delay_ms=round_ms(rules.delay_min, MS_PER_MIN),
        surge_min_ms=round_ms(rules.min_h, MS_PER_H),
        surge_limit_ms=math.floor(rules.max_hours_a_week * weeks * MS_PER_H + 0.5),
        waiting_factor=surge.waiting_factor if surge else 0.0,
        waiting_at_least=surge.waiting_at_least if surge else 0.0,
        volume_factor=surge.volume_factor if surge else 0.0,
        volume_at_least=surge.volume_at_least if surge else 0.0,
        off_below=surge.off_below if surge else 0.0,
        armed_ms=math.floor((surge.armed_after_open_min if surge else 0.0) * MS_PER_MIN + 0.5),
        forecast=forecast,
    )


def lay_floor(scenario: Scenario, policy: Policy) -> Floor:
    """The policy's roster over the horizon, steps as they are given."""
    step_min = find_step_min(scenario, policy)
    steps = count_staff_steps(scenario, step_min)
    return Floor(
        np.arange(steps, dtype=np.int64) * (step_min * MS_PER_MIN),
        np.array([policy.staff[name] for name in scenario.pool_names], np.int64),
        profile.count_hours(scenario.horizon) * MS_PER_H,
    )


def list_preparing(scenario: Scenario, policy: Policy) -> dict[str, Floor]:
    """By preparation that takes hours: who works on it when, over the horizon."""
    if not policy.preparations:
        return {}
    forecast = find_forecast(scenario, policy)[4 * compute_lead_h(scenario) :]
    return take_hours(scenario, policy, lay_floor(scenario, policy), forecast)[1]


def keep_staffed(scenario: Scenario, policy: Policy) -> Policy:
    """The policy with as many of its preparations, from the first, as its roster has hours for."""
    while policy.preparations:
        try:
            list_preparing(scenario, policy)
            break
        except InputError:
            policy = policy.model_copy(update={"preparations": policy.preparations[:-1]})
    return policy


def find_forecast(scenario: Scenario, policy: Policy) -> np.ndarray:
    """The mentions expected in each quarter hour, as prepared, less those that find an answer."""
    prepared = prepare_scenario(scenario, policy)
    spared = expect_deflected(prepared, policy, policy.knows_events)
    if spared is not None:
        return lower_forecast(prepared, policy.knows_events) - spared.sum(axis=1)
    return _forecasts.find(
        (prepared, policy.knows_events), lambda: lower_forecast(prepared, policy.knows_events)
    )


def lower_forecast(scenario: Scenario, knows_events: bool) -> np.ndarray:
    """The mentions expected in each quarter hour; in the lead-in those of its base."""
    ahead = profile.expected_per_quarter(scenario, knows_events)
    lead_h, hours = compute_lead_h(scenario), profile.count_hours(scenario.horizon)
    if lead_h == 0:
        return np.ascontiguousarray(ahead, np.float64)
    base = profile.expected_per_quarter(scenario, knows_events=False)
    return np.concatenate([base[4 * (hours - lead_h) : 4 * hours], ahead])


def find_cut(policy: Policy) -> int:
    """Who leaves at a cut; continuity needs agents with numbers."""
    if policy.continuity and policy.cut == "idle_first":
        return CUT_AS_SCHEDULED
    return CUT_CODES[policy.cut]
