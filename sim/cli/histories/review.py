"""``surgecrew review``: a week that is over beside its plan."""

from sim.cli.app import App, Runner, run_app
from sim.cli.results import print_review
from sim.cli.words import write_settings

TEXT = """\
Usage: surgecrew review history=FILE plan=RUN [KEY=VALUE ...]

Holds the plan's days, as they were, against the plan: what came beside its bands, and the
difference in satisfaction, promise, first reply and cost split into forecast, staffing, effort
and luck, which sum to the whole. The real week is replayed under the plan, under what was done
and under the best plan for the money in hindsight. Events of the week are told as entries for
the next calendar. scenario.yaml in the folder is the week; simulate plays it under any policy.

FILE is what calibrate reads and holds the plan's days, earlier ones too if you have them;
RUN is the folder of a plan, or latest.

Settings (all of them: surgecrew review --cfg job):
{settings}

Options:
  --cfg job       print the composed configuration and stop
  --json          the result as one object instead of lines
  --help          this text

Examples:
  surgecrew review history=mentions.csv plan=latest
  surgecrew review history=pairs.csv plan=latest done=roster.csv
  surgecrew review history=x.csv plan=latest week=2026-12-07 hindsight=0"""

SETTINGS = (
    ("done", "what was done: a CSV of people on duty, policy.yaml, a run"),
    ("week", "first day that is reviewed; null: the plan's own"),
    ("hindsight", "replications of its search; 0: none"),
    ("history_kind", "times, counts, pairs or auto"),
    ("history_series", "which series, where the file holds several"),
    ("history_columns", "names of the columns time, reply, series, value, topic"),
    ("history_time_zone", "of times without an offset; null: the plan's clock"),
    ("history_day_first", "true or false where 03/04/2026 could be both"),
    ("history_reply_unit", "of replies that are lengths: ms, s, min, h, d"),
    ("history_where", "rows that count, such as {inbound: true}"),
    ("history_preset", "names of columns by tool: zendesk, freshdesk, intercom, ..."),
    ("history_topics", "words of the topic column to topics of the plan"),
    ("run.replications", "of each world"),
    ("run.seed", "of the draws"),
    ("run.dir", "folder of the results; null: results/review/..."),
)


def write_help() -> str:
    """The help text."""
    return TEXT.format(settings=write_settings(SETTINGS, "review"))


def find_runner() -> Runner:
    """The function that does it, imported only when needed."""
    from sim.runs import run_review

    return run_review


def run(args: list[str]) -> int:
    """Run the verb."""
    return run_app(App("review", write_help, "review", find_runner, print_review), args)
