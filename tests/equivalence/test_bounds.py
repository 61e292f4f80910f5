"""The engines with a check of every index: no read or write outside an array.

Compiled code checks no index of its own, and what stands behind an array is nearly always harmless
memory of the same process: results may be right for years. So tests of the other files in
this folder, which reach every array, run once more in a process whose code is compiled with checks.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
EQUAL = "tests/equivalence/test_engines_equal.py"
CHOSEN = (
    "tests/equivalence/test_odd_worlds.py",
    f"{EQUAL}::test_telling_worlds",
    *(f"{EQUAL}::test_random_worlds[{first}]" for first in (0, 20)),
    *(f"{EQUAL}::test_random_scenarios[{seed}]" for seed in range(3)),
)
OUTSIDE = """
import numpy as np
from sim.compile import jit

@jit
def read(numbers, place):
    return numbers[place]

try:
    read(np.zeros(3), 3)
except IndexError:
    print("checked")
"""


def run_checked(*command):
    environment = os.environ | {
        "NUMBA_BOUNDSCHECK": "1",
        # What is checked is where code reads and writes, not how quick: a third less to compile.
        "NUMBA_OPT": "1",
        "NUMBA_LOOP_VECTORIZE": "0",
        "NUMBA_SLP_VECTORIZE": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )


def test_the_switch_makes_compiled_code_check_its_indices():
    done = run_checked("-c", OUTSIDE)
    assert done.stdout == "checked\n", done.stderr


def test_the_engines_stay_inside_their_arrays():
    done = run_checked("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *CHOSEN)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
