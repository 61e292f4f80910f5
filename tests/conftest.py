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
