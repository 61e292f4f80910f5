"""Four carriers: optimal effort against the sentiment observed, and who is more effective.

    python experiments/carriers/run.py

Writes tables.md and carriers.svg beside this file.
"""

import datetime
import itertools
import math
import pathlib

import yaml

from sim.feeling import compute_density, optimal_effort
from sim.report.charts.chart import DotChart, DotPanel, DotRow
from sim.report.charts.figures import draw_dots
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
BRANDS = ("att", "verizon", "sprint", "tmobile")
PRINTED_X = {"att": 0.468, "verizon": 0.473, "sprint": 0.464, "tmobile": 0.480}
HOURS = 2928
NORMAL = 1.959964


def read_brands() -> dict[str, dict]:
    folder = HERE.parents[1] / "configs" / "brand"
    return {
        brand: yaml.safe_load((folder / f"{brand}.yaml").read_text(encoding="utf-8"))
        for brand in BRANDS
    }


def list_optima(brands: dict[str, dict]) -> list[str]:
    """Return a line for each firm: optimum against the mean observed."""
    lines = []
    for name, brand in brands.items():
        parameters = (brand["k1"], brand["k2"], brand["k3"])
        law = optimal_effort(*parameters)
        found = compute_density(*parameters, law.effort)
        rest = float(law.effort(law.fixed_point))
        memory = 1.0 - math.log(2.0) / law.half_life_h
        # Standard error of the mean of an autoregression over the hours observed.
        mean_se = brand["k3"] / (1.0 - memory) / math.sqrt(HOURS)
        gap = (brand["mean_sentiment"] - law.fixed_point) / mean_se
        lines.append(
            f"| {brand['name']} | {brand['mean_sentiment']:.3f} | {PRINTED_X[name]:.3f} "
            f"| {law.fixed_point:.4f} | {gap:+.2f} | {law.alpha:.3f} | {law.beta:.3f} "
            f"| {rest:.3f} | {law.half_life_h:.2f} | {found.sd:.4f} | {law.cost_rate:.4f} |"
        )
    return lines


def compare_pairs(brands: dict[str, dict]) -> list[tuple[str, float, float, float]]:
    """Return pair, difference of k1, its standard error, p-value times six (Bonferroni)."""
    rows = []
    for one, other in itertools.combinations(brands.values(), 2):
        gap = one["k1"] - other["k1"]
        error = math.hypot(one["k1_se"], other["k1_se"])
        p = math.erfc(abs(gap) / error / math.sqrt(2.0))
        rows.append((f"{one['name']} less {other['name']}", gap, error, min(6.0 * p, 1.0)))
    return rows


def main() -> None:
    brands = read_brands()
    pairs = compare_pairs(brands)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = "\n".join(
        [
            "# Four carriers",
            "",
            f"No random numbers, {today}, commit {read_commit()}. Written by `run.py`; README.md"
            " says how to read it.",
            "",
            "## Optimum against the mean observed",
            "",
            "| firm | mean observed | x^ asked | x^ found | (mean - x^) / SE | alpha | beta "
            "| effort at rest | half-life, h | sd | cost rate |",
            "|" + "---|" * 11,
            *list_optima(brands),
            "",
            "## Who is more effective: differences of k1",
            "",
            "| pair | difference | SE | z | p, six comparisons |",
            "|" + "---|" * 5,
            *(
                f"| {pair} | {gap:+.3f} | {error:.3f} | {gap / error:+.2f} | {p:.3f} |"
                for pair, gap, error, p in pairs
            ),
            "",
        ]
    )
    rows = [
        DotRow(pair, gap, gap - NORMAL * error, gap + NORMAL * error)
        for pair, gap, error, _ in pairs
    ]
    alt = "Differences of k1 between the carriers; only Sprint's intervals exclude zero."
    panel = DotPanel("Difference of k1, 95 % intervals", rows)
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    (HERE / "carriers.svg").write_text(
        draw_dots(DotChart("carriers", "", alt, [panel])), encoding="utf-8"
    )
    print(text)


if __name__ == "__main__":
    main()
