"""Each limit from both sides: the largest that is allowed is loaded, one more is one line.

That the engines play the largest, and alike, is in ``tests/equivalence/test_odd_worlds.py`` and,
for what takes long, in ``experiments/engine_limits``.
"""

import re

import numpy as np
import pytest
from worlds import LAUNCH, Whole, exponential, make_policy, make_scenario, make_topic

from sim import limits
from sim.demand import draw as drawing
from sim.demand.draw import draw
from sim.demand.lowered import compile_demand
from sim.errors import InputError
from sim.scenario.build import build_scenario
from sim.scenario.lower import lower
from sim.scenario.tables import MS_PER_H


def make_topics(n):
    skills = {"general": {"skills": [f"t{i}" for i in range(n)], "limit": 30}}
    return {
        "topics": Whole({f"t{i}": make_topic(1.0, 3.0, 60.0, 0.5) for i in range(n)}),
        "team": {"pools": Whole(skills), "reference_staff": Whole()},
        "events": Whole(),
    }


def make_pools(n):
    topics = ["question", "error", "product", "process", "praise"]
    pools = {f"p{i}": {"skills": topics, "limit": 30} for i in range(n)}
    return {"team": {"pools": Whole(pools), "reference_staff": Whole()}}


def make_events(n):
    return {"events": {f"e{i}": LAUNCH for i in range(n)}}


def nest(*keys):
    """Return what makes changes of one value at the end of a path of keys."""

    def change(value):
        for key in reversed(keys):
            value = {key: value}
        return value

    return change


