"""What the plans of an instance are worth: exactly, or on 10,000 draws.

An instance that is no Markov chain is played: all plans on 200 common draws; those within six
standard errors (of the paired difference) of the best there on 1,000; those within six of the
best there on 10,000. A plan that is not among the last is worse than the best by far.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from instances import Instance, list_efforts, list_lineups, pose, to_policy
from lines import Coins, Feeling, Line, Service, weigh_scales

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.evaluation.service_target import share_met
from sim.rostering.roster import Rosters
from sim.rules.satisfaction import SatisfactionCoefficients
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.profile import resolution_shares

AUTO, LEVELS = "auto", ("auto", "brief", "standard", "thorough")
BOT_MIN = 1 / 60_000
SCALES, BUSY_SCALES = 3, 14
FEW, MORE, MANY = 200, 1000, 10_000
ERRORS = 6.0
TRUTH_SEED = 90_000


@dataclass
class Exact:
    """The exact satisfaction of any plan of a Markov instance."""

    instance: Instance
    scenario: Scenario
    _lines: dict[tuple[str, str, str], Line] = field(init=False, default_factory=dict)
    _means: dict[tuple[object, ...], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        one, world = self.instance, self.scenario
        self.mean = float(sum(one.rates_per_h))
        n = BUSY_SCALES if one.busy_cv else SCALES
        self.scales, self.weight = weigh_scales(self.mean, one.busy_cv, n)
        coefficients = {
            name: float(value) for name, value in world.satisfaction.model_dump().items()
        }
        self.feeling = Feeling(
            SatisfactionCoefficients(**coefficients),
            world.satisfaction.e0 * world.brand.price_factor,
        )
        shares = resolution_shares(world)
        self.resolves = {
            topic: dict(zip(LEVELS, shares[:, number], strict=True))
            for number, topic in enumerate(one.topics)
        }

    def compute_value(self, policy: Policy) -> float:
        """Return the exact expected satisfaction of a policy."""
        one, total = self.instance, 0.0
        for topic, about in one.topics.items():
            hours = policy.staff[topic][one.first_h : one.closes]
            level = policy.effort[topic]["calm"]
            after = policy.after_auto if level == AUTO else level
            share = about.share / sum(each.share for each in one.topics.values())
            total += share * self.find_topic(topic, level, after, tuple(hours))
        return total

    def find_topic(self, topic: str, level: str, after: str, staff: tuple[int, ...]) -> float:
        """Return a topic's part, kept."""
        key = (topic, level, after, staff)
        if key not in self._means:
            line = self.find_line(topic, level, after)
            value = float(self.weight @ line.find_mean(staff))
            if level == AUTO:
                by_bot = self.instance.topics[topic].auto_share
                bot = self.feeling.rate(BOT_MIN, self.flip(topic, AUTO, 1, resolved=1.0))
                value = by_bot * bot + (1 - by_bot) * value
            self._means[key] = value
        return self._means[key]

    def find_line(self, topic: str, level: str, after: str) -> Line:
        """Return the line of a topic under an effort."""
        key = (topic, level, after)
        if key not in self._lines:
            one, about = self.instance, self.instance.topics[topic]
            share = about.share / sum(each.share for each in one.topics.values())
            share *= 1 - about.auto_share if level == AUTO else 1.0
            stretch = self.scenario.conversation.patience_stretch_after_auto
            patience = about.patience_min and about.patience_min * (stretch if level == AUTO else 1)
            rates = tuple(share * rate for rate in one.rates_per_h)
            times = self.scenario.effort.levels[after].work_multiplier
            coins = self.flip(topic, after, 1)
            if level == AUTO:
                # One coin for both: what the bot leaves are the cases that are harder to solve.
                harder = (coins.resolved - about.auto_share) / (1 - about.auto_share)
                coins = replace(coins, resolved=max(harder, 0.0), turns=2)
            service = Service(about.work_min * times, patience, coins)
            top = max(self.scales) * sum(rates)
            room = int(top + 2.5 * top**0.5 + 5)
            self._lines[key] = Line(rates, service, self.feeling, self.scales, one.most, room)
        return self._lines[key]

    def flip(self, topic: str, level: str, turns: int, resolved: float | None = None) -> Coins:
        """Return the coins of a reply at a level."""
        about = self.scenario.effort.levels[level]  # type: ignore[index]  # a level's name
        solved = float(self.resolves[topic][level]) if resolved is None else resolved
        return Coins(about.friendly_share, about.personal_share, solved, turns)


