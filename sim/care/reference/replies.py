"""The replies of the reference engine: which level, how long, what a reply does to a case.

Nothing here lets time pass. Statement: ``sim/MODEL.md`` sections 3, 4.2 and 4.6; checked by
``tests/unit/test_reference_*.py`` and ``tests/equivalence``.
"""

from collections import Counter

from sim.care.preparing import FATE_PLAIN, FATE_UNCAUSED
from sim.care.reference.answers import VisibleAnswers
from sim.care.reference.clock import Context
from sim.care.reference.phases import PresentPhase
from sim.care.reference.queues import Queues
from sim.care.reference.state import NEVER, Case, Place, PoolState, Turn, WorkKind
from sim.demand.tables import ORIGIN_BROUGHT
from sim.rules import operation as rules
from sim.rules.brand_event import learn
from sim.rules.redress import NO_REDRESS, is_redressed
from sim.scenario.tables import AUTO_MS, LEVEL_AUTO, LEVEL_NONE


class Replies:
    """What is decided about cases and replies.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    phases : PresentPhase
        In which levels are looked up.
    queues : Queues
        What waits makes work longer or shorter.
    cases : list of Case
        All mentions, by number.
    answers : VisibleAnswers
        What others can read.
    """

    def __init__(
        self,
        context: Context,
        phases: PresentPhase,
        queues: Queues,
        cases: list[Case],
        answers: VisibleAnswers,
    ) -> None:
        self.tables, self.draws, self.clock = context
        self.phases, self.queues, self.cases, self.answers = phases, queues, cases, answers
        self.turns: list[Turn] = []
        self.learned: Counter[int] = Counter()

    def is_born(self, case: Case) -> bool:
        """Whether a candidate is real: what its parent, visible answers, or preparations say."""
        if self.find_fate(case) == FATE_UNCAUSED:
            return False
        if self.draws.parent[case.number] < 0:
            return self.answers.bring(case)
        parent = self.cases[self.draws.parent[case.number]]
        residual = float(self.tables.levels.residual_spread[self.find_first_level(parent) + 1])
        residual = self.answers.weigh_thread(parent, residual)
        is_there = parent.real and not parent.deflected
        is_deleted = self.answers.is_taken_down(case, parent)
        if self.draws.origin[case.number] == ORIGIN_BROUGHT:
            return is_there and is_deleted
        if is_deleted:
            residual = min(residual, self.tables.crowd.left_spread)
        return is_there and rules.becomes_real(float(self.draws.u_spread[case.number]), residual)

    def find_fate(self, case: Case) -> int:
        """What preparations make of a mention."""
        return int(self.draws.fate[case.number]) if self.draws.fate.size else FATE_PLAIN

    def find_first_level(self, case: Case) -> int:
        """The level of the first reply sent by now, for who would spread the mention."""
        if 0 <= case.first_reply_ms <= self.clock.now_ms:
            return case.first_effort
        if case.has_auto_reply and case.first_touch_ms <= self.clock.now_ms:
            return LEVEL_AUTO
        return LEVEL_NONE

    def find_level(self, case: Case) -> int:
        """The policy's level for the topic in the present phase."""
        return int(self.tables.levels.effort[case.topic, self.phases.find_phase()])

    def has_left_visibly(self, case: Case) -> bool:
        """Whether the customer has taken the case back."""
        return not case.is_customer_there and not self.draws.silent[case.number]

    def may_get_auto_reply(self, case: Case) -> bool:
        """Whether a bot would reply: once, to a customer who is there, before any person."""
        is_first = not case.has_auto_reply and case.replies_begun == 0
        return bool(self.draws.actionable[case.number]) and is_first and case.is_customer_there

    def send_auto_reply(self, case: Case) -> Turn:
        """The bot replies, and may resolve the case."""
        levels, number = self.tables.levels, case.number
        sent_ms, draw = self.clock.now_ms + AUTO_MS, int(self.draws.turn_offset[number])
        turn = Turn(
            number, case.turns, case.ready_ms, self.clock.now_ms, LEVEL_AUTO, end_ms=sent_ms
        )
        self.turns.append(turn)
        case.turns += 1
        self.choose_channel(case)
        self.answers.lengthen_thread(case)
        case.has_auto_reply, case.first_touch_ms, case.effort = True, sent_ms, LEVEL_AUTO
        resolve_p = float(levels.resolve_p[0, LEVEL_AUTO, case.topic])
        coins = self.draws.u_bot if self.draws.u_bot.size else self.draws.u_resolve
        if rules.is_resolved(float(coins[draw]), resolve_p):
            case.first_start_ms = case.first_reply_ms = case.closed_ms = sent_ms
            case.first_effort, case.resolved = LEVEL_AUTO, True
            self.answers.show(case, LEVEL_AUTO)
        return turn

    def choose_channel(self, case: Case) -> None:
        """A reply begins that others can read, or that they cannot."""
        faq = self.tables.faq
        case.is_private = faq.is_on and bool(faq.private[case.topic, self.phases.find_phase()])

    def find_kind(self, case: Case, pool: PoolState) -> WorkKind:
        """What a pool has to do with a case it takes up."""
        if case.place is Place.TRIAGE:
            return WorkKind.TRIAGE
        if not self.draws.actionable[case.number]:
            return WorkKind.FALSE_ALARM
        is_at_home = case.home_pool in (case.pool, pool.number)
        return WorkKind.REPLY if case.turn is not None or is_at_home else WorkKind.TRANSFER

    def find_duration(self, case: Case, pool: PoolState, kind: WorkKind) -> int:
        """How long the work takes, or what is left of it after a cut."""
        routing = self.tables.routing
        left_ms, case.work_left_ms = case.work_left_ms, NEVER
        if kind is WorkKind.REPLY:
            is_fresh = case.turn is None
            self.stop_patience(case)
            return self.begin_turn(case, pool) if is_fresh else left_ms
        case.is_alarm_begun |= kind is WorkKind.FALSE_ALARM
        if left_ms != NEVER:
            return left_ms
        return routing.transfer_ms if kind is WorkKind.TRANSFER else routing.triage_ms

    def stop_patience(self, case: Case) -> None:
        """The customer sees a reply being written."""
        case.patience_left_ms = NEVER
        if case.patience_end_ms != NEVER:
            case.patience_left_ms = case.patience_end_ms - self.clock.now_ms
            case.patience_end_ms = NEVER

    def begin_turn(self, case: Case, pool: PoolState) -> int:
        """A person begins a reply; return how long it takes [ms]."""
        levels, number = self.tables.levels, case.number
        level = self.find_level(case)
        level = levels.after_auto if level == LEVEL_AUTO else level
        draw = int(self.draws.turn_offset[number]) + case.replies_begun
        duration_ms = rules.handling_ms(
            int(self.draws.work_ms[draw]),
            self.find_work_factor(case, pool.number, level),
            self.compute_slow_down(pool),
        )
        self.choose_channel(case)
        redress = self.find_redress(case)
        duration_ms += int(levels.redress_ms[redress])
        has_follow_up = self.does_follow_up(case) and (
            self.does_resolve(case, draw, level, pool.number) or redress != NO_REDRESS
        )
        duration_ms += levels.follow_up_ms if has_follow_up else 0
        case.turn = Turn(
            number,
            case.turns,
            case.ready_ms,
            self.clock.now_ms,
            level,
            has_follow_up,
            redress,
            pool.number,
        )
        case.turns += 1
        if case.is_customer_there or case.first_reply_ms == NEVER:
            case.effort = level
        case.replies_begun += 1
        if case.is_customer_there and case.first_start_ms == NEVER:
            case.first_start_ms = self.clock.now_ms
        return duration_ms

    def find_work_factor(self, case: Case, pool: int, level: int) -> float:
        """How many times the drawn work a reply by a pool takes."""
        factor = self.tables.levels.work_factor[pool, level, case.topic]
        event = int(self.draws.event[case.number])
        return float(factor if event < 0 else factor * self.scale_event_work(case, event, pool))

    def scale_event_work(self, case: Case, event: int, pool: int) -> float:
        """What training and experience leave of an event's work."""
        trained = 1.0
        if self.tables.prepared.trains:
            trained *= float(self.tables.prepared.trained[event, pool, case.topic])
        return trained * self.recall(event) if self.tables.learning.is_on else trained

    def recall(self, event: int) -> float:
        """What experience leaves of an event's work."""
        learning = self.tables.learning
        return float(
            learn(
                float(learning.multiplier[event]),
                float(learning.known[event]) + self.learned[event],
                float(learning.cases[event]),
                float(learning.exponent[event]),
            )
        )

    def find_redress(self, case: Case) -> int:
        """What a reply that begins now brings: the first to somebody who is there."""
        levels = self.tables.levels
        is_first = case.is_customer_there and case.first_start_ms == NEVER
        kind = int(levels.redress[case.topic, self.phases.find_phase()])
        if not is_first or kind == NO_REDRESS:
            return NO_REDRESS
        u_redress, share = self.draws.u_redress[case.number], levels.redress_share[kind]
        return kind if is_redressed(float(u_redress), float(share)) else NO_REDRESS

    def does_follow_up(self, case: Case) -> bool:
        """Whether the customer is asked whether all is well, if there is something to ask about."""
        levels = self.tables.levels
        return (
            case.is_customer_there
            and bool(levels.follow_up[case.topic, self.phases.find_phase()])
            and float(self.draws.u_follow[case.number]) < levels.follow_up_share
        )

    def compute_slow_down(self, pool: PoolState) -> float:
        """The factor by which open cases, and those that wait, stretch the work."""
        routing, group = self.tables.routing, self.queues.list_group(pool)
        counted, on_duty = len(pool.open_cases), pool.on_duty
        in_group = sum(one.on_duty for one in group)
        if routing.by_group:
            counted, on_duty = sum(one.taken for one in group), in_group
        slower = rules.backlog_factor(
            sum(one.waiting for one in group),
            in_group,
            routing.backlog_slope,
            routing.backlog_from,
            routing.backlog_least,
            routing.backlog_max,
        )
        return slower * rules.slow_down(
            counted,
            on_duty,
            routing.slow_down_slope,
            routing.slow_down_from,
            routing.slow_down_max,
        )

    def does_resolve(self, case: Case, draw: int, level: int, pool: int) -> bool:
        """Whether a reply that a pool begins resolves the case: only if somebody reads it."""
        resolve_p = float(self.tables.levels.resolve_p[pool, level, case.topic])
        resolves = rules.is_resolved(float(self.draws.u_resolve[draw]), resolve_p)
        return case.is_customer_there and resolves

    def send_reply(self, case: Case, now_ms: int) -> None:
        """Write down a reply and what it does to the case."""
        turn = case.turn
        assert turn is not None
        draw = int(self.draws.turn_offset[case.number]) + case.replies_sent
        case.turn, turn.end_ms, turn.pool = None, now_ms, case.pool
        self.turns.append(turn)
        case.replies_sent += 1
        self.answers.lengthen_thread(case)
        if not case.is_customer_there:
            case.closed_ms = now_ms
            return
        if case.first_reply_ms == NEVER:
            case.first_reply_ms, case.first_effort = now_ms, turn.level
            case.reply_pool, case.redress = turn.pool, turn.redress
            self.learned[int(self.draws.event[case.number])] += 1
        if case.first_touch_ms == NEVER:
            case.first_touch_ms = now_ms
        self.settle(case, turn, draw, now_ms)

    def settle(self, case: Case, turn: Turn, draw: int, now_ms: int) -> None:
        """Close a case that is resolved, at its last turn, or given up."""
        case.resolved = self.does_resolve(case, draw, turn.level, turn.begun_in)
        case.followed_up = turn.has_follow_up
        if case.resolved:
            self.answers.show(case, turn.level)
        is_last = case.replies_sent == self.tables.levels.max_turns
        case.capped = is_last and not case.resolved
        if case.resolved or is_last or not self.draws.writes_again[draw]:
            case.closed_ms = now_ms

    def find_reopening(self, case: Case, turn: Turn) -> int:
        """When a resolved case comes back [ms], -1 never."""
        levels = self.tables.levels
        draw = int(self.draws.turn_offset[case.number]) + max(case.replies_sent - 1, 0)
        reopens = rules.does_reopen(
            float(self.draws.u_reopen[draw]),
            float(levels.reopen_p[turn.level]),
            turn.has_follow_up,
            levels.follow_up_factor,
        )
        if not reopens or case.replies_sent == levels.max_turns:
            return NEVER
        return turn.end_ms + int(self.draws.reopen_ms[draw])
