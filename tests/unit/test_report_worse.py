"""What gets worse: only what the interval shows, in the direction in which it is worse."""

import dataclasses
import pathlib

import numpy as np

from sim.decision.customers import CustomersTold, TopicServed
from sim.decision.decision import NO_DECISION
from sim.report.stored_run import StoredRun
from sim.report.worse import describe_last, describe_worse


def make_run(rows, **decision):
    """Return a run with these paired differences to tuned Erlang A."""
    columns = ("policy", "measure", "mean_difference", "ci_low", "ci_high")
    table = {name: np.array([row[place] for row in rows]) for place, name in enumerate(columns)}
    keys = {row[1] for row in rows}
    means = {key: {"mean": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 50} for key in keys}
    return StoredRun(
        pathlib.Path("run"), "plan", comparison=table if rows else {},
        summary={"measures": means, "policies": {"tuned_erlang_a": means}},
        decision=dataclasses.replace(NO_DECISION, **decision),
    )  # fmt: skip


def make_topic(policy, topic, reply_min, weeks="with"):
    return TopicServed(policy=policy, weeks=weeks, topic=topic, customers=100.0,
                       in_time_share=0.6, left_share=0.1, reply_min=reply_min)  # fmt: skip


def test_worse_is_what_is_shown_in_the_bad_direction():
    """Catches a gain told as a loss, and chance told as either."""
    told = describe_worse(make_run([
        ("tuned_erlang_a", "recommend_share", -0.02, -0.03, -0.01),
        ("tuned_erlang_a", "resolved_share", -0.02, -0.05, 0.01),
        ("tuned_erlang_a", "first_reply_min_p90", 12.0, 5.0, 19.0),
        ("tuned_erlang_a", "abandoned_share", -0.02, -0.03, -0.01),
        ("flat", "satisfaction", -0.02, -0.03, -0.01),
    ]))  # fmt: skip
    assert [one["title"] for one in told] == ["tuned Erlang-A"]
    assert [row[0] for row in told[0]["rows"]] == [
        "Would recommend the brand", "First reply, 9 of 10 customers within",
    ]  # fmt: skip


def test_nothing_worse_is_said_and_nobody_to_compare_with_is_not():
    told = describe_worse(make_run([("tuned_erlang_a", "satisfaction", 0.02, 0.01, 0.03)]))
    assert told[0]["words"] == "Nothing that was measured is worse than with tuned Erlang-A."
    assert describe_worse(make_run([])) == []


def test_topics_that_wait_longer_in_weeks_with_the_event():
    topics = (
        make_topic("plan", "question", 30.0), make_topic("tuned_erlang_a", "question", 28.0),
        make_topic("plan", "process", 90.0), make_topic("tuned_erlang_a", "process", 40.0),
        make_topic("plan", "praise", 80.0, "without"),
        make_topic("tuned_erlang_a", "praise", 10.0, "without"),
    )  # fmt: skip
    run = make_run(
        [("tuned_erlang_a", "satisfaction", 0.02, 0.01, 0.03)],
        customers=CustomersTold(served=(), topics=topics),
        order=("Topics in this order: question, process.",),
    )
    slower = [text.replace("\u00a0", " ") for text in describe_worse(run)[0]["topics"]]
    assert slower == ["process: 90 min on average, 40 min with tuned Erlang-A"]
    words = " ".join(describe_last(run)).replace("\u00a0", " ")
    assert "First comes question, then process. Last comes process" in words
    assert "that of process: 90 min on average, 60 % in time" in words
