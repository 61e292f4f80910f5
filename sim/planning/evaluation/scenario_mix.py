"""Several scenarios at once, with chances: one set of shifts for all of them.

The here-and-now decisions (shifts, effort by phase, the crew's rule) are the same in every
scenario; what differs is what happens, and that the surge crew is called where it is needed.
So a mixture is a mixture of draws: replication r belongs to the scenario whose count lags
most behind its chance,

    argmax_s  p_s (r + 1) - (replications of s before r),

so that of any first n replications each scenario has n p_s, give or take one. Expectations
weigh the scenarios by their chances (strata of ``sim.planning.evaluation.outcomes``). Horizon,
pools, shifts and topics must agree. Checked by ``tests/unit/test_evaluation_scenario_mix.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.demand.draws import Draws
from sim.errors import InputError, name_key
from sim.planning.evaluation.evaluator import MEMORY_BYTES, Evaluator
from sim.planning.evaluation.outcomes import CHANCE, EVENTS, FIRST_KEPT
from sim.policies.workload import hide_later_news
from sim.running.replicate import Progress, Replications
from sim.scenario.build import load_scenario
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy


class Member(NamedTuple):
    """A scenario and its chance."""

    name: str
    scenario: Scenario
    chance: float


class Mixture(NamedTuple):
    """The scenarios that are planned for; one alone has chance 1."""

    members: tuple[Member, ...]
    now_h: float = 0.0

    @property
    def is_mixed(self) -> bool:
        """Whether there are several."""
        return len(self.members) > 1

    def hide_news(self) -> "Mixture":
        """Hide from the scenarios what is not known yet when the shifts are fixed."""
        hidden = [
            one._replace(scenario=hide_later_news(one.scenario, self.now_h)) for one in self.members
        ]
        return self._replace(members=tuple(hidden))

    def blend(self) -> Scenario:
        """Blend to the first scenario with the events of all, and what all can prepare."""
        first = self.members[0].scenario
        if not self.is_mixed:
            return first
        events = {
            name: event for one in self.members for name, event in one.scenario.events.items()
        }
        common = {
            name: preparation
            for name, preparation in first.preparations.items()
            if all(one.scenario.preparations.get(name) == preparation for one in self.members)
        }
        return first.model_copy(update={"events": events, "preparations": common})

    def assign(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Assign each replication its member and a number among that member's, (n,) each."""
        chance = np.array([one.chance for one in self.members])
        count = np.zeros(len(self.members), dtype=np.int64)
        member, number = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
        for replication in range(n):
            chosen = int(np.argmax(chance * (replication + 1) - count))
            member[replication], number[replication] = chosen, count[chosen]
            count[chosen] += 1
        return member, number


def load_mixture(
    scenario: Scenario, chances: dict[str, float] | None, now_h: float = 0.0
) -> Mixture:
    """Load the scenarios that are planned for, with their chances.

    Parameters
    ----------
    scenario : Scenario
        The run's own: taken as it is where it is named, else only what all must agree with.
    chances : dict of str to float, optional
        By shipped name or file; None: the run's own alone.
    now_h : float
        When the shifts are fixed.

    Raises
    ------
    InputError
        No such scenario, or one that does not agree.
    """
    if chances is None:
        return Mixture((Member(scenario.name, scenario, 1.0),), now_h)
    found = {name: find_member(scenario, name) for name in chances}
    errors = [
        line for key, other in found.items() for line in format_differences(scenario, key, other)
    ]
    if errors:
        raise InputError(*errors)
    names = [other.name for other in found.values()]
    members = [
        Member(key if names.count(other.name) > 1 else other.name, other, chances[key])
        for key, other in found.items()
    ]
    members.sort(key=lambda one: one.scenario is not scenario)
    return Mixture(tuple(members), now_h)


def find_member(scenario: Scenario, name: str) -> Scenario:
    """Find the run's own scenario by its name, else a shipped one or a file.

    Raises
    ------
    InputError
        No such scenario, or one with errors; the key is named.
    """
    if name == scenario.name:
        return scenario
    with name_key("planner.scenarios", name):
        return load_scenario(name)


def format_differences(scenario: Scenario, key: str, other: Scenario) -> list[str]:
    """List the parts in which a scenario does not agree with the run's own, a line each."""
    own = {
        "horizon": (scenario.horizon, other.horizon),
        "team.pools": (scenario.team.pools, other.team.pools),
        "shifts": (scenario.shifts, other.shifts),
        "topics": (scenario.topic_names, other.topic_names),
    }
    return [
        f"planner.scenarios.{key}: its {part} differs from {scenario.name}; allowed: "
        "scenarios with the same horizon, pools, shifts and topics"
        for part, (here, there) in own.items()
        if here != there
    ]


def open_evaluator(
    mixture: Mixture,
    seed: int,
    workers: int | None = None,
    sentiment_weight: float = 0.0,
    first: int = 0,
) -> Evaluator:
    """Open an evaluator with common draws of the scenarios; see `Evaluator`."""
    room = MEMORY_BYTES // len(mixture.members)
    parts = [
        Evaluator(one.scenario, seed, workers, sentiment_weight, first, room, mixture.now_h)
        for one in mixture.members
    ]
    return MixedEvaluator(mixture, parts) if mixture.is_mixed else parts[0]


