"""Which folders of the user's may hold caches and logs: their own, writable by nobody else.

A cache of compiled code is run when it is read, so whoever can write to it can run code as the
user. Checked by ``tests/unit/test_places.py``.
"""

import os
import pathlib
import stat


def find_user_folder(variable: str, *below_home: str) -> pathlib.Path | None:
    """The folder that a variable names, else one in the user's home.

    Parameters
    ----------
    variable : str
        Such as ``XDG_CACHE_HOME``; a relative path in it says nothing, as its standard wants.
    below_home : str
        Where it is by default.

    Returns
    -------
    pathlib.Path or None
        None where the user has no home.
    """
    named = os.environ.get(variable, "")
    if os.path.isabs(named):
        return pathlib.Path(named)
    try:
        home = pathlib.Path.home()
    except RuntimeError:  # no HOME, and the user is in no list
        return None
    return home.joinpath(*below_home) if home.is_absolute() else None


def prepare_own_folder(folder: pathlib.Path) -> str | None:
    """Make a folder where it is missing and see that it is the user's own.

    Returns
    -------
    str or None
        Why it cannot be used; None where it can.
    """
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        real = pathlib.Path(os.path.realpath(folder))
        facts = [(place, os.stat(place)) for place in (real, *real.parents)]
    except (OSError, ValueError) as error:
        return f"{folder}: {getattr(error, 'strerror', None) or error}"
    if facts[0][1].st_uid != os.geteuid():
        return f"{real}: is owned by another user"
    for place, found in facts:
        if found.st_uid not in (0, os.geteuid()):
            return f"{place}: is owned by another user"
        # In a folder with the sticky bit nobody can take another's files away.
        is_shared = is_open_to_others(found) and not (
            place != real and found.st_mode & stat.S_ISVTX
        )
        if is_shared:
            return f"{place}: is writable by other users"
    return None


def is_open_to_others(facts: os.stat_result) -> bool:
    """Whether anybody but the owner can write to a folder.

    The group does not count where it is the user's own, which many systems give each user.
    """
    if facts.st_mode & stat.S_IWOTH:
        return True
    return bool(facts.st_mode & stat.S_IWGRP) and not _is_own_group(facts.st_gid)


def _is_own_group(number: int) -> bool:
    import grp
    import pwd

    try:
        group, user = grp.getgrgid(number), pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
