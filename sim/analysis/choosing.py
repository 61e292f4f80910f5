"""Which analyses a sweep's design can give, and which of them are asked for.

Checked by ``tests/functional/test_analyze.py``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.analysis.metamodel import LEAST_LEFT
from sim.analysis.sweep_data import SweepData
from sim.compose import suggest
from sim.errors import InputError

GIVEN: Mapping[str, tuple[str, ...]] = {
    "arms": ("differences",),
    "list": ("differences",),
    "grid": ("effects", "metamodel", "breaks"),
    "lhs": ("metamodel", "breaks"),
    "sobol": ("metamodel", "breaks"),
    "saltelli": ("sobol", "breaks"),
    "morris": ("morris",),
}
"""by kind of design; all of them are made unless somebody names some"""
ANALYSES = ("differences", "effects", "sobol", "morris", "metamodel", "breaks")
# In fewer futures a box is a handful of points, whatever was found in it.
LEAST_FUTURES = 40
WORST = 0.2
"""part of the futures that count as broken where nobody says what breaks a plan"""
JUDGED = ("satisfaction", "answered_within_promise_share", "answered_share")
"""measures of which less is worse, the first that is stored"""
BREAKS = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*")


class BreakRule(NamedTuple):
    """What breaks a plan: a measure below or above a number.

    Attributes
    ----------
    measure : str
        Its name.
    is_below : bool
        Whether less is worse.
    limit : float or None
        None: the worst fifth of the futures.
    """

    measure: str
    is_below: bool
    limit: float | None


def read_breaks(text: str) -> BreakRule:
    """The rule of ``breaks=MEASURE<NUMBER``.

    Raises
    ------
    InputError
        It is none.

    >>> read_breaks("satisfaction<.55")
    BreakRule(measure='satisfaction', is_below=True, limit=0.55)
    """
    match = BREAKS.fullmatch(text)
    try:
        limit = float(match[3]) if match else None
    except ValueError:
        limit = None
    if match is None or limit is None:
        raise InputError(f"breaks={text}: allowed: MEASURE<NUMBER or MEASURE>NUMBER, such as "
                         "satisfaction<.55")  # fmt: skip
    return BreakRule(match[1], match[2].startswith("<"), limit)


def choose_analyses(data: SweepData, asked: Sequence[str]) -> list[str]:
    """The analyses to make.

    Raises
    ------
    InputError
        One that there is not, or that this design cannot give.
    """
    given = [name for name in GIVEN[data.kind] if find_obstacle(data, name) is None]
    for name in asked:
        if name not in ANALYSES:
            raise InputError(
                f"analyses={name}: no such analysis{suggest(name, ANALYSES)} "
                f"(allowed: {', '.join(ANALYSES)})"
            )
        why = find_obstacle(data, name)
        if why is not None:
            raise InputError(f"analyses={name}: {why}; allowed here: {', '.join(given) or 'none'}")
    return [name for name in ANALYSES if name in (asked or given)]


def find_obstacle(data: SweepData, name: str) -> str | None:
    """Why a design cannot give an analysis; None where it can."""
    if name not in GIVEN[data.kind]:
        kinds = ", ".join(kind for kind, names in GIVEN.items() if name in names)
        what = "arms" if data.kind == "arms" else f"a design of kind {data.kind}"
        return f"{what} cannot give it (it takes {kinds})"
    n = len(data.points)
    if name == "breaks" and n < LEAST_FUTURES:
        return f"{n} points are too few (it takes {LEAST_FUTURES})"
    least = len(data.factors) + 1 + LEAST_LEFT
    if name == "metamodel" and n < least:
        return f"{n} points are too few (it takes {least})"
    if name == "differences" and n < 2:
        return "there is one point alone"
    return None


def choose_reference(data: SweepData, reference: str | None) -> int:
    """The point that others are compared with: an arm's name, or a point's number."""
    if reference is None:
        return 0
    names = [point.arm or str(point.number) for point in data.points]
    if reference not in names:
        shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        raise InputError(f"reference={reference}: no such arm or point"
                         f"{suggest(reference, names)} (allowed: {shown})")  # fmt: skip
    return names.index(reference)
