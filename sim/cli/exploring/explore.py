"""``surgecrew explore``: a local page on which a run's plan is changed and played at once."""

from sim.cli.options import JSON, read_options
from sim.cli.paths import find_runs
from sim.cli.terminal import say, say_object
from sim.errors import InputError

HELP = """\
Usage: surgecrew explore RUN [port=NUMBER] [--open]

Opens a page on this machine for the folder of a plan or a simulated policy. On it people per
shift and pool, levels by topic and phase, the order of work, help between pools, people on
call, preparations, opening hours, absence, events and the budget can be changed. Each change
is played on the run's own random weeks and shown as a difference with its 95 % interval,
which narrows while you wait. What you found can be saved (policy.yaml and scenario.yaml in
the run's folder) and comes with the command that simulates it again.

Only this machine can open the page, with the address that is printed. Nothing is loaded from
elsewhere. Ctrl-C ends it.

RUN is the folder of a plan or a simulated policy, or latest.

Options:
  port=NUMBER  a port of your choice; left out: any free one
  --open       open the page in the browser
  --json       the address as one object instead of lines
  --help       this text

Examples:
  surgecrew explore latest
  surgecrew explore results/plan/breach_week/2026-06-01T09-00-00 port=8080"""
KEY = "port"
EXTRA = "explore: needs starlette and uvicorn: pip install 'surgecrew[explore]'"


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("explore", args, ("--open", JSON), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    given = dict(text.partition("=")[::2] for text in options.overrides)
    wrong = [text for text in options.overrides if text.partition("=")[0] != KEY]
    if wrong:
        raise InputError(*(f"{text}: `explore` takes port=NUMBER alone" for text in wrong))
    port = read_port(given.get(KEY, "0"))
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("explore: allowed: the folder of one run, or latest")
    if list_missing_packages():
        raise InputError(EXTRA)
    from sim.runs import run_explore

    def tell(address: str) -> None:
        if options.wants_object:
            say_object({"schema": 1, "page": address})
        else:
            say(f"Page: {address}")
            say("Ctrl-C ends it.")
        if "--open" in options.flags:
            import webbrowser

            webbrowser.open(address)

    run_explore(paths[0], port, tell)
    if not options.wants_object:
        say("The page is closed.")
    return 0


def list_missing_packages() -> list[str]:
    """List what the extra would install and is not there."""
    import importlib.util

    return [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]


def read_port(text: str) -> int:
    """Read a port.

    Raises
    ------
    InputError
        It is no whole number, or one that only the system may open.
    """
    if not (text.isascii() and text.isdigit()) or not (int(text) == 0 or 1024 <= int(text) < 65536):
        raise InputError(f"port={text}: allowed: a whole number from 1024 to 65535")
    return int(text)
