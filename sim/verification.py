"""Whether this installation computes what it should: the checks behind ``surgecrew verify``.

Three roads: the two engines return the same bits on three small scenarios; the engine agrees
with Erlang A within 4.3 standard errors (a false alarm in 60,000); ten published numbers,
from ``verification_numbers.json``, come out. Checked by ``tests/functional/test_verify.py``.
"""

import functools
import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from sim import textbook
from sim.demand.draw import draw
from sim.errors import PartialError
from sim.feeling import optimal_effort
from sim.feeling.satisfaction.targets import measure_targets
from sim.policies.standard import make_standard_policy
from sim.queueing import erlang_a, erlang_c, staff_sipp
from sim.rostering.cyclic_cover import solve_cyclic_cover
from sim.rules.satisfaction import SatisfactionCoefficients
from sim.running.play import run_engine
from sim.running.replicate import replicate
from sim.scenario.build import load_scenario
from sim.scenario.lower import lower
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy

NUMBERS = pathlib.Path(__file__).with_name("verification_numbers.json")
GROUPS = (
    "The two engines return the same records: values that differ",
    "The engine agrees with Erlang A: simulated, formula",
    "Published numbers come out: computed, published",
)
# Standard errors: a right installation exceeds it once in 58,000 comparisons; lower raises false
# alarms.
LIMIT = 4.3
# Any: the checks hold for each.
SEED = 1

SMALL = {
    "outage_day": ("demand.base_per_h=5",),
    "telecom_week": ("horizon.days=1", "maturity=laggard", "demand.base_per_h=8"),
    "launch_week": ("horizon.days=4", "demand.base_per_h=2"),
}
# Arrivals an hour, minutes of work, of patience, agents: a calm line and an overloaded one.
QUEUES = ((15.0, 8.0, 30.0, 3), (40.0, 16.0, 30.0, 10))
# Two weeks 200 times: standard errors of about a percent in some seconds.
REPLICATIONS, DAYS = 200, 14

# The office day and the covering example as published; their numbers are what is checked.
OFFICE_PER_H = np.array([12.0, 15, 10, 8, 8, 12, 14, 10])
# Requirement by hour of the published covering example.
COVERED = [6, 6, 6, 6, 6, 8, 9, 12, 18, 22, 25, 21, 21, 20, 18, 21, 21, 24, 24, 18, 18, 18, 12, 8]


class Check(NamedTuple):
    """One line of the table.

    Attributes
    ----------
    group, text : str
        What was checked.
    found, expected : str
        What came out, and what should.
    passed : bool
        Whether the two agree.
    """

    group: str
    text: str
    found: str
    expected: str
    passed: bool


def run_checks() -> list[Check]:
    """Run every check."""
    return [*check_engines(), *check_formulas(), *check_numbers()]


def verify() -> str:
    """Run every check and return the table.

    Raises
    ------
    PartialError
        A check failed; the text is the table.
    """
    checks = run_checks()
    failed = sum(not check.passed for check in checks)
    end = (
        f"{failed} of {len(checks)} checks failed" if failed else f"All {len(checks)} checks passed"
    )
    table = f"{lay_out(checks)}\n{end}."
    if failed:
        raise PartialError(table)
    return table


def lay_out(checks: list[Check]) -> str:
    """The checks as text, a heading for each group."""
    lines: list[str] = []
    wide = (max(len(one.text) for one in checks), max(len(one.found) for one in checks))
    for number, check in enumerate(checks):
        if number == 0 or checks[number - 1].group != check.group:
            lines.append(check.group)
        mark = "ok    " if check.passed else "FAILED"
        words = f"{check.text:<{wide[0]}}  {check.found:>{wide[1]}}"
        lines.append(f"  {mark}  {words}  {check.expected}".rstrip())
    return "\n".join(lines)


def check_engines() -> Iterator[Check]:
    """Play three small scenarios with both engines and compare every bit."""
    for name, overrides in SMALL.items():
        scenario = load_scenario(name, list(overrides))
        policy = make_standard_policy("reference", scenario)
        job = functools.partial(compare_engines, scenario, policy)
        yield _try(GROUPS[0], f"{name} {' '.join(overrides)}", job)


def compare_engines(scenario: Scenario, policy: Policy) -> tuple[str, str, bool]:
    """How many values of a record differ between the engines, none expected."""
    tables, draws = lower(scenario, policy), draw(scenario, SEED, 0)
    fast, slow = (run_engine(tables, draws, engine) for engine in ("kernel", "simpy"))
    differ = sum(count_differences(one, other) for one, other in zip(fast, slow, strict=True))
    real, turns = int(fast.real.sum()), fast.turn_mention.size
    return f"{differ} differ", f"of {real} mentions, {turns} turns", differ == 0


