"""README's and the help texts' commands: pasted into bash or zsh they arrive as they are meant."""

import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest

from sim.cli import calibrate, plan, simulate
from sim.cli.verbs import VERBS
from sim.compose import compose_with_layers
from sim.scenario.build import build_config

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What zsh, or bash, would expand, unless it stands in quotes; zsh leaves a word with no match
# with an error, and takes = at the start of a word for a program.
EXPANDED = set("*?[]{}~$!<>|;&()`^\\")


def list_commands() -> list[str]:
    """Return every command that README and help texts show, ``...`` filled in."""
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    found = re.findall(r"^(surgecrew .*)$", blocks, re.MULTILINE)
    found += re.findall(r"`((?:surgecrew|\.\.\.) [^`]+)`", README)
    for verb in (plan, simulate, calibrate):
        found += re.findall(r"^  (surgecrew .*)$", verb.write_help(), re.MULTILINE)
    return sorted({one.replace("... ", "surgecrew plan ", 1) if one.startswith("...") else one
                   for one in found})  # fmt: skip


COMMANDS = list_commands()


def strip_quoted(command: str) -> str:
    """Return a command without what stands in quotes."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", command)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 25
    assert sum("calibrate" in command for command in COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_a_shell_expands_stands_bare(command: str) -> None:
    assert not EXPANDED & set(strip_quoted(command)), "put it in quotes"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_words_arrive_as_they_are_meant(shell: str, tmp_path: pathlib.Path) -> None:
    """In an empty folder, where no pattern has a match."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    take = 'surgecrew() { printf \'%s\\n\' "$#" "$@"; }\n'
    answer = subprocess.run(
        [shell, "-f", "-c", take + "\n".join(COMMANDS)] if shell == "zsh"
        else [shell, "--norc", "-c", take + "\n".join(COMMANDS)],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    expected = []
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        expected += [str(len(words)), *words]
    assert answer.stdout.splitlines() == expected


def test_what_needs_no_file_composes() -> None:
    """The settings of plan and simulate are right as they stand in README."""
    count = 0
    for command in COMMANDS:
        verb, *words = shlex.split(command)[1:]
        if verb not in ("plan", "simulate") or re.search(r"yaml|latest|RUN|-m|--", command):
            continue
        build_config(compose_with_layers(words))
        count += 1
    assert count >= 8


def test_readmes_calibration_runs_in_a_shell(tmp_path: pathlib.Path) -> None:
    """The two commands of "Your own history", as pasted; the plan only composed."""
    command = tmp_path / "bin" / "surgecrew"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sim "$@"\n')
    command.chmod(0o755)
    times = np.datetime64("2026-03-02T00:00") + np.arange(0, 14 * 1440, 17)
    rows = "\n".join(str(time) for time in times)
    (tmp_path / "mentions.csv").write_text(f"created_at\n{rows}\n")
    [block] = re.findall(r"^```\n(surgecrew calibrate.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = block.replace("scenario.yaml", "scenario.yaml --cfg job")
    answer = subprocess.run(
        ["bash", "-e", "-c", f'PATH="{command.parent}:$PATH"\n{lines}'],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "fit" / "scenario.yaml").is_file()
    assert "columns: time = created_at." in answer.stdout
    assert "base_per_h: 3.5" in answer.stdout


def test_how_to_go_on_after_make_plan() -> None:
    """The command is in .venv/bin, which no shell looks into by itself."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("plan: $(RUN_STAMP)")[2].partition("\n\n")[0]
    assert "$(BIN)/surgecrew" in recipe.splitlines()[-1]
    assert ". .venv/bin/activate" in README
    assert ".venv/bin/surgecrew" in README


PAGES = ("README.md", "CONTRIBUTING.md", "configs/README.md", "results/README.md", "sim/MODEL.md")


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_only_verbs_that_work(page: str) -> None:
    """A verb that is planned, or gone, must not be promised."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^|/)surgecrew ([a-z]+)\b(?!=)", text, re.MULTILINE))
    assert named <= set(VERBS)
