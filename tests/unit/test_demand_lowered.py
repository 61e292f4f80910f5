"""Lowering of demand: kept tables, one group at a time against the scenario's numbers."""

import numpy as np
import pytest
from worlds import BREACH, LAUNCH, Whole, exponential, make_plain_scenario, make_scenario

from sim.demand.lowered import compile_demand
from sim.demand.recorded import Recorded
from sim.errors import InputError


def test_a_scenario_is_lowered_once():
    one, other = make_scenario(), make_scenario()
    assert compile_demand(one) is compile_demand(one)
    assert compile_demand(one) is not compile_demand(other)


def test_tables_in_use_outlive_many_scenarios():
    first = make_plain_scenario(1.0)
    kept = compile_demand(first)
    for rate in range(70):
        compile_demand(make_plain_scenario(float(rate)))
    again = compile_demand(first)
    assert again.base.slot_mean.tolist() == kept.base.slot_mean.tolist()


def test_slots_are_hours_unless_rates_come_finer():
    assert compile_demand(make_scenario(horizon={"interval_min": 15})).base.slot_ms == 3_600_000
    rates = [4.0] * (168 * 4)
    scenario = make_plain_scenario(0.0, demand={"rate_per_h": rates}, horizon={"interval_min": 15})
    base = compile_demand(scenario).base
    assert base.slot_ms == 900_000
    assert base.slot_mean.sum() == 4.0 * 168
    assert base.slot_hour[[3, 4, 671]].tolist() == [0, 1, 167]


def test_wrong_number_of_rates_is_told():
    with pytest.raises(InputError, match="rate_per_h"):
        compile_demand(make_plain_scenario(0.0, demand={"rate_per_h": [1.0] * 5}))


def test_events_keep_their_numbers():
    events = compile_demand(make_scenario(events={"launch": LAUNCH, "breach": BREACH})).events
    assert events.excess_per_h == pytest.approx([24 * 1.5, 24 * 5])
    assert events.first_ms.tolist() == [60 * 3.6e6, 0.0]
    assert events.last_ms.tolist() == [60 * 3.6e6, 168 * 3.6e6]
    assert events.kernel[1].tolist() == [2.0, 0.0, 0.7, 4.0, 33.6, 2.0, 1.0]
    assert events.topic_share.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert len(set(events.topic_stream.ravel())) == 2 * 2 * 6


def test_streams_go_by_name():
    plain = compile_demand(make_scenario())
    topics = make_scenario().model_dump()["topics"]
    turned = Whole({name: topics[name] for name in reversed(list(topics))})
    other = compile_demand(make_scenario(topics=turned))
    assert plain.base.stream.tolist() == other.base.stream.tolist()[::-1]


def test_a_given_record_takes_the_place_of_a_file():
    replay = {"file": "nowhere.csv", "mode": "under"}
    scenario = make_scenario(demand={"replay": replay}, events={"launch": LAUNCH})
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        compile_demand(scenario)
    record = Recorded(np.array([5, 9]), np.array([-1, 2]))
    tables = compile_demand(scenario, record)
    assert tables.base.recorded_ms.tolist() == [5, 9]
    assert tables.base.slot_mean.sum() == 0.0
    assert tables.events.is_played
    assert compile_demand(scenario) is tables


def test_who_replaces_plays_no_event():
    scenario = make_scenario(demand={"replay": {"file": "x.csv"}}, events={"launch": LAUNCH})
    tables = compile_demand(scenario, Recorded(np.array([5]), np.array([0])))
    assert not tables.events.is_played
    assert compile_demand(make_scenario(events={"launch": LAUNCH})).events.is_played


def test_levels_of_persons_bound_the_turns():
    marks = compile_demand(make_scenario()).marks
    assert marks.resolve_low == pytest.approx([0.39, 0.2625, 0.3, 0.21, 0.675, 0.675])
    assert marks.resolve_high == pytest.approx([0.664, 0.545, 0.58, 0.496, 0.93, 0.93])
    assert marks.reopen_person_share == 0.12
    goes_on = 0.69 * 0.61 + 0.664 * 0.12
    assert marks.turns_mean[0] == pytest.approx(sum(goes_on**turn for turn in range(8)))


def test_off_is_off():
    tables = compile_demand(make_plain_scenario(5.0))
    assert tables.busyness.day_table == tables.busyness.hour_table == -1
    assert tables.spill.hour_mean.size == 0
    assert tables.marks.patience_row.tolist() == [-1]
    spill = {"base_per_h": 6.0, "handling": exponential(1.0), "agents": 1}
    spill |= {"patience": exponential(1.0), "share": 0.5, "delay": exponential(1.0)}
    tables = compile_demand(make_plain_scenario(5.0, demand={"spill": spill}))
    assert tables.spill.hour_mean.sum() == pytest.approx(6 * 168)
