"""Phone agents cut: what comes back in public, and which is cheaper.

python experiments/spillover/run.py [--quick] [--seed 1] [--workers N]
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
from sim.report.charts.chart import DotPanel
from sim.scenario.model import Scenario

REPLICATIONS = 400
AGENTS = (9, 8, 7, 6, 5, 4)
NOW = 9
ROSTERS = (1.0, 1.1, 1.25, 1.5)
SHARES = (0.08, 0.20)
WEEK_H = 168
PHONE = (
    "{{base_per_h: 60, handling: {{name: exponential, mean_min: 6}}, agents: {agents}, "
    "patience: {{name: exponential, mean_min: 8}}, share: {share}, "
    "delay: {{name: exponential, mean_min: 60}}}}"
)


def make_world(agents: int, share: float) -> Scenario:
    """Return the calm week with a phone channel beside it."""
    return load("telecom_week", "demand.spill=" + PHONE.format(agents=agents, share=share))


def play(draws: Draws, agents: int, share: float, roster: float = 1.0) -> Measures:
    """Play the reference roster, times a factor, beside so many phone agents."""
    world = make_world(agents, share)
    reference = sim.load_policy("reference", world)
    return draws.play(world, reference if roster == 1.0 else restaff(reference, roster))


def find_roster(arms: dict[float, Measures], wanted: float) -> float:
    """Return the roster, times the reference, at which satisfaction is as wanted; NaN beyond."""
    rosters = sorted(arms)
    levels = np.maximum.accumulate([arms[roster]["satisfaction"].mean() for roster in rosters])
    if wanted > levels[-1]:
        return float("nan")
    return float(np.interp(wanted, levels, rosters))


def hour_cost() -> float:
    costs = load("telecom_week").costs
    return costs.paid_hour_cost / (1.0 - costs.shrinkage_share)


def price_cut(draws: Draws, agents: int, share: float) -> list[str]:
    """Return a row: what a cut saves, and what more public staff costs that make up for it."""
    now = play(draws, NOW, share)
    arms = {roster: play(draws, agents, share, roster) for roster in ROSTERS}
    cut, wage = arms[1.0], hour_cost()
    saved = (NOW - agents) * WEEK_H * wage
    roster = find_roster(arms, float(now["satisfaction"].mean()))
    if np.isnan(roster):
        top = (arms[ROSTERS[-1]]["cost"] - now["cost"]).mean()
        paid, balance = f"above {top:,.0f}", f"below {saved - top:,.0f}"
    else:
        known = sorted(arms)
        extra = [(arms[each]["cost"] - now["cost"]).mean() for each in known]
        more = float(np.interp(roster, known, extra))
        paid, balance = f"{more:,.0f}", f"{saved - more:,.0f}"
    spilled = change(cut, now, "spilled_mentions")
    return [
        f"{share:.2f}",
        str(agents),
        tell(mean(cut, "spilled_mentions"), 1),
        tell_change(cut, now, "satisfaction"),
        tell_change(cut, now, "answered_within_promise_share"),
        f"{saved:,.0f}",
        paid,
        balance,
        f"{saved * share / spilled.mean:,.1f}",
    ]


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    rows = [
        price_cut(draws, agents, share) for share in SHARES for agents in AGENTS if agents < NOW
    ]
    head = ["share that goes public", "phone agents", "come over in a week", "satisfaction"]
    head += ["answered in 60 min", "phone wages saved", "public staff that restores satisfaction"]
    heading = (
        f"Cuts from {NOW} phone agents round the clock; money in USD a week, differences paired"
    )
    tables = {heading: tabulate([*head, "balance", "saved for each caller lost"], rows)}
    panel = [
        DotPanel(
            f"Change of public satisfaction, {share:.0%} go public",
            [
                dot(
                    f"{agents} phone agents",
                    change(play(draws, agents, share), play(draws, NOW, share), "satisfaction"),
                )
                for agents in AGENTS
                if agents < NOW
            ],
            4,
        )
        for share in SHARES
    ]
    alt = "Change of the satisfaction of public customers by cuts of phone agents."
    chart = describe_dots("picture", alt, panel)
    write_study(__file__, draws, "Spill-over from the phone", tables, chart, quick)


if __name__ == "__main__":
    main()
