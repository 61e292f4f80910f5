"""The quadratic metamodel: known coefficients, numpy's fit, and the lack of fit's error rate."""

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from sim.analysis.metamodel import CodedFactor, fit_metamodel


def code(x: np.ndarray) -> list[CodedFactor]:
    return [CodedFactor((f"x{place}",), column[:, None], False)
            for place, column in enumerate(x.T)]  # fmt: skip


def test_a_quadratic_is_found_again() -> None:
    x = np.random.default_rng(1).uniform(-1, 1, (40, 2))
    values = 1.0 + 2 * x[:, 0] - x[:, 1] ** 2 + 0.5 * x[:, 0] * x[:, 1]
    found = fit_metamodel(code(x), values[:, None])
    assert found is not None
    terms = {term.name: term.value for term in found.terms}
    wanted = {"constant": 1.0, "x0": 2.0, "x1": 0.0, "x0^2": 0.0, "x1^2": -1.0, "x0 x x1": 0.5}
    assert terms == pytest.approx(wanted, abs=1e-10)
    assert found.r2 == pytest.approx(1.0)
    assert np.isnan(found.p)


def test_left_out_points_by_the_long_road() -> None:
    """Q2 by fitting again without each point in turn."""
    generator = np.random.default_rng(2)
    x = generator.uniform(-1, 1, (20, 1))
    values = np.exp(x[:, 0]) + 0.1 * generator.standard_normal(20)
    found = fit_metamodel(code(x), values[:, None])
    assert found is not None
    missed = 0.0
    for place in range(20):
        kept = np.delete(np.arange(20), place)
        line = np.polyfit(x[kept, 0], values[kept], 2)
        missed += (values[place] - np.polyval(line, x[place, 0])) ** 2
    assert found.q2 == pytest.approx(1 - missed / ((values - values.mean()) ** 2).sum())


def test_lack_of_fit_is_right_under_common_draws() -> None:
    """A right form is refused as often as said, whatever all points share; a cubic at once."""
    x = np.linspace(-1, 1, 15)[:, None]
    exact = 1 + x[:, 0] + x[:, 0] ** 2
    ps = []
    for seed in range(200):
        generator = np.random.default_rng(seed)
        shared = 3 * generator.standard_normal((1, 4))
        found = fit_metamodel(code(x), exact[:, None] + shared + generator.standard_normal((15, 4)))
        assert found is not None
        ps.append(found.p)
    assert abs(np.mean(np.array(ps) < 0.1) - 0.1) < 3 * (0.09 / 200) ** 0.5
    cubic = 30 * x**3 + np.random.default_rng(0).standard_normal((15, 4))
    bad = fit_metamodel(code(x), cubic)
    assert bad is not None
    assert bad.p < 1e-6
    assert bad.p == pytest.approx(f_distribution.sf(bad.f, 12, 14 * 3))


def test_a_list_of_no_order_has_a_level_for_each_value() -> None:
    columns = np.repeat(np.array([[0, 0], [1, 0], [0, 1]], float), 4, axis=0)
    values = np.repeat([5.0, 7.0, 4.0], 4)[:, None]
    found = fit_metamodel([CodedFactor(("b", "c"), columns, True)], values)
    assert found is not None
    assert [term.value for term in found.terms] == pytest.approx([5.0, 2.0, -1.0])


def test_too_few_points_give_a_plainer_form_or_none() -> None:
    x = np.random.default_rng(3).uniform(-1, 1, (12, 3))
    forms = [fit_metamodel(code(x[:n]), x[:n, :1]) for n in (12, 9, 6)]
    assert [None if one is None else one.form for one in forms] == ["squares", "linear", None]
