"""``surgecrew compare``: paired differences between stored runs."""

from sim.cli.options import JSON, read_options
from sim.cli.paths import find_runs
from sim.cli.results import print_comparison, tell_result
from sim.cli.terminal import say
from sim.errors import InputError

HELP = """\
Usage: surgecrew compare RUN RUN [RUN ...] [KEY=VALUE ...]

Compares stored runs on the same random weeks: the difference of each measure to the
first run, with its 95 % interval. RUN is a run's folder, or latest.

Settings:
  run.dir=null         folder of the comparison; null: results/compare/...
  run.overwrite=false  true: an older run in run.dir is replaced
  report.page=true     false: no report.html

Options:
  --json               the result as one object instead of lines

Examples:
  surgecrew compare results/simulate/breach_week/2026-06-01T09-00-00 latest"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("compare", args, (JSON,), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    paths = find_runs(options.paths)
    if len(paths) < 2:
        raise InputError("compare: allowed: the folders of two or more runs")
    from sim.cli.app import check_place
    from sim.compose import compose_with_layers
    from sim.scenario.build import build_config

    config = build_config(compose_with_layers(options.overrides, "compare"))
    check_place(config["run"].dir, config["run"].overwrite)
    from sim.runs import run_compare

    folder = run_compare(paths, config)
    tell_result(options, folder, lambda: print_comparison(folder))
    return 0
