"""Feedback of the brand's sentiment on the topics of its base mentions.

Base mentions of an hour that starts with sentiment x are complaints more often where x is
low; f of ``sim.rules.sentiment.tilt_by_sentiment``, S the share of complaints in the base::

    rate of complaint topics x f,   of all others x g = (1 - S f) / (1 - S),   f <= F = 1 + strength

so that their sum does not move. Candidates are drawn beforehand at the majorants F and
G = max g; each keeps its time, its marks and a coin of its own, and stays where the coin
falls below f/F or g/G (Lewis & Shedler 1979): a change of sentiment moves nobody, it makes
some candidates real and others not. Checked by ``tests/theory/test_demand_feedback.py``.
"""

import numpy as np

from sim.compile import jit
from sim.demand import streams
from sim.demand.candidates import Candidates
from sim.demand.streams import draw_uniform
from sim.demand.tables import ORIGIN_BASE, Base, Feedback
from sim.rules.sentiment import tilt_by_sentiment
from sim.scenario.model import Scenario
from sim.scenario.profile import topic_shares
from sim.scenario.tables import MS_PER_H


def lower_feedback(scenario: Scenario) -> Feedback:
    """The constants of the feedback; majorants 1 where it is off."""
    strength, reference = scenario.demand.sentiment_feedback, scenario.brand.mean_sentiment
    is_complaint = np.array([topic.complaint for topic in scenario.topics.values()], np.bool_)
    share = float(topic_shares(scenario)[is_complaint].sum())
    if strength == 0.0:
        return Feedback(0.0, reference, share, 1.0, 1.0, is_complaint)
    least = tilt_by_sentiment(1.0, strength, reference)
    others = (1.0 - share * least) / (1.0 - share) if share < 1.0 else 1.0
    return Feedback(strength, reference, share, 1.0 + strength, others, is_complaint)


def raise_to_majorants(feedback: Feedback, topic_share: np.ndarray) -> np.ndarray:
    """The shares at which candidates of the base are drawn, float64, shape (n_topics,)."""
    most = np.where(feedback.is_complaint, feedback.most_complaints, feedback.most_others)
    return topic_share * most


def thin_base(
    found: Candidates,
    count: int,
    feedback: Feedback,
    base: Base,
    sentiment: np.ndarray | None,
) -> int:
    """Keep the candidates of the base that the sentiment of their hour makes real.

    Parameters
    ----------
    found, count : Candidates, int
        Exogenous mentions; those that are kept move up, in their order.
    feedback, base : Feedback, Base
        Constants; the backlog, at the head, is left alone.
    sentiment : np.ndarray or None
        shape (n_hours,) or longer: at the start of each hour; None: the reference.

    Returns
    -------
    int
        How many are left.
    """
    if feedback.strength == 0.0:
        return count
    n_hours = base.horizon_ms // MS_PER_H
    path = np.full(n_hours, feedback.reference) if sentiment is None else sentiment
    keep = np.empty((2, n_hours))
    for hour in range(n_hours):
        factor = tilt_by_sentiment(float(path[hour]), feedback.strength, feedback.reference)
        others = (1.0 - feedback.share * factor) / (1.0 - feedback.share)
        keep[0, hour] = others / feedback.most_others
        keep[1, hour] = factor / feedback.most_complaints
    return _thin(found, count, base.backlog, feedback.is_complaint, keep)


@jit
def _thin(
    found: Candidates, count: int, first: int, is_complaint: np.ndarray, keep: np.ndarray
) -> int:
    left = first
    for row in range(first, count):
        topic = found.topic[row]
        stays = True
        if found.origin[row] == ORIGIN_BASE:
            chance = keep[int(is_complaint[topic]), found.time_ms[row] // MS_PER_H]
            stays = draw_uniform(found.key[row], streams.TILT, 0) < chance
        if stays:
            found.time_ms[left] = found.time_ms[row]
            found.key[left] = found.key[row]
            found.parent[left] = found.parent[row]
            found.topic[left] = topic
            found.origin[left] = found.origin[row]
            found.event[left] = found.event[row]
            found.generation[left] = found.generation[row]
            left += 1
    return left
