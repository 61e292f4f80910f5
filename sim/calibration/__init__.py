"""Histories to scenarios: what a brand's own past says of its demand and its replies."""

from sim.calibration.calibrating import (
    Fit,
    calibrate,
    calibrate_config,
    collect_outputs,
    name_series,
)

__all__ = ["Fit", "calibrate", "calibrate_config", "collect_outputs", "name_series"]
