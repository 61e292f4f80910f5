"""Load, help at once and slower strangers in play, against one pool and exact Markov chains.

* Any split of a team over pools that help each other at once is one pool, to the millisecond,
  with load, limit and backlog on.
* M/M/2 whose next service is slower by what waits when it begins: a chain on (waiting, the two
  factors in hand).
* Two M/M/1 lines against one of two agents who take longer for a stranger: a chain on (waiting,
  what each agent does); types are independent of the order of arrival, so who is next is a
  stranger half the time.
"""

import numpy as np
import pytest
from chances import LIMIT
from theory.chains import build_chain
from theory.plays import exponential, find_waits, make_queue, measure, z_ratio

import sim
from sim.rules.operation import backlog_factor
from sim.scenario.parts import PHASES
from tests.worlds import Whole, make_policy, make_scenario

AT_ONCE = {"general": {"technical": {}}, "technical": {"general": {}}}
LOAD = {"load_counts": "begun_in_group", "slow_down_slope": 0.2, "slow_down_from": 1.0}
LOAD |= {"max_open_cases_per_agent": 2.5, "backlog_slope": 0.1, "backlog_from": 0.5}
COLUMNS = "first_start_ms first_reply_ms left_ms closed_ms resolved turns effort satisfaction"


def play_team(pools, staff, engine="kernel", **rules):
    team = LOAD | ({"pools": pools, "reference_staff": Whole()} if pools else {})
    scenario = make_scenario(
        horizon={"days": 1}, maturity={"routing_accuracy": 1.0}, team=team, shifts=None
    )
    policy = make_policy(scenario, staff={name: [n] * 24 for name, n in staff.items()}, **rules)
    record = sim.play(scenario, policy, sim.draw(scenario, seed=4, replication=0), engine)
    return {name: np.asarray(record.mentions[name]) for name in COLUMNS.split()}


@pytest.fixture(scope="module")
def one_pool():
    skills = ["question", "product", "praise", "error", "process"]
    return play_team(Whole(line={"skills": skills, "limit": 30}), {"line": 4})


@pytest.mark.parametrize("engine", ["kernel", "simpy"])
@pytest.mark.parametrize("split", [(2, 2), (1, 3), (4, 0)])
def test_a_split_team_that_helps_at_once_is_one_pool(split, engine, one_pool):
    staff = dict(zip(("general", "technical"), split, strict=True))
    found = play_team(None, staff, engine, overflow=AT_ONCE)
    assert (one_pool["first_start_ms"] >= 0).sum() > 200
    for name, column in one_pool.items():
        np.testing.assert_array_equal(found[name], column, name)


def test_a_reserve_as_large_as_the_pool_is_no_help():
    keeps = {one: {other: {"keep_free": 2} for other in help} for one, help in AT_ONCE.items()}
    staff = {"general": 2, "technical": 2}
    alone, kept = play_team(None, staff, overflow={}), play_team(None, staff, overflow=keeps)
    at_once = play_team(None, staff, overflow=AT_ONCE)
    for name, column in alone.items():
        np.testing.assert_array_equal(kept[name], column, name)
    assert (at_once["first_start_ms"] != alone["first_start_ms"]).any()


# rates a minute; service slower by a tenth for each waiting case an agent above three
RATE, SERVICE, AGENTS, SLOPE, FROM, HIGHEST, MOST = 0.72, 0.5, 2, 0.1, 3.0, 1.2, 250


def find_factor(waiting, slope):
    return backlog_factor(waiting, AGENTS, slope, FROM, 0.8, HIGHEST)


def make_backlog_chain(slope):
    def list_moves(state):
        waiting, hands = state
        if len(hands) < AGENTS:
            yield (0, tuple(sorted((*hands, find_factor(0, slope))))), RATE
        elif waiting < MOST:
            yield (waiting + 1, hands), RATE
        for place, factor in enumerate(hands):
            rest = hands[:place] + hands[place + 1 :]
            if waiting:
                begun = find_factor(waiting - 1, slope)
                yield (waiting - 1, tuple(sorted((*rest, begun)))), SERVICE / factor
            else:
                yield (0, rest), SERVICE / factor

    chain = build_chain([(0, ())], list_moves)
    return chain.settle() @ chain.count(lambda state: state[0]) / RATE


def test_what_waits_slows_service_as_in_its_chain():
    """The wait is a quarter longer than without: seen at once."""
    exact, plain = make_backlog_chain(SLOPE), make_backlog_chain(0.0)
    assert exact > 1.25 * plain
    queue = make_queue(
        {"a": {"work": exponential(1 / SERVICE)}},
        {"line": {"skills": ["a"], "limit": AGENTS}},
        {"line": AGENTS},
        rate_per_h=RATE * 60,
        days=10,
        team={"backlog_slope": SLOPE, "backlog_from": FROM, "backlog_max": HIGHEST},
    )
    warm_up_ms = queue[0].warm_up_h * 3_600_000

    def count(draws, run):
        counts = draws.arrival_ms >= warm_up_ms
        return find_waits(draws, run)[counts].sum(), counts.sum()

    assert abs(z_ratio(*measure(queue, 60, count), exact)) < LIMIT


