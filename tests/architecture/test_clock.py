"""No test reads a clock, and no step of the planner: an idle machine and a busy one agree."""

import ast
import pathlib

import pytest

TESTS = pathlib.Path(__file__).parents[1]
SIM = TESTS.parent / "sim"
CLOCKS = {"time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns",
          "process_time", "process_time_ns", "thread_time", "default_timer"}  # fmt: skip


def list_readings(source: str) -> list[str]:
    """Return each call of a clock: `time.monotonic()`, `monotonic()`, `timeit.default_timer()`."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "timeit")
        for alias in node.names
        if alias.name in CLOCKS
    }
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in names)
        or (
            isinstance(node, ast.Attribute)
            and node.attr in CLOCKS
            and isinstance(node.value, ast.Name)
            and node.value.id in ("time", "timeit")
        )
    ]


@pytest.mark.parametrize(
    ("source", "n"),
    [
        ("import time\nbegan = time.process_time()\nassert time.process_time() - began < 2", 2),
        ("from time import monotonic as now\nnow()", 1),
        ("import time\ntime.sleep(0.1)", 0),
        ("stamp.time()\nmonotonic = 3", 0),
    ],
)
def test_the_reader_of_clocks_is_right(source: str, n: int) -> None:
    assert len(list_readings(source)) == n


def test_no_test_reads_a_clock() -> None:
    found = {
        path.relative_to(TESTS).as_posix(): readings
        for path in sorted(TESTS.rglob("*.py"))
        if (readings := list_readings(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_only_what_stops_or_tells_reads_a_clock() -> None:
    """Seconds in the search or the solver would let a busy machine decide.

    The guard of a page counts requests by the second.
    """
    found = {
        path.relative_to(SIM).as_posix()
        for path in sorted(SIM.rglob("*.py"))
        if list_readings(path.read_text(encoding="utf-8"))
    }
    rooms = {name for name in found if not name.startswith(("cli/", "store/"))}
    assert rooms == {"explore/guard.py", "planning/search/limits.py"}


def test_no_solver_gets_seconds() -> None:
    paths = [path for room in ("planning", "rostering") for path in (SIM / room).rglob("*.py")]
    assert len(paths) > 50
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "timeLimit" not in text
        assert path.name == "limits.py" or "time_limit" not in text, path
