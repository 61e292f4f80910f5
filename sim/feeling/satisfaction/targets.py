"""What the satisfaction model must reproduce, and the population it is measured on.

The population is laid out, not drawn: every combination of friendly, personal,
resolved and number of turns (independent of one another and of the waits), times an
equidistant grid over the normal score of ln(first reply) and, for cases of several
turns, one over that of ln(later reply), each cell with its probability. So every
measure is a weighted sum, the same on every machine.

Published shares: 14,040 Twitter users (Twitter, 2015: friendly, personal); Applied
Marketing Science for Twitter (2016: CSAT with and without a reply, worth of speed);
Orsingher, Valentini & de Angelis (2010, doi 10.1007/s11747-009-0155-z: outcome before
tone before procedure). Checked by ``tests/theory/test_satisfaction_targets.py`` against
customers drawn at random.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from sim.feeling.satisfaction.ratings import Service, rate_customers, rate_recommendations
from sim.rules.satisfaction import SatisfactionCoefficients

# Normal scores integrated from -8 to 8: what is left out is 10^-15.
SCORE_LIMIT = 8.0
# Points over the later waits: steps of a third of a standard deviation give the measures to 10^-4.
LATER_NODES = 49
# Minutes between which the worth of speed is judged; a wider span leaves what the published
# figures cover.
SPEED_CURVE_MIN = (4.0, 60.0)


class Population(NamedTuple):
    """Customers that the published shares are about; standard level, calm, average price.

    Attributes
    ----------
    friendly_share, personal_share, resolved_share : float
        Probabilities (assumption; assumption; quoted).
    log_reply_mean, log_reply_sd : float
        Of ln(minutes to the first reply): measured, telecom handles pooled.
    log_later_mean, log_later_sd : float
        Of ln(minutes from a later message to its reply), one wait a case, independent of the
        first: median 11.7 min measured, at the same handles; as spread as the first (assumption).
    turn_counts, turn_shares : tuple of float
        Replies per answered case: 63, 24, 7 and 6 % "more", here half 5 and half 6,
        so that the mean is the measured 1.65.
    """

    friendly_share: float = 0.70
    personal_share: float = 0.60
    resolved_share: float = 0.71
    log_reply_mean: float = 2.80
    log_reply_sd: float = 1.87
    log_later_mean: float = math.log(11.7)
    log_later_sd: float = 1.87
    turn_counts: tuple[int, ...] = (1, 2, 3, 5, 6)
    turn_shares: tuple[float, ...] = (0.63, 0.24, 0.07, 0.03, 0.03)


class Layout(NamedTuple):
    """Answered customers and the probability of each; shapes (n_cells,)."""

    service: Service
    weight: np.ndarray


class TargetMeasures(NamedTuple):
    """What the model says on the population; shares in [0, 1], CSAT on its scale of 1 to 5.

    Attributes
    ----------
    friendly_recommend, unfriendly_decline, personal_recommend, impersonal_decline : float
        Shares likely to recommend, or unlikely to.
    csat_reply, csat_none : float
        Mean CSAT of the answered, CSAT of who never got an answer.
    csat_line_r2, csat_drop : float
        CSAT against ln(minutes), 4 to 60 min: R^2 of the line, and its fall.
    outcome_effect, tone_effect, procedure_effect, turn_effect : float
        CSAT solved less unsolved; friendly less unfriendly; a first reply at the
        lower less one at the upper quartile (about 5 and 58 min); one turn less two.
    below_none_share : float
        Answered customers who end less satisfied than the unanswered.
    """

    friendly_recommend: float
    unfriendly_decline: float
    personal_recommend: float
    impersonal_decline: float
    csat_reply: float
    csat_none: float
    csat_line_r2: float
    csat_drop: float
    outcome_effect: float
    tone_effect: float
    procedure_effect: float
    turn_effect: float
    below_none_share: float


class Target(NamedTuple):
    """A published value: ``abs(measured - value) <= tolerance``; mark q quoted, a assumed."""

    measure: str
    value: float
    tolerance: float
    mark: str


# Value, tolerance and mark: quoted (q) values are met to their rounding, the assumed one (a) to
# .10.
TARGETS = (
    Target("friendly_recommend", 0.76, 0.01, "q"),
    Target("unfriendly_decline", 0.82, 0.01, "q"),
    Target("personal_recommend", 0.77, 0.01, "q"),
    Target("impersonal_decline", 0.68, 0.01, "q"),
    Target("csat_reply", 3.66, 0.01, "q"),
    Target("csat_none", 2.66, 0.01, "q"),
    Target("csat_line_r2", 1.00, 0.02, "q"),
    Target("csat_drop", 0.35, 0.10, "a"),
)


def lay_out_population(population: Population, nodes: int = 201) -> Layout:
    """Lay out the answered customers of ``population``.

    Parameters
    ----------
    population : Population
        Who they are.
    nodes : int
        Points on the normal score of ln(first reply).

    Returns
    -------
    Layout
        8 * nodes cells for cases of one turn, `LATER_NODES` times as many for each other number
        of turns; weights sum to 1.
    """
    return _cross(population, *_spread(population.log_reply_mean, population.log_reply_sd, nodes))


def measure_targets(
    coefficients: SatisfactionCoefficients, population: Population | None = None, nodes: int = 201
) -> TargetMeasures:
    """Measure everything that has a target, with expectations at ``e0``.

    Parameters
    ----------
    coefficients : SatisfactionCoefficients
        The model.
    population : Population, optional
        Default: the one of the targets.
    nodes : int
        Points over the waits.
    """
    people = population if population is not None else Population()
    service, weight = lay_out_population(people, nodes)
    expected = np.full(weight.size, coefficients.e0)
    csat = 1.0 + 4.0 * rate_customers(service, expected, coefficients)
    recommend = rate_recommendations(service, expected, coefficients)
    csat_none = rate_silence(coefficients)
    minutes, curve = trace_speed_curve(coefficients, people)
    quartile = math.exp(0.6744897501960817 * people.log_reply_sd)
    median = math.exp(people.log_reply_mean)
    return TargetMeasures(
        friendly_recommend=_mean(recommend, weight, service.friendly),
        unfriendly_decline=1.0 - _mean(recommend, weight, ~service.friendly),
        personal_recommend=_mean(recommend, weight, service.personal),
        impersonal_decline=1.0 - _mean(recommend, weight, ~service.personal),
        csat_reply=float(csat @ weight),
        csat_none=csat_none,
        csat_line_r2=float(np.corrcoef(np.log(minutes), curve)[0, 1] ** 2),
        csat_drop=float(curve[0] - curve[-1]),
        outcome_effect=_contrast(csat, weight, service.resolved),
        tone_effect=_contrast(csat, weight, service.friendly),
        procedure_effect=rate_wait(coefficients, people, median / quartile)
        - rate_wait(coefficients, people, median * quartile),
        turn_effect=_mean(csat, weight, service.turns == 1)
        - _mean(csat, weight, service.turns == 2),
        below_none_share=float(weight[csat < csat_none].sum()),
    )


def rate_silence(coefficients: SatisfactionCoefficients) -> float:
    """The CSAT of a customer who was never answered."""
    never = Service(*(np.array([value]) for value in (np.nan, False, False, False, 0, False)))
    return 1.0 + 4.0 * float(rate_customers(never, np.array([coefficients.e0]), coefficients)[0])


def rate_wait(
    coefficients: SatisfactionCoefficients, population: Population, wait_min: float
) -> float:
    """The mean CSAT of ``population`` if all had their first reply after ``wait_min``."""
    service, weight = _cross(population, np.array([wait_min]), np.ones(1))
    expected = np.full(weight.size, coefficients.e0)
    return 1.0 + 4.0 * float(rate_customers(service, expected, coefficients) @ weight)


def trace_speed_curve(
    coefficients: SatisfactionCoefficients, population: Population, points: int = 57
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes from 4 to 60, equidistant in their logarithm, and the CSAT at each."""
    minutes = np.geomspace(*SPEED_CURVE_MIN, points)
    curve = np.array([rate_wait(coefficients, population, wait) for wait in minutes])
    return minutes, curve


