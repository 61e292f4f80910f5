"""``surgecrew report``: the page again, from stored results."""

from sim.cli.options import JSON, read_options
from sim.cli.paths import find_runs
from sim.cli.results import tell_result
from sim.cli.terminal import say
from sim.errors import InputError

HELP = """\
Usage: surgecrew report RUN [report.pdf=true]

Rebuilds the report of a stored run; nothing is simulated. RUN is a run's folder, or
latest. report.pdf=true prints it too, by an installed browser or weasyprint.

Options:
  --json  the stored result as one object, with its page

Examples:
  surgecrew report latest
  surgecrew report results/plan/breach_week/2026-06-01T09-00-00"""

PAPER = {"report.pdf=true": True, "report.pdf=false": False}
"""settings of the verb"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("report", args, (JSON,), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    others = [text for text in options.overrides if text not in PAPER]
    if others:
        raise InputError(*(f"{text}: allowed for `report`: report.pdf=true" for text in others))
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("report: allowed: the folder of one run, or latest")
    from sim.runs import run_report

    page = run_report(paths[0], pdf=any(PAPER.get(text, False) for text in options.overrides))
    tell_result(options, paths[0], lambda: say(f"Report: {page}"))
    return 0
