"""Issues, channel, pinned answers and posts that are taken down as the engines' tables.

Issues are numbered: each topic's base ones, then each event's, the most common first. Checked by
``tests/unit/test_faq.py``.
"""

import math

import numpy as np

from sim.rules.faq import DIGIT_BITS, DIGIT_MASK
from sim.scenario.kinds import LEVELS
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, list_private
from sim.scenario.ring import compute_lead_h
from sim.scenario.tables import (
    MS_PER_H,
    MS_PER_MIN,
    NO_CROWD,
    NO_FAQ,
    CrowdTables,
    FaqTables,
)

DIGITS = 4
"""Of a time below 2^36 ms."""


def lower_faq(scenario: Scenario, policy: Policy) -> FaqTables:
    """What the engines read of visible answers; `NO_FAQ` where nobody looks first."""
    faq, topics, events = scenario.faq, scenario.topics, list(scenario.events)
    if not plays_faq(scenario):
        return NO_FAQ
    first = len(topics) * faq.base_issues
    rows = [
        (post, first + events.index(post.event) * faq.event_issues + number)
        for post in policy.posts
        for number in range(post.issues)
    ]
    lead_ms = compute_lead_h(scenario) * MS_PER_H
    return FaqTables(
        is_on=True,
        n_issues=first + len(events) * faq.event_issues,
        weight=np.array([getattr(faq.weight, name) for name in LEVELS], np.float64),
        private=np.array(list_private(policy, topics), np.bool_),
        fading=lay_fading(faq.visible_h),
        pinned_ms=np.array(
            [
                lead_ms * (post.after_h is None) + math.floor(post.find_hour(0.0) * MS_PER_H + 0.5)
                for post, _ in rows
            ],
            np.int64,
        ),
        pinned_event=np.array(
            [-1 if post.after_h is None else events.index(post.event) for post, _ in rows],
            np.int64,
        ),
        pinned_issue=np.array([issue for _, issue in rows], np.int64),
        pinned_fading=lay_fading(faq.pinned_h),
        pinned_weight=faq.weight.pinned,
        thread_spread=faq.thread_spread,
    )


def lower_crowd(scenario: Scenario, policy: Policy) -> CrowdTables:
    """What the engines read of posts that may be deleted."""
    after_min = policy.take_down_after_min
    if after_min is None:
        return NO_CROWD
    after_ms = math.floor(after_min * MS_PER_MIN + 0.5)
    return CrowdTables(after_ms, scenario.conversation.taken_down_spread)


def plays_faq(scenario: Scenario) -> bool:
    """Whether customers look first; of a record in place of the demand those who did are gone."""
    replay = scenario.demand.replay
    return scenario.faq.is_on and (replay is None or replay.mode != "replace")


def find_has_issue(scenario: Scenario) -> list[bool]:
    """Find which topics are about an issue; praise and what nobody answers anyway is not."""
    return [topic.actionable_share > 0 and not topic.optional for topic in scenario.topics.values()]


def cumulate_zipf(n: int, exponent: float) -> np.ndarray:
    """Cumulated shares of n issues, float64, shape (n,)."""
    share = np.arange(1, n + 1, dtype=np.float64) ** -exponent
    return np.cumsum(share / share.sum())


def lay_fading(half_life_h: float) -> np.ndarray:
    """The table of `sim.rules.faq.fade`, float64, shape (4, 512)."""
    digits = np.arange(DIGIT_MASK + 1, dtype=np.float64)
    steps_ms = 2.0 ** (DIGIT_BITS * np.arange(DIGITS))
    return np.ascontiguousarray(np.exp2(-np.outer(steps_ms, digits) / (half_life_h * MS_PER_H)))
