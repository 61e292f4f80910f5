"""What the studies beside this file share: arms on common draws, paired differences, pages.

An arm is a scenario with a policy, played on the replications of one seed: two arms meet the
same customers wherever their scenarios allow it, so differences are taken pair by pair. What
was played is kept in results/studies/, by a hash of the code, the shipped numbers, the arm and
the draws: a study that was stopped goes on where it was.
"""

import argparse
import datetime
import functools
import hashlib
import pathlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import sim
from sim.outcomes.estimate import (
    Estimate,
    estimate_difference,
    estimate_mean,
    estimate_measure,
)
from sim.outcomes.intervals import QUANTITIES
from sim.planning.benchmarks.choice import scale_staff
from sim.report.charts.chart import Chart, DotChart, DotPanel, DotRow
from sim.report.charts.figures import draw_chart, draw_dots
from sim.running.replicate import replicate
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.store.provenance import read_commit
from sim.study.laying import lay_sweep
from sim.study.reading import read_experiment
from sim.study.sweeping import run_laid

HOME = pathlib.Path(__file__).resolve().parents[1]
QUICK = 20
restaff = scale_staff
Measures = dict[str, np.ndarray]
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Draws:
    """The draws of a study.

    Attributes
    ----------
    replications, seed : int
        Of every arm.
    workers : int or None
        Threads; None: all cores.
    keeps : bool
        Whether arms are kept on the disk.
    """

    replications: int
    seed: int = 1
    workers: int | None = None
    keeps: bool = True

    def play(self, scenario: Scenario, policy: Policy) -> Measures:
        """Return every measure of an arm, shape (n,), and its courses by hour of the horizon.

        Courses (`course/sentiment`, `course/response_effort` ...) have the shape (n, n_intervals)
        and are those of all pools together.
        """
        told = (scenario.model_dump_json(), policy.model_dump_json())
        key = hashlib.sha256(
            "\n".join((hash_sources(), *told, str(self.replications), str(self.seed))).encode()
        ).hexdigest()[:24]
        path = HOME / "results" / "studies" / f"{key}.npz"
        if self.keeps and path.exists():
            with np.load(path) as kept:
                return dict(kept)
        run = replicate(scenario, policy, self.replications, self.seed, workers=self.workers)
        found = dict(run.measures)
        for name in ("sentiment", "response_effort", "cases", "waiting"):
            found[f"course/{name}"] = run.traces[:, QUANTITIES.index(name), -1]
        if self.keeps:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part.npz")
            np.savez_compressed(part, **found)
            part.replace(path)
        return found


