"""What a scenario can offer its customers, and who they are in one replication.

Lowers a scenario to the `ServiceOptions` and a replication's draws to the `PricedCustomers` of
``sim.planning.bounds.pricing``: every level in every pool is allowed (the least work factor of any
pool), checks after cases and a bot before any reply are options, nobody is transferred, no
load slows down, sorting and spread complaints cost no work. Where the stream is swept nobody is
seen before the next sweep, and who posts again may yet meet the bot. Checked by
``tests/theory/test_bounds_pricing.py``.
"""

import itertools
import math
from typing import Any, NamedTuple

import numpy as np

from sim.care.preparing import FATE_SPARED, enter_preparations
from sim.demand.draws import Draws
from sim.demand.quantile import N_POINTS, list_quantiles
from sim.feeling.satisfaction.ratings import expect_quality
from sim.outcomes.rows import list_event_min
from sim.outcomes.scales import RedressScales, Scales, is_exogenous
from sim.planning.bounds.customer_value import (
    N_SPEEDS,
    NO_GIFT,
    PRICES,
    Feeling,
    Gift,
    ServiceKind,
    delay_speeds,
    expect_end,
    mix_expectations,
    tabulate_ends,
    tabulate_worth,
)
from sim.planning.bounds.prepared import BestCase
from sim.planning.bounds.pricing import PricedCustomers, ServiceOptions
from sim.rules.redress import NO_CAUSE, does_redress_fit
from sim.rules.satisfaction import rate_spared, score_satisfaction
from sim.scenario.model import Scenario
from sim.scenario.profile import scale_odds
from sim.scenario.tables import (
    CUT_PREEMPT,
    LEVEL_AUTO,
    LEVEL_BRIEF,
    MS_PER_MIN,
    Levels,
    Routing,
)

# Values of the first turn's work: more tighten the bound slightly.
N_FIRST = 512
# Of expectation; with `MOST_E` at most 40 knots between the least and the most.
E_STEP = 0.002
# See `E_STEP`.
MOST_E = 40
# Knots of waits, denser near 0; more cost memory.
N_WAITS = 193
# Waits are tabled up to two days.
LAST_WAIT_MIN = 48 * 60.0


def list_expected(scenario: Scenario, scales: Scales) -> np.ndarray:
    """Grid of expected quality, from the least to the greatest that may come."""
    low = scales.least_quality * float(np.minimum(scales.event_factor, 1.0).prod())
    high = scales.least_quality * float(np.maximum(scales.event_factor, 1.0).prod())
    step = max(E_STEP, (high - low) / MOST_E)
    return low + step * np.arange(int((high - low) / step) + 1)


def compute_load_range(routing: Routing) -> tuple[float, float]:
    """Least and greatest factor by which load may make work longer."""
    least = routing.backlog_least if routing.backlog_slope < 0 else 1.0
    most = routing.slow_down_max if routing.slow_down_slope > 0 else 1.0
    most *= routing.backlog_max if routing.backlog_slope > 0 else 1.0
    return float(least), float(most)


class Group(NamedTuple):
    """Customers of a topic and an event, or of none: how it moves them."""

    topic: int
    work: float
    patience: float
    odds: tuple[float, float] = (1.0, 1.0)
    """between which preparations can bring those of a solution"""
    most_work: float = 1.0
    """with the worst preparations, as a factor of `work`"""


def list_groups(case: BestCase) -> list[Group]:
    """List groups of customers: by topic those of no event, then those of each."""
    events = case.scenario.events.values()
    factors: list[tuple[Any, ...]] = [(1.0, 1.0)]
    factors += [
        (event.work_multiplier, event.patience_multiplier, (float(ends[0]), float(ends[1])), most)
        for event, ends, most in zip(events, case.odds, case.work.tolist(), strict=True)
    ]
    return [Group(topic, *own) for topic in range(len(case.scenario.topics)) for own in factors]


def make_feeling(scales: Scales) -> Feeling:
    """Take from the scales how care by persons is judged."""
    by_person = slice(LEVEL_BRIEF + 1, None)
    return Feeling(scales.coefficients, scales.friendly_p[by_person], scales.personal_p[by_person])


