"""A stored run made again in another place, from its config.yaml and policy.yaml alone.

Checked by ``tests/functional/test_reproduce.py``.
"""

import pathlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.compose import Composed, read_user_yaml
from sim.compose.choice import Layer
from sim.errors import InputError
from sim.reproduction.inputs import Inputs
from sim.runs import (
    run_calibrate,
    run_compare,
    run_forecast,
    run_plan,
    run_review,
    run_simulate,
)
from sim.scenario.build import build_config, build_policy
from sim.store.stored import read_object
from sim.store.text import read_json

Progress = Callable[[str, int, int], None]
RUNNERS: Mapping[str, Callable[[Mapping[str, Any], Progress], pathlib.Path]] = {
    "simulate": run_simulate,
    "plan": run_plan,
    "calibrate": run_calibrate,
    "forecast": run_forecast,
    "review": run_review,
}
CONFIG, POLICY, SUMMARY, PASSPORT = "config.yaml", "policy.yaml", "summary.json", "provenance.json"
ROSTER = ("policy", "roster")


def rerun(
    folder: pathlib.Path, target: pathlib.Path, places: Sequence[pathlib.Path], progress: Progress
) -> pathlib.Path:
    """Make a run again.

    Parameters
    ----------
    folder : pathlib.Path
        The stored run's.
    target : pathlib.Path
        Where the new one goes.
    places : sequence of pathlib.Path
        Where files that it names are looked for.
    progress : callable
        Is told what is done.

    Raises
    ------
    InputError
        One line an error: files that are not there, a run that was stopped.
    """
    verb = str(read_object(folder / PASSPORT).get("verb"))
    refuse_stopped(folder)
    plain = read_user_yaml(folder / CONFIG)
    if verb == "compare":
        return rerun_comparison(folder, plain, target)
    if verb not in RUNNERS:
        allowed = ", ".join((*RUNNERS, "compare", "sweep"))
        raise InputError(f"{folder}: is a run of `{verb}`; allowed: runs of {allowed}")
    inputs = Inputs(str(folder / CONFIG), places)
    located = inputs.locate_run(plain)
    has_policy = ROSTER not in inputs.missing or not (folder / POLICY).is_file()
    if not has_policy:
        del inputs.missing[ROSTER]
        located["policy"] = read_user_yaml(folder / POLICY)
    inputs.require()
    label = str(folder / CONFIG)
    layers = (Layer(label, located["scenario"]),) if "scenario" in located else ()
    config = build_config(Composed(located, layers, label, ()))
    if not has_policy:
        config["policy"] = build_policy(located["policy"])
    own = config["run"].model_copy(update={"dir": str(target), "overwrite": False})
    return RUNNERS[verb]({**config, "run": own, "plain": plain}, progress)


def refuse_stopped(folder: pathlib.Path) -> None:
    """Refuse a run that was interrupted: where it ended was no part of its configuration.

    Raises
    ------
    InputError
        It was.
    """
    summary = read_json(folder / SUMMARY) if (folder / SUMMARY).is_file() else {}
    plan = summary.get("plan") or {}
    stopped = summary.get("stopped")
    if stopped or plan.get("status") == "stopped":
        what = (
            f"after {stopped['finished']} of {stopped['wanted']} replications"
            if stopped
            else "before its search ended"
        )
        raise InputError(f"{folder}: was interrupted {what}; only whole runs can be made again")


def rerun_comparison(
    folder: pathlib.Path, plain: Mapping[str, Any], target: pathlib.Path
) -> pathlib.Path:
    """Compare again the runs that a stored comparison names, from where they are."""
    from sim.compose import compose_with_layers

    paths = find_compared(folder, plain.get("compared") or [])
    config = build_config(compose_with_layers([], "compare"))
    own = config["run"].model_copy(update={"dir": str(target)})
    places = config["plain"]["run"] | (plain.get("run") or {})
    return run_compare(paths, {**config, "run": own, "plain": {"run": places}})


def find_compared(
    folder: pathlib.Path, compared: Sequence[Mapping[str, Any]]
) -> list[pathlib.Path]:
    """The runs that were compared, by name and hash, among the results around the comparison.

    Raises
    ------
    InputError
        One of them is not there.
    """
    roots = dict.fromkeys([*list(folder.resolve().parents)[:3], pathlib.Path.cwd() / "results"])
    found = []
    for one in compared:
        name, mark = str(one.get("run")), one.get("config_hash")
        if not re.fullmatch(r"[^/\\*?\[\]]+", name):
            raise InputError(f"{folder / CONFIG}: compared: run = {name!r}: is no folder's name")
        near = (path for root in roots for depth in ("", "*/", "*/*/")
                for path in root.glob(f"{depth}{name}/{PASSPORT}"))  # fmt: skip
        place = next((path for path in near if read_object(path).get("config_hash") == mark), None)
        if place is None:
            raise InputError(
                f"{folder / CONFIG}: compared: run {name} (config hash {mark}) is not here; "
                "a comparison is made again where its runs are"
            )
        found.append(place.parent)
    return found
