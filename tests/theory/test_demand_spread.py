"""Spreading: sizes of generations, number and delays of children, what they inherit."""

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_mean, z_share
from scipy import stats
from scipy.integrate import quad
from worlds import OUTAGE, make_policy, make_scenario

from sim.care.kernel.engine import run_kernel
from sim.demand.draw import draw
from sim.demand.lowered import mean_below_cap
from sim.demand.spread import invert_delay_s, invert_poisson
from sim.scenario.lower import lower

RATIO = 0.35
H = 3_600_000


def make_trees(days, mentions, spreading=None, **changes):
    """Return a scenario whose only exogenous mentions are complaints at time 0."""
    demand = {
        "base_per_h": 0.0,
        "backlog_mentions": mentions,
        "backlog_share": {"error": 1.0},
        "spreading": spreading or {},
    }
    return make_scenario(demand=demand, horizon={"days": days}, **changes)


def generations(draws):
    """Return the generation of each mention, 0 for those without a parent."""
    found = np.zeros(len(draws.parent), np.int64)
    for mention, parent in enumerate(draws.parent):
        if parent >= 0:
            found[mention] = found[parent] + 1
    return found


def delay_share(delay_s, flat_s=300.0, exponent=1.2315, cut_s=172_800.0):
    """Return the share of delays up to a time, by quadrature of the density."""

    def area(until):
        tail = quad(lambda s: (s / flat_s) ** -exponent, flat_s, max(until, flat_s), limit=200)[0]
        return min(until, flat_s) + tail

    return area(min(delay_s, cut_s)) / area(cut_s)


@pytest.fixture(scope="module")
def whole_trees():
    scenario = make_trees(days=17, mentions=400)  # 8 generations of 48 h fit
    return [draw(scenario, 6, replication) for replication in range(40)]


def test_each_generation_is_a_share_of_the_last(whole_trees):
    sizes = np.array([np.bincount(generations(draws), minlength=10) for draws in whole_trees])
    assert (sizes[:, 0] == 400).all()
    assert sizes[:, 9:].sum() == 0
    for generation in range(1, 6):
        assert abs(z_mean(sizes[:, generation], 400 * RATIO**generation)) < LIMIT
    total = (1 - RATIO**9) / (1 - RATIO)
    assert abs(z_mean(sizes.sum(axis=1), 400 * total)) < LIMIT


def test_generations_stop_where_they_are_told_to():
    for most in (0, 1, 3):
        draws = draw(make_trees(17, 3000, {"max_generations": most}), 1, 0)
        assert generations(draws).max() == most


def test_number_of_children_is_poisson_mixed_by_influence(whole_trees):
    """Given influence the number is Poisson(n I): mean, and variance n + n^2 Var I."""
    first = []
    for draws in whole_trees:
        children = np.bincount(draws.parent[draws.parent >= 0], minlength=len(draws.parent))
        first.append(np.column_stack([children, draws.influence])[draws.parent < 0])
    children, influence = np.concatenate(first).T
    off = (children - RATIO * influence) / np.sqrt(RATIO * influence)
    assert abs(z_mean(off, 0.0)) < LIMIT
    assert abs(z_mean(off**2, 1.0)) < LIMIT
    assert abs(z_mean(influence, 1.0)) < LIMIT
    none = np.exp(-RATIO * influence)
    assert abs(z_mean((children == 0) - none, 0.0)) < LIMIT


def test_delays_follow_the_kernel(whole_trees):
    delays = np.concatenate(
        [(d.arrival_ms - d.arrival_ms[d.parent])[d.parent >= 0] / 1000.0 for d in whole_trees]
    )
    assert delays.min() > 0
    assert delays.max() <= 172_800.0
    grid = np.geomspace(0.001, 172_800.0, 400)
    shares = np.array([delay_share(delay) for delay in grid])
    assert ks_excess(delays, lambda s: np.interp(s, grid, shares)) < 1.0


