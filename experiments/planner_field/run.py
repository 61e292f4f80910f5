"""Hold the planner against the field: the same weeks, budget, replications and fresh draws.

    python experiments/planner_field/run.py [--quick] [--only SCENARIO ...] [--workers N]

A scenario at a time; what the planner and each rival ended with is kept as soon as it is known,
a file each, in results/planner_field/<hash of the code>/: a run that was stopped goes on where
it was. tables.md beside this file is the result.
"""

import argparse
import datetime
import functools
import hashlib
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rivals import NAMES, bring_to_budget, find_rival, lay_erlang
from scipy import stats

import sim
from sim.outcomes.estimate import adjust_holm
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.service_target import share_met
from sim.planning.last_decision import CHOICE_FIRST
from sim.planning.planner import make_plan
from sim.planning.search.budget import guess_labor_cost
from sim.planning.search.candidates import Candidate, CandidateSet, ScoringRule
from sim.planning.session import make_template
from sim.policies.workload import hide_later_news
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.roster import Rosters
from sim.scenario.build import build_planner
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PlannerSettings
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]
SCENARIOS = (
    "telecom_week",
    "campaign_week",
    "launch_week",
    "price_rise_week",
    "breach_week",
    "outage_day",
)
SETTINGS = {"search_replications": 24, "evaluation_replications": 100, "time_limit_s": 100_000.0}
SEED, FRESH_SEED = 1, 70_000
FRESH, LAST = 2000, 400
LEVEL = 0.05
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small searches, no page")
    parser.add_argument("--only", nargs="*", default=None, help="names of scenarios")
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    asked = parser.parse_args()
    sizes = {"search_replications": 6, "evaluation_replications": 20} if asked.quick else {}
    folder = HOME / "results" / "planner_field" / (hash_sources() + "-quick" * asked.quick)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for name in SCENARIOS if asked.only is None else asked.only:
        scenario = sim.load_scenario(name)
        settings = build_planner(scenario, SETTINGS | sizes)
        fresh = 200 if asked.quick else FRESH
        rows += study_scenario(name, scenario, settings, fresh, folder, asked.workers)
    text = write_tables(rows)
    if not asked.quick and asked.only is None:
        (HERE / "tables.md").write_text(text, encoding="utf-8")
    print(text)


def hash_sources() -> str:
    """Return a hash of all code and shipped numbers that the tables depend on."""
    files = [*HOME.glob("sim/**/*.py"), *HOME.glob("configs/**/*.yaml"), *HERE.glob("*.py")]
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.relative_to(HOME).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def study_scenario(
    name: str,
    scenario: Scenario,
    settings: PlannerSettings,
    fresh: int,
    folder: pathlib.Path,
    workers: int | None,
) -> list[Row]:
    """Return a row for the planner and each rival."""
    evaluator = Evaluator(scenario, FRESH_SEED, workers, settings.sentiment_weight)

    def finish(found: Row) -> Row:
        seen = evaluator.play(Policy.model_validate(found["policy"]), 0, fresh)
        target = scenario.promise.target_share
        return found | {
            "scenario": name,
            "values": [round(float(one), 6) for one in seen.value],
            "weight": [round(float(one), 6) for one in seen.weight],
            "cost_share": seen.expected_cost / settings.budget,
            "promise": [share_met(one, target) for one in seen.kept.T],
            "keeps": all(
                share_met(one, target) >= 1 - scenario.promise.alpha for one in seen.kept.T
            ),
        }

    own = keep(folder / f"{name}-plan.json", lambda: finish(plan_own(scenario, settings, workers)))
    make_ready = functools.cache(lambda: make_benches(scenario, settings, workers))

    def make(rival: str) -> Row:
        return finish(run_rival(rival, *make_ready(), settings, own["replications"]))

    return [own] + [
        keep(folder / f"{name}-{rival}.json", functools.partial(make, rival)) for rival in NAMES
    ]


def keep(path: pathlib.Path, make: Callable[[], Row]) -> Row:
    """Return a row that is kept, made if it was not yet."""
    if not path.exists():
        began = time.process_time()
        row = make()
        row["cpu_s"] = round(time.process_time() - began, 1)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(row), encoding="utf-8")
        part.replace(path)
        told = f"{np.average(row['values'], weights=row['weight']):.5f}"
        print(f"{path.stem}: {told}, {row['cpu_s']} s CPU", file=sys.stderr, flush=True)
    row = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(row, dict)
    return row


def plan_own(scenario: Scenario, settings: PlannerSettings, workers: int | None) -> Row:
    """Return the planner's plan and what its search played."""
    plan = make_plan(scenario, settings, SEED, workers)
    return {
        "name": "plan",
        "policy": plan.policy.model_dump(mode="json"),
        "replications": int(plan.decision.search.replications_played),
        "status": plan.status,
    }


