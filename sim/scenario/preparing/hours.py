"""Whose hours preparations take: people on shift before the event, off the floor for a while.

Window: from when the event is announced (the start of the horizon, if that was before) to when
the preparation must be ready; of one that is kept ready the whole horizon. One person after the
other is taken off for an hour (of the horizon; at the window's ends what of it lies within), each
time in the hour in which most people are left for the expected mentions (the first of several that
are alike), from the pool in which most are there throughout (the first of several); never the last
one of a pool. The last time only for what is left to do. Preparations take their hours in the
scenario's order. Hours that are moved (`gives_h`: leave, training) come back one person and hour
after the other once the event begins, each time in the hour with fewest people for the expected
mentions, to the pool with most people; no more than the share of those employed there that leave
and training keep off the floor, and only where somebody is. Nothing of the policy's roster
changes: those hours are paid, and nobody answers in them. On a ring only the horizon's own round is
prepared in. Checked by
``tests/unit/test_preparing_hours.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.scenario.model import Scenario
from sim.scenario.parts import Preparation
from sim.scenario.policy import Policy
from sim.scenario.preparing.effects import find_chosen
from sim.scenario.profile import count_hours
from sim.scenario.tables import MS_PER_H, QUARTER_MS

# Expected mentions of an hour in which nobody is expected: far below those of any real one.
LEAST_EXPECTED = 1e-9


class WorkWindow(NamedTuple):
    """From when to when a preparation can be worked on [ms since the start of the horizon]."""

    first_ms: int
    last_ms: int


class Floor(NamedTuple):
    """Who is on the floor: agents from each time on, to `end_ms`."""

    time_ms: np.ndarray
    """int64, shape (n_steps,), ascending, first 0"""
    agents: np.ndarray
    """int64, shape (n_pools, n_steps)"""
    end_ms: int


def find_window(scenario: Scenario, preparation: Preparation) -> WorkWindow:
    """Find the window of a preparation; empty where it is due before the horizon starts."""
    end_ms = count_hours(scenario.horizon) * MS_PER_H
    if preparation.event is None:
        return WorkWindow(0, end_ms)
    event = scenario.events[preparation.event]
    first_h = event.span_h[0]
    if preparation.takes == "after":
        after_ms = round((event.span_h[1] + preparation.gives_within_h) * MS_PER_H)
        return WorkWindow(min(after_ms, end_ms), end_ms)
    known_ms = round((first_h - event.announced_h) * MS_PER_H)
    ready_ms = round((first_h - preparation.ready_h_before) * MS_PER_H)
    return WorkWindow(max(known_ms, 0), min(max(ready_ms, 0), end_ms))


def find_giving_window(scenario: Scenario, preparation: Preparation) -> WorkWindow:
    """Find the window in which moved hours come back: from the event's earliest time on."""
    if preparation.event is None or preparation.gives_h == 0:
        return WorkWindow(0, 0)
    first_h, last_h = scenario.events[preparation.event].span_h
    end_ms = count_hours(scenario.horizon) * MS_PER_H
    until_ms = round((last_h + preparation.gives_within_h) * MS_PER_H)
    return WorkWindow(round(first_h * MS_PER_H), min(until_ms, end_ms))


def take_hours(
    scenario: Scenario, policy: Policy, floor: Floor, expected: np.ndarray
) -> tuple[Floor, dict[str, Floor]]:
    """Take the hours of a policy's preparations off the floor.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        What is prepared.
    floor : Floor
        The roster.
    expected : np.ndarray
        float64, shape (n_quarters,) or longer: mentions expected in each quarter hour.

    Returns
    -------
    tuple of Floor and dict of str to Floor
        Who is left on the floor, and by preparation who works on it; less than nobody where
        its moved hours are on the floor.

    Raises
    ------
    InputError
        More hours than can be spared before: a line for each preparation.
    """
    busy: dict[str, Floor] = {}
    errors = []
    for name, preparation in find_chosen(scenario, policy).items():
        needed_ms = round(preparation.agent_h * MS_PER_H)
        if needed_ms == 0:
            continue
        blocks = lay_blocks(floor, find_window(scenario, preparation))
        pools = list_pools(scenario, preparation)
        spare_ms = blocks.count_spare_ms(pools)
        if spare_ms < needed_ms:
            errors.append(format_missing(name, preparation, spare_ms))
            continue
        floor, busy[name] = take_off(blocks, pools, needed_ms, expected)
        given_ms = round(preparation.gives_h * MS_PER_H)
        if given_ms > 0:
            blocks = lay_blocks(floor, find_giving_window(scenario, preparation))
            room = count_room(scenario, blocks, pools)
            room_ms = int(room.sum(axis=0) @ (blocks.end_ms - blocks.time_ms))
            if room_ms < given_ms:
                errors.append(format_no_room(name, preparation, room_ms))
                continue
            floor, given = put_on(blocks, room, given_ms, expected)
            busy[name] = subtract(busy[name], given)
    if errors:
        raise InputError(*errors)
    return floor, busy


