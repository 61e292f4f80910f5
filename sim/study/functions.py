"""Functions of the user's that an experiment runs at each point: a point in, rows out.

A function comes only from a file beside the experiment, and only where the command line says
``--code``: a file of a stranger's executes nothing. Its rows are known by the content of all
Python files of that folder. Checked by ``tests/functional/test_sweep_functions.py``.
"""

import functools
import hashlib
import importlib.util
import pathlib
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.planning.benchmarks.choice import make_policy
from sim.running.table import Table
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.settings import PolicyChoice
from sim.store.stored import hash_file
from sim.store.text import say_why

NAMED = re.compile(r"(\w+\.py):(\w+)")


@dataclass(frozen=True)
class PointJob:
    """What a function is given: a point, and the replications that it is to return rows of.

    Attributes
    ----------
    values : Mapping of str to object
        What the point sets, by key; ``own.`` keys are the function's alone.
    scenario : Scenario
        The point's world.
    choice : Policy or PolicyChoice
        Who answers, as it was chosen.
    seed : int
        Of the draws.
    replications : range
        Their numbers.
    engine : str
        kernel or simpy.
    """

    values: Mapping[str, Any]
    scenario: Scenario
    choice: Policy | PolicyChoice
    seed: int
    replications: range
    engine: str

    @functools.cached_property
    def policy(self) -> Policy:
        """The policy, made when it is first asked for."""
        return make_policy(self.choice, self.scenario)


Function = Callable[[PointJob], Mapping[str, Any]]


class PointFunction(NamedTuple):
    """Where a function is."""

    path: pathlib.Path
    name: str

    @property
    def label(self) -> str:
        """As the user names it."""
        return f"{self.path.name}:{self.name}"

    def hash(self) -> str:
        """Of all Python files of its folder."""
        files = sorted(self.path.parent.glob("*.py"))
        told = " ".join(f"{path.name}/{hash_file(path)}" for path in files)
        return hashlib.sha256(f"{self.label} {told}".encode()).hexdigest()[:16]

    def load(self) -> Function:
        """The function itself: this runs the file.

        Raises
        ------
        InputError
            The file cannot be loaded, or holds no such function.
        """
        name = f"sweep_{self.path.stem}"
        spec = importlib.util.spec_from_file_location(name, self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # it is the user's code
            why = f"{type(error).__name__}: {say_why(error)}"
            raise InputError(f"{self.path}: cannot be loaded ({why})") from error
        found = getattr(module, self.name, None)
        if not callable(found):
            raise InputError(f"{self.path}: has no function {self.name}")
        return found


def find_function(runs: str, folder: pathlib.Path) -> PointFunction | None:
    """Where the function is that an experiment runs; None where it simulates.

    Raises
    ------
    InputError
        There is no such file beside the experiment.
    """
    named = NAMED.fullmatch(runs)
    if named is None:
        return None
    path = folder / named[1]
    if not path.is_file():
        raise InputError(f"runs = {runs}: no file {named[1]} beside the experiment")
    return PointFunction(path, named[2])


def take_rows(function: Function, job: PointJob, label: str) -> Table:
    """The rows that a function returns, one for each replication.

    Raises
    ------
    InputError
        It returns something else.
    """
    given: Any = function(job)
    n = len(job.replications)
    allowed = f"a mapping of names to {n} numbers, flags or texts each, one a replication"
    if not isinstance(given, Mapping) or not given:
        raise InputError(f"{label} returned {type(given).__name__}; allowed: {allowed}")
    rows = Table({str(name): np.asarray(cells) for name, cells in given.items()})
    for name, cells in rows.items():
        if (
            cells.shape != (n,)
            or cells.dtype.kind not in "biufU"
            or name in ("world", "replication")
        ):
            raise InputError(
                f"{label} returned {name} as {cells.dtype}, shape {cells.shape}; allowed: {allowed}"
            )
    return rows
