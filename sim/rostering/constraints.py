"""What binds a roster to agreements: pinned shifts, and an earlier plan to stay near to.

With x people in each column, e those of the earlier plan:

    lower <= x <= upper,    max( sum (x - e)+ , sum (e - x)+ ) <= changes at most

so a person moved from one shift to another is one change, and so is one more or one less. Shifts
that start before ``now`` stay as they were: lower = upper = e. In a program the two sums are
columns of their own: x - more + less = e. Checked by
``tests/unit/test_rostering_constraints.py`` and ``tests/unit/test_shift_rules.py``.
"""

from dataclasses import dataclass

import numpy as np

from sim.rostering.columns import Columns
from sim.rostering.program import EQUAL, LESS, MORE, ProgramBuilder, Row

# Above any number of people: a bound as high as this binds nobody.
MANY_PEOPLE = 10**6


@dataclass(frozen=True, eq=False)
class RosterConstraints:
    """Bounds on a roster, by column.

    Attributes
    ----------
    lower, upper : np.ndarray
        int, shape (n_columns,): fewest and most people.
    earlier : np.ndarray or None
        int, shape (n_columns,): the earlier plan.
    most_changes : int or None
        Against the earlier plan.
    feasible_roster : np.ndarray or None
        int, shape (n_columns,): a roster that keeps all agreements with the fewest changes (the
        cheapest, where there is no earlier one): rosters are built up from it. None: not
        looked for yet.
    """

    lower: np.ndarray
    upper: np.ndarray
    earlier: np.ndarray | None = None
    most_changes: int | None = None
    feasible_roster: np.ndarray | None = None

    def list_pins(self, columns: Columns, shape: tuple[int, int, int]) -> list[Row]:
        """State the fewest and most people of each column that has such a limit.

        Parameters
        ----------
        columns : Columns
            Of the shift problem.
        shape : tuple of int
            Of its counts by day, shift and pool: where a row's place lies.
        """
        place = np.ravel_multi_index((columns.day, columns.shift, columns.pool), shape)
        least, most = np.flatnonzero(self.lower > 0), np.flatnonzero(self.upper < MANY_PEOPLE)
        return [Row([c], 1.0, MORE, float(self.lower[c]), "pins", int(place[c])) for c in least] + [
            Row([c], 1.0, LESS, float(self.upper[c]), "pins", int(place[c])) for c in most
        ]

    def add_changes(self, builder: ProgramBuilder, change_cost: float) -> None:
        """Add the changes against the earlier plan, and their limit, to a program.

        Parameters
        ----------
        builder : ProgramBuilder
            Its first columns are the people.
        change_cost : float
            What a change costs in the objective.
        """
        if self.earlier is None:
            return
        n = len(self.earlier)
        more = builder.add_columns(np.zeros(n), integer=False)
        less = builder.add_columns(np.zeros(n), integer=False)
        changes = builder.add_columns([change_cost], integer=False)[0]
        for column, people in enumerate(self.earlier):
            terms = [column, more[column], less[column]]
            builder.add_row(terms, [1.0, -1.0, 1.0], EQUAL, float(people), "change")
        for side in (more, less):
            builder.add_row(np.r_[side, changes], np.r_[np.ones(n), -1.0], LESS, 0.0, "change")
        if self.most_changes is not None:
            builder.add_row([changes], 1.0, LESS, float(self.most_changes), "changes", 0)

    def are_kept(self, roster: np.ndarray, slack: int = 0) -> bool:
        """Whether a roster keeps the agreements, give or take ``slack`` changes."""
        within = bool((roster >= self.lower).all() and (roster <= self.upper).all())
        if self.earlier is None or self.most_changes is None:
            return within
        return within and count_changes(self.earlier, roster) <= self.most_changes + slack

    def forbid_more(self, roster: np.ndarray) -> np.ndarray:
        """Columns that may take nobody more, bool, shape (n_columns,)."""
        return roster >= self.upper

    def forbid_less(self, roster: np.ndarray) -> np.ndarray:
        """Columns that may give nobody away, bool, shape (n_columns,)."""
        return roster <= self.lower

    def forbid_exchange(self, roster: np.ndarray) -> np.ndarray:
        """Exchanges, of one of a row for one of a column, that are too many, bool, shape (n, n)."""
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
    """Count changed shifts: a person moved, added or taken away is one."""
    change = roster - earlier
    return int(max(change[change > 0].sum(), -change[change < 0].sum()))
