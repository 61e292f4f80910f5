"""Play every shipped scenario and compare its files, byte for byte, with an earlier commit.

With ``--record`` the hashes of the files go into hashes.json; without it the files are made anew
and compared. It stays while the inside of the project is rebuilt, and goes with it.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HASHES = HERE / "hashes.json"
SCENARIOS = (
    "breach_week",
    "campaign_week",
    "launch_week",
    "outage_day",
    "price_rise_week",
    "telecom_week",
)
COMPARED = ("policy.yaml", "plan.csv", "summary.json")
# A whole plan with few draws and no clock: 4 a candidate keep the search near a minute of one core.
SHORT_PLAN = (
    "planner.search_replications=4",
    "planner.choice_replications=20",
    "planner.evaluation_replications=10",
    "planner.time_limit_s=86400",
    "report.page=false",
)
COMMANDS = {
    "simulate": ("simulate", "run.replications=20", "report.page=false"),
    "plan": ("plan", *SHORT_PLAN),
}


def play(verb: str, scenario: str, folder: Path) -> dict[str, str]:
    """Run one command in a folder of its own; the SHA-256 of each compared file."""
    environment = os.environ | {"SURGECREW_COMMIT": "same", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", *COMMANDS[verb], f"scenario={scenario}", "run.dir=out"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{verb} {scenario}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    files = sorted(
        p for p in (folder / "out").rglob("*") if p.name in COMPARED or p.suffix == ".parquet"
    )
    return {
        str(p.relative_to(folder / "out")): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
    }


def main() -> None:
    """Record or compare; exit 1 where a byte differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--record", action="store_true", help="write hashes.json instead of comparing"
    )
    parser.add_argument("--only", nargs="*", default=[], metavar="VERB/SCENARIO")
    chosen = parser.parse_args()
    recorded = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    differ = 0
    for key in (f"{verb}/{scenario}" for verb in COMMANDS for scenario in SCENARIOS):
        if chosen.only and key not in chosen.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = play(*key.split("/"), Path(folder))
        if chosen.record:
            recorded[key] = made
            HASHES.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
            print(f"{key}: {len(made)} files recorded", flush=True)
        else:
            others = sorted(
                n for n in made.keys() | recorded[key].keys() if made.get(n) != recorded[key].get(n)
            )
            differ += len(others)
            print(
                f"{key}: {len(made)} files, "
                + (f"DIFFER: {', '.join(others)}" if others else "the same bytes"),
                flush=True,
            )
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
