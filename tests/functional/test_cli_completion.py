"""Completion: bash itself completes words as the user types them."""

import pathlib
import shutil
import subprocess

import pytest

from sim.cli import main
from sim.cli.completion import write_completion
from sim.cli.verbs import VERBS
from sim.compose import list_names

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
needs_zsh = pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")


def complete(line: str) -> set[str]:
    """Let bash complete the end of a line, cut into words as bash cuts it (at blanks and =)."""
    cut = line.replace("=", " = ")
    words = cut.split() + ([""] if cut.endswith(" ") else [])
    listed = " ".join(f"'{word}'" for word in words)
    program = f"""{write_completion("bash")}
compopt() {{ :; }}
COMP_LINE='{line}' COMP_POINT={len(line)}
COMP_WORDS=({listed}) COMP_CWORD={len(words) - 1}
_surgecrew
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    answer = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    return set(answer.stdout.split())


@needs_bash
def test_verbs() -> None:
    assert complete("surgecrew ") == set(VERBS)
    assert complete("surgecrew com") == {"compare", "completion"}


@needs_bash
def test_groups_and_their_names() -> None:
    """After an equals sign bash replaces only what follows it."""
    assert complete("surgecrew plan scenario=") == set(list_names("scenario"))
    assert complete("surgecrew plan scenario=bre") == {"breach_week"}
    assert complete("surgecrew simulate run.seed=2 policy=r") == {"reactive", "reference"}
    assert "scenario=breach_week" in complete("surgecrew plan scen")


@needs_bash
def test_options_and_settings() -> None:
    assert complete("surgecrew plan planner.bud") == {"planner.budget="}
    assert complete("surgecrew simulate --m") == {"--multirun"}
    assert complete("surgecrew calibrate history_se") == {"history_series="}
    assert complete("surgecrew report la") == {"latest"}
    assert complete("surgecrew completion ") == {"bash", "zsh"}


@needs_zsh
def test_zsh_reads_it(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "_surgecrew"
    script.write_text(write_completion("zsh"))
    answer = subprocess.run(["zsh", "-n", script], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_verb_writes_it(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert main.run(["completion", shell]) == 0
    assert capsys.readouterr().out == write_completion(shell) + "\n"
