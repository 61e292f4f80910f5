"""Where values come from: marks of the dictionary, and what is the user's own."""

import pytest

from sim.checking.dictionary import find_mark, read_marks
from sim.checking.sources import trace_sources
from sim.compose import compose_with_layers


@pytest.mark.parametrize(
    ("key", "mark"),
    [
        ("costs.paid_hour_cost", "q"),
        ("demand.base_per_h", "m"),
        ("topics.Rück €.share", "a"),
        ("team.pools.x.proficiency.y.time", "a"),
        ("redress.replacement.work_min", "a"),
        ("horizon.days", ""),
        ("satisfaction.b_minus", "m"),
    ],
)
def test_marks_are_the_dictionarys(key, mark):
    """Catches sections that are not read, and names of the user's that are not matched."""
    assert find_mark(tuple(key.split("."))) == mark


def test_every_marked_section_is_read():
    assert len(read_marks()) > 220


def test_what_the_user_said_is_the_users(tmp_path):
    """A changed value is never marked with the shipped source; the same value said again, too."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "base: telecom_week\nname: mine\ndemand: {base_per_h: 24}\nbrand: sprint\n", "utf-8"
    )
    asked = [f"scenario={mine}", "scenario.costs.paid_hour_cost=30", "maturity=laggard"]
    decisive = {key: mark for key, _, mark in trace_sources(compose_with_layers(asked)).decisive}
    assert decisive["costs.shrinkage_share"] == "q"
    own = {"demand.base_per_h", "costs.paid_hour_cost", "brand.name"}
    assert not own & set(decisive)


def test_all_of_a_shipped_scenario_is_inherited():
    found = trace_sources(compose_with_layers(["scenario=breach_week"]))
    assert found.own == 0
    assert found.bases[0] == "scenario/breach_week.yaml"
    assert "brand.name" in {key for key, _, _ in found.decisive}
