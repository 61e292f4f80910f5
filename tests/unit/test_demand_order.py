"""The radix sort against numpy's stable sort."""

import hypothesis
import hypothesis.strategies as st
import numpy as np

from sim.demand.order import sort_by_time


@hypothesis.given(
    st.lists(
        st.one_of(st.integers(0, 5), st.integers(0, 1 << 35), st.just(34_559_999_999)), max_size=60
    ),
    st.integers(0, 60),
)
def test_order_is_that_of_a_stable_sort(times, count):
    count = min(count, len(times))
    time_ms = np.array(times, np.int64)
    expected = np.argsort(time_ms[:count], kind="stable")
    assert sort_by_time(time_ms, count).tolist() == expected.tolist()


def test_many_times():
    time_ms = np.random.default_rng(5).integers(0, 604_800_000, 20_000)
    assert (sort_by_time(time_ms, 20_000) == np.argsort(time_ms, kind="stable")).all()
