"""``surgecrew check``: what a history would be taken for, in a second, before anything is fitted.

Checked by ``tests/functional/test_cli_check.py``.
"""

import time

from sim.cli.app import check_no_paths
from sim.cli.options import read_options
from sim.cli.terminal import say
from sim.cli.words import write_settings
from sim.errors import InputError

TEXT = """\
Usage: surgecrew check history=FILE [KEY=VALUE ...]

Reads a history as calibrate would and says what it was taken for and why: kind, columns, five
rows as understood, rows left out, rate, span, how finely times are known, the clock, and
columns that were not used. Nothing is fitted and nothing is written.

FILE is CSV or TSV (any usual delimiter and encoding, lines above the header), xlsx, JSON,
JSON lines or Parquet, also packed (gz, zip).

Times: 2026-01-05 14:05, 2026-01-05T14:05:00Z, +01:00 or Europe/Berlin behind it, 05.01.2026
14:05, 05/01/26 2:05 PM (day and month told by the column), 5 Jan 2026, January 5, 2026 at 2 PM
(months in seven languages), Mon, 05 Jan 2026 14:05:00 GMT, Mon Jan 05 14:05:00 +0000 2026, Mon
Jan 05 2026 14:05:00 GMT+0100 (CET), 20260105T140500Z, 24:00, days of Excel, seconds to
nanoseconds since 1970; a date beside a time of the day or an hour; days by hours as a table.
Replies: times, or lengths (00:05:20, 5 min, 1d 2h, numbers of a unit). NULL, N/A, - and the
like are unanswered.

Settings (those of calibrate):
{settings}

Examples:
  surgecrew check history=mentions.csv
  surgecrew check history=tickets.xlsx history_preset=zendesk
  surgecrew check history=log.csv 'history_where={{direction: inbound}}' history_day_first=true"""


def run(args: list[str]) -> int:
    """Run the verb."""
    from sim.cli.calibrate import SETTINGS

    options = read_options("check", args, ())
    if options.wants_help:
        settings = [each for each in SETTINGS if each[0].startswith(("history", "scenario_"))]
        say(TEXT.format(settings=write_settings(settings, "calibrate")))
        return 0
    check_no_paths("check", options.paths)
    others = [
        text for text in options.overrides if text.partition("=")[0].lstrip("+") == "scenario"
    ]
    if others:
        raise InputError(
            f"{others[0]}: check reads histories alone; allowed: history=FILE (simulate and plan "
            "say what is wrong in a scenario before they begin)"
        )
    from sim.runs import run_check

    for line in run_check(options.overrides, round(time.time() * 1000)):
        say(line)
    return 0
