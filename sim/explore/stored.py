"""The run that a page explores: its world, its policy, its draws.

Checked by ``tests/functional/test_explore.py``.
"""

import pathlib
from typing import Any, NamedTuple

import numpy as np

from sim.compose import read_user_yaml
from sim.errors import InputError
from sim.rostering.roster import Rosters
from sim.scenario.build import build_policy, build_scenario
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import check_policy
from sim.store.stored import blaming, check_files, read_object

NEEDED = ("config.yaml", "policy.yaml", "provenance.json", "summary.json")
VERBS = ("plan", "simulate")
# A page plays at most so many weeks: four times 200 halve an interval twice, and wait for it.
MOST_WEEKS = 1000


class ExploredWorld(NamedTuple):
    """What the customers and the rules are; the run's own or a changed one."""

    key: str
    """of the changes that led to it; empty for the run's own"""
    plain: dict[str, Any]
    scenario: Scenario
    rosters: Rosters


class ExploredRun(NamedTuple):
    """A stored run of one policy.

    Attributes
    ----------
    place : pathlib.Path
        Its folder, as the user named it.
    verb : str
        What made it.
    world : ExploredWorld
        Its own.
    policy : Policy
        What was planned or simulated.
    roster : np.ndarray or None
        The policy's people as the scenario's shifts, int, shape (n_columns,); None where it is
        of another making: people by the hour.
    budget : float or None
        For the whole horizon [scenario.currency].
    money_price : float
        Satisfaction that a unit of money should buy.
    keeps_promise : bool
        Whether the plan was to keep the service-level target.
    seed, weeks : int
        Of its replications.
    """

    place: pathlib.Path
    verb: str
    world: ExploredWorld
    policy: Policy
    roster: np.ndarray | None
    budget: float | None
    money_price: float
    keeps_promise: bool
    seed: int
    weeks: int


def read_run(place: pathlib.Path) -> ExploredRun:
    """Read what a page needs of a run folder.

    Parameters
    ----------
    place : pathlib.Path
        Folder of a run of ``plan`` or ``simulate``.

    Raises
    ------
    InputError
        Another verb's run, a file that is missing or cannot be read, a policy without staff.
    """
    check_files(place, NEEDED)
    missing = [name for name in NEEDED if not (place / name).is_file()]
    if missing:
        raise InputError(f"{place}: has no {', '.join(missing)}; allowed: a whole run")
    verb = read_object(place / "provenance.json").get("verb")
    if verb not in VERBS:
        raise InputError(f"{place}: is a run of `{verb}`; allowed: runs of `plan` or `simulate`")
    with blaming(place):
        config = read_user_yaml(place / "config.yaml")
        plain = config.get("scenario") or {}
        scenario = build_scenario(plain)
        policy = build_policy(read_user_yaml(place / "policy.yaml"))
        if not isinstance(policy, Policy):
            raise InputError("its policy.yaml has no `staff`")
        errors = check_policy(scenario, policy)
        if errors:
            raise InputError(*errors)
        summary = read_object(place / "summary.json")
        seed, weeks = find_draws(summary, place)
    planner = {**scenario.planner, **(config.get("planner") or {})}
    if planner.get("scenarios"):
        raise InputError(
            f"{place}: is a plan for several scenarios at once; allowed: a run of one scenario"
        )
    world = ExploredWorld("", plain, scenario, Rosters(scenario))
    budget = planner.get("budget")
    return ExploredRun(
        place=place,
        verb=str(verb),
        world=world,
        policy=policy,
        roster=read_roster(world, policy),
        budget=float(budget) if isinstance(budget, int | float) else None,
        money_price=float(planner.get("worth_per_1000") or 0.001) / 1000.0,
        keeps_promise=bool(planner.get("keep_promise", True)),
        seed=seed,
        weeks=weeks,
    )


def find_draws(summary: dict[str, Any], place: pathlib.Path) -> tuple[int, int]:
    """Find the seed of a run's weeks and how many there were.

    Raises
    ------
    InputError
        The summary does not say.
    """
    seed = summary.get("seed")
    weeks = ((summary.get("measures") or {}).get("mentions") or {}).get("n")
    for name, value in (("seed", seed), ("measures.mentions.n", weeks)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(f"{place / 'summary.json'}: {name} = {value!r}: a whole number")
    assert isinstance(seed, int)
    assert isinstance(weeks, int)
    return seed, min(weeks, MOST_WEEKS)


def read_roster(world: ExploredWorld, policy: Policy) -> np.ndarray | None:
    """Read a policy's people as shifts of a world; None where there are none or other ones."""
    if not world.rosters.problem.shifts:
        return None
    return world.rosters.read_policy(policy)
