"""The decision: what decision.json holds, made by planning and read by pages and workbook.

Checked by ``tests/unit/test_decision.py``.
"""

import math
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.decision.answers import Frontier, HourPrice, Levers, SwitchingValues, Unanswered
from sim.decision.calendar import CalendarEvent
from sim.decision.customers import CustomersTold
from sim.decision.evidence import (
    Advantage,
    PlanChanges,
    PolicyDifference,
    Risk,
    ScenarioResult,
    SearchRecord,
    SelectionResult,
    StatedAssumption,
)
from sim.decision.preparing import WeighedPreparation
from sim.decision.proof import Proof
from sim.decision.run_book import EventExpected, MoneyStep
from sim.decision.staffing import CrewRules, Headline, RepeatedShift, StaffedInterval, TopicLevel
from sim.decision.typed import DecisionPart, Number, read_part, to_plain


@dataclass(frozen=True, kw_only=True)
class Decision(DecisionPart):
    """All that a plan tells people."""

    headline: Headline
    """People and money."""
    staff_by_interval: tuple[StaffedInterval, ...]
    """Agents on shift, by pool and time."""
    shifts: tuple[RepeatedShift, ...]
    """The same as shifts; empty where staff is free of them."""
    effort: tuple[TopicLevel, ...]
    """By phase and topic, in phases that come about."""
    lead_h: float | None
    """From when before an announced event phase *ahead* begins [h]; null: not known."""
    surge: CrewRules | None
    """Rules of the on-call crew; null without one."""
    order: tuple[str, ...]
    """The order of work, in sentences."""
    evidence: tuple[PolicyDifference, ...]
    """The plan less each other policy, on fresh draws."""
    risks: tuple[Risk, ...]
    """What would break the plan, the largest loss first."""
    assumptions: tuple[StatedAssumption, ...]
    """Numbers behind the plan."""
    status: str
    """feasible, certified or stopped."""
    value: Number
    """Mean objective on fresh draws."""
    bound: float | None
    """Value and gap: no other roster under the plan's rules has more; null: none known."""
    gap: float | None
    """What any other roster gains at most (`proof.roster`); null without a bound."""
    selection: SelectionResult | None
    """The last choice."""
    reasons: tuple[str, ...]
    """Sentences: what limits the plan, why it is not certified, what stopped the search."""
    search: SearchRecord | None
    """What the search did."""
    shadow_prices: tuple[HourPrice, ...]
    """What an agent hour more adds, by pool and part of the day."""
    changes: PlanChanges | None
    """Against the earlier plan; null without one."""
    scenarios: tuple[ScenarioResult, ...]
    """The plan in each of several scenarios; empty for one alone."""
    advantages: tuple[Advantage, ...] | None = None
    """The plan less tuned Erlang A and less your roster, with what rules and roster add to it."""
    preparations: tuple[WeighedPreparation, ...] | None = None
    """What can be done before events; left out where there is nothing."""
    posts: tuple[WeighedPreparation, ...] | None = None
    """Answers to pin for announced events; left out where nobody looks for them."""
    calendar: tuple[CalendarEvent, ...] | None = None
    """The events in order of time; left out where there is none, and for several scenarios."""
    frontier: Frontier | None = None
    """Other budgets; left out where nobody asked."""
    levers: Levers | Unanswered | None = None
    """What each lever adds; left out where nobody asked."""
    flips: SwitchingValues | Unanswered | None = None
    """Which assumptions would change the decision; left out where nobody asked."""
    customers: CustomersTold | None = None
    """What becomes of those who need an answer; left out for several scenarios."""
    run_book: tuple[EventExpected, ...] | None = None
    """What to expect if an event comes; left out without events and for several scenarios."""
    money: tuple[MoneyStep, ...] | None = None
    """The plan with a tenth less and a tenth more staff."""
    proof: Proof | None = None
    """What the plan may claim, and on what."""


NO_HEADLINE = Headline(
    people_at_peak=None,
    peak_local=None,
    staffed_h=math.nan,
    overtime_h=math.nan,
    cost=math.nan,
    budget=math.nan,
    unspent=math.nan,
    currency="",
    cost_parts={},
)
NO_DECISION = Decision(
    headline=NO_HEADLINE,
    staff_by_interval=(),
    shifts=(),
    effort=(),
    lead_h=None,
    surge=None,
    order=(),
    evidence=(),
    risks=(),
    assumptions=(),
    status="",
    value=math.nan,
    bound=None,
    gap=None,
    selection=None,
    reasons=(),
    search=None,
    shadow_prices=(),
    changes=None,
    scenarios=(),
)
"""Nothing is known: what stands where a stored decision has no such part."""


def read_decision(
    plain: Mapping[str, Any], path: pathlib.Path, rest: Decision = NO_DECISION
) -> Decision:
    """Read the decision that decision.json holds.

    Parameters
    ----------
    plain : mapping
        Its JSON object; parts may be missing or null, but a part that is there must be whole.
    path : pathlib.Path
        Of the file, for the message.
    rest : Decision, optional
        Gives the parts that are missing.

    Raises
    ------
    InputError
        A part is damaged; names its first field that is wrong.
    """
    given = {key: value for key, value in plain.items() if value is not None}
    return read_part(Decision, {**to_plain(rest), **given}, path) if given else rest
