"""Hold the planner against the truth: small days of which every plan's worth is known.

    python experiments/planner_truth/run.py [--quick] [--only NAME ...]

Each truth, each check of an exact value and each run of the planner is kept as soon as it is
there, a line of JSON each, in results/planner_truth/<hash of the code>/: a run that was stopped
goes on where it was. tables.md beside this file is the result.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from instances import INSTANCES, Instance, count_plans, pose
from scipy import stats
from truth import Exact, Played, Truth, find_exact, find_played, list_policies

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.planner import Plan, make_plan
from sim.scenario.build import build_planner
from sim.scenario.policy import Policy
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]
SETTINGS = {
    "evaluation_replications": 50,
    "delta": 0.002,
    "alpha_selection": 0.05,
}
VERIFIED, VERIFY_SEED = 20_000, 80_000
FIRST_SEED = 1
LEVEL = 0.001
NO_TRUTH = ("planning", "report", "cli", "calibration", "feeling", "study", "textbook")
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three runs, small checks, no page")
    parser.add_argument("--runs", type=int, default=100, help="at most so many runs of each")
    parser.add_argument("--only", nargs="*", default=None, help="names of instances")
    asked = parser.parse_args()
    chosen = [one for one in INSTANCES if asked.only is None or one.name in asked.only]
    truths = Kept(HOME / "results" / "planner_truth" / f"truth-{hash_sources(NO_TRUTH)}.jsonl")
    runs = Kept(HOME / "results" / "planner_truth" / f"runs-{hash_sources(())}.jsonl")
    for number, one in enumerate(chosen, start=1):
        tell(f"{number}/{len(chosen)} {one.name}: {one.about}")
        n = 3 if asked.quick else min(one.runs, asked.runs)
        study_instance(one, truths, runs, n, asked.quick)
    text = write_tables(chosen, truths, runs)
    if not asked.quick and asked.only is None:
        (HERE / "tables.md").write_text(text, encoding="utf-8")
    print(text)


class Kept:
    """Rows by a key, each kept as soon as it is made."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.rows: dict[str, Row] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row

    def get(self, key: str, make: Callable[[], Row]) -> Row:
        """Return the row of a key, made and kept if it was not yet."""
        if key not in self.rows:
            began = time.process_time()
            row = {"key": key} | make()
            row["cpu_s"] = round(time.process_time() - began, 3)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            self.rows[key] = row
        return self.rows[key]


