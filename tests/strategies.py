"""Random worlds for the engines: tables and draws directly, most on coarse grids full of ties.

Every mechanism is on in some worlds and off in others. A world is a function of its seed.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from worlds import LAUNCH, OUTAGE, constant, exponential, make_scenario

from sim.demand.draws import Draws
from sim.demand.tables import ORIGIN_BASE, ORIGIN_CAUSED, ORIGIN_EVENT
from sim.scenario.lower import find_groups
from sim.scenario.lowering.faq import lay_fading
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy, Post
from sim.scenario.profile import count_intervals
from sim.scenario.tables import (
    CUT_AS_SCHEDULED,
    CUT_PREEMPT,
    MS_PER_H,
    MS_PER_MIN,
    QUARTER_MS,
    Clock,
    CrowdTables,
    FaqTables,
    Learning,
    Levels,
    Phases,
    Prepared,
    Routing,
    Staff,
    Tables,
)

GRIDS_MS = (15 * MS_PER_MIN, 15 * MS_PER_MIN, 5 * MS_PER_MIN, MS_PER_MIN, 1)


class World(NamedTuple):
    """What an engine needs, and the numbers it was made from."""

    tables: Tables
    draws: Draws


class Dice:
    """Random numbers on a grid of time."""

    def __init__(self, seed: int, apart: str = "") -> None:
        self.rng = np.random.default_rng([seed, *apart.encode()] if apart else seed)
        self.grid_ms = int(self.rng.choice(GRIDS_MS))

    def is_so(self, share: float = 0.5) -> bool:
        return bool(self.rng.random() < share)

    def pick(self, *options: Any) -> Any:
        return options[self.rng.integers(len(options))]

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def times(self, size: int, low_ms: int, high_ms: int) -> np.ndarray:
        """Times on the grid, in [low, high], at least 1 grid step where low is above 0."""
        low, high = -(-low_ms // self.grid_ms), max(high_ms // self.grid_ms, 1)
        return self.rng.integers(low, max(high, low) + 1, size).astype(np.int64) * self.grid_ms

    def time(self, low_ms: int, high_ms: int) -> int:
        return int(self.times(1, low_ms, high_ms)[0])

    def flags(self, size: int, share: float) -> np.ndarray:
        return np.asarray(self.rng.random(size) < share)

    def uniforms(self, size: int) -> np.ndarray:
        return np.asarray(self.rng.random(size))


def make_world(seed: int, most: int = 60, second: bool = True) -> World:
    """Return a random small world with at most `most` mentions.

    ``second``: with the mechanisms of the second model, from dice of their own, so that one more of
    them leaves what the seed says of the others as it is.
    """
    dice = Dice(seed)
    n_topics, n_pools = dice.number(1, 3), dice.number(1, 3)
    n_events = dice.pick(0, 0, 1, 2)
    hours = dice.pick(2, 6, 12, 30)
    clock = Clock(
        horizon_ms=hours * MS_PER_H,
        drain_ms=dice.pick(0, MS_PER_H, 24 * MS_PER_H, dice.time(0, MS_PER_H)),
        interval_ms=dice.pick(QUARTER_MS, MS_PER_H),
        n_intervals=0,
    )
    clock = clock._replace(n_intervals=clock.horizon_ms // clock.interval_ms)
    reads_queues = dice.is_so(0.6)
    levels = make_levels(dice, n_topics, n_pools)
    phases = make_phases(dice, n_events, clock.horizon_ms)
    routing = make_routing(dice, n_topics, n_pools)
    staff = make_staff(dice, n_pools, clock.horizon_ms, routing.continuity)
    has_reposts = reads_queues and dice.is_so(0.7)
    if not reads_queues:
        routing = routing._replace(
            sweep_ms=0, slow_down_slope=0.0, max_open=math.inf, reads_open=False
        )
        staff = staff._replace(surge_on=False, surge_agents=np.zeros(n_pools, np.int64))
    draws = make_draws(dice, dice.pick(0, 1, 5, most // 2, most), clock, levels, phases, n_pools)
    if not has_reposts:
        draws.reposts[:] = False
    lazy_patience = (
        not has_reposts and not staff.surge_on and not routing.reads_open and routing.sweep_ms == 0
    )
    heads_are_oldest = not routing.due_order and not routing.continuity and staff.cut != CUT_PREEMPT
    tables = Tables(clock, levels, phases, routing, staff, lazy_patience, heads_are_oldest)
    world = World(tables, draws)
    if not second:
        return world
    world = put_load(Dice(seed, "load"), put_skill(Dice(seed, "skill"), world))
    world = put_directions(Dice(seed, "directions"), world)
    world = put_later_patience(Dice(seed, "later patience"), world)
    world = put_expected_time(Dice(seed, "expected time"), world)
    world = put_redress(Dice(seed, "redress"), world)
    world = put_faq(Dice(seed, "spare"), world)
    world = put_preparations(Dice(seed, "preparations"), world)
    world = put_crowd(Dice(seed, "crowd"), world)
    return put_learning(Dice(seed, "learning"), world)


def put_learning(dice: Dice, world: World) -> World:
    """Return a world whose events a team learns on, half the time."""
    tables, draws = world
    n_events = len(tables.phases.announced)
    if dice.is_so() or n_events == 0:
        return world
    learning = Learning(
        is_on=True,
        multiplier=dice.rng.choice([1.0, 2.0, 4.0], n_events),
        known=dice.rng.choice([0.0, 3.0], n_events),
        cases=dice.rng.choice([1.0, 5.0], n_events),
        exponent=dice.rng.choice([0.0, 0.3, 1.0], n_events),
    )
    return World(tables._replace(learning=learning), draws)


def put_crowd(dice: Dice, world: World) -> World:
    """Return a world with events' posts that may be taken down, where there are events."""
    tables, draws = world
    n, n_events = draws.arrival_ms.size, draws.event_time_ms.size
    if n_events == 0 or n == 0:
        return world
    post = np.where(dice.flags(n_events, 0.7), dice.rng.integers(0, n, n_events), -1)
    event = np.where(draws.event >= 0, draws.event, dice.rng.integers(-1, n_events, n))
    child = dice.flags(n, 0.7) & (post[event] >= 0) & (post[event] < np.arange(n))
    parent = np.where(child & (event >= 0), post[event], draws.parent)
    brought = (draws.parent < 0) & (parent >= 0) & dice.flags(n, 0.3)
    origin = np.where(brought, 5, np.where((parent >= 0) & (draws.origin == 0), 3, draws.origin))
    told = draws._replace(
        event=event.astype(np.int16),
        parent=parent.astype(np.int32),
        origin=origin.astype(np.int16),
        post=post.astype(np.int32),
    )
    crowd = CrowdTables(dice.pick(-1, 0, dice.time(0, 2 * MS_PER_H)), dice.pick(0.0, 0.3))
    return World(tables._replace(crowd=crowd), told)