class MixedEvaluator(Evaluator):
    """Plays policies on draws of several scenarios, each in its turn.

    Parameters
    ----------
    mixture : Mixture
        Several scenarios.
    parts : sequence of Evaluator
        One for each, in their order.
    """

    def __init__(self, mixture: Mixture, parts: Sequence[Evaluator]) -> None:
        one = parts[0]
        super().__init__(mixture.blend(), one.seed, one.workers, one.sentiment_weight, one.first, 0)
        self.mixture = mixture
        self.parts = list(parts)
        self.event_days = tuple(days for part in parts for days in part.event_days)
        widths = [len(part.event_days) for part in parts]
        self.columns = np.cumsum([0, *widths])

    def split(self, n: int) -> list[tuple[Evaluator, float, int]]:
        """Split ``n`` replications by scenario: evaluator, chance and number of each."""
        counts = np.bincount(self.mixture.assign(n)[0], minlength=len(self.parts))
        return [
            (part, one.chance, int(count))
            for part, one, count in zip(self.parts, self.mixture.members, counts, strict=True)
        ]

    def blend(self, make: Callable[[Scenario], np.ndarray]) -> np.ndarray:
        """Average over the scenarios, by their chances, what is made of each."""
        made = [one.chance * make(one.scenario) for one in self.mixture.members]
        return np.asarray(np.sum(made, axis=0))

    def find_draws(self, replication: int) -> Draws:
        """Draws of a replication, from its own scenario."""
        member, number = self.mixture.assign(replication + 1)
        return self.parts[member[-1]].find_draws(int(number[-1]))

    def collect(self, job: Callable[[Draws], np.ndarray], first: int, last: int) -> np.ndarray:
        """Refuse: a job knows the tables of one scenario; take the parts of `split`."""
        raise RuntimeError("draws of several scenarios: collect from the parts of split()")

    @property
    def played(self) -> int:
        """Replications that were played, in all scenarios."""
        return sum(part.played for part in self.parts)

    @property
    def asked(self) -> int:
        """Replications that were asked for, in all scenarios."""
        return sum(part.asked for part in self.parts)

    def play_tables(self, jobs: Sequence[tuple[Policy, int, int]]) -> list[np.ndarray]:
        """Play each policy to a table: each row by the scenario that its number belongs to."""
        member, _ = self.mixture.assign(max((last for *_, last in jobs), default=0))
        width = FIRST_KEPT + self.columns[-1]
        wide = [np.full((last - first, width), np.nan) for _, first, last in jobs]
        for own, part in enumerate(self.parts):
            mine = [np.flatnonzero(member[first:last] == own) for _, first, last in jobs]
            before = [int((member[:first] == own).sum()) for _, first, _ in jobs]
            ranges = [
                (policy, start, start + rows.size)
                for (policy, *_), start, rows in zip(jobs, before, mine, strict=True)
            ]
            for table, rows, found in zip(wide, mine, part.play_tables(ranges), strict=True):
                table[rows] = self.widen(own, found)
        return wide

    def widen(self, own: int, table: np.ndarray) -> np.ndarray:
        """Widen a member's rows by its chance, its own stratum and its own event days."""
        wide = np.full((len(table), FIRST_KEPT + self.columns[-1]), np.nan)
        wide[:, :FIRST_KEPT] = table[:, :FIRST_KEPT]
        wide[:, EVENTS] = table[:, EVENTS] * len(self.parts) + own
        wide[:, CHANCE] *= self.mixture.members[own].chance
        kept = slice(FIRST_KEPT + self.columns[own], FIRST_KEPT + self.columns[own + 1])
        wide[:, kept] = table[:, FIRST_KEPT:]
        return wide

    def replicate(self, policy: Policy, n: int, progress: Progress | None = None) -> Replications:
        """Play replications with every measure, each in the scenario that it belongs to.

        After Ctrl-C those before the first that is missing; without any the interrupt goes on.
        """
        member, number = self.mixture.assign(n)
        counts = np.bincount(member, minlength=len(self.parts))
        runs: dict[int, Replications] = {}
        for own in np.flatnonzero(counts).tolist():
            done = sum(run.n for run in runs.values())

            def count_finished(finished: int, _: int, before: int = done) -> None:
                if progress is not None:
                    progress(before + finished, n)

            runs[own] = self.parts[own].replicate(policy, int(counts[own]), count_finished)
            if runs[own].n < counts[own]:
                break
        return merge_runs(runs, member, number)


def merge_runs(
    runs: Mapping[int, Replications], member: np.ndarray, number: np.ndarray
) -> Replications:
    """Merge the runs of several scenarios in the order of the mixture."""
    order = list(zip(member.tolist(), number.tolist(), strict=True))
    have = [own in runs and place < runs[own].n for own, place in order]
    n = len(have) if all(have) else have.index(False)
    if n == 0:
        raise KeyboardInterrupt
    first = next(iter(runs.values()))
    return replace(
        first,
        measures={
            name: np.array([runs[own].measures[name][place] for own, place in order[:n]])
            for name in first.measures
        },
        traces=np.stack(
            [runs[own].traces[place] for own, place in order[:n] if place < len(runs[own].traces)]
        ),
        wanted=len(order),
    )
