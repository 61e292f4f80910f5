"""Agent time that staff and crew can have at most, and what it is worth at prices.

Capacity of a bound must hold whatever is done with it, so beside the minutes on duty it has
those that are worked for nothing: who leaves at a cut ends the reply in hand. Each end of a
stretch of work gets the greatest mean of what can be left of work in hand at a given time,
whatever is begun when (`compute_overrun`), at the highest price of the hours in which it could
be done. A fall of staff by k frees the k who end first, or k named ones; both have no more
than k times that mean.

After the horizon the staff of the last interval (or of ``after_close``) works on and is paid
when it is busy; on a ring the roster begins again, for nothing, as under the policies bounded,
and the lead-in's work is left out, in the customers' favor. The crew is paid while it is there,
and may be there a quarter hour longer in each spell than its limit counts.
Checked by ``tests/theory/test_bounds_certificate.py``.
"""

import numpy as np

from sim.demand.quantile import list_quantiles
from sim.outcomes.scales import Prices
from sim.planning.bounds.best_prices import AgentSupply
from sim.planning.bounds.service_options import ServiceOptionsMaker, compute_load_range
from sim.rostering.roster import Rosters
from sim.scenario.model import Scenario
from sim.scenario.parts import SurgeRules
from sim.scenario.policy import Policy
from sim.scenario.preparing.hours import find_giving_window
from sim.scenario.tables import CUT_PREEMPT, MS_PER_MIN, Routing, Tables

# Agent time is priced by quarter hours: longer cells loosen the bound, shorter ones cost time.
CELL_MIN = 15.0
QUARTER_MIN = 15.0
# Equally likely slices of work: more tighten the bound and cost time.
N_SPANS = 512


def compute_overrun(shortest_min: np.ndarray, longest_min: np.ndarray) -> float:
    """Greatest mean of what is left of work in hand at a given time [min].

    Parameters
    ----------
    shortest_min, longest_min : np.ndarray
        shape (n_kinds, n_points): between which the equally likely minutes lie of each kind of
        work that may be begun; whenever the last one ends, any may be begun, or none for a
        while.

    Returns
    -------
    float
        The longest count, rounded up, as left; the shortest, rounded down, where others follow:
        never too little, and a minute or two too much where both are the same.
    """
    longest = np.ceil(longest_min)
    rows = np.floor(shortest_min).astype(np.int64)
    chances = [np.bincount(row) / row.size for row in rows]
    span_min = int(longest.max()) + 1
    best = np.zeros(span_min + 1)
    for ahead in range(span_min + 1):
        options = [0.0 if ahead == 0 else best[ahead - 1]]
        left = np.maximum(longest - ahead, 0.0).mean(axis=1)
        for mean_left, chance in zip(left, chances, strict=True):
            within = chance[1 : ahead + 1]
            again = float(within @ best[ahead - within.size : ahead][::-1]) if within.size else 0.0
            more = 1.0 - chance[0]
            options.append((mean_left + again) / more if more > 0.0 else mean_left)
        best[ahead] = max(options)
    return float(best[-1])


