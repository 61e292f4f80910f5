"""Comparing stored runs: paired differences, and which runs can be paired."""

import json
import pathlib
import shutil
from typing import Any

import numpy as np
import pytest
import scipy.stats
import yaml

from sim.compose import compose_with_layers
from sim.errors import InputError
from sim.running.compare import compare_runs
from sim.runs import run_compare, run_simulate
from sim.scenario.build import build_config
from sim.store.schema import UNITS
from sim.store.tables import read_table, write_table

TEXTS = ("scenario=outage_day", "scenario.demand.base_per_h=6", "report.page=false")


def simulate(place: pathlib.Path, *more: str) -> pathlib.Path:
    texts = [*TEXTS, "run.replications=8", *more, f"run.dir={place}"]
    return run_simulate(build_config(compose_with_layers(texts)), lambda *_: None)


def compare(place: pathlib.Path, *paths: pathlib.Path) -> pathlib.Path:
    config = build_config(compose_with_layers([f"run.dir={place}"], "compare"))
    return run_compare(list(paths), config)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    root = tmp_path_factory.mktemp("runs")
    more = {
        "a": (),
        "brief": (
            "policy.effort.error={calm: brief, ahead: brief, surge: brief, recovery: brief}",
        ),
        "short": ("policy=proportional", "run.replications=5"),
        "seed": ("run.seed=2",),
        "world": ("scenario.promise.promise_min=30",),
    }
    return {name: simulate(root / name, *texts) for name, texts in more.items()}


def test_differences_are_paired(tmp_path: pathlib.Path, runs: dict[str, pathlib.Path]) -> None:
    found = compare(tmp_path / "c", runs["a"], runs["short"])
    rows = read_table(found / "comparison.parquet")
    one = read_table(runs["a"] / "replications.parquet")
    other = read_table(runs["short"] / "replications.parquet")
    assert set(rows["policy"]) == {"proportional"}
    for row, measure in enumerate(rows["measure"]):
        pair = (one[measure][:5], other[measure])
        assert rows["mean_difference"][row] == pytest.approx(
            pair[0].mean() - pair[1].mean(), abs=1e-9
        )
        if np.ptp(pair[0] - pair[1]):
            interval = scipy.stats.ttest_rel(*pair).confidence_interval(0.95)
            assert rows["ci_low"][row] == pytest.approx(interval.low, abs=1e-9)
            assert rows["ci_high"][row] == pytest.approx(interval.high, abs=1e-9)
    assert set(rows["n"]) == {5}


@pytest.mark.filterwarnings("ignore::sim.errors.PlaceWarning")
def test_a_run_stored_before_a_measure_was_there_can_be_compared(
    tmp_path: pathlib.Path, runs: dict[str, pathlib.Path]
) -> None:
    old = shutil.copytree(runs["short"], tmp_path / "old")
    rows = read_table(old / "replications.parquet")
    del rows["response_effort_mean"]
    write_table(old / "replications.parquet", rows)
    found = compare(tmp_path / "c", runs["a"], old)
    measures = set(read_table(found / "comparison.parquet")["measure"])
    assert measures == set(UNITS) - {"response_effort_mean"}
    policies = json.loads((found / "summary.json").read_text())["policies"]
    assert "response_effort_mean" in policies["reference"]
    assert "response_effort_mean" not in policies["proportional"]


def test_a_comparison_says_what_was_compared(
    tmp_path: pathlib.Path, runs: dict[str, pathlib.Path]
) -> None:
    found = compare(tmp_path / "c", runs["a"], runs["brief"], runs["short"])
    summary = json.loads((found / "summary.json").read_text())
    names = ["reference (a)", "reference (brief)", "proportional"]
    assert [entry["policy"] for entry in summary["compared"]] == names
    assert [entry["run"] for entry in summary["compared"]] == ["a", "brief", "short"]
    assert {entry["seed"] for entry in summary["compared"]} == {1}
    assert sorted(summary["policies"]) == sorted(names)
    assert summary["measures"] == summary["policies"]["reference (a)"]
    assert summary["measures"]["cost"]["n"] == 5
    config = yaml.safe_load((found / "config.yaml").read_text())
    assert config["compared"] == summary["compared"]
    assert config["run"] == {"dir": "c", "overwrite": False}
    passport = json.loads((found / "provenance.json").read_text())
    assert (passport["verb"], passport["seed"]) == ("compare", 1)
    assert {"report.html", "comparison.parquet", "config.yaml"} <= {
        path.name for path in found.iterdir()
    }


def test_a_run_against_its_copy_is_no_difference(
    tmp_path: pathlib.Path, runs: dict[str, pathlib.Path]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(runs["a"], copy)
    rows = read_table(compare(tmp_path / "c", runs["a"], copy) / "comparison.parquet")
    known = ~np.isnan(rows["mean_difference"])
    assert known.sum() > 20
    for name in ("mean_difference", "ci_low", "ci_high"):
        assert not rows[name][known].any()


def change(path: pathlib.Path, **entries: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **entries}))


def test_other_draws_and_other_worlds_are_refused(runs: dict[str, pathlib.Path]) -> None:
    with pytest.raises(InputError, match=r"seed 2, but .*/a has 1; only runs with the same seed"):
        compare_runs([runs["a"], runs["seed"]])
    with pytest.raises(InputError, match=r"scenario\.promise\.promise_min differs from .*/a;"):
        compare_runs([runs["a"], runs["brief"], runs["world"]])


@pytest.mark.parametrize("pair", [("a",), ("a", "a"), ("a", "brief", "a")])
def test_fewer_than_two_runs_are_refused(
    runs: dict[str, pathlib.Path], pair: tuple[str, ...]
) -> None:
    with pytest.raises(InputError, match=r"two or more runs|listed twice"):
        compare_runs([runs[name] for name in pair])


@pytest.mark.filterwarnings("ignore::sim.errors.PlaceWarning")
def test_other_folders_are_refused(tmp_path: pathlib.Path, runs: dict[str, pathlib.Path]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(runs["brief"], copy)
    change(copy / "provenance.json", verb="calibrate")
    with pytest.raises(InputError, match="is a run of `calibrate`; allowed: runs of"):
        compare_runs([runs["a"], copy])
    change(copy / "provenance.json", verb="plan", seed=9)
    change(copy / "summary.json", seed=None)
    with pytest.raises(InputError, match=r"summary\.json: seed = None: allowed: a whole number"):
        compare_runs([runs["a"], copy])
    change(copy / "summary.json", seed=9)
    with pytest.raises(InputError, match="seed 9"):
        compare_runs([runs["a"], copy])
    change(copy / "summary.json", seed=1)
    assert [run.label for run in compare_runs([runs["a"], copy])] == [
        "reference (a)",
        "reference (copy)",
    ]
    (copy / "policy.yaml").write_text("name: flat\n")
    with pytest.raises(InputError, match="has no replications of its policy flat"):
        compare_runs([runs["a"], copy])
