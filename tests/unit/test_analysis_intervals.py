"""Intervals that hold all at once, differences to a reference, and their worth in staff."""

import numpy as np
import pytest
from scipy.stats import t as student

from sim.analysis.differences import find_differences, find_equivalents, read_amount
from sim.analysis.simultaneous import estimate_together, quantile_largest


def test_one_contrast_is_student() -> None:
    values = np.random.default_rng(1).standard_normal((12, 1))
    found = estimate_together(values)
    low, high = student.interval(0.95, 11, values.mean(), values.std(ddof=1) / 12**0.5)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))


def test_they_hold_together() -> None:
    """Of six differences to one reference: all at once in .95 of 400, alone they do in .8."""
    together = alone = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        values = generator.standard_normal((7, 15)) + 4 * generator.standard_normal((1, 15))
        found = find_differences(values, 0)
        together += bool(((found.low <= 0) & (found.high >= 0)).all())
        paired = (values[1:] - values[0]).T
        half = student.ppf(0.975, 14) * paired.std(axis=0, ddof=1) / 15**0.5
        alone += bool((np.abs(paired.mean(axis=0)) <= half).all())
    assert abs(together / 400 - 0.95) < 3 * (0.95 * 0.05 / 400) ** 0.5
    assert alone / 400 < 0.9


def test_equal_contrasts_cost_nothing_and_constant_ones_have_no_interval() -> None:
    column = np.random.default_rng(1).standard_normal(30)
    assert quantile_largest(np.column_stack([column] * 5), 0.95, 1) == pytest.approx(
        student.ppf(0.975, 29), rel=0.02
    )
    found = estimate_together(np.column_stack([column, np.full(30, 2.0)]))
    assert (found.low[1], found.high[1]) == (2.0, 2.0)


def test_an_equivalent_is_read_off_the_curve() -> None:
    """A curve 10 log(staff): what adds .953 is worth 1.1 of the staff; noise shared by all goes."""
    generator = np.random.default_rng(1)
    amounts = np.linspace(0.8, 1.3, 26)
    shared = generator.standard_normal((1, 40))
    noise = 0.02 * generator.standard_normal((27, 40))
    heights = np.append(10 * np.log(amounts), 10 * np.log(1.1))
    values = heights[:, None] + shared + noise
    found = find_equivalents(amounts, values[:-1], values[-1:], 1.0)[0]
    assert found.ratio == pytest.approx(1.1, abs=0.005)
    assert found.low < 1.1 < found.high
    assert found.high - found.low < 0.02


@pytest.mark.parametrize(
    ("target", "amount"), [(15.0, 1.25), (30.0, 2.0), (31.0, float("inf")), (9.0, 0.0)]
)
def test_beyond_its_ends_a_curve_says_so(target: float, amount: float) -> None:
    amounts, line = np.array([1.0, 2.0]), np.array([10.0, 30.0])
    assert read_amount(amounts, line, target) == amount
    assert read_amount(amounts, -line, -target) == amount
