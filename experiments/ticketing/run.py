"""Better ticketing (a larger k1): where it cuts effort, and where it raises it.

    python experiments/ticketing/run.py

Writes tables.md and ticketing.svg beside this file.
"""

import datetime
import math
import pathlib

import numpy as np
from scipy.optimize import brentq

from sim.feeling import compute_density, optimal_effort
from sim.report.charts.chart import DASHDOT, DASHED, DOTTED, SOLID, Chart, Line, Panel
from sim.report.charts.figures import draw_chart
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
K1 = (0.2, 0.3, 0.358, 0.396, 0.45, 0.6, 0.8)
K2 = (0.05, 0.10, 0.16, 0.25, 0.35, 0.50, 0.75)
K3 = 0.026
FIRMS = {
    "AT&T": (0.396, 0.164, 0.028),
    "Verizon": (0.408, 0.165, 0.025),
    "Sprint": (0.358, 0.151, 0.027),
    "T-Mobile": (0.393, 0.153, 0.025),
}
BETTER = 0.10
RIDGE = (2.0 / 3.0) ** 2 * math.sqrt(3.0)
"""k2/k1 at which effort at rest is highest, from sqrt(x)(1-x): x = 1/3"""


def rest_effort(k1: float, k2: float, k3: float = K3) -> float:
    law = optimal_effort(k1, k2, k3)
    return float(law.effort(law.fixed_point))


def find_ridge(k1: float) -> float:
    """Return the k2 at which a larger k1 neither cuts nor raises effort at rest."""
    h = 1e-3

    def slope(k2: float) -> float:
        return rest_effort(k1 * (1 + h), k2) - rest_effort(k1 * (1 - h), k2)

    return float(brentq(slope, 0.3 * k1, 2.0 * k1, xtol=1e-5))


def write_firm(name: str, k1: float, k2: float, k3: float) -> str:
    cells = []
    for factor in (1.0, 1.0 + BETTER):
        law = optimal_effort(k1 * factor, k2, k3)
        found = compute_density(k1 * factor, k2, k3, law.effort)
        cells.append((law.fixed_point, found.effort_mean, law.cost_rate))
    (x, u, cost), (x_better, u_better, cost_better) = cells
    return (
        f"| {name} | {k2 / k1:.3f} | {x:.4f} | {x_better:.4f} | {u:.4f} | {u_better:.4f} "
        f"| {u_better / u - 1:+.1%} | {cost_better / cost - 1:+.1%} |"
    )


def main() -> None:
    surface = [[rest_effort(k1, k2) for k2 in K2] for k1 in K1]
    better = [
        [rest_effort(k1 * (1 + BETTER), k2) / rest_effort(k1, k2) - 1 for k2 in K2] for k1 in K1
    ]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    head = "| k1 \\ k2 |" + "".join(f" {k2:g} |" for k2 in K2)
    rule = "|" + "---|" * (len(K2) + 1)
    text = "\n".join(
        [
            "# Ticketing and effort",
            "",
            f"No random numbers, {today}, commit {read_commit()}. Written by `run.py`; README.md"
            " says how to read it.",
            "",
            f"## Effort at rest (k3 = {K3})",
            "",
            head,
            rule,
            *(
                f"| **{k1:g}** |" + "".join(f" {value:.3f} |" for value in row)
                for k1, row in zip(K1, surface, strict=True)
            ),
            "",
            f"## Its change if k1 is {BETTER:.0%} larger",
            "",
            head,
            rule,
            *(
                f"| **{k1:g}** |" + "".join(f" {value:+.1%} |" for value in row)
                for k1, row in zip(K1, better, strict=True)
            ),
            "",
            "## Where it turns: effort at rest is highest",
            "",
            f"| k1 | k2 | k2/k1 (without noise: {RIDGE:.4f}) | sentiment there (1/3) |",
            "|" + "---|" * 4,
            *(
                f"| {k1:g} | {ridge:.4f} | {ridge / k1:.4f} "
                f"| {optimal_effort(k1, ridge, K3).fixed_point:.4f} |"
                for k1 in K1
                for ridge in [find_ridge(k1)]
            ),
            "",
            f"## The four firms with k1 {BETTER:.0%} larger",
            "",
            "| firm | k2/k1 | sentiment | then | mean effort | then | change | cost rate |",
            "|" + "---|" * 8,
            *(write_firm(name, *parameters) for name, parameters in FIRMS.items()),
            "",
        ]
    )
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    (HERE / "ticketing.svg").write_text(draw(), encoding="utf-8")
    print(text)


def draw() -> str:
    k1 = np.linspace(0.15, 0.9, 40)
    styles = (SOLID, DASHED, DOTTED, DASHDOT)
    lines = [
        Line(k1, np.array([rest_effort(value, k2) for value in k1]), f"k2 = {k2:g}", style)
        for k2, style in zip((0.05, 0.16, 0.35, 0.75), styles, strict=True)
    ]
    alt = (
        "Effort at rest against k1: falling for small k2, rising for large k2, with its top where "
        "k2 is .77 of k1."
    )
    panel = Panel("Effort at rest", lines, height_in=2.6)
    return draw_chart(Chart("ticketing", "", alt, [panel], x_title="k1, effect of effort [1/h]"))


if __name__ == "__main__":
    main()
