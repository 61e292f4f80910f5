"""How many mentions visible answers are expected to spare: what forecasts take off.

An issue's answers come at the rate of those who write about it and are solved where others can
read it, each as soon as it is asked; Poisson answers of weight w that halve every h, and pinned
ones, give who looks at time t an answer with the mean chance::

    p(t) = d (1 - exp(-int mu(s) (1 - exp(-g w 2^(-(t - s)/h))) ds - g V_pinned(t)))
    mu(s) = rate(s) (1 - p(s)) x solved where others can read

solved forward in quarter hours. Events are those that are known, at their nominal size. Waits are
left out, so a little more is expected than comes. Checked by ``tests/theory/test_deflection.py``.
"""

import math
from typing import NamedTuple

import numpy as np

from sim.kept import Kept
from sim.scenario.kinds import LEVELS
from sim.scenario.lowering.faq import cumulate_zipf, find_has_issue, plays_faq
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, list_private
from sim.scenario.profile import (
    count_hours,
    event_topic_shares,
    expected_base_per_quarter,
    expected_event_per_quarter,
    home_pools,
    lay_phases,
    pool_resolution_shares,
    topic_shares,
)
from sim.scenario.ring import compute_lead_h

QUARTERS_PER_H = 4
# Half-lives after which an answer is left out: a thousandth of it is left.
FORGOTTEN_AFTER = 10.0
# Quarter hours, three weeks: answers that stay longer are left out, else a year would take minutes.
MOST_QUARTERS = 2016
# Answers and askers of the same quarter: half of them are the later ones, a third of it apart.
SAME_SHARE, SAME_APART = 0.5, 1.0 / 3.0
# Of one scenario: neighbors in a search share levels, channel and posts.
POLICIES_KEPT = 64

Rules = tuple[object, ...]
_shares: Kept[dict[Rules, np.ndarray]] = Kept(16)


class Asked(NamedTuple):
    """Mentions that have an issue, by whose they are: base topics, then events."""

    per_quarter: np.ndarray
    """float64, shape (n_quarters, n_groups): those of a group; an event's as if it happens"""
    until: tuple[np.ndarray, ...]
    """cumulated shares of the issues of each group"""
    mix: np.ndarray
    """float64, shape (n_groups, n_topics): topics of a group's"""
    weighs: np.ndarray
    """float64, shape (n_groups,): an event's chance"""


def expect_deflected(
    scenario: Scenario, policy: Policy | None, knows_events: bool
) -> np.ndarray | None:
    """Expect how many mentions find an answer; None where nobody looks first.

    Parameters
    ----------
    scenario : Scenario
        The world, its events as prepared.
    policy : Policy, optional
        Who can read, levels and pinned answers; None: public replies at the standard level.
    knows_events : bool
        Expect announced events too.

    Returns
    -------
    np.ndarray or None
        float64, shape (4 (n_lead_hours + n_hours + 1), n_topics): of each quarter hour, from the
        lead-in on, an hour more at the end.
    """
    if not plays_faq(scenario):
        return None
    rules: Rules = (knows_events, "")
    if policy is not None:
        parts = (policy.effort, policy.channel, policy.posts, policy.after_auto)
        rules = (knows_events, repr(parts))
    made = _shares.find((scenario,), dict)
    found = made.get(rules)
    if found is None:
        found = _expect(scenario, policy, knows_events)
        if len(made) >= POLICIES_KEPT:
            made.clear()
        made[rules] = found
    return found


def _expect(scenario: Scenario, policy: Policy | None, knows_events: bool) -> np.ndarray:
    asked = list_asked(scenario, knows_events)
    shown = list_shown(scenario, policy, len(asked.per_quarter))
    groups: list[int] = np.flatnonzero(asked.per_quarter.any(axis=0)).tolist()
    found = np.zeros((len(asked.per_quarter), len(scenario.topics)))
    if not groups:
        return found
    shares = [np.diff(asked.until[group], prepend=0.0) for group in groups]
    rate = np.concatenate(
        [
            np.outer(asked.per_quarter[:, group], one)
            for group, one in zip(groups, shares, strict=True)
        ],
        axis=1,
    )
    sizes = [one.size for one in shares]
    of_group = np.einsum("gk,kql->lqg", asked.mix[groups], shown)
    pinned = np.concatenate(
        [
            weigh_posts(scenario, policy, int(group), len(rate), size)
            for group, size in zip(groups, sizes, strict=True)
        ],
        axis=1,
    )
    spared = rate * follow_issues(scenario, rate, np.repeat(of_group, sizes, axis=2), pinned)
    by_group = np.add.reduceat(spared, np.cumsum([0, *sizes[:-1]]), axis=1)
    return np.asarray((by_group * asked.weighs[groups]) @ asked.mix[groups])


def list_asked(scenario: Scenario, knows_events: bool) -> Asked:
    """List who asks about which issues: each topic's base, each announced event."""
    faq, lead_h = scenario.faq, compute_lead_h(scenario)
    has_issue = np.array(find_has_issue(scenario), np.float64)
    actionable = has_issue * [topic.actionable_share for topic in scenario.topics.values()]
    hours = count_hours(scenario.horizon)
    base = expected_base_per_quarter(scenario)
    base = np.concatenate([base[QUARTERS_PER_H * (hours - lead_h) : QUARTERS_PER_H * hours], base])
    rates = [base * share for share in topic_shares(scenario) * actionable]
    until = [cumulate_zipf(faq.base_issues, faq.zipf)] * len(scenario.topics)
    mix, weighs = list(np.eye(len(scenario.topics))), [1.0] * len(scenario.topics)
    for event in scenario.events.values():
        about = event_topic_shares(scenario, event) * actionable
        coming = np.zeros(base.size)
        if knows_events and event.announced_h > 0:
            own = expected_event_per_quarter(scenario, event) / event.probability
            coming[base.size - own.size :] = own * about.sum()
        rates.append(coming)
        until.append(cumulate_zipf(faq.event_issues, faq.zipf))
        mix.append(about / about.sum() if about.sum() > 0 else about)
        weighs.append(event.probability)
    return Asked(np.stack(rates, axis=1), tuple(until), np.stack(mix), np.array(weighs))


