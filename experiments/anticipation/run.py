"""What knowing an event ahead is worth, and what a lead adds: by its size and its notice.

python experiments/anticipation/run.py [--quick] [--seed 1] [--workers N]
"""

import functools
import pathlib
import sys

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

from sim.planning.search.budget import guess_labor_cost
from sim.policies.standard import make_standard_policy
from sim.policies.workload import hide_later_news
from sim.report.charts.chart import DotPanel
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

REPLICATIONS = 400
PEAKS = (2.0, 3.0, 5.0)
NOTICES_H = (0.0, 24.0, 336.0)
LEADS_H = (6.0, 12.0, 24.0, 48.0)
LEVELS = ("thorough", "brief")
BUDGET, BUDGET_PER_PEAK = 24_000.0, 1_500.0


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
        "Lead: another level before the event, less the same staff without": tabulate(
            ["level ahead", "size", "notice, h", *(f"lead {h:g} h" for h in LEADS_H)], rows
        ),
    }
    alt = "Change of satisfaction by a lead before an event of three sizes, announced long ahead."
    chart = describe_dots("picture", alt, panels)
    write_study(__file__, draws, "Anticipation: notice and lead", tables, chart, quick)


if __name__ == "__main__":
    main()