def hash_sources(without: tuple[str, ...]) -> str:
    """Return a hash of code and shipped numbers, some rooms of `sim` left out."""
    files = [*HOME.glob("sim/**/*.py"), *HOME.glob("configs/**/*.yaml"), *HERE.glob("*.py")]
    whole = hashlib.sha256()
    for path in sorted(files):
        parts = path.relative_to(HOME).with_suffix("").parts
        if parts[0] == "sim" and set(parts[1:]) & set(without):
            continue
        if without and path.name == "run.py":
            continue
        whole.update(path.relative_to(HOME).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def tell(text: str) -> None:
    """Tell the progress."""
    print(text, file=sys.stderr, flush=True)


def study_instance(one: Instance, truths: Kept, runs: Kept, n: int, quick: bool) -> None:
    """Find the truth of an instance, check it, run the planner."""
    scenario = one.build()
    exact = Exact(one, scenario) if one.is_markov else None
    played = None if exact else Played(scenario)
    best = truths.get(one.name, lambda: find_truth(one, exact, played))
    tell(f"  best {best['best']:.5f} of {best['affordable']} plans, {best['survived']} to the end")
    if exact is not None:
        size = 2000 if quick else VERIFIED
        check = truths.get(f"{one.name} checked {size}", lambda: verify(one, exact, size))
        tell(f"  exact against played: z {check['z']}")

    def value(policy: Policy) -> float:
        if exact is not None:
            return exact.compute_value(policy)
        assert played is not None
        return float(np.nanmean(played.play(policy, 10_000)[0]))

    for seed in range(FIRST_SEED, FIRST_SEED + n):
        row = runs.get(
            f"{one.name} {seed}", lambda s=seed: run_planner(one, s, value, best["best"])
        )
        if row["lost"] > row["delta"] or seed == FIRST_SEED:
            tell(f"  seed {seed}: lost {row['lost']:.5f}, {row['cpu_s']} s, {row['plan']}")


def find_truth(one: Instance, exact: Exact | None, played: Played | None) -> Row:
    """Return the best plan as a row."""
    rosters = pose(one, one.build())
    plans = count_plans(one, rosters)
    if exact is not None:
        found: Truth = find_exact(one, exact, plans)
    else:
        assert played is not None
        found = find_played(one, played, plans)
    told = found.__dict__ | {"policy": tell_policy(one, found.policy)}
    return told | {"name": one.name}


def verify(one: Instance, exact: Exact, size: int) -> Row:
    """Play the best plan and two others; return how far the exact value is off, in errors."""
    policies = list_policies(one, exact.scenario, pose(one, exact.scenario))
    values = [exact.compute_value(policy) for policy in policies]
    others = np.random.default_rng(1).choice(len(policies), 2, replace=False)
    told = []
    for number, place in enumerate([int(np.argmax(values)), *others]):
        evaluator = Evaluator(exact.scenario, VERIFY_SEED + number, 1, memory_bytes=0)
        seen = evaluator.play(policies[place], 0, size).satisfaction
        seen = seen[~np.isnan(seen)]
        told.append(float((seen.mean() - values[place]) / (seen.std(ddof=1) / seen.size**0.5)))
    return {"name": one.name, "z": [round(z, 2) for z in told], "size": size}


def run_planner(one: Instance, seed: int, value: Callable[[Policy], float], best: float) -> Row:
    """Run the planner once; return what it chose and lost."""
    scenario = one.build()
    settings = build_planner(scenario, SETTINGS)
    began = time.process_time()
    plan = make_plan(scenario, settings, seed, 1)
    spent = time.process_time() - began
    worth = value(plan.policy)
    selection = {key: plain(told) for key, told in plan.selection.items()}
    return {
        "name": one.name,
        "seed": seed,
        "plan": tell_policy(one, plan.policy),
        "value": worth,
        "lost": best - worth,
        "delta": settings.delta,
        "promised": promise_of(plan, settings.alpha_selection),
        "status": plan.status,
        "selection": selection,
        "told": plan.value.mean,
        "bound": plan.bound,
        "gap": plan.gap,
        "rules_limit": limit_rules(plan),
        "planner_cpu_s": round(spent, 3),
        "replications": plan.decision.search.replications_played,
    }


def limit_rules(plan: Plan) -> float | None:
    """Return what no single change of the plan's rules gains more than; None: not tried."""
    proof = plan.decision.proof
    return None if proof is None or proof.rules is None else proof.rules.limit


def claim(row: Row) -> float | None:
    """Return what roster and single changes may gain at most together; None: not known."""
    if row["gap"] is None or row["rules_limit"] is None:
        return None
    return float(row["gap"] + max(row["rules_limit"], 0.0))


def plain(told: Any) -> Any:
    """Return a number as JSON takes it."""
    return told.item() if isinstance(told, np.generic) else told


def promise_of(plan: Plan, alpha: float) -> float | None:
    """Return the probability with which the plan is said to be within delta of the best.

    None where the planner says that it could not keep its promise.
    """
    if plan.selection.get("met") is False:
        return None
    told = plan.selection.get("probability_correct")
    return 1.0 - alpha if told is None else float(told)


def tell_policy(one: Instance, policy: Policy) -> str:
    """Return people, levels and order in a line."""
    staff = " ".join(
        "".join(str(count) for count in policy.staff[pool][8 : one.closes]) for pool in policy.staff
    )
    levels = " ".join(
        "/".join(policy.effort[topic][phase] for phase in one.phases)  # type: ignore[index]  # phases are literals
        for topic in one.topics
    )
    after = f", then {policy.after_auto}" if "auto" in levels else ""
    order = policy.priority.model_dump(exclude_defaults=True)
    told = f", {json.dumps(order)}" if order else ""
    return f"{staff}, {levels}{after}{told}{', continuity' if policy.continuity else ''}"


# ---- the page ----


def write_tables(chosen: list[Instance], truths: Kept, runs: Kept) -> str:
    """Return the page."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    by_name = {
        one.name: [row for row in runs.rows.values() if row["name"] == one.name] for one in chosen
    }
    judged = [scoring_rule(by_name[one.name]) for one in chosen]
    all_rows = [row for rows in by_name.values() for row in rows]
    lines = [
        "# The planner against the truth",
        "",
        f"Seeds from {FIRST_SEED} on, {today}, commit {read_commit()}, settings"
        f" {json.dumps(SETTINGS)}. Written by `run.py`; README.md says how to read it.",
        "",
        tell_total(all_rows, judged),
        "",
        "## The truth",
        "",
        "| instance | plans | affordable | to the end | best | SE | second | z of three plans"
        " | the best plan |",
        "|" + "---|" * 9,
        *(write_truth(one, truths) for one in chosen),
        "",
        "## The planner",
        "",
        "| instance | runs | best found | within delta | promised | p | mean lost | worst lost |"
        " limits - lost, least | CPU s a run |",
        "|" + "---|" * 10,
        *(write_runs(one, by_name[one.name]) for one in chosen),
    ]
    return "\n".join(lines) + "\n"


def scoring_rule(rows: list[Row]) -> dict[str, float]:
    """Return how often the promise was kept, and the chance of so few if it holds."""
    bound_by = [row for row in rows if row["promised"] is not None]
    kept = sum(row["lost"] <= row["delta"] for row in bound_by)
    promised = min((row["promised"] for row in bound_by), default=1.0)
    p = 1.0
    if bound_by:
        p = float(stats.binomtest(kept, len(bound_by), promised, alternative="less").pvalue)
    return {"n": len(bound_by), "kept": kept, "promised": promised, "p": p}


def tell_total(rows: list[Row], judged: list[dict[str, float]]) -> str:
    """Return the head of the page."""
    kept = sum(row["lost"] <= row["delta"] for row in rows)
    failed = sum(one["p"] < LEVEL for one in judged)
    low = sum((said := claim(row)) is not None and said < row["lost"] for row in rows)
    spent = sum(row["planner_cpu_s"] for row in rows)
    best = sum(row["lost"] <= 1e-9 for row in rows)
    return (
        f"* {len(rows)} runs: the best plan itself in {best}, within delta of it in {kept}"
        f" ({kept / max(len(rows), 1):.1%}); {failed} of {len(judged)} instances below what was"
        f" promised at the level {LEVEL}; {low} that lost more than the limits of roster and"
        f" single changes together; {spent:.0f} s CPU in the planner."
    )


def write_truth(one: Instance, truths: Kept) -> str:
    """Return a row of the first table."""
    row = truths.rows[one.name]
    checks = [r for key, r in truths.rows.items() if key.startswith(f"{one.name} checked")]
    z = " ".join(f"{z:+.2f}" for z in max(checks, key=lambda r: r["size"])["z"]) if checks else ""
    error = "exact" if row["error"] == 0 else f"{row['error']:.5f}"
    return (
        f"| {one.name} | {row['plans']:,} | {row['affordable']} | {row['survived']} |"
        f" {row['best']:.5f} | {error} | {row['second']:.5f} | {z} | {row['policy']} |"
    )


def write_runs(one: Instance, rows: list[Row]) -> str:
    """Return a row of the second table."""
    told = scoring_rule(rows)
    lost = np.array([row["lost"] for row in rows])
    above = [said - row["lost"] for row in rows if (said := claim(row)) is not None]
    return (
        f"| {one.name} | {len(rows)} | {(lost <= 1e-9).sum()} |"
        f" {told['kept']:.0f} of {told['n']:.0f} |"
        f" {told['promised']:.2f} | {told['p']:.3g} | {lost.mean():.5f} | {lost.max():.5f} |"
        f" {min(above, default=float('nan')):+.4f} |"
        f" {np.mean([row['planner_cpu_s'] for row in rows]):.2f} |"
    )


if __name__ == "__main__":
    began = time.process_time()
    main()
    tell(f"{time.process_time() - began:.0f} s CPU")
