"""The experiment's form: what it takes, what it refuses and in which words; its dictionary."""

import pathlib
import re

import pytest

from sim.compose import find_configs
from sim.errors import InputError
from sim.study import form
from sim.study.reading import read_experiment
from tests.sweep_worlds import FACTORS, write_experiment

HEADINGS = {
    form.Experiment: "Experiment",
    form.PolicyUse: "Policy of an experiment",
    form.Repetition: "Replications of an experiment",
    form.Factor: "A factor",
    form.Design: "Design",
    form.SweepRun: "How a sweep is run",
}


def read(folder: pathlib.Path, *overrides: str, **changes: object) -> form.Experiment:
    path = write_experiment(folder, **changes)
    return read_experiment(str(path), list(overrides)).experiment


def test_short_forms_are_the_long_ones(tmp_path: pathlib.Path) -> None:
    short = read(tmp_path, policy="flat", design="grid", factors={"brand": ["att", "verizon"]})
    long = read(
        tmp_path,
        policy={"name": "flat", "build": "each"},
        design={"kind": "grid"},
        factors={"brand": {"values": ["att", "verizon"]}},
        replications={"at_least": 3, "at_most": 3},
    )
    assert short == long


def test_overrides_change_the_experiment_and_the_world(tmp_path: pathlib.Path) -> None:
    experiment = read(
        tmp_path,
        "replications=7",
        "policy.build=once",
        "factors.scenario.demand.base_per_h.high=9",
        "scenario.horizon.days=2",
        "~factors.scenario.topics.question.work.mean_min",
        "run.workers=3",
    )
    assert experiment.replications.at_least == experiment.replications.at_most == 7
    assert experiment.policy == form.PolicyUse(name="reference", build="once")
    assert list(experiment.factors) == ["scenario.demand.base_per_h"]
    assert experiment.factors["scenario.demand.base_per_h"].high == 9
    assert experiment.fixed == {"scenario.horizon.days": 2}
    assert experiment.run.workers == 3


