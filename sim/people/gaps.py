"""Why shifts have nobody, and the smallest change that fills them.

Each rule is left out by itself and the roster made again; then people are added to the pools that
are short, as many as their hours ask for and more until nothing is missing. What is told was tried.
Checked by ``tests/unit/test_people_gaps.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.people.assigning import RULES, NamedRoster, assign_people, may_work
from sim.people.person import WEEK_DAYS, NamingRules, Person, Slot

# People are added one at a time up to so many beyond what the hours ask for.
MOST_TRIES = 4


class Gaps(NamedTuple):
    """What is missing."""

    shifts: int
    """people of shifts whom nobody stands for"""
    by_rule: dict[str, int]
    """the same with a rule left out; rules without which as many are missing are not here"""
    nobody: tuple[Slot, ...]
    """shifts that nobody of the list may work at all"""
    more_people: dict[int, int] | None
    """full-time people by pool who fill all; None: none were found, or nothing is missing"""


def explain_gaps(roster: NamedRoster, rules: NamingRules) -> Gaps:
    """Explain what is missing in a roster."""
    total = int(roster.missing.sum())
    if not total:
        return Gaps(0, {}, (), None)
    short = [slot for slot, left in zip(roster.slots, roster.missing, strict=True) if left]
    nobody = tuple(
        slot for slot in short
        if not any(may_work(person, slot, frozenset()) for person in roster.people)
    )  # fmt: skip
    by_rule = {}
    for rule in RULES:
        made = assign_people(roster.slots, roster.people, rules, frozenset({rule}))
        if (left := int(made.missing.sum())) < total:
            by_rule[rule] = left
    return Gaps(total, by_rule, nobody, find_more_people(roster, rules))


def find_more_people(roster: NamedRoster, rules: NamingRules) -> dict[int, int] | None:
    """Find how many more full-time people of the pools that are short fill everything."""
    weeks = math.ceil(rules.n_days / WEEK_DAYS)
    paid_h = np.array([slot.paid_min / 60.0 for slot in roster.slots])
    pools = np.array([slot.pool for slot in roster.slots])
    more = {
        int(pool): max(
            1,
            math.ceil(
                float((paid_h * roster.missing)[pools == pool].sum()) / weeks / rules.contract_h
            ),
        )
        for pool in np.unique(pools[roster.missing > 0])
    }
    for _ in range(MOST_TRIES):
        added = [
            Person(f"new {pool}.{number}", (pool,), rules.contract_h)
            for pool, count in more.items()
            for number in range(count)
        ]
        made = assign_people(roster.slots, [*roster.people, *added], rules)
        left = np.unique(pools[made.missing > 0])
        if not left.size:
            return more
        more = {pool: count + int(pool in left) for pool, count in more.items()}
    return None
