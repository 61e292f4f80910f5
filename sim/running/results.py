"""The results of a run: what a caller reads, and what a run folder keeps.

One way for both: `collect_results` makes the tables, `write_results` stores them by the
schema of ``sim.store.schema``, `read_results` gives them back (round trip in
``tests/functional/test_results.py``).
"""

import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.care.record import Record
from sim.outcomes.estimate import Estimate, estimate_difference, summarize
from sim.running.replicate import Replications, tabulate_traces
from sim.store.schema import (
    COMPARISON,
    INTERVALS,
    MENTIONS,
    REPLICATIONS,
    SCHEMA_VERSION,
    UNITS,
    check_columns,
    list_units,
)
from sim.store.tables import read_table, write_table
from sim.store.text import read_json, write_json, write_yaml

Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class RunResults:
    """What one run found; the first policy is the run's own.

    Attributes
    ----------
    summary : dict of str to Estimate
        Estimates of the run's own policy.
    policies : dict of str to dict of str to Estimate
        The same of every policy.
    replications, intervals : dict of str to np.ndarray
        Tables as stored: a row per policy and replication, and per policy, pool and interval.
    policy : dict
        The run's own policy as plain data.
    records : list of Record
        Of the first replications, where they were kept.
    """

    summary: dict[str, Estimate]
    policies: dict[str, dict[str, Estimate]]
    replications: Table
    intervals: Table
    policy: dict[str, Any]
    records: list[Record]

    def to_polars(self) -> Any:
        """Return the replications as a polars data frame (polars must be installed)."""
        import polars  # type: ignore[import-not-found]  # optional, the user's own

        return polars.DataFrame(self.replications)

    def to_pandas(self) -> Any:
        """Return the replications as a pandas data frame (pandas must be installed)."""
        import pandas  # type: ignore[import-untyped]  # optional, the user's own

        return pandas.DataFrame(self.replications)


def collect_results(runs: Sequence[Replications]) -> RunResults:
    """Return the tables of the replications of one or more policies, the run's own first."""
    return RunResults(
        summary=runs[0].summary,
        policies={run.policy.name: run.summary for run in runs},
        replications=_stack([_tabulate_replications(run) for run in runs]),
        intervals=_stack([tabulate_traces(run) for run in runs]),
        policy=runs[0].policy.model_dump(mode="json"),
        records=runs[0].records,
    )


def _tabulate_replications(run: Replications) -> Table:
    numbers: Table = {
        "policy": np.full(run.n, run.policy.name),
        "replication": np.arange(run.n, dtype=np.int64),
    }
    return numbers | run.measures


def _stack(tables: Sequence[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def write_results(
    folder: pathlib.Path, results: RunResults, plan: Mapping[str, Any] | None = None
) -> None:
    """Write summary, tables and policy of a run into a folder that is being built.

    Parameters
    ----------
    folder : pathlib.Path
        Where.
    results : RunResults
        What.
    plan : Mapping, optional
        Entry `plan` of the summary: status, value, bound, gap, selection.
    """
    summary = {
        "schema": SCHEMA_VERSION,
        "measures": tell_estimates(results.summary),
        "policies": {name: tell_estimates(found) for name, found in results.policies.items()},
    }
    if plan is not None:
        summary["plan"] = dict(plan)
    write_json(folder / "summary.json", summary)
    check_columns(results.replications, REPLICATIONS)
    check_columns(results.intervals, INTERVALS)
    write_table(folder / "replications.parquet", results.replications, list_units(REPLICATIONS))
    write_table(folder / "intervals.parquet", results.intervals, list_units(INTERVALS))
    write_yaml(folder / "policy.yaml", results.policy)
    if results.records:
        mentions = tabulate_mentions(str(results.policy["name"]), results.records)
        check_columns(mentions, MENTIONS)
        write_table(folder / "mentions.parquet", mentions, list_units(MENTIONS))


def tell_estimates(found: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return estimates as plain data with their units."""
    return {
        name: {
            "mean": one.mean,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "n": one.n,
            "unit": UNITS[name],
        }
        for name, one in found.items()
    }


def tabulate_mentions(policy: str, records: Sequence[Record]) -> Table:
    """Return a row per mention of the records, codes written out."""
    tables = []
    for replication, record in enumerate(records):
        rows = record.mentions
        table: Table = {
            "policy": np.full(rows.size, policy),
            "replication": np.full(rows.size, replication, dtype=np.int64),
        }
        for column in MENTIONS[2:]:
            values = rows[column.name]
            if column.name in record.labels:
                values = np.array([*record.labels[column.name], ""])[values]
            table[column.name] = values
        tables.append(table)
    return _stack(tables)


def compare_replications(tables: Mapping[str, Table], own: str) -> Table:
    """Return paired differences of every measure: ``own`` less each other policy.

    Parameters
    ----------
    tables : Mapping of str to Table
        By policy: rows of replications on the same draws, in the same order.
    own : str
        The policy that the others are taken from.
    """
    rows: list[tuple[str, str, Estimate]] = []
    for other in (name for name in tables if name != own):
        for measure in UNITS:
            rows.append(
                (
                    other,
                    measure,
                    estimate_difference(tables[own][measure], tables[other][measure]),
                )
            )
    return {
        "policy": np.array([row[0] for row in rows], dtype=np.str_),
        "measure": np.array([row[1] for row in rows], dtype=np.str_),
        "mean_difference": np.array([row[2].mean for row in rows], dtype=float),
        "ci_low": np.array([row[2].ci_low for row in rows], dtype=float),
        "ci_high": np.array([row[2].ci_high for row in rows], dtype=float),
        "n": np.array([row[2].n for row in rows], dtype=np.int64),
    }


def write_comparison(folder: pathlib.Path, table: Table) -> None:
    """Write comparison.parquet."""
    check_columns(table, COMPARISON)
    write_table(folder / "comparison.parquet", table, list_units(COMPARISON))


def split_policies(replications: Table) -> dict[str, Table]:
    """Return the rows of each policy, in the order in which they are stored."""
    names = list(dict.fromkeys(replications["policy"].tolist()))
    return {
        name: {key: values[replications["policy"] == name] for key, values in replications.items()}
        for name in names
    }


def read_results(folder: pathlib.Path) -> RunResults:
    """Read the results of a run folder.

    Raises
    ------
    InputError
        No run folder of simulate or plan, or a file of it cannot be read.
    """
    from sim.compose import read_user_yaml

    replications = read_table(folder / "replications.parquet")
    policies = {
        name: summarize({key: rows[key] for key in UNITS if key in rows})
        for name, rows in split_policies(replications).items()
    }
    own = read_user_yaml(folder / "policy.yaml")
    read_json(folder / "summary.json")
    return RunResults(
        summary=policies[str(own["name"])],
        policies=policies,
        replications=replications,
        intervals=read_table(folder / "intervals.parquet"),
        policy=own,
        records=[],
    )
