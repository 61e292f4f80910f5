"""The verbs: a module and a line of help each; listed here means that it works.

Checked by ``tests/functional/test_cli_help.py``.
"""

import difflib
import importlib
from typing import NamedTuple

from sim.errors import InputError


class Verb(NamedTuple):
    """Where a verb is, and what it does."""

    module: str
    does: str


VERBS = {
    "init": Verb("sim.cli.starting.init", "write a first scenario of your own"),
    "plan": Verb("sim.cli.plan", "find the best staffing and effort for a budget"),
    "simulate": Verb("sim.cli.simulate", "run one policy on many random weeks"),
    "calibrate": Verb("sim.cli.calibrate", "make a scenario from your own history"),
    "forecast": Verb(
        "sim.cli.histories.forecast", "expect the next weeks' mentions from your own history"
    ),
    "review": Verb(
        "sim.cli.histories.review", "hold last week against its plan, and say why it differs"
    ),
    "check": Verb("sim.cli.histories.check", "say what a scenario or history holds, in a second"),
    "sweep": Verb(
        "sim.cli.sweep", "play a design of worlds and policies; goes on where it stopped"
    ),
    "analyze": Verb(
        "sim.cli.research.analyze", "say what a sweep found: differences, effects, what breaks it"
    ),
    "reproduce": Verb(
        "sim.cli.research.reproduce", "make a stored run or sweep again, and compare every file"
    ),
    "compare": Verb("sim.cli.compare", "compare stored runs on the same random weeks"),
    "roster": Verb("sim.cli.people.roster", "put people, by name, on the shifts of a plan"),
    "explore": Verb(
        "sim.cli.exploring.explore", "turn the knobs of a run on a page, and see at once"
    ),
    "report": Verb("sim.cli.report", "rebuild a stored run's report"),
    "verify": Verb("sim.cli.verify", "check this installation in a minute"),
    "schema": Verb("sim.cli.schema", "write JSON Schema of your files for your editor"),
    "completion": Verb("sim.cli.completion", "write completion for bash or zsh"),
}

OVERVIEW = """\
Surgecrew plans the staff and the response effort of a brand's social-media care team for
weeks with surges: campaigns, launches, price rises, outages, breaches.

Usage: surgecrew VERB [KEY=VALUE ...]

{verbs}

  surgecrew VERB --help   what a verb takes, with examples
  surgecrew --version     the version

Start with:
  surgecrew plan scenario=breach_week"""


def write_overview() -> str:
    """The help of the whole command."""
    wide = max(map(len, VERBS))
    lines = [f"  {name.ljust(wide)}  {verb.does}" for name, verb in VERBS.items()]
    return OVERVIEW.format(verbs="\n".join(lines))


def run_verb(name: str, args: list[str]) -> int:
    """Run a verb and return its exit code.

    Raises
    ------
    InputError
        If there is no such verb; tells the nearest one.
    """
    if name not in VERBS:
        near = difflib.get_close_matches(name, VERBS, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError(f"{name}: unknown verb{hint} (allowed: {', '.join(VERBS)})")
    code: int = importlib.import_module(VERBS[name].module).run(args)
    return code