def list_pools(scenario: Scenario, preparation: Preparation) -> list[int]:
    """List the pools whose people may do it."""
    names = scenario.pool_names
    return [place for place, name in enumerate(names) if preparation.pool in (None, name)]


def format_missing(name: str, preparation: Preparation, spare_ms: int) -> str:
    """Say that a preparation needs more hours than there are."""
    who = "" if preparation.pool is None else f" of pool {preparation.pool}"
    what = "in the horizon" if preparation.event is None else "before"
    return (
        f"policy.preparations = {name}: needs {preparation.agent_h:g} h{who}, "
        f"{spare_ms / MS_PER_H:.4g} are staffed {what} with one person left in each pool; allowed: "
        "a preparation whose hours are staffed, or more people before it is due"
    )


def format_no_room(name: str, preparation: Preparation, room_ms: int) -> str:
    """Say that a preparation moves more hours to the event than leave and training hold."""
    return (
        f"policy.preparations = {name}: gives {preparation.gives_h:g} h, but "
        f"{room_ms / MS_PER_H:.4g} are on leave or in training within "
        f"{preparation.gives_within_h:g} h of the event (costs.shrinkage_share of those employed, "
        "where somebody is on the floor); allowed: gives_h of at most that, or more people there"
    )


def count_room(scenario: Scenario, blocks: "Blocks", pools: list[int]) -> np.ndarray:
    """Count whom leave and training keep off the floor, int64, shape (n_pools, n_blocks)."""
    hidden = scenario.costs.shrinkage_share
    limits = [pool.limit for pool in scenario.team.pools.values()]
    there, room = blocks.there, np.zeros_like(blocks.there)
    for pool in pools:
        off = np.floor(there[pool] * hidden / (1.0 - hidden) + 1e-9).astype(np.int64)
        room[pool] = np.clip(off, 0, np.maximum(limits[pool] - there[pool], 0))
    return room


class Blocks(NamedTuple):
    """The hours of a window, on a floor whose steps do not cross their ends."""

    floor: Floor
    number: np.ndarray
    """int64, shape (n_steps,): block of each step, -1 outside of the window"""
    time_ms: np.ndarray
    end_ms: np.ndarray
    """int64, shape (n_blocks,)"""
    there: np.ndarray
    """int64, shape (n_pools, n_blocks): who is there throughout"""

    def count_spare_ms(self, pools: list[int]) -> int:
        """Count the time of all but one person of each pool."""
        spare = np.maximum(self.there[pools] - 1, 0).sum(axis=0)
        return int(spare @ (self.end_ms - self.time_ms))


