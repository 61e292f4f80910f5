"""``surgecrew report``: the page again, from stored results."""

from sim.cli.options import JSON, read_options
from sim.cli.paths import find_runs
from sim.cli.results import tell_result
from sim.cli.terminal import say
from sim.errors import InputError

HELP = """\
Usage: surgecrew report RUN

Rebuilds the report of a stored run; nothing is simulated. RUN is a run's folder, or
latest.

Options:
  --json  the stored result as one object, with its page

Examples:
  surgecrew report latest
  surgecrew report results/plan/breach_week/2026-06-01T09-00-00"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("report", args, (JSON,), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    if options.overrides:
        raise InputError(*(f"{text}: `report` takes no settings" for text in options.overrides))
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("report: allowed: the folder of one run, or latest")
    from sim.runs import run_report

    page = run_report(paths[0])
    tell_result(options, paths[0], lambda: say(f"Report: {page}"))
    return 0
