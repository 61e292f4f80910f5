"""A plan's shifts to names: the list of people, or as many numbered ones as it takes.

Checked by ``tests/functional/test_cli_roster.py``.
"""

import math
import pathlib

from sim.errors import InputError
from sim.people.assigning import assign_people
from sim.people.gaps import Gaps, explain_gaps, find_more_people
from sim.people.person import (
    NamingRules,
    Person,
    Slot,
    add_fixed,
    list_slots,
    read_rules,
)
from sim.people.reading import read_people
from sim.people.tables import Named
from sim.rostering.heads import count_full_time, count_heads
from sim.rostering.policy_shifts import count_employees
from sim.scenario.clock import interval_local_times
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy


def name_roster(
    scenario: Scenario, policy: Policy, path: str | pathlib.Path | None
) -> tuple[Named, tuple[str, ...]]:
    """Put people on a plan's shifts.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        The plan's.
    path : path or None
        A list of people; None: numbered ones, as many as it takes.

    Returns
    -------
    Named
        Who works what, and what is missing.
    tuple of str
        Columns of the list that were not used.

    Raises
    ------
    InputError
        A plan without shifts, or a list that cannot be read.
    """
    if scenario.shifts is None or not policy.shifts:
        raise InputError("the plan has no shifts to put people on (scenario.shifts)")
    rules, slots = read_rules(scenario), list_slots(scenario, policy)
    unused: tuple[str, ...] = ()
    if path is None:
        people = number_people(scenario, policy, slots, rules)
    else:
        people, unused = read_people(path, scenario, rules)
    roster = assign_people(add_fixed(slots, people), people, rules)
    gaps = Gaps(0, {}, (), None) if path is None else explain_gaps(roster, rules)
    first = interval_local_times(scenario.horizon)[0].date()
    return Named(roster, rules, gaps, scenario.pool_names, first), unused


def number_people(
    scenario: Scenario, policy: Policy, slots: list[Slot], rules: NamingRules
) -> list[Person]:
    """Full-time people by pool and number, as few as found who fill every shift."""
    heads = policy.model_copy(update={"shifts": count_heads(scenario, policy)})
    least, contracts = count_employees(scenario, heads), count_full_time(scenario, policy)
    people = [
        Person(f"{pool} {number + 1}", (place,), rules.contract_h)
        for place, pool in enumerate(scenario.pool_names)
        for number in range(
            max((least or {}).get(pool, 0), math.ceil((contracts or {}).get(pool, 0.0) - 1e-9))
        )
    ]
    more = find_more_people(assign_people(slots, people, rules), rules) or {}
    for place, count in more.items():
        pool = scenario.pool_names[place]
        known = sum(place in person.pools for person in people)
        people += [
            Person(f"{pool} {known + number + 1}", (place,), rules.contract_h)
            for number in range(count)
        ]
    return sorted(people, key=lambda person: person.pools)
