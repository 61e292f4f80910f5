"""Paired differences between stored runs: the policy of the first against each other's.

Only runs of one scenario and seed can be paired: their replications met the same customers.
Checked by ``tests/functional/test_compare.py``.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.outcomes.estimate import summarize
from sim.running.results import (
    compare_replications,
    describe_estimates,
    split_policies,
    write_comparison,
)
from sim.running.table import Table
from sim.store.schema import SCHEMA_VERSION, UNITS
from sim.store.stored import blaming, check_files, read_columns, read_object
from sim.store.text import write_json, write_yaml

READ = ("provenance.json", "summary.json", "policy.yaml", "config.yaml", "replications.parquet")
PAIRED_VERBS = ("simulate", "plan")


class Paired(NamedTuple):
    """A stored run that can be compared.

    Attributes
    ----------
    label : str
        Name of its policy; where two bear one, with the folder's.
    path : pathlib.Path
        Its folder.
    seed : int
        Of its replications; of the fresh draws for a plan.
    scenario : Mapping
        The world as it was composed.
    config_hash : str
        From its passport.
    rows : Table
        Replications of its own policy.
    """

    label: str
    path: pathlib.Path
    seed: int
    scenario: Mapping[str, Any]
    config_hash: str
    rows: Table


def compare_runs(paths: Sequence[pathlib.Path]) -> list[Paired]:
    """The runs with the replications of each one's own policy, cut to the shortest.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Two or more run folders of simulate or plan; the first is compared with the others.

    Raises
    ------
    InputError
        Fewer than two runs, one twice, or runs that did not meet the same customers.
    """
    if len(paths) < 2:
        raise InputError("compare: allowed: the folders of two or more runs")
    places = [path.resolve() for path in paths]
    twice = [path for path, place in zip(paths, places, strict=True) if places.count(place) > 1]
    if twice:
        raise InputError(f"compare: {twice[0]} is listed twice")
    with blaming(*paths):
        return _pair([_read_paired(path) for path in paths])


def _pair(runs: list[Paired]) -> list[Paired]:
    """Runs that met the same customers, cut to the shortest, each with a label."""
    for run in runs[1:]:
        _check_same_draws(runs[0], run)
    shortest = min(len(run.rows["replication"]) for run in runs)
    labels = _distinguish(runs)
    return [
        run._replace(
            label=label, rows=Table({key: cells[:shortest] for key, cells in run.rows.items()})
        )
        for label, run in zip(labels, runs, strict=True)
    ]


def _read_paired(path: pathlib.Path) -> Paired:
    from sim.compose import read_user_yaml

    check_files(path, READ)
    passport = read_object(path / "provenance.json")
    if passport.get("verb") not in PAIRED_VERBS:
        raise InputError(
            f"{path}: is a run of `{passport.get('verb')}`; allowed: runs of `simulate` or `plan`"
        )
    own = str(read_user_yaml(path / "policy.yaml").get("name"))
    by_policy = split_policies(Table(read_columns(path / "replications.parquet")))
    if own not in by_policy:
        raise InputError(f"{path}: has no replications of its policy {own}")
    return Paired(
        label=own,
        path=path,
        seed=_find_seed(path),
        scenario=read_user_yaml(path / "config.yaml").get("scenario") or {},
        config_hash=str(passport.get("config_hash")),
        rows=by_policy[own],
    )


def _find_seed(path: pathlib.Path) -> int:
    seed = read_object(path / "summary.json").get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise InputError(f"{path / 'summary.json'}: seed = {seed!r}: allowed: a whole number")
    return seed


def _check_same_draws(one: Paired, other: Paired) -> None:
    if other.seed != one.seed:
        raise InputError(
            f"{other.path}: seed {other.seed}, but {one.path} has {one.seed}; "
            "only runs with the same seed can be paired"
        )
    key = _find_difference(one.scenario, other.scenario)
    if key is not None:
        raise InputError(
            f"{other.path}: scenario.{key} differs from {one.path}; "
            "only runs of the same scenario can be paired"
        )
    n = min(len(one.rows["replication"]), len(other.rows["replication"]))
    if not np.array_equal(one.rows["replication"][:n], other.rows["replication"][:n]):
        raise InputError(f"{other.path}: has different replications than {one.path}")


def _find_difference(one: Any, other: Any, key: str = "") -> str | None:
    """The first key at which two plain values differ; None where they are equal."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return None if one == other else key
    for name in dict.fromkeys([*one, *other]):
        place = f"{key}.{name}" if key else str(name)
        if name not in one or name not in other:
            return place
        found = _find_difference(one[name], other[name], place)
        if found is not None:
            return found
    return None


def _distinguish(runs: Sequence[Paired]) -> list[str]:
    names = [run.label for run in runs]
    labels = [
        name if names.count(name) == 1 else f"{name} ({run.path.resolve().name})"
        for name, run in zip(names, runs, strict=True)
    ]
    return [
        label if labels.count(label) == 1 else f"{label} {number}"
        for number, label in enumerate(labels, start=1)
    ]


def describe_compared(runs: Sequence[Paired]) -> list[dict[str, Any]]:
    """What was compared as plain data, without places."""
    return [
        {
            "policy": run.label,
            "run": run.path.resolve().name,
            "config_hash": run.config_hash,
            "seed": run.seed,
        }
        for run in runs
    ]


def write_compared(folder: pathlib.Path, runs: Sequence[Paired]) -> None:
    """Write summary, comparison and the first run's policy of a comparison."""
    tables = {run.label: run.rows for run in runs}
    own = runs[0].label
    policies = {
        label: describe_estimates(summarize({key: rows[key] for key in UNITS if key in rows}))
        for label, rows in tables.items()
    }
    write_json(
        folder / "summary.json",
        {
            "schema": SCHEMA_VERSION,
            "measures": policies[own],
            "policies": policies,
            "compared": describe_compared(runs),
        },
    )
    write_yaml(folder / "policy.yaml", {"name": own})
    write_comparison(folder, compare_replications(tables, own))
