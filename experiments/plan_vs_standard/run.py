"""Hold the plan against the standard policies on every shipped scenario; write the tables.

    python experiments/plan_vs_standard/run.py [--seed 1] [--replications 2000] [--workers N]

Each scenario is kept as soon as it is done, in results/plan_vs_standard/<hash of the code>/: a
run that was stopped goes on where it was. tables.md beside this file is the result, and plans/ has
the plans themselves.
"""

import argparse
import dataclasses
import datetime
import hashlib
import json
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

import sim
from sim.decision.answers import Levers, Unanswered
from sim.decision.staffing import TopicLevel
from sim.outcomes.estimate import adjust_holm, compute_p_below, estimate_difference
from sim.store.provenance import read_commit
from sim.store.text import format_yaml

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = (
    "telecom_week",
    "campaign_week",
    "launch_week",
    "price_rise_week",
    "breach_week",
    "outage_day",
)
CLAIMED = {
    "tuned_erlang_a": SCENARIOS,
    "fixed_rules": SCENARIOS,
    "unprepared": ("campaign_week", "launch_week", "price_rise_week"),
}
LEVEL = 0.05
MEASURES = ("satisfaction", "cost", "answered_within_promise_share", "first_reply_min_p50")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replications", type=int, default=2000, help="fresh draws of each policy")
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    parser.add_argument("--scenarios", nargs="*", default=SCENARIOS)
    parser.add_argument(
        "--explain", action="store_true", help="what each lever adds (twice as long)"
    )
    asked = parser.parse_args()
    folder = HERE.parents[1] / "results" / HERE.name / hash_sources()
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in asked.scenarios:
        end = "-explained" if asked.explain else ""
        path = folder / f"{name}-{asked.seed}-{asked.replications}{end}.json"
        if not path.exists():
            draws = asked.seed, asked.replications, asked.workers
            kept = json.dumps(hold(name, *draws, asked.explain))
            part = path.with_suffix(".part")
            part.write_text(kept, encoding="utf-8")
            part.rename(path)
        found.append(json.loads(path.read_text(encoding="utf-8")))
        print(f"{name} done", file=sys.stderr)
    text = write_tables(found, asked.seed, asked.replications)
    if tuple(asked.scenarios) == SCENARIOS and asked.replications >= 2000:
        (HERE / "tables.md").write_text(text, encoding="utf-8")
        (HERE / "plans").mkdir(exist_ok=True)
        for one in found:
            (HERE / "plans" / f"{one['scenario']}.yaml").write_text(one["plan"], encoding="utf-8")
    print(text)


def hash_sources() -> str:
    """Return a short hash of all that the numbers depend on."""
    digest = hashlib.sha256()
    root = pathlib.Path(sim.__file__).parents[1]
    for path in sorted([*root.glob("sim/**/*.py"), *root.glob("configs/**/*.yaml")]):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def hold(
    name: str, seed: int, replications: int, workers: int | None, explain: bool
) -> dict[str, Any]:
    """Plan one scenario and play it and the standard policies on fresh draws."""
    scenario = sim.load_scenario(name)
    began = time.process_time()
    plan = sim.plan(
        scenario,
        seed,
        workers,
        evaluation_replications=replications,
        time_limit_s=1e6,
        explain=explain,
    )
    own = plan.runs[0].measures
    return {
        "scenario": name,
        "cpu_s": time.process_time() - began,
        "status": plan.status,
        "budget": scenario.planner["budget"],
        "value": plan.value.mean,
        "value_ci": [plan.value.ci_low, plan.value.ci_high],
        "bound": plan.bound,
        "plan": format_yaml(plan.policy.model_dump(mode="json")),
        "rules": [*plan.decision.order, tell_effort(plan.decision.effort)],
        "levers": list_levers(plan.decision.levers),
        "advantages": [dataclasses.asdict(one) for one in plan.decision.advantages or ()],
        "lead_h": plan.policy.lead_h,
        "played": plan.decision.search.replications_played,
        "policies": {run.policy.name: summarize(run.measures) for run in plan.runs},
        "rows": [compare(run.policy.name, own, run.measures) for run in plan.runs[1:]],
    }


def list_levers(levers: Levers | Unanswered | None) -> list[dict[str, Any]]:
    """List what each lever alone adds to the start at which nothing is decided."""
    return [dataclasses.asdict(row) for row in levers.rows] if isinstance(levers, Levers) else []


def tell_effort(effort: Sequence[TopicLevel]) -> str:
    """Tell the levels that are not the standard one."""
    others = [f"{one.topic} {one.level} ({one.phase})" for one in effort if one.level != "standard"]
    return f"Not at the standard level: {', '.join(others) or 'nothing'}."


def summarize(measures: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: float(np.nanmean(measures[name])) for name in MEASURES}


