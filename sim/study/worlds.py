"""What is played at a point: scenario and policy, and the hash by which it is known.

The hash is of all that its rows depend on: the scenario and the policy as they were built, the
content of files that they name, seed, engine and code. Checked by
``tests/functional/test_sweep.py``.
"""

import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.compose import compose_parsed, make_override
from sim.errors import InputError
from sim.kept import Kept
from sim.planning.benchmarks.choice import make_policy
from sim.scenario.build import build_config
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PolicyChoice
from sim.store.provenance import hash_code
from sim.store.stored import hash_file
from sim.study.design import SweepPoint
from sim.study.form import Experiment
from sim.study.functions import PointFunction
from sim.study.reading import OWN, PLANNER_KEYS

# Whole policies of an experiment are one, or one for each of a few values of a factor.
POLICIES_KEPT = 8
NAMED_FILES = ("file", "roster", "current")
"""keys whose value is a path: what counts is what is in it"""


class SweepWorld(NamedTuple):
    """What one point plays.

    Attributes
    ----------
    scenario : Scenario
        With the planner's keys that a policy reads.
    policy : Policy or PolicyChoice
        The whole one where it is made once for all worlds; a choice is made for this world.
    key : str
        24 hexadecimal digits: the hash of all that its rows depend on.
    """

    scenario: Scenario
    policy: Policy | PolicyChoice
    key: str


class WorldMaker:
    """Makes the worlds of an experiment; a policy that is made once is made when first met.

    Parameters
    ----------
    experiment : Experiment
        Whose points are asked for.
    made : dict of str to Policy, optional
        Policies that were made before, by the choice that they come from.
    function : PointFunction, optional
        What is run at each point, where it is not simulated.
    """

    def __init__(
        self,
        experiment: Experiment,
        made: dict[str, Policy] | None = None,
        function: PointFunction | None = None,
    ) -> None:
        self.experiment = experiment
        self.function = function
        self._hashed: Kept[str] = Kept(POLICIES_KEPT)
        self._function_hash = None if function is None else function.hash()
        self.made: dict[str, Policy] = {} if made is None else made
        self.code = hash_code()

    def make(self, values: Mapping[str, Any]) -> SweepWorld:
        """The world in which these keys are set.

        Raises
        ------
        InputError
            One line an error, which begins with the key.
        """
        scenario, policy = self._build(values)
        use = self.experiment.policy
        if use is not None and use.build == "once" and not isinstance(policy, Policy):
            policy = self._make_once(policy, values)
        own = {
            key: value
            for key, value in {**self.experiment.fixed, **values}.items()
            if key.partition(".")[0] == OWN
        }
        return SweepWorld(scenario, policy, self._hash(scenario, policy, own))

    def _build(self, values: Mapping[str, Any]) -> tuple[Scenario, Policy | PolicyChoice]:
        use = self.experiment.policy
        chosen = {"scenario": self.experiment.scenario}
        if use is not None:
            chosen["policy"] = use.name
        settings = {**chosen, **self.experiment.fixed, **values}
        overrides = [
            make_override(key, value)
            for key, value in settings.items()
            if key.partition(".")[0] != OWN
        ]
        try:
            config = build_config(compose_parsed(overrides))
        except InputError as error:
            raise InputError(*(one.removeprefix("override: ") for one in error.errors)) from None
        read = {key.partition(".")[2] for key in PLANNER_KEYS}
        planner = {key: getattr(config["planner"], key) for key in sorted(read)}
        scenario: Scenario = config["scenario"]
        planner = {**scenario.planner, **planner}
        return scenario.model_copy(update={"planner": planner}), config["policy"]

    def _make_once(self, choice: PolicyChoice, values: Mapping[str, Any]) -> Policy:
        """The policy of the world in which no factor is set but those of the policy."""
        key = _hash_plain(_dump(choice))
        if key not in self.made:
            own = {name: one for name, one in values.items() if name.partition(".")[0] == "policy"}
            base, own_choice = self._build(own)
            self.made[key] = make_policy(own_choice, base)
        return self.made[key]

    def _hash(
        self, scenario: Scenario, policy: Policy | PolicyChoice, own: Mapping[str, Any]
    ) -> str:
        run = self.experiment.run
        all_of_it: dict[str, Any] = {
            "scenario": _dump(scenario),
            "policy": self._hash_policy(policy),
            "seed": run.seed,
            "engine": run.engine,
            "code": self.code,
        }
        if self._function_hash is not None:
            all_of_it |= {"function": self._function_hash, "own": own}
        return _hash_plain(all_of_it)

    def _hash_policy(self, policy: Policy | PolicyChoice) -> str:
        """Of a policy; a whole one is large, and often the same at every point."""
        if not isinstance(policy, Policy):
            return _hash_plain(_dump(policy))
        return self._hashed.find((policy,), lambda: _hash_plain(_dump(policy)))


def _hash_plain(plain: Any) -> str:
    """24 hexadecimal digits; keys in any order."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:24]


def _dump(part: Any) -> Any:
    return _read_files(part.model_dump(mode="json"))


def _read_files(plain: Any, key: str = "") -> Any:
    """Plain data with a hash of its content in the place of each file's name."""
    if isinstance(plain, dict):
        return {name: _read_files(value, str(name)) for name, value in plain.items()}
    if key in NAMED_FILES and isinstance(plain, str):
        path = pathlib.Path(plain)
        return hash_file(path) if path.is_file() else plain
    return plain


def check_points(maker: WorldMaker, points: list[SweepPoint], label: str) -> list[str]:
    """The keys of the worlds of all points.

    Raises
    ------
    InputError
        Ends of a range that are not allowed; else how many points do not validate, and the first.
    """
    errors = check_ends(maker, label)
    if errors:
        raise InputError(*errors)
    keys: list[str] = []
    wrong: list[tuple[SweepPoint, tuple[str, ...]]] = []
    for point in points:
        try:
            keys.append(maker.make(point.values).key)
        except InputError as error:
            wrong.append((point, error.errors))
    if wrong:
        first, lines = wrong[0]
        place = f"arm {first.arm}" if first.arm else f"point {first.number}"
        count = f"{len(wrong)} of {len(points)} points do not validate; the first, {place}"
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        raise InputError(f"{label}: {count}: {lines[0]}{more}")
    return keys


def check_ends(maker: WorldMaker, label: str) -> list[str]:
    """Lines about ends of ranges that the world, all else as it is, does not allow."""
    ranges = {key: one for key, one in maker.experiment.factors.items() if one.values is None}
    if not ranges:
        return []
    try:
        maker.make({})
    except InputError as error:
        return [f"{label}: {line}" for line in error.errors]
    errors: dict[tuple[str, str], str] = {}
    for key, factor in ranges.items():
        for end in ("low", "high"):
            value = getattr(factor, end)
            try:
                maker.make({key: int(value) if factor.whole else value})
            except InputError as error:
                own = [line for line in error.errors if line.partition(" = ")[0] == key]
                for line in own:  # a wrong key is wrong at both ends
                    said = f"{label}: factors.{line.replace(' =', f'.{end} =', 1)}"
                    errors.setdefault((key, line.partition(": ")[2]), said)
    return list(errors.values())
