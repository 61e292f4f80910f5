"""What the verbs say: results on stdout, mistakes on stderr, colors only on terminals.

Checked by ``tests/functional/test_cli_output.py``.
"""

import os
import sys
from collections.abc import Iterable
from typing import TextIO

RED, BOLD, PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


def has_colors(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal whose user has not asked for plain text."""
    wants_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not wants_plain


def say(text: str = "") -> None:
    """Write a line to stdout; letters that it cannot show become question marks."""
    print(make_printable(text, sys.stdout), flush=True)


def say_title(text: str) -> None:
    """Write a line to stdout, bold on a terminal."""
    say(f"{BOLD}{text}{PLAIN}" if has_colors(sys.stdout) else text)


def complain(lines: Iterable[str]) -> None:
    """Write mistakes to stderr, one line each, red on a terminal."""
    for line in lines:
        plain = "".join(char if char.isprintable() else " " for char in line)
        text = make_printable(plain, sys.stderr)
        print(f"{RED}{text}{PLAIN}" if has_colors(sys.stderr) else text, file=sys.stderr)


def make_printable(text: str, stream: TextIO) -> str:
    """Return the text with what the stream's encoding lacks replaced."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, errors="replace").decode(encoding)


def lay_out(rows: list[tuple[str, ...]], indent: str = "  ") -> str:
    """Return rows as columns of equal width, the last column as long as it is."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(f"{indent}{'  '.join(cells)}".rstrip())
    return "\n".join(lines)
