"""Processes that run a command of surgecrew: forked, so that each is a quick one of its own."""

import contextlib
import hashlib
import io
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent
SMALL = HERE / "small.yaml"


def warm_up() -> None:
    """Load once what every process then has; no thread may be left when it is forked."""
    import sim.planning.planner
    from sim.cli import main

    with tempfile.TemporaryDirectory() as folder:
        quick = ["run.replications=1", "run.workers=1", f"run.dir={folder}/run"]
        with contextlib.redirect_stdout(io.StringIO()):
            code = main.run(["simulate", f"scenario={SMALL}", *quick])
    assert code == 0
    assert sim.planning.planner
    assert threading.active_count() == 1


def start(
    args: list[str],
    folder: pathlib.Path,
    name: str = "process",
    prepare: Callable[[], None] | None = None,
) -> int:
    """Fork a process that runs a command in a folder; its words go to a file beside the folder."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.chdir(folder)
        words = os.open(folder.parent / f"{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(words, 1)
        os.dup2(words, 2)
        from sim.cli import main

        if prepare is not None:
            prepare()
        code = main.run(args)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)
    return 0


def finish(pid: int) -> int:
    """Wait for a process; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_after(pid: int, cpu_s: float) -> int:
    """Kill a process when it has used so much of a processor; a busy machine changes nothing."""
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if measure_cpu(pid) >= cpu_s:
            os.kill(pid, signal.SIGKILL)
            return finish(pid)
        time.sleep(0.002)


def measure_cpu(pid: int) -> float:
    """Return the seconds of a processor that a process has used (its run time, exactly)."""
    try:
        text = pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(text.split()[0]) / 1e9


def hash_tree(folder: pathlib.Path) -> dict[str, str]:
    """Return every file and folder below one, with a hash of what is in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
    }
