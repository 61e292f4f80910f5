"""``surgecrew calibrate``: from a history to a scenario."""

import functools
import time
from typing import TYPE_CHECKING

from sim.cli.app import App, Runner, run_app
from sim.cli.options import JSON
from sim.cli.results import print_calibration
from sim.cli.terminal import say
from sim.cli.words import list_choices, write_settings

if TYPE_CHECKING:
    from sim.calibration.reading.rows import Reading

TEXT = """\
Usage: surgecrew calibrate history=FILE [KEY=VALUE ...]

Fits the profile of the week, busy days, brand events, response times and sentiment to a
history and writes a scenario file that plan and simulate take. What the history cannot
tell comes from the base scenario, and the page says which.

FILE holds time stamps (a row a mention), counts per interval, or pairs of messages and their
replies, as CSV, xlsx, JSON or Parquet, also packed; `surgecrew check history=FILE` says in a
second what it would be taken for.

Settings (all of them: surgecrew calibrate --cfg job):
{settings}

{choices}

Options:
  --cfg job       print the composed configuration and stop
  --json          the result as one object instead of lines
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
    ("history_columns", "columns of time, reply, series, value, topic, sentiment"),
    ("history_time_zone", "of times without an offset, and of the scenario"),
    ("history_day_first", "true or false where 03/04/2026 could be both"),
    ("history_reply_unit", "of replies that are lengths: ms, s, min, h, d"),
    ("history_where", "rows that count, such as {inbound: true}"),
    ("history_preset", "names of columns by tool: zendesk, freshdesk, intercom, ..."),
    ("history_topics", "words of the topic column to topics of the base"),
    ("history_scorer", "your function that scores texts: module:f, file.py:f"),
    ("history_score_range", "lowest and highest score, such as [-1,1]"),
    ("scenario_time_zone", "of the scenario; null: the history's, else the base's"),
    ("base", "scenario that gives what the history cannot"),
    ("events", "found ones: unannounced, announced, none; or planned ones by name"),
    ("start", "first day of the scenario; null: the Monday after the history"),
    ("refit", "what of your own base follows: [hours,staff,crew,budget,days]"),
    ("actionable_share", "that need an answer; null: pairs 1, else .10"),
    ("run.dir", "folder of the results; null: results/calibrate/..."),
)


def write_help() -> str:
    """The help text."""
    settings = write_settings(SETTINGS, "calibrate")
    return TEXT.format(settings=settings, choices=list_choices("scenario", word="base"))


def find_runner() -> Runner:
    """The function that does it, imported only when needed; it tells first what it understood."""
    from sim.runs import run_calibrate

    return functools.partial(run_calibrate, tell=tell_reading)


def find_quiet_runner() -> Runner:
    """The same, without lines before the result: fit.json says what was understood."""
    from sim.runs import run_calibrate

    return run_calibrate


def tell_reading(reading: "Reading") -> None:
    """Say what the history was taken for, before the fit."""
    from sim.calibration.reading.judgment import describe_reading, tell_future

    for line in (*describe_reading(reading), *tell_future(reading, round(time.time() * 1000))):
        say(line)
    say()


def run(args: list[str]) -> int:
    """Run the verb."""
    find = find_quiet_runner if JSON in args else find_runner
    return run_app(App("calibrate", write_help, "calibrate", find, print_calibration), args)
