"""What no file of the project may say, and what may not be silenced without a reason."""

import contextlib
import functools
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]

# In pieces, so that this file does not say what it forbids.
MACHINE_PATHS = [
    "/" + place + "/"
    for place in (
        "work",
        "root",
        "farm",
        "home/[a-z]+",
        "Users/[A-Za-z]+",
        "tmp/" + "crew",
        "tmp/" + "bash_jobs",
    )
]
HOSTS = ["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.", "deb" + r"\.debian", "jf" + "rog"]
TOOLS = [
    r"\b" + word + r"\b"
    for word in ("Clau" + "de", "Anthro" + "pic", "Chat" + "GPT", "Open" + "AI", "Co" + "pilot")
]
UNFINISHED = [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b", "NotImpl" + "emented"]
DATA_FOLDER = [r"\.\./sha" + "red"]
SILENCED = re.compile(r"#\s*(no" + r"qa|type:\s*ignore|pragma: no cover)\b(?P<rest>.*)")
ALLOWED = {(".ci/run", DATA_FOLDER[0])}  # the one place that may look for the real histories


def list_files():
    """Return what is tracked, or every text file where there is no git."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git tree: what is tracked is not known")
    return [ROOT / name for name in answer.stdout.split("\0") if name]


@functools.cache
def read_all():
    """Return the text of each file by name."""
    texts = {}
    for path in list_files():
        with contextlib.suppress(UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            texts[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return texts


def list_lines(pattern):
    """Return the lines in which a pattern is found."""
    for name, text in read_all().items():
        if pattern.search(text):
            for number, line in enumerate(text.splitlines(), 1):
                if pattern.search(line):
                    yield name, number, line


@pytest.mark.parametrize(
    "words",
    [MACHINE_PATHS, HOSTS, TOOLS, UNFINISHED, DATA_FOLDER],
    ids=["machine paths", "registry hosts", "tools", "unfinished", "data folder"],
)
def test_no_file_says_it(words):
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for word in words
        for name, number, line in list_lines(re.compile(word))
        if (name, word) not in ALLOWED
    ]
    assert found == []


def test_what_is_silenced_has_a_reason():
    """A code in brackets, then words: ``(why)`` or ``# why``."""
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, number, line in list_lines(SILENCED)
        for match in [SILENCED.search(line)]
        if name.endswith(".py") and match and not re.search(r"[(#] ?\w.{5,}", match["rest"])
    ]
    assert found == []


def test_skipped_tests_have_a_reason():
    pattern = re.compile(r"pytest\.(skip|mark\.skip|mark\.xfail|xfail)\b(?!if)(\(\s*\)|\s*$)", re.M)
    found = [f"{name}:{number}" for name, number, _ in list_lines(pattern)]
    assert found == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (MACHINE_PATHS, "see /" + "root/.venv/bin"),
        (MACHINE_PATHS, "/" + "home/ann/x.csv"),
        (HOSTS, "https://files.python" + "hosted.org/x"),
        (UNFINISHED, "# TO" + "DO later"),
        (DATA_FOLDER, "open('../sha" + "red/data')"),
    ],
)
def test_the_words_are_found(words, line):
    assert any(re.search(word, line) for word in words)


def test_a_docstring_says_what_it_is_about_at_once():
    """A first line says what a caller gets, not that something is returned."""
    begins = re.compile('"' * 3 + "Return")
    assert not [line for line in list_lines(begins) if str(line[0]).startswith("sim/")]
