"""From what a page changed to a world and a policy that can be played.

Nothing is decided here: what does not fit is refused with the line that `simulate` would give,
and what had to give way (a preparation without hours, shifts outside the opening hours) is told.
Checked by ``tests/functional/test_explore.py``.
"""

import copy
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.explore.changes import Changes, EventChange, WorldChange
from sim.explore.hours import find_hours_rows
from sim.explore.stored import ExploredRun, ExploredWorld
from sim.policies.workload import split_crew
from sim.rostering.policy_shifts import read_shifts
from sim.rostering.roster import Rosters
from sim.scenario.build import build, build_scenario
from sim.scenario.lower import keep_staffed
from sim.scenario.policy import Help, Policy, Surge, list_directions
from sim.scenario.policy_checks import check_policy, find_step_min
from sim.scenario.profile import open_intervals

NAME = "explored"


class Changed(NamedTuple):
    """A run with changes.

    Attributes
    ----------
    world : ExploredWorld
        What customers and rules are.
    policy : Policy
        What is decided; checked.
    budget : float or None
        What it is held against [scenario.currency].
    notes : tuple of str
        What had to give way, one sentence each.
    """

    world: ExploredWorld
    policy: Policy
    budget: float | None
    notes: tuple[str, ...]


def name_world(change: WorldChange) -> str:
    """Name a world by what was changed; empty for the run's own."""
    plain = change.model_dump(exclude_defaults=True)
    return json.dumps(plain, sort_keys=True) if plain else ""


def make_world(run: ExploredRun, change: WorldChange) -> ExploredWorld:
    """Make the world that a page asks for.

    Raises
    ------
    InputError
        A value that the scenario does not allow, or an event that it does not have.
    """
    key = name_world(change)
    if not key:
        return run.world
    plain = change_plain(run.world.plain, change)
    scenario = build_scenario(plain)
    return ExploredWorld(key, plain, scenario, Rosters(scenario))


def change_plain(plain: Mapping[str, Any], change: WorldChange) -> dict[str, Any]:
    """Write the changes of a world into the scenario as it was composed."""
    changed: dict[str, Any] = copy.deepcopy(dict(plain))
    if change.absence_share is not None:
        changed["absence"] = {**(changed.get("absence") or {}), "share": change.absence_share}
    if change.open_h is not None:
        if not changed.get("shifts"):
            raise InputError("opening hours: the scenario has none; it is always open")
        first, last = change.open_h
        changed["shifts"] |= {"open_from_h": first, "open_to_h": last}
    for name, one in change.events.items():
        events = changed.get("events") or {}
        if name not in events:
            raise InputError(f"event {name}: unknown; allowed: {', '.join(events) or 'none'}")
        events[name] = {**events[name], **describe_event(one)}
    return changed


def describe_event(change: EventChange) -> dict[str, Any]:
    """Write an event's changes as keys of the scenario."""
    plain = change.model_dump(exclude_none=True, mode="json")
    if "time_h" in plain:
        plain["window_h"] = None
    elif "window_h" in plain:
        plain["time_h"] = None
    return plain


def apply(run: ExploredRun, changes: Changes, world: ExploredWorld) -> Changed:
    """Apply what a page changed.

    Parameters
    ----------
    run : ExploredRun
        What is explored.
    changes : Changes
        All that differs from it.
    world : ExploredWorld
        From `make_world`.

    Raises
    ------
    InputError
        The policy does not fit the world; one line an error.
    """
    notes: list[str] = []
    policy = run.policy
    if changes.people or changes.world.open_h is not None:
        policy = change_people(run, changes, world, notes)
    policy = change_rules(run, changes, policy)
    budget = run.budget if changes.budget is None else changes.budget
    if policy is run.policy:
        return Changed(world, policy, budget, ())
    policy = policy.model_copy(update={"name": NAME})
    errors = check_policy(world.scenario, policy)
    if errors:
        raise InputError(*errors)
    kept = keep_staffed(world.scenario, policy)
    if kept.preparations != policy.preparations:
        left = [name for name in policy.preparations if name not in kept.preparations]
        notes.append(f"Left out, because nobody has the hours before it is due: {', '.join(left)}.")
    notes += list_broken_rules(run, world, kept)
    return Changed(world, kept, budget, tuple(notes))


def change_people(
    run: ExploredRun, changes: Changes, world: ExploredWorld, notes: list[str]
) -> Policy:
    """Give the run's policy other people: on kinds of shift, or more of them in some hours."""
    if run.roster is None:
        return change_hours(run, changes, world)
    counts = run.world.rosters.count_starts(run.roster)
    problem = world.rosters.problem
    laid = read_shifts(problem).laid
    before = read_shifts(run.world.rosters.problem).laid
    for day, kind, pool, people in changes.people:
        inside = day < counts.shape[0] and kind < counts.shape[1] and pool < counts.shape[2]
        if not inside or (day, kind) not in before or people < 0:
            raise InputError(f"people {[day, kind, pool, people]}: no such shift")
        counts[day, kind, pool] = people
    gone = [(day, kind) for day, kind in zip(*np.nonzero(counts.sum(axis=2)), strict=True)
            if (day, kind) not in laid]  # fmt: skip
    if gone:
        people = sum(int(counts[place].sum()) for place in gone)
        notes.append(f"{people} people's shifts lie outside the opening hours and are left out.")
        for place in gone:
            counts[place] = 0
    roster = world.rosters.read_counts(counts)
    staff = world.rosters.lay_staff(roster)
    pools = problem.pools
    return run.policy.model_copy(
        update={
            "staff": {
                name: tuple(int(count) for count in staff[:, number])
                for number, name in enumerate(pools)
            },
            "shifts": world.rosters.list_shifts(roster),
            "staff_interval_min": problem.staff_step_min,
        }
    )


