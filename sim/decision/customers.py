"""What becomes of the customers: of 100 who needed an answer, and by topic.

Checked by ``tests/functional/test_plan_customers.py``.
"""

from dataclasses import dataclass
from typing import Literal

from sim.decision.typed import DecisionPart, Number

Weeks = Literal["with", "without"]


@dataclass(frozen=True, kw_only=True)
class CustomerShare(DecisionPart):
    """A share of the customers who needed an answer, over replications."""

    share: Number
    """Mean over the weeks, 0 to 1."""
    ci_low: Number
    """Lower end of its 95 % interval."""
    ci_high: Number
    """Upper end of it."""


@dataclass(frozen=True, kw_only=True)
class CustomersServed(DecisionPart):
    """What becomes of those who needed an answer, under one policy: six parts that sum to 1."""

    policy: str
    """plan, current (your roster) or tuned_erlang_a."""
    weeks: Weeks
    """Weeks in which an event happens (with), or the same weeks without any (without)."""
    n: int
    """Weeks that were played."""
    customers: Number
    """Who needed an answer, mean of a week; not those whom others' complaints brought."""
    found_answer: CustomerShare
    """Found an answer and wrote nothing."""
    in_time: CustomerShare
    """Answered within the promise."""
    late: CustomerShare
    """Answered, later than promised."""
    left_loudly: CustomerShare
    """Left before a reply, and others could see it."""
    left_silently: CustomerShare
    """Left before a reply, and nobody could see it."""
    never_seen: CustomerShare
    """Neither answered nor gone: not looked at, or still waiting at the end."""
    solved: CustomerShare
    """Of all: solved, or found the answer."""
    would_recommend: CustomerShare
    """Of all: would recommend the brand."""


@dataclass(frozen=True, kw_only=True)
class TopicServed(DecisionPart):
    """How a topic's customers are served, under one policy."""

    policy: str
    """plan, current or tuned_erlang_a."""
    weeks: Weeks
    """As of the customers served."""
    topic: str
    """Name."""
    customers: Number
    """Who needed an answer, mean of a week."""
    in_time_share: Number
    """Answered within the promise, or found the answer."""
    left_share: Number
    """Left before a reply."""
    reply_min: Number
    """First reply of who was answered, mean [min]."""


@dataclass(frozen=True, kw_only=True)
class CustomersTold(DecisionPart):
    """What becomes of the customers, for the plan and whom it is compared with."""

    served: tuple[CustomersServed, ...]
    """By policy and kind of week."""
    topics: tuple[TopicServed, ...]
    """The same by topic."""
