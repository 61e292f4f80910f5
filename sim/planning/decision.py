"""What a plan decides: headline, staff, shifts, effort, crew and order, and the rows of plan.csv.

What else a `Decision` tells is found in ``sim.planning.analysis``. Checked by
``tests/unit/test_planning_decision.py``.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from sim.decision.decision import NO_DECISION, Decision
from sim.decision.staffing import CrewRules, Headline, RepeatedShift, StaffedInterval, TopicLevel
from sim.planning.search.candidates import Candidate
from sim.planning.search.moves import list_phases
from sim.policies import stored_plan as words
from sim.rostering.columns import list_lengths_h
from sim.rostering.heads import (
    count_contract_h,
    count_full_time,
    count_heads,
    find_roster_factor,
    round_up,
)
from sim.rostering.policy_shifts import count_employees
from sim.rostering.scenario_shifts import pose_shifts
from sim.rostering.wages import compute_hour_cost
from sim.running.play import prepare
from sim.running.replicate import Replications
from sim.scenario.kinds import PHASES, REDRESS
from sim.scenario.model import Scenario
from sim.scenario.policy import Help, Policy
from sim.scenario.policy_checks import count_staff_steps, find_step_min
from sim.scenario.preparing.effects import price_preparations
from sim.scenario.profile import interval_local_times, list_local_times
from sim.scenario.tables import MS_PER_H

DAYS_OF_A_WEEK = 7
HOURS_OF_A_DAY = 24


def describe_decision(
    scenario: Scenario, run: Replications, planned: Candidate, budget: float
) -> Decision:
    """Describe what is decided: headline, staff, shifts, effort, lead, surge rule, order of work.

    Parameters
    ----------
    scenario : Scenario
        The world.
    run : Replications
        The plan's, on fresh draws.
    planned : Candidate
        The plan on the draws of the last choice: its expected cost.
    budget : float
        In scenario.currency.
    """
    policy = run.policy
    return replace(
        NO_DECISION,
        headline=describe_headline(scenario, run, planned, budget),
        staff_by_interval=list_staff(scenario, policy),
        shifts=list_shifts(scenario, policy),
        effort=list_effort(scenario, policy),
        lead_h=policy.lead_h,
        surge=describe_surge(scenario, policy),
        order=describe_order(policy),
    )


def describe_headline(
    scenario: Scenario, run: Replications, planned: Candidate, budget: float
) -> Headline:
    """Sum up people at the peak, hours, expected cost and its parts."""
    together = np.sum([run.policy.staff[pool] for pool in scenario.pool_names], axis=0)
    peak = int(np.argmax(together))
    times = list_staff_times(scenario, run.policy)
    cost = planned.seen.expected_cost
    roster = run.policy.model_copy(update={"shifts": count_heads(scenario, run.policy)})
    return Headline(
        people_at_peak=int(together[peak]),
        peak_local=times[peak].replace(tzinfo=None).isoformat(timespec="minutes"),
        staffed_h=float(np.mean(run.measures["staffed_h"])),
        overtime_h=float(np.mean(run.measures["overtime_h"])),
        cost=cost,
        budget=budget,
        unspent=budget - cost,
        currency=scenario.currency,
        cost_parts=split_cost(scenario, planned),
        employees_at_least=count_employees(scenario, roster),
        on_roster_at_peak=round_up(int(together[peak]) * find_roster_factor(scenario)),
        full_time=count_full_time(scenario, run.policy),
        contract_h=count_contract_h(scenario) if run.policy.shifts else None,
    )


def split_cost(scenario: Scenario, planned: Candidate) -> dict[str, float]:
    """Split the expected cost: shifts, crew, overtime, redress, pinned answers, the rest."""
    hour, absence = compute_hour_cost(scenario), scenario.absence
    paid_ms = prepare(scenario, planned.policy).scales.paid_ms
    paid_h = int(paid_ms.sum()) / MS_PER_H * (1.0 if absence.paid else 1.0 - absence.share)
    shifts = hour * paid_h
    seen = planned.seen
    crew = hour * scenario.surge_crew.premium * seen.average(seen.crew_h)
    overtime = hour * scenario.costs.overtime_premium * seen.average(seen.overtime_h)
    given = seen.average(seen.redress_cost)
    pinned = prepare(scenario, planned.policy).scales.prices.pinned
    beforehand = price_preparations(scenario, planned.policy)
    rest = seen.expected_cost - shifts - crew - overtime - given - pinned - beforehand
    return {
        "shifts": shifts,
        "surge_crew": crew,
        "overtime": overtime,
        **({"redress": given} if planned.policy.redress else {}),
        **({"pinned_answers": pinned} if planned.policy.posts else {}),
        **({"preparations, hours apart": beforehand} if beforehand else {}),
        "compensation, automatic replies, work after the end": rest,
    }


def list_staff_times(scenario: Scenario, policy: Policy) -> list[datetime.datetime]:
    """List the local time at which each of a policy's steps of staff begins."""
    step_min = find_step_min(scenario, policy)
    return list_local_times(scenario.horizon, step_min, count_staff_steps(scenario, step_min))


