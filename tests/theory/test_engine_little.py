"""Little's law on every shipped scenario, to the millisecond.

The left side is read off the SimPy engine while it plays: how many stand in its queues, times
how long, event by event. The right side is the sum of waits in the *kernel's* record, as a user
would add them up: ready to start of every reply, arrival to leaving of who gave up, less what is
no waiting (an agent hands the case over; the customer is away before posting again). So no
engine loses time between its queues and its record. Whoever was answered once waits for ever here:
the record does not tell when a later message was written that the customer gave up on.
"""

import numpy as np
import pytest
import simpy

import sim
from sim.care.lead import enter_lead
from sim.care.reference.engine import Care
from sim.care.reference.state import WorkKind
from sim.outcomes.attendance import attend
from sim.running.play import prepare

SCENARIOS = {
    "telecom_week": [],
    "telecom_week with absence": ["absence.share=.2"],
    "campaign_week": [],
    "launch_week": [],
    "breach_week": [],
    "price_rise_week": [],
    "outage_day": [],
    "validation/day": [],
    "validation/erlang_a": ["horizon.days=7"],
    "validation/erlang_r": ["horizon.days=4"],
}
FOR_EVER = "conversation.later_patience_factor=null"
SEED = 5


class WatchedTime(simpy.Environment):
    """SimPy's clock, adding up the number that waits."""

    def __init__(self, care):
        super().__init__()
        self.care, self.waited_ms = care, 0

    def step(self):
        waiting, before_ms = self.care.queues.count_waiting(), self.now
        super().step()
        self.waited_ms += waiting * (self.now - before_ms)


def watch_care(tables, draws):
    """Return the reference engine, and the list in which it notes who is handed over when."""
    care, hand_overs = Care(tables, draws), []
    care.clock.env = WatchedTime(care)
    count_work = care.agents.count_work

    def note(job, end_ms):
        count_work(job, end_ms)
        if job.kind is WorkKind.TRANSFER:
            hand_overs.append((job.case.number, job.start_ms, end_ms))

    care.agents.count_work = note
    return care, hand_overs


def sum_waits(tables, draws, run, hand_overs):
    """Return the time waited by all [ms], from the record; see the module's head."""
    person = run.turn_pool >= 0
    started = np.zeros(run.real.size, bool)
    started[run.turn_mention[person]] = True
    total = int((run.turn_start_ms - run.turn_ready_ms)[person].sum())
    false_alarm = run.real & ~draws.actionable & draws.detected & (run.closed_ms >= 0)
    begun_ms = run.closed_ms - tables.routing.triage_ms
    total += int((begun_ms - draws.arrival_ms)[false_alarm].sum())
    gave_up = run.joined & ~started & (run.left_ms >= 0) & ~draws.silent
    total += int((run.left_ms - draws.arrival_ms)[gave_up].sum())
    first_left_ms = draws.arrival_ms + draws.patience_ms
    away = np.where(run.reposted, draws.repost_ms, 0)
    for mention, start_ms, end_ms in hand_overs:
        left_ms = run.left_ms[mention] if gave_up[mention] else end_ms
        total -= min(left_ms, end_ms) - start_ms
        if run.reposted[mention] and start_ms <= first_left_ms[mention] < end_ms:
            gone_ms = min(end_ms - first_left_ms[mention], draws.repost_ms[mention])
            away[mention] -= gone_ms
    return total - int(away.sum())


@pytest.mark.parametrize("name", SCENARIOS)
def test_number_waiting_is_the_sum_of_waits(name):
    overrides = [*SCENARIOS[name], FOR_EVER]
    scenario = sim.load_scenario(name.removesuffix(" with absence"), overrides)
    policy = sim.load_policy("reference", scenario)
    draws = sim.draw(scenario, SEED, 0)
    tables = attend(prepare(scenario, policy), draws).tables
    draws = enter_lead(tables.clock, draws)  # in the engine's time, as is run
    care, hand_overs = watch_care(tables, draws)
    run = care.run()
    assert run.ended_ms < tables.clock.horizon_ms + tables.clock.drain_ms  # nobody waits at the end
    assert care.clock.env.waited_ms > 0
    assert sum_waits(tables, draws, run, hand_overs) == care.clock.env.waited_ms
