"""Mistakes in a formula's arguments are one clear line, for Python and the command line."""

import math
import subprocess
import sys

import numpy as np
import pytest

import sim.queueing as queueing
from sim.errors import InputError

INF, NAN = math.inf, math.nan


def test_a_mistake_is_both_a_value_error_and_an_input_error():
    with pytest.raises(queueing.QueueInputError) as caught:
        queueing.erlang_b(-1, 3)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code == 2
    assert str(caught.value) == "load_erlang = -1: must be a finite number, 0 or more"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: queueing.erlang_b(NAN, 3), "load_erlang"),
        (lambda: queueing.erlang_b(1, -1), "agents"),
        (lambda: queueing.erlang_b(1, 1.5), "agents"),
        (lambda: queueing.erlang_c(INF, 3, 4), "arrival_per_h"),
        (lambda: queueing.erlang_c(10, 0, 4), "handle_min"),
        (lambda: queueing.erlang_c(10, 3, 4).service_level(-1), "within_min"),
        (lambda: queueing.erlang_a(-1, 3, 1, 4), "arrival_per_h"),
        (lambda: queueing.erlang_a(10, 3, 0, 4), "patience_min"),
        (lambda: queueing.erlang_a(10, 3, INF, 4), "patience_min"),
        (lambda: queueing.erlang_a(10, 3, 1, 4).exit_share(NAN), "within_min"),
        (lambda: queueing.erlang_r(10, 3, 0.5, 0, 4), "think_min"),
        (lambda: queueing.erlang_r(10, 3, 0.5, 5, 4, 1).service_level(-1), "within_min"),
        (lambda: queueing.cluster_size_variance(0.5, -1), "influence_cv"),
        (lambda: queueing.staff_lag([10], 5, 0.8, 1, 0), "interval_min"),
    ],
)
def test_every_mistake_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_numbers_of_numpy_are_welcome():
    assert queueing.erlang_b(np.float64(2), np.int64(3)) == queueing.erlang_b(2, 3)
    found = queueing.erlang_a(np.float64(60), 1, 1, np.int32(2))
    assert found == queueing.erlang_a(60, 1, 1, 2)


def test_results_cannot_be_changed():
    queue = queueing.erlang_c(10, 3, 4)
    with pytest.raises(AttributeError):
        queue.agents = 5


def test_everything_promised_is_there():
    for name in queueing.__all__:
        assert callable(getattr(queueing, name)), name


def test_import_loads_no_scipy():
    code = "import sim.queueing, sys; sys.exit(any(m.startswith('scipy') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
