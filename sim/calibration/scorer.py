"""The user's own function that scores texts: loaded, asked, and blamed where it fails.

Whatever it raises, also when it is loaded, is one line with the user's file and line
(checked by ``tests/functional/test_calibrate_sentiment.py``).
"""

import difflib
import importlib
import importlib.util
import math
import pathlib
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.paths import expand_home, require_file

FORM = "module:function or file.py:function"
# Characters of a text in a message.
MAX_SHOWN = 60


def load_scorer(name: str) -> Callable[[str], float]:
    """The user's own function that scores a text.

    Parameters
    ----------
    name : str
        ``module:function`` on Python's path, or ``file.py:function``.

    Raises
    ------
    InputError
        If there is no such function, or its file cannot be loaded.
    """
    place, _, function = name.rpartition(":")
    if not place or not function:
        raise InputError(f"history_scorer = {name}: allowed: {FORM}")
    try:
        module = load_file(name, place) if place.endswith(".py") else import_name(name, place)
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(f"history_scorer = {name}: cannot be loaded: {blame(error)}") from error
    scorer = getattr(module, function, None)
    if not callable(scorer):
        near = difflib.get_close_matches(function, dir(module), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InputError(f"history_scorer = {name}: no function {function} in it{hint}")
    found: Callable[[str], float] = scorer
    return found


def load_file(name: str, place: str) -> ModuleType:
    """Load a file of the user's."""
    path = expand_home(place)
    require_file(path)
    if not pathlib.Path(path).is_file():
        raise InputError(f"history_scorer = {name}: no such file")
    spec = importlib.util.spec_from_file_location("history_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def import_name(name: str, place: str) -> ModuleType:
    """Import a module on Python's path."""
    if not all(word.isidentifier() for word in place.split(".")):
        raise InputError(f"history_scorer = {name}: allowed: {FORM}")
    return importlib.import_module(place)


def call_scorer(cells: np.ndarray, scorer: Callable[[str], float]) -> np.ndarray:
    """The score of each text, NaN for an empty one; the same text is asked once.

    Raises
    ------
    InputError
        The function failed, or returned anything but a finite number.
    """
    texts, places = np.unique(cells.astype(str), return_inverse=True)
    numbers = np.full(texts.size, math.nan)
    for index, text in enumerate(texts.tolist()):
        if text == "":
            continue
        try:
            answer = scorer(text)
        except (Exception, SystemExit) as error:
            raise InputError(
                f"history_scorer: failed on {text[:MAX_SHOWN]!r}: {blame(error)}"
            ) from error
        numbers[index] = read_answer(answer, text)
    return numbers[places]


def read_answer(answer: Any, text: str) -> float:
    """What the function returned as a number."""
    try:
        number = math.nan if isinstance(answer, str) else float(answer)
    except Exception:
        number = math.nan
    if not math.isfinite(number):
        shown = repr(answer)[:MAX_SHOWN]
        raise InputError(
            f"history_scorer: returned {shown} for {text[:MAX_SHOWN]!r}; allowed: a finite number"
        )
    return number


def blame(error: BaseException) -> str:
    """The kind of an error, its first line, and the user's file and line."""
    message = next(iter(str(error).splitlines()), "")[:200]
    if isinstance(error, SyntaxError):
        return f"{error.filename}: line {error.lineno}: {error.msg}"
    reason = f"{type(error).__name__}: {message}" if message else type(error).__name__
    here = (__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename not in here and "importlib" not in frame.filename]  # fmt: skip
    return f"{frames[0].filename}: line {frames[0].lineno}: {reason}" if frames else reason
