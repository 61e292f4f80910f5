"""A plan's files in a run folder (checked by ``tests/functional/test_same_bytes.py``)."""

import pathlib

import numpy as np

from sim.decision.answers import Frontier
from sim.decision.decision import Decision
from sim.decision.typed import to_plain
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


def write_plan(folder: pathlib.Path, plan: Plan) -> Decision:
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
    write_json(folder / "decision.json", to_plain(plan.decision))
    write_frontier(folder, plan.decision.frontier)
    header = ("part", "name", "pool", "phase_or_days", "value")
    write_csv(folder / "plan.csv", header, list_rows(plan.decision))
    return plan.decision


def write_frontier(folder: pathlib.Path, frontier: Frontier | None) -> None:
    """Write frontier.parquet, where other budgets were looked at."""
    if frontier is None:
        return
    table = {
        column.name: np.array(
            [getattr(point, column.name) for point in frontier.points], column.dtype
        )
        for column in FRONTIER
    }
    check_columns(table, FRONTIER)
    write_table(folder / "frontier.parquet", table, list_units(FRONTIER))
