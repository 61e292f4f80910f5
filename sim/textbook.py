"""Textbook queues as (scenario, policy), for the same engines as everything else.

One kind of customer, one line, no silent leavers and no reposts, the promise counted by the
wait. The scenarios are those of ``configs/scenario/validation`` with their numbers replaced;
each function states its warm-up. Checked in ``tests/theory/test_engine_*.py`` against Erlang A,
Erlang R, exact Markov chains and published numbers; tables in ``experiments/validation``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sim.care.record import Run
from sim.compose import compose_with_layers
from sim.demand.draw import draw
from sim.demand.draws import Draws
from sim.errors import InputError
from sim.running.play import prepare, run_engine
from sim.scenario.build import build_scenario
from sim.scenario.model import Scenario
from sim.scenario.parts import PHASES
from sim.scenario.policy import Policy
from sim.scenario.tables import MS_PER_MIN

HOURS_A_DAY = 24
MIN_A_DAY = 24 * 60
# Queues start empty; statistics begin after two days. More only costs time.
WARM_UP_DAYS = 2
# Intervals that divide an hour, the longest first.
STEPS_MIN = (60, 30, 20, 15, 10, 5)

Queue = tuple[Scenario, Policy]


def erlang_a(
    arrival_per_h: float,
    handle_min: float,
    patience_min: float | None,
    agents: int,
    days: int = 30,
) -> Queue:
    """The stationary queue M/M/n+M; without patience M/M/n (Erlang C).

    Parameters
    ----------
    arrival_per_h : float
        Arrivals an hour.
    handle_min, patience_min : float
        Mean of the exponential service and patience [min]; patience None: nobody leaves.
    agents : int
        Always on duty.
    days : int
        Days that count; two more go before, from empty to stationary, and are not counted.

    Examples
    --------
    >>> import sim
    >>> scenario, policy = sim.textbook.erlang_a(60, handle_min=10, patience_min=20, agents=10)
    >>> scenario.demand.base_per_h, policy.staff["line"][:3]
    (60.0, (10, 10, 10))
    """
    plain = _read("erlang_a")
    plain["demand"]["base_per_h"] = float(arrival_per_h)
    plain["topics"]["customer"] |= {
        "work": _exponential(handle_min),
        "patience": None if patience_min is None else _exponential(patience_min),
    }
    return _make_stationary(plain, agents, days)


def erlang_r(
    arrival_per_h: float,
    handle_min: float,
    return_share: float,
    think_min: float,
    agents: int,
    patience_min: float | None = None,
    days: int = 30,
    later_patience_factor: float | None = None,
) -> Queue:
    """The stationary queue whose customers come back (Yom-Tov and Mandelbaum 2014).

    Parameters
    ----------
    arrival_per_h : float
        New customers an hour.
    handle_min, think_min : float
        Means of the exponential service and of the time until coming back [min].
    return_share : float
        Share of services after which the customer comes back, below 1.
    agents : int
        Always on duty.
    patience_min : float, optional
        Mean of the exponential patience before the *first* service [min]; None: nobody leaves.
    days : int
        Days that count; two more go before and are not counted.
    later_patience_factor : float, optional
        Of the patience before each later service; 1 makes the queue `sim.queueing.erlang_r`, None:
        whoever was served once waits for ever.

    Examples
    --------
    >>> import sim
    >>> scenario, policy = sim.textbook.erlang_r(60, 6, 0.4, think_min=120, agents=12)
    >>> scenario.topics["customer"].resolution_share
    0.6
    """
    plain = _read("erlang_r")
    plain["demand"]["base_per_h"] = float(arrival_per_h)
    plain["topics"]["customer"] |= {
        "work": _exponential(handle_min),
        "patience": None if patience_min is None else _exponential(patience_min),
        "resolution_share": 1.0 - return_share,
    }
    plain["conversation"]["think"] = _exponential(think_min)
    plain["conversation"]["later_patience_factor"] = later_patience_factor
    return _make_stationary(plain, agents, days)


def day(
    rate_per_h: Sequence[float],
    agents: Sequence[int],
    period_min: int = 60,
    handle: dict[str, Any] | None = None,
    patience: dict[str, Any] | None = None,
    busyness_cv: float = 0.0,
    promise_min: float = 15.0,
    cut: str = "as_scheduled",
    balk_share: float = 0.0,
    return_share: float = 0.0,
    think_min: float | None = None,
) -> Queue:
    """One day or more from empty; the last period's staff serves everybody inside.

    Parameters
    ----------
    rate_per_h, agents : sequence, one number a period
        New customers an hour and agents on duty; arrivals stop at the end of the last period.
    period_min : int
        Length of a period [min], a multiple of 5.
    handle, patience : dict, optional
        Distributions such as ``{"name": "exponential", "mean_min": 8}`` (the default of
        `handle`); patience None: nobody leaves.
    busyness_cv : float
        Coefficient of variation of the Gamma factor on each whole day's rate.
    promise_min : float
        A wait up to so many minutes keeps the promise.
    cut : {"as_scheduled", "idle_first", "preempt"}
        Who leaves when staff is cut.
    balk_share : float
        Share of customers who leave at once (after a millisecond) if they have to wait.
    return_share, think_min : float
        As `erlang_r`: patience holds before the first service only.

    Examples
    --------
    >>> import sim
    >>> scenario, policy = sim.textbook.day(rate_per_h=[30.0, 60.0], agents=[6, 12])
    >>> policy.staff["line"][:2], scenario.horizon.days
    ((6, 12), 1)
    """
    step = next((one for one in STEPS_MIN if period_min % one == 0), None)
    if step is None:
        raise InputError(f"textbook.day: period_min={period_min}: a multiple of 5")
    if len(rate_per_h) != len(agents) or not len(agents):
        raise InputError("textbook.day: rate_per_h and agents need one number a period each")
    parts = period_min // step
    rates = [float(rate) for rate in rate_per_h for _ in range(parts)]
    staff = [int(count) for count in agents for _ in range(parts)]
    days = -(-len(staff) * step // MIN_A_DAY)
    empty = days * MIN_A_DAY // step - len(staff)
    plain = _read("day")
    plain["horizon"] |= {"days": days, "interval_min": step}
    plain["demand"] |= {"rate_per_h": rates + [0.0] * empty, "busy_day_cv": float(busyness_cv)}
    plain["topics"]["customer"] |= {
        "share": 1.0 - balk_share,
        "work": handle or _exponential(8.0),
        "patience": patience,
        "resolution_share": 1.0 - return_share,
    }
    plain["promise"]["promise_min"] = float(promise_min)
    plain["drain_h"] = 480.0
    if balk_share:
        _add_balkers(plain, balk_share)
    if return_share:
        plain["conversation"] = _read("erlang_r")["conversation"]
        plain["conversation"]["think"] = _exponential(_require_think(think_min))
    scenario = build_scenario(_settle(plain, max(staff)))
    line = tuple(staff + [staff[-1]] * empty)
    return scenario, _make_policy(scenario, line, step, cut)


def play_queue(queue: Queue, replications: int, seed: int = 1) -> Iterator[tuple[Draws, Run]]:
    """Yield what came and what was done, a replication at a time: for one's own statistics.

    Parameters
    ----------
    queue : Queue
        From one of the functions of this module.
    replications, seed : int
        As `sim.simulate`, whose replications these are.

    Examples
    --------
    >>> import sim
    >>> queue = sim.textbook.day(rate_per_h=[30.0, 60.0], agents=[6, 12])
    >>> len(list(sim.textbook.play_queue(queue, replications=2)))
    2
    """
    scenario, policy = queue
    tables = prepare(scenario, policy).tables
    for replication in range(replications):
        draws = draw(scenario, seed, replication)
        yield draws, run_engine(tables, draws)


def _add_balkers(plain: dict[str, Any], share: float) -> None:
    at_once = {"name": "constant", "mean_min": 1 / MS_PER_MIN}
    plain["topics"]["balker"] = plain["topics"]["customer"] | {"share": share, "patience": at_once}
    plain["team"]["pools"]["line"]["skills"] = ["customer", "balker"]


def _require_think(think_min: float | None) -> float:
    if think_min is None:
        raise InputError("textbook.day: return_share needs think_min")
    return think_min


def _read(name: str) -> dict[str, Any]:
    plain: dict[str, Any] = compose_with_layers([f"scenario=validation/{name}"]).config["scenario"]
    return plain


def _exponential(mean_min: float) -> dict[str, Any]:
    return {"name": "exponential", "mean_min": float(mean_min)}


def _settle(plain: dict[str, Any], agents: int) -> dict[str, Any]:
    plain.pop("default_policy", None)
    plain["team"]["pools"]["line"]["limit"] = max(agents, 1)
    plain["team"]["reference_staff"] = {}
    return plain


def _make_stationary(plain: dict[str, Any], agents: int, days: int) -> Queue:
    plain["horizon"] |= {"days": days + WARM_UP_DAYS, "interval_min": 60, "repeats": False}
    plain["warm_up_h"] = float(WARM_UP_DAYS * HOURS_A_DAY)
    # Who arrives last is served: a queue near its limit needs longer than a day to empty.
    plain["drain_h"] = 480.0
    scenario = build_scenario(_settle(plain, agents))
    hours = (days + WARM_UP_DAYS) * HOURS_A_DAY
    return scenario, _make_policy(scenario, (agents,) * hours, 60, "idle_first")


def _make_policy(scenario: Scenario, staff: tuple[int, ...], step_min: int, cut: str) -> Policy:
    phases = dict.fromkeys(PHASES, "standard")
    return Policy.model_validate(
        {
            "name": scenario.name,
            "staff": {"line": staff},
            "effort": dict.fromkeys(scenario.topics, phases),
            "cut": cut,
            "staff_interval_min": step_min,
        }
    )
