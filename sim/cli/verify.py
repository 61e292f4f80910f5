"""``surgecrew verify``: whether this installation computes what it should."""

from sim.cli.options import JSON, read_options
from sim.cli.terminal import say, say_object
from sim.errors import InputError, PartialError

HELP = """\
Usage: surgecrew verify

Checks this installation in about a minute: the two engines agree on three small
scenarios, the simulation agrees with formulas, and ten published numbers come out.
Prints a table; leaves with code 4 if a check fails.

Options:
  --json  one object instead of the table"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("verify", args, (JSON,))
    if options.wants_help:
        say(HELP)
        return 0
    given = [*options.overrides, *options.paths]
    if given:
        raise InputError(*(f"{text}: `verify` takes no arguments" for text in given))
    if options.wants_object:
        from sim.runs import list_checks

        found = list_checks()
        say_object(found)
        if not found["passed"]:
            raise PartialError("some checks failed")
        return 0
    from sim.runs import run_verify

    table = run_verify()
    if table:
        say(table)
    return 0
