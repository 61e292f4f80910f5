"""What it is worth to see an event coming: unprepared, anticipating, hindsight.

    python experiments/event_value/run.py [--quick] [--only SCENARIO ...] [--workers N]

Each plan and each draw is kept as soon as it is done, a line of JSON each, in
results/event_value/<hash of the code>/: a run that was stopped goes on where it was. tables.md
beside this file is the result.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any
from unittest import mock

import numpy as np

import sim
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.planning import session as making
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.planner import make_plan
from sim.planning.search.budget import HIGH
from sim.rostering.coverage import find_minimum_coverage
from sim.rostering.roster import Rosters
from sim.scenario.build import build_planner
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
HOME = HERE.parents[1]
SCENARIOS = {
    "campaign_week": "announced",
    "launch_week": "announced",
    "price_rise_week": "announced",
    "breach_week": "not announced",
    "outage_day": "not announced",
}
SETTINGS: dict[str, Any] = {
    "search_replications": 24,
    "evaluation_replications": 50,
    "time_limit_s": 100_000.0,
}
KNOWN: dict[str, Any] = SETTINGS | {"search_replications": 2, "keep_promise": False}
SEED, DRAW_SEED = 1, 60_000
DRAWS, MANY = 20, 1000
BOOTSTRAPS = 10_000
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two draws, small searches, no page")
    parser.add_argument("--only", nargs="*", default=None, help="names of scenarios")
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    asked = parser.parse_args()
    name = hash_sources() + "-quick" * asked.quick
    path = HOME / "results" / "event_value" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = read_rows(path)
    chosen = list(SCENARIOS) if asked.only is None else asked.only
    for scenario in chosen:
        study_scenario(scenario, rows, path, asked.quick, asked.workers)
    text = write_tables(chosen, rows)
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


def read_rows(path: pathlib.Path) -> dict[str, Row]:
    """Return the rows that earlier runs have kept."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {row["key"]: row for row in map(json.loads, lines)}


def study_scenario(
    name: str, rows: dict[str, Row], path: pathlib.Path, quick: bool, workers: int | None
) -> None:
    """Plan, then meet the draws one by one."""

    def keep(key: str, make: Callable[[], Row]) -> Row:
        if key not in rows:
            began = time.process_time()
            row = {"key": key, "name": name} | make()
            row["cpu_s"] = round(time.process_time() - began, 1)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            rows[key] = row
            told = {word: row[word] for word in ("unprepared", "plan", "hindsight") if word in row}
            print(f"{key}: {told}, {row['cpu_s']} s CPU", file=sys.stderr, flush=True)
        return rows[key]

    scenario = sim.load_scenario(name)
    small = {"search_replications": 6, "evaluation_replications": 20} if quick else {}
    many = 100 if quick else MANY
    made = keep(f"{name} policies", lambda: plan_twice(scenario, SETTINGS | small, many, workers))
    policies = {word: Policy.model_validate(made["policies"][word]) for word in made["policies"]}
    for number in find_numbers(scenario, 2 if quick else DRAWS):
        keep(f"{name} draw {number}", lambda n=number: meet(scenario, policies, n, workers))


def plan_twice(scenario: Scenario, changes: dict[str, Any], many: int, workers: int | None) -> Row:
    """Return the plan, the unprepared policy at its cost, and their difference on many draws."""
    settings = build_planner(scenario, changes)
    plan = make_plan(scenario, settings, SEED, workers)
    unprepared = next(run.policy for run in plan.runs if run.policy.name == "unprepared")
    evaluator = Evaluator(scenario, DRAW_SEED + 1, workers)
    own, other = evaluator.play(plan.policy, 0, many), evaluator.play(unprepared, 0, many)
    change = own.satisfaction - other.satisfaction
    return {
        "policies": {
            "plan": plan.policy.model_dump(mode="json"),
            "unprepared": unprepared.model_dump(mode="json"),
        },
        "gain": own.average(change),
        "gain_error": own.compute_error(change),
        "cost_share": [seen.expected_cost / float(settings.budget or 1.0) for seen in (own, other)],
        "many": many,
    }


def find_numbers(scenario: Scenario, n: int) -> list[int]:
    """Return the numbers of the first draws in which every event happens."""
    found: list[int] = []
    number = 0
    while len(found) < n:
        if (draw(scenario, DRAW_SEED, number).event_time_ms >= 0).all():
            found.append(number)
        number += 1
    return found


