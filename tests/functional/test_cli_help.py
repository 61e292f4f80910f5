"""Help that a planner understands; what it names exists."""

import pathlib
import re

import pytest

from sim.cli import main
from sim.cli.verbs import VERBS
from sim.compose import compose_config, list_names
from sim.scenario.settings import (
    CalibrateSettings,
    ForecastSettings,
    PlannerSettings,
    ReviewSettings,
    RunSettings,
)


def read_help(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert main.run(list(args)) == 0
    answer = capsys.readouterr()
    assert answer.err == ""
    return answer.out


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_overview_names_every_verb(capsys: pytest.CaptureFixture[str], word: str) -> None:
    text = read_help(capsys, word)
    for verb in VERBS:
        assert re.search(rf"^  {verb} +\w", text, re.MULTILINE), verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_usage_and_an_example(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    text = read_help(capsys, verb, "--help")
    assert text.startswith(f"Usage: surgecrew {verb}")
    assert verb == "verify" or f"  surgecrew {verb} " in text or f"$(surgecrew {verb} " in text
    assert all(len(line) <= 95 for line in text.splitlines())
    assert read_help(capsys, verb, "-h") == text


@pytest.mark.parametrize("verb", ["plan", "simulate"])
def test_help_names_every_shipped_scenario(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    words = re.findall(r"[\w/]+", read_help(capsys, verb, "--help"))
    for group in ("scenario", "brand", "maturity", *(["policy"] if verb == "simulate" else [])):
        assert set(list_names(group)) <= set(words)


@pytest.mark.parametrize("verb", ["plan", "simulate", "calibrate", "forecast", "review", "compare"])
def test_settings_in_help_exist_with_these_defaults(
    capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    told = re.findall(r"^  ([\w.]+)=(\S+)  +\w", read_help(capsys, verb, "--help"), re.MULTILINE)
    assert len(told) >= 2
    primary = {"plan": "config", "simulate": "config"}.get(verb, verb)
    config = compose_config(["planner.budget=null"] if primary == "config" else [], primary)
    for key, value in told:
        place: object = config
        for word in key.split("."):
            assert isinstance(place, dict)
            place = place[word]
        shown = {None: "null", True: "true", False: "false"}
        assert value == (shown[place] if place is None or isinstance(place, bool) else str(place))


def test_examples_compose(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example of plan and simulate, its files replaced by one that is there."""
    import shlex

    from sim.compose import compose_with_layers, expand_sweep
    from sim.scenario.build import build_config

    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_week.yaml").write_text(
        "base: telecom_week\nname: my_week\ndemand: {base_per_h: 40}\n"
    )
    (tmp_path / "policy.yaml").write_text("name: flat\n")
    count = 0
    for verb in ("plan", "simulate", "calibrate", "forecast", "review"):
        text = read_help(capsys, verb, "--help")
        for line in re.findall(rf"^  (surgecrew {verb} .*)$", text, re.MULTILINE):
            words = [word for word in shlex.split(line)[2:] if word != "-m"]
            words = [re.sub(r"results/plan/\.\.\./policy.yaml", "policy.yaml", w) for w in words]
            primary = verb if verb in ("calibrate", "forecast", "review") else "config"
            for job in expand_sweep(words):
                build_config(compose_with_layers(job, primary))
                count += 1
    assert count >= 14


def test_settings_named_in_help_are_in_the_models() -> None:
    from sim.cli import calibrate, plan, simulate
    from sim.cli.histories import forecast, review

    known = {f"run.{key}" for key in RunSettings.model_fields}
    known |= {f"planner.{key}" for key in PlannerSettings.model_fields}
    known |= {*CalibrateSettings.model_fields, *ForecastSettings.model_fields}
    known |= {*ReviewSettings.model_fields}
    for verb in (plan, simulate, calibrate, forecast, review):
        assert {key for key, _ in verb.SETTINGS} <= known


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert re.fullmatch(r"surgecrew \d+\.\d+\.\d+\S*\n", read_help(capsys, "--version"))
