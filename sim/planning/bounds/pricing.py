"""What care is worth in one replication when agent time has a price.

Let a policy work on turns at whatever times; c(t) agents are there. For any prices y(t) >= 0

    sum of satisfaction = sum over customers [satisfaction - integral of y over the work on it]
                          + integral of y over all work
                       <= sum over customers [best worth at prices y] + integral of y c

so a replication is bounded by customers taken one by one, each served at the time and level
that are best for it (Lagrangian relaxation of the agents' time; Geoffrion 1974). The decision
when a turn begins and at which level knows all arrivals and events of the replication but,
as under any policy, not how long this turn's work will be, whether it will resolve, how it
will read. Cells of equal length hold the prices; a turn that begins in a cell costs at least
its mean work at the lower of the prices of this cell and the next, but for work longer than a
cell, which costs at least the lowest price to come. Turns whose work can be stopped cost the
lowest price to come altogether.

Who looks for a public answer first (`sim.demand.issues`) may find one, and is then served at once
for nothing, whatever the policy has others read. Who leaves before the reply begins may post again,
and is then answered at the best time after leaving, for sure and at the lowest price: so the worth
of waiting until a cell holds the worth of all who left before it. Prices that give a low bound:
``sim.planning.bounds.best_prices``. Checked by ``tests/theory/test_bounds_pricing.py``.
"""

from typing import NamedTuple

import numpy as np

from sim.compile import jit


class ServiceOptions(NamedTuple):
    """What customers can be offered, by group (`sim.planning.bounds.service_options`).

    Attributes
    ----------
    worth : np.ndarray
        shape (n_kinds, n_e, 2, 3, n_speeds, n_p): from `tabulate_worth`.
    prices : np.ndarray
        shape (n_p,): knots of the price of later work.
    kind : np.ndarray
        int64, shape (n_groups, n_gifts, 2, 2): kind by group, gift (0 none), follow-up, bot before;
        -1: none.
    gift_cost : np.ndarray
        shape (n_gifts,): money paid for each given [scenario.currency].
    follow_share : np.ndarray
        shape (n_groups,): share whose case is checked, if the policy does so.
    bot_p : np.ndarray
        shape (n_groups,): a bot resolves.
    bot_worth : np.ndarray
        shape (n_groups, n_e): satisfaction then.
    none_worth, spared_worth : np.ndarray
        shape (n_e,): satisfaction of who is never answered; of who finds an answer first.
    work_min, tail_min : np.ndarray
        shape (n_groups, 3): mean work of a turn; of what exceeds a cell.
    there : np.ndarray
        shape (n_groups, 2, n_waits): probability to be there after a wait, without and with a
        bot's reply; knots in ln(1 + wait / w0).
    comes_again_p : float
        Probability that somebody who has left posts again.
    paid_out : np.ndarray
        shape (n_groups,): compensation if answered [scenario.currency].
    again_worth : np.ndarray
        shape (n_groups, n_e): the least that posting again is taken to be worth.
    w0_min, log_w1, log_last : float
        Scale of waits; ln(1 + w1 / w0); last knot of `there`.
    """

    worth: np.ndarray
    prices: np.ndarray
    kind: np.ndarray
    gift_cost: np.ndarray
    follow_share: np.ndarray
    bot_p: np.ndarray
    bot_worth: np.ndarray
    none_worth: np.ndarray
    spared_worth: np.ndarray
    work_min: np.ndarray
    tail_min: np.ndarray
    there: np.ndarray
    comes_again_p: float
    paid_out: np.ndarray
    again_worth: np.ndarray
    w0_min: float
    log_w1: float
    log_last: float


class PricedCustomers(NamedTuple):
    """Customers of one replication who can be answered, in order of arrival.

    Attributes
    ----------
    arrival_min, seen_min : np.ndarray
        shape (n,): post; when the brand can first know of it.
    group, expected : np.ndarray
        int64, shape (n,): group; place of the expected quality in its grid.
    may_get : np.ndarray
        bool, shape (n, n_gifts): whose coin falls so that the gift is given where the policy says.
    looks : np.ndarray
        bool, shape (n,): who looks for an answer first, and may find one whatever work is done.
    n_counted : int
        All who count, those who cannot be answered among them.
    rest : float
        Satisfaction of those who cannot be answered, summed.
    """

    arrival_min: np.ndarray
    seen_min: np.ndarray
    group: np.ndarray
    expected: np.ndarray
    may_get: np.ndarray
    looks: np.ndarray
    n_counted: int
    rest: float


