"""Answers that others read: what the time of the first one, the public share and pinning are worth.

python experiments/living_faq/run.py [--quick] [--seed 1] [--workers N]
"""

import functools
import pathlib
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import (
    Draws,
    Measures,
    change,
    describe_dots,
    dot,
    load,
    mean,
    read_arguments,
    tabulate,
    tell,
    tell_change,
    write_study,
)

import sim
from sim.report.charts.chart import DotPanel
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy

REPLICATIONS = 200
SCENARIO, EVENT, EVENT_H = "launch_week", "launch", 33.0
LOOKS = 0.10
SHARES = (0.05, 0.10, 0.20)
AFTER_H = (0.0, 1.0, 4.0, 12.0, 24.0)
ISSUES = (1, 3, 5)
COMPLAINTS = ("error", "product", "process")
CHANNELS = {
    "complaints in private": COMPLAINTS,
    "questions in private": ("question",),
    "all in private": ("question", *COMPLAINTS),
}
SHOWN = {"deflected_share": 4, "brought_mentions": 1, "work_h": 2, "satisfaction": 5, "cost": 0}
HEAD = ["deflected", "complaints brought", "agent hours", "satisfaction", "cost"]


@functools.cache
def make_roster() -> Policy:
    """Return a roster in proportion to the work of the week without answers that others read."""
    return sim.load_policy("proportional", load(SCENARIO))


def play(draws: Draws, looks: float = LOOKS, **rules: Any) -> Measures:
    """Play the launch week with customers who look first, under a channel and posts."""
    scenario = load(SCENARIO, *([f"++faq.deflect_share={looks}"] if looks else []))
    return draws.play(scenario, Policy.model_validate({**make_roster().model_dump(), **rules}))


def pin(after_h: float = 0.0, issues: int = 5, again: int = 0) -> dict[str, Any]:
    """Return answers pinned so long after the event, and anew every two days."""
    times = [EVENT_H + after_h + 48.0 * time for time in range(1 + again)]
    return {"posts": [{"event": EVENT, "at_h": at_h, "issues": issues} for at_h in times]}


def hide(topics: tuple[str, ...]) -> dict[str, Any]:
    """Return replies that nobody else can read."""
    return {"channel": {topic: dict.fromkeys(PHASES, "private") for topic in topics}}


def compare(arms: dict[str, Measures], base: Measures, name: str) -> list[list[str]]:
    """Return the rows of a table: the base, then differences from it."""
    rows = [[name, *(tell(mean(base, each), n) for each, n in SHOWN.items())]]
    for label, arm in arms.items():
        rows.append([label, *(tell_change(arm, base, each, n) for each, n in SHOWN.items())])
    return rows


def count_spared(arm: Measures, base: Measures) -> str:
    """Return how many more customers are spared than without, a week."""
    spared = {"spared": arm["deflected_share"] * arm["actionable"]}
    before = {"spared": base["deflected_share"] * base["actionable"]}
    return tell_change(spared, before, "spared", 1)


def compare_pinned(arms: dict[str, Measures], base: Measures) -> list[list[str]]:
    """Return the rows of a table with the customers that each arm spares more than its base."""
    spared = ["", *(count_spared(arm, base) for arm in arms.values())]
    rows = compare(arms, base, "never")
    return [[*row, one] for row, one in zip(rows, spared, strict=True)]


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    base, off = play(draws), play(draws, 0.0)
    first = {f"{after_h:g} h after the launch": play(draws, **pin(after_h)) for after_h in AFTER_H}
    silent = hide(CHANNELS["all in private"])
    alone = {
        f"{after_h:g} h after the launch": play(draws, **silent, **pin(after_h))
        for after_h in AFTER_H
    }
    mute = play(draws, **silent)
    number = {f"{issues} of 5 issues": play(draws, **pin(issues=issues)) for issues in ISSUES}
    number["5 of 5, anew after two and four days"] = play(draws, **pin(again=2))
    hidden = {label: play(draws, **hide(topics)) for label, topics in CHANNELS.items()}
    shares = []
    for looks in SHARES:
        plain, pinned = play(draws, looks), play(draws, looks, **pin())
        private = play(draws, looks, **silent)
        shares.append(
            [
                f"{looks:.2f}",
                tell(mean(plain, "deflected_share")),
                tell_change(plain, private, "satisfaction", 5),
                count_spared(pinned, plain),
                tell_change(pinned, plain, "satisfaction", 5),
                tell_change(pinned, plain, "work_h", 2),
            ]
        )
    tables = {
        "Nobody looks first, then: as shipped but a tenth looks first": tabulate(
            ["", *HEAD], compare({"a tenth looks first": base}, off, "nobody looks")
        ),
        "Answers to the launch's five issues pinned, by when; replies public": tabulate(
            ["pinned", *HEAD, "spared a week"], compare_pinned(first, base)
        ),
        "The same where all replies are private: the first visible answers are these": tabulate(
            ["pinned", *HEAD, "spared a week"], compare_pinned(alone, mute)
        ),
        "Pinned at the launch, by how many": tabulate(
            ["pinned", *HEAD], compare(number, base, "none")
        ),
        "Who can read the replies": tabulate(["replies", *HEAD], compare(hidden, base, "public")),
        "By the share who look first and are served": tabulate(
            ["share", "deflected", "public less private, satisfaction",
             "spared by pinning, a week", "satisfaction by pinning", "agent hours by pinning"],
            shares,
        ),
    }  # fmt: skip
    panels = [
        DotPanel(title, [dot(label, change(arm, base, "satisfaction")) for label, arm in some], 5)
        for title, some in (
            ("Change of satisfaction by pinned answers, replies public", [*first.items()]),
            ("... by private replies", [*hidden.items()]),
        )
    ]
    dots = [dot(label, change(arm, mute, "satisfaction")) for label, arm in alone.items()]
    panels.insert(1, DotPanel("... by pinned answers, replies private", dots, 5))
    alt = "Change of satisfaction in the launch week by pinned answers and private replies."
    chart = describe_dots("picture", alt, panels)
    write_study(__file__, draws, "Answers that others read", tables, chart, quick)


if __name__ == "__main__":
    main()
