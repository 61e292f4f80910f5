"""Small files, small functions: the house's numbers, counted from the syntax tree."""

import ast
import pathlib
import statistics
from typing import NamedTuple

PACKAGE = pathlib.Path(__file__).parents[2] / "sim"
MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 60
LINES_OF_NINE_IN_TEN = 30
MEDIAN_LINES = 9

# Longer than 60 lines, each with its reason; its lines do not count towards its module.
# A name that needs no place here any more fails.
LONGER_WITH_REASON: dict[str, str] = {}


class Function(NamedTuple):
    place: str
    lines: int


def list_modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "_configs" not in path.parts)


def list_functions(source, place):
    """Return every function with the lines of its body, the docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            found.append(Function(f"{place}:{node.name}", lines))
    return found


def list_all_functions():
    return [
        function
        for path in list_modules()
        for function in list_functions(
            path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix()
        )
    ]


def test_the_count_is_right():
    source = '''
def one():
    """Two lines
    of words."""
    return 1

class Thing:
    def three(self):
        a = 1

        return a

    def none(self):
        """Only words."""
'''
    assert list_functions(source, "m") == [("m:one", 1), ("m:three", 3), ("m:none", 0)]


def test_modules_are_small():
    lines = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in list_modules()
    }
    for place, length in list_all_functions():
        if place in LONGER_WITH_REASON:
            lines[place.partition(":")[0]] -= length
    assert {name: n for name, n in lines.items() if n > MOST_LINES_OF_A_MODULE} == {}


def test_functions_are_small():
    functions = list_all_functions()
    long = {place: lines for place, lines in functions if lines > MOST_LINES_OF_A_FUNCTION}
    assert {place: long[place] for place in long if place not in LONGER_WITH_REASON} == {}
    assert [place for place in LONGER_WITH_REASON if place not in long] == []


def test_nine_functions_in_ten_are_shorter_than_a_screen():
    lengths = [function.lines for function in list_all_functions()]
    share = sum(length < LINES_OF_NINE_IN_TEN for length in lengths) / len(lengths)
    assert share >= 0.9


def test_median_function_is_short():
    assert statistics.median(f.lines for f in list_all_functions()) <= MEDIAN_LINES
