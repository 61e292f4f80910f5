"""Moves of what others can read: answers pinned for an announced event, public or private replies.

An answer can be pinned from when the event is known, or some time after one that nobody knew of;
before its first customers it spares nobody, so it is tried at the event and some hours after, for
its most common issues alone or for all, and a second time when the first has faded. Its hours are
in the cost that a candidate is brought to.
A post that a crowd comments on may be deleted. None where nobody looks first and no event has
such a post. Checked by ``tests/functional/test_plan_answers.py``.
"""

from collections.abc import Iterator
from typing import Any

from sim.planning.search.moves import Cells, Move, change_field, list_phases, list_topics
from sim.policies.workload import is_known
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy, Post
from sim.scenario.profile import count_hours

# Hours after the event's time: an answer that comes later is read by fewer, one that comes within
# the first quarter of an hour by nearly all.
AFTER_H = (0.25, 2.0, 6.0)
# After the time of an event that nobody knew of: noticed, looked into, and late.
AFTER_SURPRISE_H = (0.5, 2.0, 6.0)
# Half-lives after which a pinned answer is written anew: half of its weight is left then.
AGAIN_AFTER = 1.0
# Minutes until a post is deleted: who sees it at once, and who asks somebody first. Most comments
# of the first hour come within a quarter of it.
TAKE_DOWN_MIN = (15.0, 60.0)


def may_choose(scenario: Scenario) -> bool:
    """Whether there is anything to choose: somebody reads, or a post may be deleted."""
    return scenario.faq.is_on or has_posts(scenario)


def has_posts(scenario: Scenario) -> bool:
    """Whether some event brings a post that a crowd comments on."""
    return any(event.comments > 0 for event in scenario.events.values())


def list_answer_moves(scenario: Scenario, policy: Policy) -> Iterator[Move]:
    """Yield answers to pin, anew or no more, private or public replies, and posts to delete."""
    for after_min in (None, *TAKE_DOWN_MIN) if has_posts(scenario) else ():
        if after_min != policy.take_down_after_min:
            label = "no post deleted" if after_min is None else f"posts deleted: {after_min:g} min"
            yield change_field("take_down_after_min", after_min, label)
    if not scenario.faq.is_on:
        return
    for name, event in scenario.events.items():
        if event.announced_h > 0 and is_known(event, 0.0):
            yield from list_post_moves(scenario, policy, name, event)
        elif event.announced_h == 0:
            yield from list_later_moves(scenario, policy, name)
    topics, phases = list_topics(scenario), list_phases(scenario, policy)
    cells = [((topic, phase),) for topic in topics for phase in phases if len(phases) > 1]
    for group in [*(tuple((topic, phase) for phase in PHASES) for topic in topics), *cells]:
        for channel in ("private", "public"):
            if any(find_channel(policy, *cell) != channel for cell in group):
                yield make_channel_move(group, channel)


def list_post_moves(scenario: Scenario, policy: Policy, name: str, event: Event) -> Iterator[Move]:
    """Yield answers to an event: none, some at a time, or once more."""
    last_h, own = count_hours(scenario.horizon), [one for one in policy.posts if one.event == name]
    others = tuple(one for one in policy.posts if one.event != name)
    first_h = event.span_h[0]
    most = scenario.faq.event_issues
    if own:
        yield make_post_move(f"no pinned answers: {name}", name, others)
    for at_h in (first_h, *(first_h + after_h for after_h in AFTER_H)):
        for issues in sorted({1, min(3, most), most}):
            post = Post(event=name, at_h=at_h, issues=issues)
            if at_h < last_h and own != [post]:
                label = f"{issues} pinned answers: {name} at hour {at_h:g}"
                yield make_post_move(label, name, (*others, post))
    again_h = (
        max((one.find_hour(first_h) for one in own), default=last_h)
        + AGAIN_AFTER * scenario.faq.pinned_h
    )
    if own and again_h < last_h:
        post = Post(event=name, at_h=again_h, issues=own[-1].issues)
        label = f"pinned answers once more: {name} at hour {again_h:g}"
        yield make_post_move(label, name, (*policy.posts, post))


def list_later_moves(scenario: Scenario, policy: Policy, name: str) -> Iterator[Move]:
    """Yield answers to an event that nobody knew of: none, or some after it is noticed."""
    own, last_h = [one for one in policy.posts if one.event == name], count_hours(scenario.horizon)
    if own:
        yield make_post_move(f"no pinned answers: {name}", name, ())
    for after_h in AFTER_SURPRISE_H:
        for issues in sorted({1, scenario.faq.event_issues}):
            post = Post(event=name, after_h=after_h, issues=issues)
            if own != [post] and after_h < last_h:
                label = f"{issues} pinned answers: {name}, {after_h:g} h after it begins"
                yield make_post_move(label, name, (post,))


def make_post_move(label: str, event: str, posts: tuple[Post, ...]) -> Move:
    """Make the move to these posts."""

    def make(policy: Policy) -> Policy:
        kept = tuple(one for one in policy.posts if one.event != event)
        own = tuple(one for one in posts if one.event == event)
        return policy.model_copy(update={"posts": (*kept, *own)})

    return Move(label, ("posts", event), make)


def find_channel(policy: Policy, topic: str, phase: str) -> str:
    """Look up who can read the replies to a topic in a phase."""
    return str(policy.channel.get(topic, {}).get(phase, "public"))  # type: ignore[call-overload]  # phases are literals


def make_channel_move(cells: Cells, channel: str) -> Move:
    """Make the move to one channel in some (topic, phase)."""
    topic, phases = cells[0][0], " ".join(phase for _, phase in cells)

    def make(policy: Policy) -> Policy:
        private = {cell for cell in list_private_cells(policy) if cell not in cells}
        private |= set(cells) if channel == "private" else set()
        rows: dict[str, dict[str, Any]] = {}
        for name, phase in sorted(private, key=lambda cell: (cell[0], PHASES.index(cell[1]))):
            rows.setdefault(name, {})[phase] = "private"
        return policy.model_copy(update={"channel": rows})

    return Move(f"{channel} replies: {topic} ({phases})", ("channel", topic, phases), make)


def list_private_cells(policy: Policy) -> list[tuple[str, str]]:
    """List the (topic, phase) in which replies are private."""
    return [
        (topic, str(phase))
        for topic, row in policy.channel.items()
        for phase, channel in row.items()
        if channel == "private"
    ]
