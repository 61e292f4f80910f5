"""The schema against the words of the public contract, and against what people are told."""

import pathlib

import numpy as np
import pytest

from sim.store import schema

ROOT = pathlib.Path(__file__).parents[2]

# The contract's own list, copied by hand from the description of the public face.
CONTRACT = """
mentions actionable deflected_share answered_share answered_within_promise_share
first_reply_min_mean first_reply_min_p50 first_reply_min_p90 first_reply_min_p95
first_touch_min_mean
later_reply_min_mean wait_min_mean wait_min_max abandoned_share abandoned_later_share
delayed_share delayed_turn_share returning_delayed_share resolved_share turns_mean turn_cap_share
reopened_share utilization staffed_h work_h overtime_h cost satisfaction satisfaction_all csat
recommend_share sentiment_mean sentiment_p10 sentiment_p90 response_effort_mean
spread_mentions spilled_mentions brought_mentions
""".split()

INTERVAL_CONTRACT = """
mentions cases replies waiting staffed_h busy_h overtime_h answered_within_promise expected_quality
delivered_quality sentiment response_effort
""".split()


def make_column(column, n_rows=2):
    kind = "U3" if column.dtype == "text" else column.dtype
    return np.zeros(n_rows, dtype=kind)


def test_measures_are_those_of_the_contract():
    assert [measure.name for measure in schema.MEASURES] == CONTRACT


def test_satisfaction_is_a_share():
    assert schema.UNITS["satisfaction"] == "share"


def test_unit_follows_from_the_name():
    """A second road to the unit: the ending that the naming rule asks for."""
    for name, unit in schema.UNITS.items():
        if name.endswith("_share"):
            assert unit == "share"
        if "_min_" in name:
            assert unit == "min"
        if name.endswith("_h"):
            assert unit == "h"


def test_intervals_have_three_columns_for_each_measure():
    expected = [f"{name}_{part}" for name in INTERVAL_CONTRACT for part in ("mean", "p10", "p90")]
    names = [column.name for column in schema.INTERVALS]
    assert names == ["policy", "pool", "interval_start_min", "local_time", *expected]


@pytest.mark.parametrize("table", schema.TABLES)
def test_table_of_the_schema_passes(table):
    columns = schema.TABLES[table]
    schema.check_columns({column.name: make_column(column) for column in columns}, columns)


@pytest.mark.parametrize("table", schema.TABLES)
def test_every_column_counts(table):
    columns = schema.TABLES[table]
    whole = {column.name: make_column(column) for column in columns}
    for column in columns:
        less = {name: values for name, values in whole.items() if name != column.name}
        with pytest.raises(ValueError, match=column.name):
            schema.check_columns(less, columns)
        other = whole | {column.name: np.zeros(2, dtype="complex128")}
        with pytest.raises(ValueError, match=column.name):
            schema.check_columns(other, columns)
    with pytest.raises(ValueError, match="surplus"):
        schema.check_columns(whole | {"surplus": np.zeros(2)}, columns)
    backwards = dict(reversed(list(whole.items())))
    with pytest.raises(ValueError, match="order"):
        schema.check_columns(backwards, columns)


def test_people_are_told_every_file_measure_and_column():
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    told = [*schema.FILES, *schema.UNITS, *INTERVAL_CONTRACT]
    told += [column.name for table in schema.TABLES.values() for column in table if column.dtype]
    spread = {f"{name}_{part}" for name in INTERVAL_CONTRACT for part in ("mean", "p10", "p90")}
    missing = [name for name in told if name not in spread and f"`{name}`" not in text]
    assert missing == []


def test_people_are_told_the_same_units():
    text = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    for measure in schema.MEASURES:
        assert f"| `{measure.name}` | {measure.unit} | {measure.meaning} |" in text


def test_units_are_listed_for_dimensioned_columns_only():
    units = schema.list_units(schema.MENTIONS)
    assert units["arrival_ms"] == "ms"
    assert "policy" not in units