@pytest.mark.parametrize(
    ("flat_s", "exponent", "cut_s"), [(300.0, 1.2315, 172_800.0), (60.0, 3.0, 7200.0)]
)
def test_delays_by_inverting_the_quadrature(flat_s, exponent, cut_s):
    power = exponent - 1.0
    tail = 1.0 - (flat_s / cut_s) ** power
    for uniform in (0.0, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0 - 2.0**-53):
        delay_s = invert_delay_s(flat_s, power, tail, cut_s, uniform)
        assert delay_share(delay_s, flat_s, exponent, cut_s) == pytest.approx(uniform, abs=1e-9)


def test_kernel_that_is_cut_in_its_flat_part_is_uniform():
    draws = draw(make_trees(2, 6000, {"cut_h": 0.05, "flat_s": 300.0, "max_generations": 1}), 1, 0)
    delays = draws.arrival_ms[draws.parent >= 0]
    assert ks_excess(delays / 180_000.0, lambda x: np.clip(x, 0, 1)) < 1.0


def test_children_beyond_the_horizon_are_dropped():
    scenario = make_trees(1, 3000, {"max_generations": 1})
    born = [len(draw(scenario, 2, r).parent) - 3000 for r in range(40)]
    share = delay_share(86_400.0)
    assert 0.9 < share < 0.99
    assert abs(z_mean(born, 3000 * RATIO * share)) < LIMIT
    assert max(draw(scenario, 2, 0).arrival_ms) < 24 * H


def test_only_complaints_spread_and_children_take_after_them():
    event = OUTAGE | {"window_h": [0.0, 1.0], "probability": 0.999}
    scenario = make_scenario(
        events={"outage": event}, demand={"base_per_h": 300.0}, horizon={"days": 2}
    )
    draws = draw(scenario, 1, 0)
    child = draws.parent >= 0
    assert child.sum() > 1000
    parent = draws.parent[child]
    assert (draws.topic[child] == draws.topic[parent]).all()
    assert (draws.event[child] == draws.event[parent]).all()
    assert set(draws.topic[child]) == {1, 2, 3}
    assert (draws.origin[child] == 3).all()
    assert (draws.origin[~child] < 2).all()
    assert (draws.arrival_ms[child] > draws.arrival_ms[parent]).all()
    assert (parent < np.flatnonzero(child)).all()


def test_other_marks_of_children_are_like_any_mention(whole_trees):
    for name, share in (("silent", 0.5 * 1.0), ("detected", 0.9)):
        values = np.concatenate([getattr(d, name)[d.parent >= 0] for d in whole_trees])
        assert abs(z_share(values.sum(), values.size, share)) < LIMIT


def test_poisson_by_adding_up():
    for mean in (0.0, 0.2, 3.0, 24.0):
        law = stats.poisson(mean)
        for uniform in (0.0, 0.1, 0.5, 0.8, 0.999, 1 - 1e-12):
            expected = 0 if mean == 0.0 else int(max(law.ppf(np.nextafter(uniform, 1.0)), 0))
            assert invert_poisson(mean, uniform) == expected


@pytest.mark.parametrize("mean", [1e-3, 0.1, 0.2, 0.9, 1.0, 2.0])
def test_poisson_changes_just_where_probability_does(mean):
    none, at_most_one = np.exp(-mean), np.exp(-mean) * (1.0 + mean)
    assert invert_poisson(mean, none * (1 - 1e-12)) == 0
    assert invert_poisson(mean, none * (1 + 1e-12)) == 1
    assert invert_poisson(mean, at_most_one * (1 - 1e-12)) == 1
    assert invert_poisson(mean, min(at_most_one * (1 + 1e-12), 1 - 1e-16)) == 2


@pytest.mark.parametrize(("sigma", "cap"), [(1.0, 20.0), (0.5, 1.5), (2.0, 1.0), (0.0, 3.0)])
def test_mean_that_the_cap_leaves(sigma, cap):
    if sigma == 0.0:
        assert mean_below_cap(sigma, cap) == 1.0
        return
    law = stats.lognorm(sigma, scale=np.exp(-0.5 * sigma * sigma))
    area = quad(law.sf, 0.0, cap, limit=200)[0]  # E[min(X, cap)] is the area under P(X > x)
    assert mean_below_cap(sigma, cap) == pytest.approx(area, rel=1e-8)