# each of two lines, a minute; a friend's service takes 2 min, a stranger's so many times as long
LINE_RATE, LINE_SERVICE = 0.3, 0.5
NOTHING, FRIEND, STRANGER = 0, 1, 2


def find_pooled_time(times):
    """Return the mean time to the reply [min] with both lines helped at once by both."""
    rate = {FRIEND: LINE_SERVICE, STRANGER: LINE_SERVICE / times}

    def list_moves(state):
        waiting, hands = state
        if NOTHING not in hands:
            if waiting < MOST:
                yield (waiting + 1, hands), 2 * LINE_RATE
        else:
            for line in (0, 1):
                own = hands[line] == NOTHING
                agent = line if own else 1 - line
                yield (0, put(hands, agent, FRIEND if own else STRANGER)), LINE_RATE
        for agent, job in enumerate(hands):
            if job != NOTHING and waiting:
                for following in (FRIEND, STRANGER):
                    yield (waiting - 1, put(hands, agent, following)), rate[job] / 2
            elif job != NOTHING:
                yield (0, put(hands, agent, NOTHING)), rate[job]

    chain = build_chain([(0, (NOTHING, NOTHING))], list_moves)
    there = chain.count(lambda state: state[0] + sum(job != NOTHING for job in state[1]))
    return chain.settle() @ there / (2 * LINE_RATE)


def put(hands, agent, job):
    return tuple(job if place == agent else hand for place, hand in enumerate(hands))


@pytest.mark.parametrize(("times", "pays"), [(1.2, True), (2.2, False)])
def test_pooling_pays_where_strangers_are_not_too_slow(times, pays):
    alone_min = 1 / (LINE_SERVICE - LINE_RATE)
    exact = find_pooled_time(times)
    assert (exact < 0.95 * alone_min) if pays else (exact > 1.05 * alone_min)
    pools = {name: {"skills": [name], "limit": 1, "overflow_to": [other]}
             for name, other in (("a", "b"), ("b", "a"))}  # fmt: skip
    queue = make_queue(
        {name: {"share": 0.5, "work": exponential(1 / LINE_SERVICE)} for name in "ab"},
        pools,
        {"a": 1, "b": 1},
        rate_per_h=2 * LINE_RATE * 60,
        days=10,
        team={"off_skill_time": times},
        overflow={"a": {"b": {}}, "b": {"a": {}}},
    )
    warm_up_ms = queue[0].warm_up_h * 3_600_000

    def count(draws, run):
        counts = (draws.arrival_ms >= warm_up_ms) & (run.first_reply_ms >= 0)
        spent_ms = run.first_reply_ms[counts] - draws.arrival_ms[counts]
        return spent_ms.sum() / 60_000, counts.sum()

    total, n = measure(queue, 40, count)
    assert abs(z_ratio(total, n, exact)) < LIMIT
    assert (total.sum() / n.sum() < alone_min) == pays


def test_help_goes_one_way_after_its_time():
    """Pool 1 helps pool 0 after 5 min, pool 0 helps pool 1 at once; by hand."""
    from tests.hand import play, to_ms

    directions = np.array([[-1, to_ms(5)], [0, -1]])
    world = {"pools": 2, "topics": 2, "routing": {"overflow_ms": directions}}
    slow = play([{"work": 30}, {"at": 1}, {"at": 20, "topic": 1, "work": 30}], **world)
    assert slow.turns[1] == [(6, 16, 1, 2)]
    quick = play([{"topic": 1, "work": 30}, {"at": 1, "topic": 1}, {"at": 2, "topic": 1}], **world)
    assert quick.turns[1:] == [[(1, 11, 0, 2)], [(11, 21, 0, 2)]]


def test_three_pools_help_at_three_times():
    """A case waits in pool 0: pool 1 may come after 5 min but is busy till 8, pool 2 after 7."""
    from tests.hand import play, to_ms

    directions = np.full((3, 3), -1)
    directions[0, 1:] = to_ms(5), to_ms(7)
    mentions = [{"work": 60}, {"topic": 1, "work": 8}, {"at": 1}, {"at": 2}]
    played = play(mentions, pools=3, topics=3, routing={"overflow_ms": directions})
    assert played.turns[2] == [(8, 18, 1, 2)]
    assert played.turns[3] == [(9, 19, 2, 2)]
    assert PHASES
