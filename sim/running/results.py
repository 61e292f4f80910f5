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
from sim.errors import InputError
from sim.outcomes.estimate import Estimate, estimate_difference, summarize
from sim.running.replicate import Replications
from sim.running.table import Table, stack_tables
from sim.running.traces import tabulate_traces
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
from sim.store.stored import blaming, read_columns, read_object
from sim.store.tables import write_table
from sim.store.text import write_json, write_yaml


@dataclass(frozen=True)
class RunResults:
    """What one run found; the first policy is the run's own.

    Attributes
    ----------
    summary : dict of str to Estimate
        Estimates of the run's own policy.
    policies : dict of str to dict of str to Estimate
        The same of every policy.
    replications, intervals : Table
        As stored: a row per policy and replication, and per policy, pool and interval.
    policy : dict
        The run's own policy as plain data.
    records : list of Record
        Of the first replications, where they were kept.
    finished, wanted : int
        Replications of the run's own policy; fewer were finished where it was interrupted.
    seed : int or None
        Of the draws of the replications; None where it is not known.
    folder : pathlib.Path or None
        Where it was read from.
    """

    summary: dict[str, Estimate]
    policies: dict[str, dict[str, Estimate]]
    replications: Table
    intervals: Table
    policy: dict[str, Any]
    records: list[Record]
    finished: int
    wanted: int
    seed: int | None = None
    folder: pathlib.Path | None = None

    @property
    def config(self) -> dict[str, Any]:
        """The resolved configuration of a run that was read back; empty of one that was not."""
        from sim.compose import read_user_yaml

        return {} if self.folder is None else read_user_yaml(self.folder / "config.yaml")

    def _repr_html_(self) -> str:
        """The estimates of all policies as a notebook shows them."""
        return tabulate_estimates(self.policies)._repr_html_()

    @property
    def is_stopped(self) -> bool:
        """Whether the run was interrupted before all replications were played."""
        return self.finished < self.wanted


def collect_results(runs: Sequence[Replications]) -> RunResults:
    """The tables of the replications of one or more policies, the run's own first."""
    return RunResults(
        summary=runs[0].summary,
        policies={run.policy.name: run.summary for run in runs},
        replications=stack_tables([_tabulate_replications(run) for run in runs]),
        intervals=stack_tables([tabulate_traces(run) for run in runs]),
        policy=runs[0].policy.model_dump(mode="json"),
        records=runs[0].records,
        finished=runs[0].n,
        wanted=runs[0].wanted,
        seed=runs[0].seed,
    )


def _tabulate_replications(run: Replications) -> Table:
    numbers = {
        "policy": np.full(run.n, run.policy.name),
        "replication": np.arange(run.n, dtype=np.int64),
    }
    return Table(numbers | run.measures)


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
    summary: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "seed": results.seed,
        "measures": describe_estimates(results.summary),
        "policies": {name: describe_estimates(found) for name, found in results.policies.items()},
    }
    if plan is not None:
        summary["plan"] = dict(plan)
    if results.is_stopped:
        summary["stopped"] = {"finished": results.finished, "wanted": results.wanted}
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


def describe_estimates(found: Mapping[str, Estimate]) -> dict[str, Any]:
    """Estimates as plain data with their units."""
    return {
        name: {
            "mean": one.mean,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "n": one.n,
            "unit": UNITS.get(name, ""),
        }
        for name, one in found.items()
    }


def tabulate_estimates(policies: Mapping[str, Mapping[str, Estimate]]) -> Table:
    """A row per policy and measure: mean, 95 % interval, replications, unit."""
    rows = [
        (policy, name, one.mean, one.ci_low, one.ci_high, one.n, UNITS.get(name, ""))
        for policy, found in policies.items()
        for name, one in found.items()
    ]
    names = ("policy", "measure", "mean", "ci_low", "ci_high", "n", "unit")
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return Table({name: np.array(cells) for name, cells in zip(names, columns, strict=True)})


def tabulate_mentions(policy: str, records: Sequence[Record]) -> Table:
    """A row per mention of the records, codes written out."""
    return stack_tables(
        [_tabulate_record(policy, number, record) for number, record in enumerate(records)]
    )


def _tabulate_record(policy: str, replication: int, record: Record) -> Table:
    rows = record.mentions
    table = Table(
        policy=np.full(rows.size, policy),
        replication=np.full(rows.size, replication, dtype=np.int64),
    )
    for column in MENTIONS[2:]:
        values = rows[column.name]
        if column.name in record.labels:
            values = np.array([*record.labels[column.name], ""])[values]
        table[column.name] = values
    return table


def compare_replications(tables: Mapping[str, Table], own: str) -> Table:
    """Paired differences of every measure that both hold: ``own`` less each other policy.

    Parameters
    ----------
    tables : Mapping of str to Table
        By policy: rows of replications on the same draws, in the same order.
    own : str
        The policy that the others are taken from.
    """
    rows = [
        (other, measure, estimate_difference(tables[own][measure], tables[other][measure]))
        for other in tables
        if other != own
        for measure in UNITS
        if measure in tables[own] and measure in tables[other]
    ]
    numbers = [row[2] for row in rows]
    return Table(
        policy=np.array([row[0] for row in rows], dtype=np.str_),
        measure=np.array([row[1] for row in rows], dtype=np.str_),
        mean_difference=np.array([one.mean for one in numbers], dtype=float),
        ci_low=np.array([one.ci_low for one in numbers], dtype=float),
        ci_high=np.array([one.ci_high for one in numbers], dtype=float),
        n=np.array([one.n for one in numbers], dtype=np.int64),
    )


def write_comparison(folder: pathlib.Path, table: Table) -> None:
    """Write comparison.parquet."""
    check_columns(table, COMPARISON)
    write_table(folder / "comparison.parquet", table, list_units(COMPARISON))


def split_policies(replications: Table) -> dict[str, Table]:
    """The rows of each policy, in the order in which they are stored."""
    names = list(dict.fromkeys(replications["policy"].tolist()))
    return {
        name: Table(
            {key: values[replications["policy"] == name] for key, values in replications.items()}
        )
        for name in names
    }


def read_results(folder: pathlib.Path) -> RunResults:
    """Read the results of a run folder.

    Raises
    ------
    InputError
        No run folder of simulate or plan, or a file of it cannot be read.
    """
    if not (folder / "replications.parquet").is_file():
        raise InputError(
            f"{folder}: is not a run of `simulate` or `plan` (it has no replications.parquet)"
        )
    with blaming(folder):
        return _read_results(folder)


def _read_results(folder: pathlib.Path) -> RunResults:
    from sim.compose import read_user_yaml

    replications = Table(read_columns(folder / "replications.parquet"))
    rows = split_policies(replications)
    policies = {
        name: summarize({key: one[key] for key in UNITS if key in one})
        for name, one in rows.items()
    }
    policy = read_user_yaml(folder / "policy.yaml")
    own = str(policy.get("name"))
    if own not in policies:
        raise InputError(f"{folder}: its policy.yaml names {own}, which has no replications")
    finished = len(rows[own]["replication"])
    summary = read_object(folder / "summary.json")
    stopped = summary.get("stopped") or {}
    return RunResults(
        summary=policies[own],
        policies=policies,
        replications=replications,
        intervals=Table(read_columns(folder / "intervals.parquet")),
        policy=policy,
        records=[],
        finished=finished,
        wanted=int(stopped.get("wanted", finished)),
        seed=summary.get("seed"),
        folder=folder,
    )
