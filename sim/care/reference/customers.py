"""The customers of the reference engine: they wait, leave, post again, think and come back.

Processes and their steps; each process waits for its instant. Statement:
``sim/MODEL.md`` sections 4.2, 4.3, 4.5 and 4.6; checked by ``tests/unit/test_reference_*.py``
and ``tests/equivalence``.
"""

import math
from collections.abc import Callable

from sim.care import order
from sim.care.reference.clock import Context, Process
from sim.care.reference.queues import Queues
from sim.care.reference.replies import Replies
from sim.care.reference.state import NEVER, NOBODY, Case, Place, PoolState, Turn
from sim.rules import operation as rules
from sim.scenario.tables import LEVEL_AUTO, LEVEL_NONE


class Customers:
    """What customers do, and where their cases wait.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    queues : Queues
        Where their cases wait.
    replies : Replies
        What is decided about them.
    dispatch : callable
        Lets the pools that an event touched look for work.
    """

    def __init__(
        self, context: Context, queues: Queues, replies: Replies, dispatch: Callable[[], None]
    ) -> None:
        self.tables, self.draws, self.clock = context
        self.queues, self.replies, self.pools = queues, replies, queues.pools
        self.dispatch = dispatch

    def join(self, case: Case) -> None:
        """A new case finds its place: none, the bot, or a pool."""
        draws, number = self.draws, case.number
        level = self.replies.find_level(case)
        case.place = Place.OUT
        if level == LEVEL_NONE or self.replies.has_left_visibly(case):
            return
        case.joined = bool(draws.actionable[number])
        if (
            level == LEVEL_AUTO
            and self.replies.may_get_auto_reply(case)
            and self.answer_by_bot(case)
        ):
            return
        self.wait_in(case, self.pools[draws.first_pool[number]])

    def answer_by_bot(self, case: Case) -> bool:
        """Let the bot reply and tell whether that resolves the case; else patience is stretched."""
        turn, stretch = self.replies.send_auto_reply(case), self.tables.levels.auto_stretch
        if case.resolved:
            case.patience_end_ms = NEVER
            self.maybe_reopen(case, turn)
        else:
            end_ms = rules.stretched_patience_end_ms(
                self.clock.now_ms, case.patience_end_ms, stretch
            )
            self.start_patience(case, end_ms)
        return case.resolved

    def wait_in(self, case: Case, pool: PoolState) -> None:
        """A case waits in a pool's queue; after a time it may overflow to others."""
        self.queues.queue_up(case, pool)
        self.queues.first = pool.number
        self.queues.touched.add(pool.number)
        self.clock_spell(case, pool)

    def clock_spell(self, case: Case, pool: PoolState) -> None:
        """Let the other pools look, at once and when a spell of waiting becomes overdue."""
        if case.own_agent == NOBODY:
            self.queues.touched.update(self.queues.list_helpers(pool.number, 0))
        if self.queues.list_delays(pool.number):
            self.clock.start(self.overdue(case, pool.number, case.join_ms))

    def overdue(self, case: Case, pool: int, join_ms: int) -> Process:
        """A spell of waiting becomes overdue, for one pool after the other."""
        for after_ms in self.queues.list_delays(pool):
            yield self.clock.at(join_ms + after_ms, order.SPELL_IS_OVERDUE, case.number)
            if case.place is not Place.WAITING or case.join_ms != join_ms:
                return
            if case.own_agent == NOBODY:
                self.queues.touched.update(self.queues.list_helpers(pool, after_ms))
                self.dispatch()

    # ---- patience (4.5) ----

    def start_patience(self, case: Case, end_ms: int) -> None:
        """Set the clock of a customer's patience."""
        case.patience_end_ms = end_ms
        self.clock.start(self.patience(case, end_ms))

    def patience(self, case: Case, end_ms: int) -> Process:
        """A customer's patience runs."""
        yield self.clock.at(end_ms, order.PATIENCE_ENDS, case.number)
        if case.patience_end_ms == end_ms:
            self.leave(case)
            self.dispatch()

    def leave(self, case: Case) -> None:
        """A customer leaves: silently, or visibly and perhaps to post again."""
        case.left_ms, case.patience_end_ms = self.clock.now_ms, NEVER
        if self.draws.silent[case.number]:
            return
        if case.place is Place.WAITING:
            self.queues.take_out(case)
            self.queues.drop(case)
            if case.replies_sent and math.isfinite(self.tables.routing.max_open):
                self.queues.touched.add(case.pool)
        if self.draws.reposts[case.number] and not case.reposted:
            self.clock.start(self.repost(case))

    def repost(self, case: Case) -> Process:
        """A customer who left posts again after a while."""
        again_ms = self.clock.now_ms + int(self.draws.repost_ms[case.number])
        yield self.clock.at(again_ms, order.CUSTOMER_COMES_BACK, case.number)
        self.post_again(case)
        self.dispatch()

    def post_again(self, case: Case) -> None:
        """The customer is there again, with fresh patience and a better class."""
        case.left_ms, case.reposted = NEVER, True
        self.start_patience(case, self.clock.now_ms + int(self.draws.patience2_ms[case.number]))
        if case.place is not Place.OUT:
            return
        if case.pool == NOBODY:
            self.join(case)
        else:
            self.wait_in(case, self.pools[case.pool])

    def maybe_reopen(self, case: Case, turn: Turn) -> None:
        """See whether a resolved case comes back."""
        again_ms = self.replies.find_reopening(case, turn)
        if again_ms != NEVER:
            self.clock.start(self.reopen(case, again_ms))

    def reopen(self, case: Case, again_ms: int) -> Process:
        """A resolved case turns out not to be."""
        yield self.clock.at(again_ms, order.CUSTOMER_COMES_BACK, case.number)
        case.closed_ms, case.resolved, case.followed_up = NEVER, False, False
        case.reopened += 1
        self.come_back(case)
        self.dispatch()

    def think(self, case: Case, draw: int) -> Process:
        """A customer thinks, then writes again; the case may be dormant by then."""
        think_ms = int(self.draws.think_ms[draw])
        back_ms = self.clock.now_ms + think_ms
        dormant_ms = self.clock.now_ms + self.tables.routing.dormant_ms
        if self.tables.routing.reads_open and dormant_ms <= back_ms:
            yield self.clock.at(dormant_ms, order.CASE_IS_DORMANT, case.number)
            self.queues.become_dormant(case)
            self.dispatch()
        yield self.clock.at(back_ms, order.CUSTOMER_COMES_BACK, case.number)
        self.come_back(case)
        self.dispatch()

    def come_back(self, case: Case) -> None:
        """The next turn waits: for the agent who knows the case, else in its home pool."""
        home, case.ready_ms = self.pools[case.home_pool], self.clock.now_ms
        if case.open_in != NOBODY:
            self.queues.touched.add(case.open_in)
        if self.draws.later_patience_ms.size:
            draw = int(self.draws.turn_offset[case.number]) + case.replies_sent
            self.start_patience(case, self.clock.now_ms + int(self.draws.later_patience_ms[draw]))
        knows_agent = case.pool == home.number and 0 <= case.last_agent < home.on_duty
        if self.tables.routing.continuity and knows_agent:
            self.queues.queue_up_at(case, home, case.last_agent)
            self.queues.first = home.number
            self.queues.touched.add(home.number)
            self.clock_spell(case, home)
        else:
            self.wait_in(case, home)
