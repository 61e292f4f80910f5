"""Boxes of broken futures: a planted one is found, and none in noise."""

import numpy as np

from sim.analysis.prim import contains, find_boxes


def test_a_planted_box_is_found() -> None:
    """Coverage and density of at least .9, on the two factors that make it, of five."""
    generator = np.random.default_rng(1)
    x = generator.random((500, 5))
    planted = (x[:, 0] > 0.6) & (x[:, 2] < 0.5)
    boxes = find_boxes(x, planted, shuffles=49)
    assert boxes[0].coverage >= 0.9
    assert boxes[0].density >= 0.9
    limited = np.isfinite(boxes[0].low) | np.isfinite(boxes[0].high)
    assert limited.tolist() == [True, False, True, False, False]
    assert abs(boxes[0].low[0] - 0.6) < 0.03
    assert abs(boxes[0].high[2] - 0.5) < 0.03


def test_two_boxes_and_a_factor_of_few_values() -> None:
    """The second is found among what the first leaves; its factor has four values alone."""
    generator = np.random.default_rng(2)
    x = generator.random((600, 3))
    x[:, 1] = (np.floor(4 * x[:, 1]) + 0.5) / 4
    first, second = x[:, 0] > 0.8, x[:, 1] == 0.125
    boxes = find_boxes(x, first | second, shuffles=49)
    assert len(boxes) == 2
    assert sum(box.coverage for box in boxes) >= 0.9
    assert min(box.density for box in boxes) >= 0.9


def test_in_noise_there_is_none() -> None:
    """Of 40 fields of noise at most 3 (a chance of .009 more where one in fifty finds a box)."""
    found = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        x, hits = generator.random((80, 3)), generator.random(80) < 0.2
        found += bool(find_boxes(x, hits, shuffles=49))
    assert found <= 3


def test_hits_at_both_ends_of_a_factor_hide_no_box() -> None:
    """Peeling alone keeps the poorer end: ten hits at the far end of the factor lead it astray."""
    generator = np.random.default_rng(3)
    x = generator.random((200, 3))
    hits = (x[:, 0] > 0.65) & (x[:, 1] < 0.5) | (x[:, 1] > 0.97)
    box = find_boxes(x, hits, shuffles=49)[0]
    assert box.density >= 0.95
    assert box.high[1] < 0.55


def test_a_box_holds_its_ends() -> None:
    x = np.array([[0.0], [0.5], [1.0]])
    assert contains(x, np.array([0.5]), np.array([1.0])).tolist() == [False, True, True]
