"""What became of each customer: row by row, every part once, and against the measures."""

import numpy as np
import pytest
from outcome_worlds import play_random_world

from sim.outcomes.customers import PARTS, share_customers, share_topics, sort_customers
from sim.outcomes.measures import measure_run
from sim.outcomes.scales import is_exogenous

SEEDS = range(40)


def tell(played, i):
    """Say in which part a customer is, the naive way; None: needed no answer."""
    run, draws, scales = played.run, played.draws, played.scales
    in_horizon = run.real[i] and draws.arrival_ms[i] >= scales.warm_up_ms
    if not (in_horizon and draws.actionable[i] and is_exogenous(draws.origin[i])):
        return None
    if run.deflected[i]:
        return "found_answer"
    if run.first_reply_ms[i] >= 0 and scales.answered_topic[draws.topic[i]]:
        routing = scales.routing
        until = run.first_start_ms[i] if routing.promise_by_wait else run.first_reply_ms[i]
        return "in_time" if until - draws.arrival_ms[i] <= routing.promise_ms else "late"
    if run.left_ms[i] >= 0:
        return "left_silently" if draws.silent[i] else "left_loudly"
    return "never_seen"


@pytest.mark.parametrize("seed", SEEDS)
def test_each_who_needed_an_answer_is_in_one_part(seed):
    """Catches a customer lost, counted twice or put into another's part."""
    played = play_random_world(seed)
    needed, parts = sort_customers(played.draws, played.run, played.rows)
    assert (parts.sum(axis=0) == needed).all()
    told = [tell(played, i) for i in range(needed.size)]
    for part, row in zip(PARTS, parts, strict=True):
        assert [one == part for one in told] == row.tolist()


def test_every_part_occurs_in_these_worlds():
    """Else the test above shows nothing of a part."""
    counts = np.zeros(len(PARTS))
    for seed in SEEDS:
        played = play_random_world(seed)
        counts += sort_customers(played.draws, played.run, played.rows)[1].sum(axis=1)
    assert (counts > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_where_every_topic_is_answered_they_are_the_measures(seed):
    """Recommendation is that of summary.json; the parts sum to 1; topics sum to the whole."""
    played = play_random_world(seed)
    draws, run, rows, scales = played.draws, played.run, played.rows, played.scales
    shares = share_customers(draws, run, rows)
    if not shares[0]:
        assert np.isnan(shares[1:]).all()
        return
    assert shares[1:7].sum() == pytest.approx(1.0, abs=1e-12)
    if (rows.exogenous == sort_customers(draws, run, rows).needed).all():
        measures = measure_run(scales, draws, run, rows)
        assert shares[8] == pytest.approx(measures["recommend_share"], abs=1e-12)
    topics = share_topics(draws, run, rows, scales.answered_topic.size)
    assert topics[:, 0].sum() == shares[0]
    n_in_time = np.nansum(topics[:, 0] * topics[:, 1])
    assert n_in_time == pytest.approx(shares[0] * (shares[1] + shares[2]))
    assert np.nansum(topics[:, 0] * topics[:, 2]) == pytest.approx(shares[0] * shares[4:6].sum())
