"""``surgecrew roster``: people, by name, on the shifts of a stored plan."""

from sim.cli.options import JSON, read_options
from sim.cli.paths import find_runs
from sim.cli.terminal import say, say_object
from sim.errors import InputError

HELP = """\
Usage: surgecrew roster RUN [people=FILE]

Puts people on the shifts of a plan: everybody at most one shift a day, with rest between two
and the days a week of the scenario, two days off in a row, no more hours than their contract;
weekends and late shifts shared evenly, wishes where nothing is lost by them. As many people as
the roster needs (time off the queue included), not only those at work. What nobody can work is
told with the rule that forbids it and how many people more would do. Writes roster.csv,
roster.xlsx (a sheet a person), roster.json and, of people with names, a calendar each
(calendars/*.ics) into the run's folder. Without a file: numbered people, as many as it takes.

RUN is the folder of a plan or a simulated policy, or latest.

FILE is a CSV (or xlsx, JSON, Parquet), one row a person; several entries of a cell stand
between bars:
  name        as it is to be shown
  pool        pools that they work in, the best first; or
  skills      topics; they work in each pool all of whose topics they have
  contract_h  most paid hours a week; empty: a full-time week
  days_off    weekdays or dates: sat|sun, 2026-06-05
  earliest    no shift before (08:00); latest: none that ends later (18:00)
  fixed       shifts that they work whatever else: wed 09:00-17:00
  wishes      off fri, off 2026-06-05, early, late

Options:
  --json  the roster as one object (roster.json) instead of lines

Examples:
  surgecrew roster latest people=people.csv
  surgecrew roster results/plan/breach_week/2026-06-01T09-00-00"""
KEY = "people"


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("roster", args, (JSON,), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    given = dict(text.partition("=")[::2] for text in options.overrides)
    wrong = [key for key in given if key != KEY]
    if wrong or (KEY in given and not given[KEY]):
        raise InputError(f"roster {' '.join(options.overrides)}: allowed: people=FILE")
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("roster: allowed: the folder of one run, or latest")
    from sim.paths import expand_home
    from sim.runs import run_roster

    people = expand_home(given[KEY]) if KEY in given else None
    found, lines = run_roster(paths[0], people)
    if options.wants_object:
        say_object({**found, "folder": str(paths[0])})
        return 0
    for line in lines:
        say(line)
    return 0
