"""Whether a policy fits a scenario: names that exist, whole lists, limits kept.

Checked by ``tests/unit/test_lower.py``.
"""

from collections.abc import Iterable, Iterator

from sim.scenario.checks import check_name
from sim.scenario.messages.formatting import write_line
from sim.scenario.messages.validation_errors import InvalidField
from sim.scenario.model import Scenario
from sim.scenario.parts import Preparation
from sim.scenario.policy import Policy, Post
from sim.scenario.profile import count_hours
from sim.scenario.tables import MS_PER_H, VOLUME_WINDOW_MS

NOTICED_H = VOLUME_WINDOW_MS / MS_PER_H
"""After the time of an event that nobody announced: the trigger's own window, sooner it looks like
any busy quarter of an hour."""


def check_policy(scenario: Scenario, policy: Policy) -> list[str]:
    """One line for each error of a policy in a scenario."""
    checks = (check_staff, check_after_close, check_levels, check_priority, check_surge, check_cut,
              check_overflow, check_follow_up, check_redress, check_channel, check_posts,
              check_preparations, check_take_down)  # fmt: skip
    return [
        write_line(f"policy.{invalid.key}", invalid, "")
        for check in checks
        for invalid in check(scenario, policy)
    ]


def count_staff_steps(scenario: Scenario, step_min: int) -> int:
    """How many steps of staffing cover the horizon."""
    return -(-count_hours(scenario.horizon) * 60 // step_min)


def find_step_min(scenario: Scenario, policy: Policy) -> int:
    """The length of a staffing step [min].

    The policy's own, but the reporting interval where the lists have one number for each
    of those.
    """
    lengths = {len(counts) for counts in policy.staff.values()}
    own_min, interval_min = policy.staff_interval_min, scenario.horizon.interval_min
    if lengths == {count_staff_steps(scenario, own_min)}:
        return own_min
    return interval_min if lengths == {count_staff_steps(scenario, interval_min)} else own_min


def check_staff(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require a list for each pool, one number a step, within the pools' limits."""
    yield from check_complete("staff", policy.staff, scenario.pool_names)
    steps = count_staff_steps(scenario, find_step_min(scenario, policy))
    for name, counts in policy.staff.items():
        if name in scenario.team.pools and len(counts) != steps:
            yield InvalidField(
                f"staff.{name}", f"{len(counts)} numbers", f"{steps}, one for each interval"
            )
        yield from check_limit(scenario, f"staff.{name}", name, max(counts, default=0))


def check_after_close(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require pools that exist, within their limits; pools not named are closed."""
    for name, count in (policy.after_close or {}).items():
        yield from check_name("after_close", name, scenario.team.pools)
        yield from check_limit(scenario, f"after_close.{name}", name, count)


def check_levels(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require levels for each topic."""
    yield from check_complete("effort", policy.effort, scenario.topic_names)


def check_priority(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require topics that exist, each in one group."""
    seen = set()
    for group in policy.priority.topics:
        for topic in group:
            yield from check_name("priority.topics", topic, scenario.topics)
            if topic in seen:
                yield InvalidField("priority.topics", topic, "each topic once")
            seen.add(topic)
    if policy.priority.returning_first and policy.priority.new_first:
        yield InvalidField("priority.new_first", "true", "false where returning_first is true")


def check_surge(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require pools that exist and no more people than the crew has."""
    if policy.surge is None:
        return
    for name in policy.surge.agents:
        yield from check_name("surge.agents", name, scenario.team.pools)
    people, limit = sum(policy.surge.agents.values()), scenario.surge_crew.max_people
    if people > limit:
        yield InvalidField(
            "surge.agents", f"{people} people", f"at most scenario.surge_crew.max_people, {limit}"
        )


def check_overflow(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require directions in which the scenario lets pools help each other."""
    pools = scenario.team.pools
    for name, helpers in (policy.overflow or {}).items():
        if name not in pools:
            yield from check_name("overflow", name, pools)
            continue
        for helper in helpers:
            allowed = pools[name].overflow_to
            if not allowed:
                text = f"nothing: scenario.team.pools.{name}.overflow_to names no pool"
                yield InvalidField(f"overflow.{name}", helper, text)
            else:
                yield from check_name(f"overflow.{name}", helper, allowed)


def check_follow_up(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require topics of which the scenario says that a check makes sense."""
    if isinstance(policy.follow_up, bool):
        return
    able = [name for name, topic in scenario.topics.items() if topic.follow_up]
    for name in policy.follow_up:
        yield from check_name("follow_up", name, able)


def check_redress(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require kinds that are offered, to customers of whom one knows what they lost and why."""
    offered = scenario.redress.list_kinds()
    for name, by_phase in policy.redress.items():
        if name not in scenario.topics:
            yield from check_name("redress", name, scenario.topics)
            continue
        topic = scenario.topics[name]
        for kind in sorted(set(by_phase.values()) - {"none"}):
            needed = ""
            if kind not in offered:
                needed = f"scenario.redress offers {', '.join(offered) or 'nothing'}"
            elif topic.cause == "none":
                needed = f"none without scenario.topics.{name}.cause"
            elif kind != "apology" and topic.loss_cost == 0:
                needed = f"none or apology where scenario.topics.{name}.loss_cost = 0"
            if needed:
                yield InvalidField(f"redress.{name}", kind, needed)


def check_channel(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require topics that exist, and somebody who reads what others were answered."""
    if policy.channel and not scenario.faq.is_on:
        yield InvalidField("channel", "given", "nothing where scenario.faq.deflect_share = 0")
    for name in policy.channel:
        yield from check_name("channel", name, scenario.topics)


def check_posts(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require announced events, of which one knows by then, and somebody who reads."""
    last_h = count_hours(scenario.horizon)
    if policy.posts and not scenario.faq.is_on:
        yield InvalidField("posts", "given", "nothing where scenario.faq.deflect_share = 0")
    for number, post in enumerate(policy.posts):
        key = f"posts.{number}"
        if post.at_h is not None and post.at_h >= last_h:
            yield InvalidField(f"{key}.at_h", post.at_h, f"inside the horizon, 0 to below {last_h}")
        if post.after_h is not None and not NOTICED_H <= post.after_h < last_h:
            text = f"from {NOTICED_H:g}, when it is noticed, to below {last_h}"
            yield InvalidField(f"{key}.after_h", post.after_h, text)
        if post.issues > scenario.faq.event_issues:
            text = f"at most scenario.faq.event_issues, {scenario.faq.event_issues}"
            yield InvalidField(f"{key}.issues", post.issues, text)
        if post.event not in scenario.events:
            yield from check_name(f"{key}.event", post.event, scenario.events)
        elif post.at_h is not None:
            yield from check_known(scenario, policy, post, key)


def check_known(scenario: Scenario, policy: Policy, post: Post, key: str) -> Iterator[InvalidField]:
    """Require that an event is known when answers to it are pinned at an hour."""
    event, at_h = scenario.events[post.event], post.find_hour(0.0)
    if event.announced_h == 0:
        text = "an event with announced_h above 0; after_h for others"
        yield InvalidField(f"{key}.event", post.event, text)
        return
    first_h = event.span_h[0]
    known_h = max(first_h - event.announced_h if policy.knows_events else first_h, 0.0)
    if at_h < known_h:
        yield InvalidField(f"{key}.at_h", at_h, f"from {known_h:g}: nobody knows before")


def check_preparations(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require preparations that are offered, each once, of events that the policy knows."""
    seen = set()
    for name in policy.preparations:
        if not scenario.preparations:
            text = "nothing: scenario.preparations offers none"
            yield InvalidField("preparations", name, text)
            continue
        yield from check_name("preparations", name, scenario.preparations)
        if name in seen:
            yield InvalidField("preparations", name, "each preparation once")
        seen.add(name)
        if name in scenario.preparations and not may_prepare(
            scenario, scenario.preparations[name], policy
        ):
            text = (
                "preparations of announced events, by a policy with knows_events = true; what is "
                "kept ready for surprises has kind instead of event"
            )
            yield InvalidField("preparations", name, text)


def may_prepare(scenario: Scenario, preparation: Preparation, policy: Policy) -> bool:
    """Whether a policy knows what a preparation is for; what is kept ready needs no knowledge."""
    if preparation.event is None:
        return True
    return policy.knows_events and scenario.events[preparation.event].announced_h > 0


def check_take_down(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require an event with a post."""
    after_min = policy.take_down_after_min
    if after_min is not None and not any(one.comments > 0 for one in scenario.events.values()):
        text = "null where no event has comments above 0"
        yield InvalidField("take_down_after_min", after_min, text)


def check_cut(scenario: Scenario, policy: Policy) -> Iterator[InvalidField]:
    """Require a cut that continuity can live with."""
    if policy.continuity and policy.cut == "preempt":
        yield InvalidField("cut", policy.cut, "idle_first or as_scheduled when continuity = true")


def check_complete(
    key: str, given: Iterable[str], needed: tuple[str, ...]
) -> Iterator[InvalidField]:
    """Require every needed name and no other."""
    names = list(given)
    for name in names:
        yield from check_name(key, name, needed)
    for name in needed:
        if name not in names:
            yield InvalidField(f"{key}.{name}", "nothing", "missing; a value is required")


def check_limit(scenario: Scenario, key: str, name: str, count: int) -> Iterator[InvalidField]:
    """Require no more agents than the pool can have."""
    pool = scenario.team.pools.get(name)
    if pool is not None and count > pool.limit:
        yield InvalidField(key, count, f"at most scenario.team.pools.{name}.limit, {pool.limit}")
