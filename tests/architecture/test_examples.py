"""The examples in docstrings run and give what they say: a renamed function fails here.

Those of the public rooms are held by ``tests/theory/test_public_examples.py``.
"""

import doctest
import importlib
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).parents[2] / "sim"
ELSEWHERE = {"queueing", "feeling", "textbook.py"}
MODULES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if not {"_configs", *ELSEWHERE} & set(path.parts) and ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0


def test_there_are_examples():
    assert "sim.compose.overrides" in MODULES
