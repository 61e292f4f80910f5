"""Worked examples of every rule of the operation; numbers by hand from ``sim/MODEL.md`` 4."""

import inspect
import math

import pytest

from sim.rules import operation as rules

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("base", "factor", "slower", "expected"),
    [
        (240_000, 1.0, 1.0, 240_000),
        (240_000, 0.65, 1.0, 156_000),
        (240_000, 1.6, 1.3, 499_200),
        (3, 0.5, 1.0, 2),  # 1.5 is rounded up
        (1, 0.4, 1.0, 1),  # at least a millisecond
        (0, 1.0, 1.0, 1),
    ],
)
def test_handling_time_is_rounded_once_and_never_nothing(base, factor, slower, expected):
    assert rules.handling_ms(base, factor, slower) == expected


@pytest.mark.parametrize(
    ("open_cases", "on_duty", "expected"),
    [(3, 1, 1.0), (4, 1, 1.05), (10, 2, 1.1), (100, 2, 1.3), (4, 0, 1.05), (0, 0, 1.0)],
)
def test_slow_down_of_the_starting_values(open_cases, on_duty, expected):
    """1 + .05 max(open per agent - 3, 0), at most 1.3; nobody on duty counts as one."""
    assert rules.slow_down(open_cases, on_duty, 0.05, 3.0, 1.3) == pytest.approx(expected, 1e-15)


@pytest.mark.parametrize(
    ("waiting", "on_duty", "slope", "expected"),
    [(6, 2, 0.1, 1.0), (8, 2, 0.1, 1.1), (40, 2, 0.1, 1.3), (8, 2, -0.1, 0.9), (40, 2, -0.1, 0.8),
     (5, 0, 0.1, 1.2), (400, 1, 0.0, 1.0)],
)  # fmt: skip
def test_what_waits_presses_from_three_an_agent_on(waiting, on_duty, slope, expected):
    found = rules.backlog_factor(waiting, on_duty, slope, 3.0, 0.8, 1.3)
    assert found == pytest.approx(expected, 1e-15)


def test_help_keeps_so_many_free():
    assert [rules.may_help(free, 1) for free in (0, 1, 2)] == [False, False, True]
    assert rules.may_help(1, 0)


def test_slow_down_without_slope_is_one():
    assert rules.slow_down(1000, 1, 0.0, 0.0, 2.0) == 1.0


@pytest.mark.parametrize(
    ("taken", "on_duty", "limit", "expected"),
    [(4, 1, 5.0, True), (5, 1, 5.0, False), (7, 3, 2.5, True), (8, 3, 2.5, False)],
)
def test_limit_of_open_cases(taken, on_duty, limit, expected):
    assert rules.may_take_new(taken, on_duty, limit) is expected


def test_no_limit_is_no_limit():
    assert rules.may_take_new(10**9, 1, math.inf)


@pytest.mark.parametrize(
    ("now", "end", "stretch", "expected"),
    [(1000, 5000, 1.25, 6000), (0, 3, 1.5, 5), (7, 8, 1.0, 8)],
)
def test_an_auto_reply_stretches_what_is_left_of_patience(now, end, stretch, expected):
    assert rules.stretched_patience_end_ms(now, end, stretch) == expected


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        (rules.becomes_real, ()),
        (rules.is_resolved, ()),
        (rules.does_reopen, (False, 0.5)),
    ],
)
def test_coins_fall_below_their_probability_and_never_on_it(rule, arguments):
    """U is in [0, 1): probability 0 never happens, 1 always."""
    assert not rule(0.0, 0.0, *arguments)
    assert rule(math.nextafter(0.3, 0), 0.3, *arguments)
    assert not rule(0.3, 0.3, *arguments)
    assert rule(math.nextafter(1.0, 0), 1.0, *arguments)


def test_a_follow_up_lowers_reopening():
    assert rules.does_reopen(0.07, 0.12, True, 0.6)
    assert not rules.does_reopen(0.08, 0.12, True, 0.6)
    assert rules.does_reopen(0.08, 0.12, False, 0.6)


def test_due_times():
    """The first reply is due after the first post, a later one after the customer came back."""
    assert rules.due_ms(1000, 9000, 60, False) == 1060
    assert rules.due_ms(1000, 9000, 60, True) == 9060


