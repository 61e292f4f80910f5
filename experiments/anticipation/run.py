"""What knowing an event ahead is worth, and what a lead and preparations add: by size and notice.

python experiments/anticipation/run.py [--quick] [--seed 1] [--workers N]
"""

import functools
import pathlib
import sys
from collections.abc import Iterable

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
from sim.outcomes.estimate import estimate_difference
from sim.planning.search.budget import guess_labor_cost
from sim.policies.standard import make_standard_policy
from sim.policies.workload import hide_later_news
from sim.report.charts.chart import DotPanel
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

PLANS = pathlib.Path(__file__).resolve().parents[1] / "plan_vs_standard" / "plans"
REPLICATIONS = 120
PEAKS = (2.0, 3.0, 5.0)
NOTICES_H = (0.0, 24.0, 336.0)
LEADS_H = (6.0, 12.0, 24.0, 48.0)
LEVELS = ("thorough", "brief")
BUDGET, BUDGET_PER_PEAK = 24_000.0, 1_500.0
LOOK_FIRST = 0.1
"""share of customers who look for an answer first, as in `experiments/living_faq`"""
WEEKS = {"campaign_week": "campaign", "launch_week": "launch", "price_rise_week": "price_rise"}
"""weeks with an announced event, and its name"""


def make_world(peak: float, notice_h: float) -> Scenario:
    """Return the campaign week with an event of this size and notice, at the same time.

    Without notice the time must not be certain: a quarter of an hour around it.
    """
    changes = [f"events.campaign.peak={peak}", f"events.campaign.announced_h={notice_h}"]
    if notice_h == 0.0:
        changes += ["events.campaign.time_h=null", "++events.campaign.window_h=[57.875,58.125]"]
    return load("campaign_week", *changes)


@functools.cache
def staff(peak: float, notice_h: float) -> Policy:
    """Return staff in proportion to the work that is expected at time 0, for the same wages."""
    known = hide_later_news(make_world(peak, notice_h))
    return make_standard_policy("proportional", known, guess_labor_cost(known, find_budget(peak)))


def find_budget(peak: float) -> float:
    return BUDGET + BUDGET_PER_PEAK * peak


def lead(policy: Policy, lead_h: float, level: str) -> Policy:
    """Return a policy that answers at another level for so long before the event."""
    effort = {topic: {**row, "ahead": level} for topic, row in policy.effort.items()}
    return Policy.model_validate({**policy.model_dump(), "effort": effort, "lead_h": lead_h})


def play_notice(draws: Draws, peak: float, notice_h: float) -> Measures:
    """Play an event with the staff that its notice allows and no lead."""
    world = make_world(peak, notice_h)
    return draws.play(world, staff(peak, notice_h))


def prepare(policy: Policy, names: Iterable[str]) -> Policy:
    """Return a policy that does these preparations, its staff as it is."""
    return policy.model_copy(update={"preparations": tuple(names)})


def play_prepared(draws: Draws, peak: float, notice_h: float) -> Measures:
    """Play an event with the staff that its notice allows and all preparations that are offered."""
    world = make_world(peak, notice_h)
    return draws.play(world, prepare(staff(peak, notice_h), world.preparations))


def make_surprise(name: str) -> Scenario:
    """Return a shipped week whose event comes when it does, and nobody knows."""
    key, at_h = f"events.{WEEKS[name]}", load(name).events[WEEKS[name]].time_h
    window = f"++{key}.window_h=[{at_h - 0.125},{at_h + 0.125}]"
    return load(name, f"{key}.announced_h=0", f"{key}.time_h=null", window)


def answer(policy: Policy, level: str) -> Policy:
    """Return a policy that answers at another level while the event lasts."""
    effort = {topic: {**row, "surge": level} for topic, row in policy.effort.items()}
    return Policy.model_validate({**policy.model_dump(), "effort": effort})


def pin(policy: Policy, world: Scenario, name: str) -> Policy:
    """Return a policy that pins answers to all issues of the week's event when it begins."""
    at_h = world.events[WEEKS[name]].time_h
    post = {"event": WEEKS[name], "at_h": at_h, "issues": world.faq.event_issues}
    return Policy.model_validate({**policy.model_dump(), "posts": [post]})