def make_benches(
    scenario: Scenario, settings: PlannerSettings, workers: int | None
) -> tuple[CandidateSet, CandidateSet, Candidate]:
    """Return the candidate set of the searches, that of the last look, and Erlang A's candidate."""
    world, promise = hide_later_news(scenario), scenario.promise
    rosters = Rosters(world)
    rosters.minimum_coverage = find_minimum_coverage(world, rosters.problem)
    assert settings.budget is not None
    scoring_rule = ScoringRule(
        settings.budget, 0.0, promise.target_share, promise.alpha, settings.keep_promise
    )
    weight = settings.sentiment_weight
    candidate_set = CandidateSet(Evaluator(world, SEED, workers, weight), rosters, scoring_rule)
    last = CandidateSet(
        Evaluator(world, SEED, workers, weight, CHOICE_FIRST), rosters, scoring_rule
    )
    labor_cost = 0.95 * guess_labor_cost(world, settings.budget)
    start = lay_erlang(candidate_set, make_template(world, rosters), labor_cost)
    return candidate_set, last, bring_to_budget(last, start, LAST // 2).forget()


def run_rival(
    name: str,
    candidate_set: CandidateSet,
    last: CandidateSet,
    start: Candidate,
    settings: PlannerSettings,
    most: int,
) -> Row:
    """Return what a rival ends with at the budget."""
    n = settings.search_replications or SETTINGS["search_replications"]
    found, played = find_rival(name, candidate_set, start, n, most, SEED)
    fitted = bring_to_budget(last, found, LAST)
    policy = fitted.policy.model_copy(update={"name": name})
    return {"name": name, "policy": policy.model_dump(mode="json"), "replications": played}


# ---- the page ----


def write_tables(rows: list[Row]) -> str:
    """Return the page."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    own = {row["scenario"]: row for row in rows if row["name"] == "plan"}
    pairs = [compare(own[row["scenario"]], row) for row in rows if row["name"] != "plan"]
    for pair, p in zip(pairs, adjust_holm([pair["p"] for pair in pairs]), strict=True):
        pair["p_holm"] = float(p)
        pair["verdict"] = judge_pair(pair)
    count = {
        word: sum(pair["verdict"] == word for pair in pairs) for word in ("wins", "ties", "loses")
    }
    lines = [
        "# The planner against the field",
        "",
        f"Seed {SEED}, fresh draws of seed {FRESH_SEED}, {today}, commit {read_commit()}."
        " Written by `run.py`; README.md says how to read it.",
        "",
        f"* The plan wins {count['wins']}, ties {count['ties']}, loses {count['loses']} of"
        f" {len(pairs)} comparisons (paired t on {len(rows[0]['values']):,} draws, two-sided,"
        f" Holm over all, level {LEVEL}).",
        "",
        "| scenario | rival | replications | satisfaction | cost / budget | promise"
        " | plan - rival | SE | p (Holm) | the plan | CPU s |",
        "|" + "---|" * 11,
    ]
    told = {(pair["scenario"], pair["name"]): pair for pair in pairs}
    for row in rows:
        lines.append(write_row(row, told.get((row["scenario"], row["name"]))))
    return "\n".join(lines) + "\n"


def compare(own: Row, other: Row) -> Row:
    """Return the paired difference of two rows, replications weighted by strata."""
    change = np.array(own["values"]) - np.array(other["values"])
    weight = np.array(own["weight"])
    seen = ~np.isnan(change)
    change, weight = change[seen], weight[seen] / weight[seen].mean()
    mean = float(np.average(change, weights=weight))
    error = float(np.sqrt(np.sum((weight * (change - mean)) ** 2)) / change.size)
    p = float(2 * stats.t.sf(abs(mean) / error, change.size - 1)) if error > 0 else 1.0
    return {"scenario": other["scenario"], "name": other["name"], "mean": mean, "error": error,
            "p": p}  # fmt: skip


def judge_pair(pair: Row) -> str:
    """Return whether the plan wins, ties or loses."""
    if pair["p_holm"] >= LEVEL:
        return "ties"
    return "wins" if pair["mean"] > 0 else "loses"


def write_row(row: Row, pair: Row | None) -> str:
    """Return a row of the table."""
    promise = " ".join(f"{share:.3f}" for share in row["promise"])
    kept = promise + ("" if row["keeps"] else " broken")
    value = np.average(row["values"], weights=row["weight"])
    head = (
        f"| {row['scenario']} | {row['name']} | {row['replications']:,} | {value:.5f} |"
        f" {row['cost_share']:.4f} | {kept} |"
    )
    if pair is None:
        return f"{head} | | | | {row['cpu_s']:.0f} |"
    return (
        f"{head} {pair['mean']:+.5f} | {pair['error']:.5f} | {pair['p_holm']:.2g} |"
        f" {pair['verdict']} | {row['cpu_s']:.0f} |"
    )


if __name__ == "__main__":
    main()