def test_influence_is_capped_with_mean_one():
    spreading = {"influence_sigma": 2.0, "influence_cap": 5.0, "branching_ratio": 0.0}
    influence = draw(make_trees(1, 40_000, spreading), 3, 0).influence
    assert abs(z_mean(influence, 1.0)) < LIMIT
    assert influence.max() == pytest.approx(5.0 / mean_below_cap(2.0, 5.0))
    flat = draw(make_trees(1, 100, spreading | {"influence_sigma": 0.0}), 3, 0).influence
    assert (flat == 1.0).all()


@pytest.mark.parametrize(
    ("comments", "topic"), [(40.0, "error"), (3000.0, "error"), (50.0, "chatter")]
)
def test_a_crowd_has_the_mean_that_its_event_says(comments, topic):
    """All generations together; of the post itself a Poisson count, above 600 in parts."""
    post = OUTAGE | {"window_h": [0.0, 0.001], "probability": 1.0, "peak": 1.0, "peak_sigma": 0.0}
    post |= {"comments": comments, "comments_topic": topic, "topic_share": {"process": 1.0}}
    spreading = {"influence_sigma": 0.0, "max_generations": 20}
    scenario = make_scenario(
        demand={"base_per_h": 0.0, "spreading": spreading},
        horizon={"days": 17},
        events={"post": post},
        conversation={"backlash_share": 0.25},
    )
    trees, own, angry = [], [], []
    for replication in range(60):
        draws = draw(scenario, 3, replication)
        [number] = draws.post
        assert (draws.origin[number], draws.parent[number]) == (1, -1)
        assert draws.topic[number] == list(scenario.topics).index("process")
        backlash = draws.origin == 5
        crowd = (draws.parent == number) & ~backlash
        assert set(draws.topic[crowd]) == {list(scenario.topics).index(topic)}
        generation = generations(draws)
        from_anger = backlash.copy()
        for mention in np.flatnonzero(generation > 1):
            from_anger[mention] |= from_anger[draws.parent[mention]]
        trees.append(float((~from_anger).sum() - 1))
        own.append(float(crowd.sum()))
        angry.append(float(backlash.sum()) / crowd.sum())
    share = 1.0 - RATIO if topic == "error" else 1.0
    assert abs(z_mean(np.array(trees), comments)) < LIMIT
    assert abs(z_mean(np.array(own), share * comments)) < LIMIT
    assert np.var(own, ddof=1) == pytest.approx(share * comments, rel=0.8)
    assert abs(z_mean(np.array(angry), 0.25)) < LIMIT


def test_who_still_comments_when_a_post_is_gone():
    """C (F(t) + r (1 - F(t))) comments, and b C P(delay + an hour's share > t) complaints."""
    after_min, left, share, comments = 30.0, 0.4, 0.25, 300.0
    post = OUTAGE | {"window_h": [0.0, 0.001], "probability": 1.0, "peak": 1.0, "peak_sigma": 0.0}
    post |= {"comments": comments, "comments_topic": "chatter", "topic_share": {"process": 1.0}}
    scenario = make_scenario(
        demand={"base_per_h": 0.0, "spreading": {"branching_ratio": 0.0}},
        horizon={"days": 4},
        events={"post": post},
        conversation={"backlash_share": share, "taken_down_spread": left},
        maturity={"triage_recall": 1.0},
    )
    nobody = make_policy(scenario, agents=0)
    rules = nobody.model_copy(update={"take_down_after_min": after_min})
    told, angry = [], []
    for replication in range(60):
        draws = draw(scenario, 8, replication)
        real = run_kernel(lower(scenario, rules), draws).real
        told.append(float((real & (draws.origin == 3)).sum()))
        angry.append(float((real & (draws.origin == 5)).sum()))
    grid_s = np.linspace(0.0, after_min * 60.0, 61)
    before = np.array([delay_share(delay_s) for delay_s in grid_s])
    spared = (1.0 - left) * (1.0 - before[-1])
    assert spared > 0.2
    assert abs(z_mean(np.array(told), comments * (1.0 - spared))) < LIMIT
    early = np.trapezoid(before, grid_s) / 3600.0
    assert abs(z_mean(np.array(angry), share * comments * (1.0 - early))) < LIMIT
