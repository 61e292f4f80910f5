"""Satisfaction over arrays: against the rules called one by one, and at the edges."""

import numpy as np
import pytest

from sim.feeling import Service, expect_quality, rate_customers, rate_recommendations
from sim.feeling.satisfaction.fitting import START as FITTED
from sim.rules import satisfaction as rules

PEOPLE = 300
START = FITTED._replace(later_speed_weight=0.0)  # one speed, the first, in the rules below


@pytest.fixture(scope="module")
def service() -> Service:
    rng = np.random.default_rng(11)
    wait = np.exp(rng.normal(2.8, 1.87, PEOPLE))
    wait[::7] = np.nan
    wait[3::11] = -1.0
    marks = rng.random((4, PEOPLE)) < 0.5
    redress, fit = rng.choice([0.0, 0.5, 1.0, 2.0], PEOPLE), rng.choice([0.5, 1.0], PEOPLE)
    given = {"redress": redress, "redress_fit": fit}
    turns = rng.integers(0, 9, PEOPLE)
    return Service(wait, marks[0], marks[1], marks[2], turns, marks[3], **given)


def test_rows_equal_the_rules(service: Service) -> None:
    expected = np.random.default_rng(12).uniform(0.3, 0.9, PEOPLE)
    satisfaction = rate_customers(service, expected, START)
    recommend = rate_recommendations(service, expected, START)
    columns = (*service[:6], service.redress, service.redress_fit)
    for i, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        wait, resolved, friendly, personal, turns, followed_up, redress, fit = row
        speed = rules.score_reply(wait, 1.0, START) if wait >= 0.0 else 0.0
        care = rules.CareGiven(
            wait >= 0.0, speed, resolved, friendly, personal, turns, followed_up, redress, fit
        )
        quality = rules.rate_quality(care, START)
        z = rules.compare_care(quality, float(expected[i]), START)
        assert satisfaction[i] == rules.squash(z)
        answered = wait >= 0.0
        assert recommend[i] == rules.score_recommendation(z, answered, friendly, personal, START)


def test_column_types_are_converted(service: Service) -> None:
    expected = np.full(PEOPLE, 0.6)
    loose = Service(
        service.first_reply_min.tolist(),
        *(service[i].astype(np.int8) for i in (1, 2, 3)),
        service.turns.astype(np.int16),
        service.followed_up[::-1][::-1],
        redress=service.redress,
        redress_fit=service.redress_fit,
    )
    np.testing.assert_array_equal(
        rate_customers(loose, expected.astype(np.float32), START),
        rate_customers(service, expected.astype(np.float32), START),
    )


def test_columns_of_different_length_are_refused(service: Service) -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        rate_customers(service, np.full(PEOPLE - 1, 0.6), START)


def test_nobody_gives_nothing() -> None:
    nobody = Service(*(np.empty(0) for _ in Service._fields))
    assert rate_customers(nobody, np.empty(0), START).shape == (0,)


def test_expectations_against_plain_arithmetic() -> None:
    arrival = np.array([0.0, 100.0, 160.0, 1100.0])
    expected = expect_quality(
        arrival,
        np.array([100.0, 1000.0, np.nan]),
        np.array([0.96, 1.15, 5.0]),
        np.array([60.0, 100.0, 10.0]),
        0.6 * 1.04,
    )
    late = (1 - 0.04 * 2 ** (-1000 / 60)) * 1.075
    np.testing.assert_allclose(expected, 0.624 * np.array([1.0, 0.96, 0.98, late]), rtol=1e-12)


def test_without_events_everybody_expects_the_base() -> None:
    none = np.empty(0)
    assert expect_quality(np.arange(3.0), none, none, none, 0.57).tolist() == [0.57] * 3