def list_works(maker: ServiceOptionsMaker) -> tuple[np.ndarray, np.ndarray]:
    """List least and most of equally likely minutes of all work, shape (n_kinds, N_SPANS)."""
    scenario = maker.scenario
    pairs = {(one.topic, one.work * most) for one in maker.groups for most in (1.0, one.most_work)}
    turns = np.concatenate(
        [
            np.hstack([maker.compute_work(*pair), maker.compute_longest_work(*pair)])
            for pair in sorted(pairs)
        ]
    )
    spans = np.unique(turns, axis=0).reshape(-1, 2, N_SPANS, turns.shape[1] // (2 * N_SPANS))
    fixed = {scenario.maturity.triage_min, scenario.maturity.transfer_min}
    more = [np.full((1, N_SPANS), minutes) for minutes in sorted(fixed) if minutes > 0]
    check_min = scenario.conversation.follow_up_min
    least, most = spans[:, 0].min(axis=2), spans[:, 1].max(axis=2)
    given_min = np.unique(maker.tables.levels.redress_ms) / MS_PER_MIN
    extras_min = [given + check for given in given_min for check in (0.0, check_min)]
    return (
        np.concatenate([*(least + extra for extra in extras_min), *more]),
        np.concatenate([*(most + extra for extra in extras_min), *more]),
    )


def compute_stretch(routing: Routing) -> float:
    """Factor by which load may make work longer than `ServiceOptionsMaker.compute_work` has it."""
    least, most = compute_load_range(routing)
    return most / least


class Capacity:
    """Agent time by cell of one scenario's rosters.

    Attributes
    ----------
    n_cells : int
        Cells from time 0 to the end of the drain.
    hours : np.ndarray
        shape (n_columns, n_cells): minutes that one person of a column works.
    can_begin : np.ndarray
        bool, shape (n_cells,): somebody can be there.
    overrun_min : float
        From `compute_overrun`.
    returns : np.ndarray
        shape (n_cells,): part of reopenings sure to come before the end, by cell of the reply.
    """

    def __init__(
        self, rosters: Rosters, policy: Policy, tables: Tables, maker: ServiceOptionsMaker
    ) -> None:
        self.rosters, self.tables, clock = rosters, tables, tables.clock
        self.horizon_min = (clock.horizon_ms - clock.lead_ms) / MS_PER_MIN
        drain_min = clock.drain_ms / MS_PER_MIN
        self.n_cells = int(np.ceil((self.horizon_min + drain_min) / CELL_MIN))
        self.in_drain = np.arange(self.n_cells) * CELL_MIN >= self.horizon_min
        self.prices: Prices = maker.scales.prices
        self.crew: SurgeRules = maker.scenario.surge_crew
        closing = policy.after_close
        self.closing = None if closing is None else float(sum(closing.values()))
        self.pays_after = maker.scales.pays_after
        self.hours, self.ends = self.lay_hours(), self.find_ends()
        self.extra_min = np.where(self.in_drain, CELL_MIN * (self.closing or 0.0), 0.0)
        has_crew = self.crew.max_people > 0
        self.can_begin = (self.hours.sum(axis=0) + self.extra_min > 0) | has_crew
        least, most = list_works(maker)
        most = most * compute_stretch(tables.routing)
        self.overrun_min = compute_overrun(least, most)
        self.n_after = int(np.ceil(most.max() / CELL_MIN)) + 1
        self.moved = self.list_moved(rosters.scenario)
        self.returns = self.compute_returns(maker, most.max(axis=0))

    def list_moved(self, scenario: Scenario) -> list[tuple[float, np.ndarray]]:
        """List the minutes that preparations can move to an event, and the cells they may be in.

        Each hour may be followed by what is left of a reply in hand.
        """
        found, last = [], self.n_cells - 1
        for preparation in scenario.preparations.values():
            window = find_giving_window(scenario, preparation)
            if window.last_ms > window.first_ms:
                first, end = (min(int(ms / MS_PER_MIN // CELL_MIN), last) for ms in window)
                cells = np.arange(first, min(end + self.n_after, last) + 1)
                hours = np.ceil(preparation.gives_h) + 1.0
                minutes = preparation.gives_h * 60.0 + hours * self.overrun_min
                found.append((minutes, cells))
        return found

    def lay_hours(self) -> np.ndarray:
        """Minutes that one person of a column works in each cell, shape (n_columns, n_cells)."""
        step_min = self.rosters.problem.interval_min
        ends = np.arange(self.n_cells + 1) * CELL_MIN
        covers = self.list_covers().astype(float)
        worked = np.concatenate([np.zeros((len(covers), 1)), covers.cumsum(axis=1)], axis=1)
        if not self.pays_after:
            at = np.arange(worked.shape[1]) * step_min
            return np.diff([np.interp(ends, at, row * step_min) for row in worked], axis=1)
        at = np.minimum(ends, self.horizon_min) / step_min
        low = np.minimum(at.astype(int), covers.shape[1] - 1)
        before = worked[:, low] + (at - low) * covers[:, low]
        after = np.maximum(ends - self.horizon_min, 0.0) * (self.closing is None)
        return np.diff(before * step_min + covers[:, -1:] * after, axis=1)

    def list_covers(self) -> np.ndarray:
        """When each column's person works, on a ring round after round to the end."""
        covers = self.rosters.columns.covers
        if self.pays_after:
            return covers
        n_intervals = -int(-self.n_cells * CELL_MIN // self.rosters.problem.interval_min)
        return np.tile(covers, -(-n_intervals // covers.shape[1]))[:, :n_intervals]

    def find_ends(self) -> list[np.ndarray]:
        """List for each column the cells in which its stretches of work end."""
        covers = self.list_covers().astype(np.int8)
        step = self.rosters.problem.interval_min
        last = self.n_cells - 1
        if self.closing is not None:
            last = min(int(self.horizon_min // CELL_MIN), last)
        found = []
        for row, works_last in zip(np.diff(covers, axis=1) < 0, covers[:, -1] > 0, strict=True):
            cells = (np.flatnonzero(row) + 1) * step // CELL_MIN
            found.append(np.append(cells, [last] * int(works_last)).astype(int))
        return found

    def compute_returns(self, maker: ServiceOptionsMaker, longest_min: np.ndarray) -> np.ndarray:
        """Share of reopenings sure to come before the end, by cell of the reply.

        The reply that begins in a cell ends, at the latest, after the longest of any kind of
        work; what is stopped may end at any time.
        """
        if self.tables.staff.cut == CUT_PREEMPT:
            return np.zeros(self.n_cells)
        delays = list_quantiles(maker.scenario.conversation.reopen_delay)
        ended = (np.arange(self.n_cells) + 1) * CELL_MIN
        left = np.maximum(self.horizon_min - ended[:, None] - longest_min, 0.0)
        return np.asarray(np.searchsorted(delays, left).mean(axis=1) / delays.size)

    def make_agent_supply(self, people: np.ndarray, a_minute: float) -> AgentSupply:
        """Lay out who is there to work in a replication.

        Parameters
        ----------
        people : np.ndarray
            shape (n_columns,): the roster.
        a_minute : float
            Price of a unit of money paid by the hour for a minute, in satisfaction summed over
            the replication's customers.
        """
        agent_min = people @ self.hours + self.extra_min
        for column in np.flatnonzero(people):
            for cell in self.ends[column]:
                agent_min[min(cell, self.n_cells - 1)] += people[column] * self.overrun_min
        spell_min = self.crew.min_h * 60.0
        longer = 1.0 + self.overrun_min / spell_min
        limit_min = self.tables.staff.surge_limit_ms / MS_PER_MIN if self.crew.max_people else 0.0
        return AgentSupply(
            agent_min=agent_min,
            crew_min=self.crew.max_people * (CELL_MIN + self.overrun_min),
            crew_limit_min=limit_min * (longer + QUARTER_MIN / spell_min),
            crew_price=a_minute * self.prices.surge_hour / longer,
            least=np.where(self.in_drain & self.pays_after, a_minute * self.prices.hour, 0.0),
        )

    def price_people(self, own: np.ndarray, least: np.ndarray) -> np.ndarray:
        """Value of one person of each column at prices, shape (n_columns,)."""
        worth = self.hours @ (own - least)
        highest = np.array([own[cell : cell + self.n_after].max() for cell in range(own.size)])
        for column, cells in enumerate(self.ends):
            worth[column] += self.overrun_min * highest[np.minimum(cells, own.size - 1)].sum()
        return np.asarray(worth)

    def price_extra(self, own: np.ndarray, least: np.ndarray) -> float:
        """Value at prices of the staff of ``after_close``, and of hours moved to events."""
        moved = sum(minutes * float(own[cells].max()) for minutes, cells in self.moved)
        return (
            float(self.extra_min @ (own - least))
            + (self.closing or 0.0) * (self.overrun_min * float(own[-1]))
            + moved
        )
