"""Forecasts of mentions: ours against last week again, ARIMA with Fourier terms and ETS.

    python experiments/forecast_demand/run.py [--seed 1]

Each series is forecast from days of its past with what was known by then (rolling origin), a week
ahead where it has three weeks, else a day ahead. README.md says how to read the tables.
"""

import argparse
import collections
import csv
import datetime
import os
import pathlib
import sys
from typing import Any, NamedTuple

import numpy as np

import sim
from sim.calibration.forecasting.backtest import OWN
from sim.calibration.forecasting.rivals import ARIMA, ETS, NAIVE
from sim.cli.progress import ProgressBar
from sim.errors import InputError
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).parent
NAB = ("AAPL", "AMZN", "CRM", "FB", "IBM", "KO")
AIRLINES = ("United", "Delta", "Southwest", "US Airways", "Virgin America")
NEW_YORK = "America/New_York"
# The fullest: the others are an hour's handful of a thin sample.
CRISES = 6


class Series(NamedTuple):
    """One history and its group in the table."""

    group: str
    file: str
    name: str
    zone: str


def list_series(folder: pathlib.Path) -> list[Series]:
    with (folder / "crisis_t26_hourly.csv").open(encoding="utf-8") as file:
        sizes = collections.Counter()
        for row in csv.DictReader(file):
            sizes[row["event"]] += int(row["tweets"])
    listed = [Series("brands", "nab_mentions_5min.csv", name, NEW_YORK) for name in NAB]
    listed += [Series("airlines", "airline_mentions_2015.csv", n, NEW_YORK) for n in AIRLINES]
    crises = [name for name, _ in sizes.most_common(CRISES)]
    return listed + [Series("crises", "crisis_t26_hourly.csv", name, "UTC") for name in crises]


def test_series(folder: pathlib.Path, series: Series, seed: int) -> dict[str, Any]:
    """Return what `sim.forecast` says of its own past."""
    found = sim.forecast(
        str(folder / series.file),
        "times" if series.group == "airlines" else "auto",
        series.name,
        time_zone=series.zone,
        horizon="1d",
        paths=100,
        seed=seed,
    )
    return {**found.report["backtest"], "is_good": found.report["is_good_enough"]}


def average(values: list[float]) -> float:
    """The geometric mean."""
    return float(np.exp(np.mean(np.log(values))))


def compare(tested: dict[Series, dict[str, Any]], rival: str, score: str) -> dict[str, float]:
    """Ours over a rival's, by group and over all: geometric means."""
    ratios = collections.defaultdict(list)
    for series, each in tested.items():
        methods = each["methods"]
        if rival in methods and methods[rival][score]:
            ratio = methods[OWN][score] / methods[rival][score]
            ratios[series.group].append(ratio)
            ratios["all"].append(ratio)
    return {group: average(values) for group, values in ratios.items()}


def hold(tested: dict[Series, dict[str, Any]], method: str, key: str, group: str) -> float | None:
    """The share held, hours or days of all series of a group counted alike."""
    part = key.partition("_")[0]
    pairs = [
        (each["methods"][method][key], each[part])
        for series, each in tested.items()
        if group in ("all", series.group) and method in each["methods"]
    ]
    number = sum(count for _, count in pairs)
    return sum(share * count for share, count in pairs) / number if number else None


def write_tables(tested: dict[Series, dict[str, Any]]) -> list[str]:
    groups = [*dict.fromkeys(series.group for series in tested), "all"]
    rivals = [
        name for name in (NAIVE, ARIMA, ETS) if any(name in e["methods"] for e in tested.values())
    ]
    text = ["## Error (CRPS) over a rival's: geometric means, below 1 is better", ""]
    text += [f"| rival | of | {' | '.join(groups)} |", "|---" * (len(groups) + 2) + "|"]
    for rival in rivals:
        for score, of in (("crps_hour", "hours"), ("crps_day", "days")):
            found = compare(tested, rival, score)
            cells = " | ".join(f"{found[group]:.3f}" if group in found else "" for group in groups)
            text.append(f"| {rival} | {of} | {cells} |")
    text += ["", "## Held by the bands", ""]
    keys = [f"{part}_in_{band}" for part in ("hours", "days") for band in (50, 80, 95)]
    heads = [key.replace("_in_", " in ") + " %" for key in keys]
    text += [f"| method | series | {' | '.join(heads)} |", "|---" * (len(keys) + 2) + "|"]
    for method in (OWN, *rivals):
        for group in groups:
            shares = [hold(tested, method, key, group) for key in keys]
            cells = " | ".join("" if share is None else f"{share:.3f}" for share in shares)
            text.append(f"| {method} | {group} | {cells} |")
    text += ["", "## Each series", ""]
    heads = ["series", "ahead", "origins", "hours", "days", "ours, hour"]
    heads += [f"over {name}" for name in rivals]
    heads += ["hours in 80 %", "days in 80 %", "a day is missed by", "good enough"]
    text.append(f"| {' | '.join(heads)} |")
    text.append("|---" * (10 + len(rivals)) + "|")
    return [*text, *(write_row(series, each, rivals) for series, each in tested.items())]


def write_row(series: Series, tested: dict[str, Any], rivals: list[str]) -> str:
    own = tested["methods"][OWN]
    over = [
        f"{own['crps_hour'] / tested['methods'][name]['crps_hour']:.3f}"
        if name in tested["methods"]
        else ""
        for name in rivals
    ]
    return (
        f"| {series.name} | {tested['days_ahead']} d | {tested['origins']} | {tested['hours']} "
        f"| {tested['days']} | {own['crps_hour']:.3g} | {' | '.join(over)} "
        f"| {own['hours_in_80']:.2f} | {own['days_in_80']:.2f} | {own['day_error_share']:.0%} "
        f"| {'yes' if tested['is_good'] else 'no'} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = os.environ.get("SURGECREW_DATA")
    if not folder:
        sys.exit("SURGECREW_DATA is not set: it names the folder of the real histories")
    tested: dict[Series, dict[str, Any]] = {}
    listed = list_series(pathlib.Path(folder))
    with ProgressBar() as progress:
        for number, series in enumerate(listed):
            progress("Forecasting", number, len(listed))
            try:
                tested[series] = test_series(pathlib.Path(folder), series, asked.seed)
            except InputError as error:
                print(f"{series.name}: {error}", file=sys.stderr)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = [
        "# Forecasts of mentions",
        "",
        f"Seed {asked.seed}, {len(tested)} series, {today}, commit {read_commit()}. Written by"
        " `run.py`; README.md says how to read it.",
        "",
        *write_tables(tested),
        "",
    ]
    (HERE / "tables.md").write_text("\n".join(text), encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
