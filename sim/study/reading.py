"""An experiment by its name or file, with what the command line changes in it.

The file is a stranger's: plain YAML within limits, of which nothing is ever run. Checked by
``tests/unit/test_study_form.py`` and ``tests/functional/test_sweep_refusals.py``.
"""

import os
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.compose import (
    Override,
    apply_overrides,
    is_file_choice,
    parse_overrides,
    read_user_yaml,
    suggest,
)
from sim.compose.folder import PACKAGE
from sim.errors import InputError
from sim.paths import expand_home, place_path
from sim.scenario.build import build
from sim.study.form import Experiment
from sim.study.functions import PointFunction, find_function

FILE = "experiment.yaml"
WORLD_WORDS = ("scenario", "policy", "planner", "brand", "maturity", "satisfaction")
"""first words of what a world is made of; `fixed`, `factors` and `arms` set nothing else"""
OWN = "own"
"""first word of what a function alone reads"""
CHOICES = ("scenario", "policy", "brand", "maturity", "satisfaction")
PLANNER_KEYS = ("planner.budget", "planner.keep_promise", "planner.current")
"""what simulate reads of the planner's section"""


class ReadExperiment(NamedTuple):
    """An experiment and where it comes from.

    Attributes
    ----------
    name : str
        Of its results.
    label : str
        Of its file, for messages.
    experiment : Experiment
        Checked.
    plain : dict
        What it was built of.
    function : PointFunction or None
        What it runs, where it does not simulate.
    """

    name: str
    label: str
    experiment: Experiment
    plain: dict[str, Any]
    function: PointFunction | None = None


def read_experiment(choice: str, overrides: list[str]) -> ReadExperiment:
    """Read an experiment.

    Parameters
    ----------
    choice : str
        A file, or the name of a folder in ``experiments/``.
    overrides : list of str
        ``key=value``: keys of the experiment, or of the world (``scenario.horizon.days=2``), which
        then hold at every point.

    Raises
    ------
    InputError
        One line an error.
    """
    path = find_experiment(choice)
    plain = place_files(read_user_yaml(path), path.parent)
    name = path.parent.resolve().name if path.name == FILE else path.stem
    parsed = parse_overrides(overrides)
    change_plain(plain, parsed)
    try:
        experiment = build(Experiment, plain, "")
        function = find_function(experiment.runs, path.parent)
        check_keys(experiment)
    except InputError as error:
        keys = [item.key for item in parsed]
        raise InputError(*(name_source(line, str(path), keys) for line in error.errors)) from None
    return ReadExperiment(name, str(path), experiment, plain, function)


def find_experiment(choice: str) -> pathlib.Path:
    """The file of an experiment.

    Raises
    ------
    InputError
        There is none; tells the nearest name.
    """
    if is_file_choice(choice):
        path = pathlib.Path(expand_home(choice))
        if not os.path.exists(path):
            raise InputError(f"experiment={choice}: no such file")
        return path
    folders = [pathlib.Path("experiments"), PACKAGE.parent / "experiments"]
    known = {path.parent.name: path for folder in reversed(folders)
             for path in sorted(folder.glob(f"*/{FILE}"))}  # fmt: skip
    if choice not in known:
        named = ", ".join(known) or "none here"
        raise InputError(
            f"experiment={choice}: no such experiment{suggest(choice, known)} "
            f"(allowed: a .yaml file, or a folder of experiments/ with {FILE}: {named})"
        )
    return known[choice]


def place_files(plain: dict[str, Any], folder: pathlib.Path) -> dict[str, Any]:
    """The experiment's content with its folder before the files that it names."""

    def place(key: str, value: Any) -> Any:
        is_file = key in CHOICES and isinstance(value, str) and is_file_choice(value)
        is_path = key == "planner.current" and isinstance(value, str)
        return place_path(value, folder) if is_file or is_path else value

    def place_all(values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {
            key: [place(key, one) for one in value]
            if isinstance(value, list)
            else place(key, value)
            for key, value in values.items()
        }

    placed = {**plain, "scenario": place("scenario", plain.get("scenario"))}
    policy = plain.get("policy")
    if isinstance(policy, dict) and isinstance(policy.get("name"), str):
        placed["policy"] = {**policy, "name": place("policy", policy["name"])}
    elif isinstance(policy, str):
        placed["policy"] = place("policy", policy)
    for section in ("fixed", "factors"):
        if section in plain:
            placed[section] = place_all(plain[section])
    if isinstance(plain.get("arms"), dict):
        placed["arms"] = {arm: place_all(one) for arm, one in plain["arms"].items()}
    return {key: value for key, value in placed.items() if key in plain}


def change_plain(plain: dict[str, Any], parsed: list[Override]) -> None:
    """Set what the command line says; keys of the world go under ``fixed``."""
    own = []
    for item in parsed:
        word, is_below = item.words[0], len(item.words) > 1
        of_form = item.key in ("policy.name", "policy.build", "scenario", "policy")
        if word in (*WORLD_WORDS, OWN) and not of_form and not item.deletes:
            fixed = plain.get("fixed") or {}
            plain["fixed"] = {**fixed, item.key: item.value} if isinstance(fixed, dict) else fixed
        elif word not in Experiment.model_fields and word not in WORLD_WORDS:
            known = [*Experiment.model_fields, *WORLD_WORDS]
            raise InputError(
                f"{item.text}: unknown key {word}{suggest(word, known)} "
                f"(allowed: {', '.join(dict.fromkeys(known))})"
            )
        else:
            name = plain.get("policy")
            if word == "policy" and is_below and isinstance(name, str):
                plain["policy"] = {"name": name}
            own.append(item)
    apply_overrides(plain, own)


def check_keys(experiment: Experiment) -> None:
    """Require that what is set is part of a world: draws, folders and the search are not."""
    sections: dict[str, Mapping[str, Any]] = {
        "fixed": experiment.fixed,
        "factors": experiment.factors,
        **{f"arms.{arm}": values for arm, values in experiment.arms.items()},
    }
    errors = []
    for section, values in sections.items():
        for key in values:
            word = key.partition(".")[0]
            if word == "planner" and key not in PLANNER_KEYS:
                allowed = ", ".join(PLANNER_KEYS)
                errors.append(f"{section}: {key}: simulate does not read it; allowed: {allowed}")
            elif word == "run":
                errors.append(f"{section}: {key}: all points meet the same draws; set run once")
            elif word == OWN and experiment.runs == "simulate":
                errors.append(f"{section}: {key}: only with runs: FILE.py:FUNCTION")
            elif word not in (*WORLD_WORDS, OWN):
                near = suggest(word, WORLD_WORDS) or suggest(key, WORLD_WORDS)
                allowed = ", ".join(f"{one}..." for one in WORLD_WORDS)
                errors.append(f"{section}: {key}: unknown key{near} (allowed: {allowed})")
    if errors:
        raise InputError(*errors)


def name_source(line: str, label: str, keys: list[str]) -> str:
    """A line with the file, or the word override, before it."""
    key = line.partition(" = ")[0].removeprefix("fixed: ").partition(":")[0]
    typed = any(key == one or one.startswith(f"{key}.") or key.startswith(f"{one}.")
                for one in keys)  # fmt: skip
    return f"{'override' if typed else label}: {line}"