def compare(name: str, own: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the paired difference: the plan's satisfaction less the other's."""
    gain = estimate_difference(own["satisfaction"], other["satisfaction"])
    return {
        "policy": name,
        "difference": gain.mean,
        "ci": [gain.ci_low, gain.ci_high],
        "p_below": compute_p_below(own["satisfaction"], other["satisfaction"]),
        "p_above": compute_p_below(other["satisfaction"], own["satisfaction"]),
        "cost_difference": float(np.mean(own["cost"] - other["cost"])),
    }


def write_tables(found: list[dict[str, Any]], seed: int, replications: int) -> str:
    """Return the page: verdicts, then a table for each scenario."""
    rows = [(one["scenario"], row) for one in found for row in one["rows"]]
    below = adjust_holm([row["p_below"] for _, row in rows])
    above = adjust_holm([row["p_above"] for _, row in rows])
    for (_, row), p_below, p_above in zip(rows, below, above, strict=True):
        row["holm_below"], row["holm_above"] = float(p_below), float(p_above)
    worse = [f"{name} {row['policy']}" for name, row in rows if row["holm_below"] < LEVEL]
    better = {(name, row["policy"]) for name, row in rows if row["holm_above"] < LEVEL}
    claims = [
        f"* Above *{policy}*: {', '.join(tell_claim(better, one, policy) for one in names)}."
        for policy, names in CLAIMED.items()
    ]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "# The plan beside the standard policies",
        "",
        f"Seed {seed}, {today}, commit {read_commit()}; {replications:,} fresh draws of each;"
        f" one-sided paired tests, Holm's correction over all {len(rows)} at {LEVEL:g}.",
        "Written by `run.py`; README.md says how to read it.",
        "",
        f"* Plan significantly below a standard policy: {', '.join(worse) or 'nowhere'}.",
        f"* Plan significantly above: {len(better)} of {len(rows)}.",
        *claims,
    ]
    for one in found:
        lines += ["", *write_scenario(one)]
    return "\n".join(lines) + "\n"


def tell_claim(better: set[tuple[str, str]], name: str, policy: str) -> str:
    return f"{name} {'yes' if (name, policy) in better else 'NO'}"


def write_scenario(one: dict[str, Any]) -> list[str]:
    low, high = one["value_ci"]
    lead = f", effort ahead of events {one['lead_h']:g} h" if one["lead_h"] else ""
    head = (
        f"**{one['scenario']}**: plan {one['value']:.4f} ({low:.4f} to {high:.4f}), bound"
        f" {one['bound']:.3f}{lead}; budget {one['budget']:,.0f}; {one['played']:,} replications"
        f" searched, {one['cpu_s']:.0f} s of CPU"
    )
    lines = [head, "", "| policy | satisfaction | plan less it | 95 % interval | p below, Holm |"
             " p above, Holm | cost | within promise | median first reply [min] |",
             "|" + "---|" * 9]  # fmt: skip
    plan = one["policies"]["plan"]
    lines.append(f"| plan | {plan['satisfaction']:.4f} | | | | | {write_rest(plan)} |")
    for row in one["rows"]:
        seen = one["policies"][row["policy"]]
        low, high = row["ci"]
        lines.append(
            f"| {row['policy']} | {seen['satisfaction']:.4f} | {row['difference']:+.4f} |"
            f" {low:+.4f} to {high:+.4f} | {row['holm_below']:.3g} | {row['holm_above']:.3g} |"
            f" {write_rest(seen)} |"
        )
    lines += ["", f"*Its rules.* {' '.join(one['rules'])}"]
    for about in one["advantages"]:
        lines += ["", write_advantage(about)]
    if one["levers"]:
        told = "; ".join(
            f"{row['label']} {tell(row['difference'], row['ci_low'], row['ci_high'])}"
            for row in one["levers"]
        )
        lines += ["", f"*Each lever alone*, on a start at which nothing is decided: {told}."]
    return lines


def write_advantage(about: dict[str, Any]) -> str:
    """Return what of a lead the rules add and what the roster, in a sentence."""
    rules, roster = (
        tell(about[part], about[f"{part}_low"], about[f"{part}_high"])
        for part in ("configuration", "roster")
    )
    return (
        f"*Of the {about['difference']:+.4f} against {about['policy']}* the plan's rules are"
        f" {rules}, its roster {roster}; the other is made so:"
        f" {'; '.join(about['recipe']) or 'as given'}."
    )


def tell(mean: float, low: float, high: float) -> str:
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f})"


def write_rest(seen: dict[str, float]) -> str:
    return (
        f"{seen['cost']:,.0f} | {seen['answered_within_promise_share']:.1%} |"
        f" {seen['first_reply_min_p50']:.1f}"
    )


if __name__ == "__main__":
    main()
