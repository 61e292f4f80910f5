"""The errors that the product tells its user about.

Every other exception is a bug: the command line writes its traceback to a log
file and leaves with code 1. These carry a text made for the user and the exit
code that belongs to them (checked by ``tests/functional/test_cli_errors.py``).
"""

import contextlib
import re
from collections.abc import Iterator


class SurgecrewError(Exception):
    """Base of all errors whose text is meant for the user.

    Attributes
    ----------
    exit_code : int
        What the command line leaves with.
    """

    exit_code = 1


class InputError(SurgecrewError):
    """Bad input: a wrong key, value, file or option; one line an error.

    Parameters
    ----------
    errors : str
        One line for each error: key, value, what is allowed, nearest right key.
    """

    exit_code = 2

    def __init__(self, *errors: str) -> None:
        self.errors = errors
        super().__init__("\n".join(errors))


@contextlib.contextmanager
def name_key(key: str, value: str) -> Iterator[None]:
    """Put the key and its value before each line of bad input that the block finds."""
    try:
        yield
    except InputError as error:
        again = re.compile(rf"(\w+=)?{re.escape(value)}: ")
        lines = [again.sub("", line, count=1) if again.match(line) else line
                 for line in error.errors]  # fmt: skip
        raise InputError(*(f"{key} = {value or repr(value)}: {line}" for line in lines)) from None


class InfeasibleError(SurgecrewError):
    """No plan meets the constraints; the text names the reason and the smallest relaxation."""

    exit_code = 3


class PlaceWarning(UserWarning):
    """A cache cannot be used, or a stored file was changed: reported in a line, the run goes on."""


class PartialError(SurgecrewError):
    """Some jobs or checks failed; the others are kept."""

    exit_code = 4
