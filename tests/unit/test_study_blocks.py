"""How a sweep's work is cut: by hand, and whatever is done already."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.study.blocks import (
    Block,
    cut_batches,
    cut_blocks,
    name_batch,
    reduce_block,
    size_batch,
)
from sim.study.form import BLOCK
from tests.plan_worlds import make_small_scenario

WORLDS = {"one": (0, {"a": 1}), "two": (3, {"a": 2})}


def test_blocks_of_at_most_fifty():
    blocks = cut_blocks(WORLDS, {"one": 120, "two": 20})
    assert [(one.world, one.point, one.first, one.n) for one in blocks] == [
        ("one", 0, 0, 50),
        ("one", 0, 50, 50),
        ("one", 0, 100, 20),
        ("two", 3, 0, 20),
    ]
    assert [len(batch) for batch in cut_batches(blocks, 3)] == [3, 1]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 60)))
def test_what_is_left_and_what_is_done_are_the_block(done):
    block = Block(0, {}, "one", 5, BLOCK)
    left = [n for one in reduce_block(block, np.array(done, np.int64))
            for n in range(one.first, one.first + one.n)]  # fmt: skip
    assert left == [n for n in range(5, 55) if n not in done]


def test_keys_tell_world_and_replications_apart():
    block = Block(0, {}, "one", 0, 50)
    others = [block._replace(world="two"), block._replace(first=50), block._replace(n=49)]
    assert len({one.key for one in (block, *others)}) == 4
    assert block.key == block._replace(point=7, values={"b": 2}).key
    assert len({name_batch((one,)) for one in (block, *others)}) == 4


def test_a_batch_is_about_a_second_of_work():
    """4 ms a replication and 600,000 mentions a second; SimPy takes a hundred times as long."""
    day = make_small_scenario(horizon={"days": 1}, demand={"base_per_h": 2.0})
    assert size_batch(day, "kernel", 50) == 4  # 50 times (4 ms + 50 / 600,000) is .204 s
    assert size_batch(day, "kernel", 5) == 48
    assert size_batch(day, "simpy", 500) == 1