def put_faq(dice: Dice, world: World) -> World:
    """Return a world in which answers are read, spare and bring customers, half the time."""
    tables, draws = world
    if dice.is_so():
        return world
    n, n_issues = draws.arrival_ms.size, dice.pick(1, 1, 3)
    n_pinned, horizon_ms = dice.pick(0, 0, 1, 4), tables.clock.horizon_ms
    brought = (draws.parent < 0) & dice.flags(n, dice.pick(0.2, 0.5))
    looks, needs = dice.flags(n, dice.pick(0.2, 0.5)), dice.uniforms(n) * dice.pick(0.1, 1.0)
    faq = FaqTables(
        is_on=True,
        n_issues=n_issues,
        weight=np.array([0.2, 0.6, 1.0, 1.3]) * dice.pick(1.0, 3.0),
        private=dice.rng.random(tables.levels.effort.shape) < dice.pick(0.0, 0.3),
        fading=lay_fading(dice.pick(0.25, 3.0, 1e9)),
        pinned_ms=dice.times(n_pinned, 0, horizon_ms - 1),
        pinned_issue=dice.rng.integers(0, n_issues, n_pinned),
        pinned_event=dice.rng.integers(-1, max(len(tables.phases.announced), 0), n_pinned),
        pinned_fading=lay_fading(48.0),
        pinned_weight=dice.pick(0.0, 1.3),
        thread_spread=dice.pick(0.0, 0.5),
    )
    told = draws._replace(
        issue=np.where(dice.flags(n, 0.9), dice.rng.integers(0, n_issues, n), -1).astype(np.int32),
        needs_weight=np.where(looks, needs, np.inf),
        brought_by=np.where(brought, dice.uniforms(n) * dice.pick(0.1, 1.0), -1.0),
        origin=np.where(brought, 5, draws.origin).astype(np.int16),
    )
    return World(tables._replace(faq=faq), told)