def change_hours(run: ExploredRun, changes: Changes, world: ExploredWorld) -> Policy:
    """Add people to some hours of some days of a policy without the scenario's shifts."""
    scenario, policy = world.scenario, run.policy
    step_min = find_step_min(scenario, policy)
    day_of, row_of = find_hours_rows(scenario, step_min)
    staff = {pool: np.array(policy.staff[pool], np.int64) for pool in scenario.pool_names}
    interval_min = scenario.horizon.interval_min
    is_open = open_intervals(scenario)
    places = np.minimum(np.arange(day_of.size) * step_min // interval_min, is_open.size - 1)
    for day, row, pool, people in changes.people:
        if pool >= len(scenario.pool_names):
            raise InputError(f"people {[day, row, pool, people]}: no such hours")
        chosen = (day_of == day) & (row_of == row) & is_open[places]
        counts = staff[scenario.pool_names[pool]]
        counts[: chosen.size][chosen] = np.maximum(counts[: chosen.size][chosen] + people, 0)
    if changes.world.open_h is not None:
        for counts in staff.values():
            counts[: places.size][~is_open[places]] = 0
    named = {pool: tuple(int(count) for count in counts) for pool, counts in staff.items()}
    # Shifts of another making would say who is there otherwise than the lists do.
    return policy.model_copy(update={"staff": named, "shifts": ()})


def change_rules(run: ExploredRun, changes: Changes, policy: Policy) -> Policy:
    """Change levels, order of work, help, crew and preparations."""
    if changes.rules:
        policy = build(Policy, policy.model_dump() | changes.model_dump()["rules"], "policy")
    update: dict[str, Any] = {}
    if changes.effort:
        rows: dict[str, Any] = policy.model_dump()["effort"]
        for topic, levels in changes.effort.items():
            if topic not in rows:
                raise InputError(f"topic {topic}: unknown; allowed: {', '.join(rows)}")
            rows[topic] |= levels
        update["effort"] = rows
    if changes.overflow:
        update["overflow"] = change_help(run, changes, policy)
    if changes.crew is not None:
        update["surge"] = change_crew(run, changes.crew, policy)
    if changes.preparations is not None:
        update["preparations"] = changes.preparations
    for field, value in (
        ("lead_h", changes.lead_h),
        ("priority", changes.order),
        ("continuity", changes.continuity),
    ):
        if value is not None:
            update[field] = value
    if not update:
        return policy
    # A whole model again: what a level is beside `none` is checked where policies are.
    return build(Policy, {**policy.model_dump(), **dump(update)}, "policy")


def dump(update: Mapping[str, Any]) -> dict[str, Any]:
    """Write parts as plain data."""
    return {
        name: value.model_dump() if hasattr(value, "model_dump") else value
        for name, value in update.items()
    }


def change_help(run: ExploredRun, changes: Changes, policy: Policy) -> dict[str, dict[str, Any]]:
    """Change who helps whom, direction by direction."""
    own = list_directions(run.world.scenario.team) if policy.overflow is None else policy.overflow
    rules = {name: dict[str, Any](helpers) for name, helpers in own.items()}
    for name, helpers in changes.overflow.items():
        for helper, rule in helpers.items():
            if isinstance(rule, Help):
                rules.setdefault(name, {})[helper] = rule
            else:
                rules.get(name, {}).pop(helper, None)
    return {name: dump(helpers) for name, helpers in rules.items()}


def change_crew(run: ExploredRun, crew: dict[str, int], policy: Policy) -> Surge | None:
    """Change the people on call; when they are called stays as it is."""
    agents = {pool: people for pool, people in crew.items() if people > 0}
    if not agents:
        return None
    rule = policy.surge or split_crew(run.world.scenario)
    if rule is None:
        raise InputError("people on call: the scenario has no crew (surge_crew.max_people = 0)")
    return rule.model_copy(update={"agents": agents})


def list_broken_rules(run: ExploredRun, world: ExploredWorld, policy: Policy) -> list[str]:
    """Say which rules of the roster no longer hold."""
    notes = []
    rosters = world.rosters
    roster = None if run.roster is None else rosters.read_policy(policy)
    if roster is not None and not rosters.has_few_part_timers(roster):
        most = f"{rosters.problem.rules.part_time_share:.0%}"
        notes.append(f"Part-time shifts take more than {most} of the paid time.")
    lone = list_empty_hours(run, world, policy)
    if lone:
        notes.append(f"{lone} open hours have nobody at work in any pool.")
    return notes


def list_empty_hours(run: ExploredRun, world: ExploredWorld, policy: Policy) -> int:
    """Count the open hours without anybody, where the run had somebody in all of them."""
    return max(count_empty(world, policy) - count_empty(run.world, run.policy), 0)


def count_empty(world: ExploredWorld, policy: Policy) -> int:
    """Count the open hours in which nobody is at work."""
    scenario = world.scenario
    step_min, interval_min = find_step_min(scenario, policy), scenario.horizon.interval_min
    total = np.sum([policy.staff[pool] for pool in scenario.pool_names], axis=0)
    is_open = open_intervals(scenario)
    places = np.minimum(np.arange(total.size) * step_min // interval_min, is_open.size - 1)
    return int(((total == 0) & is_open[places]).sum() * step_min // 60)
