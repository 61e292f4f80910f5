"""The examples in the docstrings of the public rooms: there, and right.

Each number in them is held to the printed digits; a public function without an example fails.
"""

import doctest
import importlib
import inspect

import pytest

ROOMS = ("queueing", "feeling", "textbook")


def list_functions():
    for room in ROOMS:
        module = importlib.import_module(f"sim.{room}")
        names = getattr(module, "__all__", None) or list(vars(module))
        for name in names:
            thing = getattr(module, name)
            public = inspect.isfunction(thing) and thing.__module__.startswith(f"sim.{room}")
            if public and not name.startswith("_"):
                yield f"{room}.{name}", thing


FUNCTIONS = dict(list_functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_is_right(name):
    function = FUNCTIONS[name]
    [example] = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert example.examples, f"sim.{name} has no example"
    assert doctest.DocTestRunner().run(example).failed == 0


def test_a_wrong_example_is_seen():
    """The runner prints what it got, and counts."""
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda text: None).failed == 1
