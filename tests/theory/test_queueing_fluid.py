"""The fluid against an integrator, closed forms, balances and the infinite-server load."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from sim.queueing import offered_load, run_fluid


def integrate_fluid(rates, agents, handle_min, patience_min, share, think_min, interval_min):
    """Needy and content at the ends of the intervals by a tight adaptive integrator."""
    state, ends = np.zeros(2), []
    for rate, staff in zip(rates, agents, strict=True):

        def move(_, now, rate=rate, staff=staff):
            needy, content = now
            done, back = min(needy, staff) / handle_min, content / think_min
            gone = max(needy - staff, 0) / patience_min
            return [rate / 60 + back - done - gone, share * done - back]

        state = integrate.solve_ivp(
            move, (0, interval_min), state, rtol=1e-9, atol=1e-10, max_step=interval_min / 20
        ).y[:, -1]
        ends.append(state)
    return np.array(ends).T


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 200), st.integers(0, 20)), min_size=1, max_size=6),
    st.floats(2, 30),
    st.floats(2, 100),
    st.floats(0, 0.9),
    st.floats(5, 200),
)
def test_fluid_is_the_integrated_equation(plan, handle_min, patience_min, share, think_min):
    rates, agents = zip(*plan, strict=True)
    path = run_fluid(
        rates,
        agents,
        handle_min,
        patience_min=patience_min,
        return_share=share,
        think_min=think_min,
        interval_min=30,
        step_min=1,
    )
    needy, content = integrate_fluid(rates, agents, handle_min, patience_min, share, think_min, 30)
    np.testing.assert_allclose(path.needy_end, needy, rtol=2e-5, atol=2e-5)
    np.testing.assert_allclose(path.content_end, content, rtol=2e-5, atol=2e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 40)), min_size=1, max_size=20),
    st.one_of(st.none(), st.floats(0.5, 100)),
    st.floats(0, 0.9),
    st.tuples(st.floats(0, 50), st.floats(0, 50)),
)
def test_nobody_is_lost_or_made(plan, patience_min, share, start):
    rates, agents = zip(*plan, strict=True)
    path = run_fluid(
        rates,
        agents,
        7,
        patience_min=patience_min,
        return_share=share,
        think_min=50,
        start=start,
    )
    inside = path.needy_end + path.content_end
    gone = np.cumsum((1 - share) * path.served + path.abandoned)
    np.testing.assert_allclose(
        sum(start) + np.cumsum(path.arrived), inside + gone, rtol=1e-9, atol=1e-9
    )
    back_from_thought = start[1] + np.cumsum(share * path.served) - path.content_end
    assert (back_from_thought >= -1e-9).all()
    tiny = 1e-6  # what a crossing inside the shortest step may leave on the wrong side
    assert (path.busy_mean <= np.array(agents) + tiny).all()
    assert min(path.waiting_mean.min(), path.busy_mean.min(), path.needy_end.min()) >= -tiny


def test_enough_agents_are_the_offered_load():
    rates = np.random.default_rng(4).uniform(5, 100, 40)
    path = run_fluid(rates, 1e6, 7, return_share=0.4, think_min=60, interval_min=15)
    load = offered_load(rates, 7, 15, return_share=0.4, think_min=60)
    np.testing.assert_allclose(path.needy_end, load.edge_erlang[1:], rtol=1e-9)
    np.testing.assert_allclose(path.busy_mean, load.mean_erlang, rtol=1e-9)
    assert path.waiting_mean.max() == pytest.approx(0, abs=1e-9)


def test_overload_in_closed_form():
    """From full agents: excess (lambda - mu s)/theta (1 - exp(-theta t))."""
    path = run_fluid([120], [10], 10, patience_min=30, start=(10, 0))
    excess = (2 - 1) * 30 * (1 - np.exp(-60 / 30))
    assert path.needy_end[0] == pytest.approx(10 + excess, rel=1e-9)
    assert path.served[0] == pytest.approx(60, rel=1e-9)
    assert path.abandoned[0] == pytest.approx(120 - 60 - excess, rel=1e-9)


def test_crossing_is_met_at_its_time():
    """From empty, 2/min, 10 min each, 10 agents: full at t = 10 ln 2, then +1 a minute."""
    path = run_fluid([120], [10], 10)
    full_at = 10 * np.log(2)
    assert path.needy_end[0] == pytest.approx(10 + (60 - full_at), rel=1e-7)
    assert path.waiting_mean[0] * 60 == pytest.approx((60 - full_at) ** 2 / 2, rel=1e-6)


def test_without_agents_and_patience_all_wait():
    path = run_fluid([60, 30], [0, 0], 5)
    np.testing.assert_allclose(path.needy_end, [60, 90], rtol=1e-9)
    np.testing.assert_allclose(path.waiting_mean, [30, 75], rtol=1e-9)
    np.testing.assert_allclose(path.served, 0, atol=1e-12)


def test_many_plans_at_once_are_each_alone():
    rng = np.random.default_rng(6)
    rates, plans = rng.uniform(10, 200, 24), rng.integers(2, 30, (3, 4, 24))
    settings_ = {"patience_min": 20, "return_share": 0.4, "think_min": 60, "interval_min": 30}
    together = run_fluid(rates, plans, 7, **settings_)
    assert together.served.shape == (3, 4, 24)
    for place in np.ndindex(3, 4):
        alone = run_fluid(rates, plans[place], 7, **settings_)
        np.testing.assert_allclose(together.abandoned[place], alone.abandoned, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(together.needy_end[place], alone.needy_end, rtol=1e-9)


def test_shorter_looks_change_little():
    rng = np.random.default_rng(7)
    rates, agents = rng.uniform(10, 200, 96), rng.integers(2, 30, 96)
    coarse = run_fluid(rates, agents, 7, patience_min=20, interval_min=15)
    fine = run_fluid(rates, agents, 7, patience_min=20, interval_min=15, step_min=0.5)
    np.testing.assert_allclose(coarse.needy_end, fine.needy_end, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"start": (-1, 0)}, "start"),
        ({"patience_min": 0}, "patience_min"),
        ({"return_share": 0.5}, "think_min"),
        ({"interval_min": 0}, "interval_min"),
        ({"agents": [-1, 2]}, "agents"),
    ],
)
def test_bad_arguments_are_named(change, named):
    arguments = {"rate_per_h": [1, 2], "agents": [1, 2], "handle_min": 5} | change
    with pytest.raises(ValueError, match=named):
        run_fluid(**arguments)
