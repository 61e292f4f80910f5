"""What others can read in the reference engine: answers by issue, who finds one, whom they bring.

Statement: ``sim/MODEL.md`` section 4.11; checked by ``tests/unit/test_faq.py`` and
``tests/equivalence``.
"""

from sim.care.reference.clock import Context
from sim.care.reference.state import Case
from sim.rules import faq as rules


class VisibleAnswers:
    """The visible weight of the answers to each issue.

    Parameters
    ----------
    context : Context
        Scenario, policy, replication, time.
    """

    def __init__(self, context: Context) -> None:
        self.tables, self.draws, self.clock = context
        self.faq = self.tables.faq
        self.weight = [0.0] * self.faq.n_issues
        self.since_ms = [0] * self.faq.n_issues

    def measure(self, issue: int) -> float:
        """The weight of all answers to an issue now, pinned ones too."""
        now_ms, faq = self.clock.now_ms, self.faq
        answers = self.weight[issue] * rules.fade(faq.fading, now_ms - self.since_ms[issue])
        pinned = rules.weigh_pinned(
            faq.pinned_ms, faq.pinned_issue, faq.pinned_fading, issue, now_ms
        )
        return float(answers + faq.pinned_weight * pinned)

    def show(self, case: Case, level: int) -> None:
        """An answer solved a case: others can read it, unless it was private."""
        if not self.faq.is_on or case.is_private:
            return
        issue, now_ms = int(self.draws.issue[case.number]), self.clock.now_ms
        if issue < 0:
            return
        left = rules.fade(self.faq.fading, now_ms - self.since_ms[issue])
        self.weight[issue] = float(self.weight[issue] * left + self.faq.weight[level])
        self.since_ms[issue] = now_ms

    def deflect(self, case: Case) -> bool:
        """Whether the customer looks first and finds an answer."""
        if not self.faq.is_on or self.draws.issue[case.number] < 0:
            return False
        weight = self.measure(int(self.draws.issue[case.number]))
        return rules.exceeds(weight, float(self.draws.needs_weight[case.number]))

    def bring(self, case: Case) -> bool:
        """Whether a candidate without parent is real: all are but those that answers must bring."""
        if self.draws.brought_by.size == 0 or not self.faq.is_on:
            return True
        needed, issue = float(self.draws.brought_by[case.number]), self.draws.issue[case.number]
        if needed < 0.0:
            return True
        return int(issue) >= 0 and rules.exceeds(self.measure(int(issue)), needed)

    def is_taken_down(self, case: Case, parent: Case) -> bool:
        """Whether a mention's parent is an event's post that was deleted by now."""
        after_ms, event = self.tables.crowd.take_down_ms, int(self.draws.event[case.number])
        if after_ms < 0 or self.draws.post.size == 0 or event < 0:
            return False
        is_post = int(self.draws.post[event]) == parent.number
        is_seen = is_post and bool(self.draws.detected[parent.number])
        return is_seen and self.clock.now_ms >= parent.arrival_ms + after_ms

    def lengthen_thread(self, case: Case) -> None:
        """Another reply stands in the thread, if it is public."""
        case.public_replies += not case.is_private

    def weigh_thread(self, case: Case, residual: float) -> float:
        """The residual spread of a case, with the length of its public thread."""
        if not self.faq.is_on:
            return residual
        return rules.spread_of_thread(residual, case.public_replies, self.faq.thread_spread)
