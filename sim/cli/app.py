"""What plan, simulate and calibrate share: overrides to jobs, jobs to run folders.

All jobs of a sweep are composed and checked before the first one starts, so an error
leaves nothing behind (checked by ``tests/functional/test_cli_errors.py``).
"""

import pathlib
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.cli.interrupt import pass_on
from sim.cli.options import JSON, Options, read_options
from sim.cli.progress import ProgressBar
from sim.cli.results import describe_result
from sim.cli.terminal import complain, say, say_object
from sim.errors import InputError, PartialError, SurgecrewError

Job = dict[str, Any]
Runner = Callable[[Job, ProgressBar], pathlib.Path]


# Sections of the configuration that a verb composes and does not read, but for some of their keys.
UNREAD = {
    "plan": (("policy", "run"), ("run.seed", "run.workers", "run.dir", "run.overwrite")),
    "simulate": (("planner",), ("planner.budget", "planner.keep_promise", "planner.current")),
    "calibrate": (("run",), ("run.dir", "run.overwrite")),
    "forecast": (("run",), ("run.seed", "run.dir", "run.overwrite")),
    "review": (
        ("run",),
        ("run.seed", "run.dir", "run.overwrite", "run.replications", "run.workers", "run.engine"),
    ),
}


class App(NamedTuple):
    """A verb that takes overrides."""

    verb: str
    help_text: Callable[[], str]
    primary: str
    """file of configs/ that it composes"""
    find_runner: Callable[[], Runner]
    print_result: Callable[[pathlib.Path, Job], None]
    takes_sweep: bool = False
    format_size: Callable[[Job], str] = lambda job: ""
    """one line about a large job, before it begins; refuses what cannot fit"""


def run_app(app: App, args: list[str]) -> int:
    """Run a verb with its arguments; return the exit code."""
    flags = ("--cfg", JSON, *(["--multirun"] if app.takes_sweep else []))
    options = read_options(app.verb, args, flags)
    if options.wants_help:
        say(app.help_text())
        return 0
    check_no_paths(app.verb, options.paths)
    if options.shows_config:
        show_config(app, options.overrides)
        return 0
    jobs = prepare_jobs(app, options)
    runner = app.find_runner()
    if options.wants_object:
        run_for_object(app, runner, jobs, options.is_sweep)
    elif options.is_sweep:
        run_sweep(app, runner, jobs)
    else:
        run_job(app, runner, jobs[0])
    return 0


def run_for_object(app: App, runner: Runner, jobs: list[Job], is_sweep: bool) -> None:
    """Run the jobs and say one object: the job's, or all of them that left something."""
    found: list[dict[str, Any]] = []
    quiet = app._replace(print_result=lambda folder, _: found.append(describe_result(folder)))
    try:
        if is_sweep:
            run_sweep(quiet, runner, jobs, tells=False)
        else:
            run_job(quiet, runner, jobs[0])
    finally:
        if is_sweep:
            say_object({"schema": 1, "jobs": found})
        elif found:
            say_object(found[0])


def check_no_paths(verb: str, paths: list[str]) -> None:
    """Refuse words that are no ``key=value``."""
    readers = dict.fromkeys(("calibrate", "check", "forecast", "review"), "history")
    word = {**readers, "sweep": "experiment"}.get(verb, "scenario")
    if paths:
        raise InputError(
            *(f"{path}: allowed: key=value; did you mean {word}={path}?" for path in paths)
        )


def show_config(app: App, overrides: list[str]) -> None:
    """Print the composed config as YAML."""
    import yaml

    from sim.compose import compose_config

    config = compose_config(overrides, app.primary)
    say(yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None))


def prepare_jobs(app: App, options: Options) -> list[Job]:
    """Compose and check every job; errors of all of them are shown at once."""
    from sim.compose import compose_with_layers, expand_sweep
    from sim.scenario.build import build_config
    from sim.scenario.inherited import format_currency

    sets = expand_sweep(options.overrides) if options.is_sweep else [options.overrides]
    jobs: list[Job] = []
    errors: dict[str, None] = {}
    notes: dict[str, None] = {}
    for overrides in sets:
        try:
            composed = compose_with_layers(overrides, app.primary)
            jobs.append(build_config(composed))
            told = (*format_currency(composed), *composed.notes)
            notes |= dict.fromkeys((*told, *list_unread(app.verb, overrides)))
        except InputError as error:
            errors |= dict.fromkeys(error.errors)
    if errors:
        raise InputError(*errors)
    for job in jobs:
        check_place(job["run"].dir, job["run"].overwrite)
    complain(notes)
    return place_jobs(app.verb, jobs) if options.is_sweep else jobs


def list_unread(verb: str, overrides: list[str]) -> list[str]:
    """Say in a line of each key that was set and that the verb does not read."""
    sections, read = UNREAD[verb]
    keys = [override.partition("=")[0].lstrip("~+") for override in overrides]
    return [
        f"{key}: {verb} does not read it; nothing changes"
        for key in keys
        if key.partition(".")[0] in sections and key not in read
    ]


def check_place(folder: str | None, may_overwrite: bool) -> None:
    """Refuse a folder that is not empty before anything is computed."""
    from sim.store.folder import check_target

    if folder is not None:
        check_target(pathlib.Path(folder), may_overwrite)


def place_jobs(verb: str, jobs: list[Job]) -> list[Job]:
    """Give each job of a sweep its numbered folder in the one that the user named."""
    from sim.store.folder import choose_run_folder

    parents = {job["run"].dir for job in jobs}
    if len(parents) > 1:
        raise InputError(
            "run.dir: with -m, name one folder for all jobs; each job gets a numbered folder in it"
        )
    named = parents.pop()
    parent = pathlib.Path(named) if named is not None else choose_run_folder(verb, "multirun")
    return [place_job(job, parent / str(number)) for number, job in enumerate(jobs)]


def place_job(job: Job, folder: pathlib.Path) -> Job:
    """The job with its run folder set."""
    run = job["run"].model_copy(update={"dir": str(folder)})
    plain = {**job["plain"], "run": {**job["plain"]["run"], "dir": str(folder)}}
    return {**job, "run": run, "plain": plain}


def run_job(app: App, runner: Runner, job: Job) -> None:
    """Run one job behind a progress bar and tell its result.

    Raises
    ------
    KeyboardInterrupt
        With the folder, if the run was stopped and has kept what was finished.
    """
    try:
        large = app.format_size(job)
        if large:
            complain([large])
        with ProgressBar() as progress:
            folder = runner(job, progress)
    except InputError as error:
        raise InputError(*map(job["where"].place, error.errors)) from None
    except KeyboardInterrupt as error:
        if error.args and pathlib.Path(error.args[0]).is_dir():
            app.print_result(pathlib.Path(error.args[0]), job)
        raise
    app.print_result(folder, job)
    pass_on(folder)


def run_sweep(app: App, runner: Runner, jobs: list[Job], tells: bool = True) -> None:
    """Run all jobs, telling which is on; one that fails leaves the others alone.

    Raises
    ------
    PartialError
        If some failed.
    """
    failed = 0
    for number, job in enumerate(jobs):
        if tells:
            say(f"Job {number} of 0 to {len(jobs) - 1}: {job['run'].dir}")
        try:
            run_job(app, runner, job)
        except SurgecrewError as error:
            failed += 1
            complain(f"job {number}: {line}" for line in str(error).splitlines())
            pass_on()
    if failed:
        raise PartialError(
            f"{failed} of {len(jobs)} jobs failed; the results of the others are kept"
        )
