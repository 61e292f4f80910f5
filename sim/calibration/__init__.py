"""Histories to scenarios: what a brand's own past says of its demand and its replies."""

from sim.calibration.calibrating import (
    calibrate,
    calibrate_config,
    collect_outputs,
    name_series,
)
from sim.calibration.result import Fit

__all__ = ["Fit", "calibrate", "calibrate_config", "collect_outputs", "name_series"]
