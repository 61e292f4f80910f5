"""What a page found, kept in the run's own folder: a policy, its scenario, and the command.

Checked by ``tests/functional/test_explore.py``.
"""

import os
import pathlib
import shlex
from typing import NamedTuple

from sim.errors import InputError
from sim.explore.changing import Changed
from sim.explore.stored import ExploredRun
from sim.store.adding import add_files
from sim.store.text import format_yaml

FOLDER = "explored"
# A page that is clicked at random may not fill a disk.
MOST_SAVED = 200


class Saved(NamedTuple):
    """Where it is, and how it is simulated again."""

    policy: pathlib.Path
    scenario: pathlib.Path
    command: str


def save(run: ExploredRun, changed: Changed) -> Saved:
    """Save a changed run in the run's folder, under the next free number.

    Raises
    ------
    InputError
        There are too many, or the folder cannot be written.
    """
    room = find_room(run.place)
    files = {
        f"{room}/scenario.yaml": format_yaml(changed.world.plain).encode(),
        f"{room}/policy.yaml": format_yaml(changed.policy.model_dump(mode="json")).encode(),
    }
    try:
        add_files(run.place, files)
    except OSError as error:
        raise InputError(f"{run.place / room}: cannot be written ({error.strerror})") from None
    scenario, policy = (run.place / name for name in files)
    return Saved(policy, scenario, write_command(run, policy, scenario))


def find_room(place: pathlib.Path) -> str:
    """The first folder of a number that nothing has.

    Raises
    ------
    InputError
        There are `MOST_SAVED` already.
    """
    for number in range(1, MOST_SAVED + 1):
        if not os.path.lexists(place / f"{FOLDER}-{number}"):
            return f"{FOLDER}-{number}"
    raise InputError(f"{place}: holds {MOST_SAVED} folders {FOLDER}-NUMBER; remove some")


def write_command(run: ExploredRun, policy: pathlib.Path, scenario: pathlib.Path) -> str:
    """Write the command that plays what was saved on the same weeks."""
    words = [
        "surgecrew",
        "simulate",
        f"scenario={scenario}",
        f"policy={policy}",
        f"run.seed={run.seed}",
        f"run.replications={run.weeks}",
    ]
    return " ".join(map(shlex.quote, words))
