"""What ``import sim`` offers: the Python interface, where ``sim.runs`` is that of the verbs.

Heavy rooms are imported inside the functions: ``import sim`` and every error message stay quick.
"""

import enum
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime

    import numpy as np

    from sim.calibration import Fit
    from sim.care.record import Record
    from sim.demand.draws import Draws
    from sim.planning.planner import Plan
    from sim.running.results import RunResults
    from sim.scenario.model import Scenario
    from sim.scenario.policy import Policy
    from sim.study.results import SweepResults

Progress = Callable[[str, int, int], None]


class Unset(enum.Enum):
    """Marks a setting that was not given: None is a value of some."""

    UNSET = "as in the scenario"


UNSET = Unset.UNSET


def load_scenario(name_or_path: str, overrides: Sequence[str] | None = None) -> "Scenario":
    """Load a shipped scenario or a file, with overrides relative to the scenario.

    Raises
    ------
    InputError
        One line an error.
    """
    from sim.scenario.build import load_scenario as load

    return load(str(name_or_path), list(overrides or ()))


def load_policy(name_or_path: str, scenario: "Scenario") -> "Policy":
    """Load a standard policy by its name, or a policy.yaml.

    Parameters
    ----------
    name_or_path : str
        flat, proportional, erlang_a, reactive, tuned_erlang_a, fixed_rules, sentiment_optimal,
        reference, or a file: a policy.yaml, or a CSV of people on duty.
    scenario : Scenario
        Its shifts and budget are kept; without shifts each interval is staffed freely.

    Raises
    ------
    InputError
        An unknown name, or a file that is no policy.
    InfeasibleError
        No roster fits the budget and the rules.
    """
    from sim.compose import read_choice
    from sim.scenario.build import build_policy

    return make_policy(build_policy(read_choice("policy", str(name_or_path)).data), scenario)


def make_policy(choice: Any, scenario: "Scenario") -> "Policy":
    """A policy: itself, or the standard one that a choice names."""
    from sim.planning.benchmarks.choice import make_policy as make

    return make(choice, scenario)


def set_planner(scenario: "Scenario", **settings: Any) -> "Scenario":
    """A scenario whose planner has a budget, to which policies are scaled, or other settings."""
    return scenario.model_copy(update={"planner": {**scenario.planner, **settings}})


def check_run(**given: Any) -> None:
    """Require what a run's settings allow, such as ``seed``, ``workers`` and ``replications``.

    Raises
    ------
    InputError
        One line an error.
    """
    import numbers

    from sim.compose import read_choice
    from sim.scenario.build import build
    from sim.scenario.settings import RunSettings

    plain = {
        key: value
        if isinstance(value, bool) or not isinstance(value, numbers.Integral)
        else int(value)
        for key, value in given.items()
    }
    build(RunSettings, {**read_choice("run", "default").data, **plain}, "run")


def draw(
    scenario: "Scenario", seed: int, replication: int = 0, sentiment: "np.ndarray | None" = None
) -> "Draws":
    """Draw the random inputs of one replication (see ``sim.demand.draw``)."""
    from sim.demand.draw import draw as draw_once

    return draw_once(scenario, seed, replication, sentiment)


def play(
    scenario: "Scenario", policy: "Policy", draws: "Draws", engine: str = "kernel"
) -> "Record":
    """Play one replication; return its record (see ``sim.running.play``)."""
    from sim.running.play import play as play_once

    return play_once(scenario, policy, draws, engine)


def simulate(
    scenario: "Scenario",
    policy: "Policy",
    replications: int = 200,
    seed: int = 1,
    engine: str = "kernel",
    workers: int | None = None,
    progress: Progress | None = None,
    keep_mentions: int = 0,
) -> "RunResults":
    """Play a policy many times; return measures with intervals.

    Parameters
    ----------
    scenario, policy : Scenario, Policy
        The world and what is decided in it.
    replications : int
        Independent weeks, at least 1.
    seed : int
        The same seed gives the same customers to every policy.
    engine : {"kernel", "simpy"}
        The same results, at different speed.
    workers : int, optional
        Threads; one for each core if None.
    progress : callable, optional
        Called with (text, done, all).
    keep_mentions : int
        Keep the records of so many first replications.

    Raises
    ------
    InputError
        A number that is not allowed; one line an error.
    """
    from sim.running.replicate import replicate
    from sim.running.results import collect_results

    check_run(replications=replications, seed=seed, engine=engine, workers=workers,
              keep_mentions=keep_mentions)  # fmt: skip
    count_done = (
        None if progress is None else (lambda done, total: progress("Simulating", done, total))
    )
    runs = [
        replicate(scenario, policy, replications, seed, engine, workers, count_done, keep_mentions)
    ]
    return collect_results(runs)