@pytest.mark.parametrize(("before", "after"), [(1, 1), (2, 1), (5, 4)])
def test_a_repost_raises_the_class(before, after):
    assert rules.raised_class(before) == after


def phase(now_h, time_h, earliest_h=48, latest_h=72, announced_h=24, lead_h=6):
    time_ms = -1 if time_h is None else time_h * HOUR
    hours = (earliest_h, latest_h, announced_h, lead_h, 5, 20)
    return rules.phase_of_event(int(now_h * HOUR), time_ms, *(hour * HOUR for hour in hours))


CALM, AHEAD, SURGE, RECOVERY = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("now_h", "expected"),
    [
        (41.99, CALM),
        (42, AHEAD),
        (59.99, AHEAD),
        (60, SURGE),
        (64.99, SURGE),
        (65, RECOVERY),
        (79.99, RECOVERY),
        (80, CALM),
    ],
)
def test_phases_of_an_event_at_hour_60(now_h, expected):
    """Window 48 to 72, lead 6 h; surge for 5 h, recovery until 20 h after its time."""
    assert phase(now_h, 60) == expected


def test_nobody_is_ahead_of_what_is_not_announced_yet():
    """Announced 3 h before its earliest time, the lead of 6 h cannot be used."""
    assert phase(44.9, 60, announced_h=3) == CALM
    assert phase(45, 60, announced_h=3) == AHEAD


def test_an_event_that_does_not_happen_is_awaited_until_its_latest_time():
    assert phase(71.99, None) == AHEAD
    assert phase(72, None) == CALM


def test_an_event_at_time_zero_is_an_event():
    assert phase(0, 0, earliest_h=0, latest_h=10) == SURGE


def test_who_does_not_know_events_is_never_ahead():
    """Lowered as announced (earliest - latest) before: from the latest time on."""
    assert phase(59.9, 60, announced_h=48 - 72) == CALM
    assert phase(60, 60, announced_h=48 - 72) == SURGE


@pytest.mark.parametrize(
    ("now_h", "is_on", "off_since_h", "expected"),
    [
        (5, False, -1, CALM),
        (5, True, -1, SURGE),
        (5, True, 1, SURGE),
        (2.99, False, 1, SURGE),
        (3, False, 1, RECOVERY),
        (14.99, False, 1, RECOVERY),
        (15, False, 1, CALM),
        (1, False, 0, SURGE),
    ],
)
def test_phases_of_the_trigger(now_h, is_on, off_since_h, expected):
    """Surge while on and for 2 h more, recovery until 14 h after it went off."""
    off_since_ms = -1 if off_since_h < 0 else off_since_h * HOUR
    found = rules.phase_of_trigger(int(now_h * HOUR), is_on, off_since_ms, 2 * HOUR, 14 * HOUR)
    assert found == expected


@pytest.mark.parametrize("weak_to_strong", [(CALM, AHEAD, RECOVERY, SURGE)])
def test_the_stronger_phase_wins(weak_to_strong):
    for place, one in enumerate(weak_to_strong):
        for other in weak_to_strong[: place + 1]:
            assert rules.stronger_phase(one, other) == rules.stronger_phase(other, one) == one


@pytest.mark.parametrize(
    ("waiting", "volume", "expected"),
    [
        (41, 0, True),  # above 2 x 20 and above 20
        (40, 0, False),
        (0, 21, True),  # above 2 x 10 and above 20
        (0, 20, False),
        (40, 20, False),
    ],
)
def test_the_trigger_needs_factor_and_floor(waiting, volume, expected):
    assert rules.trigger_fires(waiting, 20.0, 2.0, 20.0, volume, 10.0, 2.0, 20.0) is expected


def test_the_trigger_needs_the_floor_at_night():
    """Twenty waiting are ten times the forecast and no surge."""
    assert not rules.trigger_fires(20, 2.0, 2.0, 20.0, 20, 2.0, 2.0, 20.0)


def test_every_rule_has_an_example_here():
    text = inspect.getsource(inspect.getmodule(test_due_times))
    names = [
        name
        for name, rule in vars(rules).items()
        if callable(rule) and name != "jit" and not name.startswith("_")
    ]
    assert len(names) >= 13
    assert [name for name in names if f"rules.{name}" not in text] == []
