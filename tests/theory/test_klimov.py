"""Klimov's order: one agent, exponential work, linear cost of every wait, customers who come back.

Klimov (1974, DOI 10.1137/1119060): serving the class of the highest index first is best. With two
turns a case of topic k, new or back, has the indices

    new  max((c_n - f c_b)/m, c_n/(m (1 + f))),     back  c_b/m

with m its work, f the chance to come back, c_n and c_b what an hour of its wait costs. Satisfaction
pays (s_1 + g s_2)/(1 + g) where there are two replies, so c_n = 1 - f + f/(1 + g), c_b = g/(1 + g).
The index is held against Bellman's equation on a truncated chain, the engine against the chain, and
the planner's own moves of order against the index.
"""

import itertools

import numpy as np
import pytest
from chances import LIMIT, z_mean
from scipy import sparse
from scipy.sparse.linalg import spsolve
from worlds import constant, exponential, make_plain_scenario, make_policy

from sim.planning.evaluation.evaluator import Evaluator
from sim.planning.search.moves import list_order_moves


def find_costs(f, g):
    return 1.0 - f + f / (1.0 + g), g / (1.0 + g)


def find_indices(work, f, g):
    """Return the indices of new and returning cases."""
    new, back = find_costs(f, g)
    return max((new - f * back) / work, new / (work * (1.0 + f))), back / work


