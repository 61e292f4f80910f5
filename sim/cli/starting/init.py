"""``surgecrew init``: writes a first scenario from a few answers.

Checked by ``tests/functional/test_cli_init.py``.
"""

import os
import pathlib
import sys
import tempfile
from typing import Any

from sim.cli.options import JSON, read_options
from sim.cli.starting.first_file import write_first_file
from sim.cli.starting.questions import QUESTIONS, fill_in, read_answers
from sim.cli.terminal import complain, say, say_object
from sim.errors import InputError
from sim.paths import expand_home

HELP = """\
Usage: surgecrew init [FILE.yaml] [KEY=ANSWER ...]

Writes a short, commented scenario of your own that plan and simulate take (my_week.yaml if no
file is named). In a terminal, without answers, it asks; everywhere else what is not answered
has its default. A file that is there is never replaced. With --json it asks nothing and says
one object.

Answers:
{answers}

Examples:
  surgecrew init
  surgecrew init shop.yaml name="Corner Shop" time_zone=Europe/Berlin open=10-16
  surgecrew init night.yaml open=20-8 days=all event=launch 'event_time=thu 10:00'"""
DEFAULT_FILE = "my_week.yaml"


def write_help() -> str:
    """The help text."""
    wide = max(len(f"{each.key}={each.default}") for each in QUESTIONS)
    rows = (f"  {f'{each.key}={each.default}'.ljust(wide)}  {each.text}" for each in QUESTIONS)
    return HELP.format(answers="\n".join(rows))


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("init", args, (JSON,), takes_paths=False)
    if options.wants_help:
        say(write_help())
        return 0
    path = choose_path(options.paths)
    answers = read_answers(options.overrides)
    if not options.overrides and not options.wants_object and sys.stdin.isatty():
        answers = ask(path)
    write_new(path, write_first_file(fill_in(answers)))
    if options.wants_object:
        say_object({"schema": 1, "file": str(path)})
        return 0
    say(f"Written: {path}")
    say(f"Go on with: surgecrew plan scenario={quote_word(str(path))}")
    return 0


def choose_path(paths: list[str]) -> pathlib.Path:
    """Where to write.

    Raises
    ------
    InputError
        More than one file, another ending, or a file that is there.
    """
    if len(paths) > 1:
        raise InputError(f"init {' '.join(paths)}: allowed: one file")
    path = pathlib.Path(expand_home(paths[0] if paths else DEFAULT_FILE))
    if path.suffix not in (".yaml", ".yml"):
        raise InputError(f"{path}: allowed: a file that ends in .yaml or .yml")
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: is there already; name another file")
    return path


def ask(path: pathlib.Path) -> dict[str, Any]:
    """Ask in a terminal; what cannot be read is asked again."""
    say(f"A first scenario, {path}. Return takes what stands in brackets.")
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.key == "event_time" and answers["event"] in ("none", "outage", "breach"):
            continue
        while question.key not in answers:
            try:
                answer = input(f"{question.text} [{question.default}]: ").strip()
            except EOFError:
                say()
                return answers
            try:
                answers[question.key] = question.read(answer or question.default, question.key)
            except InputError as error:
                complain(error.errors)
    return answers


def write_new(path: pathlib.Path, text: str) -> None:
    """Check a scenario and write it whole, or not at all.

    Raises
    ------
    InputError
        The answers contradict each other, or the file cannot be written.
    """
    from sim.rostering.scenario_shifts import pose_shifts
    from sim.scenario.build import load_scenario

    try:
        with tempfile.TemporaryDirectory() as folder:
            draft = pathlib.Path(folder) / path.name
            draft.write_text(text, encoding="utf-8")
            pose_shifts(load_scenario(str(draft)))
        write_whole(path, text)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def write_whole(path: pathlib.Path, text: str) -> None:
    """Write a new file; where the disk is full nothing of it stays."""
    with path.open("x", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise


def quote_word(word: str) -> str:
    """A word as a shell takes it."""
    import shlex

    return shlex.quote(word)
