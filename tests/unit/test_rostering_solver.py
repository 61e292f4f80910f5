"""The door to the solver: what it believes, what it calls optimal, how it stops."""

import itertools
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from sim.planning.search.limits import CutShortError, Ending
from sim.rostering.program import EQUAL, LESS, MORE, Program, ProgramBuilder, meets_rows
from sim.rostering.solver import SolverLimits, solve_program


def make_market_split(n_rows: int = 4, n_items: int = 30) -> Program:
    """A hard one: split items so that every row is halved; Cornuejols and Dawande (1999)."""
    weights = np.random.default_rng(3).integers(0, 100, (n_rows, n_items))
    builder = ProgramBuilder()
    chosen = builder.add_columns(np.zeros(n_items), 0, 1)
    for row in weights:
        off = builder.add_columns([1.0, 1.0], integer=False)
        builder.add_row(np.r_[chosen, off], np.r_[row, 1, -1], EQUAL, row.sum() // 2)
    return builder.build()


def make_knapsack(scale: float = 1.0) -> Program:
    builder = ProgramBuilder()
    items = builder.add_columns(-scale * np.array([10.0, 13.0, 18.0, 31.0, 7.0, 15.0]), 0, 1)
    builder.add_row(items, [2.0, 3.0, 4.0, 5.0, 1.0, 4.0], LESS, 10.0)
    return builder.build()


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_knapsack_equals_enumeration_at_any_scale(scale: float) -> None:
    worth, weight = [10, 13, 18, 31, 7, 15], [2, 3, 4, 5, 1, 4]
    best = max(
        sum(w for w, x in zip(worth, pick, strict=True) if x)
        for pick in itertools.product((0, 1), repeat=6)
        if sum(w for w, x in zip(weight, pick, strict=True) if x) <= 10
    )
    solution = solve_program(make_knapsack(scale))
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(-scale * best, rel=1e-12)
    assert solution.bound == pytest.approx(-scale * best, rel=1e-8)


def test_infeasible_program_has_no_values() -> None:
    builder = ProgramBuilder()
    column = builder.add_columns([1.0], 0, 3)
    builder.add_row(column, 2.0, EQUAL, 3.0)
    solution = solve_program(builder.build())
    assert (solution.status, solution.values) == ("infeasible", None)
    assert np.isnan(solution.objective)


def test_program_without_columns() -> None:
    assert solve_program(ProgramBuilder().build()).status == "optimal"
    builder = ProgramBuilder()
    builder.add_row([], [], MORE, 1.0)
    assert solve_program(builder.build()).status == "infeasible"


def test_row_without_terms_is_infeasible() -> None:
    builder = ProgramBuilder()
    builder.add_columns([1.0])
    builder.add_row([], [], MORE, 1.0)
    assert solve_program(builder.build()).status == "infeasible"


def test_limit_of_nodes_is_never_called_optimal() -> None:
    program = make_market_split()
    solution = solve_program(program, SolverLimits(nodes=300))
    assert solution.status == "feasible"
    assert solution.values is not None
    assert meets_rows(program, solution.values)
    assert solution.bound < solution.objective


def test_no_nodes_give_no_values() -> None:
    solution = solve_program(make_market_split(), SolverLimits(nodes=0))
    assert (solution.status, solution.values) == ("stopped", None)
    assert solution.bound <= 0.0


def test_a_program_cut_short_gives_the_same_values_on_a_busy_machine() -> None:
    """Two threads that only count beside it: a limit of seconds would end elsewhere."""
    alone = solve_program(make_market_split(), SolverLimits(nodes=100))
    is_over = threading.Event()

    def count() -> None:
        while not is_over.is_set():
            sum(range(1000))

    others = [threading.Thread(target=count) for _ in range(2)]
    for other in others:
        other.start()
    busy = solve_program(make_market_split(), SolverLimits(nodes=100))
    is_over.set()
    for other in others:
        other.join()
    assert alone.values is not None
    assert busy.values is not None
    np.testing.assert_array_equal(alone.values, busy.values)
    assert (alone.objective, alone.bound) == (busy.objective, busy.bound)


def test_more_nodes_find_no_worse() -> None:
    found = [solve_program(make_market_split(), SolverLimits(n)).objective for n in (1, 50, 1000)]
    assert found[0] > found[-1]
    assert found == sorted(found, reverse=True)


def test_who_watches_can_end_the_work() -> None:
    """The plan's clock does so; nothing is returned that it could have changed."""
    ending = Ending(time_limit_s=0.0, ends_s=0.0)
    with pytest.raises(CutShortError, match="time limit of 0 s"):
        solve_program(make_market_split(), SolverLimits(10**9, check_stop=ending.check_clock))
    assert solve_program(make_knapsack(), SolverLimits()).status == "optimal"


def test_wide_gap_is_not_called_optimal() -> None:
    solution = solve_program(make_market_split(2, 20), SolverLimits(gap_rel=1e9))
    assert solution.status == "feasible"
    assert solution.bound < solution.objective


def test_same_program_gives_same_values() -> None:
    program = make_market_split(2, 24)
    first, second = solve_program(program), solve_program(program)
    assert first.values is not None
    np.testing.assert_array_equal(first.values, second.values)


def test_solver_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    solve_program(make_knapsack())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("values", "holds"),
    [([1.0, 2.0], True), ([2.0, 2.0], False), ([1.0, 1.0], False), ([0.5, 2.5], False),
     ([-1.0, 4.0], False), ([1.0 + 1e-9, 2.0 - 1e-9], True)],
)  # fmt: skip
def test_rows_and_bounds_are_checked(values: list[float], holds: bool) -> None:
    """X + y == 3, x <= 1, 2 x + y >= 4, 0 <= x, y <= 4."""
    builder = ProgramBuilder()
    columns = builder.add_columns([0.0, 0.0], 0, 4)
    builder.add_row(columns, 1.0, EQUAL, 3.0)
    builder.add_row(columns[:1], 1.0, LESS, 1.0)
    builder.add_row(columns, [2.0, 1.0], MORE, 4.0)
    assert meets_rows(builder.build(), np.array(values)) is holds


