"""A crash of the process itself, not of Python, leaves a message, where there is a place for it."""

import subprocess
import sys

CRASH = """
import faulthandler
import sys
from sim.cli import main

main.run = lambda args: faulthandler._sigsegv()
{before}
main.main()
"""


def crash(before=""):
    program = CRASH.format(before=before)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_a_segmentation_fault_says_where_it_was():
    done = crash()
    assert done.returncode != 0
    assert "Segmentation fault" in done.stderr
    assert "main.py" in done.stderr


def test_without_stderr_the_command_runs_all_the_same():
    program = f"{sys.executable} -m sim --version 2>&-"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("surgecrew ")
