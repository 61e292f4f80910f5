"""The command line: takes the verb off, runs it, turns what happens into an exit code.

0 done; 1 a bug, traceback in a log file; 2 bad input; 3 no feasible plan; 4 some jobs or
checks failed; 130 interrupted (checked by ``tests/functional/test_cli_errors.py``).
"""

import contextlib
import faulthandler
import functools
import sys
import warnings
from typing import TextIO

from sim.cli.interrupt import is_stop_requested, listen
from sim.cli.terminal import complain, open_streams, say, take_lost
from sim.errors import InputError, PlaceWarning, SurgecrewError

BUG, BAD_INPUT, INTERRUPTED = 1, 2, 130
FOLDER_VERBS = ("plan", "simulate", "calibrate", "forecast", "review", "compare", "report", "sweep")
NO_MEMORY = (
    "out of memory; reduce run.replications, run.workers, "
    "scenario.horizon.days, scenario.demand.base_per_h, run.keep_mentions"
)


def main() -> None:
    """Run the command with the arguments of the process and leave with its exit code."""
    open_streams()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        warnings.simplefilter("once", PlaceWarning)
    warnings.showwarning = print_warning
    report_crashes()
    listen()
    sys.exit(run(sys.argv[1:]))


def print_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning in one line."""
    print_once(str(message))


@functools.cache
def print_once(text: str) -> None:
    """Print a line unless it was printed before: the filter ``once`` forgets as filters change."""
    complain([text])


def report_crashes() -> None:
    """Let a crash of the process itself say on stderr where it was; without stderr it cannot."""
    with contextlib.suppress(RuntimeError, AttributeError, OSError, ValueError):
        faulthandler.enable()


def run(args: list[str]) -> int:
    """Run the command and return its exit code; says what went wrong on stderr."""
    code = answer(args)
    lost = take_lost()
    if lost is None or isinstance(lost, BrokenPipeError):
        return code
    complain([f"standard output: cannot be written ({lost.strerror or lost})"])
    return code if code != 0 or keeps_results(args) else BAD_INPUT


def keeps_results(args: list[str]) -> bool:
    """Whether a verb's results are in a folder, whatever it says beside that."""
    only_says = {
        "--help",
        "-h",
        "--cfg",
        "--cfg=job",
        "-c",
        "-c=job",
        "--dry-run",
        "--slurm",
    } & set(args)
    return bool(args) and args[0] in FOLDER_VERBS and not only_says


def answer(args: list[str]) -> int:
    """Run the command; every way in which it may end has its exit code."""
    try:
        return dispatch(args)
    except SurgecrewError as error:
        lines = error.errors if isinstance(error, InputError) else str(error).splitlines()
        complain([*lines, *getattr(error, "__notes__", ())])
        return leave(error.exit_code)
    except KeyboardInterrupt as error:
        kept = f"; finished results are kept in {error.args[0]}" if error.args else ""
        complain([f"interrupted{kept}"])
        return INTERRUPTED
    except MemoryError as error:
        complain([NO_MEMORY, *getattr(error, "__notes__", ())])
        return leave(BAD_INPUT)
    except Exception as error:
        if is_stop_requested():  # a library met the interrupt and raised what it took it for
            met = f"{type(error).__name__}: {error}".splitlines()[0]
            complain([f"interrupted ({met[:200]})", *getattr(error, "__notes__", ())])
            return INTERRUPTED
        from sim.cli.crash import write_crash

        complain([write_crash(error)])
        return BUG


def leave(code: int) -> int:
    """The exit code of an error that was printed: that of an interrupt where one came first."""
    if not is_stop_requested():
        return code
    complain(["interrupted"])
    return INTERRUPTED


def dispatch(args: list[str]) -> int:
    """Answer help and version, or run the verb."""
    from sim.cli.verbs import run_verb, write_overview

    if not args or args[0] in ("--help", "-h", "help"):
        say(write_overview())
        return 0 if args else BAD_INPUT
    if args[0] in ("--version", "-V"):
        from sim.version import __version__

        say(f"surgecrew {__version__}")
        return 0
    return run_verb(args[0], args[1:])