def test_row_prices_are_finite_differences() -> None:
    def solve(right: float) -> tuple[float, np.ndarray]:
        builder = ProgramBuilder()
        columns = builder.add_columns([3.0, 2.0, 4.0])
        builder.add_row(columns, [1.0, 1.0, 2.0], MORE, right)
        builder.add_row(columns, [1.0, 3.0, 1.0], LESS, 9.0)
        solution = solve_program(builder.build(), relaxed=True)
        assert solution.row_price is not None
        return solution.objective, solution.row_price

    (low, _), (mid, price), (high, _) = solve(7.9), solve(8.0), solve(8.1)
    assert price[0] == pytest.approx((high - low) / 0.2)
    assert low < mid < high


def test_ctrl_c_comes_through() -> None:
    """A child solves for an hour; interrupted, it must end at once and in order."""
    code = """
        import sys
        sys.path.insert(0, {tests!r})
        from unit.test_rostering_solver import make_market_split
        from sim.rostering.solver import SolverLimits, solve_program
        program = make_market_split()
        solve_program(program, SolverLimits(nodes=10))
        print("started", flush=True)
        try:
            solve_program(program, SolverLimits(nodes=10**9))
        except KeyboardInterrupt:
            print("interrupted", solve_program(make_market_split(1, 10)).status, flush=True)
    """
    text = textwrap.dedent(code).format(tests=str(pathlib.Path(__file__).parents[1]))
    child = subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "started\n"
        time.sleep(1.0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    finally:
        child.kill()
    assert (out, err, child.returncode) == ("interrupted optimal\n", "", 0)
