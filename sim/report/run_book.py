"""The run book in sentences: what to do if an event comes, and what to expect.

What nobody told us (who decides, whom to call by name) is left as a line to fill in, not made up.
Checked by ``tests/unit/test_report_run_book.py``.
"""

from typing import Any

from sim.decision.decision import Decision
from sim.decision.run_book import EventExpected, MoneyStep, WeekSpread
from sim.decision.staffing import TopicLevel
from sim.policies.stored_plan import is_answer_sentence
from sim.report.decision import format_effort
from sim.report.format import (
    NO_BREAK,
    is_number,
    is_shown,
    write_interval,
    write_moment,
    write_number,
    write_value,
)
from sim.report.surge import format_surge

Context = dict[str, Any]
EMPTY_LINE = "…………………… (fill in: the plan does not know names)"
# Hours above which a time is told in days: nobody plans by "after 61 h".
DAYS_FROM_H = 48.0


def describe_run_book(decision: Decision) -> list[Context]:
    """Describe a page of the run book for each event, ready to show; none where none was stored."""
    return [describe_event(one, decision) for one in decision.run_book or ()]


def describe_event(one: EventExpected, decision: Decision) -> Context:
    """Describe what to do and what to expect if one event comes."""
    name = one.event.replace("_", " ")
    if one.is_example:
        title = f"If {name} comes, say on {write_moment(one.begins_local)}"
    else:
        title = f"When {name} comes on {write_moment(one.begins_local)}"
    return {
        "title": title,
        "rows": [
            ("Sign", [write_sign(one)]),
            ("Who decides", [EMPTY_LINE]),
            ("Whom to call", write_calls(decision)),
            ("Replies", write_levels(decision.effort)),
            ("Message", write_message(decision)),
            ("Until when it is bad", write_expected(one)),
            ("On-call crew", [write_crew(one, decision)]),
        ],
        "note": write_note(one),
    }


def write_sign(one: EventExpected) -> str:
    """Say at which sign it begins."""
    if one.announced_h:
        return (
            f"It is announced {write_span(one.announced_h)} before: no sign is needed, the plan "
            "changes over by the clock."
        )
    return (
        "Nobody announces it. The sign is in your own queue: more messages in half an hour, or "
        "more customers waiting, than the rules of the on-call crew allow (below), or the first "
        "report of it from anybody."
    )


def write_calls(decision: Decision) -> list[str]:
    """Say whom to call: the crew by pool, and names to fill in."""
    crew = decision.surge
    if crew is None or not any(crew.agents.values()):
        return ["Nobody is on call under this plan."]
    people = ", ".join(f"{count} {pool}" for pool, count in crew.agents.items() if count)
    return [
        f"The on-call crew: {people}; at work {write_value(crew.delay_min, 'min')} after the call.",
        f"Numbers: {EMPTY_LINE}",
    ]


def write_levels(effort: tuple[TopicLevel, ...]) -> list[str]:
    """Say which replies which topic gets from then on."""
    return [
        f"{phases[:1].upper()}{phases[1:]}: {text}."
        for phases, text in format_effort(effort)
        if phases != "calm"
    ]


def write_message(decision: Decision) -> list[str]:
    """Say what is prepared to be said, and pinned."""
    done = [one.label for one in decision.preparations or () if one.does]
    told = [f"Prepared: {', '.join(done)}."] if done else []
    told += list(filter(is_answer_sentence, decision.order))
    return told or [f"Nothing is prepared under this plan. First sentence: {EMPTY_LINE}"]


