"""Redress as scalar rules: who gets it, whether it fits the cause, what it is worth.

Product failures want a refund or a replacement, errors an apology and a solution, failures of
process a thorough reply and an apology (order measured: Mix & Match, Journal of Service Research
2020). Statement: ``sim/MODEL.md`` sections 4.6 and 5; worked
examples: ``tests/unit/test_redress.py``.
"""

from sim.compile import jit

NO_REDRESS, APOLOGY, REFUND, REPLACEMENT = 0, 1, 2, 3
NO_CAUSE, PRODUCT, ERROR, PROCESS = 0, 1, 2, 3


@jit
def is_redressed(u_redress: float, share: float) -> bool:
    """Whether the first reply brings the redress that the policy gives."""
    return u_redress < share


@jit
def does_redress_fit(cause: int, kind: int, resolved: bool, thorough: bool) -> bool:
    """Whether the redress, with the solution and the reply that came with it, fits the cause."""
    if cause == PRODUCT:
        return kind in (REFUND, REPLACEMENT)
    if cause == ERROR:
        return kind == APOLOGY and resolved
    return cause == PROCESS and kind == APOLOGY and thorough


@jit
def keep_worth(kind: int, ratio: float, delay_ms: int, apology_until_ms: int) -> float:
    """The worth of a redress over the loss: an apology that comes late has none."""
    return 0.0 if kind == APOLOGY and delay_ms > apology_until_ms else ratio
