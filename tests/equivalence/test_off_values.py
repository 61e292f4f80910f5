"""Each mechanism of the second version has a value at which it is off: there, earlier bytes return.

The hashes were recorded at commit 8090807, before any of them was built. A mechanism that is on in
a shipped scenario is switched off by its key in `PLAIN_WEEK`; so a hash that changes says that a
mechanism moves records, or satisfaction, where it is off.
"""

import hashlib

import numpy as np
import pytest

import sim
from tests.plain_weeks import PLAIN_WEEK

SMALL = ["horizon.days=2", "demand.base_per_h=30"]
BUDGETS = {"telecom_week": 26_000, "launch_week": 31_000, "outage_day": 4_500}
RECORDED = {
    ("telecom_week", "reference"): "0f36f8fdf01790bc",
    ("launch_week", "reactive"): "2a3bfc51e344573b",
    ("outage_day", "erlang_a"): "57b8cfb99fd6396d",
}


@pytest.mark.parametrize(("name", "policy"), sorted(RECORDED))
def test_off_values_return_the_earlier_bytes(name: str, policy: str) -> None:
    assert hash_record(name, policy) == RECORDED[name, policy]


def hash_record(name: str, policy: str) -> str:
    """Hash records and measures of a few replications, by name: a new field moves nothing."""
    small = SMALL if name != "outage_day" else []
    budget = f"planner.budget={BUDGETS[name]}"
    scenario = sim.load_scenario(name, [*small, *PLAIN_WEEK, budget])
    rules = sim.load_policy(policy, scenario)
    digest = hashlib.sha256()
    for replication in range(2):
        draws = sim.draw(scenario, seed=1, replication=replication)
        record = sim.play(scenario, rules, draws)
        for table, columns in ((record.mentions, MENTION_COLUMNS), (record.turns, TURN_COLUMNS)):
            for column in columns:
                digest.update(np.ascontiguousarray(table[column]).tobytes())
    run = sim.simulate(scenario, rules, replications=3, seed=1)
    for measure in MEASURES:
        digest.update(np.ascontiguousarray(run.replications[measure]).tobytes())
    return digest.hexdigest()[:16]


MEASURES = "cost satisfaction satisfaction_all csat sentiment_mean work_h overtime_h".split()
MENTION_COLUMNS = (
    "arrival_ms first_start_ms first_reply_ms left_ms closed_ms topic pool effort actionable"
    " silent reposted resolved turns satisfaction"
).split()
TURN_COLUMNS = "mention turn ready_ms start_ms end_ms pool effort".split()
