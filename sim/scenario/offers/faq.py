"""Public answers that others read: a FAQ that grows by itself, and answers that are pinned.

Off where nobody looks first. What it does: ``sim.rules.faq`` and ``sim/MODEL.md`` section 4.11.
Checked by ``tests/unit/test_faq.py``.
"""

from typing import Annotated

from pydantic import Field

from sim.limits import MAX_ISSUES
from sim.scenario.kinds import NonNegative, Part, Positive, Real, Share, Whole

Issues = Annotated[Whole, Field(ge=1, le=MAX_ISSUES)]
Gain = Annotated[Real, Field(gt=0, le=1e9)]


class Weights(Part):
    """What an answer that solves its case adds to what others can read, by level; a pinned one."""

    auto: NonNegative = 0.2
    brief: NonNegative = 0.6
    standard: NonNegative = 1.0
    thorough: NonNegative = 1.3
    pinned: NonNegative = 1.3


class Faq(Part):
    """Who looks before writing, what can be found, and what visible answers bring about."""

    deflect_share: Share = 0.0
    gain: Gain = 1.0
    visible_h: Positive = 3.0
    pinned_h: Positive = 48.0
    weight: Weights = Weights()
    base_issues: Issues = 40
    event_issues: Issues = 5
    zipf: NonNegative = 1.0
    awareness: NonNegative = 0.02
    awareness_most: Share = 0.5
    thread_spread: NonNegative = 0.1
    pinned_work_h: NonNegative = 0.5

    @property
    def is_on(self) -> bool:
        """Whether anybody looks first."""
        return self.deflect_share > 0
