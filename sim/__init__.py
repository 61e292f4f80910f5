"""Surgecrew: staffing and response effort for social customer care.

``import sim`` is quick: everything is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from sim.version import __version__ as __version__

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
        read_sweep,
        simulate,
    )
    from sim.calibration import forecast, review
    from sim.errors import InfeasibleError, InputError
    from sim.scenario.model import Scenario
    from sim.scenario.policy import Policy


_PLACES = {
    "InfeasibleError": "sim.errors",
    "InputError": "sim.errors",
    "Policy": "sim.scenario.policy",
    "Scenario": "sim.scenario.model",
    "calibrate": "sim.api",
    "draw": "sim.api",
    "forecast": "sim.calibration",
    "load_policy": "sim.api",
    "load_scenario": "sim.api",
    "plan": "sim.api",
    "play": "sim.api",
    "read_run": "sim.api",
    "read_sweep": "sim.api",
    "review": "sim.calibration",
    "simulate": "sim.api",
}
_ROOMS = ("feeling", "queueing", "textbook")

__all__ = [
    "InfeasibleError",
    "InputError",
    "Policy",
    "Scenario",
    "calibrate",
    "draw",
    "feeling",
    "forecast",
    "load_policy",
    "load_scenario",
    "plan",
    "play",
    "queueing",
    "read_run",
    "read_sweep",
    "review",
    "simulate",
    "textbook",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"sim.{name}")
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
