"""Histories to scenarios and forecasts: what a brand's own past says."""

from sim.calibration.calibrating import (
    calibrate,
    calibrate_config,
    collect_outputs,
    name_series,
)
from sim.calibration.forecasting.forecasting import Forecast, forecast, forecast_config
from sim.calibration.result import Fit

__all__ = [
    "Fit",
    "Forecast",
    "calibrate",
    "calibrate_config",
    "collect_outputs",
    "forecast",
    "forecast_config",
    "name_series",
]
