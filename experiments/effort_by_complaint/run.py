"""Error, product, process, question: where a minute of effort pays most.

python experiments/effort_by_complaint/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    Measures,
    answer,
    change,
    describe_dots,
    dot,
    load,
    ratio,
    read_arguments,
    restaff,
    tabulate,
    tell,
    tell_change,
    write_study,
)

import sim
from sim.outcomes.estimate import Estimate
from sim.report.charts.chart import DotPanel

REPLICATIONS = 400
SCENARIO = "telecom_week"
TOPICS = ("error", "product", "process", "question")
LEVELS = ("brief", "thorough")
ROSTERS = {"ample": 1.8, "reference": 1.0}


def play(draws: Draws, roster: str, topic: str = "", level: str = "standard") -> Measures:
    """Play a roster that answers one topic at another level than standard."""
    scenario = load(SCENARIO)
    policy = sim.load_policy("reference", scenario)
    if ROSTERS[roster] != 1.0:
        policy = restaff(policy, ROSTERS[roster]).model_copy(update={"surge": None})
    return draws.play(scenario, answer(policy, level, [topic]) if topic else policy)


def sum_satisfaction(arm: Measures) -> np.ndarray:
    """Return the satisfaction of all exogenous actionable customers, added up."""
    return arm["satisfaction"] * (arm["actionable"] - arm["spread_mentions"])


def find_yield(arm: Measures, base: Measures) -> Estimate:
    """Return satisfied customers (satisfaction added up) for each agent hour more, or saved."""
    gained = sum_satisfaction(arm) - sum_satisfaction(base)
    return ratio(gained, arm["work_h"] - base["work_h"])


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    tables, panels = {}, []
    for roster, factor in ROSTERS.items():
        base = play(draws, roster)
        arms = {
            (topic, level): play(draws, roster, topic, level)
            for level in LEVELS
            for topic in TOPICS
        }
        rows = [
            [
                topic,
                level,
                tell_change(arm, base, "work_h", 1),
                tell_change(arm, base, "satisfaction"),
                tell(find_yield(arm, base), 2) if factor > 1.0 else "",
                tell_change(arm, base, "sentiment_mean"),
                tell_change(arm, base, "spread_mentions", 1),
            ]
            for (topic, level), arm in arms.items()
        ]
        head = ["topic", "level", "agent hours", "satisfaction", "customers an hour"]
        heading = f"Roster {roster} (reference x {factor:g}): one topic at another level"
        tables[heading] = tabulate([*head, "sentiment", "spread mentions"], rows)
        panels.append(
            DotPanel(
                f"Change of satisfaction, roster {roster}",
                [
                    dot(f"{topic} {level}", change(arm, base, "satisfaction"))
                    for (topic, level), arm in arms.items()
                ],
                4,
            )
        )
    alt = "Change of satisfaction by answering one topic briefly or thoroughly, for two rosters."
    chart = describe_dots("picture", alt, panels)
    write_study(__file__, draws, "Effort by complaint", tables, chart, quick)


if __name__ == "__main__":
    main()
