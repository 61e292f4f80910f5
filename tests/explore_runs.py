"""Small stored runs to explore, and questions about them."""

import json
import pathlib
import threading
from typing import Any

from sim.cli import main
from sim.explore.server import make_server, open_socket
from sim.explore.session import Session
from sim.explore.stored import read_run

PAGE = "0123456789abcdef"
KINDS = (
    "[{start_h: 8, length_h: 8}, {start_h: 12, length_h: 8}, "
    "{start_h: 9, length_h: 5, part_time: true}]"
)
SMALL = (
    "scenario=launch_week",
    "policy=flat",
    "scenario.horizon.days=2",
    "scenario.demand.base_per_h=8",
    "scenario.shifts.open_from_h=8",
    "scenario.shifts.open_to_h=20",
    f"scenario.shifts.kinds={KINDS}",
    "planner.budget=9000",
    "run.replications=30",
    "run.seed=3",
    "report.page=false",
)


def make_run(folder: pathlib.Path, *more: str) -> pathlib.Path:
    """Simulate two days of a launch, 30 times; return the run's folder."""
    assert main.run(["simulate", *SMALL, *more, f"run.dir={folder}"]) == 0
    return folder


def read_means(folder: pathlib.Path) -> dict[str, float | None]:
    """Return the mean of each measure of a run's own policy."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return {name: one["mean"] for name, one in summary["measures"].items()}


def answer(session: Session, now: dict[str, Any], held: dict[str, Any] | None = None) -> Any:
    """Return the last answer to a question."""
    question = session.read({"page": PAGE, "now": now, "held": held or {}})
    return list(session.answer(question, threading.Event()))[-1]


class Served:
    """A session behind its server, in a thread of its own."""

    token = "a-token-of-a-test"

    def __init__(self, folder: pathlib.Path) -> None:
        self.session = Session(read_run(folder))
        self.door = open_socket(0)
        self.port = int(self.door.getsockname()[1])
        self.server = make_server(self.session, self.port, self.token)
        self.thread = threading.Thread(target=self.server.run, args=([self.door],), daemon=True)

    def __enter__(self) -> "Served":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.server.should_exit = True
        self.thread.join(10)
        self.door.close()
        assert not self.thread.is_alive()

    @property
    def address(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"
