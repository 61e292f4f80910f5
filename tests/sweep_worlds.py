"""Small experiments for tests: a quiet day of one topic, some 40 mentions, and its file."""

import pathlib
from typing import Any

from sim.store.text import write_yaml
from tests.plan_worlds import make_small_scenario, write_scenario

FACTORS = {
    "scenario.demand.base_per_h": {"low": 1.0, "high": 3.0},
    "scenario.topics.question.work.mean_min": [4.0, 30.0],
}


def write_experiment(folder: pathlib.Path, **changes: Any) -> pathlib.Path:
    """Write a day and an experiment over it; what is None is left out.

    Four points of 3 replications, where nothing is changed.
    """
    day = make_small_scenario(horizon={"days": 1}, demand={"base_per_h": 2.0})
    write_scenario(folder / "day.yaml", day)
    plain: dict[str, Any] = {
        "scenario": "day.yaml",
        "policy": "reference",
        "replications": 3,
        "factors": FACTORS,
        "design": {"kind": "grid", "levels": 2},
    } | changes
    path = folder / "small.yaml"
    write_yaml(path, {key: value for key, value in plain.items() if value is not None})
    return path


def read_files(folder: pathlib.Path) -> dict[str, bytes]:
    """Return the content of all files of a sweep that must not depend on how it was played."""
    names = ("design.parquet", "summary.json", "failed.jsonl", "experiment.yaml")
    paths = [*(folder / name for name in names), *folder.glob("replications-*.parquet")]
    return {path.name: path.read_bytes() for path in sorted(paths)}
