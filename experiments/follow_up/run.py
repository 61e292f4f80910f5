"""A short check after error and process cases: what it costs and what it brings.

python experiments/follow_up/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

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

REPLICATIONS = 400
SCENARIO = "telecom_week"
ROSTERS = {"ample": 1.8, "reference": 1.0}
SHARES = (0.25, 0.5, 1.0)
SHOWN = {"reopened_share": 4, "resolved_share": 4, "work_h": 2, "satisfaction": 5, "cost": 1}


def play(draws: Draws, roster: str, share: float | None) -> Measures:
    """Play a roster that follows up on a share of the solved cases; None: on none."""
    scenario = load(SCENARIO, *([] if share is None else [f"conversation.follow_up_share={share}"]))
    policy = sim.load_policy("reference", scenario)
    if ROSTERS[roster] != 1.0:
        policy = restaff(policy, ROSTERS[roster]).model_copy(update={"surge": None})
    return draws.play(scenario, policy.model_copy(update={"follow_up": share is not None}))


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    rows, panels = [], []
    for roster, factor in ROSTERS.items():
        base = play(draws, roster, None)
        name = f"{roster} (x {factor:g})"
        rows.append([name, "none", *(tell(mean(base, each), n) for each, n in SHOWN.items())])
        arms = {share: play(draws, roster, share) for share in SHARES}
        rows += [
            [
                name,
                f"{share:.0%}",
                *(tell_change(arm, base, each, n) for each, n in SHOWN.items()),
            ]
            for share, arm in arms.items()
        ]
        dots = [
            dot(f"{share:.0%} followed up", change(arm, base, "satisfaction"))
            for share, arm in arms.items()
        ]
        panels.append(DotPanel(f"Change of satisfaction, roster {roster}", dots, 5))
    head = ["roster", "followed up", "reopened", "solved", "agent hours", "satisfaction", "cost"]
    tables = {"Without, then differences from it": tabulate(head, rows)}
    alt = "Change of satisfaction by following up on a quarter, half and all solved cases."
    chart = describe_dots("picture", alt, panels)
    write_study(__file__, draws, "Follow-up", tables, chart, quick)


if __name__ == "__main__":
    main()
