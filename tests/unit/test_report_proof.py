"""What a plan claims, in words: rounded to the safe side, nothing where nothing is known."""

import pytest

from sim.decision.proof import Proof, RulesTried
from sim.report.proof import list_claims, write_limit

RULES = RulesTried(
    changes=264,
    replications=200,
    forbidden=3,
    best="brief: question (calm)",
    gain=0.0001,
    error=0.0001,
    limit=0.00031,
    confidence=0.95,
    taken=(),
)


def test_nothing_is_claimed_where_nothing_was_asked():
    assert list_claims(None) == list_claims(Proof()) == []


def test_the_rules_say_how_many_were_tried_and_what_the_best_gains_at_most():
    ((name, told),) = list_claims(Proof(rules=RULES))
    assert name == "Rules"
    assert told.startswith("264 single changes tried on up to 200 fresh draws: the best gains "
                           "less than 0.0005")  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "told"),
    [(-0.1, ".0005"), (0.00049, ".0005"), (0.00051, ".0006"), (0.0101, ".011"), (0.2, ".200")],
)
def test_a_limit_is_rounded_up(limit, told):
    assert write_limit(limit).removeprefix("0") == told
