"""How far from the best: an upper bound that knows money, shifts and nights.

Bounded are all policies that answer the plan's topics, with any shifts, levels and rules
within the shift rules and an expected cost within the budget. For each replication d and any
prices y_d of agent time, ``sim.planning.bounds.pricing`` gives

    satisfaction_d(policy) <= own_d(y_d) + sum over shifts x of worth_d(x; y_d),

linear in the numbers of people x. Its mean over replications is a *cut*; staff is fixed
before the replication is known, so the same x stands in all of them, and

    E[satisfaction] <= max over x of min over cuts [mean own + x . mean worth],

a linear program (whole numbers, rest and the service-level target dropped: all relax). This is the
information relaxation of Brown, Smith and Sun (2010, DOI 10.1287/opre.1090.0796) in what the
decisions within a run know, a Lagrangian relaxation in the agents' time (Geoffrion 1974), and
Kelley's cutting planes in the staff. Relaxed besides: pools are one, later turns wait for the
cheapest hour, transfers, sorting, the load's slow-down, false alarms, automatic replies and
spread complaints cost no work or money, and nor does overtime, whose pay can only raise a plan's
cost; what is bought beyond wages and paid at the price of money is the crew, work after the end,
and compensation.

The maximum over x sees the same replications, which on average can only raise it (Mak, Morton
and Wood 1999, DOI 10.1016/S0167-6377(98)00054-6): the estimate is an upper bound in
expectation, with the standard error of the mean at the best x. Numbers are rounded upwards:
prices lie on lines above the worth, `MARGIN` covers lines between knots of speed and patience.
Checked by ``tests/theory/test_bounds_certificate.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.planning.bounds.agent_supply import CELL_MIN, Capacity
from sim.planning.bounds.best_prices import bound_replication, improve_prices
from sim.planning.bounds.prepared import find_best_case
from sim.planning.bounds.pricing import PricedCustomers, Rates, look_ahead
from sim.planning.bounds.service_options import ServiceOptionsMaker, gather_customers
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.outcomes import Outcomes
from sim.rostering.program import LESS, ProgramBuilder
from sim.rostering.roster import Rosters
from sim.rostering.rules import limit_spending, list_part_time, list_staff_limits
from sim.rostering.solver import SolverLimits, solve_program
from sim.running.replicate import map_in_order
from sim.scenario.policy import Policy

# Price steps of three rounds: the bound is valid after any number, tighter after more.
STEPS = (20, 20, 20)
# Multiples of the prices that are tried first; any gives a valid bound.
SCALES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
# Of agent time, to start from; the steps correct it.
FIRST_PRICE = 0.004
# Covers interpolation between knots (see the head): less would make the bound invalid.
MARGIN = 2e-4


@dataclass(frozen=True, eq=False)
class Certificate:
    """An upper bound on the expected satisfaction of any policy, beside a plan's.

    Attributes
    ----------
    gap, gap_error : float
        Bound less the plan's satisfaction on the same replications; standard error.
    n : int
        Replications.
    rounds : tuple of float
        Bound with the cut at no price, and after each round of cuts.
    hour_price : np.ndarray
        shape (n_intervals,): what an agent hour more would add to the bound, by interval.
    """

    gap: float
    gap_error: float
    n: int
    rounds: tuple[float, ...]
    hour_price: np.ndarray


class Cut(NamedTuple):
    """One family of prices: by replication, what does and does not depend on the staff."""

    own: np.ndarray
    worth: np.ndarray


class Certifier:
    """Bounds one scenario's policies on an evaluator's replications.

    Parameters
    ----------
    evaluator : Evaluator
        The draws.
    rosters : Rosters
        What may be staffed.
    policy : Policy
        The plan: whose topics are answered, how cuts in staff and the end are met.
    budget : float
        Of expected cost [scenario.currency].
    """

    def __init__(
        self, evaluator: Evaluator, rosters: Rosters, policy: Policy, budget: float
    ) -> None:
        self.evaluator, self.rosters, self.budget = evaluator, rosters, budget
        absence = evaluator.scenario.absence
        # everybody comes here; who would be absent unpaid makes the shifts cheaper
        self.wages = rosters.columns.cost * (1.0 if absence.paid else 1.0 - absence.share)
        self.case = find_best_case(evaluator.scenario, policy)
        maker = ServiceOptionsMaker(self.case, CELL_MIN)
        self.service_options, self.expected = maker.make(), maker.expected
        self.capacity = Capacity(rosters, policy, self.case.lowered.tables, maker)

    def find_customer_groups(self, first: int, n: int) -> list[PricedCustomers]:
        """Gather the customers of replications, each replication's as a group."""

        def make(replication: int) -> PricedCustomers:
            return gather_customers(
                self.case,
                self.service_options,
                self.expected,
                self.evaluator.find_draws(replication),
            )

        return list(map_in_order(make, range(first, first + n), self.evaluator.workers))

    def make_rates(self, own: np.ndarray, a_unit: float) -> Rates:
        """Add to prices what follows from them; ``a_unit``: price of a unit of money."""
        capacity = self.capacity
        return look_ahead(own, CELL_MIN, capacity.returns, capacity.can_begin, a_unit)

    def improve(
        self,
        customers: PricedCustomers,
        starts: Sequence[np.ndarray],
        roster: np.ndarray,
        money: float,
        steps: int,
    ) -> np.ndarray:
        """Improve the prices of a replication, from the best of the starts."""
        a_unit = money * max(customers.n_counted, 1)
        agent_supply = self.capacity.make_agent_supply(roster, a_unit / 60.0)
        surplus = np.empty(self.capacity.n_cells)

        def find_bound(own: np.ndarray) -> float:
            rates = self.make_rates(own, a_unit)
            return float(
                bound_replication(self.service_options, customers, rates, agent_supply, surplus)[0]
            )

        options = [np.maximum(start, agent_supply.least) for start in starts]
        start = min(options, key=find_bound) if len(options) > 1 else options[0]
        return improve_prices(
            self.service_options, customers, self.make_rates(start, a_unit), agent_supply, steps
        )

    def improve_all(
        self,
        customer_groups: list[PricedCustomers],
        starts: list[list[np.ndarray]],
        roster: np.ndarray,
        money: float,
        steps: int,
    ) -> list[np.ndarray]:
        """Improve the prices of each replication."""

        def better(place: int) -> np.ndarray:
            return self.improve(customer_groups[place], starts[place], roster, money, steps)

        return list(map_in_order(better, range(len(customer_groups)), self.evaluator.workers))

    def cut(
        self, customer_groups: list[PricedCustomers], owns: list[np.ndarray], money: float
    ) -> Cut:
        """Make the cut of one family of prices."""
        nobody = np.zeros(self.rosters.n)

        def measure(place: int) -> np.ndarray:
            customers, own = customer_groups[place], owns[place]
            counted = max(customers.n_counted, 1)
            agent_supply = self.capacity.make_agent_supply(nobody, money * counted / 60.0)
            rates = self.make_rates(own, money * counted)
            surplus = np.empty(self.capacity.n_cells)
            _, alone = bound_replication(
                self.service_options, customers, rates, agent_supply, surplus
            )
            alone += self.capacity.price_extra(own, agent_supply.least)
            return np.append(self.capacity.price_people(own, agent_supply.least), alone) / counted

        rows = np.stack(
            list(map_in_order(measure, range(len(customer_groups)), self.evaluator.workers))
        )
        return Cut(rows[:, -1] + money * self.budget, rows[:, :-1] - money * self.wages)

    def staff(self, cuts: list[Cut], weight: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Find the bound, people at which it is reached, and the weights of the cuts."""
        rosters, builder = self.rosters, ProgramBuilder()
        roster = builder.add_columns(np.zeros(rosters.n), integer=False)
        level = builder.add_columns(-1.0, -np.inf, np.inf, integer=False)
        for cut in cuts:
            values = np.append(-(weight @ cut.worth), 1.0)
            builder.add_row(np.append(roster, level), values, LESS, float(weight @ cut.own))
        builder.add_rows([limit_spending(rosters.columns._replace(cost=self.wages), self.budget)])
        builder.add_rows(list_part_time(rosters.problem, rosters.columns))
        builder.add_rows(list_staff_limits(rosters.problem, rosters.columns, rosters.most))
        solved = solve_program(builder.build(), SolverLimits(), relaxed=True)
        if solved.values is None or solved.row_price is None:
            raise ArithmeticError("the linear program of the bound was not solved")
        cut_weight = np.maximum(-solved.row_price[: len(cuts)], 0.0)
        return -solved.objective, solved.values[roster], cut_weight / cut_weight.sum()

    def certify(
        self,
        roster: np.ndarray,
        seen: Outcomes,
        money: float,
        first: int = 0,
        steps: Sequence[int] = STEPS,
    ) -> Certificate:
        """Certify how far a plan is, at the most, from the best.

        Parameters
        ----------
        roster : np.ndarray
            The plan's roster.
        seen : Outcomes
            Of the plan, on the replications from ``first`` on.
        money : float
            Price of a unit of money, at least 0: any gives a bound, the best is near what
            a unit more would add. The first cut is at no price, of time or of money.
        first : int
            Number of the first replication.
        steps : sequence of int
            Steps of the prices, by round of cuts; none: unlimited staff in open hours.

        Raises
        ------
        ArithmeticError
            The linear program was not solved in time.
        """
        customer_groups = self.find_customer_groups(first, seen.n)
        weight = seen.weight * np.array([customers.n_counted > 0 for customers in customer_groups])
        weight = weight / weight.sum()
        starts = self.set_starts(customer_groups, roster, money, steps[0]) if steps else []
        families = [self.compute_least(customer_groups, 0.0)]
        cuts = [self.cut(customer_groups, families[0], 0.0)]
        bound, best, cut_weight = self.staff(cuts, weight)
        rounds = [bound + MARGIN]
        at = roster.astype(float)
        for number, count in enumerate(steps):
            owns = self.improve_all(customer_groups, starts, at, money, count)
            starts = [[own] for own in owns]
            families.append(owns)
            cuts.append(self.cut(customer_groups, owns, money))
            bound, best, cut_weight = self.staff(cuts, weight)
            rounds.append(bound + MARGIN)
            at = (at * (number + 1) + best) / (number + 2)
        prices = [self.price_hours(customer_groups, owns, weight) for owns in families]
        each = np.zeros(seen.n)
        for part, cut in zip(cut_weight, cuts, strict=True):
            each += part * (cut.own + cut.worth @ best)
        gap = each + MARGIN - seen.satisfaction
        hour_price = sum(part * price for part, price in zip(cut_weight, prices, strict=True))
        return Certificate(
            gap=seen.average(gap),
            gap_error=seen.compute_error(gap),
            n=seen.n,
            rounds=tuple(rounds),
            hour_price=np.asarray(hour_price),
        )

    def compute_least(
        self, customer_groups: list[PricedCustomers], money: float
    ) -> list[np.ndarray]:
        """Least prices that there may be, by replication: those of ample staff."""
        nobody = np.zeros(self.rosters.n)
        return [
            self.capacity.make_agent_supply(
                nobody, money * max(customers.n_counted, 1) / 60.0
            ).least
            for customers in customer_groups
        ]

    def set_starts(
        self, customer_groups: list[PricedCustomers], roster: np.ndarray, money: float, steps: int
    ) -> list[list[np.ndarray]]:
        """Lay out prices to start from: those of the first replication, scaled."""
        flat = np.full(self.capacity.n_cells, FIRST_PRICE)
        own = self.improve(customer_groups[0], [k * flat for k in SCALES], roster, money, steps)
        return [[k * own for k in SCALES]] * len(customer_groups)

    def price_hours(
        self, customer_groups: list[PricedCustomers], owns: list[np.ndarray], weight: np.ndarray
    ) -> np.ndarray:
        """Mean price of an agent hour by interval [satisfaction]."""
        counted = np.array([max(customers.n_counted, 1) for customers in customer_groups])
        own = 60.0 * (weight / counted) @ np.stack(owns)
        step_min, n = self.rosters.problem.interval_min, self.rosters.problem.n_intervals
        ends = np.arange(n + 1) * step_min / CELL_MIN
        summed = np.interp(ends, np.arange(own.size + 1), np.append(0.0, own.cumsum()))
        return np.asarray(np.diff(summed) / np.diff(ends))
