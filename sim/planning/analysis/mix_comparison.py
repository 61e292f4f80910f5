"""A plan for several scenarios on fresh draws: replications of each, put in one order.

Checked by ``tests/unit/test_planning_mixture.py`` against runs of each scenario alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.outcomes.estimate import estimate_difference, estimate_measure
from sim.planning.analysis.comparison import Told, play_policies, take_first
from sim.planning.analysis.stress_tests import list_risks
from sim.planning.evaluation.scenario_mix import Mixture
from sim.rostering.roster import Rosters
from sim.running.replicate import Replications, replicate
from sim.scenario.policy import Policy


def play_mixture(
    mixture: Mixture,
    policies: Sequence[Policy],
    replications: int,
    seed: int,
    workers: int | None = None,
    tell: Told | None = None,
) -> list[Replications]:
    """Return the replications of each policy on the same fresh draws; see `play_policies`."""
    if not mixture.is_mixed:
        scenario = mixture.members[0].scenario
        return play_policies(scenario, policies, replications, seed, workers, tell)
    runs: list[Replications] = []
    wanted, total = replications, replications * len(policies)
    for policy in policies:

        def told(done: int, before: int = len(runs) * replications) -> None:
            if tell is not None:
                tell(before + done, total)

        run = play_one(mixture, policy, wanted, seed, workers, told)
        wanted = min(wanted, run.n)
        runs.append(run)
    return [take_first(run, wanted) for run in runs]


def play_one(
    mixture: Mixture, policy: Policy, n: int, seed: int, workers: int | None, told: Any
) -> Replications:
    """Return a policy's replications, each of the scenario that its number belongs to.

    After Ctrl-C those before the first that is missing; without any the interrupt goes on.
    """
    member, number = mixture.assign(n)
    parts, done = [], 0
    for place, one in enumerate(mixture.members):
        count = int((member == place).sum())
        if count == 0:
            continue

        def tell(finished: int, _: int, before: int = done) -> None:
            told(before + finished)

        run = replicate(one.scenario, policy, count, seed, workers=workers, progress=tell)
        parts.append((place, run))
        done += run.n
        if run.n < count:
            break
    return merge_runs(parts, member, number)


def merge_runs(
    parts: Sequence[tuple[int, Replications]], member: np.ndarray, number: np.ndarray
) -> Replications:
    """Return the runs of several scenarios in the order of the mixture."""
    by_member = dict(parts)
    have = [
        place in by_member and own < by_member[place].n
        for place, own in zip(member.tolist(), number.tolist(), strict=True)
    ]
    n = len(have) if all(have) else have.index(False)
    if n == 0:
        raise KeyboardInterrupt
    order = list(zip(member[:n].tolist(), number[:n].tolist(), strict=True))
    one = parts[0][1]
    traced = [(place, own) for place, own in order if own < len(by_member[place].traces)]
    return Replications(
        policy=one.policy,
        measures={
            name: np.array([by_member[place].measures[name][own] for place, own in order])
            for name in one.measures
        },
        traces=np.stack([by_member[place].traces[own] for place, own in traced]),
        local_time=one.local_time,
        interval_ms=one.interval_ms,
        pools=one.pools,
        wanted=len(member),
        seed=one.seed,
    )


def describe_members(mixture: Mixture, runs: Sequence[Replications]) -> list[dict[str, Any]]:
    """Return what the plan gives in each scenario and beside each policy; empty for one alone.

    Parameters
    ----------
    mixture : Mixture
        The scenarios.
    runs : sequence of Replications
        From `play_mixture`, the plan's first.
    """
    if not mixture.is_mixed:
        return []
    member, _ = mixture.assign(runs[0].n)
    rows = []
    for place, one in enumerate(mixture.members):
        mine = member == place
        own = {name: values[mine] for name, values in runs[0].measures.items()}
        value = estimate_measure("satisfaction", own["satisfaction"])
        rows.append(
            {
                "scenario": one.name,
                "chance": one.chance,
                "satisfaction": value.mean,
                "ci_low": value.ci_low,
                "ci_high": value.ci_high,
                "cost": float(np.mean(own["cost"])) if mine.any() else None,
                "n": int(mine.sum()),
                "differences": [compare_part(runs[0], run, mine) for run in runs[1:]],
            }
        )
    return rows


def compare_part(run: Replications, other: Replications, mine: np.ndarray) -> dict[str, Any]:
    """Return the paired difference of satisfaction on some of the replications."""
    one, two = (each.measures["satisfaction"][mine] for each in (run, other))
    gain = estimate_difference(one, two)
    return {
        "policy": other.policy.name,
        "mean": gain.mean,
        "ci_low": gain.ci_low,
        "ci_high": gain.ci_high,
    }


def list_mixture_risks(
    mixture: Mixture, policy: Policy, rosters: Rosters, seed: int, n: int, workers: int | None
) -> list[dict[str, Any]]:
    """Return the risks of a plan in each scenario, the largest loss first; see `list_risks`."""
    rows = []
    for one in mixture.members:
        found = list_risks(one.scenario, policy, rosters, seed, n, workers)
        start = f"{one.name}: " if mixture.is_mixed else ""
        rows += [{**row, "text": f"{start}{row['text']}"} for row in found]
    return sorted(rows, key=lambda row: float(row["loss"]), reverse=True)