def plan(
    scenario: "Scenario",
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    budget: float | Unset | None = UNSET,
    keep_promise: bool | Unset = UNSET,
    sentiment_weight: float | Unset = UNSET,
    gap_tol: float | Unset = UNSET,
    delta: float | Unset = UNSET,
    alpha_selection: float | Unset = UNSET,
    search_replications: int | Unset | None = UNSET,
    choice_replications: int | Unset = UNSET,
    evaluation_replications: int | Unset = UNSET,
    evaluation_seed: int | Unset | None = UNSET,
    time_limit_s: float | Unset = UNSET,
    effort_replications: int | Unset | None = UNSET,
    pins: Sequence[Mapping[str, Any]] | str | Unset = UNSET,
    earlier: str | Unset | None = UNSET,
    current: str | Unset | None = UNSET,
    changes_at_most: int | Unset | None = UNSET,
    now_h: float | Unset = UNSET,
    scenarios: Mapping[str, float] | Unset | None = UNSET,
    objective: Literal["satisfaction", "cost"] | Unset = UNSET,
    target_satisfaction: float | Unset | None = UNSET,
    frontier_points: int | Unset = UNSET,
    frontier_span: float | Unset = UNSET,
    worth_per_1000: float | Unset = UNSET,
    explain: bool | Unset = UNSET,
) -> "Plan":
    """Find the best policy for the budget, measured on fresh draws beside the standard policies.

    What is not given is as the scenario's ``planner`` says, else as shipped; all keys with units,
    defaults and ranges are in ``configs/README.md``, section planner.

    Parameters
    ----------
    scenario : Scenario
        The world to plan for.
    seed : int
        Of the draws that the search plays; the fresh ones have a seed of their own.
    workers : int, optional
        Threads; one for each core if None. The plan does not depend on it.
    progress : callable, optional
        Called with (text, done, all).
    budget, keep_promise, sentiment_weight
        What is wanted: expected cost at most [scenario.currency], service-level target on event
        days, weight of sentiment beside satisfaction.
    gap_tol, delta, alpha_selection
        When a plan is certified; which plans count as equal, with which accepted risk.
    search_replications, choice_replications, evaluation_replications, evaluation_seed
        Replications of each step of the search, of the last choice, of the fresh draws; their seed.
    time_limit_s, effort_replications
        When the search is stopped with the best plan by then [s], [replications].
    pins, earlier, changes_at_most, now_h
        Agreed shifts (mappings or a file), an earlier plan, most changes to it, the hour [h] of
        planning.
    scenarios
        Chances by scenario, to plan for several at once.
    current
        A roster of today (CSV, policy.yaml or a run's folder), shown beside the plan.
    objective, target_satisfaction
        ``cost`` finds the least budget that reaches a mean satisfaction.
    frontier_points, frontier_span, worth_per_1000, explain
        Further questions, asked after the plan is found.

    Returns
    -------
    Plan
        ``.policy``, ``.status``, ``.value``, ``.bound``, ``.gap``, ``.selection``.

    Raises
    ------
    InputError
        A setting that is not allowed; one line an error.
    InfeasibleError
        No policy keeps the budget and the rules; tells the smallest change.
    """
    from sim.planning.planner import make_plan
    from sim.scenario.build import build_planner
    from sim.scenario.settings import PlannerSettings

    given = dict(locals())
    settings = {key: given[key] for key in PlannerSettings.model_fields if given[key] is not UNSET}
    check_run(seed=seed, workers=workers)
    return make_plan(scenario, build_planner(scenario, settings), seed, workers, progress)


