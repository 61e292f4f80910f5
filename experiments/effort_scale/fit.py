"""Set each brand's effort scale: the reference plan keeps sentiment at the published optimum.

    python experiments/effort_scale/fit.py                       # prints the table
    python experiments/effort_scale/fit.py --write configs/brand # and writes `effort_scale`

README.md holds the table.
"""

import argparse
import pathlib
import re
from typing import NamedTuple

import numpy as np

import sim
from sim.demand.draw import draw
from sim.feeling import fit_effort_scale, optimal_effort
from sim.outcomes.course import compute_rows, weigh_work
from sim.running.play import prepare, run_engine

BRANDS = ("att", "verizon", "sprint", "tmobile")
SEED, WEEKS = 1, 400
NOTE = "a  scale of measured effort [1/min]: experiments/effort_scale, frozen"


class Effort(NamedTuple):
    """Weighted agent minutes and actionable arrivals by hour, weeks laid end to end."""

    work_min: np.ndarray
    arrivals: np.ndarray
    base_per_h: float


class Row(NamedTuple):
    """What the fit gave for one brand."""

    brand: str
    target: float
    scale: float
    mean: float
    half_width: float


def measure_reference(weeks: int = WEEKS, seed: int = SEED) -> Effort:
    """Play the reference policy on telecom_week; the brand plays no part in it."""
    scenario = sim.load_scenario("telecom_week")
    tables, scales, _ = prepare(scenario, sim.load_policy("reference", scenario))
    hours = []
    for replication in range(weeks):
        draws = draw(scenario, seed, replication)
        run = run_engine(tables, draws)
        hours.append(weigh_work(scales, draws, run, compute_rows(scales, draws, run)))
    work_min, arrivals = (np.concatenate(column) for column in zip(*hours, strict=True))
    return Effort(work_min, arrivals, scales.base_per_h)


def fit_brand(name: str, effort: Effort) -> Row:
    """Fit one brand's scale; then measure its sentiment with noise, on fresh weeks."""
    scenario = sim.load_scenario("telecom_week", [f"brand={name}"])
    brand = scenario.brand
    optimum = optimal_effort(brand.k1, brand.k2, brand.k3, brand.kappa, brand.c, brand.rho_per_h)
    scale = round(
        fit_effort_scale(*effort, k1=brand.k1, k2=brand.k2, target_sentiment=optimum.fixed_point), 4
    )
    scaled = sim.load_scenario("telecom_week", [f"brand={name}", f"++brand.effort_scale={scale}"])
    policy = sim.load_policy("reference", scaled)
    found = sim.simulate(scaled, policy, WEEKS, SEED + 1).summary["sentiment_mean"]
    return Row(name, optimum.fixed_point, scale, found.mean, found.ci_high - found.mean)


def write_scale(folder: pathlib.Path, row: Row) -> None:
    """Put a scale into the brand's file, in the place of an older one."""
    path = folder / f"{row.brand}.yaml"
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not re.match(r"effort_scale:", line)
    ]
    text = f"effort_scale: {row.scale}"
    path.write_text("\n".join([*kept, f"{text:<23}# {NOTE}"]) + "\n", encoding="utf-8")


def main() -> None:
    """Fit all brands, print the table, and write the files that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=pathlib.Path, help="folder of the brands")
    folder = parser.parse_args().write
    effort = measure_reference()
    print("| brand | published optimum | effort_scale | sentiment simulated, fresh weeks |")
    print("|---|---|---|---|")
    for name in BRANDS:
        row = fit_brand(name, effort)
        told = f"{row.mean:.4f} ± {row.half_width:.4f}"
        print(f"| {row.brand} | {row.target:.4f} | {row.scale} | {told} |", flush=True)
        if folder is not None:
            write_scale(folder, row)


if __name__ == "__main__":
    main()
