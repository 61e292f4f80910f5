"""Paired differences between stored runs: the first run against each other.

Only runs of one scenario, seed and drawing can be paired: their replications met the same
customers. Checked by ``tests/functional/test_compare.py``.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import InputError
from sim.outcomes.estimate import summarize
from sim.running.results import (
    Table,
    compare_replications,
    split_policies,
    tell_estimates,
    write_comparison,
)
from sim.store.schema import SCHEMA_VERSION, UNITS
from sim.store.tables import read_table
from sim.store.text import read_json, write_json, write_yaml

WORLD_KEYS = ("scenario",)


def compare_runs(paths: Sequence[pathlib.Path]) -> dict[str, Table]:
    """Return the replications of each run's own policy, cut to the shortest run.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Two or more run folders of simulate or plan; the first is compared with the others.

    Returns
    -------
    dict of str to Table
        By label, in the order given.

    Raises
    ------
    InputError
        Fewer than two runs, or runs that did not meet the same customers.
    """
    if len(paths) < 2:
        raise InputError("compare: allowed: two runs or more")
    configs = [_read_config(path) for path in paths]
    _check_same_world(paths, configs)
    tables: dict[str, Table] = {}
    for path in paths:
        for name, rows in _read_policies(path).items():
            label = name if name not in tables else f"{name} ({path.name})"
            tables[label] = rows
    shortest = min(len(rows["replication"]) for rows in tables.values())
    return {
        label: {key: values[:shortest] for key, values in rows.items()}
        for label, rows in tables.items()
    }


def _read_policies(path: pathlib.Path) -> dict[str, Table]:
    return split_policies(read_table(path / "replications.parquet"))


def _read_config(path: pathlib.Path) -> Mapping[str, Any]:
    from sim.compose import read_user_yaml

    if not (path / "replications.parquet").is_file():
        raise InputError(f"{path}: holds no replications; allowed: runs of simulate or plan")
    return read_user_yaml(path / "config.yaml")


def _check_same_world(paths: Sequence[pathlib.Path], configs: Sequence[Mapping[str, Any]]) -> None:
    first = configs[0]
    for path, config in zip(paths[1:], configs[1:], strict=True):
        for key in WORLD_KEYS:
            if config.get(key) != first.get(key):
                raise InputError(
                    f"{path}: another {key} than {paths[0]}; only runs of one world can be paired"
                )
    seeds = {_read_seed(path) for path in paths}
    if len(seeds) > 1:
        told = ", ".join(str(seed) for seed in sorted(seeds))
        raise InputError(f"compare: runs of different draws (seeds {told}) cannot be paired")


def _read_seed(path: pathlib.Path) -> int:
    """Return the seed of the stored replications: that of the fresh draws for a plan."""
    summary = read_json(path / "summary.json")
    plan = summary.get("plan") or {}
    seed = plan.get("evaluation_seed")
    return int(seed if seed is not None else read_json(path / "provenance.json")["seed"])


def write_compared(folder: pathlib.Path, tables: Mapping[str, Table]) -> None:
    """Write summary, comparison and replications of a comparison."""
    own = next(iter(tables))
    policies = {
        name: tell_estimates(summarize({key: rows[key] for key in UNITS}))
        for name, rows in tables.items()
    }
    write_json(
        folder / "summary.json",
        {"schema": SCHEMA_VERSION, "measures": policies[own], "policies": policies},
    )
    write_yaml(folder / "policy.yaml", {"name": own})
    write_comparison(folder, compare_replications(tables, own))
