"""Time of a roster by name: 200 people, four weeks, three pools of our own making.

    python experiments/benchmarks/rosters.py [PEOPLE] [WEEKS]

Six kinds of shift from 6:00 to midnight a day and pool, fewer people at weekends; each person has
two days off of their own and a wish. Prints shifts, those that nobody stands for, how evenly
weekends and late shifts are shared, and seconds of the clock.
"""

import random
import sys
import time

from sim.people.assigning import assign_people, count_shifts
from sim.people.person import NamingRules, Person, Slot, Wish

PEOPLE, WEEKS, POOLS, HOUR_MIN = 200, 4, 3, 60
STARTS_H, LENGTH_H, PAID_MIN = (6, 8, 10, 12, 14, 16), 8, 450
# Of each shift on weekdays and on weekends, for 200 people: two thirds of their contracts.
WANTED = (6, 4)


def main(n_people: int, weeks: int) -> None:
    """Make the world, solve it, and print."""
    chance = random.Random(1)
    days = 7 * weeks
    rules = NamingRules(days, 0, 11 * HOUR_MIN, 5, 37.5)
    slots = [
        Slot(
            day, start * HOUR_MIN, LENGTH_H * HOUR_MIN, PAID_MIN, pool,
            max(1, round(WANTED[rules.is_weekend(day)] * n_people / PEOPLE)),
        )
        for day in range(days)
        for pool in range(POOLS)
        for start in STARTS_H
    ]  # fmt: skip
    people = [
        Person(
            f"p{number}", (number % POOLS,), rules.contract_h,
            frozenset(chance.sample(range(days), 2)), wishes=(Wish("off", chance.randrange(days)),),
        )
        for number in range(n_people)
    ]  # fmt: skip
    start = time.perf_counter()
    roster = assign_people(slots, people, rules)
    taken = time.perf_counter() - start
    counts = list(count_shifts(roster, rules))
    wanted, missing = sum(slot.people for slot in slots), int(roster.missing.sum())
    print(
        f"{n_people} people, {days} days: {wanted} shifts, {missing} without anybody, {taken:.0f} s"
    )
    for column, name in ((1, "weekend"), (2, "late")):
        each = [row[column] for row in counts]
        print(f"{name}: {min(each)} to {max(each)} a person, even {sum(each) / n_people:.1f}")
    kept = sum(
        all(roster.slots[place].day != wish.day for place in row if place >= 0)
        for person, row in zip(people, roster.chosen, strict=True)
        for wish in person.wishes
    )
    print(f"wishes kept: {kept} of {n_people}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    main(*(given + [PEOPLE, WEEKS][len(given) :]))
