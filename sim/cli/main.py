"""The command line: takes the verb off, runs it, turns what happens into an exit code.

0 done; 1 a bug, traceback in a log file; 2 bad input; 3 no feasible plan; 4 some jobs or
checks failed; 130 interrupted (checked by ``tests/functional/test_cli_errors.py``).
"""

import os
import sys
import warnings

from sim.cli.interrupt import listen
from sim.cli.terminal import complain, say
from sim.errors import InputError, SurgecrewError

BUG, BAD_INPUT, INTERRUPTED = 1, 2, 130


def main() -> None:
    """Run the command with the arguments of the process and leave with its exit code."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    listen()
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Run the command and return its exit code; says what went wrong on stderr."""
    try:
        return dispatch(args)
    except SurgecrewError as error:
        complain(error.mistakes if isinstance(error, InputError) else str(error).splitlines())
        return error.exit_code
    except KeyboardInterrupt as error:
        kept = f"; what was finished is kept in {error.args[0]}" if error.args else ""
        complain([f"interrupted{kept}"])
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; a second complaint at exit is avoided by closing stdout on nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BUG
    except Exception as error:
        from sim.cli.crash import write_crash

        complain([write_crash(error)])
        return BUG


def dispatch(args: list[str]) -> int:
    """Answer help and version, or run the verb."""
    from sim.cli.verbs import run_verb, write_overview

    if not args or args[0] in ("--help", "-h", "help"):
        say(write_overview())
        return 0 if args else BAD_INPUT
    if args[0] in ("--version", "-V"):
        from importlib.metadata import version

        say(f"surgecrew {version('surgecrew')}")
        return 0
    return run_verb(args[0], args[1:])