@functools.cache
def hash_sources() -> str:
    """Return a hash of the code and the shipped numbers that arms depend on."""
    whole = hashlib.sha256()
    for path in sorted([*HOME.glob("sim/**/*.py"), *HOME.glob("configs/**/*.yaml")]):
        whole.update(path.relative_to(HOME).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def sweep_arms(script: str, draws: Draws) -> dict[str, Measures]:
    """Play the arms of the experiment beside a script; return every measure of each.

    What was played is kept in results/sweep/NAME, unless the draws keep nothing.
    """
    folder = pathlib.Path(script).resolve().parent
    with tempfile.TemporaryDirectory() as nowhere:
        place = HOME / "results" / "sweep" / folder.name if draws.keeps else nowhere
        settings = {
            "replications": draws.replications,
            "run.seed": draws.seed,
            "run.workers": draws.workers or "null",
            "run.dir": place,
        }
        texts = [f"{key}={value}" for key, value in settings.items()]
        laid = lay_sweep(read_experiment(str(folder / "experiment.yaml"), texts))
        run_laid(laid, lambda *_: None)
        found = sim.read_sweep(place)
    return {str(arm): found.take(point) for point, arm in enumerate(found.design["arm"])}


def read_arguments(text: str | None, replications: int) -> tuple[Draws, bool]:
    """Return the draws that the command line asks for, and whether it asks for a quick look."""
    parser = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth; prints, writes nothing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=None, help="threads; all cores if not said")
    asked = parser.parse_args()
    n = max(replications // QUICK, 10) if asked.quick else replications
    return Draws(n, asked.seed, asked.workers), asked.quick


def answer(policy: Policy, level: str, topics: Sequence[str] | None = None) -> Policy:
    """Return a policy that answers some topics (all if not said) at one level throughout."""
    effort = {
        topic: dict.fromkeys(row, level) if topics is None or topic in topics else dict(row)
        for topic, row in policy.effort.items()
    }
    return Policy.model_validate({**policy.model_dump(), "effort": effort})


def load(name: str, *overrides: str) -> Scenario:
    """Return a shipped scenario with changes."""
    return sim.load_scenario(name, list(overrides))


def mean(arm: Measures, measure: str) -> Estimate:
    """Return the mean of a measure with its interval."""
    return estimate_measure(measure, arm[measure])


def change(arm: Measures, other: Measures, measure: str) -> Estimate:
    """Return the paired difference of a measure: the first arm less the other."""
    return estimate_difference(arm[measure], other[measure])


def ratio(top: np.ndarray, bottom: np.ndarray, factor: float = 1.0) -> Estimate:
    """Return the ratio of two means of paired values, with the interval of the delta method."""
    value = float(top.mean() / bottom.mean())
    rest = estimate_mean(value + (top - value * bottom) / bottom.mean())
    return Estimate(factor * value, factor * rest.ci_low, factor * rest.ci_high, rest.n)


def relative_change(
    pair: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]
) -> Estimate:
    """Return by how many percent the ratio of two means differs between arms on common draws.

    Parameters
    ----------
    pair, other : tuple of np.ndarray
        Numerator and denominator by replication, of either arm.

    Returns
    -------
    Estimate
        100 (R / R' - 1), the interval by the delta method, pair by pair.
    """
    value, influence = 1.0, np.zeros(pair[0].size)
    for (top, bottom), power in ((pair, 1), (other, -1)):
        own = float(top.mean() / bottom.mean())
        value *= own**power
        influence = influence + power * (top / top.mean() - bottom / bottom.mean())
    rest = estimate_mean(100.0 * (value - 1.0 + value * influence))
    return Estimate(100.0 * (value - 1.0), rest.ci_low, rest.ci_high, rest.n)


def tell(found: Estimate, decimals: int = 4, signed: bool = False) -> str:
    """Write an estimate as mean and half-width of its 95 % interval."""
    half = (found.ci_high - found.ci_low) / 2.0
    sign = "+" if signed else ""
    return f"{found.mean:{sign}.{decimals}f} ± {half:.{decimals}f}"


def tell_change(arm: Measures, other: Measures, measure: str, decimals: int = 4) -> str:
    """Write a paired difference."""
    return tell(change(arm, other, measure), decimals, signed=True)


def dot(label: str, found: Estimate) -> DotRow:
    """Return a row of a picture of differences."""
    return DotRow(label, found.mean, found.ci_low, found.ci_high)


def tabulate(head: Sequence[str], rows: Rows) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_study(
    script: str,
    draws: Draws,
    title: str,
    tables: Mapping[str, str],
    chart: Chart | DotChart,
    quick: bool,
) -> None:
    """Write tables.md and picture.svg beside a script; a quick look only prints.

    Parameters
    ----------
    script : str
        The script's `__file__`.
    draws : Draws
        Told at the head of the page.
    title : str
        Heading of the page.
    tables : Mapping of str to str
        Tables by their heading.
    chart : Chart or DotChart
        The picture.
    quick : bool
        Print and write nothing.
    """
    folder = pathlib.Path(script).resolve().parent
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        f"# {title}",
        "",
        f"Seed {draws.seed}, {draws.replications} replications of each arm, {today}, commit"
        f" {read_commit()}. Written by `run.py`; README.md says how to read it. ± is half of a 95 %"
        " interval; differences are paired.",
    ]
    for heading, table in tables.items():
        lines += ["", f"## {heading}", "", table]
    text = "\n".join([*lines, "", "![picture](picture.svg)"]) + "\n"
    print(text)
    if not quick:
        picture = draw_dots(chart) if isinstance(chart, DotChart) else draw_chart(chart)
        (folder / "tables.md").write_text(text, encoding="utf-8")
        (folder / "picture.svg").write_text(picture, encoding="utf-8")


def describe_dots(name: str, alt: str, panels: Sequence[DotPanel]) -> DotChart:
    """Return a picture of differences."""
    return DotChart(name, "", alt, panels)
