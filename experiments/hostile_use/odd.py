"""What strangers bring: names, values, files, damages, histories and scorers, listed by hand."""

import random
from collections.abc import Callable

ODD_NAMES = (
    *(
        "Tag der offenen Tür",
        "5G",
        "Q&A v2.0",
        "#1",
        "100 %",
        "@us",
        "it's [x], {y}",
        "a/b",
        "true",
    ),
    *("null", "1e3", "~", "-", "x" * 300, "日本", "a\tb", "..", "all", " ", "🦆", "café", "=1+1"),
    *("<b>&</b>", "$x", "*", "NaN", "name", "a: b", '"q"', "0"),
)
ODD_VALUES = (
    *("", "null", "true", "no", "word", "€", "'", '"', "[", "{", "]", "{}", "[]", "[1", "[[]]"),
    *("[1,2]", "{a: 1}", "-1", "-0.0", "0", ".nan", ".inf", "-.inf", "1e400", "1" * 40, "1e-320"),
    *("1e308", "1e15", "2026-13-01", "${x}", "a,b", "a b", "#", "&a", "*a", "!!x 1", "'1'"),
    *("9" * 5000, "[" * 200, "x" * 3000, "0x10", "1_000", "12:30", "1.000,5", "½", "١", "\\"),
    *("a\\nb", "[.nan]", "~", "@", "choice()", "range(0)", "range(1,1e9)", "latest"),
)
EDGES = (0.0, 1e-9, 0.5, 1.0, 1.0000001, 2.0, 24.0, 100.0, 1e4, 1e6, 1e9, 1e12, 1e18)

FILES: tuple[tuple[str, bytes], ...] = (
    *(("f.yaml/", b""), ("|f.yaml", b""), ("f.yaml", b""), ("f.yaml", b"\x7fELF" * 9)),
    *(("f.yaml", b"x: " + b"y" * 6_000_000), ("none.yaml", b""), ("f.csv/", b""), ("|f.csv", b"")),
    *(("f.csv", b""), ("f.csv", b"time\n"), ("f.csv", b"PAR1" + b"\x00" * 99)),
    *(("f.csv", b"\xff\xfe" * 50), ("caf\udce9.yaml", b"base: outage_day\nname: c\n")),
    *(("policy.yaml", b"name: flat\n"), ("out/x.txt", b"mine"), ("f.yaml", b"- a\n- b\n")),
    *(("f.yaml", b"base: f.yaml\n"), ("f.yaml", b"name: flat\nstaff: {general: [1]}\n")),
    *(("f.yaml", b"base: telecom_week\nname: f\n"), ("f.yaml", b"name: erlang_a\n")),
)
FILE_KEYS = ("scenario", "scenario", "policy", "policy", "policy.path", "run.dir", "planner.pins",
             "scenario.demand.replay.file", "scenario.default_policy", "brand")  # fmt: skip

PIECES = (
    *(b"\x00", b"\xe9", b"&a ", b"*a", b"!!python/object:os.system ", b"<<: {}\n", b"${x}", b"{"),
    *(b"]", b"'", b"- ", b": ", b"\xf0\x9f\xa6\x86", b"\n---\n", b"[" * 300, b"1" * 5000),
    *(b"\ndefaults: [x]\n", b"\nhydra: {}\n", b"\n\n", b" # so\n"),
)

FORMS = ("2026-03-{day:02d}T{hour:02d}:{minute:02d}:00", "{day}.3.2026 {hour}:{minute:02d}",
         "03/{day:02d}/26 {hour}:{minute:02d}", "{day}")  # fmt: skip
ODD_COUNTS = ("1", "4", "1,003", "4.5", "0", "-1", "x", "", "1e9", "nan")
ODD_TIMES = ("", "x", "9999-12-31", "1900-01-01T00:00", "2026-03-29T02:30", "-")
ODD_TEXTS = ("", "good", "x" * 500, "=1", "\t", "🦆")
SCORERS = (
    *(b"def score(t):\n    return len(t) % 3 / 2\n",) * 4,
    *(b"def score(t) return 1\n", b"def score(t):\n    return None\n", b"score = 3\n"),
    *(b"import sys; sys.exit(0)\n", b"def score():\n    return 1\n", b"raise KeyError('x')\n"),
    *(b"def score(t):\n    return [1, 2]\n", b"def score(t):\n    return float('nan')\n"),
)
HISTORY_ARGS: tuple[list[str], ...] = (
    *([],) * 4,
    *(["history_columns={sentiment: text}"],) * 3,
    *(["history_columns={sentiment: text}", "history_scorer=s.py:score"],) * 4,
    *(["history_columns={time: x}"], ["history_kind=counts"], ["history_time_zone=Nowhere"]),
    *(["history_kind=pairs"], ["events=none"], ["base=outage_day"], ["actionable_share=1"]),
)


def damage(text: bytes, chance: random.Random) -> bytes:
    """Return a file as editors, mails and copies damage it."""
    if chance.random() < 0.4:
        place = chance.randrange(len(text) + 1)
        return text[:place] + chance.choice(PIECES) + text[place:]
    if chance.random() < 0.5:
        lines = text.split(b"\n")
        chance.choice(LINE_DAMAGES)(lines, chance.randrange(len(lines)))
        return b"\n".join(lines)
    return chance.choice(DAMAGES)(text, chance)


def drop(lines: list[bytes], at: int) -> None:
    """Lose a line."""
    del lines[at]


def repeat(lines: list[bytes], at: int) -> None:
    """Say a line twice."""
    lines.insert(at, lines[at])


def indent(lines: list[bytes], at: int) -> None:
    """Move a line to the right."""
    lines[at] = b" " + lines[at]


def outdent(lines: list[bytes], at: int) -> None:
    """Move a line to the margin."""
    lines[at] = lines[at].lstrip()


LINE_DAMAGES = (drop, repeat, indent, outdent)
DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda text, chance: text[: chance.randrange(len(text) + 1)],
    lambda text, chance: text.replace(b"  ", b"\t", 1 + chance.randrange(3)),
    lambda text, chance: text.replace(b"\n", b"\r\n"),
    lambda text, chance: text.replace(b": ", b":", 1 + chance.randrange(9)),
    lambda text, chance: text.replace(b"0", b"O", 1 + chance.randrange(5)),
    lambda text, chance: text.replace(b".", b",", 1 + chance.randrange(9)),
    lambda text, chance: text.decode("utf-8", "ignore").encode("utf-16"),
    lambda text, chance: b"\xef\xbb\xbf" + text,
)
