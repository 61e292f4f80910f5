"""Who is dearer is expected to do better: what a price premium costs in effort and sentiment.

    python experiments/expectation/run.py

Writes tables.md and expectation.svg beside this file.
"""

import datetime
import math
import pathlib

import numpy as np
import yaml

from sim.feeling import OptimalEffort, optimal_effort
from sim.report.charts.chart import DASHED, Chart, Line, Panel
from sim.report.charts.figures import draw_chart
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
BRANDS = ("att", "verizon", "sprint", "tmobile")
PREMIUMS = (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5)
STEP = 1e-3


def read_brands() -> list[dict]:
    folder = HERE.parents[1] / "configs" / "brand"
    return [
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in BRANDS
    ]


def price(mean_k1: float, mean_k2: float, k3: float, premium: float) -> OptimalEffort:
    """Return the optimum of an average firm that is so much dearer."""
    return optimal_effort(mean_k1, mean_k2 * premium, k3)


def hold_effort(k1: float, k2: float, x: float) -> float:
    """Return the effort that keeps sentiment at x."""
    return k2 * x / (k1 * (1.0 - x))


def measure_slopes(k1: float, k2: float, k3: float) -> tuple[float, float, float]:
    """Return d ln x^, d ln effort at rest, d ln cost rate for d ln k2."""
    laws = [optimal_effort(k1, k2 * math.exp(shift), k3) for shift in (-STEP, STEP)]
    values = [(law.fixed_point, float(law.effort(law.fixed_point)), law.cost_rate) for law in laws]
    return tuple(math.log(high / low) / (2 * STEP) for low, high in zip(*values, strict=True))


def main() -> None:
    brands = read_brands()
    k1, k2, k3 = (float(np.mean([brand[key] for brand in brands])) for key in ("k1", "k2", "k3"))
    base = price(k1, k2, k3, 1.0)
    rows = []
    for premium in PREMIUMS:
        law = price(k1, k2, k3, premium)
        rest = float(law.effort(law.fixed_point))
        held = hold_effort(k1, k2 * premium, base.fixed_point)
        rows.append(
            f"| {premium - 1:+.0%} | {k2 * premium:.4f} | {law.fixed_point:.4f} | {rest:.4f} "
            f"| {law.cost_rate:.4f} | {held:.4f} | {held / rest - 1:+.1%} |"
        )
    firms = []
    for brand in brands:
        factor = brand["k2"] / k2
        error = brand["k2_se"] / k2
        slopes = measure_slopes(brand["k1"], brand["k2"], brand["k3"])
        firms.append(
            f"| {brand['name']} | {brand['price_factor']:.2f} | {factor:.3f} | {error:.3f} "
            f"| {(factor - 1) / error:+.2f} | {slopes[0]:+.3f} | {slopes[1]:+.3f} "
            f"| {slopes[2]:+.3f} |"
        )
    dear = [brand for brand in brands if brand["name"] in ("AT&T", "Verizon")]
    cheap = [brand for brand in brands if brand not in dear]
    gap = float(np.mean([b["k2"] for b in dear]) - np.mean([b["k2"] for b in cheap]))
    error = 0.5 * math.sqrt(sum(b["k2_se"] ** 2 for b in brands))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = "\n".join(
        [
            "# Price and expectation",
            "",
            f"No random numbers, {today}, commit {read_commit()}. Written by `run.py`; README.md"
            " says how to read it.",
            "",
            f"## An average firm (k1 {k1:.3f}, k2 {k2:.4f}, k3 {k3:.4f}) at another price",
            "",
            "| premium | k2 | optimal sentiment | effort at rest | cost rate | effort that holds "
            f"{base.fixed_point:.3f} | more than optimal |",
            "|" + "---|" * 7,
            *rows,
            "",
            "## The four firms",
            "",
            "| firm | price factor | k2 / mean k2 | SE | z from 1 | elasticity of sentiment "
            "| of effort | of cost |",
            "|" + "---|" * 8,
            *firms,
            "",
            f"AT&T and Verizon less Sprint and T-Mobile: k2 {gap:+.4f}, standard error {error:.4f},"
            f" z = {gap / error:.2f}, p = {math.erfc(gap / error / math.sqrt(2)):.3f}.",
            "",
        ]
    )
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    (HERE / "expectation.svg").write_text(draw(k1, k2, k3, base), encoding="utf-8")
    print(text)


def draw(k1: float, k2: float, k3: float, base: OptimalEffort) -> str:
    premiums = np.linspace(0.8, 1.5, 36)
    laws = [price(k1, k2, k3, premium) for premium in premiums]
    x = np.array([law.fixed_point for law in laws])
    rest = np.array([float(law.effort(law.fixed_point)) for law in laws])
    held = np.array([hold_effort(k1, k2 * premium, base.fixed_point) for premium in premiums])
    percent = 100 * (premiums - 1)
    panels = [
        Panel("Sentiment at the optimum", [Line(percent, x, "optimum")], is_from_zero=False),
        Panel(
            "Effort",
            [Line(percent, rest, "optimal"), Line(percent, held, "keeps sentiment", DASHED)],
            is_from_zero=False,
        ),
    ]
    alt = (
        "A dearer firm has lower sentiment at the optimum and slightly more effort; keeping the "
        "average firm's sentiment takes effort in proportion to the price."
    )
    return draw_chart(Chart("expectation", "", alt, panels, x_title="price premium, %"))


if __name__ == "__main__":
    main()