def list_gifts(levels: Levels, redress: RedressScales, topic: int) -> list[Gift | None]:
    """List what a topic's customers can be given, by kind of redress; None: not that.

    A gift that fits with some level fits with any here; an apology is in time.
    """
    gifts: list[Gift | None] = [NO_GIFT]
    for kind in range(1, levels.redress_share.size):
        if redress.cause[topic] == NO_CAUSE or levels.redress_share[kind] == 0.0:
            gifts.append(None)
            continue
        fits = [
            does_redress_fit(int(redress.cause[topic]), kind, resolved, True)
            for resolved in (False, True)
        ]
        counts = (1.0 if one else redress.other_fit for one in fits)
        gifts.append(Gift(True, float(redress.ratio[topic, kind]), *counts))
    return gifts


class ServiceOptionsMaker:
    """Builds the service options of a scenario, kind by kind."""

    def __init__(self, case: BestCase, cell_min: float) -> None:
        scenario, (tables, scales, _) = case.scenario, case.lowered
        self.scenario, self.tables, self.scales = scenario, tables, scales
        self.gifts = [
            list_gifts(tables.levels, scales.redress, topic)
            for topic in range(len(scenario.topics))
        ]
        self.n_gifts = 4 if any(any(gifts[1:]) for gifts in self.gifts) else 1
        self.cell_min = cell_min
        self.topics = list(scenario.topics.values())
        self.groups = list_groups(case)
        self.feeling = make_feeling(scales)
        self.expected = list_expected(scenario, scales)
        self.max_turns = int(tables.levels.max_turns)
        self.ends_kept: dict[tuple[int, Gift], np.ndarray] = {}
        self.prices = np.array(PRICES)
        self.mixes = mix_expectations(scales.coefficients, N_SPEEDS)
        self.again_p = self.compute_again_p()
        self.worths: list[np.ndarray] = []
        self.kinds: dict[tuple[Group, bool, bool, int], int] = {}

    def compute_ends(self, bot: bool, gift: Gift) -> np.ndarray:
        """Satisfaction with each end of a case, a bot's turn before or not; tabulated once."""
        before = int(bot and self.scales.coefficients.later_speed_weight > 0)
        key = before, gift
        if key not in self.ends_kept:
            turns = self.max_turns + 1
            self.ends_kept[key] = tabulate_ends(
                self.expected, self.feeling, turns, N_SPEEDS, before, gift
            )
        return self.ends_kept[key]

    def compute_work(self, topic: int, factor: float) -> np.ndarray:
        """Equally likely minutes of a turn by level, shape (3, N_POINTS)."""
        least = self.tables.levels.work_factor[:, LEVEL_BRIEF:, topic].min(axis=0)
        least = least * compute_load_range(self.tables.routing)[0]
        return np.outer(least * factor, list_quantiles(self.topics[topic].work))

    def compute_longest_work(self, topic: int, factor: float) -> np.ndarray:
        """Minutes as in `compute_work`, of the pool that takes longest."""
        levels = self.tables.levels.work_factor[:, LEVEL_BRIEF:, topic]
        longer = levels.max(axis=0) / np.maximum(levels.min(axis=0), 1e-300)
        return self.compute_work(topic, factor) * longer[:, None]

    def compute_again_p(self) -> float:
        """Probability that an unresolved customer writes again in time."""
        talk = self.scenario.conversation
        thinks = list_quantiles(talk.think) <= talk.give_up_h * 60.0
        return talk.write_again_share * float(thinks.mean())

    def add_kind(self, group: Group, checked: bool, bot: bool, number: int) -> int:
        """Tabulate a kind of customers, unless it is there, and return its number.

        The last argument is the number of the gift; -1 where there is no such.
        """
        topic, factor = group.topic, group.work
        key, gift = (group._replace(patience=1.0), checked, bot, number), self.gifts[topic][number]
        if gift is None:
            return -1
        if key in self.kinds:
            return self.kinds[key]
        levels, talk = self.tables.levels, self.scenario.conversation
        work = self.compute_work(topic, factor)
        by_pool = levels.resolve_p[:, LEVEL_BRIEF:, topic]
        resolve_p = np.stack(
            [
                scale_odds(ends, np.full_like(ends, odds))
                for ends, odds in zip(
                    (by_pool.min(axis=0), by_pool.max(axis=0)), group.odds, strict=True
                )
            ]
        )
        by_bot = float(levels.resolve_p[0, LEVEL_AUTO, topic]) if bot else 0.0
        kind = ServiceKind(
            work_min=work.mean(axis=1),
            first_resolve_p=np.maximum(resolve_p - by_bot, 0.0) / max(1.0 - by_bot, 1e-12),
            resolve_p=resolve_p,
            reopen_p=levels.reopen_p[LEVEL_BRIEF:].copy(),
            again_p=self.again_p,
            max_turns=self.max_turns,
            turns_before=int(bot),
            checked=checked,
            follow_up_min=talk.follow_up_min,
            follow_up_factor=talk.follow_up_reopen_factor,
            redress_min=float(levels.redress_ms[number]) / MS_PER_MIN,
        )
        first_min = work.reshape(3, N_FIRST, -1).mean(axis=2)
        delays = delay_speeds(first_min, self.scales.coefficients, N_SPEEDS) @ self.mixes
        ends = self.compute_ends(bot, gift)
        self.worths.append(tabulate_worth(kind, ends, delays, self.prices))
        self.kinds[key] = len(self.worths) - 1
        return self.kinds[key]

    def compute_there_p(self, topic: int, factor: float, bot: bool) -> np.ndarray:
        """Probability to be there after a wait, shape (N_WAITS,)."""
        patience = self.topics[topic].patience
        if patience is None:
            return np.ones(N_WAITS)
        c = self.scales.coefficients
        last = math.log(1.0 + LAST_WAIT_MIN / c.w0_min)
        waits = c.w0_min * np.expm1(np.linspace(0.0, last, N_WAITS))
        stretch = self.tables.levels.auto_stretch if bot else 1.0
        ends = list_quantiles(patience) * factor * stretch
        return 1.0 - np.searchsorted(ends, waits) / N_POINTS

    def compute_bot_worth(self) -> np.ndarray:
        """Satisfaction with a bot that resolves, at most, shape (n_e,)."""
        c, scales = self.scales.coefficients, self.scales
        reopen_p = self.tables.levels.reopen_p[LEVEL_AUTO]
        tone = float(scales.friendly_p[LEVEL_AUTO + 1]), float(scales.personal_p[LEVEL_AUTO + 1])
        alone = np.array(
            [expect_end(1.0, e, True, False, *tone, 1, NO_GIFT, c) for e in self.expected]
        )
        best = self.compute_ends(False, NO_GIFT)[:, -1, 2, :, 2].max(axis=1)
        return np.asarray(alone + reopen_p * np.maximum(best - alone, 0.0))

    def compute_again_worth(self, kinds: np.ndarray, bot_worth: np.ndarray) -> np.ndarray:
        """Worth of posting again, at most, where a sweep comes first, shape (n_e,)."""
        if self.tables.routing.sweep_ms == 0:
            return np.zeros(self.expected.size)
        best = [self.worths[kind][:, 0].max(axis=(1, 2, 3)) for kind in kinds[kinds >= 0]]
        return np.maximum(np.max(best, axis=0), bot_worth)

    def make(self) -> ServiceOptions:
        """Make the service options of all groups of customers."""
        n, n_e = len(self.groups), self.expected.size
        talk, c = self.scenario.conversation, self.scales.coefficients
        kind = np.full((n, self.n_gifts, 2, 2), -1, dtype=np.int64)
        work_min, tail_min = np.zeros((n, 3)), np.zeros((n, 3))
        there = np.ones((n, 2, N_WAITS))
        share, again_worth = np.zeros(n), np.zeros((n, n_e))
        bot_worth = self.compute_bot_worth()
        stops = self.tables.staff.cut == CUT_PREEMPT
        for number, group in enumerate(self.groups):
            topic, work_factor, patience_factor = group[:3]
            if self.topics[topic].actionable_share <= 0:
                continue
            work = self.compute_work(topic, work_factor)
            work_min[number] = work.mean(axis=1)
            kept_min = 0.0 if stops else self.cell_min
            tail_min[number] = np.maximum(work - kept_min, 0.0).mean(axis=1)
            share[number] = talk.follow_up_share if self.topics[topic].follow_up else 0.0
            for checked, bot in itertools.product((False, True), (False, True)):
                for gift in range(self.n_gifts if not checked or share[number] > 0.0 else 0):
                    kind[number, gift, int(checked), int(bot)] = self.add_kind(
                        group, checked, bot, gift
                    )
                there[number, int(bot)] = self.compute_there_p(topic, patience_factor, bot)
            again_worth[number] = self.compute_again_worth(kind[number], bot_worth)
        paid = self.scales.compensated_topic * self.scales.prices.compensation
        topics = [group.topic for group in self.groups]
        return ServiceOptions(
            worth=np.stack(self.worths),
            prices=self.prices,
            kind=kind,
            gift_cost=self.scales.redress.unit_cost[: self.n_gifts],
            follow_share=share,
            bot_p=self.tables.levels.resolve_p[0, LEVEL_AUTO, topics].astype(float),
            bot_worth=np.tile(bot_worth, (n, 1)),
            none_worth=np.array([score_satisfaction(c.q_none, e, c) for e in self.expected]),
            spared_worth=np.array([rate_spared(e, c) for e in self.expected]),
            work_min=work_min,
            tail_min=tail_min,
            there=there,
            comes_again_p=(1.0 - talk.silent_share) * talk.repost_share,
            paid_out=np.array([paid[topic] for topic in topics], dtype=float),
            again_worth=again_worth,
            w0_min=c.w0_min,
            log_w1=math.log(1.0 + c.w1_min / c.w0_min),
            log_last=math.log(1.0 + LAST_WAIT_MIN / c.w0_min),
        )


