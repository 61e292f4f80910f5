"""A care channel on against off: what customers make of it, beside the press's 19 %.

python experiments/channel/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    Measures,
    answer,
    describe_dots,
    dot,
    load,
    mean,
    read_arguments,
    relative_change,
    restaff,
    tabulate,
    tell,
    write_study,
)

import sim
from sim.outcomes.estimate import Estimate
from sim.report.charts.chart import DotPanel
from sim.scenario.policy import Policy

REPLICATIONS = 400
SCENARIO = "telecom_week"
CLAIM = 19.0
MEASURES = {"csat": 3, "satisfaction": 4, "recommend_share": 4, "sentiment_mean": 4}


def list_policies() -> dict[str, Policy]:
    """Return what a brand may do: nothing, a bot alone, and teams of three sizes."""
    reference = sim.load_policy("reference", load(SCENARIO))
    nobody = restaff(reference, 0.0).model_copy(update={"surge": None})
    return {
        "off": answer(nobody, "none"),
        "bot alone": answer(nobody, "auto"),
        "half the team": restaff(reference, 0.5),
        "on": reference,
        "on, a third more": restaff(reference, 4.0 / 3.0),
    }


def play_all(draws: Draws) -> dict[str, Measures]:
    """Play every policy on the same customers."""
    return {name: draws.play(load(SCENARIO), policy) for name, policy in list_policies().items()}


def change_percent(arm: Measures, other: Measures, measure: str) -> Estimate:
    """Return by how many percent the mean of a measure is higher."""
    even = np.ones(arm[measure].size)
    return relative_change((arm[measure], even), (other[measure], even))


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    arms = play_all(draws)
    rows = [
        [name, *(tell(mean(arm, measure), digits) for measure, digits in MEASURES.items())]
        for name, arm in arms.items()
    ]
    changes = [
        [name, *(tell(change_percent(arm, arms["off"], each), 1, True) for each in MEASURES)]
        for name, arm in arms.items()
        if name != "off"
    ]
    head = ["channel", "CSAT, 1 to 5", "satisfaction, 0 to 1", "recommends", "sentiment"]
    tables = {
        "What customers make of it": tabulate(head, rows),
        f"Against off, % (the press: {CLAIM:.0f} % more satisfaction, it does not say of what)": (
            tabulate(head, changes)
        ),
    }
    panel = DotPanel(
        "CSAT against no channel, %",
        [
            dot(name, change_percent(arm, arms["off"], "csat"))
            for name, arm in arms.items()
            if name != "off"
        ],
        1,
    )
    alt = "Change of the satisfaction score by a care channel, against none, in percent."
    chart = describe_dots("picture", alt, [panel])
    write_study(__file__, draws, "A care channel on against off", tables, chart, quick)


if __name__ == "__main__":
    main()