def tell_parts(draws: Draws, name: str) -> list[str]:
    """Tell what posts add where a tenth look first, and what other levels in the surge add."""
    known = load(name)
    read = load(name, f"++faq.deflect_share={LOOK_FIRST}")
    wages = guess_labor_cost(known, known.planner["budget"])
    roster = make_standard_policy("proportional", known, wages)
    ready, told = draws.play(known, roster), draws.play(read, roster)
    pinned = draws.play(read, pin(roster, read, name))
    levels = [draws.play(known, answer(roster, level)) for level in LEVELS]
    contacts = [run["actionable"] * (1.0 - run["deflected_share"]) for run in (told, pinned)]
    return [
        name.replace("_", " "),
        tell_change(told, ready, "satisfaction"),
        tell_change(pinned, told, "satisfaction"),
        tell(estimate_difference(contacts[0], contacts[1]), 0),
        tell_change(pinned, told, "work_h", 1),
        *(tell_change(seen, ready, "satisfaction") for seen in levels),
    ]


def tell_week(draws: Draws, name: str) -> list[str]:
    """Tell of a shipped week what the roster adds to no notice, and each preparation to that."""
    known, unknown = load(name), make_surprise(name)
    wages = guess_labor_cost(known, known.planner["budget"])
    rosters = [make_standard_policy("proportional", one, wages) for one in (unknown, known)]
    surprised = draws.play(unknown, rosters[0])
    ready = draws.play(known, rosters[1])
    offered = tuple(known.preparations)
    singles = [draws.play(known, prepare(rosters[1], (one,))) for one in offered]
    every = draws.play(known, prepare(rosters[1], offered))
    told = [
        f"{one.replace('_', ' ')} {tell_change(seen, ready, 'satisfaction')}"
        for one, seen in zip(offered, singles, strict=True)
    ]
    return [
        name.replace("_", " "),
        tell(mean(surprised, "satisfaction")),
        tell_change(ready, surprised, "satisfaction"),
        tell_change(every, ready, "satisfaction"),
        "; ".join(told),
        tell_change(every, ready, "work_h", 1),
        tell_change(every, ready, "cost", 0),
    ]


def tell_plan(draws: Draws, name: str) -> list[str]:
    """Tell what a kept plan is ahead of *reactive* by, and what it loses without each part."""
    world = load(name)
    plan = sim.load_policy(str(PLANS / f"{name}.yaml"), world)
    wages = guess_labor_cost(world, world.planner["budget"])
    reactive = make_standard_policy("reactive", world, wages)
    staff = {"staff": reactive.staff, "shifts": reactive.shifts}
    staff |= {"after_close": reactive.after_close, "preparations": ()}
    levels = {
        topic: dict.fromkeys(row, "none" if "none" in row.values() else "standard")
        for topic, row in plan.effort.items()
    }
    idle = prepare(plan, ())
    arms = [
        (reactive, plan),
        (idle.model_copy(update=staff), idle),
        (idle, plan),
        (plan.model_copy(update={"effort": levels}), plan),
        (plan.model_copy(update={"lead_h": 0.0}), plan),
        (plan.model_copy(update={"knows_events": False, "preparations": (), "lead_h": 0.0}), plan),
    ]
    done = ", ".join(plan.preparations).replace("_", " ") or "none"
    runs = [(draws.play(world, full), draws.play(world, less)) for less, full in arms]
    return [
        name.replace("_", " "),
        done,
        *(tell_change(full, less, "satisfaction") for full, less in runs),
    ]


