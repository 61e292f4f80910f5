"""Quantile tables against scipy's distributions: moments, whole shape, both tails."""

import numpy as np
import pytest
from chances import LIMIT, ks_excess, z_mean
from scipy import special, stats
from worlds import constant

from sim.demand.quantile import (
    TableShelf,
    draw_ms,
    find_line,
    fold,
    list_quantiles,
    look_up,
    make_table,
)
from sim.limits import LONGEST_MS
from sim.scenario.parts import Duration

WHOLE = 1 << 53


def lognormal(cv):
    sigma = np.sqrt(np.log1p(cv * cv))
    return stats.lognorm(sigma, scale=np.exp(-0.5 * sigma * sigma))


def weibull(cv):
    def excess(shape):
        return special.gamma(1 + 2 / shape) / special.gamma(1 + 1 / shape) ** 2 - 1 - cv * cv

    low, high = 0.1, 100.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return stats.weibull_min(low, scale=1 / special.gamma(1 + 1 / low))


CASES = {
    "exponential": (("exponential",), stats.expon()),
    "lognormal .9": (("lognormal", 0.9), lognormal(0.9)),
    "lognormal 20": (("lognormal", 20.0), lognormal(20.0)),
    "gamma day": (("gamma", 25.0), stats.gamma(25.0, scale=1 / 25.0)),
    "gamma .3": (("gamma", 0.3), stats.gamma(0.3, scale=1 / 0.3)),
    "weibull .5": (("weibull", 0.5), weibull(0.5)),
    "weibull 3": (("weibull", 3.0), weibull(3.0)),
    "normal": (("normal",), stats.norm()),
    "beta": (("beta", 7.4, 7.4), stats.beta(7.4, 7.4)),
    "beta u": (("beta", 0.4, 1.1), stats.beta(0.4, 1.1)),
}


