"""Sentiment through calibrate: scenario, fit.json and page; the six airlines as real input."""

import json

import numpy as np
import pytest

from sim.calibration import calibrate, collect_outputs
from sim.errors import InputError
from sim.feeling import optimal_effort, steer_sentiment
from sim.report.charts.calibration import draw_fit
from sim.scenario.build import load_scenario
from sim.store.text import format_json, write_yaml

AIRLINES = "airline_mentions_2015.csv"
NAMES = ("American", "Delta", "Southwest", "US Airways", "United", "Virgin America")
START = 1_709_528_400


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(92)
    x = steer_sentiment(0.396, 0.164, 0.05, rng.standard_normal((24 * 21, 1)))[:, 0]
    hour = np.repeat(np.arange(x.size), rng.poisson(40, x.size))
    word = np.where(rng.random(hour.size) < x[hour], "positive", "negative")
    return {"time": START + 3600 * hour + 60, "mood": word}


def find(fit, key):
    return next(each for each in fit.report["quantities"] if each["key"] == key)


def test_labels_become_a_brand(table, tmp_path) -> None:
    fit = calibrate(table, columns={"sentiment": "mood"})
    for name, truth in (("k1", 0.396), ("k2", 0.164), ("k3", 0.05)):
        quantity = find(fit, f"brand.{name}")
        assert quantity["mark"] == "fitted"
        assert abs(quantity["value"] - truth) <= 4.3 * quantity["se"]
    write_yaml(tmp_path / "scenario.yaml", fit.plain)
    brand = load_scenario(str(tmp_path / "scenario.yaml")).brand
    assert brand.k1 == find(fit, "brand.k1")["value"]
    assert brand.mean_sentiment == pytest.approx(0.468, abs=0.03)
    assert find(fit, "brand.effort_scale")["mark"] == "default"
    assert any("sentiment over" in line for line in fit.messages)
    chart = draw_fit(json.loads(format_json(collect_outputs(fit)["fit.json"])))[-1]
    assert chart.name == "sentiment"
    assert chart.panels[0].lines[1].y.size <= 1000


def test_without_a_column_the_brand_is_the_bases(table) -> None:
    fit = calibrate({"time": table["time"]})
    assert find(fit, "brand")["note"] == "sentiment is not in the history"
    assert "sentiment" not in fit.report
    assert "brand" not in fit.plain


def test_a_guessed_column_of_no_use_is_left_alone(table) -> None:
    odd = {"time": table["time"], "sentiment": np.array(["angry"] * len(table["time"]))}
    assert "brand" not in calibrate(odd).plain
    with pytest.raises(InputError, match="are not a label, such as 'angry'"):
        calibrate(odd, columns={"sentiment": "sentiment"})


def test_texts_and_a_function(table, tmp_path) -> None:
    place = tmp_path / "mine.py"
    place.write_text("def score(text):\n    return text == 'positive'\n", encoding="utf-8")
    words = calibrate(table, columns={"sentiment": "mood"})
    texts = calibrate(table, columns={"sentiment": "mood"}, scorer=f"{place}:score")
    assert texts.plain["brand"] == words.plain["brand"]
    assert texts.report["sentiment"]["read_as"].startswith("texts scored by the user's function")
    with pytest.raises(InputError, match=r"history_columns\.sentiment: not set"):
        calibrate({"time": table["time"]}, scorer=f"{place}:score")


@pytest.mark.data
@pytest.mark.parametrize("name", NAMES)
def test_airlines(real_data, name) -> None:
    """Facts of the file: hourly means by airline, scores 0, .5, 1; a negative majority."""
    fit = calibrate(real_data / AIRLINES, series=name)
    told = fit.report["sentiment"]
    assert told["column"] == "airline_sentiment"
    assert 0.15 < told["mean"] < 0.55
    if "brand" in fit.plain:
        brand = fit.scenario.brand
        law = optimal_effort(brand.k1, brand.k2, brand.k3)
        assert law.fixed_point == pytest.approx(told["mean"], abs=0.06)
        assert brand.k1_se > 0.1 * brand.k1  # a week tells little, and the page says so
        assert brand.k3 < 0.15
    else:
        assert told["told"].startswith("sentiment stays the base scenario's")
