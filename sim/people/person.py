"""People, the shifts that want them, and what holds for both.

Checked by ``tests/unit/test_people_assigning.py``.
"""

from typing import NamedTuple

from sim.rostering.heads import count_contract_h, count_heads
from sim.rostering.policy_shifts import NO_KIND, read_shifts
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.shift_problem import DAY_MIN
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

WEEK_DAYS = 7
# Weekdays count from Monday, 0.
SATURDAY = 5
# Who wishes for early shifts means those that begin in the morning.
NOON_MIN = 12 * 60
# Who works beyond it has no evening; unions and surveys of shift work call that a late shift.
LATE_MIN = 20 * 60
# Who begins before it has no night: so do shifts from midnight on.
NIGHT_ENDS_MIN = 5 * 60
# Two days off in a row are in reach only where so many are off in a week.
FREE_DAYS = 2


class Wish(NamedTuple):
    """What somebody would like; kept where nothing else is lost by it."""

    kind: str
    """off, early or late"""
    day: int = -1
    """of the horizon, for off"""


class FixedShift(NamedTuple):
    """A shift that somebody works whatever else is decided."""

    day: int
    start_min: int
    length_min: int


class Person(NamedTuple):
    """Somebody who can be put on shifts."""

    name: str
    pools: tuple[int, ...]
    """numbers of the pools that they can work in, the best first"""
    contract_h: float
    """most paid hours of a week, and as many as can be"""
    days_off: frozenset[int] = frozenset()
    """days of the horizon"""
    earliest_min: int = 0
    latest_min: int = 2 * DAY_MIN
    """no shift begins before the one or ends after the other, local minutes from midnight"""
    fixed: tuple[FixedShift, ...] = ()
    wishes: tuple[Wish, ...] = ()


class Slot(NamedTuple):
    """A shift of a day and pool that wants so many people."""

    day: int
    start_min: int
    length_min: int
    paid_min: int
    pool: int
    people: int
    is_added: bool = False
    """a fixed shift that the plan does not have"""

    @property
    def end_min(self) -> int:
        """Local minute at which it ends, beyond a day after midnight."""
        return self.start_min + self.length_min

    @property
    def is_late(self) -> bool:
        """Whether it takes the evening or the night."""
        return self.end_min > LATE_MIN or self.start_min < NIGHT_ENDS_MIN


class NamingRules(NamedTuple):
    """What holds for everybody."""

    n_days: int
    first_weekday: int
    """0 for Monday"""
    rest_min: int
    days_a_week: int
    contract_h: float
    """of a full-time week"""

    def is_weekend(self, day: int) -> bool:
        """Whether a day of the horizon is a Saturday or Sunday."""
        return (self.first_weekday + day) % WEEK_DAYS >= SATURDAY

    @property
    def wants_two_off(self) -> bool:
        """Whether two days off in a row are a rule: where the days a week leave them."""
        return WEEK_DAYS - self.days_a_week >= FREE_DAYS


def read_rules(scenario: Scenario) -> NamingRules:
    """Read the rules of a scenario with shifts."""
    problem = pose_shifts(scenario)
    return NamingRules(
        n_days=problem.n_days,
        first_weekday=problem.first_weekday,
        rest_min=problem.rules.rest_min,
        days_a_week=problem.rules.days_per_week,
        contract_h=count_contract_h(scenario),
    )


def list_slots(scenario: Scenario, policy: Policy) -> list[Slot]:
    """List the shifts of a plan with the people on the roster for them, by day and start."""
    problem = pose_shifts(scenario)
    shifts = read_shifts(problem)
    slots = []
    for shift in count_heads(scenario, policy):
        kind, length_min = shifts.find_kind(shift), round(shift.length_h * 60)
        slots.append(
            Slot(
                day=shift.day,
                start_min=round(shift.start_h * 60),
                length_min=length_min,
                paid_min=length_min if kind == NO_KIND else problem.shifts[kind].wage_min,
                pool=problem.pools.index(shift.pool),
                people=shift.agents,
            )
        )
    return sorted(slots, key=lambda slot: slot[:5])


def add_fixed(slots: list[Slot], people: list[Person]) -> list[Slot]:
    """Add the fixed shifts that a plan does not have, or has for fewer people."""
    asked: dict[tuple[int, int, int, int], int] = {}
    known = {(*slot[:3], slot.pool): slot for slot in slots}
    for person in people:
        for shift in person.fixed:
            places = [(*shift, pool) for pool in person.pools]
            place = next((one for one in places if one in known), places[0])
            asked[place] = asked.get(place, 0) + 1
    kept = [slot for slot in slots if asked.get((*slot[:3], slot.pool), 0) <= slot.people]
    more = [
        Slot(
            *place[:3], known[place].paid_min if place in known else place[2], place[3], count, True
        )
        for place, count in asked.items()
        if place not in known or count > known[place].people
    ]
    return sorted([*kept, *more], key=lambda slot: slot[:5])