def play_lead(draws: Draws, peak: float, notice_h: float, lead_h: float, level: str) -> Measures:
    """Play the same with another level ahead of the event."""
    world = make_world(peak, notice_h)
    return draws.play(world, lead(staff(peak, notice_h), lead_h, level))


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    plain = {(peak, h): play_notice(draws, peak, h) for peak in PEAKS for h in NOTICES_H}
    first = [
        [
            f"{peak:g}",
            tell(mean(plain[peak, 0.0], "satisfaction")),
            *(tell_change(plain[peak, h], plain[peak, 0.0], "satisfaction") for h in NOTICES_H[1:]),
            *(
                tell_change(plain[peak, h], plain[peak, 0.0], "sentiment_mean")
                for h in NOTICES_H[1:]
            ),
        ]
        for peak in PEAKS
    ]
    rows, panels = [], []
    for level in LEVELS:
        dots = []
        for peak in PEAKS:
            for notice_h in NOTICES_H[1:]:
                arms = {
                    lead_h: play_lead(draws, peak, notice_h, lead_h, level)
                    for lead_h in LEADS_H
                    if lead_h <= notice_h
                }
                cells = [
                    tell_change(arms[lead_h], plain[peak, notice_h], "satisfaction")
                    if lead_h in arms
                    else "as 24 h"
                    for lead_h in LEADS_H
                ]
                rows.append([level, f"{peak:g}", f"{notice_h:g}", *cells])
                if notice_h == NOTICES_H[-1]:
                    dots += [
                        dot(
                            f"size {peak:g}, lead {lead_h:g} h",
                            change(arm, plain[peak, notice_h], "satisfaction"),
                        )
                        for lead_h, arm in arms.items()
                    ]
        panels.append(DotPanel(f"{level} ahead: change of satisfaction", dots, 4))
    prepared, together = [], []
    for peak in PEAKS:
        done = {h: play_prepared(draws, peak, h) for h in NOTICES_H[1:]}
        prepared.append(
            [f"{peak:g}", *(tell_change(done[h], plain[peak, h], "satisfaction") for h in done)]
        )
        together.append(
            [
                f"{peak:g}",
                *(tell_change(plain[peak, h], plain[peak, 0.0], "satisfaction") for h in done),
                *(tell_change(done[h], plain[peak, 0.0], "satisfaction") for h in done),
            ]
        )
    tables = {
        "Notice: staff as good as the notice allows, no lead, less no notice": tabulate(
            [
                "size, times base",
                "satisfaction without notice",
                "24 h",
                "two weeks",
                "24 h: sentiment",
                "two weeks: sentiment",
            ],
            first,
        ),
        "Preparations: all that campaign_week offers, less the same staff without": tabulate(
            ["size", "24 h", "two weeks"], prepared
        ),
        "Notice less none, without and with all preparations that it leaves time for": tabulate(
            ["size", "24 h", "two weeks", "24 h, prepared", "two weeks, prepared"], together
        ),
        "Two weeks' notice of the shipped weeks: what posts and levels add to the roster": tabulate(
            [
                "week",
                "a tenth look first",
                "answers to all its issues pinned when it begins",
                "later questions spared",
                "work, h, of pinning",
                *(f"{level} in the surge" for level in LEVELS),
            ],
            [tell_parts(draws, name) for name in WEEKS],
        ),
        "Two weeks' notice of the shipped weeks: what is roster and what is preparation": tabulate(
            [
                "week",
                "satisfaction without notice",
                "roster",
                "all preparations, the roster as it is",
                "each alone",
                "work, h, of all",
                "cost of all",
            ],
            [tell_week(draws, name) for name in WEEKS],
        ),
        "The kept plans: what they are ahead of reactive by, and what each part adds": tabulate(
            [
                "week",
                "prepares",
                "plan less reactive",
                "its roster, less the reactive one (no preparations)",
                "preparations",
                "levels, less standard",
                "lead",
                "all that it knows ahead, the same roster",
            ],
            [tell_plan(draws, name) for name in WEEKS],
        ),
        "Lead: another level before the event, less the same staff without": tabulate(
            ["level ahead", "size", "notice, h", *(f"lead {h:g} h" for h in LEADS_H)], rows
        ),
    }
    alt = "Change of satisfaction by a lead before an event of three sizes, announced long ahead."
    chart = describe_dots("picture", alt, panels)
    write_study(
        __file__, draws, "Anticipation: notice, preparations and lead", tables, chart, quick
    )


if __name__ == "__main__":
    main()
