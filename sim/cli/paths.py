"""Run folders as users name them: a path, or ``latest``."""

import os
import pathlib

from sim.errors import InputError


def find_runs(words: list[str]) -> list[pathlib.Path]:
    """The folders of runs.

    Raises
    ------
    InputError
        One line for each word that names no whole run.
    """
    from sim.paths import expand_home
    from sim.store.folder import WHOLE
    from sim.store.latest import find_latest

    paths: list[pathlib.Path] = []
    errors: list[str] = []
    for word in words:
        path = pathlib.Path(expand_home(word))
        if word == "latest" and not os.path.exists(path):
            path = find_latest()
        if not os.path.isdir(path):  # no error for a name that is too long for a name
            errors.append(f"{word}: no such folder; allowed: a run's folder, or latest")
        elif not (path / WHOLE).is_file():
            errors.append(f"{word}: is no complete run: it has no {WHOLE}")
        paths.append(path)
    if errors:
        raise InputError(*errors)
    return paths
