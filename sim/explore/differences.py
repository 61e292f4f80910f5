"""A policy as changes of a run, the way a page would have made them.

Checked by ``tests/functional/test_explore.py``.
"""

from typing import Any

import numpy as np

from sim.explore.changes import RULES
from sim.explore.changing import Changed
from sim.explore.stored import ExploredRun
from sim.scenario.policy import Policy


def list_differences(run: ExploredRun, changed: Changed, policy: Policy) -> dict[str, Any]:
    """List what a policy has otherwise than a changed run, as fields of `Changes`.

    Parameters
    ----------
    run : ExploredRun
        What is explored.
    changed : Changed
        Where the policy came from.
    policy : Policy
        Of the same world.
    """
    before, after = changed.policy.model_dump(mode="json"), policy.model_dump(mode="json")
    found: dict[str, Any] = {}
    rules = {name: after[name] for name in RULES if after[name] != before[name]}
    if rules:
        found["rules"] = rules
    for field, key in (
        ("effort", "effort"),
        ("lead_h", "lead_h"),
        ("priority", "order"),
        ("continuity", "continuity"),
        ("preparations", "preparations"),
    ):
        if after[field] != before[field]:
            found[key] = after[field]
    if after["overflow"] != before["overflow"]:
        found["overflow"] = list_help(before["overflow"] or {}, after["overflow"] or {})
    if after["staff"] != before["staff"]:
        found["people"] = list_people(run, changed, policy)
    return found


def list_help(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """List the directions of help, those that are gone as none."""
    gone = {name: dict.fromkeys(helpers, "none") for name, helpers in before.items()}
    return {name: {**gone.get(name, {}), **after.get(name, {})} for name in {**gone, **after}}


def list_people(run: ExploredRun, changed: Changed, policy: Policy) -> list[list[int]]:
    """List the cells of people that differ from the run; none where it has no shifts."""
    roster = changed.world.rosters.read_policy(policy)
    if roster is None or run.roster is None:
        return []
    counts = changed.world.rosters.count_starts(roster)
    own = run.world.rosters.count_starts(run.roster)
    return [[int(day), int(kind), int(pool), int(counts[day, kind, pool])]
            for day, kind, pool in np.argwhere(counts != own)]  # fmt: skip