def list_staff(scenario: Scenario, policy: Policy) -> tuple[StaffedInterval, ...]:
    """List agents by interval and pool."""
    step_min = find_step_min(scenario, policy)
    factor = find_roster_factor(scenario)
    # where the clock shows an hour again, its second one is written with its offset from UTC
    times = [
        (time if time.fold else time.replace(tzinfo=None)).isoformat(timespec="minutes")
        for time in list_staff_times(scenario, policy)
    ]
    return tuple(
        StaffedInterval(
            pool=pool,
            interval_start_min=number * step_min,
            time_local=time,
            agents=policy.staff[pool][number],
            on_roster=round_up(policy.staff[pool][number] * factor),
        )
        for pool in scenario.pool_names
        for number, time in enumerate(times)
    )


def list_shifts(scenario: Scenario, policy: Policy) -> tuple[RepeatedShift, ...]:
    """List the shifts, days with the same number of people together.

    `length_h` is real time: longer or shorter than the clock's where that changes, and where the
    desk closes on the way.
    """
    times = interval_local_times(scenario.horizon)
    first, n_dates = times[0].date(), len({time.date() for time in times})
    lengths_h = measure_shifts(scenario) if policy.shifts else {}
    by_shift: dict[tuple[float, float, float, str, int, int], list[Any]] = defaultdict(list)
    heads = count_heads(scenario, policy)
    for one, here in zip(policy.shifts, heads, strict=True):
        date = first + datetime.timedelta(days=one.day)
        shown = date.weekday() if n_dates <= DAYS_OF_A_WEEK else date.isoformat()
        real_h = lengths_h.get((one.day, one.start_h, one.length_h), one.length_h)
        by_shift[one.start_h, one.length_h, real_h, one.pool, one.agents, here.agents].append(shown)
    return tuple(
        RepeatedShift(
            name=name_shift(start_h, length_h, real_h),
            days=tuple(sorted(days)),
            start=start_h,
            length_h=real_h,
            pool=pool,
            agents=agents,
            on_roster=on_roster,
        )
        for (start_h, length_h, real_h, pool, agents, on_roster), days in sorted(by_shift.items())
    )


def measure_shifts(scenario: Scenario) -> dict[tuple[int, float, float], float]:
    """Measure the real hours of each shift that may be worked, by day, start and length [h]."""
    problem = pose_shifts(scenario)
    kinds = [(kind.start_min / 60.0, kind.length_min / 60.0) for kind in problem.shifts]
    found = list_lengths_h(problem)
    return {(day, *kinds[shift]): length_h for (day, shift), length_h in found.items()}


def name_shift(start_h: float, length_h: float, real_h: float) -> str:
    """Name a shift by its hours on the clock; real hours too where these differ."""
    end_h = start_h + length_h
    night = " next day" if end_h > HOURS_OF_A_DAY else ""
    real = f" ({real_h:g} h)" if real_h != length_h else ""
    return f"{format_clock(start_h)} to {format_clock(end_h % HOURS_OF_A_DAY)}{night}{real}"


def format_clock(hour: float) -> str:
    """Format an hour of the day as a clock time."""
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def list_effort(scenario: Scenario, policy: Policy) -> tuple[TopicLevel, ...]:
    """List the level of each topic that somebody may answer, in phases that come about."""
    phases = set(list_phases(scenario, policy))
    if policy.lead_h > 0 and any(event.announced_h > 0 for event in scenario.events.values()):
        phases.add("ahead")
    return tuple(
        TopicLevel(topic=topic, phase=phase, level=policy.effort[topic][phase])  # type: ignore[index]  # phases are literals
        for phase in PHASES
        if phase in phases
        for topic, about in scenario.topics.items()
        if about.actionable_share > 0
    )


