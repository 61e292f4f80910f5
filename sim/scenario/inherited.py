"""Money that a scenario with a currency of its own inherits from a file with another.

A budget of 26,000 dollars is none of 26,000 yen: what nobody said in the scenario's own currency
is reported in one line before the run (checked by ``tests/unit/test_scenario_inherited.py``).
"""

from typing import Any

from sim.compose import Composed, find_below
from sim.scenario.messages.origins import ROOT

KEY = "currency"
MONEY = (
    ("planner", "budget"),
    ("costs", "paid_hour_cost"),
    ("costs", "auto_reply_cost"),
    ("costs", "compensation_cost"),
    ("redress", "apology", "unit_cost"),
    ("redress", "refund", "worth_cost"),
    ("redress", "refund", "unit_cost"),
    ("redress", "replacement", "worth_cost"),
    ("redress", "replacement", "unit_cost"),
)


def format_currency(composed: Composed) -> list[str]:
    """One line where amounts of a file with another currency are taken as they stand.

    Parameters
    ----------
    composed : Composed
        A config with where its values come from.

    Returns
    -------
    list of str
        Empty where the currency is that of the base, or all amounts are said beside it.
    """
    files = [layer.data for layer in composed.layers]
    named = [number for number, data in enumerate(files) if KEY in data]
    is_typed = ROOT + KEY in composed.values
    first = -1 if is_typed or not named else named.pop(0)
    if not named:
        return []
    currency, before = composed.config["scenario"][KEY], files[named[0]][KEY]
    kept = [
        f"{ROOT if path[0] != 'planner' else ''}{'.'.join(path)} = {amount:,.10g}"
        for path in (*MONEY, *list_named(composed.config))
        if (amount := find_amount(composed.config, path))
        and not is_said(composed.values, files[: first + 1], path)
    ]
    if currency == before or not kept:
        return []
    place = "override" if is_typed else composed.layers[first].label
    return [
        f"{place}: {ROOT}{KEY} = {currency}: these amounts were set in {before} and are "
        "now read as "
        f"{currency}: {', '.join(kept)}"
    ]


def list_named(config: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Where the topics say what their customers have lost, and preparations what they cost."""
    return [
        (group, name, key)
        for group, key in (("topics", "loss_cost"), ("preparations", "cost"))
        for name in find_below(config["scenario"], group)
    ]


def find_amount(config: dict[str, Any], path: tuple[str, ...]) -> float:
    """An amount of money as it is in force, 0 where there is none."""
    place = config if path[0] == "planner" else config["scenario"]
    return float(find_below(place, *path[:-1]).get(path[-1]) or 0.0)


def is_said(overrides: tuple[str, ...], files: list[dict[str, Any]], path: tuple[str, ...]) -> bool:
    """Whether an override or one of some files sets an amount."""
    keys = [".".join(path), *(ROOT + ".".join(path[:n]) for n in range(1, len(path) + 1))]
    return any(key in overrides for key in keys) or any(
        path[-1] in find_below(data, *path[:-1]) for data in files
    )
