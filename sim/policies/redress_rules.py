"""Rules of redress that anybody may write down, beside those that a plan searches for.

``no redress``; ``apologies``, with the first reply to every complaint; ``redress by cause``: a
refund, or where there is none a replacement, to who complains of a product, an apology to the
others. The same in every phase. Checked by ``tests/unit/test_policies_redress_rules.py``.
"""

from typing import Any

from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES


def list_kinds(scenario: Scenario, topic: str) -> list[str]:
    """List what a topic's customers can be given."""
    about = scenario.topics[topic]
    if about.cause == "none":
        return []
    kinds = scenario.redress.list_kinds()
    return [kind for kind in kinds if kind == "apology" or about.loss_cost > 0]


def list_redress_rules(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """List the rules by name, each a value of a policy's ``redress``; equal ones once."""
    able = {topic: kinds for topic in scenario.topics if (kinds := list_kinds(scenario, topic))}
    apologies = {topic: "apology" for topic, kinds in able.items() if "apology" in kinds}
    by_cause = apologies | {
        topic: max(kinds, key=("apology", "replacement", "refund").index)
        for topic, kinds in able.items()
        if scenario.topics[topic].cause == "product"
    }
    rules = {"no redress": {}, "apologies": apologies, "redress by cause": by_cause}
    different: dict[str, dict[str, Any]] = {}
    for name, rule in rules.items():
        given = {topic: dict.fromkeys(PHASES, kind) for topic, kind in rule.items()}
        if given not in different.values():
            different[name] = given
    return different