def _spread(log_mean: float, log_sd: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Lay out lognormal minutes and the probability of each."""
    score = np.linspace(-SCORE_LIMIT, SCORE_LIMIT, nodes)
    density = np.exp(-0.5 * score**2)
    return np.exp(log_mean + log_sd * score), density / density.sum()


def _cross(population: Population, wait: np.ndarray, wait_share: np.ndarray) -> Layout:
    """Cross every first wait with every combination of later wait and other marks."""
    flags = (population.friendly_share, population.personal_share, population.resolved_share)
    later = _spread(population.log_later_mean, population.log_later_sd, LATER_NODES)
    parts = []
    for friendly, personal, resolved in itertools.product((True, False), repeat=3):
        chance = math.prod(
            share if flag else 1.0 - share
            for flag, share in zip((friendly, personal, resolved), flags, strict=True)
        )
        for turns, turn_share in zip(population.turn_counts, population.turn_shares, strict=True):
            later_wait, later_share = later if turns > 1 else (np.zeros(1), np.ones(1))
            share = np.outer(wait_share, later_share).ravel() * chance * turn_share
            n = share.size
            columns = {
                "first_reply_min": np.repeat(wait, later_wait.size),
                "resolved": np.full(n, resolved),
                "friendly": np.full(n, friendly),
                "personal": np.full(n, personal),
                "turns": np.full(n, turns),
                "followed_up": np.zeros(n, dtype=bool),
                "later_reply_min": np.tile(later_wait, wait.size),
            }
            parts.append((columns, share))
    services, shares = zip(*parts, strict=True)
    joined = {name: np.concatenate([one[name] for one in services]) for name in services[0]}
    return Layout(Service(**joined), np.concatenate(shares))


def _mean(values: np.ndarray, weight: np.ndarray, who: np.ndarray) -> float:
    return float(values[who] @ weight[who] / weight[who].sum())


def _contrast(values: np.ndarray, weight: np.ndarray, who: np.ndarray) -> float:
    return _mean(values, weight, who) - _mean(values, weight, ~who)