def list_shown(scenario: Scenario, policy: Policy | None, n_quarters: int) -> np.ndarray:
    """List the share of cases that end with an answer for all to read, by its level.

    Returns
    -------
    np.ndarray
        float64, shape (n_topics, n_quarters, 4): auto, brief, standard, thorough.
    """
    solved = share_solved(scenario) * scenario.maturity.triage_recall
    starts_h = np.arange(n_quarters) / QUARTERS_PER_H - compute_lead_h(scenario)
    known = [event for event in scenario.events.values() if event.announced_h > 0]
    phases = lay_phases(scenario, known, starts_h, starts_h + 1.0 / QUARTERS_PER_H)
    shown = np.zeros((len(scenario.topics), n_quarters, len(LEVELS)))
    standard = LEVELS.index("standard")
    if policy is None:
        shown[:, :, standard] = solved[standard][:, None]
        return shown
    private = np.array(list_private(policy, scenario.topics))
    for topic, name in enumerate(scenario.topics):
        levels = list(policy.effort.get(name, {}).values())
        for code in np.unique(phases):
            at = phases == code
            level = levels[code] if levels else "none"
            if level == "none" or private[topic, code]:
                continue
            first = LEVELS.index(level)
            shown[topic, at, first] = solved[first, topic]
            if level == "auto":
                later = LEVELS.index(policy.after_auto)
                shown[topic, at, later] = (1.0 - solved[first, topic]) * solved[later, topic]
    return shown


def share_solved(scenario: Scenario) -> np.ndarray:
    """Share of cases that a level solves at last, the bot at once; shape (4, n_topics)."""
    topics = np.arange(len(scenario.topics))
    once = pool_resolution_shares(scenario)[home_pools(scenario), :, topics].T
    again = scenario.conversation.write_again_share
    at_last = once / np.maximum(1.0 - (1.0 - once) * again, 1e-12)
    at_last[0] = once[0]
    return np.minimum(at_last, 1.0)


def weigh_posts(
    scenario: Scenario, policy: Policy | None, group: int, n_quarters: int, n_issues: int
) -> np.ndarray:
    """Weigh the pinned answers to a group's issues, shape (n_quarters, n_issues)."""
    weight = np.zeros((n_quarters, n_issues))
    names = [*[None] * len(scenario.topics), *scenario.events]
    middle_h = (np.arange(n_quarters) + 0.5) / QUARTERS_PER_H - compute_lead_h(scenario)
    for post in () if policy is None else policy.posts:
        if post.event == names[group]:
            since_h = middle_h - post.find_hour(scenario.events[post.event].span_h[1])
            fresh = np.exp2(-np.maximum(since_h, 0.0) / scenario.faq.pinned_h) * (since_h >= 0.0)
            weight[:, : post.issues] += scenario.faq.weight.pinned * fresh[:, None]
    return weight


def follow_issues(
    scenario: Scenario, rate: np.ndarray, shown: np.ndarray, pinned: np.ndarray
) -> np.ndarray:
    """Follow the chance to find an answer to each issue, forward in time.

    Parameters
    ----------
    scenario : Scenario
        Its FAQ.
    rate : np.ndarray
        shape (n_quarters, n_issues): who would write.
    shown : np.ndarray
        shape (4, n_quarters, n_issues): of those who write, the share that leaves an answer, by
        level.
    pinned : np.ndarray
        shape (n_quarters, n_issues): visible weight of pinned answers.

    Returns
    -------
    np.ndarray
        float64, shape (n_quarters, n_issues): in [0, faq.deflect_share].
    """
    faq, used = scenario.faq, np.flatnonzero(shown.any(axis=(1, 2)))
    reach, left = lay_reach(scenario, len(rate))[used], rate * shown[used]
    # Ages run backward, so that those of the quarters before stand in the order of time.
    by_time = np.ascontiguousarray(reach[:, ::-1])
    told, p = np.zeros(left.shape), np.zeros(rate.shape)
    for quarter in range(len(rate)):
        told[:, quarter] = left[:, quarter] * (1.0 - p[max(quarter - 1, 0)])
        first = max(quarter + 1 - by_time.shape[1], 0)
        pressure = faq.gain * pinned[quarter]
        for weights, answers in zip(by_time, told, strict=True):
            near = answers[first : quarter + 1]
            pressure = pressure + weights[by_time.shape[1] - len(near) :] @ near
        p[quarter] = -faq.deflect_share * np.expm1(-pressure)
    return p


def lay_reach(scenario: Scenario, n_quarters: int) -> np.ndarray:
    """Chance that one answer is enough, by level and quarters since, shape (4, n_ages)."""
    faq = scenario.faq
    longest = FORGOTTEN_AFTER * faq.visible_h * QUARTERS_PER_H + 1.0
    ages = np.arange(math.ceil(min(longest, n_quarters, MOST_QUARTERS)), dtype=np.float64)
    ages[0] = SAME_APART
    left = np.exp2(-ages / QUARTERS_PER_H / faq.visible_h)
    weight = np.array([getattr(faq.weight, name) for name in LEVELS])
    reach = -np.expm1(-faq.gain * np.outer(weight, left))
    reach[:, 0] *= SAME_SHARE
    return reach
