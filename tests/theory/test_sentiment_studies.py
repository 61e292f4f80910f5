"""The tables of the studies of sentiment, held against small cases computed here.

A study without random numbers must give its table again to the printed digits; of the others a
small case on another seed must agree within its errors (|z| <= 4.3).
"""

import importlib.util
import math
import pathlib
import re
from types import ModuleType

import numpy as np
import pytest

from sim.feeling import fit_sentiment, forecast_sentiment, steer_sentiment

STUDIES = pathlib.Path(__file__).parents[2] / "experiments"
NAMES = ("carriers", "events", "expectation", "forecast", "recovery", "ticketing")
Z_LIMIT = 4.3


def load(name: str) -> ModuleType:
    path = STUDIES / name / "run.py"
    spec = importlib.util.spec_from_file_location(f"study_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_rows(name: str, first: str) -> list[list[str]]:
    """Return the cells of the table's rows that begin with ``first``."""
    text = (STUDIES / name / "tables.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith(f"| {first}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def number(cell: str) -> float:
    value = float(re.sub(r"[^0-9.eE+-]", "", cell.split("±")[0]))
    return value / 100.0 if "%" in cell else value


@pytest.mark.parametrize("name", NAMES)
def test_every_study_is_whole(name: str) -> None:
    folder = STUDIES / name
    head = (folder / "tables.md").read_text(encoding="utf-8").splitlines()[2]
    assert re.search(r"20\d\d-\d\d-\d\d, commit [0-9a-f]{40}\.", head)
    text = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("**Asks.**", "**Command**", "**Agrees with its source?**", "**Assumed.**"):
        assert part in text
    for picture in re.findall(r"\((\w+\.svg)\)", text):
        assert (folder / picture).read_text(encoding="utf-8").startswith("<svg")


def test_carriers() -> None:
    study = load("carriers")
    for line in study.list_optima(study.read_brands()):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        (kept,) = read_rows("carriers", cells[0])[:1]
        assert [number(cell) for cell in cells[1:]] == pytest.approx(
            [number(cell) for cell in kept[1:]], abs=0.011
        )
        assert abs(number(kept[1]) - number(kept[3])) < 0.001
        assert abs(number(kept[2]) - number(kept[3])) < 0.001
    (pair,) = read_rows("carriers", "AT&T less T-Mobile")
    assert abs(number(pair[3])) < 1.0


def test_expectation() -> None:
    study = load("expectation")
    (kept,) = read_rows("expectation", "+20%")
    law = study.price(0.38875, 0.15825, 0.02625, 1.2)
    assert number(kept[2]) == pytest.approx(law.fixed_point, abs=1e-4)
    assert number(kept[4]) == pytest.approx(law.cost_rate, abs=1e-4)
    # Holding sentiment takes effort in proportion to k2.
    (base,) = read_rows("expectation", "+0%")
    assert number(kept[5]) == pytest.approx(1.2 * number(base[5]), abs=2e-4)


def test_ticketing() -> None:
    study = load("ticketing")
    row = read_rows("ticketing", "**0.396**")
    assert number(row[0][3]) == pytest.approx(study.rest_effort(0.396, 0.16), abs=1e-3)
    assert [number(row[1][column]) > 0 for column in range(1, 8)] == [False] * 4 + [True] * 3
    # The turn by its other road: sqrt(x) (1 - x) is highest at x = 1/3.
    x = np.linspace(0.2, 0.5, 30001)
    top = x[np.argmax(np.sqrt(x) * (1 - x))]
    turn = (1 - top) ** 2 / math.sqrt(top)
    assert turn == pytest.approx(study.RIDGE, rel=1e-3)
    assert number(read_rows("ticketing", "0.396 ")[0][2]) == pytest.approx(study.RIDGE, rel=3e-3)


def test_recovery() -> None:
    study = load("recovery")
    count = 12
    for firm in ("AT&T", "T-Mobile"):
        found = study.fit_firm(firm, 77, count)
        for column, kept in enumerate(read_rows("recovery", f"{firm} ")[:3]):
            assert kept[9] == "yes"
            assert abs(number(kept[4])) < 0.5
            assert 0.921 <= number(kept[8]) <= 0.979
            gap = found.estimate[:, column].mean() - number(kept[2]) - number(kept[3])
            assert abs(gap) <= Z_LIMIT * found.error[:, column].mean() / math.sqrt(count) + 1e-4
            if column < 2:
                assert found.error[:, column].mean() == pytest.approx(number(kept[6]), rel=0.1)


def test_events() -> None:
    study = load("events")
    events = study.list_events()
    rise = next(event for event in events if event.name == "price rise")
    found = study.study(rise, 77, 0, 20)
    (kept,) = read_rows("events", "price rise")
    assert number(kept[2]) == pytest.approx(0.013)
    assert found.error.mean() == pytest.approx(number(kept[6]), rel=0.15)
    gap = found.change.mean() - 0.013 - number(kept[3])
    assert abs(gap) <= Z_LIMIT * number(kept[5]) / math.sqrt(20)
    for row in read_rows("events", "nothing"):
        assert abs(number(row[8]) - 0.05) <= Z_LIMIT * math.sqrt(0.05 * 0.95 / 4000)
        assert abs(number(row[9]) - 0.05) <= Z_LIMIT * math.sqrt(0.05 * 0.95 / 100)
    for event in events:
        (row,) = (each for each in read_rows("events", event.name) if each[0] == event.name)
        assert abs(number(row[4])) <= Z_LIMIT  # unbiased


def test_forecast() -> None:
    study = load("forecast")
    kept = {row[0]: number(row[1]) for row in read_rows("forecast", "")[1:8] if row[0][0] in "tAn"}
    x = steer_sentiment(*study.BRAND, np.random.default_rng(77).standard_normal((2928, 1)))[:, 0]
    ours = np.abs(x[1952:] - study.forecast_model(x, 1952, 1))
    assert abs(ours.mean() - kept["this model"]) <= Z_LIMIT * ours.std() / math.sqrt(ours.size)
    assert kept["this model"] < kept["naive: the last value"]
    lagged = study.forecast_autoregression(x, 1952, 3, 1)
    line = study.fit_autoregression(x[:1952], 1)
    by_hand = x[1949:-3]
    for _ in range(3):
        by_hand = line[0] + line[1] * by_hand
    np.testing.assert_allclose(lagged, by_hand, rtol=1e-12)
    fit = fit_sentiment(x[:1952])
    found = forecast_sentiment(fit, x[1952:-1], 1)
    inside = np.mean((x[1953:] > found.low[2, :, 0]) & (x[1953:] < found.high[2, :, 0]))
    (row,) = read_rows("forecast", "95%")
    assert abs(inside - number(row[1])) <= Z_LIMIT * math.sqrt(0.95 * 0.05 / 976)