def put_skill(dice: Dice, world: World) -> World:
    """Return a world whose pools are good at some topics and not at others, half the time."""
    levels = world.tables.levels
    if dice.is_so():
        return world
    resolve_p = levels.resolve_p.copy()
    resolve_p[:, 1:] = dice.uniforms(resolve_p[:, 1:].size).reshape(resolve_p[:, 1:].shape)
    factor = levels.work_factor * dice.rng.choice([1.0, 1.25, 0.5], levels.work_factor.shape)
    changed = levels._replace(resolve_p=resolve_p, work_factor=np.ascontiguousarray(factor))
    return world._replace(tables=world.tables._replace(levels=changed))


def put_lead(tables: Tables, draws: Draws, lead_ms: int) -> World:
    """Return a world whose first hours are a lead-in."""
    times = draws.event_time_ms
    clock = tables.clock._replace(lead_ms=lead_ms)
    told = draws._replace(
        arrival_ms=draws.arrival_ms - lead_ms,
        event_time_ms=np.where(times >= lead_ms, times - lead_ms, -1),
    )
    return World(tables._replace(clock=clock), told)


def make_levels(dice: Dice, n_topics: int, n_pools: int) -> Levels:
    effort = dice.rng.integers(0, 4, (n_topics, 4))
    if dice.is_so():
        effort = np.maximum(effort, 1)
    effort[dice.flags(n_topics, 0.1)] = -1
    return Levels(
        effort=effort.astype(np.int8),
        after_auto=dice.number(1, 3),
        resolve_p=np.tile(dice.rng.random((4, n_topics)), (n_pools, 1, 1)),
        work_factor=np.repeat(
            dice.rng.choice([0.5, 1.0, 1.0, 2.0, 0.65], (n_pools, 4, 1)), n_topics, axis=2
        ),
        reopen_p=dice.rng.random(4) * dice.pick(0.0, 0.5, 1.0),
        residual_spread=np.array([dice.pick(1.0, 0.7), *np.sort(dice.uniforms(4))[::-1]]),
        max_turns=dice.pick(1, 2, 3, 5),
        auto_stretch=dice.pick(1.0, 1.25, 2.0),
        follow_up=np.repeat(dice.flags(n_topics, 0.5)[:, None], 4, axis=1),
        follow_up_ms=dice.time(1, 30 * MS_PER_MIN),
        follow_up_share=dice.pick(0.0, 0.5, 1.0),
        follow_up_factor=dice.pick(0.0, 0.6, 1.0),
        gives_redress=False,
        redress=np.zeros((n_topics, 4), np.int8),
        redress_share=np.zeros(4),
        redress_ms=np.zeros(4, np.int64),
    )