RISE = np.nextafter
WEEK_H = 168
SIDES = {
    "topics": (make_topics, limits.MAX_TOPICS, limits.MAX_TOPICS + 1),
    "team.pools": (make_pools, limits.MAX_POOLS, limits.MAX_POOLS + 1),
    "events": (make_events, limits.MAX_EVENTS, limits.MAX_EVENTS + 1),
    "horizon.days": (nest("horizon", "days"), limits.MAX_DAYS, limits.MAX_DAYS + 1),
    "drain_h": (nest("drain_h"), 8760.0, RISE(8760.0, 9e9)),
    "surge_crew.min_h": (nest("surge_crew", "min_h"), 8760.0, RISE(8760.0, 9e9)),
    "surge_crew.max_people": (
        nest("surge_crew", "max_people"), limits.MAX_AGENTS, limits.MAX_AGENTS + 1
    ),
    "team.pools.general.limit": (
        nest("team", "pools", "general", "limit"),
        limits.MAX_POOL_AGENTS,
        limits.MAX_POOL_AGENTS + 1,
    ),
    "conversation.max_turns": (
        nest("conversation", "max_turns"), limits.MAX_TURNS, limits.MAX_TURNS + 1
    ),
    "demand.base_per_h": (nest("demand", "base_per_h"), 8e6 / WEEK_H, 8e6 / WEEK_H + 0.01),
    "demand.busy_day_cv": (nest("demand", "busy_day_cv"), 10.0, RISE(10.0, 11.0)),
    "demand.busy_hour_cv": (nest("demand", "busy_hour_cv"), 10.0, RISE(10.0, 11.0)),
    "demand.spreading.influence_sigma": (
        nest("demand", "spreading", "influence_sigma"), 5.0, RISE(5.0, 6.0)
    ),
    "events.launch.peak_sigma": (
        lambda sigma: {"events": {"launch": LAUNCH | {"peak_sigma": sigma}}}, 5.0, RISE(5.0, 6.0)
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", SIDES)
def test_the_loader_stands_on_both_sides(key):
    change, allowed, refused = SIDES[key]
    scenario = make_scenario(**change(allowed))
    plain = scenario.model_dump(mode="json")
    assert build_scenario(plain) == scenario
    with pytest.raises(InputError) as error:
        build_scenario(lay_over(plain, change(refused)))
    [line] = error.value.errors
    assert re.match(rf"scenario\.{re.escape(key)} = .*: allowed: ", line), line


def lay_over(plain, changes):
    """Return plain data with changes; what the change names whole takes the old one's place."""
    merged = dict(plain)
    for key, value in changes.items():
        inner = isinstance(value, dict) and not isinstance(value, Whole)
        merged[key] = lay_over(plain.get(key, {}), value) if inner else value
    return merged


def test_a_spill_over_has_the_limit_of_the_base():
    times = {name: exponential(5.0) for name in ("handling", "patience", "delay")}
    spill = {"agents": 3, "share": 0.1, **times}
    make_scenario(demand={"spill": {**spill, "base_per_h": 8e6 / WEEK_H}})
    with pytest.raises(ValueError, match=r"demand\.spill\.base_per_h: at most 47619 for 168 h"):
        make_scenario(demand={"spill": {**spill, "base_per_h": 8e6 / WEEK_H + 0.01}})


def test_the_longest_run_ends_before_engine_time_does():
    """The longest lead-in is played ahead of it, and a clock change can lengthen it by an hour."""
    scenario = make_scenario(horizon={"days": limits.MAX_DAYS}, drain_h=float(limits.MAX_DRAIN_H))
    clock = lower(scenario, make_policy(scenario)).clock
    days_ms = clock.horizon_ms - clock.lead_ms
    end_ms = days_ms + clock.drain_ms + (limits.MAX_LEAD_H + 1) * MS_PER_H
    assert days_ms >= 400 * 24 * MS_PER_H - MS_PER_H
    assert clock.lead_ms <= limits.MAX_LEAD_H * MS_PER_H
    assert end_ms < limits.LAST_MS < 2 * end_ms


# ---- what chance has a part in: told when a replication is drawn ----


def test_one_mention_more_than_fits_is_refused(monkeypatch):
    scenario = make_scenario(horizon={"days": 1})
    n = draw(scenario, 1, 0).arrival_ms.size
    monkeypatch.setattr(drawing, "MAX_MENTIONS", n)
    assert draw(scenario, 1, 0).arrival_ms.size == n
    monkeypatch.setattr(drawing, "MAX_MENTIONS", n - 1)
    with pytest.raises(InputError, match=rf"scenario\.demand: [\d,]+ mentions.*most {n - 1}"):
        draw(scenario, 1, 0)


def test_an_event_beyond_all_measure_is_refused_before_it_is_drawn():
    """Three hundred million mentions would take gigabytes before anybody could count them."""
    event = LAUNCH | {"half_life_1_h": 1e3, "half_life_2_h": 1e3, "peak": 10_000.0}
    scenario = make_scenario(events={"launch": event}, demand={"base_per_h": 300.0})
    with pytest.raises(InputError, match=r"scenario\.demand: [\d,]+ mentions") as error:
        draw(scenario, 1, 0)
    assert error.value.exit_code == 2


def test_more_turns_than_fit_are_refused(monkeypatch):
    talks = {"write_again_share": 1.0, "max_turns": 1000, "think": exponential(1.0)}
    names = ("question", "error", "product", "process", "praise")
    topics = {name: {"resolution_share": 0.0} for name in names}
    scenario = make_scenario(horizon={"days": 1}, conversation=talks, topics=topics)
    draws = draw(scenario, 1, 0)
    monkeypatch.setattr(drawing, "MAX_TURNS_DRAWN", draws.work_ms.size - 1)
    with pytest.raises(InputError, match=r"scenario\.conversation\.max_turns = 1000: allowed: "):
        draw(scenario, 1, 0)


def test_more_children_than_can_be_drawn_are_refused():
    """Beyond 745 expected ones exp(-mean) is 0: nobody would have any."""

    def make(cap, ratio=0.5):
        spreading = {"influence_sigma": 1.0, "branching_ratio": ratio, "influence_cap": cap}
        return make_scenario(demand={"spreading": spreading})

    compile_demand(make(1199.0))
    with pytest.raises(InputError, match=r"influence_cap = 1201: allowed: at most 1200 with"):
        compile_demand(make(1201.0))


def test_nobody_is_influential_beyond_what_can_be_drawn():
    """A cap below the mean of a wide lognormal makes those above it worth thousands of others."""
    spreading = {"influence_sigma": 5.0, "branching_ratio": 0.9, "influence_cap": 100.0}
    with pytest.raises(InputError, match="influence_cap = 100: allowed: at most"):
        compile_demand(make_scenario(demand={"spreading": spreading}))
