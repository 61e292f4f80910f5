"""What a launch takes from the effect of effort: queues alone, against the paper's launch week.

python experiments/load_penalty/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    Measures,
    load,
    read_arguments,
    relative_change,
    restaff,
    tabulate,
    tell,
    write_study,
)

import sim
from sim.feeling import format_gate, measure_spread, optimal_effort
from sim.outcomes.estimate import Estimate
from sim.report.charts.chart import DASHED, DOTTED, Chart, Line, Panel
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

REPLICATIONS = 400
PAPER = {"att": -2.1, "verizon": -0.9, "sprint": -6.9, "tmobile": -6.6}
LAUNCH_H, WINDOW_H = 33, 72
ROSTERS = (1.0, 1.15, 1.3, 1.45, 1.6, 1.8)
OPEN_LIKE_CALM = "shifts.open_from_h=0"
"""the launch week closes at night and the calm one does not: nights would be told as load"""
LIKE_CALM = "events.launch.work_multiplier=1"


class Penalty(NamedTuple):
    """Changes of the 72 hours from the launch on, in percent."""

    effort: Estimate
    k1: Estimate


def tell_gate(draws: Draws) -> str:
    """Tell how much the reference week's sentiment varies beside what was measured."""
    calm = load("telecom_week")
    found = draws.play(calm, sim.load_policy("reference", calm))
    return format_gate(measure_spread(found["course/sentiment"]))


def find_penalty(brand: str, launch: Measures, calm: Measures) -> Penalty:
    """Compare the window of a launch with the same hours of the calm week, same draws."""
    hours = slice(LAUNCH_H, LAUNCH_H + WINDOW_H)
    efforts = [arm["course/response_effort"][:, hours].mean(axis=1) for arm in (launch, calm)]
    even = np.ones(efforts[0].size)
    k1 = [share_of_law(brand, arm, hours) for arm in (launch, calm)]
    return Penalty(relative_change((efforts[0], even), (efforts[1], even)), relative_change(*k1))


def share_of_law(brand: str, arm: Measures, hours: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of u (1 - x) as delivered and as the law would have it, by replication."""
    firm = load("telecom_week", f"brand={brand}").brand
    law = optimal_effort(firm.k1, firm.k2, firm.k3, firm.kappa, firm.c, firm.rho_per_h)
    x = arm["course/sentiment"][:, hours]
    u = arm["course/response_effort"][:, hours]
    return (u * (1.0 - x)).sum(axis=1), (law.effort(x) * (1.0 - x)).sum(axis=1)


def play_brand(draws: Draws, brand: str, policy: str, *overrides: str) -> Penalty:
    """Play a launch week and a calm week, both with a brand's reference roster or a policy."""
    calm = load("telecom_week", f"brand={brand}")
    launch = load("launch_week", f"brand={brand}", OPEN_LIKE_CALM, *overrides)
    budget = float(str(launch.planner["budget"]))
    chosen = sim.load_policy(policy, sim.api.set_planner(launch, budget=budget))
    return find_penalty(
        brand,
        draws.play(launch, chosen),
        draws.play(calm, sim.load_policy("reference", calm)),
    )


def play_rosters(draws: Draws, rosters: tuple[float, ...] = ROSTERS) -> list[Penalty]:
    """Play AT&T's launch with more and more people on every shift from the launch on."""
    calm, launch = load("telecom_week"), load("launch_week", OPEN_LIKE_CALM, LIKE_CALM)
    quiet = draws.play(calm, sim.load_policy("reference", calm))
    found = []
    for factor in rosters:
        policy = strengthen(launch, factor)
        found.append(find_penalty("att", draws.play(launch, policy), quiet))
    return found


def strengthen(launch: Scenario, factor: float) -> Policy:
    """Return the reference roster times a factor in the window of the launch."""
    reference = sim.load_policy("reference", launch)
    more = restaff(reference, factor).staff
    until = LAUNCH_H + WINDOW_H
    staff = {
        pool: (*counts[:LAUNCH_H], *more[pool][LAUNCH_H:until], *counts[until:])
        for pool, counts in reference.staff.items()
    }
    return reference.model_copy(update={"staff": staff})


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    rows = []
    for brand, printed in PAPER.items():
        cells = [brand, f"{printed:.1f}"]
        for policy in ("reference", "proportional", "sentiment_optimal"):
            found = play_brand(draws, brand, policy)
            cells += [tell(found.effort, 1, signed=True), tell(found.k1, 1, signed=True)]
        rows.append(cells)
    head = ["brand", "paper: k1, %"]
    for policy in ("roster as it was", "proportional", "sentiment_optimal"):
        head += [f"{policy}: u, %", "k1 by the paper's road, %"]
    curve = play_rosters(draws)
    points = [
        [f"{factor:.2f}", tell(one.effort, 1, signed=True), tell(one.k1, 1, signed=True)]
        for factor, one in zip(ROSTERS, curve, strict=True)
    ]
    tables = {
        "Whether sentiment varies as it did in the paper": tell_gate(draws),
        "Four brands, 72 hours from the launch against the same hours of a calm week": tabulate(
            head, rows
        ),
        "AT&T with more people on every shift of the window, launch cases as long as others": (
            tabulate(["people, times", "u, %", "k1 by the paper's road, %"], points)
        ),
    }
    write_study(__file__, draws, "Load penalty of a launch", tables, draw_curve(curve), quick)


def draw_curve(curve: list[Penalty]) -> Chart:
    """Return the picture: the penalty against the roster, with the paper's range."""
    x = np.array(ROSTERS)
    k1 = [one.k1 for one in curve]
    lines = [
        Line(
            x,
            np.array([one.mean for one in k1]),
            "k1 by the paper's road",
            low=np.array([one.ci_low for one in k1]),
            high=np.array([one.ci_high for one in k1]),
        ),
        *(
            Line(x, np.full(x.size, value), label, style, weight="plain")
            for value, label, style in (
                (max(PAPER.values()), "paper: least (Verizon)", DASHED),
                (min(PAPER.values()), "most (Sprint)", DOTTED),
            )
        ),
    ]
    alt = "Change of the effect of effort in a launch against the people at work in it."
    panels = [Panel("Change of k1 u in the launch window, %", lines, 2.4, is_from_zero=False)]
    return Chart("picture", "", alt, panels, x_title="people, times the calm roster")


if __name__ == "__main__":
    main()