class Rates(NamedTuple):
    """Prices of a minute of agent time, and what follows from them.

    Attributes
    ----------
    cell_min : float
        Length of a cell.
    own, pair, future : np.ndarray
        shape (n_cells,): price; the lower of this and the next; the lowest from here on.
    cheapest : np.ndarray
        int64, shape (n_cells,): where the lowest from here on is.
    returns : np.ndarray
        shape (n_cells,): part of reopenings that come before the end.
    is_open : np.ndarray
        bool, shape (n_cells,): somebody can be there to begin a turn.
    money : float
        Price of a unit of money, in satisfaction summed over the replication's customers.
    """

    cell_min: float
    own: np.ndarray
    pair: np.ndarray
    future: np.ndarray
    cheapest: np.ndarray
    returns: np.ndarray
    is_open: np.ndarray
    money: float


class ServiceOption(NamedTuple):
    """The best that was found for a customer."""

    value: float
    cell: int
    now_min: float
    later_min: float


class WaitingEffect(NamedTuple):
    """What a wait until a reply begins means to a customer.

    Attributes
    ----------
    stays : float
        Probability to be there still.
    slow, more : int, float
        Knot of speed below, and part of the way to the next.
    is_last : bool
        Beyond the last knot of `ServiceOptions.there`.
    """

    stays: float
    slow: int
    more: float
    is_last: bool


@jit
def look_ahead(
    own: np.ndarray, cell_min: float, returns: np.ndarray, is_open: np.ndarray, money: float
) -> Rates:
    """Add to prices what follows from them: cheapest later times, pairs of cells."""
    n = own.size
    pair, future = own.copy(), own.copy()
    cheapest = np.arange(n)
    for cell in range(n - 2, -1, -1):
        pair[cell] = min(own[cell], own[cell + 1])
        if future[cell + 1] <= own[cell]:
            future[cell], cheapest[cell] = future[cell + 1], cheapest[cell + 1]
    return Rates(cell_min, own, pair, future, cheapest, returns, is_open, money)


@jit
def look_at(service_options: ServiceOptions, there: np.ndarray, wait_min: float) -> WaitingEffect:
    """Look up what a wait does: who is still there, and the speed of a reply that begins then."""
    log_wait = np.log(1.0 + max(wait_min, 0.0) / service_options.w0_min)
    where = log_wait / service_options.log_last * (there.size - 1)
    low = min(int(where), there.size - 2)
    part = min(where - low, 1.0)
    n_speeds = service_options.worth.shape[4]
    speed = max(1.0 - log_wait / service_options.log_w1, 0.0) * (n_speeds - 1)
    slow = min(int(speed), n_speeds - 2)
    stays = there[low] + part * (there[low + 1] - there[low])
    return WaitingEffect(stays, slow, speed - slow, where >= there.size - 1)


@jit
def mix(rows: np.ndarray, waiting_effect: WaitingEffect, knot: int) -> float:
    """Interpolate a worth between two knots of speed."""
    lower = rows[waiting_effect.slow, knot]
    return lower + waiting_effect.more * (rows[waiting_effect.slow + 1, knot] - lower)


@jit
def weigh_levels(
    service_options: ServiceOptions,
    rates: Rates,
    group: int,
    gift: int,
    table: np.ndarray,
    cell: int,
    waiting_effect: WaitingEffect,
    knot: int,
) -> tuple[float, float, float, float]:
    """Weigh the levels of a reply that begins in a cell: its worth, and the parts of it.

    Returns
    -------
    tuple of float
        The most of a reply from here on, at the least price; the worth of the best level in
        this cell; its work now; its later work.
    """
    low, high = service_options.prices[knot], service_options.prices[knot + 1]
    future, pair, back = rates.future[cell], rates.pair[cell], rates.returns[cell]
    weight = min((future - low) / (high - low), 1.0)
    paid_out = service_options.paid_out[group] + service_options.gift_cost[gift]
    paid_out *= rates.money
    most, best, now_min, later_min = -1e9, -1e9, 0.0, 0.0
    for level in range(3):
        work = service_options.work_min[group, level]
        cheap, dear = (
            mix(table[0, level], waiting_effect, knot),
            mix(table[0, level], waiting_effect, knot + 1),
        )
        most = max(most, cheap + weight * (dear - cheap) - paid_out - future * work)
        cheap += back * (mix(table[1, level], waiting_effect, knot) - cheap)
        dear += back * (mix(table[1, level], waiting_effect, knot + 1) - dear)
        value = cheap + weight * (dear - cheap) - paid_out - pair * work
        value += service_options.tail_min[group, level] * (pair - future)
        if value > best:
            best, now_min, later_min = value, work, (cheap - dear) / (high - low)
    return most, best, now_min, later_min


