"""Events of the published sizes in windows of 72 hours: bias, and how often they are found.

    python experiments/events/run.py [--seed 1] [--repetitions 400]

Each event is kept in results/events/ as soon as it is done: a run that was stopped goes on
where it was. Writes tables.md and events.svg beside this file.
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
WINDOW_H = 72
LONG_H = 672
LEVEL = 0.05
NOTHING_TIMES = 10
"""so many times the repetitions where nothing happens: the size of the test"""
OTHER_WAYS = 100
"""repetitions of the two other ways to look, which cost more"""
K1, K3 = 0.389, 0.026
"""means of the four firms, where the source names none"""
FIRMS = {
    "AT&T": (0.396, 0.164, 0.028),
    "Verizon": (0.408, 0.165, 0.025),
    "Sprint": (0.358, 0.151, 0.027),
    "T-Mobile": (0.393, 0.153, 0.025),
}
LAUNCHES = {"AT&T": -0.021, "Verizon": -0.009, "Sprint": -0.069, "T-Mobile": -0.066}
K2_EVENTS = {
    "nothing": (0.160, 0.160),
    "celebrity contract": (0.174, 0.167),
    "better plan": (0.159, 0.152),
    "another better plan": (0.160, 0.153),
    "price rise": (0.161, 0.174),
}


class Event(NamedTuple):
    """A change of one parameter."""

    name: str
    moved: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]

    @property
    def size(self) -> float:
        place = 0 if self.moved == "k1" else 1
        return self.after[place] - self.before[place]


class Found(NamedTuple):
    """Over the repetitions: estimated changes, errors, p-values of three ways to look."""

    change: np.ndarray
    error: np.ndarray
    p: np.ndarray
    long_p: np.ndarray
    alone_p: np.ndarray
    """NaN where a window by itself does not identify the parameters"""


def list_events() -> list[Event]:
    events = [
        Event(name, "k2", (K1, before, K3), (K1, after, K3))
        for name, (before, after) in K2_EVENTS.items()
    ]
    events.append(Event("nothing, k1", "k1", FIRMS["AT&T"], FIRMS["AT&T"]))
    for firm, share in LAUNCHES.items():
        k1, k2, k3 = FIRMS[firm]
        events.append(Event(f"launch, {firm}", "k1", (k1, k2, k3), (k1 * (1 + share), k2, k3)))
    return events


def play(event: Event, seed: int, number: int, repetitions: int) -> np.ndarray:
    """Return series of LONG_H hours before and WINDOW_H after, shape (hours + 1, repetitions)."""
    rng = np.random.default_rng([seed, number])
    before = steer_sentiment(*event.before, rng.standard_normal((LONG_H, repetitions)))
    noise = rng.standard_normal((WINDOW_H, repetitions))
    return np.concatenate([before[:-1], steer_sentiment(*event.after, noise, before[-1])])


def study(event: Event, seed: int, number: int, repetitions: int) -> Found:
    series = play(event, seed, number, repetitions)
    rows = []
    for j in range(repetitions):
        x = series[:, j]
        short = study_event(x, LONG_H, WINDOW_H, moved=event.moved)
        long = alone = math.nan
        if j < OTHER_WAYS:
            whole = study_event(x, LONG_H, WINDOW_H, moved=event.moved, before_h=math.inf)
            long, alone = whole.p_value, judge_alone(x[LONG_H - WINDOW_H :], event.moved)
        rows.append((short.change, short.change_se, short.p_value, long, alone))
    return Found(*np.array(rows).T)


def judge_alone(x: np.ndarray, moved: str) -> float:
    """Return the p-value of the two windows' separate fits, as the source makes them."""
    try:
        before, after = fit_sentiment(x[: WINDOW_H + 1]), fit_sentiment(x[WINDOW_H:])
    except InputError:
        return math.nan
    gap = getattr(after, moved) - getattr(before, moved)
    error = math.hypot(*(getattr(fit, f"{moved}_se") for fit in (before, after)))
    return math.erfc(abs(gap) / error / math.sqrt(2.0))


def read_or_study(event: Event, seed: int, number: int, repetitions: int) -> Found:
    folder = HERE.parents[1] / "results" / "events"
    path = folder / f"{number}-{seed}-{repetitions}-{read_commit()[:12]}.json"
    if path.exists():
        return Found(*(np.array(each) for each in json.loads(path.read_text(encoding="utf-8"))))
    found = study(event, seed, number, repetitions)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([each.tolist() for each in found]), encoding="utf-8")
    return found


def write_row(event: Event, found: Found) -> str:
    count = found.change.size
    bias, spread = float(found.change.mean() - event.size), float(found.change.std(ddof=1))
    others = (found.long_p[:OTHER_WAYS], found.alone_p[:OTHER_WAYS])
    reject = [float(np.mean(p[np.isfinite(p)] < LEVEL)) for p in (found.p, *others)]
    sign = float(np.mean(np.sign(found.change) == np.sign(event.size))) if event.size else math.nan
    told = f"{sign:.2f}" if event.size else ""
    return (
        f"| {event.name} | {event.moved} | {event.size:+.4f} | {bias:+.5f} "
        f"| {bias / spread * math.sqrt(count):+.2f} | {spread:.4f} | {found.error.mean():.4f} "
        f"| {told} | {reject[0]:.3f} | {reject[1]:.3f} | {reject[2]:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=400)
    asked = parser.parse_args()
    events = list_events()
    results = []
    with ProgressBar() as progress:
        for number, event in enumerate(events):
            progress("Playing events", number, len(events))
            count = asked.repetitions * (1 if event.size else NOTHING_TIMES)
            results.append(read_or_study(event, asked.seed, number, count))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    text = "\n".join(
        [
            "# Events",
            "",
            f"Seed {asked.seed}, {asked.repetitions} repetitions an event"
            f" ({NOTHING_TIMES * asked.repetitions} of nothing), {today}, commit"
            f" {read_commit()}. Written by `run.py`; README.md says how to read it.",
            "",
            f"Windows of {WINDOW_H} h. *found*: share of repetitions with p < {LEVEL}; the last two"
            f" columns of the first {OTHER_WAYS} repetitions.",
            "",
            "| event | moves | size | bias | bias, in its SE | sd of estimates | mean estimated SE "
            f"| right sign | found | found, {LONG_H} h before | found, windows alone |",
            "|" + "---|" * 11,
            *(write_row(event, found) for event, found in zip(events, results, strict=True)),
            "",
        ]
    )
    rows = []
    for event, found in zip(events, results, strict=True):
        reach = 1.96 * float(found.change.std(ddof=1))
        middle = float(found.change.mean())
        rows.append(DotRow(event.name, middle, middle - reach, middle + reach))
    alt = "Mean estimated change of each event; 95 % of the estimates lie in ranges that hold zero."
    half = len(K2_EVENTS)
    panels = [
        DotPanel("Change of k2: mean and 95 % of estimates", rows[:half]),
        DotPanel("Change of k1: mean and 95 % of estimates", rows[half:]),
    ]
    (HERE / "tables.md").write_text(text, encoding="utf-8")
    for panel, name in zip(panels, ("events", "launches"), strict=True):
        svg = draw_dots(DotChart(name, "", alt, [panel]))
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