class Line:
    """One agent who ends what he has begun; topics of (arrivals, work, f), new and back.

    States are (who waits by class, who is served or -1), with at most `most` waiting.
    """

    def __init__(self, topics, g, most):
        self.topics, self.most = topics, most
        classes = range(2 * len(topics))
        ranges = itertools.product(range(most + 1), repeat=len(classes))
        self.lines = [line for line in ranges if sum(line) <= most]
        empty = (0,) * len(classes)
        self.states = [(empty, -1), *itertools.product(self.lines, classes)]
        self.number = {state: place for place, state in enumerate(self.states)}
        costs = np.array([cost for _, _, f in topics for cost in find_costs(f, g)])
        served = np.array([0.0 if one < 0 else costs[one] for _, one in self.states])
        self.paid = np.array([line for line, _ in self.states]) @ costs + served

    def begin(self, line, order):
        """Return the state in which the first of the order is served."""
        chosen = next((one for one in order if line[one]), -1)
        return self.number[add(line, chosen, -1), chosen]

    def list_rates(self, line, served, order):
        """Yield where a state leads, and at which rate."""
        for topic, (rate, _, _) in enumerate(self.topics):
            if served < 0:
                yield self.begin(add(line, 2 * topic, 1), order), rate
            elif sum(line) < self.most:
                yield self.number[add(line, 2 * topic, 1), served], rate
        if served >= 0:
            _, work, f = self.topics[served // 2]
            f = f if served % 2 == 0 and sum(line) < self.most else 0.0
            yield self.begin(line, order), (1.0 - f) / work
            yield self.begin(add(line, served | 1, 1) if f else line, order), f / work

    def evaluate(self, order):
        """Return the mean cost of a unit of time, and the relative values of the states."""
        n = len(self.states)
        cells = [
            (place, to, rate)
            for place, state in enumerate(self.states)
            for to, rate in self.list_rates(*state, order)
        ]
        rows, columns, rates = (np.array(one) for one in zip(*cells, strict=True))
        moves = sparse.coo_matrix((rates, (rows, columns)), (n, n)).tocsr()
        moves -= sparse.diags(np.asarray(moves.sum(axis=1)).ravel())
        # paid + moves h = gain, with h = 0 for the empty line
        found = spsolve(sparse.hstack([moves[:, 1:], -np.ones((n, 1))]).tocsc(), -self.paid)
        return float(found[-1]), np.append(0.0, found[:-1])

    def find_gain(self, order, most):
        """Return what serving another case could gain, with at most so many waiting (Bellman)."""
        _, values = self.evaluate(order)
        lines = [line for line in self.lines if 0 < sum(line) <= most]
        return max(values[self.begin(line, order)] - self.find_best(values, line) for line in lines)

    def find_best(self, values, line):
        """Return the value of the best beginning."""
        waiting = [one for one, count in enumerate(line) if count]
        return min(values[self.number[add(line, one, -1), one]] for one in waiting)


def add(line, one, count):
    """Return who waits with so many more of a class; of -1: the same."""
    return line if one < 0 else (*line[:one], line[one] + count, *line[one + 1 :])


@pytest.mark.parametrize(("f", "g"), [(0.25, 1.0), (0.8, 1.0), (0.8, 0.5), (0.95, 0.7)])
def test_new_first_is_best_while_f_times_g_is_below_a_half(f, g):
    line = Line([(0.5 / (1.0 + f), 1.0, f)], g, 30)
    order = np.argsort([-one for one in find_indices(1.0, f, g)]).tolist()
    assert (order[0] == 0) == (f * g < 0.5)
    assert line.find_gain(order, 8) < 1e-6
    assert line.find_gain(order[::-1], 8) > 0.02


@pytest.mark.parametrize(
    ("topics", "wanted"),
    [
        (((0.15, 1.0, 0.2), (0.1, 1.5, 0.2)), (0, 2, 1, 3)),  # new first, then short work first
        (((0.15, 1.0, 0.1), (0.05, 2.0, 0.9)), (0, 1, 3, 2)),  # no rule of order says that
    ],
)
def test_the_order_of_the_indices_is_the_best_of_two_topics(topics, wanted):
    """New of the first topic is 0, back 1; new of the second 2, back 3. Line up to 9."""
    line = Line(topics, 1.0, 9)
    indices = [index for _, work, f in topics for index in find_indices(work, f, 1.0)]
    assert tuple(np.argsort([-one for one in indices])) == wanted
    assert line.find_gain(wanted, 4) < 1e-3
    assert line.find_gain(wanted[::-1], 4) > 0.1


# ---- the engine and the planner ----

WORK_MIN = 6.0


def make_world(f, g):
    """Return a world of one agent in which quality falls by .02 for each hour of a wait."""
    alone = dict.fromkeys(("a_res", "a_pers", "a_turn", "follow_up_bonus", "e0", "b_plus"), 0.0)
    at_once = {"w0_min": 1e-9, "w1_min": 1e-9, "late_per_h": 1.0, "a_speed": SLOPE}
    return make_plain_scenario(
        60.0 / WORK_MIN * 0.8 / (1.0 + f),
        horizon={"days": 8},
        warm_up_h=24.0,
        topics={"question": {"work": exponential(WORK_MIN), "resolution_share": 1.0 - f}},
        conversation={"write_again_share": 1.0, "max_turns": 2, "think": constant(1e-4)},
        effort={"levels": {"standard": {"friendly_share": 1.0}}},
        promise={"promise_min": 1e-6},
        satisfaction=alone | at_once | {"later_speed_weight": g, "a_tone": 0.5}
        | {"b_q": 1.0, "b0": -0.5, "b_minus": 0.0},
    )  # fmt: skip


SLOPE = 0.02


@pytest.mark.parametrize(("f", "rule"), [(0.25, "new_first"), (0.9, "returning_first")])
def test_the_planners_moves_of_order_find_the_index(f, rule):
    """Of all its rules of order, on common draws, from first come first served.

    The chain gives the cost of the best order at the same load: the engine's satisfaction is that.
    """
    scenario = make_world(f, 1.0)
    evaluator, policy = Evaluator(scenario, 3, 1), make_policy(scenario, 1)
    moves = [move for move in list_order_moves(scenario, policy) if "priority" in move.place]
    made = {move.label: move.make(policy) for move in moves}
    seen = {name: evaluator.play(one, 0, 24).satisfaction for name, one in made.items()}
    best = max(seen, key=lambda name: seen[name].mean())
    assert getattr(made[best].priority, rule)
    first_come = evaluator.play(policy, 0, 24).satisfaction
    assert z_mean(seen[best] - first_come, 0.0) > LIMIT
    rate = 0.8 / (1.0 + f)
    cost, _ = Line([(rate, 1.0, f)], 1.0, 60).evaluate((0, 1) if rule == "new_first" else (1, 0))
    wait_h = cost / rate * WORK_MIN / 60.0
    assert abs(z_mean(seen[best], 0.5 - 0.25 * SLOPE * wait_h)) < LIMIT
