"""What tests of the engines share: the comparison of two runs, bit for bit."""

from typing import Any

import numpy as np


def find_difference(one: Any, other: Any) -> str:
    """Return the first field that differs, where, and both values; nothing where runs are equal."""
    for field in one._fields:
        first, second = getattr(one, field), getattr(other, field)
        if not isinstance(first, np.ndarray):
            if first != second:
                return f"{field}: {first} and {second}"
            continue
        if first.dtype != second.dtype or first.shape != second.shape:
            return f"{field}: {first.dtype}{first.shape} and {second.dtype}{second.shape}"
        if not np.array_equal(first, second):
            place = tuple(int(index) for index in np.argwhere(first != second)[0])
            row = f" (mention {one.turn_mention[place[0]]})" if field.startswith("turn_") else ""
            return f"{field}{list(place)}{row}: {first[place]} and {second[place]}"
    return ""


def assert_runs_equal(one: Any, other: Any, what: str = "") -> None:
    """Fail with the first field, mention and both values where two runs differ."""
    difference = find_difference(one, other)
    assert not difference, f"{what}: {difference}"
