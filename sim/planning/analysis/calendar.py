"""The calendar of events: what each costs the plan in satisfaction and in hours.

The plan is played in the world without the event, on the same draws: all that others bring stays
the same customers, for every event has streams of its own. What is prepared for that event alone
is left out with it. Of several scenarios none is told. Checked by
``tests/functional/test_plan_calendar.py``.
"""

from sim.decision.calendar import CalendarEvent
from sim.outcomes.estimate import estimate_difference
from sim.planning.evaluation.evaluator import Evaluator
from sim.running.replicate import Replications
from sim.scenario.clock import name_time
from sim.scenario.model import Scenario
from sim.scenario.parts import Event
from sim.scenario.policy import Policy
from sim.scenario.preparing.effects import list_events
from sim.scenario.profile import phase_durations_ms
from sim.scenario.tables import MS_PER_H

# Events that are weighed: each takes replications of its own, and a page has no room for more.
MOST_EVENTS = 12


def make_calendar(fresh: Evaluator, plan: Replications, n: int) -> tuple[CalendarEvent, ...] | None:
    """Make the calendar of a plan; None where there is no event, or several scenarios.

    Parameters
    ----------
    fresh : Evaluator
        Of the plan's fresh draws.
    plan : Replications
        The plan's.
    n : int
        Replications of a world without an event, at most the plan's.
    """
    events = fresh.scenario.events
    if not events or len(fresh.split(n)) > 1:
        return None
    order = sorted(events, key=lambda name: find_span_h(fresh.scenario, events[name]))
    return tuple(weigh_event(fresh, plan, name, n) for name in order[:MOST_EVENTS])


def weigh_event(fresh: Evaluator, plan: Replications, name: str, n: int) -> CalendarEvent:
    """Weigh one event: the plan without it less the plan with it."""
    scenario = fresh.scenario
    quiet, policy = leave_out(scenario, plan.policy, name)
    others = Evaluator(quiet, fresh.seed, fresh.workers, first=fresh.first)
    without = others.replicate(policy, n).measures
    cost = estimate_difference(without["satisfaction"], plan.measures["satisfaction"][:n])
    work = estimate_difference(plan.measures["work_h"][:n], without["work_h"])
    event = scenario.events[name]
    first_h, last_h = event.span_h
    return CalendarEvent(
        event=name,
        kind=event.kind,
        earliest_local=name_time(scenario.horizon, first_h),
        latest_local=name_time(scenario.horizon, last_h),
        announced_h=event.announced_h,
        probability=event.probability,
        overlaps=list_overlaps(scenario, name),
        satisfaction_cost=cost.mean,
        satisfaction_cost_low=cost.ci_low,
        satisfaction_cost_high=cost.ci_high,
        work_h=work.mean,
        work_low_h=work.ci_low,
        work_high_h=work.ci_high,
        n=cost.n,
    )


def leave_out(scenario: Scenario, policy: Policy, name: str) -> tuple[Scenario, Policy]:
    """A world without an event, and the policy without what is prepared for that alone."""
    events = {other: event for other, event in scenario.events.items() if other != name}
    offered = {
        key: one
        for key, one in scenario.preparations.items()
        if list_events(scenario, one) != [name]
    }
    kept = tuple(key for key in policy.preparations if key in offered)
    quiet = scenario.model_copy(update={"events": events, "preparations": offered})
    return quiet, policy.model_copy(update={"preparations": kept})


def find_span_h(scenario: Scenario, event: Event) -> tuple[float, float]:
    """Find from when to when an event may matter: to the end of its nominal recovery [h]."""
    first_h, last_h = event.span_h
    return first_h, last_h + phase_durations_ms(scenario, event)[1] / MS_PER_H


def list_overlaps(scenario: Scenario, name: str) -> tuple[str, ...]:
    """List the other events whose span an event may share."""
    first_h, last_h = find_span_h(scenario, scenario.events[name])
    spans = {
        other: find_span_h(scenario, event)
        for other, event in scenario.events.items()
        if other != name
    }
    return tuple(other for other, span in spans.items() if span[0] < last_h and first_h < span[1])
