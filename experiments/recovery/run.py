"""Does estimation give the parameters back: bias, coverage, and how many hours it takes.

    python experiments/recovery/run.py [--seed 1] [--repetitions 500]

Each firm's share is kept in results/recovery/ as soon as it is done: a run that was stopped goes
on where it was. Writes tables.md and recovery.svg beside this file.
"""

import argparse
import datetime
import json
import math
import pathlib
from typing import NamedTuple

import numpy as np

from sim.cli.progress import ProgressBar
from sim.errors import InputError
from sim.feeling import fit_sentiment, steer_sentiment, study_event
from sim.report.charts.chart import DotChart, DotPanel, DotRow
from sim.report.charts.figures import draw_dots
from sim.store.provenance import read_commit

HERE = pathlib.Path(__file__).resolve().parent
FIRMS = {
    "AT&T": (0.396, 0.164, 0.028),
    "Verizon": (0.408, 0.165, 0.025),
    "Sprint": (0.358, 0.151, 0.027),
    "T-Mobile": (0.393, 0.153, 0.025),
}
PUBLISHED_SE = {
    "AT&T": (0.011, 0.007),
    "Verizon": (0.013, 0.006),
    "Sprint": (0.010, 0.005),
    "T-Mobile": (0.015, 0.009),
}
NAMES = ("k1", "k2", "k3")
HOURS = 2928
NORMAL = 1.959964
REPEATS_OF_LENGTHS = 100
LENGTHS = (72, 168, 336, 672, 1344, 2928)
WINDOWS_H = (72, 168, 336, 672, 1344)
REPEATS_OF_EVENTS = 40
POWER = 0.8415 + NORMAL
"""standard errors that an effect must have to be found four times in five"""
EVENTS = {
    "better plan, k2 -.007": ("k2", 0.007),
    "price rise, k2 +.013": ("k2", 0.013),
    "launch, k1 -1 %": ("k1", 0.01 * 0.396),
    "launch, k1 -2 %": ("k1", 0.02 * 0.396),
    "launch, k1 -7 %": ("k1", 0.07 * 0.396),
}


class Result(NamedTuple):
    """Estimates and standard errors of one firm, shape (repetitions, 3)."""

    estimate: np.ndarray
    error: np.ndarray


def fit_firm(firm: str, seed: int, repetitions: int, hours: int = HOURS) -> Result:
    """Simulate and fit a firm's series."""
    place = list(FIRMS).index(firm)
    rng = np.random.default_rng([seed, place, hours])
    series = steer_sentiment(*FIRMS[firm], rng.standard_normal((hours, repetitions)))
    fits = [fit_sentiment(series[:, j]) for j in range(repetitions)]
    return Result(
        np.array([[fit.k1, fit.k2, fit.k3] for fit in fits]),
        np.array([[fit.k1_se, fit.k2_se, fit.k3_se] for fit in fits]),
    )


def read_or_fit(firm: str, seed: int, repetitions: int) -> Result:
    folder = HERE.parents[1] / "results" / "recovery"
    name = f"{firm.lower().replace('&', '')}-{seed}-{repetitions}-{read_commit()[:12]}.json"
    if (folder / name).exists():
        kept = json.loads((folder / name).read_text(encoding="utf-8"))
        return Result(np.array(kept["estimate"]), np.array(kept["error"]))
    result = fit_firm(firm, seed, repetitions)
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"estimate": result.estimate.tolist(), "error": result.error.tolist()}
    (folder / name).write_text(json.dumps(kept), encoding="utf-8")
    return result


def list_rows(firm: str, result: Result) -> list[str]:
    """Return a line for each parameter."""
    lines = []
    for column, name in enumerate(NAMES):
        truth = FIRMS[firm][column]
        estimate, error = result.estimate[:, column], result.error[:, column]
        bias, spread = float(estimate.mean() - truth), float(estimate.std(ddof=1))
        covered = float(np.mean(np.abs(estimate - truth) <= NORMAL * error))
        published = f"{PUBLISHED_SE[firm][column]:.3f}" if column < 2 else ""
        holds = abs(bias) < 0.5 * spread and 0.921 <= covered <= 0.979
        lines.append(
            f"| {firm} | {name} | {truth:.3f} | {bias:+.5f} | {bias / spread:+.3f} | {spread:.4f} "
            f"| {error.mean():.4f} | {published} | {covered:.3f} | {'yes' if holds else 'NO'} |"
        )
    return lines


def list_lengths(seed: int) -> list[str]:
    """Return a line for each length of a series of AT&T."""
    lines = []
    for hours in LENGTHS:
        rng = np.random.default_rng([seed, 99, hours])
        noise = rng.standard_normal((hours, REPEATS_OF_LENGTHS))
        series = steer_sentiment(*FIRMS["AT&T"], noise)
        fits, failed = [], 0
        for j in range(REPEATS_OF_LENGTHS):
            try:
                fits.append(fit_sentiment(series[:, j]))
            except InputError:
                failed += 1
        k1, k2 = (np.median([getattr(fit, f"{name}_se") for fit in fits]) for name in ("k1", "k2"))
        middle = np.median([fit.k1 for fit in fits])
        lines.append(f"| {hours:,} | {k1:.4f} | {k2:.4f} | {middle:.3f} | {failed} |")
    return lines


