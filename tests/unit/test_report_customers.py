"""Of 100 customers: whole ones that always add up to 100, near their shares."""

import hypothesis.strategies as st
import pytest
from hypothesis import given
from report_folders import make_served

from sim.decision.customers import CustomersTold
from sim.report.customers import ALWAYS, describe_customers, split_100


@given(st.lists(st.integers(0, 1000), min_size=6, max_size=6).filter(any))
def test_whole_customers_add_up_to_100_and_are_next_to_their_shares(counts):
    """Catches rows that sum to 99 or 101, and rounding that moves a customer too far."""
    shares = [count / sum(counts) for count in counts]
    whole = split_100(make_served(shares))
    assert sum(whole.values()) == 100
    for share, count in zip(shares, whole.values(), strict=True):
        assert abs(100 * share - count) < 1


def test_what_is_shown_is_what_was_stored():
    plan = make_served([0.5, 0.0, 0.2, 0.1, 0.15, 0.05])
    quiet = make_served([0.7, 0.0, 0.2, 0.05, 0.05, 0.0], weeks="without")
    other = make_served([0.3, 0.0, 0.2, 0.2, 0.25, 0.05], policy="tuned_erlang_a")
    told = describe_customers(CustomersTold(served=(plan, quiet, other), topics=()))
    loud, calm = told["tables"]
    assert (loud["heads"], calm["heads"]) == (["This plan", "Tuned Erlang-A"], ["This plan"])
    assert [row["key"] for row in loud["rows"]] == list(ALWAYS)
    assert (loud["rows"][0]["cells"], calm["rows"][0]["cells"]) == ([50, 30], [70])
    assert loud["ends"][0]["cells"] == ["61"] * 2
    assert told["words"] == (
        "In weeks with the event 30 of 100 customers get no answer at all, 50 with tuned Erlang-A."
    )
    assert told["spread"] == "2"


def test_without_events_no_event_is_told_of():
    served = make_served([1.0, 0, 0, 0, 0, 0], weeks="without")
    told = describe_customers(CustomersTold(served=(served,), topics=()))
    assert "event" not in told["words"] + str(told["tables"])


@pytest.mark.parametrize("found", [None, CustomersTold(served=(), topics=())])
def test_nothing_stored_nothing_shown(found):
    assert describe_customers(found) == {}
