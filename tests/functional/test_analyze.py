"""``surgecrew analyze``: each design gives its analyses, what it cannot give is refused before."""

import json
import pathlib
from typing import Any

import pytest

from sim.cli import main
from tests.sweep_worlds import write_experiment

# A function of two factors and a list, with noise that all points share and some of their own.
RUN = """
import numpy as np

KINDS = {"plain": 0.0, "5 €, \\"off\\"": 1.0}


def play(job):
    a, b = job.values.get("own.a", 0.0), job.values.get("own.b", 0.0)
    extra = KINDS[job.values.get("own.kind", "plain")] + job.values.get("policy.staff_factor", 0)
    if job.values.get("own.fails"):
        raise ValueError("no such world")
    numbers = np.array(job.replications)
    shared = np.random.default_rng(1).standard_normal(1000)[numbers]
    own = np.random.default_rng([int(1e6 * a), int(1e6 * b)]).standard_normal(1000)[numbers]
    return {
        "score": 2 * a + b * b + extra + shared + 0.05 * own,
        "steady": np.full(numbers.size, 3.0),
        "broken_share": (a > 0.7) & (b < 0.5) & (own > -9),
    }
"""
AB: dict[str, Any] = {"own.a": {"low": 0.0, "high": 1.0}, "own.b": {"low": 0.0, "high": 1.0}}


@pytest.fixture(autouse=True)
def _here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.py").write_text(RUN, encoding="utf-8")


def sweep(folder: pathlib.Path, code: int = 0, **changes: Any) -> str:
    """Play an experiment of the function; return its folder."""
    settings = {"runs": "run.py:play", "policy": None, "replications": 6, **changes}
    write_experiment(folder, **settings)
    assert main.run(["sweep", "experiment=small.yaml", "--code", "run.workers=1"]) == code
    return "results/sweep/small"


