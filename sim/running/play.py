"""Play one replication: lower, run an engine, and show the record to the public.

Checked by ``tests/equivalence/`` and ``tests/theory/test_demand_feedback.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.care.record import MENTION_DTYPE, TURN_DTYPE, Record, Run
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.errors import InputError
from sim.outcomes.attendance import attend, lay_attendance
from sim.outcomes.measures import Rows, compute_rows, follow_sentiment
from sim.outcomes.scales import Lowered, make_scales
from sim.scenario.lower import lower
from sim.scenario.model import Scenario
from sim.scenario.parts import LEVELS, ORIGINS
from sim.scenario.policy import Policy
from sim.scenario.tables import Tables

ENGINES = ("kernel", "simpy")


def run_engine(tables: Tables, draws: Draws, engine: str = "kernel") -> Run:
    """Play draws with one of the two engines.

    Raises
    ------
    InputError
        An engine of another name.
    """
    if engine == "kernel":
        from sim.care.kernel.engine import run_kernel

        return run_kernel(tables, draws)
    if engine == "simpy":
        from sim.care.reference.engine import run_reference

        return run_reference(tables, draws)
    raise InputError(f"run.engine={engine}: allowed are {', '.join(ENGINES)}")


class Played(NamedTuple):
    """One replication: what came, what the engine made of it, who counts."""

    draws: Draws
    run: Run
    rows: Rows


def play_replication(
    scenario: Scenario,
    lowered: Lowered,
    seed: int,
    replication: int,
    engine: str = "kernel",
    draws: Draws | None = None,
) -> Played:
    """Draw and play one replication, with the feedback of sentiment where there is one.

    Sentiment at the start of an hour follows from the hours before it, and decides on the
    candidates of its own hour alone. So drawing along the path that the last play gave, and
    playing again, is right for one hour more each time at least, and ends with what an engine
    would do that decides as it goes: the same mentions twice in a row.

    Parameters
    ----------
    scenario : Scenario
        The world.
    lowered : Lowered
        The scenario under a policy, from `prepare`.
    seed, replication : int
        Of the draws.
    engine : {"kernel", "simpy"}
        The same bits.
    draws : Draws, optional
        What `draw` gives for that replication, where it was drawn before.
    """
    draws = draw(scenario, seed, replication) if draws is None else draws
    lowered = attend(lowered, draws)
    scales = lowered.scales
    while True:
        run = run_engine(lowered.tables, draws, engine)
        rows = compute_rows(scales, draws, run)
        if scenario.demand.sentiment_feedback == 0:
            return Played(draws, run, rows)
        path = follow_sentiment(scales, draws, run, rows)
        again = draw(scenario, seed, replication, path)
        if is_same_demand(draws, again):
            return Played(draws, run, rows)
        draws = again


def is_same_demand(one: Draws, other: Draws) -> bool:
    """Whether two draws of one replication hold the same mentions."""
    return np.array_equal(one.arrival_ms, other.arrival_ms) and np.array_equal(
        one.topic, other.topic
    )


def play(scenario: Scenario, policy: Policy, draws: Draws, engine: str = "kernel") -> Record:
    """Play one replication and return its record.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        The world and what is decided in it.
    draws : Draws
        From `draw`; a feedback of sentiment is in them as they were drawn, and no more.
    engine : {"kernel", "simpy"}
        Which engine; the records are the same bits.
    """
    lowered = attend(prepare(scenario, policy), draws)
    run = run_engine(lowered.tables, draws, engine)
    rows = compute_rows(lowered.scales, draws, run)
    return make_record(scenario, draws, run, rows)


def make_record(scenario: Scenario, draws: Draws, run: Run, rows: Rows) -> Record:
    """The structured arrays of a run: the horizon's real mentions, renumbered from 0."""
    is_shown = run.real & (draws.arrival_ms >= 0)
    real = np.flatnonzero(is_shown)
    mentions = np.zeros(real.size, MENTION_DTYPE)
    mentions["mention"] = np.arange(real.size)
    for name in ("arrival_ms", "topic", "origin", "actionable", "silent"):
        mentions[name] = getattr(draws, name)[real]
    for name in ("first_start_ms", "first_reply_ms", "left_ms", "closed_ms", "pool", "effort"):
        mentions[name] = getattr(run, name)[real]
    for name in ("reposted", "deflected", "resolved", "turns"):
        mentions[name] = getattr(run, name)[real]
    mentions["satisfaction"] = np.where(rows.case, rows.satisfaction, np.nan)[real]
    number = np.cumsum(is_shown) - 1
    rows_shown = is_shown[run.turn_mention]
    turns = np.zeros(int(rows_shown.sum()), TURN_DTYPE)
    turns["mention"] = number[run.turn_mention[rows_shown]]
    turns["turn"] = run.turn_number[rows_shown]
    for name in ("ready_ms", "start_ms", "end_ms", "pool", "effort"):
        turns[name] = getattr(run, f"turn_{name}")[rows_shown]
    return Record(mentions, turns, make_labels(scenario), run, draws)


def make_labels(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The names of the codes in a record's columns."""
    return {
        "topic": scenario.topic_names,
        "origin": ORIGINS,
        "pool": scenario.pool_names,
        "effort": LEVELS,
    }


def prepare(scenario: Scenario, policy: Policy) -> Lowered:
    """Lower a scenario and a policy, once for all replications."""
    tables = lower(scenario, policy)
    scales = make_scales(scenario, policy, tables)
    return Lowered(tables, scales, lay_attendance(scenario, policy, tables))
