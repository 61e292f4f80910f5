"""What a run folder of forecast holds beside config and provenance.

Checked by ``tests/functional/test_forecast.py``.
"""

import pathlib

import numpy as np

from sim.calibration.forecasting.forecasting import Forecast
from sim.store.schema import FORECAST, list_units
from sim.store.tables import Columns, write_table
from sim.store.text import write_csv, write_json


def name_series(found: Forecast) -> str:
    """The name of the series, fit for a folder."""
    return str(found.report["series"])


def collect_table(found: Forecast) -> Columns:
    """Hours, days and weeks below each other."""
    spans = (("hour", found.hours), ("day", found.days), ("week", found.weeks))
    parts = [(name, table) for name, table in spans if len(table["start_local"])]
    whole: Columns = {"span": np.concatenate([np.full(len(t["mean"]), n) for n, t in parts])}
    for column in found.hours:
        whole[column] = np.concatenate([table[column] for _, table in parts])
    return whole


def write_forecast(folder: pathlib.Path, found: Forecast) -> None:
    """Write forecast.json, forecast.parquet and forecast.csv."""
    table = collect_table(found)
    write_json(folder / "forecast.json", found.report)
    write_table(folder / "forecast.parquet", table, list_units(FORECAST))
    write_csv(folder / "forecast.csv", list(table), zip(*table.values(), strict=True))