def find_gifted(levels: Levels, draws: Draws, n_gifts: int) -> np.ndarray:
    """Mark who gets which gift where the policy gives it, bool, shape (n, n_gifts); 0: none."""
    gifted = np.ones((draws.topic.size, n_gifts), dtype=np.bool_)
    for gift in range(1, n_gifts):
        gifted[:, gift] = draws.u_redress < levels.redress_share[gift]
    return gifted


def gather_customers(
    case: BestCase,
    service_options: ServiceOptions,
    expected: np.ndarray,
    draws: Draws,
) -> PricedCustomers:
    """Gather the customers of a replication, with what their prices depend on."""
    tables, scales = case.lowered.tables, case.lowered.scales
    draws = enter_preparations(case.prepared, draws)
    counted = (
        draws.actionable
        & scales.answered_topic[draws.topic]
        & is_exogenous(draws.origin)
        & (draws.arrival_ms >= scales.warm_up_ms)
    )
    arrival_min = draws.arrival_ms / MS_PER_MIN
    quality = expect_quality(
        arrival_min,
        list_event_min(draws),
        scales.event_factor,
        scales.event_half_life_min,
        scales.least_quality,
    )
    step = expected[1] - expected[0] if expected.size > 1 else 1.0
    place = np.clip(np.floor((quality - expected[0]) / step + 1e-9), 0, expected.size - 1)
    place = place.astype(np.int64)
    n_factors = 1 + len(case.scenario.events)
    group = draws.topic.astype(np.int64) * n_factors + draws.event.astype(np.int64) + 1
    reached = counted & draws.detected & (service_options.kind[group, 0, 0, 0] >= 0)
    sweep_min = tables.routing.sweep_ms / MS_PER_MIN
    seen_min = arrival_min
    if sweep_min > 0:
        seen_min = np.ceil(arrival_min / sweep_min) * sweep_min
        seen_min += tables.routing.triage_ms / MS_PER_MIN
    looks = np.zeros(counted.size, np.bool_)
    if draws.needs_weight.size:
        looks = np.isfinite(draws.needs_weight)
    if draws.fate.size:
        looks |= draws.fate == FATE_SPARED
    none_worth, spared_worth = (
        service_options.none_worth[place],
        service_options.spared_worth[place],
    )
    unseen = np.where(looks, np.maximum(none_worth, spared_worth), none_worth)
    rest = unseen[counted & ~reached].sum()
    return PricedCustomers(
        arrival_min=arrival_min[reached],
        seen_min=seen_min[reached],
        group=group[reached],
        expected=place[reached],
        may_get=find_gifted(tables.levels, draws, service_options.gift_cost.size)[reached],
        looks=looks[reached],
        n_counted=int(counted.sum()),
        rest=float(rest),
    )
