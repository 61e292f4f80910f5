"""Ctrl-C after the search: every step that is left is done once more, in little.

A plan that was found is not lost because somebody stopped while it was compared or measured:
the step begins again with few replications, and the plan is marked stopped. A second Ctrl-C
ends the run. Checked by ``tests/functional/test_plan_faults.py``.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sim.planning.analysis.comparison import take_first
from sim.planning.search.search import Search
from sim.planning.session import Maker, stop
from sim.running.replicate import Replications

Answer = TypeVar("Answer")

# Replications after Ctrl-C: the user waits, so an answer in seconds with wide intervals.
HASTY = 20
# Replications of what a search still has to settle after Ctrl-C.
HASTY_SEARCH = 4


def insist(maker: Maker, step: str, work: Callable[[bool], Answer]) -> Answer:
    """Run one planning step; on Ctrl-C, rerun it in haste and mark the plan as stopped.

    Parameters
    ----------
    maker : Maker
        Marked as stopped where that happens.
    step : str
        For people.
    work : callable
        Told whether to be hasty.
    """
    try:
        return work(False)
    except KeyboardInterrupt:
        stop(maker, f"{step} was interrupted.")
        return work(True)


def hurry(search: Search) -> Search:
    """Cut a search down to its best alone, to be compared on few replications."""
    search.ways.clear()
    search.n = min(search.n, HASTY_SEARCH)
    return search


def shorten(runs: Sequence[Replications]) -> list[Replications]:
    """Take the first few replications of each run."""
    n = min(HASTY, runs[0].n)
    return [take_first(run, n) for run in runs]


def mark_short(maker: Maker, runs: Sequence[Replications]) -> None:
    """Mark the plan where it was measured on fewer replications than asked for."""
    wanted = maker.settings.evaluation_replications
    if runs[0].n < wanted and maker.status != "stopped":
        stop(maker, f"The evaluation was interrupted: {runs[0].n} of {wanted} replications.")
