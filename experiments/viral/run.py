"""A complaint the size of Ryanair's in 2012: how far it spreads, by the delay of the reply.

python experiments/viral/run.py [--quick] [--seed 1] [--workers N]
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from studies import Draws, load, ratio, read_arguments, tabulate, tell, write_study

from sim.outcomes.estimate import Estimate
from sim.policies.standard import make_standard_policy
from sim.report.charts.chart import DASHED, Chart, Line, Mark, Panel
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

REPLICATIONS = 400
SEEDS = 250
RYANAIR = 18_000
DAYS, STEP_MIN = 3, 5
DELAYS_MIN = (0, 5, 15, 30, 60, 120, 240, 480, 1440, None)
AGENTS = 900


def make_world(*changes: str) -> Scenario:
    """Return a world of complaints alone: so many at time 0, then only what they set off."""
    quick = "{name: constant, mean_min: .02}"
    return load(
        "telecom_week",
        f"horizon.days={DAYS}",
        "demand.base_per_h=.0001",
        f"++demand.backlog_mentions={SEEDS}",
        "++demand.backlog_share={error: 1}",
        f"topics.error.work={quick}",
        "topics.error.patience=null",
        "maturity.triage_recall=1",
        "maturity.routing_accuracy=1",
        "conversation.write_again_share=0",
        "conversation.follow_up_share=0",
        "team.max_open_cases_per_agent=null",
        "team.slow_down_slope=0",
        "team.overflow_min=null",
        *(f"team.pools.{pool}.limit={AGENTS}" for pool in ("general", "technical")),
        *(f"effort.levels.{level}.reopen_share=0" for level in ("brief", "standard", "thorough")),
        "++shifts=null",
        *changes,
    )


def start_after(scenario: Scenario, delay_min: int | None, level: str = "standard") -> Policy:
    """Return a team, large enough for everybody, that begins after a delay; None: never."""
    first = DAYS * 1440 if delay_min is None else delay_min
    staff = tuple(AGENTS if minute >= first else 0 for minute in range(0, DAYS * 1440, STEP_MIN))
    base = make_standard_policy("flat", scenario, 0.0)
    levels = {topic: dict.fromkeys(row, level) for topic, row in base.effort.items()}
    return Policy.model_validate(
        {
            **base.model_dump(),
            "effort": levels,
            "staff": dict.fromkeys(scenario.pool_names, staff),
            "after_close": dict.fromkeys(scenario.pool_names, 0),
            "surge": None,
            "staff_interval_min": STEP_MIN,
        }
    )


def play_delay(
    draws: Draws, delay_min: int | None, level: str = "standard", *changes: str
) -> Estimate:
    """Return how many mentions a complaint sets off if it is answered after a delay."""
    scenario = make_world(*changes)
    spread = draws.play(scenario, start_after(scenario, delay_min, level))["spread_mentions"]
    return ratio(spread, np.full(spread.size, float(SEEDS)))


def expect_spread(scenario: Scenario, delay_min: float | None, level: str = "standard") -> float:
    """Return the same by the renewal equation of the branching process, no generation cut.

    Of a mention whose answer comes at age t::

        m(t) = n int_0^t f(s) (1 + m(t - s)) ds + n r (1 - F(t)) (1 + m(0))
        m(0) = n r / (1 - n r)

    f the density of a child's delay, F its integral, n the branching ratio, r what the
    reply leaves of the spreading. Children born before the answer are answered with their
    parent, later ones at once.
    """
    spreading = scenario.demand.spreading
    n, r = spreading.branching_ratio, scenario.effort.levels[level].residual_spread
    at_once = n * r / (1.0 - n * r)
    if delay_min is None:
        return n / (1.0 - n)
    if delay_min == 0:
        return at_once
    steps = 4000
    # fine near zero, where the kernel is: a power grid, and mid-point values of m by interpolation
    ages_s = delay_min * 60.0 * np.linspace(0.0, 1.0, steps + 1) ** 2
    below = spread_until(scenario, ages_s)
    m = np.empty(steps + 1)
    m[0] = at_once
    for k in range(1, steps + 1):
        weights = np.diff(below[: k + 1])
        middle = 0.5 * (ages_s[1 : k + 1] + ages_s[:k])
        earlier = np.interp(ages_s[k] - middle, ages_s[:k], m[:k])
        m[k] = n * (weights @ (1.0 + earlier)) + n * r * (1.0 - below[k]) * (1.0 + at_once)
    return float(m[-1])


def spread_until(scenario: Scenario, age_s: np.ndarray) -> np.ndarray:
    """Return the share of its children that a complaint has after so many seconds, F."""
    spreading = scenario.demand.spreading
    flat, p, cut = spreading.flat_s, spreading.exponent - 1.0, spreading.cut_h * 3600.0
    whole = flat * (1.0 + (1.0 - (flat / cut) ** p) / p)
    late = np.clip(age_s, flat, cut)
    tail = (flat / whole) * (1.0 + (1.0 - (flat / late) ** p) / p)
    return np.where(age_s <= flat, age_s / whole, tail)


def name_delay(delay_min: int | None) -> str:
    if delay_min is None:
        return "never"
    return f"{delay_min} min" if delay_min < 60 else f"{delay_min // 60} h"


def main() -> None:
    draws, quick = read_arguments(__doc__, REPLICATIONS)
    world = make_world()
    found = {delay: play_delay(draws, delay) for delay in DELAYS_MIN}
    whole = found[None].mean
    rows = [
        [
            name_delay(delay),
            tell(one),
            f"{expect_spread(world, delay):.4f}",
            f"{100 * one.mean / whole:.0f}",
            f"{RYANAIR * one.mean / whole:,.0f}",
        ]
        for delay, one in found.items()
    ]
    levels = [
        [level, *(tell(play_delay(draws, delay, level)) for delay in (0, 60, 480))]
        for level in ("brief", "standard", "thorough")
    ]
    tables = {
        "Mentions that one complaint sets off, answered by a person after a delay": tabulate(
            [
                "reply after",
                "simulated",
                "renewal equation",
                "of unanswered, %",
                f"of a complaint that draws {RYANAIR:,} if unanswered",
            ],
            rows,
        ),
        "The same by level of the reply": tabulate(["level", "at once", "1 h", "8 h"], levels),
    }
    write_study(
        __file__, draws, "A viral complaint against the delay of the reply", tables,
        draw_delays(world, found), quick,
    )  # fmt: skip


def draw_delays(world: Scenario, found: dict[int | None, Estimate]) -> Chart:
    """Return the picture: spreading against the delay."""
    whole = found[None].mean
    delays = [delay for delay in DELAYS_MIN if delay]
    x = np.array(delays, float)
    values = [found[delay] for delay in delays]
    simulated = Line(
        x,
        np.array([100 * one.mean / whole for one in values]),
        "simulated",
        low=np.array([100 * one.ci_low / whole for one in values]),
        high=np.array([100 * one.ci_high / whole for one in values]),
    )
    formula = np.array([100 * expect_spread(world, float(delay)) / whole for delay in delays])
    lines = [simulated, Line(x, formula, "renewal equation", DASHED, weight="plain")]
    ticks = [Mark(float(delay), name_delay(delay)) for delay in delays]
    panels = [Panel("Mentions set off, % of an unanswered complaint's", lines, 2.4)]
    alt = "How far a complaint spreads, by the delay of the reply."
    return Chart("picture", "", alt, panels, x_title="reply after", x_ticks=ticks, is_log=True)


if __name__ == "__main__":
    main()