def write_expected(one: EventExpected) -> list[str]:
    """Say how many wait at the worst, and when it is normal again."""
    peak, normal = one.peak_waiting, one.normal_after_h
    worst = (
        f"At the worst {write_count(peak.p50)} customers wait at once, "
        f"{write_span(one.peak_after_h.p50)} after it begins; in one week of ten fewer than "
        f"{write_count(peak.p10)}, in one of ten more than {write_count(peak.p90)}."
    )
    if not is_number(normal.p50):
        share = write_value(1.0 - one.normal_share, "share", 0)
        return [worst, f"In {share} of the weeks it is not over when the plan ends, "
                f"{write_span(one.watched_h)} later."]  # fmt: skip
    late = (
        f"in one of ten only after {write_span(normal.p90)}"
        if is_number(normal.p90)
        else f"in one of ten not before the plan ends, {write_span(one.watched_h)} later"
    )
    return [
        worst,
        f"Normal again after {write_span(normal.p50)}; in one week of ten within "
        f"{write_span(normal.p10)}, {late}.",
    ]


def write_crew(one: EventExpected, decision: Decision) -> str:
    """Say how likely the crew is called, and when it is at work."""
    if one.crew_called_share is None:
        return "There is none under this plan."
    low, high = one.crew_called_low, one.crew_called_high
    told = (
        f"Called in {write_value(one.crew_called_share, 'share', 0)} of these weeks "
        f"({write_interval(low, high, 'share', 0)})"
    )
    if one.crew_after_h is not None:
        told += f", at work {write_range(one.crew_after_h)} after it begins"
    if is_number(one.crew_quiet_share):
        told += f"; in weeks without it in {write_value(one.crew_quiet_share, 'share', 0)}"
    rules = format_surge(decision.surge)
    return f"{told}. {rules[0]}" if rules else f"{told}."


def write_note(one: EventExpected) -> str:
    """Say what the numbers are of."""
    chance = (
        "It is in the plan for certain."
        if one.probability == 1
        else f"It comes in {write_value(one.probability, 'share', 0)} of weeks like this."
    )
    when = " at this hour" if one.is_example else ""
    return (
        f"{chance} Numbers: {write_value(one.n)} simulated weeks in which it comes{when}, against "
        "the same weeks without it. Normal: no more than a tenth of those it made wait still wait."
    )


def write_count(value: float | None) -> str:
    """Write a number of customers: whole, tens from 100 on, as weeks differ more than that."""
    if value is None:
        return write_value(None)
    return write_number(round(value, -1) if value >= 100 else value, 0)


def write_range(found: WeekSpread) -> str:
    """Write a spread as its median and its ends."""
    if not is_number(found.p90):
        return write_span(found.p50)
    return f"{write_span(found.p50)} ({write_span(found.p10)} to {write_span(found.p90)})"


def write_span(hours: float | None) -> str:
    """Write a span of time: hours up to two days, then days, no finer than weeks differ."""
    if not is_number(hours):
        return write_value(None)
    if hours >= DAYS_FROM_H:
        return write_value(round(hours / 24.0, 1), "days")
    if hours < 1.0:
        return write_value(round(60.0 * hours), "min")
    return f"{write_number(hours, 0 if hours >= 10 or hours == int(hours) else 1)}{NO_BREAK}h"


def describe_money(steps: tuple[MoneyStep, ...] | None, currency: str) -> list[str]:
    """Say what a tenth less and a tenth more staff would do, in a sentence each."""
    return [write_step(one, currency) for one in steps or ()]


def write_step(one: MoneyStep, currency: str) -> str:
    """Say what scaled staff would do."""
    is_less = one.staff_share < 1
    share = write_value(abs(1.0 - one.staff_share), "share", 0)
    cost = write_value(abs(one.cost_difference), currency, 0)
    what = (
        f"{share} {'less' if is_less else 'more'} staff ({cost} {'saved' if is_less else 'more'})"
    )
    size = 1000.0 * abs(one.difference)
    places = 0 if size >= 9.5 else 1
    low, high = sorted((1000.0 * one.ci_low, 1000.0 * one.ci_high))
    if not is_shown(one.ci_low, one.ci_high):
        return (
            f"{what}: no difference shown ({write_interval(low, high, decimals=places)} of 1,000)."
        )
    word = "more" if one.difference > 0 else "fewer"
    low, high = sorted((abs(low), abs(high)))
    span = write_interval(low, high, decimals=places)
    return f"{what}: {write_number(size, places)} ({span}) {word} satisfied customers of 1,000."
