"""What all tests share: one rule for random examples, one way to the real histories."""

import os
import pathlib
import signal

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "explore",
    parent=hypothesis.settings.get_profile("same"),
    derandomize=False,
    max_examples=1000,
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever starts the tests in the background hands on a deaf ear to Ctrl-C, and the tests that
    # send one would hand it on to the programs they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Files that take ten seconds and more, dearest first: begun last, one would run alone at the end.
DEAREST = (
    "equivalence/test_bounds.py",
    "equivalence/test_odd_worlds.py",
    "functional/test_plan_search.py",
    "equivalence/test_engines_equal.py",
    "functional/test_calibrate_data.py",
    "functional/test_plan_faults.py",
    "functional/test_calibrate_recovery.py",
    "theory/test_planner_truth.py",
    "functional/test_report_page.py",
    "functional/test_damaged_runs.py",
    "functional/test_cli_streams.py",
    "functional/test_plan_living.py",
    "theory/test_engine_office_day.py",
    "unit/test_compile.py",
    "theory/test_engine_stationary.py",
    "unit/test_search_budget.py",
    "functional/test_same_bytes.py",
    "functional/test_rosters_with_breaks.py",
    "functional/test_plan_questions.py",
    "theory/test_engine_little.py",
    "theory/test_planner_steps.py",
    "architecture/test_wheel.py",
    "theory/test_engine_days.py",
    "functional/test_benchmarks.py",
    "unit/test_rostering_staffing.py",
    "unit/test_planning_memory.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the dearest files begin first; the order of the others, and within a file, stays."""
    root = pathlib.Path(__file__).parent
    rank = {root / name: place for place, name in enumerate(DEAREST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_sessionstart() -> None:
    """Compile what most tests play with once, where several processes share them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        from compiled import compile_once

        compile_once(worker)


@pytest.fixture(scope="session")
def real_data() -> pathlib.Path:
    """Return the folder of real histories, or skip the test where there is none."""
    named = os.environ.get("SURGECREW_DATA")
    if not named:
        pytest.skip("SURGECREW_DATA is not set: this test needs the folder of real histories")
    folder = pathlib.Path(named)
    if not folder.is_dir():
        pytest.fail(f"SURGECREW_DATA names {named}, which is no folder")
    return folder
