"""Why a week differs from its plan: forecast, staffing, effort and luck, which sum to the whole.

A measure V of a world under a policy. Worlds: the plan's (F), the plan's at the level and with the
sizes of planned events that came (F*), the real week (R). Policies: the plan (P), what was done
(D), and each with the other's people: the plan's rules with the people who were there (S), what
was done with the plan's people (E).

    forecast = V(F*, P) - V(F, P)
    staffing = ((V(R, S) - V(R, P)) + (V(R, D) - V(R, E))) / 2
    effort   = ((V(R, E) - V(R, P)) + (V(R, D) - V(R, S))) / 2
    luck     = V(R, P) - V(F*, P) + seen - V(R, D)

Staffing and effort act together, so each is taken first once and last once (Shapley 1953, *A value
for n-person games*): neither order is favored. `seen` is what the history says, or V(R, D) where
it does not say. Then

    forecast + staffing + effort + luck = seen - V(F, P).

Checked by ``tests/unit/test_review_split.py``.
"""

from typing import NamedTuple

import numpy as np

PARTS = ("forecast", "staffing", "effort", "luck")


class PlayedWorlds(NamedTuple):
    """A measure by replication in each world, float64, shape (n,) each."""

    planned: np.ndarray
    """V(F, P)"""
    leveled: np.ndarray
    """V(F*, P)"""
    on_week: np.ndarray
    """V(R, P)"""
    done_staff: np.ndarray
    """V(R, S)"""
    done_effort: np.ndarray
    """V(R, E)"""
    done: np.ndarray
    """V(R, D)"""


def split_difference(played: PlayedWorlds, seen: float | None) -> dict[str, np.ndarray]:
    """Split the difference between a week and its plan.

    Parameters
    ----------
    played : PlayedWorlds
        The measure in each world, replications on the same draws.
    seen : float or None
        What the history says of it; None: nothing.

    Returns
    -------
    dict of str to np.ndarray
        ``forecast``, ``staffing``, ``effort``, ``luck`` by replication, shape (n,), and ``whole``,
        their sum.
    """
    plan, last = played.on_week, played.done
    of_staff, of_effort = played.done_staff, played.done_effort
    luck = plan - played.leveled
    end = last
    if seen is not None:
        luck = luck + (seen - last)
        end = np.full_like(last, seen)
    return {
        "forecast": played.leveled - played.planned,
        "staffing": 0.5 * ((of_staff - plan) + (last - of_effort)),
        "effort": 0.5 * ((of_effort - plan) + (last - of_staff)),
        "luck": luck,
        "whole": end - played.planned,
    }
