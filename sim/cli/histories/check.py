"""``surgecrew check``: what a scenario or a history says, in a second, before anything is run.

Checked by ``tests/functional/test_cli_check.py`` and ``test_cli_check_scenario.py``.
"""

import time
from typing import Any

from sim.cli.app import check_no_paths
from sim.cli.options import JSON, Options, read_options
from sim.cli.terminal import say, say_object
from sim.cli.words import write_settings
from sim.errors import InputError

INTERVALS = "--intervals"
TEXT = """\
Usage: surgecrew check scenario=NAME|FILE [KEY=VALUE ...]
       surgecrew check history=FILE [KEY=VALUE ...]

Of a scenario: demand and work by day, events with their dates, how many people the promise
asks for by pool (at work, on the roster, full-time contracts) and what they would cost, the
most of the promise that the opening hours allow, which values are yours and which inherited
(with their marks), and what contradicts itself. Nothing is simulated or written. Keys are as
for plan and simulate.

Of a history, as calibrate would read it: what it was taken for and why: kind, columns, five
rows as understood, rows left out, rate, span, how finely times are known, the clock, and
columns that were not used. Nothing is fitted.

FILE is CSV or TSV (any usual delimiter and encoding, lines above the header), xlsx, JSON,
JSON lines or Parquet, also packed (gz, zip).

Times: 2026-01-05 14:05, 2026-01-05T14:05:00Z, +01:00 or Europe/Berlin behind it, 05.01.2026
14:05, 05/01/26 2:05 PM (day and month told by the column), 5 Jan 2026, January 5, 2026 at 2 PM
(months in seven languages), Mon, 05 Jan 2026 14:05:00 GMT, Mon Jan 05 14:05:00 +0000 2026, Mon
Jan 05 2026 14:05:00 GMT+0100 (CET), 20260105T140500Z, 24:00, days of Excel, seconds to
nanoseconds since 1970; a date beside a time of the day or an hour; days by hours as a table.
Replies: times, or lengths (00:05:20, 5 min, 1d 2h, numbers of a unit). NULL, N/A, - and the
like are unanswered.

Settings of a history (those of calibrate):
{settings}

Options:
  --intervals  of a scenario: people by pool, time of day and day
  --json       one object instead of lines

Examples:
  surgecrew check scenario=my_week.yaml
  surgecrew check scenario=launch_week scenario.shifts.open_to_h=20 --intervals
  surgecrew check history=mentions.csv
  surgecrew check history=tickets.xlsx history_preset=zendesk
  surgecrew check history=log.csv 'history_where={{direction: inbound}}' history_day_first=true"""


def run(args: list[str]) -> int:
    """Run the verb."""
    from sim.cli.calibrate import SETTINGS

    options = read_options("check", args, (INTERVALS, JSON))
    if options.wants_help:
        settings = [each for each in SETTINGS if each[0].startswith(("history", "scenario_"))]
        say(TEXT.format(settings=write_settings(settings, "calibrate")))
        return 0
    check_no_paths("check", options.paths)
    subjects = {text.partition("=")[0].lstrip("+").split(".")[0] for text in options.overrides}
    if "scenario" in subjects and "history" in subjects:
        raise InputError("check: allowed: scenario=NAME|FILE or history=FILE, one of them")
    if "history" not in subjects and "scenario" in subjects:
        return check_scenario(options)
    if INTERVALS in options.flags:
        raise InputError(f"check {INTERVALS}: allowed with scenario=NAME|FILE")
    from sim.runs import run_check

    tell(options, *run_check(options.overrides, round(time.time() * 1000)))
    return 0


def tell(options: Options, found: dict[str, Any], lines: list[str]) -> None:
    """Say one object, or its lines."""
    if options.wants_object:
        say_object(found)
        return
    for line in lines:
        say(line)


def check_scenario(options: Options) -> int:
    """Say what a scenario holds."""
    from sim.runs import run_check_scenario

    tell(options, *run_check_scenario(options.overrides, INTERVALS in options.flags))
    return 0
