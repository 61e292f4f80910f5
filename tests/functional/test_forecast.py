"""``surgecrew forecast`` from a file to its folder: what is told, written, drawn and refused."""

import itertools
import json
import pathlib
import runpy

import numpy as np
import pytest

import sim
from sim.calibration import forecast, forecast_config
from sim.cli import main
from sim.compose import compose_config
from sim.errors import InputError
from sim.report.pages.forecast import describe_forecast
from sim.report.stored_run import StoredRun
from sim.scenario.settings import ForecastSettings
from sim.store.tables import read_table
from sim.store.text import write_csv

N_DAYS = 28
ROOT = pathlib.Path(__file__).parents[2]


def write_history(path: pathlib.Path, seed: int = 1) -> None:
    """Write hourly counts of two brands over four weeks from Monday 4 March 2024, one burst."""
    hours = np.arange(24 * N_DAYS)
    clock = np.datetime64("2024-03-04T00:00:00") + hours.astype("timedelta64[h]")
    rng = np.random.default_rng(seed)
    mean = 40.0 + 20.0 * np.cos((hours % 24 - 14) / 24 * 2 * np.pi)
    since = hours - (24 * 17 + 10)
    mean = mean + 600.0 * np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / 4.0), 0.0)
    both = [(str(time), "A", count) for time, count in zip(clock, rng.poisson(mean), strict=True)]
    both += [
        (str(time), "B", count)
        for time, count in zip(clock, rng.poisson(9.0 + 0 * mean), strict=True)
    ]
    write_csv(path, ("time", "brand", "count"), both)


@pytest.fixture
def here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.chdir(tmp_path)
    write_history(tmp_path / "counts.csv")
    return tmp_path


LAUNCH = '{launch: {like: "2024-03-21", time: "2024-04-03T10:00"}}'


