"""Estimates: against scipy's own tests, a naive Holm, and how often the interval holds."""

import numpy as np
import pytest
import scipy.stats
from chances import LIMIT, z_share
from hypothesis import given
from hypothesis import strategies as some

from sim.outcomes.estimate import (
    SHARE,
    Estimate,
    adjust_holm,
    compute_p_below,
    count_replications_needed,
    estimate_difference,
    estimate_mean,
    estimate_measure,
    quantile_t,
    summarize,
)

SHARES = some.lists(some.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize("n", [2, 5, 200])
def test_the_interval_is_scipys(n: int) -> None:
    values = np.random.default_rng(n).gamma(2.0, 3.0, n)
    found = estimate_mean(values)
    interval = scipy.stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert found.mean == pytest.approx(values.mean(), rel=1e-15)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert found.n == n


def test_the_interval_holds_as_often_as_it_says() -> None:
    trials = 4000
    values = np.random.default_rng(1).normal(5.0, 2.0, (trials, 6))
    found = [estimate_mean(row) for row in values]
    hits = sum(one.ci_low <= 5.0 <= one.ci_high for one in found)
    assert abs(z_share(hits, trials, 0.95)) <= LIMIT
    narrow = sum(abs(row.mean() - 5.0) <= 1.96 * row.std(ddof=1) / 6**0.5 for row in values)
    assert z_share(narrow, trials, 0.95) < -LIMIT  # a normal quantile would be caught


AMOUNT = (0.0, np.inf)
SKEWED = {
    # draws and mean; what t misses most: shares near 0, a few heavy weeks among calm ones
    "rare": (lambda rng, size: rng.beta(0.5, 4.5, size), 0.1, SHARE),
    "nearly all": (lambda rng, size: rng.beta(4.5, 0.5, size), 0.9, SHARE),
    "all or nothing": (lambda rng, size: rng.binomial(1, 0.2, size) * 1.0, 0.2, SHARE),
    "waits": (lambda rng, size: rng.exponential(7.0, size), 7.0, AMOUNT),
}


@pytest.mark.parametrize("name", SKEWED)
@pytest.mark.parametrize(("n", "least"), [(5, 0.9), (20, 0.92), (200, 0.93)])
def test_intervals_of_skewed_values_hold(name: str, n: int, least: float) -> None:
    """Student's own falls to .66 to .89 at n = 5."""
    make, mean, span = SKEWED[name]
    trials = 1500
    rows = make(np.random.default_rng([n, len(name)]), (trials, n))
    found = [estimate_mean(row, span=span) for row in rows]
    hits = sum(one.ci_low <= mean <= one.ci_high for one in found)
    assert hits / trials >= least
    if n == 5:
        plain = [estimate_mean(row) for row in rows]
        assert sum(one.ci_low <= mean <= one.ci_high for one in plain) < hits - 0.02 * trials


@given(some.lists(some.floats(0, 1), min_size=2, max_size=6), some.sampled_from([SHARE, AMOUNT]))
def test_no_interval_leaves_its_range(values: list[float], span: tuple[float, float]) -> None:
    found = estimate_mean(np.array(values), span=span)
    assert span[0] <= found.ci_low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.ci_high <= span[1]


def test_by_hand_on_the_scales() -> None:
    """0 and .5: m = .25, s / sqrt(2) = .25, t(.975, 1) = 12.706."""
    half = quantile_t(0.975, 1) * 0.25
    share = estimate_mean(np.array([0.0, 0.5]), span=SHARE)
    logit = np.log(0.25 / 0.75) + np.array([-1, 1]) * half / (0.25 * 0.75)
    assert [share.ci_low, share.ci_high] == pytest.approx(1 / (1 + np.exp(-logit)), rel=1e-9)
    amount = estimate_mean(np.array([0.0, 0.5]), span=AMOUNT)
    ends = [0.0, (0.5 + half) ** 2]  # the root .5 with half / (2 x .5); below 0 it is cut
    assert [amount.ci_low, amount.ci_high] == pytest.approx(ends)
    score = estimate_mean(np.array([1.0, 3.0]), span=(1.0, 5.0))
    assert score.ci_low == pytest.approx(1 + 4 * share.ci_low)
    assert score.ci_high == pytest.approx(1 + 4 * share.ci_high)


def test_many_replications_have_students_interval() -> None:
    """The difference falls with 1 / n, the length with 1 / sqrt(n)."""
    rng = np.random.default_rng(8)
    for values, span in ((rng.beta(6, 4, 400), SHARE), (rng.gamma(9, 1, 400), AMOUNT)):
        found, plain = estimate_mean(values, span=span), estimate_mean(values)
        length = plain.ci_high - plain.ci_low
        assert found.ci_low == pytest.approx(plain.ci_low, abs=0.02 * length)
        assert found.ci_high == pytest.approx(plain.ci_high, abs=0.02 * length)


@pytest.mark.parametrize("n", [2, 5, 20])
def test_a_share_that_was_always_nothing_may_be_rare(n: int) -> None:
    """Clopper and Pearson: the share at which n times nothing has a chance of .025."""
    zero, one = (estimate_mean(np.full(n, value), span=SHARE) for value in (0.0, 1.0))
    exact = scipy.stats.binomtest(0, n).proportion_ci(0.95, "exact")
    assert (zero.ci_low, zero.ci_high) == pytest.approx((0.0, exact.high))
    assert (one.ci_low, one.ci_high) == pytest.approx((1.0 - exact.high, 1.0))
    nothing = estimate_mean(np.zeros(n), span=AMOUNT)
    assert (nothing.ci_low, nothing.ci_high) == (0.0, 0.0)


def test_each_measure_has_its_range() -> None:
    values = np.array([0.02, 0.9, 0.01])
    for name in ("answered_share", "utilization", "satisfaction", "sentiment_mean"):
        assert (
            0 < estimate_measure(name, values).ci_low < estimate_measure(name, values).ci_high < 1
        )
    for name in ("wait_min_mean", "overtime_h", "cost", "spread_mentions", "response_effort_mean"):
        found = estimate_measure(name, values)
        assert 0 <= found.ci_low < 1 < found.ci_high
    assert estimate_measure("csat", 1 + 4 * values).ci_low > 1
    assert estimate_measure("csat", 1 + 4 * values).ci_high < 5
    assert estimate_measure("turns_mean", 1 + values).ci_low >= 1
    assert summarize({"wait_min_mean": values})["wait_min_mean"] == found


def test_replications_without_a_value_are_left_out() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan, 8.0])
    assert estimate_mean(values) == estimate_mean(np.array([1.0, 3.0, 8.0]))
    assert estimate_mean(np.array([np.nan, 2.0])).n == 1
    assert np.isnan(estimate_mean(np.array([2.0])).ci_low)
    nothing = estimate_mean(np.array([np.nan]))
    assert (nothing.n, np.isnan(nothing.mean)) == (0, True)
    assert summarize({"a": values, "b": values + 1})["b"].mean == 5.0


