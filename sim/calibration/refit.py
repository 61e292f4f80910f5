"""What of a base scenario is fitted to the volume, and what stays because it is the user's.

A shipped base is nobody's own: its hours, staff, crew, budget and days follow the history. A file
is the user's: it keeps them, unless ``refit`` names what is to follow. What would follow is told
beside what stays. Checked by ``tests/functional/test_calibrate_refit.py``.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.errors import InputError
from sim.scenario.model import Scenario

REFIT = ("hours", "staff", "crew", "budget", "days")
"""opening hours and kinds of shift; limits of pools and reference staff; the on-call crew; money;
seven days"""
# A budget or limit within a tenth of what the volume would ask for is no news.
SAME_SHARE = 0.1


def choose_refit(asked: Sequence[str] | None, is_own: bool) -> frozenset[str]:
    """What follows the history.

    Parameters
    ----------
    asked : sequence of str or None
        What the user names; None: nothing of a base of their own, all of a shipped one.
    is_own : bool
        The base is a file.

    Raises
    ------
    InputError
        A word that names nothing.
    """
    if asked is None:
        return frozenset(() if is_own else REFIT)
    for word in asked:
        if word not in REFIT:
            near = difflib.get_close_matches(word, REFIT, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"refit = {word}: allowed: {', '.join(REFIT)}{hint}")
    return frozenset(asked)


def pick_scaled(changes: Mapping[str, Any], refit: frozenset[str]) -> dict[str, Any]:
    """Of what hangs on the volume, what is to follow it."""
    names = {"team": "staff", "surge_crew": "crew", "planner": "budget"}
    return {key: value for key, value in changes.items() if names[key] in refit}


def tell_kept(
    base: Scenario,
    scaled: Mapping[str, Any],
    hours: tuple[float, float] | None,
    refit: frozenset[str],
) -> Iterator[str]:
    """Yield what stays of a user's base though the history would have it otherwise.

    Parameters
    ----------
    base : Scenario
        The user's.
    scaled : Mapping
        What `sim.calibration.scaling.scale_team` would change.
    hours : tuple of float or None
        Opening hours that the history would give, where they are others.
    refit : frozenset of str
        What follows.
    """
    rules = base.shifts
    if "hours" not in refit and hours is not None and rules is not None:
        yield (
            f"opening hours {rules.open_from_h:g} to {rules.open_to_h:g} stay; the history's would "
            f"be {hours[0]:g} to {hours[1]:g} (refit=[hours])"
        )
    own = base.planner.get("budget")
    money = float(own) if isinstance(own, int | float) else 0.0
    wanted = float((scaled.get("planner") or {}).get("budget", money))
    if "budget" not in refit and money > 0 and abs(wanted - money) > SAME_SHARE * money:
        yield (
            f"budget {money:,.0f} {base.currency} stays; the same quality of service would take "
            f"{wanted:,.0f} (refit=[budget])"
        )
    if "staff" in refit:
        return
    for name, pool in base.team.pools.items():
        limit = scaled["team"]["pools"][name]["limit"]
        if limit > (1.0 + SAME_SHARE) * pool.limit:
            yield (
                f"pool {name} keeps its limit of {pool.limit} people; twice the highest need is "
                f"{limit} (refit=[staff])"
            )