def test_files_lie_beside_the_experiment(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study").mkdir()
    write_experiment(tmp_path / "study", policy="mine.yaml")
    monkeypatch.chdir(tmp_path)
    experiment = read_experiment("study/small.yaml", []).experiment
    assert experiment.scenario == "study/day.yaml"
    assert experiment.policy is not None
    assert experiment.policy.name == "study/mine.yaml"


def test_a_name_is_a_folder_of_experiments(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "experiments" / "mine").mkdir(parents=True)
    path = write_experiment(tmp_path / "experiments" / "mine")
    path.rename(path.with_name("experiment.yaml"))
    monkeypatch.chdir(tmp_path)
    assert read_experiment("mine", []).name == "mine"
    with pytest.raises(InputError, match="no such experiment; did you mean mine"):
        read_experiment("mien", [])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"replicatons": 3}, "replicatons = 3: unknown key; did you mean replications?"),
        ({"replications": 0}, "replications = 0: allowed: from 1 to 1,000,000"),
        ({"replications": "many"}, "a whole number, or {half_width"),
        ({"replications": {"half_width": {"satisfction": 0.1}}}, "did you mean satisfaction?"),
        ({"replications": {"at_least": 9, "at_most": 8}}, "at most at_most, 8"),
        ({"replications": {"at_least": 9}}, "half of a 95 % interval"),
        ({"scenario": None}, "scenario = nothing: missing"),
        ({"runs": "simulat"}, "simulate, or FILE.py:FUNCTION of a file beside"),
        ({"runs": "../run.py:f"}, "simulate, or FILE.py:FUNCTION of a file beside"),
        ({"runs": "run.py:f"}, "no file run.py beside the experiment"),
        ({"factors": {"own.x": [1]}, "design": "grid"}, "only with runs: FILE.py:FUNCTION"),
        ({"keep": ["everything"]}, "allowed: replications"),
        ({"policy": {"name": "flat", "build": "twice"}}, "each or once"),
        ({"factors": None}, "either factors, or arms"),
        ({"arms": {"a": {}}}, "either factors, or arms"),
        ({"design": None}, "design is required"),
        ({"design": "spiral"}, "list, grid, lhs, sobol, saltelli or morris"),
        ({"design": "grid"}, "scenario.demand.base_per_h is a range"),
        ({"design": {"kind": "sobol", "points": 100}}, "a power of two, such as 64 or 128"),
        ({"design": "sobol"}, "a whole number for lhs, sobol, saltelli, morris"),
        ({"design": {"kind": "grid", "points": 4}}, "and only for these"),
        ({"design": {"kind": "lhs", "points": 4, "levels": 2}}, "only with grid and morris"),
        ({"design": "list"}, "lists of one length"),
        ({"factors": {"brand": "att"}}, "factors.brand = att: allowed: a list of values"),
        ({"factors": {"a": {"low": 3, "high": 2}}}, "factors.a.high = 2.0: allowed: above low, 3"),
        ({"factors": {"a": {"low": 0, "high": 2, "scale": "log"}}}, "above 0 with scale: log"),
        ({"factors": {"a": {"low": 0}}}, "a range has low and high"),
        ({"factors": {"a": []}}, "a list of values, or {low"),
        ({"factors": {"run.seed": [1, 2]}, "design": "grid"}, "all points meet the same draws"),
        ({"factors": {"planner.gap_tol": [1, 2]}, "design": "grid"}, "simulate does not read it"),
        ({"factors": {"sceario.x": [1]}, "design": "grid"}, "unknown key; did you mean scenario?"),
        ({"run": {"shard": "8/7"}}, "NUMBER/ALL, such as 7/100"),
        ({"run": {"wokers": 2}}, "did you mean workers?"),
    ],
)  # fmt: skip
def test_one_line_each(tmp_path: pathlib.Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as found:
        read(tmp_path, **changes)
    assert len(found.value.errors) == 1
    assert told in found.value.errors[0]
    assert found.value.errors[0].startswith(str(tmp_path / "small.yaml"))


def test_what_was_typed_is_blamed_on_what_was_typed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match=r"^override: run.workers = 0: "):
        read(tmp_path, "run.workers=0")
    with pytest.raises(InputError, match="desing=grid: unknown key desing; did you mean design"):
        read(tmp_path, "desing=grid")


def list_rows(heading: str) -> list[list[str]]:
    text = (find_configs() / "README.md").read_text(encoding="utf-8")
    section = re.split(rf"^## {re.escape(heading)}.*$", text, flags=re.MULTILINE)[1]
    rows = re.findall(r"^\| (`\w+` \|.*)$", section.partition("\n## ")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


@pytest.mark.parametrize("kind", HEADINGS, ids=lambda kind: kind.__name__)
def test_every_key_has_a_row(kind: type[form.Part]) -> None:
    rows = list_rows(HEADINGS[kind])
    assert [row[0].strip("`") for row in rows] == list(kind.model_fields)
    for key, meaning, _, default, allowed, *_ in rows:
        field = kind.model_fields[key.strip("`")]
        assert len(meaning) > 4
        assert allowed
        if field.is_required():
            assert default == "required"
        elif isinstance(field.default, bool) or field.default is None:
            assert default == {None: "null", True: "true", False: "false"}[field.default]
        elif isinstance(field.default, int | float):
            assert float(default) == field.default


def test_the_example_of_the_dictionary_is_one(tmp_path: pathlib.Path) -> None:
    text = (find_configs() / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml\n(# an experiment.*?)```", text, re.DOTALL)
    path = tmp_path / "experiment.yaml"
    path.write_text(example)
    experiment = read_experiment(str(path), []).experiment
    assert set(experiment.factors) != set(FACTORS)
    assert experiment.design is not None
