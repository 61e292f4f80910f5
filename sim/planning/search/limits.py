"""What ends a search before its own end: a count of replications, or the clock.

The count cuts the search at the same place on any machine, idle or busy. The clock only stops
the plan as a whole, which then says so: no step takes more or less because of it. Checked by
``tests/functional/test_plan_search.py`` and ``tests/functional/test_same_bytes.py``.
"""

import math
import time
from typing import NamedTuple, Self

from sim.scenario.settings import PlannerSettings


class CutShortError(Exception):
    """A limit ended the search; the text tells which."""


class Ending(NamedTuple):
    """The limits of a search.

    Attributes
    ----------
    time_limit_s : float
        Seconds that it may take.
    ends_s : float
        The clock (`time.monotonic`) when they are over.
    effort : float
        Replications that it may play.
    ends_played : float
        Count of replications at which they are over.
    """

    time_limit_s: float = math.inf
    ends_s: float = math.inf
    effort: float = math.inf
    ends_played: float = math.inf

    @classmethod
    def start(cls, settings: PlannerSettings, played: int) -> Self:
        """Set the limits of a search that starts now, with so many replications played."""
        effort = settings.effort_replications or math.inf
        limit_s = settings.time_limit_s
        return cls(limit_s, time.monotonic() + limit_s, effort, played + effort)

    def check_clock(self) -> None:
        """Raise `CutShortError` where the seconds are over."""
        if time.monotonic() > self.ends_s:
            raise CutShortError(f"its time limit of {self.time_limit_s:g} s")

    def check(self, played: int) -> None:
        """Raise `CutShortError` where the replications or the seconds are over."""
        if played >= self.ends_played:
            raise CutShortError(f"its limit of {self.effort:,.0f} replications")
        self.check_clock()
