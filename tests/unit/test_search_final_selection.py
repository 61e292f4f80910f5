"""The last choice: equal cost, the promise of the selection, twins, the wall."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from sim.decision.typed import to_plain
from sim.planning.evaluation.outcomes import Outcomes
from sim.planning.search.candidates import Candidate
from sim.planning.search.final_selection import BATCH, choose, compete, drop_twins, make_rules
from tests.plan_worlds import BUDGET, TWO_DAYS, make_candidate, make_candidate_set, make_scenario

N = 40


@pytest.fixture(scope="module")
def made():
    candidate_set = make_candidate_set(make_scenario(**TWO_DAYS))
    surgeless = make_candidate(candidate_set, 0.7 * BUDGET, surge=None)
    rare = make_candidate(candidate_set, 0.8 * BUDGET)
    brief = {topic: dict.fromkeys(row, "brief") for topic, row in rare.policy.effort.items()}
    hasty = make_candidate(candidate_set, 0.8 * BUDGET, effort=brief)
    candidates = [surgeless, rare, hasty]
    return (
        candidate_set,
        candidates,
        choose(candidate_set, candidates, N, make_rules(0.004, 0.05, 1000)),
    )


def test_all_cost_the_same_and_the_best_wins(made):
    """Held against 600 replications of each that the choice has not seen."""
    candidate_set, _, choice = made
    assert choice.met
    assert choice.runner_up is not None
    far = []
    for one in (choice.winner, choice.runner_up):
        assert 0.98 * BUDGET <= one.seen.take(N).expected_cost <= BUDGET
        far.append(candidate_set.evaluator.play(one.policy, 3000, 3600).value)
    gain = far[0] - far[1]
    assert gain.mean() > -0.004 - 4.3 * gain.std(ddof=1) / len(gain) ** 0.5


def test_it_says_what_it_promises(made):
    told = made[2].describe()
    assert told.probability_correct == 0.95
    assert (told.met, told.delta, told.alpha) == (True, 0.004, 0.05)
    assert told.replications >= N + 2 * BATCH
    assert told.standard_error > 0


def test_the_difference_is_of_all_that_both_have_seen(made):
    choice = made[2]
    n = min(choice.winner.n, choice.runner_up.n)
    change = choice.winner.seen.value[:n] - choice.runner_up.seen.value[:n]
    assert choice.difference == pytest.approx(change.mean())
    assert choice.error == pytest.approx(change.std(ddof=1) / n**0.5)


def test_the_wall_leaves_no_promise(made):
    candidate_set, candidates, _ = made
    short = choose(
        candidate_set, [one.forget() for one in candidates], N, make_rules(1e-6, 0.05, 20)
    )
    told = short.describe()
    assert told.met is False
    assert told.probability_correct is None


def test_twins_count_once_and_one_alone_has_no_runner_up(made):
    candidate_set, candidates, _ = made
    twice = [candidates[0], candidates[0].forget(), candidates[1]]
    assert len(drop_twins(twice)) == 2
    alone = choose(candidate_set, twice[:2], N, make_rules(0.004, 0.05, 1000))
    assert alone.runner_up is None
    assert alone.describe().met is True
    assert set(to_plain(alone.describe())) == {
        "delta", "alpha", "probability_correct", "met", "replications",
    }  # fmt: skip


class FakeBench:
    """Values with known means; replications of one number share a part."""

    def __init__(self, means, seed):
        self.means, self.seed = means, seed

    def extend(self, candidates, n):
        for one in candidates:
            number = int(one.label)
            own = np.random.default_rng([self.seed, number]).normal(size=3000)
            common = np.random.default_rng([self.seed, 99]).normal(size=3000)
            value = (self.means[number] + 0.1 * common + 0.02 * own)[:n]
            value[::50] = np.nan  # nobody came
            blank = np.zeros(n)
            one.outcomes = Outcomes(
                value, value, blank, blank, blank, blank, blank + 1, blank, np.empty((n, 0))
            )


def test_the_right_one_is_chosen_at_the_promised_rate():
    """Ahead by a little more than delta; 300 choices; a false alarm in 1,000."""
    means, hits = [0.5, 0.5, 0.506, 0.5], 0
    rules = make_rules(0.005, 0.2, 3000)
    for seed in range(300):
        roster = np.zeros(1, int)
        candidates = [
            Candidate(str(k), SimpleNamespace(), roster, np.zeros((1, 1))) for k in range(4)
        ]
        found = compete(FakeBench(means, seed), candidates, 0, rules)
        assert found.met
        hits += found.winner == 2
    assert hits >= stats.binom.ppf(0.001, 300, 0.8)


def test_rules_fit_the_wall():
    assert make_rules(0.01, 0.1, 10).first == 2
    assert make_rules(0.01, 0.1, 2000).most == 2000 // BATCH
