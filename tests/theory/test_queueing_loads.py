"""Moving offered load against integrators, closed forms and published amplitudes and lags."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg

from sim.queueing import erlang_a, erlang_c, modified_offered_load, offered_load


def measure_wave(period_h, handle_h, return_share, think_h, mean_per_h=30.0, swing=6.0):
    """Amplitude and lag [h] of the load under mean + swing sin(2 pi t/period)."""
    pieces = 2400
    edges = np.linspace(0, 2 * np.pi, pieces + 1)
    rates = mean_per_h - swing * np.diff(np.cos(edges)) / np.diff(edges)
    think_min = None if think_h is None else think_h * 60
    load = offered_load(
        rates,
        handle_h * 60,
        period_h * 60 / pieces,
        return_share=return_share,
        think_min=think_min,
        start="cyclic",
    )
    middle = (edges[:-1] + edges[1:]) / 2
    wave = 2 * np.mean(load.mean_erlang * np.exp(-1j * middle)) * 1j
    return abs(wave), -np.angle(wave) / (2 * np.pi) * period_h


# Yom-Tov and Mandelbaum's model (their tables out of reach; values computed apart):
# 30 + 6 sin(2 pi t/period) customers/h, mu 1/h, delta .5/h, p 2/3
@pytest.mark.parametrize(
    ("period_h", "amplitude"), [(24, 8.36605), (12, 5.47976), (6, 3.81423), (2, 1.76947)]
)
def test_erlang_r_amplitudes(period_h, amplitude):
    found, _ = measure_wave(period_h, 1, 2 / 3, 2)
    assert found == pytest.approx(amplitude, rel=1.5e-6)


def test_erlang_r_lag_is_neither_naive_one():
    """24 h: returns as returns; as more arrivals of one visit; as one long visit."""
    assert measure_wave(24, 1, 2 / 3, 2)[1] == pytest.approx(3.2222, abs=5e-5)
    amplitude, lag = measure_wave(24, 1, 0, None, swing=18)
    assert (amplitude, lag) == (
        pytest.approx(17.41315, rel=1.5e-6),
        pytest.approx(0.9780, abs=5e-5),
    )
    amplitude, lag = measure_wave(24, 3, 0, None)
    assert (amplitude, lag) == (
        pytest.approx(14.15590, rel=1.5e-6),
        pytest.approx(2.5431, abs=5e-5),
    )


def test_erlang_r_steady_load():
    load = offered_load([30], 60, return_share=2 / 3, think_min=120, start="steady")
    np.testing.assert_allclose(load.edge_erlang, 90, rtol=1e-12)
    np.testing.assert_allclose(load.edge_content, 120, rtol=1e-12)


def test_feldman_wave():
    """Feldman, Mandelbaum, Massey and Whitt: 100 + 20 sin t gives 100 + 10 (sin t - cos t)."""
    pieces = 4000
    edges = np.linspace(0, 2 * np.pi, pieces + 1)
    rates = 100 - 20 * np.diff(np.cos(edges)) / np.diff(edges)
    load = offered_load(rates, 60, 60 * 2 * np.pi / pieces, start="cyclic")
    np.testing.assert_allclose(
        load.edge_erlang, 100 + 10 * (np.sin(edges) - np.cos(edges)), rtol=1e-6
    )


def test_constant_arrivals_from_empty():
    """Eick, Massey and Whitt: load rho (1 - exp(-t/S)), time mean by hand."""
    load = offered_load([30, 30, 30, 30], 20, 15)
    time_min = np.linspace(0, 60, 13)
    np.testing.assert_allclose(load.at(time_min), 10 * (1 - np.exp(-time_min / 20)), rtol=1e-12)
    first = 10 * (1 - 20 / 15 * (1 - np.exp(-15 / 20)))
    assert load.mean_erlang[0] == pytest.approx(first, rel=1e-12)
    np.testing.assert_allclose(load.max_erlang, load.edge_erlang[1:])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=5),
    st.floats(0.5, 90),
    st.one_of(st.just(0.0), st.floats(0.01, 0.95)),
    st.floats(0.5, 300),
    st.floats(1, 120),
)
def test_offered_load_is_the_integrated_equation(rates, handle_min, share, think_min, interval_min):
    load = offered_load(rates, handle_min, interval_min, return_share=share, think_min=think_min)
    drift = np.array(
        [[-1 / handle_min, 1 / think_min, 0], [share / handle_min, -1 / think_min, 0], [1, 0, 0]]
    )
    state = np.zeros(3)
    for place, rate in enumerate(rates):
        whole = np.zeros((4, 4))
        whole[:3, :3], whole[0, 3] = drift, rate / 60
        grid = [
            (linalg.expm(whole * part * interval_min) @ [*state, 1])[0]
            for part in np.linspace(0, 1, 5)
        ]
        times = interval_min * (place + np.linspace(0, 1, 5))
        np.testing.assert_allclose(load.at(times[:-1]), grid[:-1], rtol=1e-8, atol=1e-10)
        assert load.max_erlang[place] >= max(grid) * (1 - 1e-9) - 1e-12
        end = linalg.expm(whole * interval_min) @ [*state, 1]
        assert load.mean_erlang[place] == pytest.approx(
            (end[2] - state[2]) / interval_min, rel=1e-7, abs=1e-8
        )
        state = end[:3]
    assert load.edge_content[-1] == pytest.approx(state[1], rel=1e-8, abs=1e-10)


def test_maximum_inside_an_interval():
    """Many think when the rate comes back: the load jumps up, then drains with them."""
    load = offered_load([400, 400, 400, 400, 0, 100], 5, 60, return_share=0.8, think_min=60)
    fine = load.at(np.linspace(300, 360, 200_001))
    assert load.max_erlang[5] == pytest.approx(fine.max(), rel=1e-9)
    assert load.max_erlang[5] > 1.02 * max(load.edge_erlang[5:])


def test_mean_of_smooth_load_by_quadrature():
    load = offered_load([40, 5, 60], 12, 30, return_share=0.5, think_min=45)
    for place in range(3):
        begin, end = 30 * place, 30 * (place + 1)
        mean = integrate.quad(lambda t: float(load.at(t)), begin, end - 1e-9)[0] / 30
        assert load.mean_erlang[place] == pytest.approx(mean, rel=1e-7)


def test_a_cycle_closes():
    load = offered_load([10, 80, 30], 40, 20, return_share=0.6, think_min=200, start="cyclic")
    assert load.edge_erlang[-1] == pytest.approx(load.edge_erlang[0], rel=1e-10)
    assert load.edge_content[-1] == pytest.approx(load.edge_content[0], rel=1e-10)
    long = offered_load([10, 80, 30] * 400, 40, 20, return_share=0.6, think_min=200)
    np.testing.assert_allclose(long.mean_erlang[-3:], load.mean_erlang, rtol=1e-9)


def test_nothing_returns_whatever_the_think_time():
    plain = offered_load([10, 50, 20], 12, 30)
    for think_min in (1.0, 12.0, 500.0):
        thinking = offered_load([10, 50, 20], 12, 30, think_min=think_min)
        np.testing.assert_allclose(thinking.mean_erlang, plain.mean_erlang, rtol=1e-12)
        np.testing.assert_allclose(thinking.max_erlang, plain.max_erlang, rtol=1e-12)


def test_modified_offered_load_is_a_queue_an_interval():
    load = offered_load([20, 60], 10, 30, return_share=0.25, think_min=30, start="steady")
    patient = modified_offered_load(load, [6, 20])
    leaving = modified_offered_load(load, 4, patience_min=15)
    for place in range(2):
        visits_per_h = load.mean_erlang[place] * 6
        assert patient[place] == erlang_c(visits_per_h, 10, (6, 20)[place])
        assert leaving[place].abandon_probability == pytest.approx(
            erlang_a(visits_per_h, 10, 15, 4).abandon_probability, rel=1e-12
        )
    with pytest.raises(ValueError, match="must exceed the load"):
        modified_offered_load(load, 1)


@pytest.mark.parametrize("time_min", [-0.1, 60.1])
def test_times_outside_are_refused(time_min):
    with pytest.raises(ValueError, match="outside"):
        offered_load([1, 2], 5, 30).at(time_min)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="think_min"):
        offered_load([1], 5, return_share=0.5)
    with pytest.raises(ValueError, match="start"):
        offered_load([1], 5, start="full")
