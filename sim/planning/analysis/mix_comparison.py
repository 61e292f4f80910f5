"""A plan for several scenarios: what it gives, and what would break it, in each of them.

Checked by ``tests/unit/test_evaluation_scenario_mix.py`` against runs of each scenario alone.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.decision.evidence import Risk, ScenarioDifference, ScenarioResult
from sim.outcomes.estimate import estimate_difference, estimate_measure
from sim.planning.analysis.stress_tests import list_risks
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.scenario_mix import Mixture
from sim.rostering.roster import Rosters
from sim.running.replicate import Replications
from sim.scenario.policy import Policy


def describe_members(mixture: Mixture, runs: Sequence[Replications]) -> tuple[ScenarioResult, ...]:
    """Describe what the plan gives in each scenario and beside each policy; empty for one alone.

    Parameters
    ----------
    mixture : Mixture
        The scenarios.
    runs : sequence of Replications
        From `play_policies`, the plan's first.
    """
    if not mixture.is_mixed:
        return ()
    member, _ = mixture.assign(runs[0].n)
    rows = []
    for place, one in enumerate(mixture.members):
        mine = member == place
        own = {name: values[mine] for name, values in runs[0].measures.items()}
        value = estimate_measure("satisfaction", own["satisfaction"])
        rows.append(
            ScenarioResult(
                scenario=one.name,
                chance=one.chance,
                satisfaction=value.mean,
                ci_low=value.ci_low,
                ci_high=value.ci_high,
                cost=float(np.mean(own["cost"])) if mine.any() else float("nan"),
                n=int(mine.sum()),
                differences=tuple(compare_part(runs[0], run, mine) for run in runs[1:]),
            )
        )
    return tuple(rows)


def compare_part(run: Replications, other: Replications, mine: np.ndarray) -> ScenarioDifference:
    """Estimate the paired difference of satisfaction on some of the replications."""
    one, two = (each.measures["satisfaction"][mine] for each in (run, other))
    gain = estimate_difference(one, two)
    return ScenarioDifference(
        policy=other.policy.name, mean=gain.mean, ci_low=gain.ci_low, ci_high=gain.ci_high
    )


def list_mixture_risks(
    mixture: Mixture, fresh: Evaluator, policy: Policy, rosters: Rosters, n: int
) -> tuple[Risk, ...]:
    """List the risks of a plan in each scenario, the largest loss first; see `list_risks`."""
    rows: list[Risk] = []
    for one, (planned, *_) in zip(mixture.members, fresh.split(n), strict=True):
        found = list_risks(planned, policy, rosters, n)
        start = f"{one.name}: " if mixture.is_mixed else ""
        rows += [replace(row, text=f"{start}{row.text}") for row in found]
    return tuple(sorted(rows, key=lambda row: row.loss, reverse=True))
