"""Small chains: published blending, chat and repair numbers; two solvers against each other."""

import numpy as np
import pytest
from scipy import special
from scipy.sparse import coo_array

from sim.queueing import solve_birth_death, solve_chain

WITHIN_MIN = 0.333


def test_blending():
    """CCmath (ErlangCCmath 1.3.0, its tests): 16 agents, outbound while more than 2 idle.

    4 calls/min of 3 min, endless outbound of the same length: 14 or more always busy, so
    the chain is M/M/16 on 14, 15, ...; calls wait from 16 on.
    """
    arrival, mu, agents = 4.0, 1 / 3, 16
    present = np.arange(14, 400)
    busy = np.minimum(present, agents)
    shares = solve_birth_death(np.full(len(present) - 1, arrival), busy[1:] * mu)
    delay = shares[present >= agents].sum()
    spare = agents * mu - arrival
    assert delay / spare == pytest.approx(0.4286, abs=5e-5)
    assert 1 - delay * np.exp(-spare * WITHIN_MIN) == pytest.approx(0.6334, abs=5e-5)
    occupancy = busy @ shares / agents
    assert occupancy == pytest.approx(0.9583, abs=5e-5)
    assert occupancy * agents * mu - arrival == pytest.approx(1.1111, abs=5e-5)


def test_chat():
    """CCmath's chat example, moving chats kept balanced over the agents.

    5 agents of up to 3 chats, 3 / 3.5 / 4 min at 1 / 2 / 3 chats, patience 1 min, 100
    lines. Published SL 75.44 looks like a misprint for 74.44 (exact here).
    """
    arrival, agents, most, lines = 4.0, 5, 15, 100
    agent_rate = np.array([0, 1 / 3, 2 / 3.5, 3 / 4])
    chats = np.arange(most + 1)
    low, extra = np.divmod(chats, agents)
    rates = (agents - extra) * agent_rate[low] + extra * agent_rate[np.minimum(low + 1, 3)]
    waiting = np.arange(1, lines - most + 1)
    full = rates[-1]
    shares = solve_birth_death(
        np.full(lines, arrival), np.concatenate((rates[1:], full + waiting * 1.0))
    )
    found = shares[most:-1]  # who comes to all chats taken, k in line
    k = np.arange(len(found))
    wait = np.array([(1 / (full + np.arange(ahead + 1))).sum() for ahead in k])
    late = special.betainc(full, k + 1, np.exp(-WITHIN_MIN))
    assert found @ wait == pytest.approx(0.2242, abs=5e-5)
    assert 1 - found @ late == pytest.approx(0.7444, abs=5e-5)
    assert shares[most + 1 :] @ waiting / arrival == pytest.approx(0.1544, abs=5e-5)
    busy = np.minimum(np.arange(lines + 1), most) @ shares
    assert busy / most == pytest.approx(0.8678, abs=5e-5)


def test_machine_repair():
    """KSL textbook, appendix C: 5 machines, failures .1, repairs .25, cost 60 L + 15 c."""
    costs = []
    down = np.arange(6)
    for repairers, mean in zip(range(1, 6), [2.674, 1.661, 1.457, 1.430, 1.429], strict=True):
        shares = solve_birth_death(0.1 * (5 - down[:-1]), 0.25 * np.minimum(down[1:], repairers))
        assert shares @ down == pytest.approx(mean, abs=5e-4)
        costs.append(60 * shares @ down + 15 * repairers)
    np.testing.assert_allclose(costs, [175.460, 129.655, 132.419, 145.816, 160.714], atol=5e-4)


@pytest.mark.parametrize("likely", [0, 7, 30])
def test_elimination_agrees_with_the_product_form(likely):
    rng = np.random.default_rng(5)
    birth, death = rng.uniform(0.5, 3, 30), rng.uniform(0.5, 3, 30)
    states = np.arange(30)
    rates = coo_array(
        (
            np.concatenate((birth, death)),
            (np.concatenate((states, states + 1)), np.concatenate((states + 1, states))),
        ),
        (31, 31),
    )
    np.testing.assert_allclose(
        solve_chain(rates, likely), solve_birth_death(birth, death), rtol=1e-10
    )


def test_elimination_balances_any_chain():
    rng = np.random.default_rng(8)
    moves = rng.uniform(0, 1, (12, 12))
    np.fill_diagonal(moves, 0)
    shares = solve_chain(coo_array(moves), 3)
    np.testing.assert_allclose(shares @ moves, shares * moves.sum(axis=1), rtol=1e-12)


def test_a_chain_of_wide_range_does_not_overflow():
    """M/M/infinity at load 5,000: Poisson, whose first weight is exp(-5000)."""
    count = np.arange(1, 8001)
    shares = solve_birth_death(np.full(8000, 5000.0), count)
    assert shares @ np.arange(8001) == pytest.approx(5000, rel=1e-9)
    assert shares[5000] == pytest.approx(1 / np.sqrt(2 * np.pi * 5000), rel=1e-4)


def test_no_births_stay_at_the_bottom():
    np.testing.assert_array_equal(solve_birth_death([0, 1], [1, 1]), [1, 0, 0])


@pytest.mark.parametrize(("birth", "death"), [([1], [1, 1]), ([-1], [1]), ([1], [0])])
def test_bad_rates_are_refused(birth, death):
    with pytest.raises(ValueError, match="birth, death"):
        solve_birth_death(birth, death)
