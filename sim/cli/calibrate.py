"""``surgecrew calibrate``: from a history to a scenario."""

from sim.cli.app import App, Runner, run_app
from sim.cli.results import print_calibration
from sim.cli.words import list_choices, write_settings

TEXT = """\
Usage: surgecrew calibrate history=FILE [KEY=VALUE ...]

Fits the profile of the week, busy days, brand events, response times and sentiment to a
history and writes a scenario file that plan and simulate take. What the history cannot
tell comes from the base scenario, and the page says which.

FILE is CSV or Parquet: time stamps (a row a mention), counts per interval, or pairs of
mention and reply times.

Settings (all of them: surgecrew calibrate --cfg job):
{settings}

{choices}

Options:
  --cfg job       print the composed configuration and stop
  --help          this text

Examples:
  surgecrew calibrate history=mentions.csv
  surgecrew calibrate history=counts.csv history_series=AAPL history_time_zone=America/New_York
  surgecrew calibrate history=pairs.csv 'history_columns={{time: asked, reply: answered}}'
  surgecrew calibrate history=x.csv 'history_columns={{sentiment: text}}' history_scorer=my.py:f
  surgecrew plan scenario=results/calibrate/.../scenario.yaml planner.budget=20000"""

SETTINGS = (
    ("history_kind", "times, counts, pairs or auto"),
    ("history_series", "which series, where the file holds several"),
    ("history_columns", "names of the columns time, reply, series, value, topic, sentiment"),
    ("history_time_zone", "of times without an offset"),
    ("history_scorer", "your function that scores texts: module:function, file.py:function"),
    ("history_score_range", "lowest and highest score, such as [-1,1]"),
    ("base", "scenario that gives what the history cannot"),
    ("events", "found ones: unannounced, announced, none; or planned ones by name"),
    ("start", "first day of the scenario; null: the Monday after the history"),
    ("actionable_share", "that need an answer; null: pairs 1, else .10"),
    ("run.dir", "folder of the results; null: results/calibrate/..."),
)


def write_help() -> str:
    """The help text."""
    settings = write_settings(SETTINGS, "calibrate")
    return TEXT.format(settings=settings, choices=list_choices("scenario", word="base"))


def find_runner() -> Runner:
    """The function that does it, imported only when needed."""
    from sim.runs import run_calibrate

    return run_calibrate


def run(args: list[str]) -> int:
    """Run the verb."""
    return run_app(App("calibrate", write_help, "calibrate", find_runner, print_calibration), args)
