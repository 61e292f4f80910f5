"""Why `telecom_week` is heavier than the prototype that its defaults were tried in.

    python experiments/telecom_week/run.py            # writes tables.md (two minutes)

The hours of the prototype are given back and every mechanism that it lacked is switched off, each
alone, then one after the other.
"""

import datetime
import pathlib
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

import sim

SEED, WEEKS = 1, 60
OPEN_FROM_H = 7
PLACE = pathlib.Path(__file__).parent
EFFORTS = ("auto", "brief", "standard", "thorough")
SWITCHES = {
    "everybody comes": ["absence.share=0"],
    "as good outside the own pool": ["team.off_skill_time=1", "team.off_skill_odds=1"],
    "the prototype's hours, none at night": [
        f"shifts.open_from_h={OPEN_FROM_H}",
        "team.reference_staff.general=[0,0,0,0,0,0,0,1,1,2,2,2,3,3,3,2,2,2,3,3,2,2,2,1]",
        "team.reference_staff.technical=[0,0,0,0,0,0,0,2,2,2,3,3,3,3,3,3,3,3,3,3,3,3,2,2]",
    ],
    "no spreading": ["demand.spreading.branching_ratio=0"],
    "triage misses nobody, no false alarms": [
        "maturity.triage_recall=1",
        "maturity.triage_false_positive=0",
    ],
    "routing never errs": ["maturity.routing_accuracy=1"],
    "pools help each other at once": ["team.overflow_min=.001"],
    "no slow-down, no limit of open cases": [
        "team.slow_down_slope=0",
        "team.max_open_cases_per_agent=1000",
    ],
    "no reopening": [f"effort.levels.{level}.reopen_share=0" for level in EFFORTS],
    "silent leavers cost no work, nobody posts again": [
        "conversation.silent_share=0",
        "conversation.repost_share=0",
    ],
    "no busy days and hours": ["demand.busy_day_cv=0", "demand.busy_hour_cv=0"],
    "nobody writes at night": [
        "demand.hour_shape=[0,0,0,0,0,0,0,.49,.61,1.02,1.14,1.37,1.79,1.41,1.38,1.27,1.38,"
        "1.31,1.47,1.63,1.17,1.28,1.10,.87]",
        "demand.base_per_h=20.68",
    ],
}
PROTOTYPE = ("the prototype (one pool)", 3660, 574, 22960, 0.74, 0.62, 0.80, 7.0, 0.71, 1.65)
HEAD = (
    "| switched off | actionable | staffed h | utilization | within 15 min | within 60 | "
    "median first reply | solved | turns |\n|---|---|---|---|---|---|---|---|---|"
)


class Row(NamedTuple):
    """Means of the weeks; shares of all actionable mentions, spread ones included."""

    name: str
    actionable: float
    staffed_h: float
    cost: float
    utilization: float
    within_15_share: float
    within_60_share: float
    median_min: float
    resolved_share: float
    turns: float

    def write(self) -> str:
        """Return the row of a table."""
        return (
            f"| {self.name} | {self.actionable:,.0f} | {self.staffed_h:.0f} | "
            f"{self.utilization:.3f} | {self.within_15_share:.3f} | {self.within_60_share:.3f} | "
            f"{self.median_min:.1f} min | {self.resolved_share:.3f} | {self.turns:.2f} |"
        )


def measure(name: str, overrides: list[str], weeks: int = WEEKS) -> Row:
    """Play the reference roster without a crew and return its means."""
    scenario = sim.load_scenario("telecom_week", overrides)
    policy = sim.load_policy("reference", scenario).model_copy(update={"surge": None})
    within = []
    for promise_min in (15.0, 60.0):
        promise = scenario.promise.model_copy(update={"promise_min": promise_min})
        world = scenario.model_copy(update={"promise": promise})
        run = sim.simulate(world, policy, replications=weeks, seed=SEED)
        within.append(float(run.summary["answered_within_promise_share"].mean))
    told = {key: float(value.mean) for key, value in run.summary.items()}
    return Row(
        name, told["actionable"], told["staffed_h"], told["cost"], told["utilization"], *within,
        told["first_reply_min_p50"], told["resolved_share"], told["turns_mean"],
    )  # fmt: skip


def list_rows(weeks: int = WEEKS) -> Iterator[Row]:
    """Yield the shipped week, each switch alone, then all of them one after the other."""
    yield measure("nothing (the shipped week, no surge crew)", [], weeks)
    for name, overrides in SWITCHES.items():
        yield measure(name, overrides, weeks)
    so_far: list[str] = []
    for name, overrides in SWITCHES.items():
        so_far += overrides
        yield measure(f"… and {name}", so_far, weeks)


def share_at_night() -> float:
    """Return the share of mentions that come while nobody worked in the prototype."""
    shape = np.array(sim.load_scenario("telecom_week").demand.hour_shape)
    return float(shape[:OPEN_FROM_H].sum() / shape.sum())


def write_tables(rows: list[Row]) -> str:
    """Return the page of tables."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=PLACE
    ).stdout.strip()
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    alone = 1 + len(SWITCHES)
    parts = [
        f"Seed {SEED}, {WEEKS} weeks a row, {date}, commit {commit}.",
        f"{share_at_night():.1%} of mentions come from 0 to {OPEN_FROM_H} h.",
        "## One at a time", HEAD, *(row.write() for row in rows[:alone]),
        "## One after the other", HEAD, rows[0].write(), *(row.write() for row in rows[alone:]),
        Row(*PROTOTYPE).write(),
    ]  # fmt: skip
    text = "# telecom_week against its prototype\n\n"
    for part in parts:
        text += part + ("\n" if part.startswith("|") else "\n\n")
        if part.startswith("| the proto"):
            text += ""
    return text.replace("|\n##", "|\n\n##")


if __name__ == "__main__":
    (PLACE / "tables.md").write_text(write_tables(list(list_rows())), encoding="utf-8")
    print(f"written: {PLACE.name}/tables.md")
