"""A plan.csv of ours as a policy again: staff, shifts, levels, lead, crew and order of work.

Staff is taken interval by interval, so what a clock change or a break makes of a shift is in it.
Checked by ``tests/unit/test_policies_roster_file.py``: what a plan writes comes back.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sim.errors import InputError
from sim.policies.roster_rows import CellError, read_range
from sim.scenario.build import build
from sim.scenario.clock import interval_local_times
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy, Priority, ShiftCount, Surge

ORDER = {
    "returning_first": "Customers who write again come first.",
    "new_first": "Customers who wait for a first reply come before those who write again.",
    "complaints_first": "Complaints come before the rest.",
}
"""Flags of the order of work in the words of plan.csv; `sim.planning.decision` writes them."""
TOPICS = "Topics in this order: "
INFLUENCE = "Authors with at least "
EDD = "Then by what is due first under the promise."
FOLLOW_UP = "Errors and process cases get a short check afterwards."
CHECKED = re.compile(r"(?P<topic>.+) is checked upon afterwards \((?P<phases>[a-z, ]+)\)\.")
GIVEN = re.compile(
    r"(?P<topic>.+): (?P<kind>apology|refund|replacement) with the first reply"
    r" \((?P<phases>[a-z, ]+)\)\."
)
PINNED = re.compile(
    r"Answers to the (?P<issues>\d+) most common issues of (?P<event>.+) are pinned"
    r" (at hour (?P<at_h>\S+)|(?P<after_h>\S+) hours after it begins)\."
)
TAKEN_DOWN = re.compile(
    r"A post that a crowd comments on is deleted after (?P<after_min>\S+) min\."
)
PRIVATE = re.compile(r"(?P<topic>.+): replies that nobody else can read \((?P<phases>[a-z, ]+)\)\.")
PREPARED = re.compile(r"Prepared before it: (?P<name>.+)\.")
CONTINUITY = "Customers who write again go to the agent who answered before."
NO_HELP = "No pool helps another."
HELP = re.compile(
    r"(?P<helper>.+) helps (?P<name>.+) (at once|with what has waited (?P<after_min>\S+) minutes)"
    r"( while more than (?P<keep_free>\d+) of its own are free)?\."
)

Row = tuple[str, str, str, str]


def read_plan(
    cells: Mapping[str, np.ndarray], scenario: Scenario, rules: Policy, path: str
) -> Policy:
    """Read the policy of a plan.csv.

    Parameters
    ----------
    cells : mapping of str to np.ndarray
        Text by column.
    scenario : Scenario
        Its horizon has as many intervals as the plan's and starts on the same weekday.
    rules : Policy
        For what plan.csv does not say.
    path : str
        Of the file, for messages.

    Raises
    ------
    InputError
        Another horizon or other pools, or a value that cannot be read.
    """
    columns = ("name", "pool", "phase_or_days", "value")
    parts: dict[str, list[Row]] = {}
    for part, *row in zip(cells["part"], *(cells[one] for one in columns), strict=True):
        parts.setdefault(str(part), []).append((str(row[0]), str(row[1]), str(row[2]), str(row[3])))
    order = [value for *_, value in parts.get("order", [])]
    try:
        plain = {
            **rules.model_dump(),
            **read_staff(parts.get("staff", []), scenario, path),
            "shifts": [
                one.model_dump()
                for one in sorted(read_shifts(parts.get("shift", []), scenario), key=sort_key)
            ],
            "effort": read_effort(parts.get("effort", []), rules),
            "lead_h": next((float(value) for *_, value in parts.get("lead_h", [])), 0.0),
            "surge": read_crew(parts.get("surge", [])),
            "priority": read_order(order).model_dump(),
            "follow_up": FOLLOW_UP in order or read_checks(order) or False,
            "redress": read_redress(order),
            "channel": read_channel(order),
            "posts": read_posts(order),
            "preparations": [
                found["name"] for text in order if (found := PREPARED.fullmatch(text))
            ],
            "take_down_after_min": read_take_down(order),
            "continuity": CONTINUITY in order,
            "overflow": read_help(order),
        }
    except (CellError, ValueError) as error:
        raise InputError(
            f"{path}: is no whole plan.csv ({error}); allowed: as `plan` wrote it"
        ) from None
    return build(Policy, plain, "policy")


def write_redress(topic: str, kind: str, phases: Iterable[str]) -> str:
    """Write who gets what with the first reply, as `GIVEN` reads it."""
    return f"{topic}: {kind} with the first reply ({', '.join(phases)})."


def write_check(topic: str, phases: Iterable[str]) -> str:
    """Write who is checked upon, as `CHECKED` reads it."""
    return f"{topic} is checked upon afterwards ({', '.join(phases)})."


def write_post(event: str, issues: int, at_h: float | None, after_h: float | None) -> str:
    """Write which answers are pinned when, as `PINNED` reads it; hours from the start."""
    when = f"at hour {at_h!r}" if after_h is None else f"{after_h!r} hours after it begins"
    return f"Answers to the {issues} most common issues of {event} are pinned {when}."


def write_take_down(after_min: float) -> str:
    """Write when posts are deleted, as `TAKEN_DOWN` reads it."""
    return f"A post that a crowd comments on is deleted after {after_min!r} min."


def read_take_down(order: list[str]) -> float | None:
    """Read when posts are deleted; None: never."""
    found = next(filter(None, map(TAKEN_DOWN.fullmatch, order)), None)
    return None if found is None else float(found["after_min"])


def write_private(topic: str, phases: Iterable[str]) -> str:
    """Write whose replies are private, as `PRIVATE` reads it."""
    return f"{topic}: replies that nobody else can read ({', '.join(phases)})."


def read_posts(order: list[str]) -> list[dict[str, object]]:
    """Read the pinned answers."""
    return [
        {"event": one["event"], "issues": int(one["issues"])}
        | {key: float(one[key]) for key in ("at_h", "after_h") if one[key] is not None}
        for one in filter(None, map(PINNED.fullmatch, order))
    ]


def read_channel(order: list[str]) -> dict[str, dict[str, str]]:
    """Read whose replies are private, by topic and phase."""
    rows = filter(None, map(PRIVATE.fullmatch, order))
    return {one["topic"]: dict.fromkeys(one["phases"].split(", "), "private") for one in rows}


def is_answer_sentence(sentence: str) -> bool:
    """Whether a sentence of the order of work says what others can read."""
    return any(form.fullmatch(sentence) for form in (PINNED, PRIVATE, TAKEN_DOWN))


def write_preparation(name: str) -> str:
    """Write what is done beforehand, as `PREPARED` reads it."""
    return f"Prepared before it: {name}."


def is_redress_sentence(sentence: str) -> bool:
    """Whether a sentence of the order of work says who gets what, or is checked upon."""
    return bool(GIVEN.fullmatch(sentence) or CHECKED.fullmatch(sentence))


def read_redress(order: list[str]) -> dict[str, dict[str, str]]:
    """Read what customers get, by topic and phase."""
    given: dict[str, dict[str, str]] = {}
    for one in filter(None, map(GIVEN.fullmatch, order)):
        given.setdefault(one["topic"], {}).update(
            dict.fromkeys(one["phases"].split(", "), one["kind"])
        )
    return given


def read_checks(order: list[str]) -> dict[str, dict[str, bool]]:
    """Read who is checked upon, by topic and phase."""
    rows = filter(None, map(CHECKED.fullmatch, order))
    return {one["topic"]: dict.fromkeys(one["phases"].split(", "), True) for one in rows}


def read_help(order: list[str]) -> dict[str, dict[str, dict[str, float]]] | None:
    """Read who helps whom; None where the plan left it to the scenario."""
    matches = [found for text in order if (found := HELP.fullmatch(text))]
    if not matches and NO_HELP not in order:
        return None
    rules: dict[str, dict[str, dict[str, float]]] = {}
    for one in matches:
        rule = {"after_min": float(one["after_min"] or 0), "keep_free": int(one["keep_free"] or 0)}
        rules.setdefault(one["name"], {})[one["helper"]] = rule
    return rules


def read_staff(rows: list[Row], scenario: Scenario, path: str) -> dict[str, object]:
    """Read people by pool, and the length of their steps: breaks make these finer."""
    times = interval_local_times(scenario.horizon)
    by_pool: dict[str, list[int]] = {}
    for _, pool, _, value in rows:
        by_pool.setdefault(pool, []).append(int(float(value)))
    start = datetime.datetime.fromisoformat(rows[0][0]) if rows else None
    fits = start is not None and (start.weekday(), start.hour) == (
        times[0].weekday(),
        times[0].hour,
    )
    sizes = {len(counts) for counts in by_pool.values()}
    if not fits or len(sizes) != 1 or max(sizes) % len(times):
        raise InputError(
            f"{path}: is a plan of another horizon; allowed: one of {len(times)} intervals that "
            f"starts on a {times[0]:%A} at {times[0]:%H:%M}"
        )
    step_min = scenario.horizon.interval_min * len(times) // max(sizes)
    return {"staff": by_pool, "staff_interval_min": step_min}


def read_shifts(rows: list[Row], scenario: Scenario) -> Iterator[ShiftCount]:
    """Yield the shifts, kind by kind; days are weekdays from Monday = 0, or dates."""
    first = interval_local_times(scenario.horizon)[0].date()
    for name, pool, days, value in rows:
        start_min, length_min = read_range(name)
        for word in days.split():
            day = (
                (int(word) - first.weekday()) % 7
                if word.isdigit()
                else (datetime.date.fromisoformat(word) - first).days
            )
            yield ShiftCount(
                day=day,
                start_h=start_min / 60.0,
                length_h=length_min / 60.0,
                pool=pool,
                agents=int(float(value)),
            )


def sort_key(shift: ShiftCount) -> tuple[int, float, float, str]:
    """Sort key of a policy's shifts: day, start, length, pool."""
    return shift.day, shift.start_h, shift.length_h, shift.pool


