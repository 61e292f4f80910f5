"""The course of an event: its integral by quadrature, and parameters from counts."""

import numpy as np
import pytest
from scipy import integrate

from sim.calibration.demand.course import Window, count_course_h, fit_course
from sim.calibration.demand.weekly_profile import Busyness
from sim.rules.brand_event import event_course

QUIET = Busyness(1e-6, 0.0, 0.0)
ONE = (0.0, 1.0, 4.0, 4.0, 1.0)
TWO = (0.25, 0.5, 2.0, 20.0, 0.7)


def make_window(parameters, height, rate, step_h, until_h, rng=None):
    starts = np.arange(-6.0, until_h, step_h)
    edges = np.stack((starts, starts + step_h), axis=1)
    mean = rate * step_h + height * count_course_h(parameters, edges)
    values = mean if rng is None else rng.poisson(mean).astype(float)
    background, factor = np.full(len(mean), rate * step_h), np.ones(len(mean))
    peak = int(np.argmax(mean))
    return Window(edges, values, background, factor, 0.0, float(starts[peak]))


@pytest.mark.parametrize("parameters", [ONE, TWO, (-0.1, 0.2, 1.0, 9.0, 0.3)])
def test_integral_against_quadrature_of_the_rule(parameters):
    start_h, ramp_h, one_h, two_h, weight = parameters

    def rule(time_h):
        return event_course(time_h - start_h, ramp_h, False, weight, one_h, two_h, 2.0, 1.0)

    edges = np.array([[-1.0, 0.1], [0.1, 0.7], [0.7, 3.0], [3.0, 40.0]])
    breaks = [start_h, start_h + ramp_h]
    wanted = [
        integrate.quad(rule, low, high, points=[b for b in breaks if low < b < high] or None)[0]
        for low, high in edges
    ]
    np.testing.assert_allclose(count_course_h(parameters, edges), wanted, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("parameters", "until_h"), [(ONE, 48.0), (TWO, 120.0)])
def test_exact_counts_give_the_exact_course(parameters, until_h):
    course = fit_course(make_window(parameters, 4000.0, 300.0, 0.25, until_h), QUIET)
    np.testing.assert_allclose(course[:2], parameters[:2], atol=0.01)
    assert course.height_per_h == pytest.approx(4000.0, rel=0.005)
    assert course.half_life_1_h == pytest.approx(parameters[2], rel=0.005)
    assert course.half_life_2_h == pytest.approx(parameters[3], rel=0.005)
    assert course.weight == pytest.approx(parameters[4], abs=0.005)


def test_errors_of_poisson_counts_against_repeated_draws():
    rng = np.random.default_rng(1)
    courses = [
        fit_course(make_window(ONE, 1000.0, 100.0, 0.25, 36.0, rng), QUIET) for _ in range(40)
    ]
    for name, truth in (("height_per_h", 1000.0), ("half_life_1_h", 4.0)):
        logs = np.log([getattr(course, name) / truth for course in courses])
        z = logs / [course.errors[name] for course in courses]
        # 40 draws: the mean within 4.3/sqrt(40), the sd within 4.3/sqrt(80) of 1.
        assert abs(z.mean()) < 0.68
        assert abs(z.std() - 1.0) < 0.48


def test_busy_hours_widen_the_errors():
    rng = np.random.default_rng(2)
    window = make_window(ONE, 1000.0, 400.0, 0.25, 36.0, rng)
    quiet, busy = fit_course(window, QUIET), fit_course(window, Busyness(1e-6, 0.09, 0.5))
    assert busy.errors["half_life_1_h"] > 2 * quiet.errors["half_life_1_h"]
    assert busy.half_life_1_h == pytest.approx(quiet.half_life_1_h, rel=0.05)


def test_background_may_be_busier_than_usual():
    window = make_window(ONE, 1000.0, 400.0, 0.25, 36.0)
    busier = window._replace(background=window.background / 1.3)
    course = fit_course(busier, Busyness(0.09, 0.0, 0.0))
    assert course.background == pytest.approx(1.3, rel=0.05)
    assert course.half_life_1_h == pytest.approx(4.0, rel=0.1)


def test_one_half_life_where_two_say_no_more():
    rng = np.random.default_rng(3)
    courses = [
        fit_course(make_window(ONE, 300.0, 100.0, 0.25, 36.0, rng), QUIET) for _ in range(30)
    ]
    assert sum(course.weight < 1.0 for course in courses) <= 2


def test_a_spike_of_one_interval_is_not_shorter_than_the_interval():
    values = np.full(200, 20.0)
    values[40] = 900.0
    starts = np.arange(200) / 12
    edges = np.stack((starts, starts + 1 / 12), axis=1)
    window = Window(edges, values, np.full(200, 20.0), np.ones(200), starts[40], starts[40])
    course = fit_course(window, QUIET)
    assert course.half_life_1_h == pytest.approx(1 / 12)
    assert all(error < 5.0 for error in course.errors.values())
