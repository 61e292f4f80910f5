"""Aberdeen's capabilities, each switched on alone and all together, from laggard to best.

python experiments/maturity/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Measures,
    change,
    describe_dots,
    dot,
    mean,
    read_arguments,
    sweep_arms,
    tabulate,
    tell,
    tell_change,
    write_study,
)

from sim.outcomes.estimate import Estimate, estimate_mean
from sim.report.charts.chart import DotPanel

REPLICATIONS = 400
LARGER = "roster x "
"""how the arms begin in which the laggard has more staff"""
NO_CAPABILITY = ("laggard", "all together", "preset average", "preset best_in_class")
SHOWN = ("satisfaction", "answered_within_promise_share", "sentiment_mean", "utilization")


def list_capabilities(arms: dict[str, Measures]) -> list[str]:
    """Return the names of the arms that switch one capability on."""
    return [name for name in arms if name not in NO_CAPABILITY and not name.startswith(LARGER)]


def add_singles(arms: dict[str, Measures], measure: str) -> Estimate:
    """Return the sum of what the capabilities give alone."""
    gains = [arms[name][measure] - arms["laggard"][measure] for name in list_capabilities(arms)]
    return estimate_mean(np.sum(gains, axis=0))


def price(arms: dict[str, Measures], gain: float) -> str:
    """Return how many more staffed hours of a laggard give the same satisfaction, in percent."""
    base = arms["laggard"]["satisfaction"].mean()
    larger = {float(name.removeprefix(LARGER)): arm["satisfaction"].mean() - base
              for name, arm in arms.items() if name.startswith(LARGER)}  # fmt: skip
    factors, steps = [1.0, *larger], [0.0, *larger.values()]
    if gain > max(steps):
        return f"above {100 * (factors[-1] - 1):.0f}"
    if gain <= 0:
        return "0"
    return f"{100 * (np.interp(gain, steps, factors) - 1):.0f}"


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    arms = sweep_arms(__file__, draws)
    base = arms["laggard"]
    rows = [["laggard", *(tell(mean(base, each)) for each in SHOWN), ""]]
    for name, arm in arms.items():
        if name != "laggard" and not name.startswith(LARGER):
            gain = float((arm["satisfaction"] - base["satisfaction"]).mean())
            cells = [tell_change(arm, base, each) for each in SHOWN]
            rows.append([name, *cells, price(arms, gain)])
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
            for name in (*list_capabilities(arms), "all together")
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
