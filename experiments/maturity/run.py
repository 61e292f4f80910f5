"""Aberdeen's capabilities, each switched on alone and all together, from laggard to best.

python experiments/maturity/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    Measures,
    change,
    describe_dots,
    dot,
    load,
    mean,
    read_arguments,
    restaff,
    tabulate,
    tell,
    tell_change,
    write_study,
)

import sim
from sim.outcomes.estimate import Estimate, estimate_mean
from sim.report.charts.chart import DotPanel

REPLICATIONS = 400
SCENARIO = "telecom_week"
CAPABILITIES = {
    "ticket automation": ["maturity.ticket_system=true"],
    "monitoring each minute": ["maturity.monitor_every_min=1"],
    "triage": ["maturity.triage_recall=.95"],
    "routing to a specialist": ["maturity.routing_accuracy=.95"],
    "unified desktop, context": ["maturity.desktop_share=.68"],
    "priority by sentiment": ["maturity.sentiment_priority=true"],
    "proficiency": ["maturity.proficiency=.95"],
}
ROSTERS = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6)
SHOWN = ("satisfaction", "answered_within_promise_share", "sentiment_mean", "utilization")


def play(draws: Draws, *changes: str, roster: float = 1.0) -> Measures:
    """Play the reference roster (times a factor) with a laggard's tools but for the changes."""
    scenario = load(SCENARIO, "maturity=laggard", *changes)
    reference = sim.load_policy("reference", scenario)
    return draws.play(scenario, reference if roster == 1.0 else restaff(reference, roster))


def play_all(draws: Draws) -> dict[str, Measures]:
    """Play the laggard, each capability alone, all of them, and the shipped presets."""
    arms = {"laggard": play(draws)}
    arms |= {name: play(draws, *changes) for name, changes in CAPABILITIES.items()}
    arms["all together"] = play(
        draws, *(each for changes in CAPABILITIES.values() for each in changes)
    )
    for name in ("average", "best_in_class"):
        scenario = load(SCENARIO, f"maturity={name}")
        arms[f"preset {name}"] = draws.play(scenario, sim.load_policy("reference", scenario))
    return arms


def add_singles(arms: dict[str, Measures], measure: str) -> Estimate:
    """Return the sum of what the capabilities give alone."""
    gains = [arms[name][measure] - arms["laggard"][measure] for name in CAPABILITIES]
    return estimate_mean(np.sum(gains, axis=0))


def price(ladder: dict[float, Measures], gain: float) -> str:
    """Return how many more staffed hours of a laggard give the same satisfaction, in percent."""
    base = ladder[1.0]["satisfaction"].mean()
    steps = [ladder[roster]["satisfaction"].mean() - base for roster in ROSTERS]
    if gain > max(steps):
        return f"above {100 * (ROSTERS[-1] - 1):.0f}"
    if gain <= 0:
        return "0"
    return f"{100 * (np.interp(gain, steps, ROSTERS) - 1):.0f}"


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    arms = play_all(draws)
    ladder = {roster: play(draws, roster=roster) for roster in ROSTERS}
    base = arms["laggard"]
    rows = [["laggard", *(tell(mean(base, each)) for each in SHOWN), ""]]
    for name, arm in arms.items():
        if name != "laggard":
            gain = float((arm["satisfaction"] - base["satisfaction"]).mean())
            cells = [tell_change(arm, base, each) for each in SHOWN]
            rows.append([name, *cells, price(ladder, gain)])
    rows.append(
        [
            "sum of the capabilities alone",
            *(tell(add_singles(arms, each), signed=True) for each in SHOWN),
            "",
        ]
    )
    head = ["", "satisfaction", "answered in 60 min", "sentiment", "utilization"]
    tables = {
        "A laggard's week, then changes against it; worth so many more staffed hours, %": tabulate(
            [*head, "worth, % of hours"], rows
        )
    }
    panel = DotPanel(
        "Change of satisfaction against a laggard",
        [
            dot(name, change(arms[name], base, "satisfaction"))
            for name in (*CAPABILITIES, "all together")
        ],
        4,
    )
    alt = "Change of satisfaction by each capability alone and by all together."
    chart = describe_dots("picture", alt, [panel])
    write_study(
        __file__, draws, "Maturity: each capability alone and together", tables, chart, quick
    )


if __name__ == "__main__":
    main()
