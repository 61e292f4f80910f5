"""Course of a brand event: worked values, limits, and its integral by quadrature."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from worlds import BREACH, LAUNCH, OUTAGE

from sim.rules.brand_event import event_course
from sim.scenario.parts import Event
from sim.scenario.profile import event_kernel, integrate_course

POWER = {key: value for key, value in LAUNCH.items() if not key.startswith("half")} | {
    "decay": "power",
    "weight": 1.0,
    "power_exponent": 1.6,
    "power_scale_h": 2.0,
}
EVENTS = {"launch": LAUNCH, "outage": OUTAGE, "breach": BREACH, "power": POWER}


@pytest.mark.parametrize(
    ("since_h", "expected"),
    [
        (-1.0, 0.0),
        (0.0, 0.0),
        (0.5, 0.25),  # a quarter of the ramp of two hours
        (2.0, 1.0),
        (6.0, 0.7 * 0.5 + 0.3 * 2 ** (-4 / 33.6)),  # one short half-life later
        (35.6, 0.7 * 2**-8.4 + 0.3 * 0.5),  # one long half-life later
    ],
)
def test_two_half_lives_by_hand(since_h, expected):
    got = event_course(since_h, 2.0, False, 0.7, 4.0, 33.6, 2.0, 1.0)
    assert got == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("since_h", "expected"), [(1.0, 1.0), (3.0, 2**-1.5), (7.0, 4**-1.5)])
def test_power_law_by_hand(since_h, expected):
    got = event_course(since_h, 1.0, True, 1.0, 1.0, 1.0, 1.5, 2.0)
    assert got == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", EVENTS)
def test_integral_is_that_of_the_course(name):
    event = Event.model_validate(EVENTS[name])
    kernel = event_kernel(event)
    for since_h in (-3.0, 0.3, kernel[0], kernel[0] + 0.1, 9.0, 150.0):
        pieces = sorted({0.0, min(max(since_h, 0.0), kernel[0]), max(since_h, 0.0)})
        area = sum(
            quad(lambda t: event_course(t, *kernel), low, high, epsabs=1e-12)[0]
            for low, high in itertools.pairwise(pieces)
        )
        assert integrate_course(event, np.array([since_h]))[0] == pytest.approx(area, abs=1e-9)


def test_the_course_never_leaves_its_range():
    times = np.linspace(-5.0, 400.0, 20_001)
    for name in EVENTS:
        kernel = event_kernel(Event.model_validate(EVENTS[name]))
        course = np.array([event_course(t, *kernel) for t in times])
        assert course.min() == 0.0
        assert course.max() <= 1.0
        after = course[times > kernel[0]]
        assert (np.diff(after) < 0).all()
