"""What binds a lineup to agreements: pinned shifts, and an earlier plan to stay near to.

With x people in each column, e those of the earlier plan:

    lower <= x <= upper,    max( sum (x - e)+ , sum (e - x)+ ) <= changes at most

so a person moved from one shift to another is one change, and so is one more or one less.
Shifts that start before ``now`` stay as they were: lower = upper = e. Checked by
``tests/unit/test_planning_ties.py``.
"""

from dataclasses import dataclass

import numpy as np

MANY_PEOPLE = 10**6


@dataclass(frozen=True, eq=False)
class RosterConstraints:
    """Bounds on a lineup, by column.

    Attributes
    ----------
    lower, upper : np.ndarray
        int, shape (n_columns,): fewest and most people.
    earlier : np.ndarray or None
        int, shape (n_columns,): the earlier plan.
    most_changes : int or None
        Against the earlier plan.
    feasible_roster : np.ndarray
        int, shape (n_columns,): a lineup that keeps all ties with the fewest changes (the
        cheapest, where there is no earlier one): lineups are built up from it.
    """

    lower: np.ndarray
    upper: np.ndarray
    earlier: np.ndarray | None
    most_changes: int | None
    feasible_roster: np.ndarray

    def are_kept(self, roster: np.ndarray, slack: int = 0) -> bool:
        """Tell whether a lineup keeps the ties, give or take ``slack`` changes."""
        within = bool((roster >= self.lower).all() and (roster <= self.upper).all())
        if self.earlier is None or self.most_changes is None:
            return within
        return within and count_changes(self.earlier, roster) <= self.most_changes + slack

    def forbid_more(self, roster: np.ndarray) -> np.ndarray:
        """Return the columns that may take nobody more, bool, shape (n_columns,)."""
        return roster >= self.upper

    def forbid_less(self, roster: np.ndarray) -> np.ndarray:
        """Return the columns that may give nobody away, bool, shape (n_columns,)."""
        return roster <= self.lower

    def forbid_exchange(self, roster: np.ndarray) -> np.ndarray:
        """Return which exchanges of one of a row for one of a column are too many, (n, n)."""
        pinned = self.forbid_less(roster)[:, None] | self.forbid_more(roster)[None, :]
        if self.earlier is None or self.most_changes is None:
            return pinned
        more = np.maximum(roster - self.earlier, 0).sum()
        less = np.maximum(self.earlier - roster, 0).sum()
        gives_back = (roster > self.earlier)[:, None].astype(int)
        takes_back = (roster < self.earlier)[None, :].astype(int)
        added = more - gives_back + (1 - takes_back)
        removed = less + (1 - gives_back) - takes_back
        return pinned | (np.maximum(added, removed) > self.most_changes)


def count_changes(earlier: np.ndarray, roster: np.ndarray) -> int:
    """Return how many shifts were changed: a person moved, added or taken away is one."""
    change = roster - earlier
    return int(max(change[change > 0].sum(), -change[change < 0].sum()))