@jit
def weigh_gifts(
    service_options: ServiceOptions,
    rates: Rates,
    customers: PricedCustomers,
    one: int,
    way: tuple[int, int],
    cell: int,
    waiting_effect: WaitingEffect,
    knot: int,
) -> tuple[float, float, float, float]:
    """Do as `weigh_levels` with the gift that is best; `way`: checked, bot before."""
    group, e = customers.group[one], customers.expected[one]
    most, value, now_min, later_min = -1e9, -1e9, 0.0, 0.0
    for gift in range(service_options.gift_cost.size):
        kind = service_options.kind[group, gift, way[0], way[1]]
        if kind >= 0 and customers.may_get[one, gift]:
            table = service_options.worth[kind, e]
            found = weigh_levels(
                service_options, rates, group, gift, table, cell, waiting_effect, knot
            )
            most = max(most, found[0])
            if found[1] > value:
                value, now_min, later_min = found[1], found[2], found[3]
    return most, value, now_min, later_min


@jit
def find_service_option(
    service_options: ServiceOptions,
    rates: Rates,
    customers: PricedCustomers,
    one: int,
    checked: int,
    bot: int,
) -> ServiceOption:
    """Find the best time, level and gift for a customer, checked upon or not, after a bot or not.

    Who leaves before may post again (`lost`: what those are worth, answered at the best time
    after they left); ``limit`` bounds all that can be had from a cell on.
    """
    group, e = customers.group[one], customers.expected[one]
    none, comes = service_options.none_worth[e], service_options.comes_again_p
    there = service_options.there[group, bot]
    posted_min, seen_min = customers.arrival_min[one], customers.seen_min[one]
    first, knot, lost = int(seen_min / rates.cell_min), 0, 0.0
    best = ServiceOption(none, -1, 0.0, 0.0)
    waiting_effect = look_at(service_options, there, seen_min - posted_min)
    for cell in range(first, rates.own.size):
        while (
            knot < service_options.prices.size - 2
            and service_options.prices[knot + 1] <= rates.future[cell]
        ):
            knot += 1
        most, value, now_min, later_min = weigh_gifts(
            service_options, rates, customers, one, (checked, bot), cell, waiting_effect, knot
        )
        most = max(most, none, service_options.again_worth[group, e])
        if cell == first:
            lost = (1.0 - waiting_effect.stays) * (comes * most + (1.0 - comes) * none)
        limit = lost + waiting_effect.stays * most
        if limit <= best.value:
            return best
        if waiting_effect.is_last:
            return ServiceOption(limit, cell, 0.0, 0.0)
        behind = look_at(service_options, there, (cell + 1) * rates.cell_min - posted_min)
        leave = waiting_effect.stays - behind.stays
        lost_behind = lost + leave * (comes * most + (1.0 - comes) * none)
        if rates.is_open[cell]:
            stays, early, late = (
                waiting_effect.stays,
                lost + waiting_effect.stays * value,
                lost_behind,
            )
            late += behind.stays * value
            if late > early:
                stays, early = behind.stays, late
            if early > best.value:
                best = ServiceOption(early, cell, stays * now_min, stays * later_min)
        lost, waiting_effect = lost_behind, behind
    never = lost + waiting_effect.stays * none
    return ServiceOption(never, -1, 0.0, 0.0) if never > best.value else best


@jit
def add_work(usage: np.ndarray, rates: Rates, service_option: ServiceOption, share: float) -> None:
    """Add the work of an offer to the cells in which it is done."""
    if service_option.cell >= 0:
        usage[service_option.cell] += share * service_option.now_min
        usage[rates.cheapest[service_option.cell]] += share * service_option.later_min


@jit
def value_customers(
    service_options: ServiceOptions, rates: Rates, customers: PricedCustomers, usage: np.ndarray
) -> float:
    """Sum the customers' best worths; fill the work that they ask for [min]."""
    usage[:] = 0.0
    total = customers.rest
    for one in range(customers.arrival_min.size):
        group = customers.group[one]
        least = -1.0
        if customers.looks[one]:
            least = service_options.spared_worth[customers.expected[one]]
        for checked in range(2):
            share = (
                service_options.follow_share[group]
                if checked
                else 1.0 - service_options.follow_share[group]
            )
            if share <= 0.0:
                continue
            service_option = find_service_option(service_options, rates, customers, one, checked, 0)
            if service_options.kind[group, 0, checked, 1] >= 0:
                p = service_options.bot_p[group]
                after = find_service_option(
                    service_options,
                    rates,
                    customers,
                    one,
                    checked,
                    1,
                )
                value = (
                    p * service_options.bot_worth[group, customers.expected[one]]
                    + (1.0 - p) * after.value
                )
                if value > max(service_option.value, least):
                    total += share * value
                    add_work(usage, rates, after, share * (1.0 - p))
                    continue
            if least >= service_option.value:
                total += share * least
                continue
            total += share * service_option.value
            add_work(usage, rates, service_option, share)
    return total