class KnownDraw(Evaluator):
    """An evaluator for which every replication is one and the same draw."""

    def __init__(self, known: Draws, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.known = known

    def find_draws(self, replication: int) -> Draws:
        """Return the draw that is known."""
        return self.known

    def play_all(self, jobs: Sequence[tuple[Policy, int, int]]) -> list[Outcomes]:
        """Return the outcomes of many policies: each played once, and repeated."""
        once = super().play_all([(policy, 0, 1) for policy, _, _ in jobs])
        return [
            Outcomes(
                *(np.repeat(getattr(seen, part.name), last - first, 0) for part in fields(seen))
            )
            for seen, (_, first, last) in zip(once, jobs, strict=True)
        ]


def meet(scenario: Scenario, policies: dict[str, Policy], number: int, workers: int | None) -> Row:
    """Return what the policies, and hindsight, make of one draw."""
    evaluator = Evaluator(scenario, DRAW_SEED, workers, first=number)
    seen = {word: evaluator.play(policy, 0, 1) for word, policy in policies.items()}
    told: Row = {word: float(one.satisfaction[0]) for word, one in seen.items()}
    costs = {word: float(one.cost[0]) for word, one in seen.items()}
    spent = costs["plan"]
    settings = build_planner(scenario, KNOWN | {"budget": spent / HIGH})
    known = draw(scenario, DRAW_SEED, number)
    value, cost = look_back(scenario, known, settings, workers)
    affordable = [told[word] for word in policies if costs[word] <= spent]
    return told | {
        "searched": value,
        "hindsight": max([value, *affordable]),
        "costs": [cost_of / spent for cost_of in (costs["unprepared"], spent, cost)],
    }


def look_back(
    scenario: Scenario, known: Draws, settings: Any, workers: int | None
) -> tuple[float, float]:
    """Return satisfaction and cost of the planner's search when it knows the draw."""

    def open_known(mixture: Any, seed: int, threads: int | None, *rest: Any) -> KnownDraw:
        return KnownDraw(known, scenario, seed, threads, *rest)

    maker = making.Maker(scenario, settings, SEED, workers, None)
    rosters = Rosters(scenario)
    rosters.minimum_coverage = find_minimum_coverage(scenario, rosters.problem)
    with mock.patch.object(making, "open_evaluator", open_known):
        search = making.run_search(maker, scenario, rosters, float(settings.budget))
    assert search.best is not None
    seen = search.best.seen.take(1)
    return float(seen.satisfaction[0]), float(seen.cost[0])


# ---- the page ----


def write_tables(chosen: list[str], rows: dict[str, Row]) -> str:
    """Return the page."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "# What it is worth to see an event coming",
        "",
        f"Plans of seed {SEED}, draws of seed {DRAW_SEED}, {today}, commit {read_commit()}."
        " Written by `run.py`; README.md says how to read it.",
        "",
        "| scenario | event | draws | unprepared | anticipating | hindsight"
        " | anticipating - unprepared | hindsight - unprepared | share closed"
        " | all draws: anticipating - unprepared (SE) | CPU s |",
        "|" + "---|" * 11,
    ]
    for name in chosen:
        lines.append(write_row(name, rows))
    return "\n".join(lines) + "\n"


def write_row(name: str, rows: dict[str, Row]) -> str:
    """Return a row of the table."""
    met = [row for key, row in rows.items() if key.startswith(f"{name} draw")]
    made = rows[f"{name} policies"]
    table = np.array([[row[word] for word in ("unprepared", "plan", "hindsight")] for row in met])
    means = table.mean(axis=0)
    gain, room = share_interval(table)
    share, low, high = close_share(table)
    spent = sum(row["cpu_s"] for row in (*met, made))
    return (
        f"| {name} | {SCENARIOS[name]} | {len(met)} | {means[0]:.4f} | {means[1]:.4f} |"
        f" {means[2]:.4f} | {gain} | {room} | {share:.0%} [{low:.0%}, {high:.0%}] |"
        f" {made['gain']:+.4f} ({made['gain_error']:.4f}) | {spent:.0f} |"
    )


def share_interval(table: np.ndarray) -> tuple[str, str]:
    """Return the paired differences from unprepared with their 95 % intervals (bootstrap)."""
    told = []
    for column in (1, 2):
        change = table[:, column] - table[:, 0]
        low, high = np.percentile(resample(change[:, None])[:, 0], [2.5, 97.5])
        told.append(f"{change.mean():+.4f} [{low:+.4f}, {high:+.4f}]")
    return told[0], told[1]


def close_share(table: np.ndarray) -> tuple[float, float, float]:
    """Return the share of the gap that is closed, with its 95 % interval (bootstrap of draws).

    Parameters
    ----------
    table : np.ndarray
        shape (n, 3): unprepared, anticipating, hindsight.
    """
    change = table[:, 1:] - table[:, :1]
    means = resample(change)
    shares = means[:, 0] / means[:, 1]
    low, high = np.percentile(shares, [2.5, 97.5])
    whole = change.mean(axis=0)
    return float(whole[0] / whole[1]), float(low), float(high)


def resample(values: np.ndarray) -> np.ndarray:
    """Return means of draws drawn again with replacement, shape (n_bootstraps, n_columns)."""
    rng = np.random.default_rng(SEED)
    places = rng.integers(0, len(values), (BOOTSTRAPS, len(values)))
    means: np.ndarray = values[places].mean(axis=1)
    return means


if __name__ == "__main__":
    main()
