"""The project's own settings agree with each other."""

import pathlib
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import sim

ROOT = pathlib.Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PYTHONS = ("3.11", "3.12", "3.13")


def list_requirements():
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["dependencies"], *extras) for line in lines]


def read_pins(python):
    """Return what the lock pins for one version of Python on Linux."""
    machine = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    pins = {}
    for line in LOCK:
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(machine):
            assert pin.name not in pins, f"{pin.name} is pinned twice for {python}"
            pins[pin.name.lower()] = Version(str(pin.specifier).removeprefix("=="))
    return pins


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_holds_a_version_of_each_range(python):
    pins = read_pins(python)
    for requirement in list_requirements():
        pin = pins[requirement.name.lower()]
        assert requirement.specifier.contains(pin), f"{requirement} is locked at {pin}"


def test_lock_is_names_and_versions_alone():
    pattern = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [a-z_]+ [!=<>]+ '[A-Za-z0-9.]+')?")
    assert [line for line in LOCK if not pattern.fullmatch(line)] == []


def test_license_is_the_one_that_is_claimed():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "MIT"
    assert text.startswith("MIT License")
    assert "Surgecrew founders" in text


def test_the_version_stands_in_one_place():
    import yaml

    assert "version" not in PROJECT
    assert PROJECT["dynamic"] == ["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == sim.__version__
    # The one copy: a citation file is read by others, who run nothing.
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == sim.__version__
    assert citation["license"] == "MIT"


def test_make_help_lists_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY:(.*)$", text, re.MULTILINE)[1].split())
    described = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert described == phony


def test_the_sample_is_small():
    """Nine policies by hour and pool are 1.5 MB; a run's mentions would be ten times as much."""
    sizes = [path.stat().st_size for path in (ROOT / "results/sample").rglob("*") if path.is_file()]
    assert 0 < sum(sizes) < 1_700_000
