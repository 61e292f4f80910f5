"""Your roster of today: a CSV, a policy.yaml, or the policy of a run's folder.

It is played as it is: nobody brings it to the budget, so what it costs more or less is shown
beside what it gives. Checked by ``tests/functional/test_benchmarks.py``.
"""

import pathlib

from sim.compose import read_user_yaml, suggest
from sim.errors import InputError, name_key
from sim.paths import expand_home
from sim.policies.roster_file import CURRENT, read_roster
from sim.scenario.build import build_policy
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import check_policy
from sim.store.latest import find_latest

FORMS = "a CSV of people on duty, a policy.yaml, a run's folder"


def read_current(place: str, scenario: Scenario) -> Policy:
    """Read the policy that ``planner.current`` names, called *current*.

    Raises
    ------
    InputError
        Nothing is there, it cannot be read, or it does not fit the scenario.
    """
    with name_key("planner.current", place):
        path = find_file(expand_home(place))
        if not place or not path.is_file():
            near = suggest(path.name, sorted(one.name for one in path.parent.glob("*.csv")))
            raise InputError(f"no such file or folder; allowed: {FORMS}{near}")
        if path.suffix.lower() not in (".yaml", ".yml"):
            return read_roster(path, scenario)
        policy = find_policy(str(path))
        errors = check_policy(scenario, policy)
        if errors:
            raise InputError(*errors)
    return policy.model_copy(update={"name": CURRENT})


def find_file(place: str) -> pathlib.Path:
    """Find the file that a place names: of a folder its policy.yaml, of ``latest`` that run's."""
    path = pathlib.Path(place)
    if place == "latest" and not path.exists():
        path = find_latest()
    return path / "policy.yaml" if path.is_dir() else path


def find_policy(place: str) -> Policy:
    """Read the policy in a run's folder, the newest run's, or that of a file.

    Raises
    ------
    InputError
        There is none with its staff.
    """
    path = find_file(place)
    if not place or not path.is_file():
        raise InputError("no such file or folder; allowed: a run's folder or a policy.yaml")
    data = read_user_yaml(path)
    if "staff" not in data:
        raise InputError("has no `staff`; allowed: a run's folder or its policy.yaml")
    policy = build_policy(data)
    assert isinstance(policy, Policy)
    return policy