def read_effort(rows: list[Row], rules: Policy) -> dict[str, dict[str, str]]:
    """Read levels by topic and phase; a phase that the rows leave out is as the calm one."""
    effort: dict[str, dict[str, str]] = {topic: dict(row) for topic, row in rules.effort.items()}  # type: ignore[arg-type]  # phases and levels are texts
    given: dict[str, dict[str, str]] = {}
    for topic, _, phase, level in rows:
        given.setdefault(topic, {})[phase] = level
    for topic, levels in given.items():
        calm = levels.get("calm", "standard")
        effort[topic] = {**dict.fromkeys(effort.get(topic, {}), calm), **levels}
    return effort


def read_crew(rows: list[Row]) -> dict[str, object] | None:
    """Read the on-call crew's rule; None where the rows hold none."""
    agents = {pool: int(float(value)) for name, pool, _, value in rows if name == "agents"}
    own = {name: float(value) for name, _, _, value in rows if name in Surge.model_fields and value}
    own.pop("agents", None)
    return {"agents": agents, **own} if agents else None


def read_order(sentences: list[str]) -> Priority:
    """Read the order of work from the sentences of a plan."""
    topics = next((text for text in sentences if text.startswith(TOPICS)), "")
    influence = next((text for text in sentences if text.startswith(INFLUENCE)), "")
    groups = topics.removeprefix(TOPICS).removesuffix(".").split(", ") if topics else []
    least = float(influence.removeprefix(INFLUENCE).split(" ")[0]) if influence else None
    return Priority(
        rule="edd" if EDD in sentences else "fcfs",
        topics=tuple(tuple(group.split(" and ")) for group in groups),
        influence_at_least=least,
        **{flag: text in sentences for flag, text in ORDER.items()},
    )
