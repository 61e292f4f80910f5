"""Amounts that a scenario in another currency takes over are told in one line."""

import pathlib
import re

import pytest

from sim.compose import compose_with_layers
from sim.scenario.inherited import MONEY, format_currency

COSTS = (
    "costs: {paid_hour_cost: 9, auto_reply_cost: 0.1, compensation_cost: 5}\n"
    "redress: {refund: {worth_cost: 9, unit_cost: 9}, replacement: {worth_cost: 9, unit_cost: 9}}\n"
    "topics: {error: {loss_cost: 5}, product: {loss_cost: 9}, process: {loss_cost: 5}}\n"
)
REDRESS = (
    "scenario.redress.refund.worth_cost = 12, scenario.redress.refund.unit_cost = 12, "
    "scenario.redress.replacement.worth_cost = 18, scenario.redress.replacement.unit_cost = 11, "
    "scenario.topics.error.loss_cost = 6, scenario.topics.product.loss_cost = 15, "
    "scenario.topics.process.loss_cost = 6"
)


def tell(folder: pathlib.Path, text: str, *overrides: str, base: str = "telecom_week") -> list[str]:
    (folder / "mine.yaml").write_text(f"base: {base}\nname: mine\n{text}")
    lines = format_currency(compose_with_layers([f"scenario={folder / 'mine.yaml'}", *overrides]))
    return [line.replace(f"{folder}/", "") for line in lines]


def test_a_currency_of_its_own_over_a_shipped_budget_is_told(tmp_path: pathlib.Path) -> None:
    """They are telecom_week's, in dollars; amounts of 0 need no line."""
    assert tell(tmp_path, "currency: JPY\n") == [
        "mine.yaml: scenario.currency = JPY: these amounts were set in USD and are now "
        "read as JPY: "
        "planner.budget = 30,000, scenario.costs.paid_hour_cost = 28, "
        "scenario.costs.auto_reply_cost = 0.05, scenario.costs.compensation_cost = 8, " + REDRESS
    ]
    [line] = tell(tmp_path, f"currency: EUR\n{COSTS}")
    assert line.endswith("are now read as EUR: planner.budget = 30,000")
    [line] = tell(tmp_path, COSTS, "scenario.currency=EUR", "planner.budget=9")
    assert line.startswith("override: scenario.currency = EUR: ")
    assert "compensation_cost = 5" in line
    assert "budget" not in line


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ("currency: USD\n", []),
        ("demand: {base_per_h: 9}\n", []),
        (f"currency: EUR\n{COSTS}planner: {{budget: 20000}}\n", []),
        (f"currency: EUR\n{COSTS}", ["planner.budget=20000"]),
        (f"currency: EUR\n{COSTS}", ["scenario.planner.budget=20000"]),
    ],
)
def test_nothing_is_told_where_all_amounts_are_said(
    tmp_path: pathlib.Path, text: str, overrides: list[str]
) -> None:
    assert tell(tmp_path, text, *overrides) == []


def test_a_file_over_ones_own_file_keeps_its_currency(tmp_path: pathlib.Path) -> None:
    (tmp_path / "own.yaml").write_text(
        f"base: telecom_week\nname: own\ncurrency: EUR\n{COSTS}planner: {{budget: 7}}\n"
    )
    assert tell(tmp_path, "title: ours\n", base="own.yaml") == []
    [line] = tell(tmp_path, "currency: GBP\n", base="own.yaml")
    assert "set in EUR and are now read as GBP: planner.budget = 7, " in line


def test_redress_and_losses_are_money_too(tmp_path: pathlib.Path) -> None:
    (tmp_path / "own.yaml").write_text(
        f"base: telecom_week\nname: own\n{COSTS}planner: {{budget: 7}}\n"
    )
    said = f"currency: GBP\n{COSTS}planner: {{budget: 6}}\n"
    said = said.replace("refund: {worth_cost: 9, unit_cost: 9}", "refund: {unit_cost: 9}")
    said = said.replace("product: {loss_cost: 9}", "product: {}")
    [line] = tell(tmp_path, said, base="own.yaml")
    assert line.endswith(
        "scenario.redress.refund.worth_cost = 9, scenario.topics.product.loss_cost = 9"
    )


def test_what_preparations_cost_is_money_of_the_base(tmp_path: pathlib.Path) -> None:
    [line] = tell(tmp_path, "currency: JPY\n", base="launch_week")
    assert "scenario.preparations.buyers_mail.cost = 300" in line
    assert "briefing" not in line


def test_the_amounts_are_those_whose_unit_is_the_currency() -> None:
    """Catches an amount that is never told, and a number of another unit told as money."""
    dictionary = pathlib.Path(__file__).parents[2] / "configs/README.md"
    rows = re.findall(r"^\| `(\w+)` \|.*?\| (.*?) \|", dictionary.read_text("utf-8"), re.MULTILINE)
    assert {name for name, unit in rows if unit == "currency"} == {path[-1] for path in MONEY} | {
        "loss_cost",
        "cost",
    }  # of each topic and each preparation
