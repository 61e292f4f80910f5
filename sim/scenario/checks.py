"""Mistakes that show only when the parts of a scenario are seen together.

Each check yields every error it finds (checked by ``tests/unit/test_scenario_errors.py``).
"""

import datetime
import difflib
import zoneinfo
from collections.abc import Iterable, Iterator

from sim.limits import MAX_EVENTS, MAX_EXPECTED_MENTIONS, MAX_TOPICS
from sim.scenario.contents import Contents
from sim.scenario.kinds import DAYS as DAYS
from sim.scenario.messages.validation_errors import InvalidField
from sim.scenario.shift_rules import close_later


def find_invalid_fields(scenario: Contents) -> list[InvalidField]:
    """What is wrong between the parts of a scenario."""
    checks = (check_topics, check_skills, check_events, check_preparations, check_holidays,
              check_open_hours, check_rest, check_team, check_demand)  # fmt: skip
    return [invalid for check in checks for invalid in check(scenario)]


def check_topics(scenario: Contents) -> Iterator[InvalidField]:
    """Require topics, few enough, with a share."""
    shares = {name: topic.share for name, topic in scenario.topics.items()}
    if not 1 <= len(shares) <= MAX_TOPICS:
        yield InvalidField("topics", f"{len(shares)} entries", f"1 to {MAX_TOPICS} entries")
    elif sum(shares.values()) <= 0:
        yield InvalidField("topics", "only shares of 0", "at least one share above 0")


def check_skills(scenario: Contents) -> Iterator[InvalidField]:
    """Require a pool for each topic that needs one, and skills that are topics."""
    pools = scenario.team.pools
    taught = {skill for pool in pools.values() for skill in pool.skills}
    for name, topic in scenario.topics.items():
        if topic.actionable_share > 0 and name not in taught:
            where = join(f"team.pools.{pool}.skills" for pool in pools)
            yield InvalidField(
                f"topics.{name}", "no pool has this skill", f"{name!r} in one of {where}"
            )
    for name, pool in pools.items():
        for skill in pool.skills:
            yield from check_name(f"team.pools.{name}.skills", skill, scenario.topics)
        for taught_topic in pool.proficiency:
            yield from check_name(f"team.pools.{name}.proficiency", taught_topic, scenario.topics)


def check_events(scenario: Contents) -> Iterator[InvalidField]:
    """Require events inside the horizon, with topics that exist."""
    last_h = count_hours(scenario)
    if len(scenario.events) > MAX_EVENTS:
        yield InvalidField(
            "events", f"{len(scenario.events)} entries", f"at most {MAX_EVENTS} entries"
        )
    for name, event in scenario.events.items():
        key = f"events.{name}"
        if event.time_h is not None and event.time_h >= last_h:
            yield InvalidField(
                f"{key}.time_h", event.time_h, f"inside the horizon, 0 to below {last_h:g}"
            )
        if event.window_h is not None and event.window_h[1] > last_h:
            yield InvalidField(
                f"{key}.window_h", list(event.window_h), f"inside the horizon, 0 to {last_h:g}"
            )
        if event.topic_share is not None and sum(event.topic_share.values()) <= 0:
            yield InvalidField(
                f"{key}.topic_share", "only shares of 0", "at least one share above 0"
            )
        if len(event.questions) > scenario.faq.event_issues:
            text = f"at most scenario.faq.event_issues, {scenario.faq.event_issues}"
            yield InvalidField(f"{key}.questions", f"{len(event.questions)} entries", text)
        if event.comments_topic is not None:
            yield from check_name(f"{key}.comments_topic", event.comments_topic, scenario.topics)
        for topic in event.topic_share or {}:
            yield from check_name(f"{key}.topic_share", topic, scenario.topics)


def check_preparations(scenario: Contents) -> Iterator[InvalidField]:
    """Require events that are there, and time between the news and the event.

    One for an event that is not announced (any more) may stand there: no policy can do it.
    """
    for name, preparation in scenario.preparations.items():
        key = f"preparations.{name}"
        if preparation.pool is not None:
            yield from check_name(f"{key}.pool", preparation.pool, scenario.team.pools)
        if preparation.event is None:
            continue
        if preparation.event not in scenario.events:
            yield from check_name(f"{key}.event", preparation.event, scenario.events)
            continue
        event, ready_h = scenario.events[preparation.event], preparation.ready_h_before
        first_h = event.span_h[0]
        if event.announced_h == 0:
            continue
        if ready_h > event.announced_h:
            text = f"at most events.{preparation.event}.announced_h, {event.announced_h:g}"
            yield InvalidField(f"{key}.ready_h_before", ready_h, text)
        elif preparation.agent_h > 0 and ready_h >= first_h:
            text = f"below {first_h:g}, the hours of the horizon before the event, as agent_h needs"
            yield InvalidField(f"{key}.ready_h_before", ready_h, text)


def check_holidays(scenario: Contents) -> Iterator[InvalidField]:
    """Require dates that there are."""
    for date in scenario.holidays:
        try:
            is_date = datetime.date.fromisoformat(date).isoformat() == date
        except ValueError:
            is_date = False
        if not is_date:
            yield InvalidField("holidays", date, "a date such as 2026-12-25")


