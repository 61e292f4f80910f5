"""What ``import sim`` offers, and the runs behind the verbs.

The functions of the first half are the Python interface; those called ``run_...`` take a
composed and built config, write a run folder and return its path. Heavy rooms are imported
inside the functions: ``import sim`` and every error message stay quick.
"""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from sim.calibration import Fit
    from sim.care.record import Record
    from sim.demand.draws import Draws
    from sim.planning.planner import Plan
    from sim.running.results import RunResults
    from sim.scenario.model import Scenario
    from sim.scenario.policy import Policy

Progress = Callable[[str, int, int], None]


def load_scenario(name_or_path: str, overrides: Sequence[str] | None = None) -> "Scenario":
    """Load a shipped scenario or a file, with overrides relative to the scenario.

    Raises
    ------
    InputError
        One line a mistake.
    """
    from sim.scenario.build import load_scenario as load

    return load(str(name_or_path), list(overrides or ()))


def load_policy(name_or_path: str, scenario: "Scenario") -> "Policy":
    """Load a standard policy by its name, or a policy.yaml.

    Parameters
    ----------
    name_or_path : str
        flat, proportional, erlang_a, reactive, sentiment_optimal, reference, or a file.
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
    """Return a policy: itself, or the standard one that a choice names."""
    from sim.scenario.policy import Policy

    if isinstance(choice, Policy):
        return choice
    from sim.planning.search.budget import policy_of_choice

    return policy_of_choice(choice, scenario)


def set_budget(scenario: "Scenario", budget: float | None) -> "Scenario":
    """Return a scenario whose planner has a budget: standard policies are scaled to it."""
    return scenario.model_copy(update={"planner": {**scenario.planner, "budget": budget}})


def check_run(**given: Any) -> None:
    """Require what a run's settings allow, such as ``seed``, ``workers`` and ``replications``.

    Raises
    ------
    InputError
        One line a mistake.
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
        A number that is not allowed; one line a mistake.
    """
    from sim.running.replicate import replicate
    from sim.running.results import collect_results

    check_run(replications=replications, seed=seed, engine=engine, workers=workers,
              keep_mentions=keep_mentions)  # fmt: skip
    told = None if progress is None else (lambda done, total: progress("Simulating", done, total))
    runs = [replicate(scenario, policy, replications, seed, engine, workers, told, keep_mentions)]
    return collect_results(runs)


def plan(
    scenario: "Scenario",
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> "Plan":
    """Find the best policy for the budget (see ``sim.planning.planner``).

    Keyword arguments are keys of ``planner`` in the configuration, such as ``budget``.
    """
    from sim.planning.planner import make_plan
    from sim.scenario.build import build_planner

    check_run(seed=seed, workers=workers)
    return make_plan(scenario, build_planner(scenario, settings), seed, workers, progress)


def calibrate(history: str, **options: Any) -> "Fit":
    """Fit a scenario to a history (see ``sim.calibration``)."""
    from sim.calibration import calibrate as fit

    return fit(history, **options)


def read_run(folder: str | pathlib.Path) -> "RunResults":
    """Read the results of a run folder, or of the newest one for ``latest``."""
    from sim.paths import expand_home
    from sim.running.results import read_results
    from sim.store.latest import find_latest

    place = find_latest() if str(folder) == "latest" else pathlib.Path(expand_home(str(folder)))
    return read_results(place)


def run_simulate(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Simulate what a config says; return the run folder."""
    from sim.report.pages.page import draw_report
    from sim.running.keep import keep_run
    from sim.running.results import write_results

    scenario, run = config["scenario"], config["run"]
    policy = make_policy(config["policy"], set_budget(scenario, config["planner"].budget))
    with keep_run("simulate", scenario.name, config) as folder:
        results = simulate(
            scenario,
            policy,
            run.replications,
            run.seed,
            run.engine,
            run.workers,
            progress,
            run.keep_mentions,
        )
        folder.settle()
        write_results(folder.part, results)
        folder.finish(run.seed)
        if config["report"].page:
            folder.add(draw_report)
    return folder.final


def run_plan(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Plan what a config says; return the run folder."""
    from sim.planning.planner import make_plan
    from sim.planning.storage import write_plan
    from sim.report.pages.page import draw_report
    from sim.report.workbook.workbook import add_workbook
    from sim.running.keep import keep_run
    from sim.scenario.build import build_planner

    scenario, run = config["scenario"], config["run"]
    settings = config["planner"] if "planner" in config else build_planner(scenario)
    with keep_run("plan", scenario.name, config) as folder:
        keep = folder.found.keep
        found = make_plan(scenario, settings, run.seed, run.workers, progress, keep)
        folder.settle()
        tables = write_plan(folder.part, found)
        folder.finish(run.seed)
        folder.add(lambda place: add_workbook(place, tables))
        if config["report"].page:
            folder.add(draw_report)
    return folder.final


def run_calibrate(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Calibrate what a config says; return the run folder."""
    from sim.calibration import calibrate_config, name_series
    from sim.report.pages.page import draw_report
    from sim.running.keep import keep_run
    from sim.store.text import write_json, write_yaml

    progress("Reading", 0, 1)
    fit = calibrate_config(config["calibrate"])
    with keep_run("calibrate", name_series(fit), config) as folder:
        folder.settle()
        write_yaml(folder.part / "scenario.yaml", fit.plain)
        write_json(folder.part / "fit.json", fit.report)
        folder.finish()
        if config["report"].page:
            folder.add(draw_report)
    progress("Reading", 1, 1)
    return folder.final


def run_compare(paths: Sequence[pathlib.Path], config: Mapping[str, Any]) -> pathlib.Path:
    """Compare stored runs on the same draws; return the folder of the comparison."""
    from sim.report.pages.page import draw_report
    from sim.running.compare import compare_runs, describe_compared, write_compared
    from sim.running.keep import keep_run
    from sim.store.stored import blaming

    runs = compare_runs(paths)
    places = {key: config["plain"]["run"][key] for key in ("dir", "overwrite")}
    scenario = dict(runs[0].scenario)
    plain = {"run": places, "compared": describe_compared(runs), "scenario": scenario}
    with keep_run("compare", runs[0].label, {**config, "plain": plain}) as folder:
        folder.settle()
        with blaming(*paths):
            write_compared(folder.part, runs)
        folder.finish(runs[0].seed)
        folder.add(draw_report)
    return folder.final


def run_report(path: pathlib.Path) -> pathlib.Path:
    """Draw the report of a stored run again; return the page."""
    from sim.report.pages.page import draw_report

    return draw_report(path)


def run_verify() -> str:
    """Check this installation; return the table of checks.

    Raises
    ------
    PartialError
        A check failed; the text is the table.
    """
    from sim.verification import verify

    return verify()
