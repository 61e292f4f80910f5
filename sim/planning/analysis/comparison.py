"""What a plan buys: paired differences from the standard policies on fresh draws.

All policies cost the same in expectation and meet the same customers. The interval is of
the mean paired difference (Student, 95 %); the p-value is one-sided, of "the plan's
satisfaction is below the other's", corrected over the policies by Holm (1979). Checked by
``tests/functional/test_plan_search.py`` (scipy's paired test).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.decision.evidence import PolicyDifference
from sim.outcomes.estimate import adjust_holm, compute_p_below, estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.running.replicate import Progress, Replications
from sim.scenario.policy import Policy


def play_policies(
    evaluator: Evaluator, policies: Sequence[Policy], n: int, progress: Progress | None = None
) -> list[Replications]:
    """Play each policy on the same fresh draws, equally many replications of each.

    Parameters
    ----------
    evaluator : Evaluator
        Of the fresh draws.
    policies : sequence of Policy
        The plan first.
    n : int
        Replications of each.
    progress : callable, optional
        Called with (done, all) after each replication.

    Returns
    -------
    list of Replications
        After Ctrl-C as many of each as the plan had by then.
    """
    runs: list[Replications] = []
    known: dict[str, Replications] = {}
    wanted, total = n, n * len(policies)
    for number, policy in enumerate(policies):

        def count_done(done: int, _: int, before: int = number * n) -> None:
            if progress is not None:
                progress(before + done, total)

        name = evaluator.name(policy)
        if name not in known:  # standard policies may come out the same
            known[name] = evaluator.replicate(policy, wanted, count_done)
        wanted = min(wanted, known[name].n)
        runs.append(replace(known[name], policy=policy))
    return [take_first(run, wanted) for run in runs]


def take_first(run: Replications, n: int) -> Replications:
    """Take the first ``n`` replications of a run."""
    if run.n == n:
        return run
    measures = {name: values[:n] for name, values in run.measures.items()}
    return replace(run, measures=measures, traces=run.traces[:n])


def compare_policies(runs: Sequence[Replications]) -> tuple[PolicyDifference, ...]:
    """Compare the first policy with each other, a row for each: the first less the other.

    Parameters
    ----------
    runs : sequence of Replications
        The plan first, all on the same draws.
    """
    own, *others = runs
    p_below = [
        compute_p_below(own.measures["satisfaction"], other.measures["satisfaction"])
        for other in others
    ]
    p_holm = adjust_holm(p_below)
    return tuple(
        compare_one(own, other, below, float(holm))
        for other, below, holm in zip(others, p_below, p_holm, strict=True)
    )


def compare_one(
    own: Replications, other: Replications, p_below: float, p_holm: float
) -> PolicyDifference:
    """Compare two policies on the same draws: the first less the other."""
    gain = estimate_difference(own.measures["satisfaction"], other.measures["satisfaction"])
    spent = estimate_difference(own.measures["cost"], other.measures["cost"])
    return PolicyDifference(
        policy=other.policy.name,
        satisfaction_difference=gain.mean,
        ci_low=gain.ci_low,
        ci_high=gain.ci_high,
        p_below=p_below,
        p_holm=p_holm,
        cost_difference=spent.mean,
        cost=float(np.mean(other.measures["cost"])),
        n=gain.n,
    )
