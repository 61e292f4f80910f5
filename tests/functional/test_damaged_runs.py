"""Damaged run folders: whatever reads one names the file in one line, or does its work."""

import contextlib
import pathlib
import random
import shutil

import pytest

from sim.cli import main
from sim.errors import InputError, PlaceWarning
from sim.planning.agreements import find_policy
from sim.running.results import read_results
from tests.damages import damage
from tests.plan_worlds import hasten_bound, make_small_scenario, skip_tuning, write_scenario

DAMAGES, COMPARED = 60, 4
NO_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><title id="x-title">x</title></svg>'
PLAN = ("planner.budget=1250", "planner.search_replications=2", "planner.evaluation_replications=3",
        "planner.choice_replications=20", "planner.keep_promise=false", "run.workers=1",
        "report.page=false")  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> pathlib.Path:
    """Return the folder of a small plan."""
    room = tmp_path_factory.mktemp("whole")
    scenario = make_small_scenario(horizon={"days": 1}, surge_crew={"max_people": 1})
    path = write_scenario(room / "small.yaml", scenario)
    with pytest.MonkeyPatch.context() as patch:
        hasten_bound(patch)
        skip_tuning(patch)
        assert main.run(["plan", f"scenario={path}", f"run.dir={room / 'run'}", *PLAN]) == 0
    return room / "run"


@pytest.fixture
def spoiled(whole, tmp_path, monkeypatch) -> pathlib.Path:
    """Return a copy of it that may be damaged, in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(whole, tmp_path / "bad")
    return pathlib.Path("bad")


def run(capsys, *args: str) -> tuple[int, str]:
    code = main.run(list(args))
    return code, capsys.readouterr().err


# A mean of numbers that are too large is said so by numpy; the command line says nothing of it.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::sim.errors.PlaceWarning")
def test_random_damages(whole, tmp_path, monkeypatch, capsys):
    """Also where the pages are drawn: without their pictures, which take the time."""
    for name in ("draw_chart", "draw_dots"):
        monkeypatch.setattr(f"sim.report.pages.page.{name}", lambda chart: NO_PICTURE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    codes = []
    for number in range(DAMAGES):
        shutil.copytree(whole, "bad")
        told = damage(pathlib.Path("bad"), random.Random(number))
        compare = ("compare", str(whole), "bad", "run.dir=compared")
        for args in (("report", "bad"), *([compare] if number % COMPARED == 0 else [])):
            code, err = run(capsys, *args)
            assert code in (0, 2), (number, told, args, err)
            assert err.count("\n") == (code == 2), (number, told, args, err)
            assert code == 0 or "bad" in err, (number, told, args, err)
            codes.append(code)
            shutil.rmtree("compared", ignore_errors=True)
        for read in (find_policy, lambda place: read_results(pathlib.Path(place))):
            with contextlib.suppress(InputError):
                read("bad")
        shutil.rmtree("bad")
    assert 0.2 < codes.count(2) / len(codes) < 0.8


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("summary.json", '{"schema": 2}', "summary.json: schema = 2: allowed: 1"),
        (
            "summary.json",
            '{"seed": NaN}',
            "summary.json: cannot be read as JSON (NaN is not",
        ),
        ("summary.json", '{"seed": 1e999}', "summary.json: cannot be read as JSON (1e999 is no"),
        ("summary.json", f'{{"seed": {"9" * 400}}}', "summary.json: cannot be read as JSON (999"),
        ("decision.json", "[]", "decision.json: must be an object, not list"),
        ("provenance.json", '{"files": [1]}', "provenance.json: files must be names with"),
        ("comparison.parquet", "", "comparison.parquet: cannot be read as Parquet"),
    ],
)
@pytest.mark.filterwarnings("ignore::sim.errors.PlaceWarning")
def test_what_is_wrong_is_said(spoiled, capsys, name, text, told):
    (spoiled / name).write_text(text, encoding="utf-8")
    code, err = run(capsys, "report", "bad")
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith(f"bad/{told}")


def test_a_file_that_is_listed_and_missing_is_named(spoiled, capsys):
    (spoiled / "decision.json").unlink()
    assert run(capsys, "report", "bad") == (
        2, "bad/decision.json: is missing, although provenance.json lists it\n"
    )  # fmt: skip
    (spoiled / "decision.json").mkdir()
    assert run(capsys, "report", "bad") == (2, "bad/decision.json: is not a file\n")


def test_a_file_that_was_changed_and_can_be_read_is_told(spoiled, whole):
    """A page of other numbers than the run's says so."""
    text = (spoiled / "summary.json").read_text(encoding="utf-8")
    assert '"mean": 0.' in text
    (spoiled / "summary.json").write_text(text.replace('"mean": 0.', '"mean": 1.'))
    with pytest.warns(PlaceWarning, match=r"bad/summary\.json: was changed after the run"):
        main.run(["compare", "bad", str(whole), "run.dir=compared"])


def test_a_bug_is_not_blamed_on_a_whole_run(spoiled, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sim.report.pages.page.PAGES", {"plan": lambda run: 1 / 0})
    code, err = run(capsys, "report", "bad")
    assert code == 1
    assert "ZeroDivisionError" in err