@dataclass
class Played:
    """The satisfaction of any plan on common draws."""

    scenario: Scenario
    _kept: dict[str, tuple[np.ndarray, np.ndarray]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(self.scenario, TRUTH_SEED, 1, memory_bytes=10**9)

    def play(self, policy: Policy, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return satisfaction and kept promises of the first ``n`` draws."""
        key = policy.model_copy(update={"name": "", "shifts": ()}).model_dump_json()
        seen = self._kept.get(key)
        have = 0 if seen is None else seen[0].size
        if have < n:
            more = self.evaluator.play(policy, have, n)
            parts = (more.satisfaction, more.kept)
            seen = parts if seen is None else tuple(map(join, seen, parts))  # type: ignore[assignment]  # two of each
            self._kept[key] = seen
        assert seen is not None
        return seen[0][:n], seen[1][:n]

    def is_kept(self, policy: Policy, n: int) -> bool:
        """Tell whether the promise is kept in enough of the draws."""
        promise = self.scenario.promise
        columns = self.play(policy, n)[1].T
        return all(share_met(one, promise.target_share) >= 1 - promise.alpha for one in columns)


def join(one: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Return both, one after the other."""
    return np.concatenate([one, more])


@dataclass(frozen=True)
class Truth:
    """The best of an instance.

    Attributes
    ----------
    plans, affordable : int
        All; those that the budget pays and the rules allow.
    survived : int
        Played to the end; with exact values all.
    best : float
        Satisfaction of the best.
    error : float
        Standard error of it: 0 where it is exact.
    policy : Policy
        The best.
    second : float
        Of the best plan with another value.
    """

    plans: int
    affordable: int
    survived: int
    best: float
    error: float
    policy: Policy
    second: float


def list_policies(instance: Instance, scenario: Scenario, rosters: Rosters) -> list[Policy]:
    """Return all plans that the budget pays and the rules allow."""
    roster = list_lineups(instance, rosters)
    return [
        rosters.to_policy(frame, one)
        for levels, after in list_efforts(instance)
        for rules in instance.rules
        for frame in [to_policy(instance, scenario, levels, after, rules)]
        for one in roster
    ]


def find_exact(instance: Instance, exact: Exact, plans: int) -> Truth:
    """Return the best by exact values."""
    scenario = exact.scenario
    policies = list_policies(instance, scenario, pose(instance, scenario))
    values = np.array([exact.compute_value(one) for one in policies])
    order = np.argsort(-values)
    return Truth(
        plans=plans,
        affordable=len(policies),
        survived=len(policies),
        best=float(values[order[0]]),
        error=0.0,
        policy=policies[order[0]],
        second=find_second(values),
    )


def find_second(values: np.ndarray) -> float:
    """Return the most below the best, NaN where all are equal."""
    below = values[values < values.max() - 1e-9]
    return float(below.max()) if below.size else float("nan")


def find_played(instance: Instance, played: Played, plans: int) -> Truth:
    """Return the best on many draws, with what did not survive fewer draws left out."""
    policies = list_policies(instance, played.scenario, pose(instance, played.scenario))
    left = policies
    for n in (FEW, MORE):
        left = [one for one in left if played.is_kept(one, n) or n == FEW]
        left = keep_good(played, left, n)
    left = [one for one in left if played.is_kept(one, MANY)]
    values = np.array([np.nanmean(played.play(one, MANY)[0]) for one in left])
    order = np.argsort(-values)
    best = played.play(left[order[0]], MANY)[0]
    return Truth(
        plans=plans,
        affordable=len(policies),
        survived=len(left),
        best=float(values[order[0]]),
        error=float(np.nanstd(best, ddof=1) / np.sqrt(np.sum(~np.isnan(best)))),
        policy=left[order[0]],
        second=find_second(values),
    )


def keep_good(played: Played, policies: list[Policy], n: int) -> list[Policy]:
    """Return the policies within six standard errors of the best on ``n`` draws."""
    seen = [played.play(one, n)[0] for one in policies]
    best = seen[int(np.argmax([np.nanmean(one) for one in seen]))]
    kept = []
    for policy, values in zip(policies, seen, strict=True):
        behind = best - values
        error = np.nanstd(behind, ddof=1) / np.sqrt(n)
        if np.nanmean(behind) <= ERRORS * error:
            kept.append(policy)
    return kept