def lay_blocks(floor: Floor, window: WorkWindow) -> Blocks:
    """Lay the hours of a window over a floor."""
    if window.last_ms <= window.first_ms:
        none = np.zeros(0, np.int64)
        outside = np.full(floor.time_ms.size, -1)
        return Blocks(floor, outside, none, none, np.zeros((len(floor.agents), 0), np.int64))
    hours = np.arange(window.first_ms // MS_PER_H + 1, -(-window.last_ms // MS_PER_H)) * MS_PER_H
    edges = np.concatenate(([window.first_ms], hours, [window.last_ms]))
    finer = refine(floor, edges)
    number = np.searchsorted(edges, finer.time_ms, side="right") - 1
    number[finer.time_ms >= window.last_ms] = -1
    there = np.stack(
        [finer.agents[:, number == block].min(axis=1) for block in range(edges.size - 1)], axis=1
    )
    return Blocks(finer, number, edges[:-1], edges[1:], there)


def refine(floor: Floor, times_ms: np.ndarray) -> Floor:
    """A floor with steps that begin at some times more; the same people as before."""
    time_ms = np.union1d(floor.time_ms, times_ms[times_ms < floor.end_ms])
    place = np.searchsorted(floor.time_ms, time_ms, side="right") - 1
    return floor._replace(time_ms=time_ms, agents=floor.agents[:, place])


def expect_by_block(blocks: Blocks, expected: np.ndarray) -> np.ndarray:
    """Mentions expected in each block, per hour."""
    until = np.concatenate(([0.0], np.cumsum(expected)))
    begin, end = (
        np.interp(time_ms / QUARTER_MS, np.arange(until.size), until)
        for time_ms in (blocks.time_ms, blocks.end_ms)
    )
    per_h = (end - begin) * MS_PER_H / (blocks.end_ms - blocks.time_ms)
    return np.asarray(np.maximum(per_h, LEAST_EXPECTED))


def take_off(
    blocks: Blocks, pools: list[int], needed_ms: int, expected: np.ndarray
) -> tuple[Floor, Floor]:
    """Take so much time off a floor that can spare it.

    Returns
    -------
    tuple of Floor
        Who is left, and who works on the preparation.
    """
    there, per_h = blocks.there.copy(), expect_by_block(blocks, expected)
    left = refine(blocks.floor, np.zeros(0, np.int64))
    taken = left._replace(agents=np.zeros_like(left.agents))
    while needed_ms > 0:
        may = (there[pools] > 1).any(axis=0)
        block = int(np.argmax(np.where(may, there[pools].sum(axis=0) / per_h, -1.0)))
        able = np.where(there[pools, block] > 1, there[pools, block], 0)
        pool = pools[int(np.argmax(able))]
        begin_ms = int(blocks.time_ms[block])
        end_ms = min(int(blocks.end_ms[block]), begin_ms + needed_ms)
        if end_ms < blocks.end_ms[block]:
            left, taken = (refine(one, np.array([end_ms])) for one in (left, taken))
        steps = (left.time_ms >= begin_ms) & (left.time_ms < end_ms)
        left.agents[pool, steps] -= 1
        taken.agents[pool, steps] += 1
        there[pool, block] -= 1
        needed_ms -= end_ms - begin_ms
    return left, taken


def put_on(
    blocks: Blocks, room: np.ndarray, needed_ms: int, expected: np.ndarray
) -> tuple[Floor, Floor]:
    """Put so much time on a floor that has room for it.

    Returns
    -------
    tuple of Floor
        Who is there then, and who of them is more than before.
    """
    there, room, per_h = blocks.there.copy(), room.copy(), expect_by_block(blocks, expected)
    full = refine(blocks.floor, np.zeros(0, np.int64))
    given = full._replace(agents=np.zeros_like(full.agents))
    while needed_ms > 0:
        may = (room > 0).any(axis=0)
        block = int(np.argmax(np.where(may, per_h / np.maximum(there.sum(axis=0), 1), -1.0)))
        pool = int(np.argmax(np.where(room[:, block] > 0, there[:, block], -1)))
        begin_ms = int(blocks.time_ms[block])
        end_ms = min(int(blocks.end_ms[block]), begin_ms + needed_ms)
        if end_ms < blocks.end_ms[block]:
            full, given = (refine(one, np.array([end_ms])) for one in (full, given))
        steps = (full.time_ms >= begin_ms) & (full.time_ms < end_ms)
        full.agents[pool, steps] += 1
        given.agents[pool, steps] += 1
        there[pool, block] += 1
        room[pool, block] -= 1
        needed_ms -= end_ms - begin_ms
    return full, given


def subtract(one: Floor, other: Floor) -> Floor:
    """The people of one floor less those of another, at the times of both."""
    one, other = refine(one, other.time_ms), refine(other, one.time_ms)
    return one._replace(agents=one.agents - other.agents)