def test_equal_values_leave_no_doubt() -> None:
    assert estimate_mean(np.full(9, 0.25)) == Estimate(0.25, 0.25, 0.25, 9)


@pytest.mark.parametrize("seed", range(5))
def test_the_paired_p_value_is_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0, 5.0, 30)
    one, other = common + rng.normal(0.0, 1.0, 30), common + rng.normal(0.3, 1.0, 30)
    expected = scipy.stats.ttest_rel(one, other, alternative="less")
    assert compute_p_below(one, other) == pytest.approx(expected.pvalue, rel=1e-10)
    found = estimate_difference(one, other)
    interval = scipy.stats.ttest_rel(one, other).confidence_interval(0.95)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    lonely = np.append(one, np.nan), np.append(other, 1.0)
    assert compute_p_below(*lonely) == compute_p_below(one, other)


def test_the_p_value_of_values_that_always_differ_alike() -> None:
    one = np.arange(4.0)
    assert compute_p_below(one, one + 1) == 0.0
    assert compute_p_below(one, one) == 1.0
    assert compute_p_below(one + 1, one) == 1.0
    assert np.isnan(compute_p_below(one[:1], one[:1]))


def adjust_naively(p: list[float]) -> list[float]:
    """The least level at which Holm's step-down procedure rejects each hypothesis."""

    def is_rejected(index: int, level: float) -> bool:
        order = sorted(range(len(p)), key=lambda k: p[k])
        for step, k in enumerate(order):
            if p[k] * (len(p) - step) > level:
                return False
            if k == index:
                return True
        raise AssertionError

    levels = sorted({min(value * k, 1.0) for value in p for k in range(1, len(p) + 1)} | {1.0})
    return [next((level for level in levels if is_rejected(k, level)), 1.0) for k in range(len(p))]


@given(SHARES)
def test_holm_is_the_step_down_procedure(p: list[float]) -> None:
    assert adjust_holm(p).tolist() == adjust_naively(p)


@given(SHARES)
def test_holm_does_not_mind_the_order(p: list[float]) -> None:
    order = np.random.default_rng(len(p)).permutation(len(p))
    found = adjust_holm(p)
    np.testing.assert_array_equal(adjust_holm(np.array(p)[order]), found[order])


def test_holm_by_hand() -> None:
    """The worked example of Holm's procedure in any text: .01, .04, .03, .005."""
    found = adjust_holm([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(found, [0.03, 0.06, 0.06, 0.02])
    assert adjust_holm([]).size == 0


def test_quantiles_of_student() -> None:
    """Table of Student's t: 12.706, 2.776, 1.984 at .975 with 1, 4, 100 degrees."""
    found = [round(quantile_t(0.975, degrees), 3) for degrees in (1, 4, 100)]
    assert found == [12.706, 2.776, 1.984]


def test_so_many_replications_give_the_width() -> None:
    values = np.random.default_rng(3).normal(0.0, 1.0, 20)
    needed = count_replications_needed(values, 0.2)
    spread = values.std(ddof=1)
    widths = [scipy.stats.t.ppf(0.975, 19) * spread / n**0.5 for n in (needed - 1, needed)]
    assert widths[0] > 0.2 >= widths[1]
    assert count_replications_needed(values, 10.0) == 20
    with pytest.raises(ValueError, match="above 0"):
        count_replications_needed(values, 0.0)
    with pytest.raises(ValueError, match="two values"):
        count_replications_needed(np.array([1.0, np.nan]), 0.1)


def test_the_two_stage_rule_keeps_its_promise() -> None:
    """Stein: after so many replications the interval of that width holds 95 % of the time."""
    rng, trials, hits = np.random.default_rng(5), 1500, 0
    for _ in range(trials):
        first = rng.normal(0.0, 1.0, 10)
        more = rng.normal(0.0, 1.0, count_replications_needed(first, 0.4) - 10)
        hits += abs(np.concatenate((first, more)).mean()) <= 0.4
    assert z_share(hits, trials, 0.95) > -LIMIT
