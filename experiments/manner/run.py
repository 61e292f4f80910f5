"""Tone and personal signature: who recommends, against the survey, and what manner is worth.

python experiments/manner/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    change,
    describe_dots,
    dot,
    load,
    mean,
    ratio,
    read_arguments,
    sweep_arms,
    tabulate,
    tell,
    tell_change,
    write_study,
)

import sim
from sim.outcomes.estimate import Estimate
from sim.report.charts.chart import DotPanel
from sim.running.play import play_replication, prepare
from sim.running.replicate import map_in_order

REPLICATIONS = 400
SCENARIO = "telecom_week"
SURVEY = {
    "friendly: likely": 0.76,
    "unfriendly: unlikely": 0.82,
    "personal: likely": 0.77,
    "impersonal: unlikely": 0.68,
}
SHOWN = {"satisfaction": 4, "csat": 3, "recommend_share": 4}
NEVER = "never either"


def count_shares(draws: Draws) -> dict[str, Estimate]:
    """Return the survey's four shares among the answered customers of the reference roster."""
    scenario = load(SCENARIO)
    prepared = prepare(scenario, sim.load_policy("reference", scenario))

    def count(replication: int) -> np.ndarray:
        played = play_replication(scenario, prepared, draws.seed, replication)
        scales, rows, level = prepared.scales, played.rows, played.run.effort.astype(int) + 1
        friendly = played.draws.u_friendly < scales.friendly_p[level]
        personal = played.draws.u_personal < scales.personal_p[level]
        heard = rows.exogenous & rows.answered
        likely, sums = rows.recommendation, []
        for manner in (friendly, personal):
            with_it, without = heard & manner, heard & ~manner
            sums += [likely[with_it].sum(), with_it.sum()]
            sums += [(1.0 - likely[without]).sum(), without.sum()]
        return np.array(sums, float)

    counts = np.stack(list(map_in_order(count, range(draws.replications), draws.workers)))
    return {
        name: ratio(counts[:, 2 * place], counts[:, 2 * place + 1])
        for place, name in enumerate(SURVEY)
    }


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    found = count_shares(draws)
    first = [
        [name, f"{printed:.2f}", tell(found[name]), f"{found[name].mean - printed:+.3f}"]
        for name, printed in SURVEY.items()
    ]
    arms = sweep_arms(__file__, draws)
    never = arms.pop(NEVER)
    rows = [[NEVER, *(tell(mean(never, each), n) for each, n in SHOWN.items())]]
    rows += [
        [name, *(tell_change(arm, never, each, n) for each, n in SHOWN.items())]
        for name, arm in arms.items()
    ]
    tables = {
        "Who recommends, among the answered: survey and simulated week": tabulate(
            ["", "survey", "simulated", "difference"], first
        ),
        "Manner switched, all else as it was: differences from the first row": tabulate(
            ["", "satisfaction", "CSAT", "recommends"], rows
        ),
    }
    panels = [
        DotPanel(
            f"Change of {label}",
            [dot(name, change(arm, never, measure)) for name, arm in arms.items()],
            3,
        )
        for label, measure in (
            ("satisfaction", "satisfaction"),
            ("recommending", "recommend_share"),
        )
    ]
    alt = "Change of satisfaction and of recommendation by the manner of replies."
    chart = describe_dots("picture", alt, panels)
    write_study(__file__, draws, "Manner: tone and personal signature", tables, chart, quick)


if __name__ == "__main__":
    main()
