"""What gets worse under the plan than with whom it is compared, who waits longer, who comes last.

Only what the paired interval shows is called worse. Checked by ``tests/unit/test_report_worse.py``.
"""

from collections.abc import Mapping
from typing import Any

from sim.decision.customers import CustomersTold, TopicServed
from sim.policies.stored_plan import CONTINUITY, EDD, INFLUENCE, ORDER, TOPICS
from sim.report.charts.comparison import HEADLINE, Difference, list_comparison
from sim.report.format import is_shown, list_words, write_value
from sim.report.measure_names import write_rounded
from sim.report.stored_run import StoredRun

Context = dict[str, Any]
WATCHED = {
    "recommend_share": (1, "Would recommend the brand"),
    "resolved_share": (1, "Solved, of those answered"),
    "answered_within_promise_share": (1, "Answered within the promise"),
    "answered_share": (1, "Answered at all"),
    "satisfaction": (1, "Satisfaction, 0 to 1"),
    "sentiment_mean": (1, "Sentiment of the brand, 0 to 1"),
    "first_reply_min_p50": (-1, "First reply, half of the customers within"),
    "first_reply_min_p90": (-1, "First reply, 9 of 10 customers within"),
    "later_reply_min_mean": (-1, "Later replies, on average"),
    "wait_min_max": (-1, "The longest wait of the week, on average"),
    "abandoned_share": (-1, "Left before a first reply"),
    "abandoned_later_share": (-1, "Gave up on a later reply"),
    "reopened_share": (-1, "Came back with the same problem"),
    "turns_mean": (-1, "Replies per case"),
    "overtime_h": (-1, "Hours of overtime"),
    "utilization": (-1, "Of paid time busy"),
}
"""what a manager would miss, with the sign of better"""
# A topic waits longer where it is both: so many minutes, and such a part of what it was. Topics
# have no intervals, and less is noise.
LONGER_MIN, LONGER_PART = 5.0, 0.1
# Minutes above which a wait is told in hours: nobody counts a night in minutes.
LONG_MIN = 180.0
RIVALS = ("tuned_erlang_a", "current")


def describe_worse(run: StoredRun) -> list[Context]:
    """Describe what is worse than with each whom a manager compares with, ready to show."""
    compared = list_comparison(run)
    return [
        describe_rival(run, name, [one for one in compared if one.policy == name])
        for name in RIVALS
        if any(one.policy == name for one in compared)
    ]


def describe_rival(run: StoredRun, name: str, compared: list[Difference]) -> Context:
    """Describe what is worse than with one other policy."""
    rows = [
        [label, *(write_mean(key, found.get(key), run.currency) for found in measures)]
        for key, (sign, label) in WATCHED.items()
        for measures in [(run.summary.get("measures") or {}, run.others.get(name) or {})]
        for one in compared
        if one.measure == key and is_shown(one.low, one.high) and sign * one.value < 0
    ]
    title = HEADLINE.get(name, name)
    topics = list_slower(run.decision.customers, name, title)
    words = "" if rows or topics else f"Nothing that was measured is worse than with {title}."
    return {"title": title, "rows": rows, "topics": topics, "words": words}


def write_mean(key: str, entry: Mapping[str, Any] | None, currency: str) -> str:
    """Write the mean of a measure; minutes beyond three hours in hours."""
    if entry and "_min_" in key and (entry.get("mean") or 0.0) > LONG_MIN:
        hours = {name: entry[name] / 60.0 for name in ("mean", "ci_low", "ci_high")}
        return write_rounded("wait_h", {**hours, "unit": "h"})[0]
    return write_rounded(key, entry, currency)[0]


def find_topics(told: CustomersTold, policy: str) -> dict[str, TopicServed]:
    """Find the topics of a policy, in weeks with the event where there are such."""
    kinds = {one.weeks for one in told.topics}
    kind = "with" if "with" in kinds else "without"
    return {one.topic: one for one in told.topics if (one.policy, one.weeks) == (policy, kind)}


def list_slower(told: CustomersTold | None, rival: str, title: str) -> list[str]:
    """List the topics whose customers wait clearly longer for a first reply."""
    if told is None:
        return []
    own, other = find_topics(told, "plan"), find_topics(told, rival)
    return [
        f"{topic}: {write_value(one.reply_min, 'min', 0)} on average, "
        f"{write_value(other[topic].reply_min, 'min', 0)} with {title}"
        for topic, one in own.items()
        if topic in other
        and one.reply_min - other[topic].reply_min
        > max(LONGER_MIN, LONGER_PART * other[topic].reply_min)
    ]


def describe_last(run: StoredRun) -> list[str]:
    """Say in which order work is done, who is answered last, and why."""
    decision = run.decision
    order_only = (*ORDER.values(), EDD, CONTINUITY)
    told = [text for text in decision.order if text in order_only]
    order = next((text for text in decision.order if text.startswith(TOPICS)), "")
    words = []
    if order:
        names = order.removeprefix(TOPICS).rstrip(".").split(", ")
        words.append(
            f"First comes {names[0]}, then {list_words(names[1:])}." if names[1:] else order
        )
        words.append(
            f"Last comes {names[-1]}: an hour of work on it gains less than on the others, as far "
            "as the search found; what is last waits until nothing else does."
        )
    words += [text.replace("Authors", "Customers") for text in decision.order
              if text.startswith(INFLUENCE)]  # fmt: skip
    if decision.customers is not None and (topics := find_topics(decision.customers, "plan")):
        slow = max(topics.values(), key=lambda one: one.reply_min if one.reply_min > 0 else 0.0)
        words.append(
            f"The longest wait for a first reply is that of {slow.topic}: "
            f"{write_value(slow.reply_min, 'min', 0)} on average, "
            f"{write_value(slow.in_time_share, 'share', 0)} in time."
        )
    return words + told