def calibrate(
    history: "str | pathlib.Path | Mapping[str, np.ndarray]",
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    base: str = "telecom_week",
    *,
    events: "Literal['announced', 'unannounced', 'none'] | Mapping[str, Any]" = "unannounced",
    actionable_share: float | None = None,
    scorer: str | None = None,
    score_range: Sequence[float] | None = None,
    start: "str | datetime.date | None" = None,
    where: Mapping[str, object] | None = None,
    preset: str | None = None,
    topics: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    reply_unit: str | None = None,
    scenario_time_zone: str | None = None,
    refit: Sequence[str] | None = None,
) -> "Fit":
    """Fit a scenario to a brand's own history; what that cannot tell comes from a base scenario.

    Parameters
    ----------
    history : path or mapping of str to ndarray
        A file (CSV, TSV, xlsx, JSON, JSON lines, Parquet, packed or not), or its columns.
    kind : {"auto", "times", "counts", "pairs"}
        A row is a mention, an interval, or a message with its reply; auto: guessed.
    series : str, optional
        Which one, where the history holds several.
    columns : mapping of str to str, optional
        Of time, reply, series, value, topic, sentiment; guessed where not given.
    time_zone : str, optional
        Of times without an offset, and the scenario's; None: UTC or what the column's name says.
    base : str
        A shipped scenario or a file.
    events : {"unannounced", "announced", "none"} or mapping
        What becomes of the events found that last: each may come again by chance; the strongest
        comes each week; none. Or planned ones by name: ``like``, ``time``, ``scale``.
    actionable_share : float, optional
        Of all mentions; None: 1 for pairs, .10 for mentions at large.
    scorer : str, optional
        ``module:function`` or ``file.py:function``: scores the texts of the sentiment column.
    score_range : sequence of float, optional
        Lowest and highest score; None: taken from the scores.
    start : str or date, optional
        First day of the scenario; None: the Monday after the history.
    where : mapping of str to object, optional
        Column to the value, or the values, of the rows that count.
    preset : str, optional
        The tool that wrote the file: zendesk, freshdesk, intercom, sprout, khoros, sprinklr,
        chatwoot, twcs.
    topics : mapping of str to str, optional
        Words of the topic column to topics of the base.
    day_first : bool, optional
        Whether the day stands before the month; None: told by the column.
    reply_unit : {"ms", "s", "min", "h", "d"}, optional
        Of replies that are lengths; None: told by the column's name.
    scenario_time_zone : str, optional
        Of the scenario; None: the history's where it says one, else the base's.
    refit : sequence of str, optional
        What follows the history beside demand: hours, staff, crew, budget, days; None: nothing of
        a base that is a file, all of a shipped one.

    Returns
    -------
    Fit
        ``.scenario``, ``.quality``, ``.report``.

    Raises
    ------
    InputError
        One line an error.
    """
    from sim.calibration import calibrate as fit

    return fit(
        history,
        kind,
        series,
        columns,
        time_zone=time_zone,
        base=base,
        events=events,
        actionable_share=actionable_share,
        scorer=scorer,
        score_range=score_range,
        start=start,
        where=where,
        preset=preset,
        topics=topics,
        day_first=day_first,
        reply_unit=reply_unit,
        scenario_time_zone=scenario_time_zone,
        refit=refit,
    )


def read_run(folder: str | pathlib.Path) -> "RunResults":
    """Read the results of a run folder, or of the newest one for ``latest``."""
    from sim.paths import expand_home
    from sim.running.results import read_results
    from sim.store.latest import find_latest

    place = find_latest() if str(folder) == "latest" else pathlib.Path(expand_home(str(folder)))
    return read_results(place)


def read_sweep(folder: str | pathlib.Path) -> "SweepResults":
    """Read a sweep that is finished: its design and the rows of all replications.

    Parameters
    ----------
    folder : path
        Such as ``results/sweep/NAME``.

    Returns
    -------
    SweepResults
        ``.design`` (a row per point), ``.replications`` (a row per point and replication),
        ``.summary``: tables of numpy arrays with ``.to_pandas()``, ``.to_polars()``,
        ``.to_xarray()``.

    Raises
    ------
    InputError
        No sweep, one that is not finished, or a damaged file.
    """
    from sim.paths import expand_home
    from sim.study.results import read_sweep_folder

    return read_sweep_folder(pathlib.Path(expand_home(str(folder))))
