"""The least concave majorant against its definition."""

import numpy as np
import pytest

from sim.errors import InputError
from sim.planning.gains import make_concave


def find_majorant(values: np.ndarray) -> np.ndarray:
    """Best chord over each point; flat from the highest value on."""
    n = len(values)
    best = values.copy()
    for k in range(n):
        for i in range(k + 1):
            for j in range(k, n):
                share = (k - i) / (j - i) if j > i else 0.0
                best[k] = max(best[k], (1 - share) * values[i] + share * values[j])
    return np.maximum.accumulate(best)


def test_majorant_equals_the_best_chords() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(40, 2, 7)).cumsum(axis=2)
    values[:10] = np.round(values[:10])
    gains = make_concave(values)
    assert gains.shape == (40, 2, 6)
    assert np.all(np.diff(gains, axis=2) <= 1e-12)
    for index in np.ndindex(40, 2):
        total = values[index][0] + np.r_[0.0, gains[index].cumsum()]
        np.testing.assert_allclose(total, find_majorant(values[index]), atol=1e-12)


def test_concave_values_are_left_alone() -> None:
    np.testing.assert_array_equal(make_concave([0.0, 3.0, 5.0, 6.0, 6.0]), [3.0, 2.0, 1.0, 0.0])


@pytest.mark.parametrize("values", [1.0, [1.0], [0.0, np.nan], [0.0, np.inf]])
def test_mistakes_are_told(values: object) -> None:
    with pytest.raises(InputError, match="values: must be finite"):
        make_concave(values)  # type: ignore[arg-type] # wrong on purpose
