"""The runs behind the verbs: each takes a built config, writes a run folder, returns its path.

Heavy rooms are imported inside the functions: every error message stays quick.
"""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.api import Progress, make_policy, set_planner, simulate

if TYPE_CHECKING:
    from sim.calibration.reading.rows import Reading
    from sim.running.keep import KeptRun
    from sim.scenario.settings import ReportSettings
    from sim.study.laying import LaidSweep
    from sim.study.sweeping import SweepDone


def run_simulate(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Simulate what a config says; return the run folder."""
    from sim.running.keep import keep_run
    from sim.running.results import write_results

    scenario, run = config["scenario"], config["run"]
    planner = config["planner"]
    settings = {key: getattr(planner, key) for key in ("budget", "keep_promise", "current")}
    policy = make_policy(config["policy"], set_planner(scenario, **settings))
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
        add_pages(folder, config["report"])
    return folder.final


def run_plan(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Plan what a config says; return the run folder."""
    from sim.planning.planner import make_plan
    from sim.planning.storage import write_plan
    from sim.report.workbook.tidy import add_tables
    from sim.report.workbook.workbook import add_workbook
    from sim.running.keep import keep_run
    from sim.scenario.build import build_planner

    scenario, run = config["scenario"], config["run"]
    settings = config["planner"] if "planner" in config else build_planner(scenario)
    with keep_run("plan", scenario.name, config) as folder:
        keep = folder.found.keep
        found = make_plan(scenario, settings, run.seed, run.workers, progress, keep)
        folder.settle()
        decision = write_plan(folder.part, found)
        folder.finish(run.seed)
        folder.add(lambda place: add_workbook(place, decision))
        folder.add(lambda place: add_tables(place, decision))
        add_pages(folder, config["report"])
    return folder.final


def run_calibrate(
    config: Mapping[str, Any], progress: Progress, tell: "Callable[[Reading], None] | None" = None
) -> pathlib.Path:
    """Calibrate what a config says; return the run folder. `tell` gets what was understood."""
    from sim.calibration import calibrate_config, name_series
    from sim.running.keep import keep_run
    from sim.store.text import write_json, write_yaml

    progress("Reading", 0, 1)
    fit = calibrate_config(config["calibrate"], tell)
    with keep_run("calibrate", name_series(fit), config) as folder:
        folder.settle()
        write_yaml(folder.part / "scenario.yaml", fit.plain)
        write_json(folder.part / "fit.json", fit.report)
        folder.finish()
        add_pages(folder, config["report"])
    progress("Reading", 1, 1)
    return folder.final


def run_forecast(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Forecast what a config says; return the run folder."""
    from sim.calibration import forecast_config
    from sim.calibration.forecasting.storage import name_series, write_forecast
    from sim.running.keep import keep_run

    progress("Forecasting", 0, 1)
    found = forecast_config(config["forecast"], config["run"].seed)
    with keep_run("forecast", name_series(found), config) as folder:
        folder.settle()
        write_forecast(folder.part, found)
        folder.finish(config["run"].seed)
        add_pages(folder, config["report"])
    progress("Forecasting", 1, 1)
    return folder.final


def run_review(config: Mapping[str, Any], progress: Progress) -> pathlib.Path:
    """Hold a week against its plan as a config says; return the run folder."""
    from sim.calibration import review_config
    from sim.calibration.reviewing.storage import name_week, write_review
    from sim.running.keep import keep_run

    found = review_config(config["review"], config["run"], progress)
    with keep_run("review", name_week(found), config) as folder:
        folder.settle()
        write_review(folder.part, found)
        folder.finish(config["run"].seed)
        add_pages(folder, config["report"])
    return folder.final


def run_check(overrides: list[str], now_ms: int) -> tuple[dict[str, Any], list[str]]:
    """Say what a history is taken for, by the keys of calibrate: one object, and its lines."""
    from sim.calibration.reading.facts import describe_facts
    from sim.calibration.reading.judgment import choose_scenario_zone, describe_reading, tell_future
    from sim.calibration.reading.rows import understand
    from sim.calibration.reading.settings import make_rules
    from sim.compose import compose_with_layers
    from sim.compose.choice import read_scenario
    from sim.paths import expand_home
    from sim.scenario.build import build_config

    config = build_config(compose_with_layers(overrides, "calibrate"))["calibrate"]
    reading = understand(expand_home(config.history), make_rules(config))
    base_zone = read_scenario(config.base).data["horizon"]["time_zone"]
    zone, zone_line = choose_scenario_zone(reading, base_zone, config.scenario_time_zone)
    clock = f"Clock: {zone_line}"
    lines = [*describe_reading(reading), clock, *tell_future(reading, now_ms)]
    return describe_facts(reading, zone, lines), lines


def run_check_scenario(
    overrides: list[str], with_intervals: bool
) -> tuple[dict[str, Any], list[str]]:
    """Survey a scenario by the keys of plan: one object, and its lines for a terminal."""
    from sim.checking.lines import describe, write_lines
    from sim.checking.overview import survey_scenario
    from sim.checking.remarks import list_remarks
    from sim.checking.sources import trace_sources
    from sim.compose import compose_with_layers
    from sim.scenario.build import build_config
    from sim.scenario.inherited import format_currency

    composed = compose_with_layers(overrides, "config")
    config = build_config(composed)
    scenario = config["scenario"]
    overview, sources = survey_scenario(scenario), trace_sources(composed)
    remarks = [
        *format_currency(composed),
        *composed.notes,
        *map(config["where"].place, list_remarks(scenario, overview, config["planner"])),
    ]
    lines = write_lines(scenario, overview, sources, remarks, with_intervals)
    return describe(scenario, overview, sources, remarks), lines


def run_roster(folder: pathlib.Path, people: str | None) -> tuple[dict[str, Any], list[str]]:
    """Put people on the shifts of a stored plan, in its folder.

    Returns what is in roster.json and lines for a terminal.
    """
    import io

    from sim.calibration.reviewing.stored import read_plan
    from sim.people.calendars import list_calendars
    from sim.people.naming import name_roster
    from sim.people.tables import HEAD, describe, list_rows, list_sheets, write_lines
    from sim.report.workbook.sheets import Sheet
    from sim.report.workbook.workbook import write_sheets
    from sim.store.adding import add_files
    from sim.store.text import format_csv, format_json

    plan = read_plan(str(folder))
    named, unused = name_roster(plan.scenario, plan.policy, people)
    found = describe(named)
    book = io.BytesIO()
    write_sheets(book, [Sheet(*one) for one in list_sheets(named)], "Roster by name")
    add_files(
        folder,
        {
            "roster.csv": format_csv(HEAD, list_rows(named)).encode(),
            "roster.xlsx": book.getvalue(),
            "roster.json": format_json(found).encode(),
            **(list_calendars(named, plan.scenario.horizon.time_zone) if people else {}),
        },
    )
    said = [f"{people}: columns not used: {', '.join(unused)}"] if unused else []
    lines = [*said, *write_lines(named), f"Roster: {folder / 'roster.xlsx'}, roster.csv"]
    return found, lines


def run_sweep(laid: "LaidSweep", progress: Progress) -> "SweepDone":
    """Play what is missing of a sweep that was laid; return its folder and what failed."""
    from sim.study.sweeping import run_laid

    return run_laid(laid, progress)


def run_compare(paths: Sequence[pathlib.Path], config: Mapping[str, Any]) -> pathlib.Path:
    """Compare stored runs on the same draws; return the folder of the comparison."""
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
        add_pages(folder, config["report"])
    return folder.final


def run_explore(path: pathlib.Path, port: int, tell: Callable[[str], None]) -> None:
    """Serve a page on which a stored run is changed, until an interrupt; tell its address."""
    from sim.explore.playing import limit_memory
    from sim.explore.server import serve
    from sim.explore.session import Session
    from sim.explore.stored import read_run

    limit_memory()
    session = Session(read_run(path))
    session.warm_up()
    serve(session, port, tell)


def add_pages(folder: "KeptRun", report: "ReportSettings") -> None:
    """Have page and paper drawn when a folder is whole, as the settings ask."""
    from sim.report.pages.page import draw_report
    from sim.report.pages.paper import draw_paper

    if report.page:
        folder.add(draw_report)
    if report.pdf:
        folder.add(draw_paper)


def run_report(path: pathlib.Path, pdf: bool = False) -> pathlib.Path:
    """Draw the report of a stored run again, on paper too if asked; return the page."""
    from sim.report.pages.page import draw_report
    from sim.report.pages.paper import draw_paper

    page = draw_report(path)
    if pdf:
        draw_paper(path)
    return page


def list_checks() -> dict[str, Any]:
    """Check this installation; return the checks as one object."""
    from sim.verification import run_checks

    checks = run_checks()
    return {
        "schema": 1,
        "passed": all(one.passed for one in checks),
        "checks": [one._asdict() for one in checks],
    }


def run_verify() -> str:
    """Check this installation; return the table of checks.

    Raises
    ------
    PartialError
        A check failed; the text is the table.
    """
    from sim.verification import verify

    return verify()
