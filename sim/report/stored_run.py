"""A stored run as the report sees it: files in, plain data out.

Only files of the run folder are read; what is missing is empty, so that a page
says less instead of failing. Which page a folder gets follows from the verb in
its provenance or, without one, from the files that it holds.

Checked by ``tests/unit/test_report_folder.py``.
"""

import pathlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.compose import read_user_yaml
from sim.decision.decision import NO_DECISION, Decision, read_decision
from sim.errors import InputError
from sim.report.stored_policy import describe_policy
from sim.store.stored import blaming, check_files, read_columns, read_object

READ = (
    *("provenance.json", "summary.json", "decision.json", "fit.json", "forecast.json"),
    *("review.json", "config.yaml", "policy.yaml", "intervals.parquet", "comparison.parquet"),
)
FROM_POLICY = ("headline", "staff_by_interval", "shifts", "effort", "lead_h", "surge")
VERBS = ("plan", "simulate", "calibrate", "forecast", "review", "compare")
Table = dict[str, np.ndarray]
REPORTED = ("summary.json", "fit.json", "forecast.json", "review.json")
"""one of these there is to report on"""


@dataclass(frozen=True)
class StoredRun:
    """What one run left behind; a missing file is an empty mapping.

    The decision is that of decision.json; what it lacks is taken from the policy and summary.json.
    """

    path: pathlib.Path
    verb: str
    summary: dict[str, Any] = field(default_factory=dict)
    decision: Decision = NO_DECISION
    fit: dict[str, Any] = field(default_factory=dict)
    forecast: dict[str, Any] = field(default_factory=dict)
    review: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    intervals: Table = field(default_factory=dict)
    comparison: Table = field(default_factory=dict)

    @property
    def scenario(self) -> dict[str, Any]:
        """The scenario part of the configuration."""
        return _find_part(self.config, "scenario")

    @property
    def name(self) -> str:
        """The scenario's name, else that of the folder above."""
        series = self.fit.get("series") or self.forecast.get("series")
        series = series or self.review.get("scenario")
        return str(self.scenario.get("name") or series or self.path.parent.name)

    @property
    def own(self) -> str:
        """Name of the run's own policy; empty if it is not stored."""
        chosen = self.config.get("policy")
        named = chosen.get("name") if isinstance(chosen, dict) else chosen
        return str(self.policy.get("name") or self.summary.get("policy") or named or "")

    @property
    def others(self) -> dict[str, Any]:
        """Measures of the other policies, by name."""
        found = self.summary.get("policies") or {}
        return {name: entry for name, entry in found.items() if name != self.own}

    @property
    def currency(self) -> str:
        """Currency of all money of this run."""
        return self.decision.headline.currency or str(self.scenario.get("currency") or "")


def read_run_folder(path: pathlib.Path) -> StoredRun:
    """Read what a run folder holds.

    Parameters
    ----------
    path : pathlib.Path
        Folder of one run.

    Raises
    ------
    InputError
        If there is no such folder, nothing in it to report on, or a file cannot be read.
    """
    if not any((path / name).is_file() for name in REPORTED):
        raise InputError(f"{path}: not a run folder (no summary.json and no fit.json in it)")
    check_files(path, READ)
    with blaming(path):
        return _read(path)


def _read(path: pathlib.Path) -> StoredRun:
    files = {
        name: _read_json(path / f"{name}.json")
        for name in ("summary", "decision", "fit", "forecast", "review")
    }
    provenance = _read_json(path / "provenance.json")
    config = _read_yaml(path / "config.yaml")
    policy = _read_yaml(path / "policy.yaml")
    verb = find_verb(config, provenance, files)
    scenario, planner = _find_part(config, "scenario"), _find_part(config, "planner")
    budget = planner.get("budget") or _find_part(scenario, "planner").get("budget")
    measures = _find_part(files["summary"], "measures")
    plain = files.pop("decision")
    rest = NO_DECISION
    if any(plain.get(key) is None for key in FROM_POLICY):
        rest = describe_policy(policy, scenario, measures, budget if verb == "plan" else None)
    if plain.get("status") is None:
        rest = read_decision(_find_part(files["summary"], "plan"), path / "summary.json", rest)
    return StoredRun(
        path=path,
        verb=verb,
        config=config,
        policy=policy,
        provenance=provenance,
        intervals=_read_parquet(path / "intervals.parquet"),
        comparison=_read_parquet(path / "comparison.parquet"),
        decision=read_decision(plain, path / "decision.json", rest),
        **files,
    )


def find_verb(config: dict[str, Any], provenance: dict[str, Any], files: dict[str, Any]) -> str:
    """Find the verb that made the run, as stored or, failing that, from its files."""
    for source in (provenance, config):
        if source.get("verb") in VERBS:
            return str(source["verb"])
    for name, verb in (("fit", "calibrate"), ("forecast", "forecast"), ("review", "review")):
        if files.get(name):
            return verb
    if files["decision"] or files["summary"].get("plan"):
        return "plan"
    return "simulate"


def _find_part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _read_json(path: pathlib.Path) -> dict[str, Any]:
    return read_object(path) if path.is_file() else {}


def _read_yaml(path: pathlib.Path) -> dict[str, Any]:
    return read_user_yaml(path) if path.is_file() else {}


def _read_parquet(path: pathlib.Path) -> Table:
    return read_columns(path) if path.is_file() else {}
