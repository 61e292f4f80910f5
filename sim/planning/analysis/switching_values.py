"""Which assumption, moved within its range, would change the decision first.

Each assumption is moved alone, to both ends of its range; the plan, its runner-up, the
standard policies and the plan with one decision made otherwise are played in the changed world
on common draws. The ranking switches where a rival's score beats the plan's by more than ``delta``
(plans that close count as equal) and by two standard errors; money that one spends more is
counted at the price of money. The value at which it switches is found by bisection, and these
are ordered by the share of the way to the range's end. It is a screening: rivals are those at
hand, not planned anew for the changed world, so none found does not say that the plan is the
best there. Checked by ``tests/functional/test_plan_questions.py``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.decision.answers import AssumptionRange, SwitchingValue, SwitchingValues
from sim.decision.evidence import StatedAssumption
from sim.planning.analysis.assumptions import choose_range, read_error
from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.scenario_mix import Mixture, open_evaluator
from sim.planning.search.candidates import ScoringRule
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

# A switching value is found within 1/32 of its range, finer than anybody knows the assumption.
HALVINGS = 5
# A rival's lead below two standard errors does not count.
ERRORS = 2.0


class Rival(NamedTuple):
    """A policy that might have been chosen, and its name for people."""

    name: str
    policy: Policy


@dataclass(frozen=True)
class Screen:
    """What a screening plays.

    Attributes
    ----------
    mixture : Mixture
        The scenarios as planned for.
    plan : Policy
        The decision.
    rivals : sequence of Rival
        The others.
    scoring_rule : ScoringRule
        Prices money.
    delta : float
        Differences up to this do not count.
    seed, n : int
        Draws.
    workers : int or None
        Threads.
    sentiment_weight : float
        In the objective.
    played : list of int
        Replications, world by world.
    """

    mixture: Mixture
    plan: Policy
    rivals: Sequence[Rival]
    scoring_rule: ScoringRule
    delta: float
    seed: int
    n: int
    workers: int | None
    sentiment_weight: float
    played: list[int] = field(default_factory=list)

    def open_world(self, key: str, value: float) -> Evaluator:
        """Open the evaluator of the world with one assumption moved."""
        members = [
            one._replace(scenario=set_value(one.scenario, key, value))
            for one in self.mixture.members
        ]
        moved = self.mixture._replace(members=tuple(members))
        return open_evaluator(moved, self.seed, self.workers, self.sentiment_weight)

    def compute_lead(self, key: str, value: float, rivals: Sequence[Rival]) -> tuple[float, Rival]:
        """Find by how much the best rival beats the plan, and which; not shown counts 0."""
        world = self.open_world(key, value)
        jobs = [(policy, 0, self.n) for policy in (self.plan, *(one.policy for one in rivals))]
        own, *others = world.play_all(jobs)
        self.played.append(world.asked)
        found = []
        for rival, seen in zip(rivals, others, strict=True):
            change = self.scoring_rule.score_each(seen) - self.scoring_rule.score_each(own)
            lead, error = own.average(change), own.compute_error(change)
            found.append((lead if lead > max(self.delta, ERRORS * error) else 0.0, rival))
        return max(found, key=lambda one: one[0])


def set_value(scenario: Scenario, key: str, value: float) -> Scenario:
    """Change one number of a scenario; as it is where it has no such key.

    Parameters
    ----------
    scenario : Scenario
        As planned for.
    key : str
        Path with dots: ``costs.shrinkage_share``, ``events.breach.peak``.
    value : float
        Within the key's range.
    """
    changed: Scenario = _set(scenario, key.split("."), value)
    return changed


def _set(part: Any, words: list[str], value: float) -> Any:
    first, *rest = words
    if isinstance(part, dict):
        if first not in part:
            return part
        return {**part, first: _set(part[first], rest, value) if rest else value}
    if not hasattr(part, first):
        return part
    changed = _set(getattr(part, first), rest, value) if rest else value
    return part.model_copy(update={first: changed})


def screen_assumptions(
    screen: Screen, assumptions: Sequence[StatedAssumption], progress: Callable[[int], None]
) -> SwitchingValues:
    """Move each assumption and list those that switch the ranking, the nearest first.

    Parameters
    ----------
    screen : Screen
        Plan, rivals, draws.
    assumptions : sequence of StatedAssumption
        From `list_assumptions`.
    progress : callable
        Called with how many are done.
    """
    found: list[SwitchingValue] = []
    looked: list[AssumptionRange] = []
    for number, row in enumerate(assumptions):
        progress(number)
        key, now = row.key, float(row.value)
        low, high = choose_range(key, now, read_error(screen.mixture.blend(), key))
        looked.append(AssumptionRange(key=key, now=now, low=low, high=high))
        for end in (low, high):
            if end == now:
                continue
            lead, rival = screen.compute_lead(key, end, screen.rivals)
            if lead > 0:
                value = bisect(screen, key, now, end, rival)
                found.append(
                    SwitchingValue(
                        key=key,
                        now=now,
                        value=value,
                        end=end,
                        way_share=(value - now) / (end - now),
                        rival=rival.name,
                        lead_at_end=lead,
                    )
                )
    found.sort(key=lambda one: one.way_share)
    return SwitchingValues(
        flips=tuple(found),
        looked_at=tuple(looked),
        rivals=tuple(rival.name for rival in screen.rivals),
        words=format_switching_values(screen, found),
        replications_played=sum(screen.played),
    )


def bisect(screen: Screen, key: str, now: float, end: float, rival: Rival) -> float:
    """Find the value nearest to what is assumed at which a rival was seen to beat the plan."""
    share = {False: 0.0, True: 1.0}
    for _ in range(HALVINGS):
        middle = 0.5 * (share[False] + share[True])
        lead, _ = screen.compute_lead(key, now + middle * (end - now), [rival])
        share[lead > 0] = middle
    return now + share[True] * (end - now)


def format_switching_values(screen: Screen, flips: Sequence[SwitchingValue]) -> str:
    """Say in a sentence what would change the decision first."""
    rivals = len(screen.rivals)
    if not flips:
        return (
            f"No assumption, moved alone within its range, lets one of the {rivals} other policies "
            f"at hand beat the plan by more than {screen.delta:g}."
        )
    one = flips[0]
    verb = "fell" if one.value < one.now else "rose"
    return (
        f"First to change the decision: if {one.key} {verb} from {one.now:g} to "
        f"{one.value:.3g}, {one.rival} would be better than the plan."
    )
