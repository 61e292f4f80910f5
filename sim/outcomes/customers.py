"""What became of each customer who needed an answer: parts that leave nobody out.

Over the horizon's own customers (``rows.exogenous``, and those of a topic that nobody answers), so
that plans that answer more or less are told of the same people. Each is in one part alone. Checked
by ``tests/unit/test_outcomes_customers.py`` (row by row, and against the measures).
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import Run
from sim.demand.draws import Draws
from sim.outcomes.rows import Rows
from sim.outcomes.scales import is_exogenous
from sim.scenario.tables import MS_PER_MIN

PARTS = ("found_answer", "in_time", "late", "left_loudly", "left_silently", "never_seen")
"""what became of a customer, in the order of rows of `sort_customers`"""


class SortedCustomers(NamedTuple):
    """Customers who needed an answer, and what became of each."""

    needed: np.ndarray
    """bool, shape (n,): actionable, of the horizon, neither spread nor brought by answers"""
    parts: np.ndarray
    """bool, shape (6, n), rows as in `PARTS`: one of them for each who needed an answer"""


def sort_customers(draws: Draws, run: Run, rows: Rows) -> SortedCustomers:
    """Sort the customers of one replication by what became of them.

    *Left silently*: gone before a reply, and nobody could see it. *Left loudly*: gone visibly.
    *Never seen*: neither answered nor gone: of a topic that is not answered, undetected, or still
    waiting when the run ends.
    """
    needed = rows.counted & draws.actionable & is_exogenous(draws.origin)
    found = needed & run.deflected
    answered = needed & rows.answered & ~found
    in_time = answered & rows.kept
    gone = needed & ~answered & ~found & (run.left_ms >= 0)
    parts = (
        found,
        in_time,
        answered & ~in_time,
        gone & ~draws.silent,
        gone & draws.silent,
        needed & ~answered & ~found & ~gone,
    )
    return SortedCustomers(needed, np.stack(parts))


def share_customers(draws: Draws, run: Run, rows: Rows) -> np.ndarray:
    """Shares of one replication, float64, shape (9,): number, `PARTS`, solved, would recommend.

    NaN where nobody needed an answer.
    """
    needed, parts = sort_customers(draws, run, rows)
    n = int(needed.sum())
    if not n:
        return np.array([0.0, *[np.nan] * (len(PARTS) + 2)])
    served = parts[0] | (run.resolved & (parts[1] | parts[2]))
    recommends = float(rows.recommendation[needed].mean())
    return np.array([float(n), *(parts.sum(axis=1) / n), served.sum() / n, recommends])


def share_topics(draws: Draws, run: Run, rows: Rows, n_topics: int) -> np.ndarray:
    """By topic, float64, shape (n_topics, 4): number, shares in time and gone, mean reply [min].

    In time counts those who found the answer; the reply is that of who was answered by somebody.
    """
    needed, parts = sort_customers(draws, run, rows)
    topic = draws.topic.astype(np.int64)
    found, in_time, late, loud, silent, _ = parts

    def count(mask: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        chosen = None if weight is None else weight[mask]
        return np.bincount(topic[mask], chosen, minlength=n_topics).astype(np.float64)

    n, answered = count(needed), in_time | late
    reply_min = (run.first_reply_ms - draws.arrival_ms) / MS_PER_MIN
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack(
            (
                n,
                count(found | in_time) / n,
                count(loud | silent) / n,
                count(answered, reply_min) / count(answered),
            )
        )