def test_the_verb_tells_writes_and_draws(
    here: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["forecast", "history=counts.csv", "history_series=A", f"events={LAUNCH}"]
    args += ["holidays=[2024-04-05]", "run.dir=out", "paths=300"]
    assert main.run(args) == 0
    said = capsys.readouterr().out
    assert said.startswith("Good enough to plan on: forecast a week ahead from 2 past days")
    assert "7 days from Mon 1 Apr" in said
    table = read_table(here / "out" / "forecast.parquet")
    spans, counts = np.unique(table["span"], return_counts=True)
    assert dict(zip(spans, counts, strict=True)) == {"hour": 336, "day": 14, "week": 2}
    assert table["start_local"][0] == "2024-04-01T00:00"
    rows = (here / "out" / "forecast.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 336 + 14 + 2
    assert rows[0] == ",".join(table)
    order = [table[name] for name in list(table)[3:]]
    assert all((low <= high).all() for low, high in itertools.pairwise(order))
    page = (here / "out" / "report.html").read_text(encoding="utf-8")
    for text in ("Good enough to plan on", "local time of UTC", "seasonal naive", "launch"):
        assert text in page
    assert (here / "out" / "figures" / "forecast_days.svg").is_file()
    assert main.run([*args[:-2], "run.dir=again", "paths=300"]) == 0
    for name in ("forecast.parquet", "forecast.json", "forecast.csv"):
        assert (here / "out" / name).read_bytes() == (here / "again" / name).read_bytes()
    assert main.run(["report", "out"]) == 0


KEYS = {
    "history": "more.csv",
    "history_kind": "times",
    "history_series": "B",
    "history_columns": {"value": "count", "time": "time", "series": "other"},
    "history_time_zone": "Asia/Tokyo",
    "history_day_first": False,
    "history_where": {"other": 3},
    "history_preset": "zendesk",
    "base": "own.yaml",
    "horizon": "1w",
    "start": "2024-03-25",
    "events": {"launch": {"like": "2024-03-21", "time": "2024-04-03T10:00"}},
    "holidays": ["2024-04-03"],
    "backtest": "1w",
    "paths": 200,
}
COMMON = {"history_series": "A", "backtest": "none", "paths": 100}


def look(**changes: object) -> str:
    plain = compose_config(["history=counts.csv"], "forecast")
    own = {key: plain[key] for key in ForecastSettings.model_fields}
    settings = ForecastSettings.model_validate({**own, **COMMON, **changes})
    return json.dumps(forecast_config(settings, 1).report)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_forecast_acts(key: str, here: pathlib.Path) -> None:
    write_history(here / "more.csv", seed=2)
    shape = [5.0] * 12 + [1.0] * 12
    own = f"base: telecom_week\nname: own\ndemand: {{hour_shape: {shape}}}\n"
    (here / "own.yaml").write_text(own, encoding="utf-8")
    # A history of a day takes its profile from the base.
    common: dict[str, object] = {"start": "2024-03-05"} if key == "base" else {}
    if key == "history_day_first":  # 12 days, or 12 months of a day each
        times = [f"{1 + n % 12:02d}/03/2024 {n // 12:02d}:00" for n in range(288)]
        (here / "days.csv").write_text("\n".join(["time", *times]), encoding="utf-8")
        common = {"history": "days.csv", "history_series": None, key: True}
    try:
        changed = look(**{**common, key: KEYS[key]})
    except InputError as error:
        assert key.startswith("history_")
        changed = str(error)
    assert changed != look(**common)


def test_every_key_has_its_turn() -> None:
    assert set(KEYS) == set(ForecastSettings.model_fields)


EVENT_KEYS = {"scale": 2.0, "time": "2024-04-06T10:00", "like": "2024-03-27"}


@pytest.mark.parametrize("key", EVENT_KEYS)
def test_a_key_of_a_planned_event_acts(key: str, here: pathlib.Path) -> None:
    event = {"like": "2024-03-21", "time": "2024-04-03T10:00", "scale": 1.0}
    changed = {**event, key: EVENT_KEYS[key]}
    if key == "like":
        with pytest.raises(InputError, match="no burst was found on that day"):
            look(events={"x": changed})
        return
    first, other = (
        forecast("counts.csv", series="A", events={"x": each}, backtest="none").days["mean"]
        for each in (event, changed)
    )
    if key == "scale":
        assert (other[2] - 960.0) / (first[2] - 960.0) == pytest.approx(2.0, rel=0.1)
    else:
        assert (int(first.argmax()), int(other.argmax())) == (2, 5)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["horizon=2 months"], "horizon = 2 months: allowed: weeks or days such as 2w or 10d"),
        (["backtest=often"], "backtest = often: allowed: weeks or days"),
        (["history_series=C"], "history_series = C: column brand holds 2 series; allowed: A, B"),
        (["holidays=Narnia"], "holidays = Narnia: allowed: a country's two letters"),
        (["paths=10"], "paths"),
        (["events={x: {like: 2024-03-21}}"], "events.x.time"),
        (["horizont=1w"], "did you mean horizon"),
    ],
)
def test_what_is_refused(
    args: list[str], told: str, here: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = [] if args[0].startswith("history_series") else ["history_series=A"]
    assert main.run(["forecast", "history=counts.csv", *series, *args]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1


def test_columns_of_a_python_user() -> None:
    hours = np.arange(24 * 30)
    counts = np.random.default_rng(1).poisson(30.0, len(hours))
    found = sim.forecast({"time": 1_709_510_400 + 3600 * hours, "count": counts}, horizon="3d")
    assert found.paths.shape == (1000, 72)
    assert found.weeks["start_local"].size == 0
    assert found.days["mean"] == pytest.approx([720.0] * 3, rel=0.05)
    assert found.messages[0].startswith("Good enough")


def test_a_page_of_little() -> None:
    shown = describe_forecast(StoredRun(pathlib.Path("x"), "forecast"))
    assert shown["charts"] == []
    assert shown["days"] == []


@pytest.mark.data
def test_a_real_history_is_forecast(real_data: pathlib.Path) -> None:
    """AAPL of NAB: 80 % bands of 987 hours and 42 days, beside last week again."""
    found = forecast(
        real_data / "nab_mentions_5min.csv", series="AAPL", time_zone="America/New_York"
    )
    own, naive = (
        found.report["backtest"]["methods"][n] for n in ("this forecast", "seasonal naive")
    )
    assert own["crps_hour"] < 0.7 * naive["crps_hour"]
    assert 0.7 < own["hours_in_80"] < 0.9
    assert 0.65 < own["days_in_80"] < 0.95
    assert naive["days_in_80"] < 0.5
    assert found.report["is_good_enough"] is False  # a day is missed by nearly half


def test_the_study_averages_as_its_table_says() -> None:
    """Two series by hand: ratios of 1/2 and 2 have the geometric mean 1, shares weigh by days."""
    study = runpy.run_path(str(ROOT / "experiments" / "forecast_demand" / "run.py"))
    series = [study["Series"]("brands", "x.csv", name, "UTC") for name in ("a", "b")]
    tested = {
        one: {"days": days, "methods": {
            "this forecast": {"crps_hour": ours, "days_in_80": held},
            "seasonal naive": {"crps_hour": 2.0, "days_in_80": 0.5},
        }}
        for one, days, ours, held in zip(series, (10, 30), (1.0, 4.0), (1.0, 0.6), strict=True)
    }  # fmt: skip
    ratios = study["compare"](tested, "seasonal naive", "crps_hour")
    assert ratios == {"brands": pytest.approx(1.0), "all": pytest.approx(1.0)}
    assert study["hold"](tested, "this forecast", "days_in_80", "all") == pytest.approx(0.7)
