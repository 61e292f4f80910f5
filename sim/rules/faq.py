"""What public answers to one issue weigh together, and what comes of it: scalar rules.

An answer of weight w adds w 2^(-s/h) to its issue s after it was sent, a pinned one the same with
a longer h. Fading is in whole milliseconds and made of products of table entries, so that
interpreter and compiler agree to the last bit::

    2^(-s/h) = T0[s mod 512] T1[s / 512 mod 512] T2[s / 512^2 mod 512] T3[s / 512^3]

Whoever looks first finds an answer iff V > -ln(1 - u/d)/g, which has the chance
d (1 - exp(-g V)): the right side is drawn with the mention. Statement: ``sim/MODEL.md`` section
4.11; worked examples: ``tests/unit/test_faq.py``.
"""

import numpy as np

from sim.compile import jit

DIGIT_BITS = 9
DIGIT_MASK = (1 << DIGIT_BITS) - 1


@jit
def fade(table: np.ndarray, since_ms: int) -> float:
    """What is left of a weight of 1 after so long, below 2^36 ms; `table` from `lay_fading`."""
    since_ms = max(since_ms, 0)
    one, rest = since_ms & DIGIT_MASK, since_ms >> DIGIT_BITS
    two, rest = rest & DIGIT_MASK, rest >> DIGIT_BITS
    three, four = rest & DIGIT_MASK, rest >> DIGIT_BITS
    return float(table[0, one] * table[1, two] * table[2, three] * table[3, four])


@jit
def weigh_pinned(
    pinned_ms: np.ndarray, pinned_issue: np.ndarray, table: np.ndarray, issue: int, now_ms: int
) -> float:
    """How many fresh pinned answers those of an issue are worth now."""
    total = 0.0
    for row in range(pinned_ms.size):
        if pinned_issue[row] == issue and pinned_ms[row] <= now_ms:
            total += fade(table, now_ms - pinned_ms[row])
    return total


@jit
def exceeds(weight: float, needed: float) -> bool:
    """Whether so much weight is enough: to find an answer, or to be brought to complain."""
    return weight > needed


@jit
def spread_of_thread(residual: float, public_replies: int, more: float) -> float:
    """The residual spread of a case whose thread is so long: each reply after the first adds."""
    return residual * (1.0 + more * max(public_replies - 1, 0))
