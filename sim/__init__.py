"""Surgecrew: staffing and response effort for social customer care.

``import sim`` is quick: everything is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import feeling, queueing, textbook
    from sim.api import (
        calibrate,
        draw,
        load_policy,
        load_scenario,
        plan,
        play,
        read_run,
        simulate,
    )

__version__ = "0.1.0"

_FUNCTIONS = (
    "calibrate",
    "draw",
    "load_policy",
    "load_scenario",
    "plan",
    "play",
    "read_run",
    "simulate",
)
_ROOMS = ("feeling", "queueing", "textbook")

__all__ = [
    "calibrate",
    "draw",
    "feeling",
    "load_policy",
    "load_scenario",
    "plan",
    "play",
    "queueing",
    "read_run",
    "simulate",
    "textbook",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name in _FUNCTIONS:
        return getattr(importlib.import_module("sim.api"), name)
    if name in _ROOMS:
        return importlib.import_module(f"sim.{name}")
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_FUNCTIONS, *_ROOMS})