def lines_as_integral(lines, power):
    """Return the moment that the table's straight lines have, exactly by Gauss's points."""
    half = len(lines) // 2
    total = 0.0
    nodes, weights = np.polynomial.legendre.leggauss(8)
    octaves = [2.0 ** (6 + k // 64) * (1 + k % 64 / 64) for k in range(46 * 64)]
    edges = np.array([0.0, *octaves, 2.0**52])
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    for side in (0, 1):
        own = lines[side * half : (side + 1) * half][: len(middle)]
        for node, weight in zip(nodes, weights, strict=True):
            tail = middle + node * width
            total += (weight * width * (own[:, 0] + own[:, 1] * tail) ** power).sum()
    return total / WHOLE


@pytest.mark.parametrize("name", CASES)
def test_mean_and_variance(name):
    arguments, law = CASES[name]
    lines = make_table(*arguments)
    mean = lines_as_integral(lines, 1)
    assert mean == pytest.approx(law.mean(), abs=1e-4)
    if name not in ("normal", "beta", "beta u"):
        assert mean == pytest.approx(1.0, abs=1e-9)  # scaled to it
    if name == "lognormal 20":
        return  # its variance lives in the last 1e-13 of probability
    assert lines_as_integral(lines, 2) == pytest.approx(law.var() + law.mean() ** 2, rel=5e-4)


@pytest.mark.parametrize("name", CASES)
def test_quantiles_far_into_both_tails(name):
    arguments, law = CASES[name]
    lines = make_table(*arguments)
    shares = np.concatenate([np.exp2(-np.arange(1.0, 40.0, 0.37)), [0.3, 0.49999, 0.5]])
    for share in shares:
        number = round(share * WHOLE)
        exact = number / WHOLE
        scale = abs(law.ppf(0.9))
        below, above = look_up(lines, 0, number), look_up(lines, 0, WHOLE - number)
        assert below == pytest.approx(law.ppf(exact), rel=3e-4, abs=1e-4 * scale)
        assert above == pytest.approx(law.isf(exact), rel=3e-4, abs=1e-4 * scale)


@pytest.mark.parametrize("name", CASES)
def test_tables_never_fall_and_have_no_gaps(name):
    lines = make_table(*CASES[name][0])
    rng = np.random.default_rng(3)
    powers = np.exp2(rng.uniform(0, 53, 3000)).astype(np.int64)
    numbers = np.unique(np.concatenate([powers, WHOLE - powers, [0, 1, WHOLE - 1]]))
    numbers = numbers[(numbers >= 0) & (numbers < WHOLE)]
    values = np.array([look_up(lines, 0, int(number)) for number in numbers])
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-9 * np.abs(values[1:])).all()
    for edge in (1 << 52, 1 << 51, 3 << 50, 1 << 20, 1 << 6, WHOLE - (1 << 51), WHOLE - (1 << 6)):
        before, after = look_up(lines, 0, edge - 1), look_up(lines, 0, edge)
        assert before == pytest.approx(after, rel=0.02, abs=1e-12)


def test_the_fold_is_the_distance_to_the_nearer_end():
    for number in (0, 1, (1 << 52) - 1, 1 << 52, (1 << 52) + 1, WHOLE - 1):
        assert fold(number) == min(number, WHOLE - number)


def test_lines_of_values_are_chosen_evenly():
    counts = [find_line(10, 3.0, int(WHOLE * share)) - 10 for share in (0, 0.3333, 0.3334, 0.9999)]
    assert counts == [0, 0, 1, 2]
    assert find_line(0, 7.0, WHOLE - 1) == 6


def sample(duration, factor=1.0, size=40_000):
    shelf = TableShelf()
    shelf.add_table("normal")  # so that rows and tables do not begin at 0
    shelf.add_duration(Duration.model_validate(constant(1.0)))
    row = shelf.add_duration(Duration.model_validate(duration))
    rows, lines = shelf.build()
    numbers = np.random.default_rng(11).integers(0, WHOLE, size)
    return np.array([draw_ms(rows, lines, row, int(number), factor) for number in numbers])


@pytest.mark.parametrize("name", ["exponential", "lognormal", "gamma", "weibull"])
def test_times_have_their_mean_and_variation(name):
    cv = 1.0 if name == "exponential" else 0.8
    more = {} if name == "exponential" else {"cv": cv}
    times = sample({"name": name, "mean_min": 4.0} | more, factor=1.5)
    assert abs(z_mean(times, 6.0 * 60_000)) < LIMIT
    squares = (times / 360_000 - 1.0) ** 2
    assert abs(z_mean(squares, cv * cv)) < LIMIT


def test_exponential_times_are_exponential():
    times = sample({"name": "exponential", "mean_min": 4.0})
    assert ks_excess(times, lambda t: -np.expm1(-t / 240_000)) < 1.0


def test_empirical_times_are_those_given():
    times = sample({"name": "empirical", "values_min": [5.0, 1.0, 1.0, 9.0]}, size=8000)
    values, counts = np.unique(times, return_counts=True)
    assert values.tolist() == [60_000, 300_000, 540_000]
    assert abs(counts[0] - 4000) < LIMIT * np.sqrt(2000)


def test_times_are_whole_and_within_bounds():
    assert set(sample(constant(4.0), size=9)) == {240_000}
    assert set(sample({"name": "constant", "mean_min": 1e-9}, size=9)) == {1}
    longest = sample({"name": "lognormal", "mean_min": 1e9, "cv": 20.0}, size=4000)
    assert longest.max() == LONGEST_MS
    assert longest.min() >= 1
    assert sample({"name": "constant", "mean_min": 2.5 / 60_000}, size=1)[0] == 3  # half up


def test_equal_distributions_share_their_table():
    shelf = TableShelf()
    for mean in (1.0, 2.0, 2.0):
        shelf.add_duration(Duration(name="lognormal", mean_min=mean, cv=0.9))
    rows, lines = shelf.build()
    assert rows.shape == (2, 3)
    assert len(lines) == 1 + len(make_table("lognormal", 0.9))


@pytest.mark.parametrize("cv", [0.4, 0.9])
def test_equally_likely_values_are_those_of_scipy(cv):
    values = list_quantiles(Duration(name="lognormal", mean_min=12.0, cv=cv), 64)
    wanted = 12.0 * lognormal(cv).ppf((np.arange(64) + 0.5) / 64)
    np.testing.assert_allclose(values, wanted, rtol=1e-3)
