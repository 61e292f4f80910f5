"""Parts of a difference: they sum to the whole, and each is nothing where it has no cause."""

import numpy as np
import pytest

from sim.calibration.reviewing.split import PARTS, PlayedWorlds, split_difference


def draw_worlds(seed: int) -> PlayedWorlds:
    return PlayedWorlds(*np.random.default_rng(seed).normal(size=(6, 50)))


@pytest.mark.parametrize("seen", [None, 0.3])
def test_the_parts_sum_to_the_whole(seen: float | None) -> None:
    """A part that is counted twice, or left out, would not."""
    for seed in range(20):
        worlds = draw_worlds(seed)
        parts = split_difference(worlds, seen)
        end = worlds.done if seen is None else np.full(50, seen)
        np.testing.assert_allclose(parts["whole"], end - worlds.planned)
        np.testing.assert_allclose(sum(parts[name] for name in PARTS), parts["whole"], atol=1e-12)


def test_a_part_without_a_cause_is_nothing() -> None:
    worlds = draw_worlds(1)
    as_planned = worlds._replace(
        done_staff=worlds.on_week, done_effort=worlds.on_week, done=worlds.on_week
    )
    parts = split_difference(as_planned, None)
    assert not parts["staffing"].any()
    assert not parts["effort"].any()
    staff_alone = worlds._replace(done_staff=worlds.done, done_effort=worlds.on_week)
    parts = split_difference(staff_alone, None)
    assert not parts["effort"].any()
    np.testing.assert_allclose(parts["staffing"], worlds.done - worlds.on_week)
    known = split_difference(worlds._replace(leveled=worlds.planned), None)
    assert not known["forecast"].any()


def test_what_acts_together_is_shared_evenly() -> None:
    """People and rules that help only together: half each, whichever is taken first."""
    zero, one = np.zeros(3), np.ones(3)
    parts = split_difference(PlayedWorlds(zero, zero, zero, zero, zero, one), None)
    np.testing.assert_array_equal(parts["staffing"], 0.5)
    np.testing.assert_array_equal(parts["effort"], 0.5)