def analyze(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main.run(["analyze", *args, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refuse(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    assert main.run(["analyze", *args]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    return told


def test_arms_of_strangers(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names with signs, a constant measure, and what an arm is worth in staff."""
    arms = {
        "as it is": {"policy.staff_factor": 1.0},
        "half <again>": {"policy.staff_factor": 1.5},
        'tools "5 €, off" | =x': {"own.kind": '5 €, "off"', "policy.staff_factor": 1.0},
        "a = .2": {"own.a": 0.2, "policy.staff_factor": 1.0},
    }
    place = sweep(tmp_path, arms=arms, factors=None, design=None)
    found = analyze(capsys, place)
    rows = found["measures"]["score"]["differences"]["rows"]
    assert [row["label"] for row in rows] == list(arms)[1:]
    assert [round(row["mean"], 6) for row in rows[:2]] == [0.5, 1.0]
    assert rows[2]["low"] < 0.4 < rows[2]["high"]
    assert "the same, 3, at every point" in found["measures"]["steady"]["said"][0]
    worth = {
        row["label"]: row for row in found["measures"]["score"]["differences"]["worth"]["rows"]
    }
    assert worth['tools "5 €, off" | =x']["said"] == "more than the most staff"
    assert worth["a = .2"]["ratio"] == pytest.approx(1.4, abs=0.1)
    page = pathlib.Path(place, "report.html").read_text(encoding="utf-8")
    assert "half &lt;again&gt;" in page
    assert "<again>" not in page
    table = pathlib.Path(place, "tables/differences.csv").read_text(encoding="utf-8")
    assert table.startswith("measure,point,label,mean,low,high,n\n")
    assert json.loads(pathlib.Path(place, "analysis.json").read_text())["measures"].keys() == {
        "score", "steady", "broken_share"}  # fmt: skip
    other = analyze(capsys, place, "reference=a = .2", "measures=score", "run.dir=seen")
    assert other["measures"]["score"]["differences"]["rows"][0]["mean"] == -rows[2]["mean"]
    assert pathlib.Path("seen/report.html").is_file()
    assert "did you mean half <again>?" in refuse(capsys, place, "reference=half again")


def test_a_grid(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    factors = {"own.a": AB["own.a"], "own.kind": ["plain", '5 €, "off"']}
    place = sweep(tmp_path, factors=factors, design={"kind": "grid", "levels": 4})
    found = analyze(capsys, place)
    effects = found["measures"]["score"]["effects"]["rows"]
    kind = [row["mean"] for row in effects if row["factors"] == ["own.kind"]]
    assert kind == pytest.approx([-0.5, 0.5], abs=0.05)
    model = found["measures"]["score"]["metamodel"]
    terms = {row["name"]: row["value"] for row in model["rows"]}
    assert terms["a"] == pytest.approx(1.0, abs=0.05)
    assert terms['kind = 5 €, "off"'] == pytest.approx(1.0, abs=0.1)
    assert model["lack_of_fit"]["p"] > 0.001
    assert "own.a x own.kind" in pathlib.Path(place, "tables/effects.csv").read_text("utf-8")


def test_a_single_factor_saltelli(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of the spread is its own, first order and total."""
    place = sweep(
        tmp_path, factors={"own.a": AB["own.a"]}, design={"kind": "saltelli", "points": 64}
    )
    row = analyze(capsys, place, "analyses=sobol")["measures"]["score"]["sobol"]["rows"][0]
    assert row["first_clean"] == pytest.approx(1.0, abs=0.1)
    assert row["total_clean"] == pytest.approx(1.0, abs=0.1)


def test_morris(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = sweep(tmp_path, factors=AB, design={"kind": "morris", "points": 10})
    rows = analyze(capsys, place)["measures"]["score"]["morris"]["rows"]
    assert [row["mu"] for row in rows] == pytest.approx([2.0, 1.0], abs=0.15)
    assert rows[1]["sigma"] > 3 * rows[0]["sigma"]


def test_what_breaks_it(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = sweep(tmp_path, factors=AB, replications=1, design={"kind": "sobol", "points": 128})
    found = analyze(capsys, place, "breaks=broken_share>.5")["breaks"]
    box = found["boxes"][0]
    assert min(box["coverage"], box["density"]) >= 0.9
    limits = {limit["key"]: limit for limit in box["limits"]}
    assert limits["own.a"]["low"] == pytest.approx(0.7, abs=0.04)
    assert limits["own.b"]["high"] == pytest.approx(0.5, abs=0.04)
    assert "say what breaks a plan" in analyze(capsys, place)["breaks"]["why_not"]
    assert "allowed: MEASURE<NUMBER" in refuse(capsys, place, "breaks=score")


def test_failed_jobs_are_left_out(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = {"one": {"own.a": 0.1}, "gone": {"own.fails": True}, "two": {"own.a": 0.3}}
    place = sweep(tmp_path, 4, arms=arms, factors=None, design=None)
    found = analyze(capsys, place)["measures"]["score"]
    assert found["points_without_value"] == 1
    assert [row["label"] for row in found["differences"]["rows"]] == ["two"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["analyses=sobol"], "a design of kind lhs cannot give it (it takes saltelli)"),
        (["analyses=sobel"], "no such analysis; did you mean sobol?"),
        (["analyses=breaks"], "20 points are too few (it takes 40)"),
        (["breaks=score<1"], "20 points are too few (it takes 40)"),
        (["measures=scor"], "no such measure; did you mean score?"),
        (["reference=1"], "only differences have one"),
        (["measure=score"], "unknown key measure; did you mean measures?"),
        (["run.dir=run.py"], "is a file; allowed: a folder"),
        (["run.dir=results"], "is not empty and holds no analysis"),
    ],
)
def test_what_cannot_be_given_is_refused(
    args: list[str], told: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = sweep(tmp_path, factors=AB, design={"kind": "lhs", "points": 20})
    assert told in refuse(capsys, place, *args)
    assert not pathlib.Path(place, "analysis.json").exists()


def test_an_older_analysis_leaves_nothing_behind(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = sweep(tmp_path, factors=AB, design={"kind": "lhs", "points": 20})
    analyze(capsys, place)
    first = {path.name: path.read_bytes() for path in pathlib.Path(place).rglob("*.*")}
    analyze(capsys, place)
    assert {path.name: path.read_bytes() for path in pathlib.Path(place).rglob("*.*")} == first
    analyze(capsys, place, "measures=steady")
    assert [path.name for path in pathlib.Path(place).rglob("*.svg")] == []
    assert [path.name for path in pathlib.Path(place).rglob("*.csv")] == ["means.csv"]
