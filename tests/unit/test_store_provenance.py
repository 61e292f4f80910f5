"""The passport names what matters and nobody."""

import datetime
import getpass
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import sys

import pytest

from sim.store import provenance as store

START = datetime.datetime(2026, 3, 1, 21, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
CONFIG = {"scenario": {"name": "week", "horizon": {"days": 7}}, "run": {"seed": 1, "workers": 2}}

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def run_git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", folder, *identity, *arguments]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return answer.stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """Return the package folder of a small checkout with one commit."""
    package = tmp_path / "sim"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "config.yaml").write_text("a: 1\n")
    run_git(tmp_path, "init", "-q")
    run_git(tmp_path, "add", ".")
    run_git(tmp_path, "commit", "-q", "-m", "first")
    return package


def test_passport_is_whole():
    finished = START + datetime.timedelta(seconds=12.3456)
    passport = store.collect_provenance(CONFIG, 1, START, finished, verb="plan")
    assert passport["seed"] == 1
    assert passport["verb"] == "plan"
    assert passport["started"] == "2026-03-01T12:00:00+00:00"
    assert passport["wall_s"] == 12.346
    assert passport["config_hash"] == store.hash_config(CONFIG)
    assert set(passport["machine"]) == {"cpu", "cores", "os"}
    assert passport["machine"]["cores"] >= 1
    assert passport["versions"]["python"] == platform.python_version()
    assert passport["commit"] is None or re.fullmatch(r"[0-9a-f]{40}(-dirty)?", passport["commit"])


def test_versions_are_those_that_run():
    import numpy
    import pyarrow

    versions = store.read_versions()
    assert versions["numpy"] == numpy.__version__
    assert versions["pyarrow"] == pyarrow.__version__


def test_nobody_is_named():
    text = json.dumps(store.collect_provenance(CONFIG, None, START, START))
    home, here = str(pathlib.Path.home()), str(pathlib.Path.cwd())
    for private in (socket.gethostname(), home, here, sys.prefix):
        assert private not in text
    assert f'"{getpass.getuser()}"' not in text
    assert not re.search(r'"/|[A-Z]:\\\\', text)


def test_hash_does_not_depend_on_where_it_is_played():
    other = {
        "run": {"workers": 64, "dir": "x", "overwrite": True, "cluster": "local:4", "seed": 1},
        "scenario": {"horizon": {"days": 7}, "name": "week"},
    }
    assert store.hash_config(other) == store.hash_config(CONFIG)


@pytest.mark.parametrize(
    "other",
    [
        {**CONFIG, "run": {"seed": 2, "workers": 2}},
        {**CONFIG, "scenario": {"name": "week", "horizon": {"days": 8}}},
        {**CONFIG, "workers": 2},
        {"scenario": CONFIG["scenario"]},
    ],
)
def test_hash_depends_on_all_else(other):
    assert store.hash_config(other) != store.hash_config(CONFIG)


def test_hash_is_the_same_everywhere():
    """Worked by hand: SHA-256 of the canonical text of {"run": {"seed": 1}}."""
    import hashlib

    text = b'{"run": {"seed": 1}}'
    expected = hashlib.sha256(text).hexdigest()[:16]
    assert store.hash_config({"run": {"workers": 3, "seed": 1}}) == expected


@needs_git
def test_clean_tree_tells_its_commit(checkout):
    assert store.read_commit(checkout) == run_git(checkout, "rev-parse", "HEAD")


@needs_git
@pytest.mark.parametrize("change", ["sim/__init__.py", "configs/config.yaml", "sim/new.py"])
def test_changed_tree_is_dirty(checkout, change):
    (checkout.parent / change).write_text("b = 2\n")
    assert store.read_commit(checkout) == run_git(checkout, "rev-parse", "HEAD") + "-dirty"


@needs_git
def test_results_do_not_make_the_tree_dirty(checkout):
    (checkout.parent / "results").mkdir()
    (checkout.parent / "results" / "x").write_text("x")
    assert "-dirty" not in store.read_commit(checkout)


@needs_git
def test_package_in_the_tree_of_somebody_else_has_no_commit(checkout):
    installed = checkout.parent / "env" / "site-packages" / "sim"
    shutil.copytree(checkout, installed)
    assert store.read_commit(installed) is None


@needs_git
def test_variables_of_a_hook_do_not_mislead(checkout, monkeypatch, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    run_git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    commit = store.read_commit(checkout)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert commit == run_git(checkout, "rev-parse", "HEAD")


def test_no_tree_no_commit(tmp_path, monkeypatch):
    (tmp_path / "__init__.py").write_text("")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert store.read_commit(tmp_path) is None


def test_no_git_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert store.read_commit() is None


def make_package(folder, changes=()):
    """Return a small package beside its configs, some of its files with another content."""
    files = {
        "sim/rules/a.py": "x = 1\n",
        "sim/report/pages/page.py": "x = 1\n",
        "sim/cli/main.py": "x = 1\n",
        "configs/scenario/week.yaml": "a: 1\n",
        "configs/README.md": "words\n",
    } | dict(changes)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "sim"


@pytest.mark.parametrize(
    ("name", "changes_it"),
    [
        ("sim/rules/a.py", True),
        ("sim/rules/b.py", True),
        ("configs/scenario/week.yaml", True),
        ("sim/report/pages/page.py", False),
        ("sim/cli/main.py", False),
        ("configs/README.md", False),
    ],
)
def test_code_is_what_results_depend_on(tmp_path, name, changes_it):
    before = store.hash_code(make_package(tmp_path / "one"))
    again = store.hash_code(make_package(tmp_path / "two"))
    after = store.hash_code(make_package(tmp_path / "three", {name: "y = 2\n"}))
    assert before == again
    assert (after != before) == changes_it


def test_wheel_and_checkout_have_the_same_code(tmp_path):
    checkout = make_package(tmp_path / "one")
    installed = make_package(tmp_path / "two")
    shutil.move(tmp_path / "two" / "configs", installed / "_configs")
    assert store.hash_code(installed) == store.hash_code(checkout)


def test_passport_names_the_code():
    assert store.collect_provenance(CONFIG, 1, START, START)["code"] == store.hash_code()
