"""Course of a brand event in numbers: parameters, integral, how long it matters.

The course g itself is a rule (``sim.rules.brand_event``). Checked by
``tests/unit/test_demand_brand_event.py`` and ``tests/unit/test_profile.py``.
"""

import math
from collections.abc import Iterable

import numpy as np

from sim.rules.brand_event import LN2, event_course
from sim.scenario.model import Scenario
from sim.scenario.parts import Event
from sim.scenario.tables import MS_PER_H, PHASE_CALM, PHASE_RECOVERY, PHASE_SURGE

# (a) Phase "surge" ends where an event is down to a quarter of its peak; lower keeps the surge's
# effort longer.
SURGE_SHARE = 0.25
# (a) Phase "recovery" ends at a twentieth of the peak, where the event is below the noise of
# hours.
RECOVERY_SHARE = 0.05
SPENT_HALF_LIVES = 64.0
"""2^-54 is less than half of the last bit of 1; ten more for starts that are not round."""


def event_kernel(event: Event) -> tuple[float, bool, float, float, float, float, float]:
    """The parameters of `event_course` after the time: hours throughout."""
    half_life_1_h = event.half_life_1_h or 1.0
    return (
        event.ramp_min / 60.0,
        event.decay == "power",
        event.weight,
        half_life_1_h,
        event.half_life_2_h or half_life_1_h,
        event.power_exponent or 2.0,
        event.power_scale_h or 1.0,
    )


def integrate_course(event: Event, since_h: np.ndarray) -> np.ndarray:
    """The integral of g from the event to `since_h` after it [h], same shape."""
    ramp_h, is_power, weight, one_h, two_h, exponent, scale_h = event_kernel(event)
    ramp = np.clip(since_h, 0.0, ramp_h)
    after = np.maximum(since_h - ramp_h, 0.0)
    rising = 0.5 * ramp * ramp / ramp_h
    if is_power:
        left = 1.0 - np.power(1.0 + after / scale_h, 1.0 - exponent)
        return rising + scale_h / (exponent - 1.0) * left
    first = one_h / LN2 * -np.expm1(-LN2 * after / one_h)
    second = two_h / LN2 * -np.expm1(-LN2 * after / two_h)
    return rising + weight * first + (1.0 - weight) * second


def compute_course_end_h(event: Event) -> float:
    """How long after the event its integral no longer changes, not by the last bit [h]."""
    ramp_h, is_power, _, one_h, two_h, *_ = event_kernel(event)
    return math.inf if is_power else ramp_h + SPENT_HALF_LIVES * max(one_h, two_h)


def phase_durations_ms(scenario: Scenario, event: Event) -> tuple[int, int]:
    """How long the nominal intensity of an event matters.

    Parameters
    ----------
    scenario : Scenario
        Unused but for symmetry: the intensity is a multiple of its base.
    event : Event
        One of its events.

    Returns
    -------
    tuple of int
        Time since t_e [ms] from which (peak - 1) g stays below .25 and below .05 of the
        base; 0 where it never reaches that. Re-ignition is not part of it.
    """
    return _last_above_ms(event, SURGE_SHARE), _last_above_ms(event, RECOVERY_SHARE)


def lay_phases(
    scenario: Scenario, events: Iterable[Event], begins_h: np.ndarray, ends_h: np.ndarray
) -> np.ndarray:
    """Phase that events at their nominal time and size give to each span of time.

    A span is in an event's phase if any of it is; `surge` goes before `recovery`, `recovery`
    before `calm`. `ahead` is not laid: it depends on the lead that a policy takes.

    Parameters
    ----------
    scenario : Scenario
        Whose events they are.
    events : iterable of Event
        Those that are counted on. One with a window may come from its start to its end.
    begins_h, ends_h : np.ndarray
        shape (n_spans,): hours since the start of the horizon; equal for moments.

    Returns
    -------
    np.ndarray
        int64, shape (n_spans,): PHASE_CALM, PHASE_SURGE or PHASE_RECOVERY.
    """
    phases = np.full(begins_h.size, PHASE_CALM, dtype=np.int64)
    spans = [(*event.span_h, *phase_durations_ms(scenario, event)) for event in events]
    for phase, place in ((PHASE_RECOVERY, 3), (PHASE_SURGE, 2)):
        for span in spans:
            began = (begins_h >= span[0]) | (ends_h > span[0])
            phases[began & (begins_h < span[1] + span[place] / MS_PER_H)] = phase
    return phases


def _last_above_ms(event: Event, share: float) -> int:
    kernel = event_kernel(event)
    if event.peak - 1.0 <= share:
        return 0
    low_h, high_h = kernel[0], kernel[0] + 1.0
    while (event.peak - 1.0) * event_course(high_h, *kernel) >= share and high_h < 1e5:
        low_h, high_h = high_h, 2.0 * high_h
    for _ in range(60):
        middle_h = 0.5 * (low_h + high_h)
        if (event.peak - 1.0) * event_course(middle_h, *kernel) >= share:
            low_h = middle_h
        else:
            high_h = middle_h
    return math.ceil(high_h * MS_PER_H)
