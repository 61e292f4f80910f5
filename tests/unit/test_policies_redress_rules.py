"""Rules of redress by hand: who gets what, and none twice."""

from sim.policies.redress_rules import list_kinds, list_redress_rules
from sim.scenario.parts import PHASES
from tests.worlds import REDRESS_WORLD, make_scenario


def give(**kinds):
    return {topic: dict.fromkeys(PHASES, kind) for topic, kind in kinds.items()}


def test_each_rule_gives_what_its_name_says():
    """A product failed: the refund of three kinds; whoever complains of the rest: an apology."""
    rules = list_redress_rules(make_scenario(**REDRESS_WORLD))
    assert rules == {
        "no redress": {},
        "apologies": give(product="apology", error="apology", process="apology"),
        "redress by cause": give(product="refund", error="apology", process="apology"),
    }


def test_where_nothing_is_offered_there_is_one_rule():
    assert list_redress_rules(make_scenario()) == {"no redress": {}}


def test_money_goes_only_where_something_was_lost_and_equal_rules_stand_once():
    """Without a loss a product that failed gets an apology too: the third rule is the second."""
    world = {**REDRESS_WORLD, "topics": {
        name: {**topic, "loss_cost": 0.0} for name, topic in REDRESS_WORLD["topics"].items()
    }}  # fmt: skip
    scenario = make_scenario(**world)
    assert list_kinds(scenario, "product") == ["apology"]
    assert list(list_redress_rules(scenario)) == ["no redress", "apologies"]
