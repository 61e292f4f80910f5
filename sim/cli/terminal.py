"""What the verbs say: results on stdout, errors on stderr, colors only on terminals.

A stream that is closed or full ends nothing: what a run found is in its folder. What was lost
is kept for the end, where one line tells it (checked by ``tests/functional/test_cli_output.py``
and ``tests/functional/test_cli_streams.py``).
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"

# A word this long is no path that somebody reads; its two ends tell which one is meant.
LONG_WORD = re.compile(r"(\S{100})\S{140,}(\S{60})")

_lost: list[OSError] = []


def open_streams() -> None:
    """Put nothing in the place of closed standard streams, so that no file gets their number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def has_colors(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user has not asked for plain text."""
    wants_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not wants_plain


def say(text: str = "") -> None:
    """Write a line to stdout; letters that it cannot show become question marks."""
    try:
        print(make_printable(text, sys.stdout), flush=True)
    except OSError as error:
        _lost.append(error)
        silence(sys.stdout)


def say_title(text: str) -> None:
    """Write a line to stdout, bold on a terminal."""
    say(f"{BOLD}{text}{PLAIN}" if has_colors(sys.stdout) else text)


def say_object(found: dict[str, Any]) -> None:
    """Write one JSON object to stdout; letters that its encoding lacks are escaped."""
    encoding = (sys.stdout.encoding or "utf-8").lower().replace("-", "")
    say(json.dumps(found, ensure_ascii=encoding != "utf8", indent=1))


def complain(lines: Iterable[str]) -> None:
    """Write errors to stderr, one line each, long words cut, red on a terminal."""
    for line in lines:
        safe = LONG_WORD.sub(r"\1...\2", show_bytes(line))
        plain = "".join(char if char.isprintable() else " " for char in safe)
        text = make_printable(plain, sys.stderr)
        try:
            print(f"{RED}{text}{PLAIN}" if has_colors(sys.stderr) else text, file=sys.stderr)
        except OSError:
            silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Lead a stream that cannot be written to nowhere, so that the process ends in peace."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def take_lost() -> OSError | None:
    """Why something said to stdout was lost, or None; once."""
    first = _lost[0] if _lost else None
    _lost.clear()
    return first


def show_bytes(text: str) -> str:
    r"""A text in which bytes of a path that are not UTF-8 stand as ``\xe9``."""
    return text.encode("utf-8", errors="surrogateescape").decode("utf-8", "backslashreplace")


def make_printable(text: str, stream: TextIO) -> str:
    """The text with what the stream's encoding lacks replaced."""
    encoding = stream.encoding or "utf-8"
    return show_bytes(text).encode(encoding, errors="replace").decode(encoding)


def lay_out(rows: list[tuple[str, ...]], indent: str = "  ") -> str:
    """Rows as columns of equal width, the last column as long as it is."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(f"{indent}{'  '.join(cells)}".rstrip())
    return "\n".join(lines)