def measure_event_errors(seed: int, window_h: int) -> dict[str, float]:
    """Return the mean standard error of a change, by parameter and by what comes before."""
    rng = np.random.default_rng([seed, 98, window_h])
    before = HOURS - window_h
    noise = rng.standard_normal((HOURS, REPEATS_OF_EVENTS))
    series = steer_sentiment(*FIRMS["AT&T"], noise)
    errors = {}
    for moved in ("k1", "k2"):
        for label, before_h in (("same", float(window_h)), ("all", math.inf)):
            studies = [
                study_event(series[:, j], before, window_h, moved=moved, before_h=before_h)
                for j in range(REPEATS_OF_EVENTS)
            ]
            errors[f"{moved} {label}"] = float(np.mean([study.change_se for study in studies]))
    return errors


def list_needed(errors: dict[int, dict[str, float]]) -> list[str]:
    """Return a line for each event: hours after it that find it four times in five."""
    lines = []
    for name, (moved, size) in EVENTS.items():
        cells = []
        for label in ("same", "all"):
            scaled = [errors[window][f"{moved} {label}"] for window in WINDOWS_H]
            cells.append(_find_needed(scaled, size))
        ratio = size / errors[72][f"{moved} same"]
        lines.append(f"| {name} | {size:.4f} | {ratio:.2f} | {cells[0]} | {cells[1]} |")
    return lines


def _find_needed(errors: list[float], size: float) -> str:
    """Interpolate ln(error) on ln(hours); beyond the last window it falls as 1/sqrt(hours)."""
    target = size / POWER
    logs = np.log(np.array(WINDOWS_H, float))
    if errors[0] <= target:
        return "under 72"
    for low in range(len(errors) - 1):
        high, low_error, high_error = low + 1, math.log(errors[low]), math.log(errors[low + 1])
        if errors[high] <= target:
            share = (low_error - math.log(target)) / (low_error - high_error)
            return f"{math.exp(logs[low] + share * (logs[high] - logs[low])):,.0f}"
    return f"about {WINDOWS_H[-1] * (errors[-1] / target) ** 2:,.0f}"


def draw(results: dict[str, Result]) -> str:
    panels = []
    for column, name in enumerate(NAMES):
        rows = []
        for firm, result in results.items():
            gap = (result.estimate[:, column] - FIRMS[firm][column]) / result.estimate[
                :, column
            ].std(ddof=1)
            reach = NORMAL / math.sqrt(gap.size)
            rows.append(DotRow(firm, float(gap.mean()), gap.mean() - reach, gap.mean() + reach))
        panels.append(DotPanel(f"Bias of {name}, in standard errors", rows, 3))
    alt = "Bias of k1, k2 and k3 at the four firms, all within a tenth of a standard error of zero."
    return draw_dots(DotChart("recovery", "", alt, panels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=500)
    asked = parser.parse_args()
    results, errors = {}, {}
    with ProgressBar() as progress:
        for done, firm in enumerate(FIRMS):
            progress("Fitting the firms", done, len(FIRMS))
            results[firm] = read_or_fit(firm, asked.seed, asked.repetitions)
        for done, window in enumerate(WINDOWS_H):
            progress("Measuring events", done, len(WINDOWS_H))
            errors[window] = measure_event_errors(asked.seed, window)
    rows = [row for firm, result in results.items() for row in list_rows(firm, result)]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = "\n".join(
        [
            "# Parameters given back",
            "",
            f"Seed {asked.seed}, {asked.repetitions} repetitions, {today}, commit {read_commit()}."
            " Written by `run.py`; README.md says how to read it.",
            "",
            f"## {HOURS:,} hours, effort not observed",
            "",
            "| firm | | truth | bias | bias / SE | SE | mean estimated SE | published SE | covered "
            "| holds |",
            "|" + "---|" * 10,
            *rows,
            "",
            f"## Length of the series (AT&T, {REPEATS_OF_LENGTHS} repetitions, medians)",
            "",
            "| hours | SE of k1 | SE of k2 | k1 | not identified |",
            "|" + "---|" * 5,
            *list_lengths(asked.seed),
            "",
            "## Standard error of a change at an event (AT&T)",
            "",
            "| hours after | k2, as many before | k2, all before | k1, as many before "
            "| k1, all before |",
            "|" + "---|" * 5,
            *(
                f"| {window:,} | {each['k2 same']:.4f} | {each['k2 all']:.4f} "
                f"| {each['k1 same']:.4f} | {each['k1 all']:.4f} |"
                for window, each in errors.items()
            ),
            "",
            "## Hours after an event that find it four times in five (test at 5 %)",
            "",
            "| event | size | size / SE at 72 h | as many before | all of 2,928 before |",
            "|" + "---|" * 5,
            *list_needed(errors),
            "",
        ]
    )
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    (HERE / "recovery.svg").write_text(draw(results), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
