"""``surgecrew forecast``: from a history to counts with bands for the next weeks."""

from sim.cli.app import App, Runner, run_app
from sim.cli.results import print_forecast
from sim.cli.words import write_settings

TEXT = """\
Usage: surgecrew forecast history=FILE [KEY=VALUE ...]

Says how many mentions the next weeks will bring, by the hour, day and week, with 50, 80 and
95 % bands, and whether the history is good enough to plan on: the past is forecast again with
what was known then. Bursts may come on any day, as often and as large as in the history; an
event that you know of is placed where you say.

FILE is what calibrate reads.

Settings (all of them: surgecrew forecast --cfg job):
{settings}

Options:
  --cfg job       print the composed configuration and stop
  --json          the result as one object instead of lines
  --help          this text

Examples:
  surgecrew forecast history=mentions.csv
  surgecrew forecast history=counts.csv history_series=AAPL horizon=4w holidays=US-NY
  surgecrew forecast history=x.csv 'events={{s: {{like: 2026-03-09, time: 2026-12-03T10:00}}}}'"""

SETTINGS = (
    ("horizon", "weeks or days: 2w, 10d"),
    ("start", "first day, such as 2026-12-07; null: the next full day"),
    ("events", "planned ones: {NAME: {like: DAY, time: TIME, scale: 1}}"),
    ("holidays", "a country, US or US-CA, or dates: [2026-12-25]"),
    ("backtest", "how much of the past is forecast again: 8w, auto, none"),
    ("history_kind", "times, counts, pairs or auto"),
    ("history_series", "which series, where the file holds several"),
    ("history_columns", "names of the columns time, reply, series, value"),
    ("history_time_zone", "of times without an offset, and of the forecast"),
    ("history_day_first", "true or false where 03/04/2026 could be both"),
    ("history_where", "rows that count, such as {inbound: true}"),
    ("history_preset", "names of columns by tool: zendesk, freshdesk, intercom, ..."),
    ("base", "scenario whose profile stands in for a short history"),
    ("paths", "paths that are drawn"),
    ("run.seed", "of the draws"),
    ("run.dir", "folder of the results; null: results/forecast/..."),
)


def write_help() -> str:
    """The help text."""
    return TEXT.format(settings=write_settings(SETTINGS, "forecast"))


def find_runner() -> Runner:
    """The function that does it, imported only when needed."""
    from sim.runs import run_forecast

    return run_forecast


def run(args: list[str]) -> int:
    """Run the verb."""
    return run_app(App("forecast", write_help, "forecast", find_runner, print_forecast), args)
