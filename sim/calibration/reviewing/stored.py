"""The plan that a week is held against, and what was done in its place.

Checked by ``tests/functional/test_review.py``.
"""

import pathlib
from typing import Any, NamedTuple

from sim.calibration.reviewing.words import join_names
from sim.compose import read_user_yaml
from sim.errors import InputError, name_key
from sim.exports.histories import read_history
from sim.paths import expand_home
from sim.planning.benchmarks.current import find_file, find_policy
from sim.policies.roster_columns import choose_columns
from sim.policies.roster_file import read_roster
from sim.scenario.build import build_policy, build_scenario
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import check_policy
from sim.store.latest import find_latest
from sim.store.stored import blaming, read_object

NEEDED = ("config.yaml", "policy.yaml", "provenance.json")
VERBS = ("plan", "simulate")
DONE = "done"
# Who is there and when; everything else of a policy says how they work.
STAFF_FIELDS = ("staff", "after_close", "shifts", "staff_interval_min", "surge")


class StoredPlan(NamedTuple):
    """A plan as its run folder has it."""

    place: str
    plain: dict[str, Any]
    """the scenario as it was composed"""
    scenario: Scenario
    policy: Policy
    budget: float | None
    """of the whole horizon"""


class Done(NamedTuple):
    """What was done in the week."""

    policy: Policy
    differs: bool
    """another roster or other rules than the plan's"""
    tells_rules: bool
    """it says how work was done, too; else that is the plan's"""


def read_plan(place: str) -> StoredPlan:
    """Read scenario and policy from the run folder of a plan.

    Parameters
    ----------
    place : str
        A folder of ``plan`` or ``simulate``; ``latest`` is the newest of ``plan``.

    Raises
    ------
    InputError
        No such folder, a file that is missing or cannot be read.
    """
    with name_key("plan", place):
        folder = pathlib.Path(expand_home(place))
        if place == "latest" and not folder.exists():
            folder = find_latest(verb="plan")
        if not folder.is_dir():
            raise InputError("no such folder; allowed: the run folder of a plan, or latest")
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise InputError(
                f"has no {join_names(missing)}; allowed: a run with {join_names(NEEDED)}"
            )
        verb = read_object(folder / "provenance.json").get("verb")
        if verb not in VERBS:
            raise InputError(f"is a run of `{verb}`; allowed: runs of `plan` or `simulate`")
        with blaming(folder):
            config = read_user_yaml(folder / "config.yaml")
            plain = config.get("scenario") or {}
            scenario = build_scenario(plain)
            policy = build_policy(read_user_yaml(folder / "policy.yaml"))
        if not isinstance(policy, Policy):
            raise InputError("its policy.yaml has no `staff`")
    own = (config.get("planner") or {}).get("budget", scenario.planner.get("budget"))
    budget = float(own) if isinstance(own, int | float) else None
    return StoredPlan(place, plain, scenario, policy, budget)


def read_done(place: str | None, scenario: Scenario, plan: Policy) -> Done:
    """Read what was done; the plan itself where nobody says.

    Parameters
    ----------
    place : str or None
        A CSV of people on duty (the rules are then the plan's, and who was called in stands in
        it), a policy.yaml or plan.csv, or a run's folder.
    scenario : Scenario
        The plan's.
    plan : Policy
        Its policy.

    Raises
    ------
    InputError
        Nothing is there, it cannot be read, or it does not fit the scenario.
    """
    if place is None:
        return Done(plan, False, True)
    with name_key("done", place):
        path = find_file(expand_home(place))
        if not path.is_file():
            raise InputError(
                "no such file or folder; allowed: a CSV of people on duty, a policy.yaml, "
                "a run's folder"
            )
        if path.suffix.lower() in (".yaml", ".yml"):
            found, tells_rules = find_policy(str(path)), True
        else:
            found = read_roster(path, scenario, DONE)
            tells_rules = choose_columns(read_history(path).columns, str(path)).kind == "plan"
            if not tells_rules:
                alone = found.model_copy(update={"surge": None})
                found = change_staff(plan, alone).model_copy(update={"name": DONE})
        errors = check_policy(scenario, found)
        if errors:
            raise InputError(*errors)
    return Done(found.model_copy(update={"name": DONE}), True, tells_rules)


def change_staff(policy: Policy, other: Policy) -> Policy:
    """A policy with the people of another: the same way of working."""
    return policy.model_copy(update={name: getattr(other, name) for name in STAFF_FIELDS})