def check_open_hours(scenario: Contents) -> Iterator[InvalidField]:
    """Require kinds of shift that together can cover every open quarter hour."""
    rules = scenario.shifts
    if rules is None:
        return
    for day in rules.open_by_day or {}:
        yield from check_name("shifts.open_by_day", day, DAYS)
    hours = [rules.find_hours(day) for day in DAYS]
    hours += [one.open for one in scenario.holidays.values() if isinstance(one.open, tuple)]
    covered = {
        (round(kind.start_h * 4) + quarter) % 96
        for kind in rules.kinds
        for quarter in range(round(kind.length_h * 4))
    }
    is_open = {
        quarter % 96
        for span in hours
        if span is not None
        for quarter in range(*(round(hour * 4) for hour in close_later(span)))
    }
    bare = sorted(is_open - covered)
    if bare:
        yield InvalidField(
            "shifts.kinds",
            f"none covers {bare[0] // 4:02d}:{bare[0] % 4 * 15:02d}",
            "kinds of shift that together cover every open hour",
        )


def check_rest(scenario: Contents) -> Iterator[InvalidField]:
    """Require a rest after which everybody may work again two days later."""
    rules = scenario.shifts
    if rules is None or not rules.kinds:
        return
    latest_h = max(kind.start_h + kind.length_h for kind in rules.kinds)
    most_h = 48.0 + min(kind.start_h for kind in rules.kinds) - latest_h
    if rules.rest_h > most_h:
        text = f"at most {most_h:g}, so that everybody can work again two days later"
        yield InvalidField("shifts.rest_h", rules.rest_h, text)


def check_team(scenario: Contents) -> Iterator[InvalidField]:
    """Require reference staff by 24 local hours for pools that exist, within their limits."""
    for name, staff in scenario.team.reference_staff.items():
        key = f"team.reference_staff.{name}"
        yield from check_name("team.reference_staff", name, scenario.team.pools)
        if len(staff) != 24:
            yield InvalidField(key, f"{len(staff)} numbers", "24 numbers, one for each local hour")
        limit = scenario.team.pools[name].limit if name in scenario.team.pools else max(staff)
        if staff and max(staff) > limit:
            yield InvalidField(key, max(staff), f"at most team.pools.{name}.limit, {limit}")


def check_demand(scenario: Contents) -> Iterator[InvalidField]:
    """Require backlog topics that exist, a warm-up below the horizon, a volume that fits."""
    hours = count_hours(scenario)
    if scenario.warm_up_h >= hours:
        yield InvalidField("warm_up_h", scenario.warm_up_h, f"below the horizon's {hours:g} h")
    rate_per_h = scenario.demand.base_per_h
    if rate_per_h * hours > MAX_EXPECTED_MENTIONS:
        most = MAX_EXPECTED_MENTIONS // hours
        yield InvalidField("demand.base_per_h", rate_per_h, f"at most {most:.0f} for {hours:g} h")
    spill = scenario.demand.spill
    if spill is not None and spill.base_per_h * hours > MAX_EXPECTED_MENTIONS:
        most = MAX_EXPECTED_MENTIONS // hours
        yield InvalidField(
            "demand.spill.base_per_h", spill.base_per_h, f"at most {most:.0f} for {hours:g} h"
        )
    yield from check_feedback(scenario)
    yield from check_mood(scenario)
    for topic in scenario.demand.backlog_share or {}:
        yield from check_name("demand.backlog_share", topic, scenario.topics)


def check_feedback(scenario: Contents) -> Iterator[InvalidField]:
    """Require a feedback of sentiment that leaves room for all complaints it can make."""
    strength, topics = scenario.demand.sentiment_feedback, scenario.topics.values()
    total = sum(topic.share for topic in topics)
    share = sum(topic.share for topic in topics if topic.complaint) / total if total > 0 else 0.0
    if strength == 0:
        return
    if share * (1 + strength) > 1:
        most = 1 / share - 1
        text = f"at most {most:.3g}, so that complaints never exceed all base mentions"
        yield InvalidField("demand.sentiment_feedback", strength, text)
    if strength > 0 and scenario.brand.effort_by_arrival:
        text = "false when demand.sentiment_feedback is above 0, which goes forward hour by hour"
        yield InvalidField("brand.effort_by_arrival", "true", text)
    if scenario.brand.mean_sentiment <= 0:
        text = "above 0 when demand.sentiment_feedback is above 0"
        yield InvalidField("brand.mean_sentiment", scenario.brand.mean_sentiment, text)


def check_mood(scenario: Contents) -> Iterator[InvalidField]:
    """Require a usual sentiment that a mood can be held against."""
    brand = scenario.brand
    if brand.mood_strength > 0 and brand.mean_sentiment <= 0:
        text = "above 0 when brand.mood_strength is above 0"
        yield InvalidField("brand.mean_sentiment", brand.mean_sentiment, text)


def count_hours(scenario: Contents) -> float:
    """The elapsed hours of the horizon's local days."""
    horizon = scenario.horizon
    zone = zoneinfo.ZoneInfo(horizon.time_zone)
    end = horizon.start + datetime.timedelta(days=horizon.days)
    first, last = (moment.replace(tzinfo=zone).timestamp() for moment in (horizon.start, end))
    return (last - first) / 3600


def check_name(key: str, name: str, allowed: Iterable[str]) -> Iterator[InvalidField]:
    """Require a name that exists; else tell the nearest."""
    names = list(allowed)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        yield InvalidField(key, name, f"one of {join(names)}", near[0] if near else "")


def join(names: Iterable[str]) -> str:
    """The names with commas."""
    return ", ".join(names)
