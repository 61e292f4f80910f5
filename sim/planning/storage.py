"""A plan's files in a run folder (checked by ``tests/functional/test_same_bytes.py``)."""

import pathlib
from typing import Any

import numpy as np

from sim.planning.decision import list_rows
from sim.planning.planner import Plan
from sim.running.results import (
    collect_results,
    compare_replications,
    split_policies,
    write_comparison,
    write_results,
)
from sim.store.schema import FRONTIER, check_columns, list_units
from sim.store.tables import write_table
from sim.store.text import write_csv, write_json


def write_plan(folder: pathlib.Path, plan: Plan) -> dict[str, Any]:
    """Write a plan into a folder that is being built; return its decision, for the workbook.

    Parameters
    ----------
    folder : pathlib.Path
        Where.
    plan : Plan
        What.
    """
    results = collect_results(plan.runs)
    write_results(folder, results, plan.summarize())
    tables = split_policies(results.replications)
    write_comparison(folder, compare_replications(tables, plan.policy.name))
    write_json(folder / "decision.json", plan.decision)
    write_frontier(folder, plan.decision.get("frontier"))
    header = ("part", "name", "pool", "phase_or_days", "value")
    write_csv(folder / "plan.csv", header, list_rows(plan.decision))
    return plan.decision


def write_frontier(folder: pathlib.Path, frontier: dict[str, Any] | None) -> None:
    """Write frontier.parquet, where other budgets were looked at."""
    if not frontier:
        return
    table = {
        column.name: np.array([row[column.name] for row in frontier["points"]], dtype=column.dtype)
        for column in FRONTIER
    }
    check_columns(table, FRONTIER)
    write_table(folder / "frontier.parquet", table, list_units(FRONTIER))
