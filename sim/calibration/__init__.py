"""Histories to scenarios, forecasts and reviews: what a brand's own past says.

The names are imported when they are asked for: reading a history needs none of the rooms that fit.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.calibration.calibrating import (
        calibrate,
        calibrate_config,
        collect_outputs,
        name_series,
    )
    from sim.calibration.forecasting.forecasting import Forecast, forecast, forecast_config
    from sim.calibration.result import Fit
    from sim.calibration.reviewing.reviewing import Review, review, review_config

__all__ = [
    "Fit",
    "Forecast",
    "Review",
    "calibrate",
    "calibrate_config",
    "collect_outputs",
    "forecast",
    "forecast_config",
    "name_series",
    "review",
    "review_config",
]
_ROOMS = {
    "Fit": "result",
    **dict.fromkeys(("Forecast", "forecast", "forecast_config"), "forecasting.forecasting"),
    **dict.fromkeys(("Review", "review", "review_config"), "reviewing.reviewing"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = _ROOMS.get(name, "calibrating")
    return getattr(importlib.import_module(f"{__name__}.{room}"), name)