def describe_surge(scenario: Scenario, policy: Policy) -> CrewRules | None:
    """Describe the surge rule with the scenario's limits; None without a crew."""
    if policy.surge is None:
        return None
    rules = scenario.surge_crew
    return CrewRules(
        **policy.surge.model_dump(),
        delay_min=rules.delay_min,
        min_h=rules.min_h,
        premium=rules.premium,
        max_people=rules.max_people,
        max_hours_a_week=rules.max_hours_a_week,
    )


def describe_order(policy: Policy) -> tuple[str, ...]:
    """Describe the order of work in sentences."""
    order = policy.priority
    sentences = [
        words.ORDER[flag] for flag in ("returning_first", "new_first") if getattr(order, flag)
    ]
    if order.topics:
        sentences.append(f"{words.TOPICS}{', '.join(' and '.join(g) for g in order.topics)}.")
    if order.complaints_first:
        sentences.append(words.ORDER["complaints_first"])
    if order.influence_at_least is not None:
        least = order.influence_at_least
        sentences.append(f"{words.INFLUENCE}{least:g} times the mean influence come first.")
    sentences.append("Then first come, first served." if order.rule == "fcfs" else words.EDD)
    if policy.follow_up is True:
        sentences.append(words.FOLLOW_UP)
    if policy.continuity:
        sentences.append(words.CONTINUITY)
    sentences += map(words.write_preparation, policy.preparations)
    return (
        *sentences,
        *describe_redress(policy),
        *describe_answers(policy),
        *describe_help(policy),
    )


def describe_redress(policy: Policy) -> tuple[str, ...]:
    """Say who gets what with the first reply, and who is checked upon, in sentences."""
    rows = [
        (topic, kind, [phase for phase in PHASES if row.get(phase) == kind])  # type: ignore[call-overload]  # phases are literals
        for topic, row in policy.redress.items()
        for kind in REDRESS[1:]
    ]
    sentences = [words.write_redress(*row) for row in rows if row[2]]
    if not isinstance(policy.follow_up, bool):
        for topic, asked in policy.follow_up.items():
            phases = [phase for phase in PHASES if asked.get(phase)]  # type: ignore[call-overload]  # phases are literals
            sentences += [words.write_check(topic, phases)] if phases else []
    return tuple(sentences)


def describe_answers(policy: Policy) -> tuple[str, ...]:
    """Say which replies are private and which answers are pinned when, in sentences."""
    sentences = [
        words.write_post(one.event, one.issues, one.at_h, one.after_h) for one in policy.posts
    ]
    if policy.take_down_after_min is not None:
        sentences.append(words.write_take_down(policy.take_down_after_min))
    for topic, row in policy.channel.items():
        phases = [phase for phase in PHASES if row.get(phase) == "private"]  # type: ignore[call-overload]  # phases are literals
        sentences += [words.write_private(topic, phases)] if phases else []
    return tuple(sentences)


def describe_help(policy: Policy) -> tuple[str, ...]:
    """Say who helps whom, in sentences; nothing where the scenario's rule holds."""
    if policy.overflow is None:
        return ()
    sentences = [
        f"{helper} helps {name} {format_help(rule)}."
        for name, helpers in policy.overflow.items()
        for helper, rule in helpers.items()
    ]
    return tuple(sentences) or (words.NO_HELP,)


def format_help(rule: Help) -> str:
    """Say when a pool helps."""
    waited = f"with what has waited {rule.after_min:g} minutes" if rule.after_min else "at once"
    kept = f" while more than {rule.keep_free} of its own are free" if rule.keep_free else ""
    return waited + kept


def list_rows(decision: Decision) -> list[Sequence[Any]]:
    """List the rows of plan.csv: part, name, pool, phase or day, value."""
    rows: list[Sequence[Any]] = [
        ("staff", one.time_local, one.pool, "", one.agents) for one in decision.staff_by_interval
    ]
    rows += [
        ("shift", one.name, one.pool, " ".join(map(str, one.days)), one.agents)
        for one in decision.shifts
    ]
    rows += [("effort", one.topic, "", one.phase, one.level) for one in decision.effort]
    rows.append(("lead_h", "", "", "", decision.lead_h))
    if decision.surge is not None:
        terms = asdict(decision.surge)
        agents = terms.pop("agents")
        rows += [("surge", "agents", pool, "", count) for pool, count in agents.items()]
        rows += [("surge", key, "", "", value) for key, value in terms.items()]
    rows += [("order", "", "", "", text) for text in decision.order]
    return rows