def make_phases(dice: Dice, n_events: int, horizon_ms: int) -> Phases:
    earliest_ms = dice.times(n_events, 0, horizon_ms // 2)
    surge_ms = dice.times(n_events, 0, 4 * MS_PER_H)
    return Phases(
        announced=dice.flags(n_events, 0.7),
        earliest_ms=earliest_ms,
        latest_ms=earliest_ms + dice.times(n_events, 0, horizon_ms // 2),
        announced_ms=dice.times(n_events, 0, 12 * MS_PER_H),
        surge_ms=surge_ms,
        recovery_ms=surge_ms + dice.times(n_events, 0, 8 * MS_PER_H),
        lead_ms=dice.time(0, 3 * MS_PER_H),
    )


def make_routing(dice: Dice, n_topics: int, n_pools: int) -> Routing:
    class_of = dice.rng.integers(1, dice.pick(2, 3, 5), (n_topics, 2, 2))
    overflow_to = dice.rng.random((n_pools, n_pools)) < dice.pick(0.3, 1.0)
    np.fill_diagonal(overflow_to, False)
    slope = dice.pick(0.0, 0.0, 0.05, 1.0)
    max_open = dice.pick(math.inf, math.inf, 1.0, 1.5, 3.0)
    sweep_ms = dice.pick(0, 0, dice.time(1, MS_PER_H))
    triage_ms, triage_pool = dice.time(1, 30 * MS_PER_MIN), dice.number(0, n_pools - 1)
    home_pool, transfer_ms = (
        dice.rng.integers(0, n_pools, n_topics),
        dice.time(1, 30 * MS_PER_MIN),
    )
    after_ms = dice.pick(-1, dice.time(1, 30 * MS_PER_MIN), dice.time(1, 2 * MS_PER_H))
    overflow_ms = np.where(overflow_to, after_ms, -1)
    return Routing(
        sweep_ms=sweep_ms,
        triage_ms=triage_ms,
        triage_pool=triage_pool,
        home_pool=home_pool,
        transfer_ms=transfer_ms,
        overflow_ms=overflow_ms,
        keep_free=np.zeros((n_pools, n_pools), np.int64),
        group=find_groups(overflow_ms >= 0),
        class_of=class_of,
        n_classes=int(class_of.max()),
        influence_at_least=dice.pick(math.inf, 1.0),
        due_order=dice.is_so(0.3),
        promise_ms=dice.time(1, 2 * MS_PER_H),
        promise_by_wait=dice.is_so(),
        continuity=dice.is_so(0.3),
        slow_down_slope=slope,
        slow_down_from=dice.pick(0.5, 2.0),
        slow_down_max=dice.pick(1.3, 3.0),
        dormant_ms=dice.time(1, 2 * MS_PER_H),
        max_open=max_open,
        reads_open=slope > 0 or math.isfinite(max_open),
        by_group=False,
        backlog_slope=0.0,
        backlog_from=0.5,
        backlog_least=0.5,
        backlog_max=2.0,
    )


def put_load(dice: Dice, world: World) -> World:
    """Return a world in which load is counted by groups and what waits presses, half the time."""
    routing = world.tables.routing
    if dice.is_so():
        return world
    changed = routing._replace(
        by_group=dice.is_so(),
        backlog_slope=dice.pick(0.0, -0.3, 0.4),
        backlog_from=dice.pick(0.0, 0.5, 1.0),
    )
    lazy = world.tables.lazy_patience and changed.backlog_slope == 0.0
    return world._replace(tables=world.tables._replace(routing=changed, lazy_patience=lazy))


def put_redress(dice: Dice, world: World) -> World:
    """Return a world with redress, and checks by phase, half the time."""
    levels, n = world.tables.levels, world.draws.arrival_ms.size
    if dice.is_so():
        return world
    redress = dice.rng.integers(0, 4, levels.redress.shape).astype(np.int8)
    redress_ms = np.where(np.arange(4) > 0, dice.times(4, 0, 20 * MS_PER_MIN), 0)
    changed = levels._replace(
        follow_up=dice.rng.random(levels.follow_up.shape) < 0.6,
        gives_redress=bool(redress.any()),
        redress=redress,
        redress_share=np.array([0.0, *dice.rng.choice([0.3, 1.0], 3)]),
        redress_ms=redress_ms.astype(np.int64),
    )
    tables = world.tables._replace(levels=changed)
    return World(tables, world.draws._replace(u_redress=dice.uniforms(n)))


def put_preparations(dice: Dice, world: World) -> World:
    """Return a world whose mentions are of events that may be prepared, half the time."""
    tables, draws = world
    n_events, n = len(tables.phases.announced), draws.arrival_ms.size
    if dice.is_so() or n_events == 0:
        return world
    shape = (n_events, *tables.levels.work_factor.shape[::2])
    trains = dice.is_so()
    prepared = Prepared(
        is_any=True,
        work=dice.rng.choice([0.5, 1.0, 0.75], n_events),
        odds=dice.rng.choice([0.5, 1.0, 3.0], n_events),
        spared=dice.rng.choice([0.0, 0.2, 0.4], n_events),
        caused=dice.rng.choice([0.5, 1.0], n_events),
        trains=trains,
        trained=dice.rng.choice([0.5, 1.0], shape) if trains else np.ones((0, 0, 0)),
    )
    event = dice.rng.integers(-1, n_events, n).astype(np.int16)
    own = (event >= 0) & (draws.origin == ORIGIN_BASE)
    changed = draws._replace(
        event=event,
        origin=np.where(
            own, dice.rng.choice([ORIGIN_EVENT, ORIGIN_CAUSED], n), draws.origin
        ).astype(np.int16),
        u_prepared=dice.uniforms(n),
    )
    return World(tables._replace(prepared=prepared), changed)


def put_directions(dice: Dice, world: World) -> World:
    """Return a world in which each direction has its own time and reserve, half the time."""
    routing, n_pools = world.tables.routing, len(world.tables.routing.group)
    if dice.is_so() or n_pools == 1:
        return world
    shape, after_ms = (n_pools, n_pools), dice.times(2, 1, 2 * MS_PER_H)
    choices = dice.pick([-1, 0], [-1, 0, *after_ms], after_ms, after_ms)
    overflow_ms = dice.rng.choice(np.array(choices, np.int64), shape)
    np.fill_diagonal(overflow_ms, -1)
    changed = routing._replace(
        overflow_ms=overflow_ms,
        keep_free=dice.rng.integers(0, dice.pick(1, 3), shape),
        group=find_groups(overflow_ms >= 0),
    )
    return world._replace(tables=world.tables._replace(routing=changed))


def put_later_patience(dice: Dice, world: World) -> World:
    """Return a world whose customers may give up in a thread, and rather there, half the time."""
    tables, draws = world
    if dice.is_so():
        return world
    changed = draws._replace(
        later_patience_ms=dice.times(draws.work_ms.size, 1, dice.pick(1, QUARTER_MS, MS_PER_H)),
        patience_ms=draws.patience_ms * dice.pick(1, 8),
    )
    lazy = tables.lazy_patience and not tables.routing.continuity
    return World(tables._replace(lazy_patience=lazy), changed)


def put_expected_time(dice: Dice, world: World) -> World:
    """Return a world whose customers expect replies within times of their own, half the time."""
    if dice.is_so():
        return world
    factors = np.exp(dice.rng.standard_normal(world.draws.topic.size))
    return world._replace(draws=world.draws._replace(time_factor=factors))


def make_staff(dice: Dice, n_pools: int, horizon_ms: int, continuity: bool) -> Staff:
    changes = np.unique(np.append(0, dice.times(dice.number(0, 6), 0, horizon_ms)))
    changes = changes[changes <= horizon_ms]
    agents = dice.rng.integers(0, dice.pick(2, 3, 5), (n_pools, len(changes)))
    surge_on = dice.is_so(0.4)
    crew = dice.rng.integers(0, 3, n_pools) if surge_on else np.zeros(n_pools, np.int64)
    n_quarters = -(-horizon_ms // QUARTER_MS)
    return Staff(
        time_ms=changes.astype(np.int64),
        agents=np.ascontiguousarray(agents, np.int64),
        cut=CUT_AS_SCHEDULED if continuity else dice.number(0, 2),
        max_number=int((agents.max(axis=1) + crew).max()),
        surge_on=surge_on,
        surge_agents=crew.astype(np.int64),
        surge_delay_ms=dice.time(1, 2 * MS_PER_H),
        surge_min_ms=dice.time(1, 3 * MS_PER_H),
        surge_limit_ms=dice.time(0, 20 * MS_PER_H),
        waiting_factor=dice.pick(0.5, 1.0),
        waiting_at_least=dice.pick(0.0, 2.0),
        volume_factor=dice.pick(0.5, 1.0),
        volume_at_least=dice.pick(0.0, 2.0),
        off_below=dice.pick(0.0, 1.0, 4.0),
        armed_ms=dice.time(0, 2 * MS_PER_H),
        forecast=dice.rng.random(n_quarters + 4) * 2.0,
    )


def make_draws(
    dice: Dice, n: int, clock: Clock, levels: Levels, phases: Phases, n_pools: int
) -> Draws:
    n_topics, n_turns = len(levels.effort), n * levels.max_turns
    arrival_ms = np.sort(dice.times(n, 0, clock.horizon_ms - 1))
    arrival_ms[dice.flags(n, dice.pick(0.0, 0.2))] = 0
    arrival_ms = np.sort(np.minimum(arrival_ms, clock.horizon_ms - 1))
    parent = np.array([dice.number(0, i - 1) if i else -1 for i in range(n)], np.int32)
    parent[~dice.flags(n, dice.pick(0.0, 0.5))] = -1
    n_events = len(phases.announced)
    event_ms = np.array(
        [dice.time(*span) for span in zip(phases.earliest_ms, phases.latest_ms, strict=True)],
        np.int64,
    )
    event_ms = np.minimum(event_ms, phases.latest_ms)
    event_ms[dice.flags(n_events, 0.3)] = -1
    longest_ms = dice.pick(MS_PER_H, 4 * MS_PER_H)
    return Draws(
        arrival_ms=arrival_ms,
        topic=dice.rng.integers(0, n_topics, n).astype(np.int16),
        origin=np.where(parent >= 0, 3, 0).astype(np.int16),
        event=np.full(n, -1, np.int16),
        parent=parent,
        actionable=dice.flags(n, dice.pick(0.7, 1.0)),
        detected=dice.flags(n, dice.pick(0.7, 1.0)),
        influence=dice.uniforms(n) * 2.0,
        patience_ms=dice.times(n, 1, longest_ms),
        patience2_ms=dice.times(n, 1, longest_ms),
        silent=dice.flags(n, dice.pick(0.0, 0.5, 1.0)),
        reposts=dice.flags(n, 0.6),
        repost_ms=dice.times(n, 1, MS_PER_H),
        first_pool=dice.rng.integers(0, n_pools, n).astype(np.int16),
        u_spread=dice.uniforms(n),
        u_friendly=dice.uniforms(n),
        u_personal=dice.uniforms(n),
        u_follow=dice.uniforms(n),
        turn_offset=np.arange(n + 1, dtype=np.int64) * levels.max_turns,
        work_ms=dice.times(n_turns, 1, 40 * MS_PER_MIN),
        think_ms=dice.times(n_turns, 1, 2 * MS_PER_H),
        reopen_ms=dice.times(n_turns, 1, 4 * MS_PER_H),
        u_resolve=dice.uniforms(n_turns),
        u_reopen=dice.uniforms(n_turns),
        writes_again=dice.flags(n_turns, 0.7),
        event_time_ms=event_ms,
        event_size=np.ones(n_events),
        sentiment_noise=np.zeros(clock.horizon_ms // MS_PER_H),
    )


def make_random_plan(seed: int) -> tuple[Scenario, Policy]:
    """Return a random scenario of a day and a random policy for it; every other is a ring."""
    dice = Dice(seed)
    offer = offer_redress(Dice(seed, "redress"))
    scenario = make_scenario(
        horizon={"days": 1, "interval_min": dice.pick(15, 30, 60), "repeats": seed % 2 == 0},
        demand={
            "base_per_h": dice.pick(2.0, 6.0, 12.0),
            "backlog_mentions": dice.pick(0, 5),
            "spreading": {"branching_ratio": dice.pick(0.0, 0.35, 0.6)},
        },
        events=pick_events(dice),
        topics={"question": {"work": dice.pick(constant(15.0), exponential(6.0))}}
        | offer.pop("topics", {}),
        conversation=pick_conversation(dice) | pick_later_patience(Dice(seed, "later patience")),
        maturity={
            "ticket_system": dice.is_so(0.7),
            "monitor_every_min": dice.pick(5.0, 30.0),
            "routing_accuracy": dice.pick(0.5, 0.85, 1.0),
            "sentiment_priority": dice.is_so(),
        },
        team={
            "overflow_min": dice.pick(None, 1.0, 10.0),
            "slow_down_slope": dice.pick(0.0, 0.05, 0.5),
            **pick_skill(Dice(seed, "skill")),
            "max_open_cases_per_agent": dice.pick(None, 1.0, 5.0),
        },
        surge_crew={"delay_min": dice.pick(0.0, 15.0, 90.0), "min_h": dice.pick(0.25, 4.0)},
        drain_h=dice.pick(0.0, 2.0, 24.0),
        absence={"share": 0.3 * (seed % 3 > 0), "day_cv": 0.5 * (seed % 4 > 0)},
        **pick_faq(Dice(seed, "faq")),
        **offer,
    )
    scenario = put_posts(Dice(seed, "comments"), scenario)
    policy = make_random_policy(dice, scenario)
    given = pick_redress(Dice(seed, "redress"), scenario)
    given |= pick_channel(Dice(seed, "channel"), scenario)
    if any(event.comments > 0 for event in scenario.events.values()):
        given["take_down_after_min"] = Dice(seed, "take down").pick(None, 0.0, 45.0)
    return scenario, policy.model_copy(update=given)


def put_posts(dice: Dice, scenario: Scenario) -> Scenario:
    """Let events bring a post that some comment on, half the time."""
    changed = {
        name: event.model_copy(
            update={
                "comments": dice.pick(0.0, 5.0, 60.0),
                "comments_topic": dice.pick(None, "question", "chatter"),
                "work_multiplier": dice.pick(event.work_multiplier, 2.5),
                "learning_exponent": dice.pick(0.0, 0.3, 1.0),
                "learning_cases": dice.pick(1.0, 20.0),
            }
        )
        for name, event in scenario.events.items()
    }
    return dice.pick(scenario, scenario.model_copy(update={"events": changed}))


def pick_faq(dice: Dice) -> dict[str, Any]:
    """Let customers look first, half the time."""
    faq = {"deflect_share": dice.pick(0.1, 0.7, 1.0), "awareness": dice.pick(0.0, 0.02, 0.5)}
    return dice.pick({}, {"faq": faq | {"base_issues": dice.pick(1, 3, 40)}})


def pick_channel(dice: Dice, scenario: Scenario) -> dict[str, Any]:
    """Return channels by topic and phase, and pinned answers, where anybody reads them."""
    if not scenario.faq.is_on:
        return {}
    channel = {
        name: {phase: dice.pick("public", "private") for phase in PHASES}
        for name in scenario.topic_names
        if dice.is_so(0.3)
    }
    announced = [name for name, event in scenario.events.items() if event.announced_h > 0]
    posts = [
        Post(event=name, at_h=dice.pick(10.0, 12.0), issues=dice.pick(1, 5)) for name in announced
    ]
    posts += [
        Post(event=name, after_h=dice.pick(0.5, 3.0), issues=dice.pick(1, 5))
        for name, event in scenario.events.items()
        if event.announced_h == 0
    ]
    return {"channel": channel, "posts": tuple(posts)}


def offer_redress(dice: Dice) -> dict[str, Any]:
    """Offer all kinds, three quarters of the time; customers may care."""
    if dice.is_so(0.25):
        return {}
    kind = {"share": dice.pick(0.4, 1.0), "unit_cost": 3.0, "work_min": dice.pick(0.0, 15.0)}
    lost = {
        "error": {"cause": "error", "loss_cost": 4.0},
        "process": {"cause": "process", "loss_cost": 9.0},
        "product": {"cause": "product", "loss_cost": 12.0},
    }
    return {
        "redress": {
            "apology": {"within_h": dice.pick(0.5, 24.0)},
            "refund": {**kind, "worth_cost": 10.0},
            "replacement": {**kind, "worth_cost": 14.0},
        },
        "topics": lost,
        "satisfaction": {"a_red": dice.pick(0.0, 0.12)},
    }


def pick_redress(dice: Dice, scenario: Scenario) -> dict[str, Any]:
    """Return redress and checks by topic and phase for a policy."""
    kinds = ("none", *scenario.redress.list_kinds())
    lost = [name for name, topic in scenario.topics.items() if topic.cause != "none"]
    asked = [name for name, topic in scenario.topics.items() if topic.follow_up]
    dice.is_so()
    checks = {name: {phase: dice.is_so() for phase in PHASES} for name in asked}
    return {
        "redress": {name: {phase: dice.pick(*kinds) for phase in PHASES} for name in lost},
        **dice.pick({}, {"follow_up": checks}),
    }


def pick_skill(dice: Dice) -> dict[str, Any]:
    return {
        "off_skill_time": dice.pick(1.0, 1.25, 0.5),
        "off_skill_odds": dice.pick(1.0, 0.6, 0.0),
        "pools": {"general": {"proficiency": dice.pick({}, {"error": {"odds": 3.0}})}},
    }


def pick_events(dice: Dice) -> dict[str, Any]:
    outage = OUTAGE | {"window_h": [2.0, 20.0], "probability": dice.pick(0.5, 1.0), "peak": 5.0}
    launch = LAUNCH | {"time_h": 10.0}
    return {name: event for name, event in (("outage", outage), ("launch", launch)) if dice.is_so()}


def pick_conversation(dice: Dice) -> dict[str, Any]:
    return {
        "write_again_share": dice.pick(0.69, 1.0),
        "max_turns": dice.pick(1, 2, 8),
        "think": dice.pick(constant(30.0), exponential(60.0)),
        "silent_share": dice.pick(0.0, 0.5, 1.0),
        "repost_share": dice.pick(0.0, 0.4, 1.0),
        "repost_delay": dice.pick(constant(15.0), exponential(30.0)),
        "reopen_delay": exponential(120.0),
        "no_reply_spread": dice.pick(1.0, 0.5),
    }


def pick_later_patience(dice: Dice) -> dict[str, Any]:
    return {"later_patience_factor": dice.pick(None, 0.1, 1.0)}


def make_random_policy(dice: Dice, scenario: Scenario) -> Policy:
    steps = count_intervals(scenario.horizon)
    levels = ("auto", "brief", "standard", "thorough")
    continuity = dice.is_so(0.3)
    return Policy.model_validate(
        {
            "name": "random",
            "staff": {
                pool: np.repeat(dice.rng.integers(0, 4, steps), 4)[:steps].tolist()
                for pool in scenario.pool_names
            },
            "staff_interval_min": scenario.horizon.interval_min,
            "after_close": dice.pick(None, {"general": 1, "technical": 2}),
            "effort": {
                name: dict.fromkeys(PHASES, "none")
                if dice.is_so(0.1)
                else {phase: dice.pick(*levels) for phase in PHASES}
                for name in scenario.topic_names
            },
            "after_auto": dice.pick("brief", "standard"),
            "lead_h": dice.pick(0.0, 6.0),
            "priority": {
                "rule": dice.pick("fcfs", "fcfs", "edd"),
                "topics": dice.pick((), (("error",), ("process", "product"))),
                "complaints_first": dice.is_so(0.3),
                "influence_at_least": dice.pick(None, 2.0),
                **dice.pick({}, {"returning_first": True}, {"new_first": True}),
            },
            "surge": dice.pick(None, pick_surge(dice)),
            "follow_up": dice.is_so(),
            "continuity": continuity,
            "cut": dice.pick("idle_first", "as_scheduled")
            if continuity
            else dice.pick("idle_first", "as_scheduled", "preempt"),
            "knows_events": dice.is_so(0.7),
        }
    )


def pick_surge(dice: Dice) -> dict[str, Any]:
    return {
        "agents": {"general": dice.number(0, 2), "technical": dice.number(0, 2)},
        "waiting_factor": dice.pick(0.5, 2.0),
        "waiting_at_least": dice.pick(1.0, 10.0),
        "volume_at_least": dice.pick(1.0, 10.0),
        "armed_after_open_min": dice.pick(0.0, 60.0),
    }