def count_differences(one: Any, other: Any) -> int:
    """How many values differ; all of them where the lengths do."""
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or first.dtype != second.dtype:
        return max(first.size, second.size)
    return int(np.sum(first != second))


def check_formulas() -> Iterator[Check]:
    """Hold queues played by the engine against Erlang A."""
    for given in QUEUES:
        measured = replicate(*textbook.erlang_a(*given, days=DAYS), REPLICATIONS, SEED).measures
        formula = erlang_a(*given)
        for name, expected, unit in (
            ("delayed_share", formula.delay_probability, ""),
            ("abandoned_share", formula.abandon_probability, ""),
            ("wait_min_mean", formula.mean_wait_min, " min"),
        ):
            text = f"{given[3]} agents, {given[0]:g} an hour, {given[1]:g} min: {name}"
            yield _try(
                GROUPS[1],
                text,
                functools.partial(compare_formula, measured, name, expected, unit),
            )


def compare_formula(
    measured: dict[str, np.ndarray], name: str, expected: float, unit: str
) -> tuple[str, str, bool]:
    """A measure, the formula's value, and whether they are 4.3 errors apart at most."""
    came = measured["actionable"]
    off = (measured[name] - expected) * came
    z = float(off.mean() / (off.std(ddof=1) / len(off) ** 0.5))
    found = float((measured[name] * came).sum() / came.sum())
    words = f"{expected:.4f}{unit}: {abs(z):.1f} standard errors off, {LIMIT} allowed"
    return f"{found:.4f}{unit}", words, abs(z) <= LIMIT


def check_numbers() -> Iterator[Check]:
    """Compute ten numbers that others have published."""
    for entry in json.loads(NUMBERS.read_text(encoding="utf-8")):
        yield _try(GROUPS[2], entry["text"], functools.partial(compare_number, entry))


def compare_number(entry: dict[str, Any]) -> tuple[str, str, bool]:
    """A number as computed, as published, and whether it is within the tolerance."""
    value, published = COMPUTED[entry["key"]](), entry["published"]
    passed = abs(value - published) <= entry["tolerance"] + 1e-12 * abs(published)
    return f"{value:.7g}", f"{published:.7g}: {entry['source']}", passed


def simulate_day() -> float:
    """How many a day leave the example MMCAb, mean of 400 days played by the engine."""
    exponential = {"name": "exponential", "mean_min": 2.0}
    patience = {"name": "exponential", "mean_min": 1.0}
    queue = textbook.day([252.0] * 8, [12] * 8, 60, exponential, patience)
    measured = replicate(*queue, replications=400, seed=SEED).measures
    return float((measured["abandoned_share"] * measured["actionable"]).mean())


def plan_windows() -> float:
    """The hours of SIPP's plan for the office day with load 2, 8 min, swing .6."""
    rates = 2.0 / 8.0 * 60.0 * (1.0 + 0.6 * (OFFICE_PER_H - 11.125) / 3.875)
    return float(staff_sipp(rates, 8.0, 0.9, 15.0).sum())


def rate_answered() -> float:
    """The mean score of answered customers under the shipped coefficients."""
    shipped = load_scenario("telecom_week").satisfaction.model_dump()
    return measure_targets(SatisfactionCoefficients(**shipped)).csat_reply


COMPUTED: dict[str, Callable[[], float]] = {
    "abandoned_50_agents": lambda: 100 * erlang_a(2880.0, 1.0, 2.0, 50).abandon_probability,
    "delayed_14_agents": lambda: erlang_c(200.0, 3.0, 14).delay_probability,
    "within_20_s": lambda: erlang_c(200.0, 3.0, 14).service_level(1 / 3),
    "level_erlang_c": lambda: 100 * erlang_c(240.0, 3.0, 14).service_level(0.333),
    "abandoned_14_agents": lambda: 100 * erlang_a(240.0, 3.0, 1.0, 14).abandon_probability,
    "abandoned_a_day": simulate_day,
    "sipp_hours": plan_windows,
    "cyclic_cover": lambda: float(solve_cyclic_cover(COVERED, 8).headcount or 0.0),
    "sentiment_att": lambda: optimal_effort(0.396, 0.164, 0.028).fixed_point,
    "csat_reply": rate_answered,
}


def _try(group: str, text: str, job: Callable[[], tuple[str, str, bool]]) -> Check:
    """A check; one that cannot even be made has failed, and the others go on."""
    try:
        return Check(group, text, *job())
    except Exception as error:
        return Check(group, text, "none", f"{type(error).__name__}: {error}", False)
