"""Composition: shipped defaults, files with a base, groups, precedence."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from sim.compose import compose_config, find_configs, list_names
from sim.compose import folder as folder_module
from sim.compose.choice import merge, read_scenario
from sim.errors import InputError
from sim.scenario.build import build_planner, load_scenario

SCENARIOS = list_names("scenario")


def write(path: pathlib.Path, content: object) -> str:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return str(path)


def refuse(*overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        compose_config(list(overrides))
    return list(caught.value.errors)


def test_groups_are_as_hydra_itself_composes_them() -> None:
    """Second road: plain Hydra on the same folder, with the same overrides."""
    texts = ["planner.delta=.1", "run.seed=7", "run.dir='a b'"]
    with initialize_config_dir(str(find_configs()), version_base="1.3"):
        plain = OmegaConf.to_container(
            compose("config", overrides=["~scenario", "~policy", *texts])
        )
    ours = compose_config([*texts, "planner.budget=null"])
    assert {key: ours[key] for key in ("planner", "run", "report")} == plain


def list_leaves(data: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    if not isinstance(data, dict) or not data:
        return {path: data}
    return {
        leaf: value
        for key, below in data.items()
        for leaf, value in list_leaves(below, (*path, key)).items()
    }


def read_leaves(name: str) -> dict[tuple[str, ...], object]:
    text = (find_configs() / "scenario" / f"{name}.yaml").read_text(encoding="utf-8")
    return list_leaves(yaml.safe_load(text))


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_scenario_is_its_file_over_its_base(name: str) -> None:
    """Second road: the leaves of both files, as plain safe_load reads them."""
    own = read_leaves(name)
    below = read_leaves(str(own[("base",)])) if ("base",) in own else {}
    composed = list_leaves(compose_config([f"scenario={name}"])["scenario"])
    for path, value in {**below, **own}.items():
        named = path[0] in ("base", "brand", "maturity", "satisfaction") and len(path) == 1
        shared = [min(len(path), len(other)) for other in own if other != path]
        others = [other for other in own if other != path]
        hidden = any(path[:n] == other[:n] for n, other in zip(shared, others, strict=True))
        gone = value is None and path[-2:-1] in (("topics",), ("pools",), ("reference_staff",))
        if gone:
            assert not any(leaf[: len(path)] == path for leaf in composed)
        elif not named and not hidden and not (value == {} and path == ("events",)):
            assert str(composed[path]) == str(value) or path == ("horizon", "start"), path


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_shipped_scenario_is_right(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name.split("/")[-1]
    assert (scenario.planner["budget"] is None) == name.startswith("validation/")


def test_brand_and_maturity_go_into_the_scenario() -> None:
    config = compose_config(["scenario=breach_week", "brand=verizon", "maturity=laggard"])
    assert config["scenario"]["brand"]["k1"] == 0.408
    assert config["scenario"]["maturity"]["name"] == "laggard"
    assert compose_config(["scenario.brand=verizon"])["scenario"]["brand"]["k1"] == 0.408


def test_a_single_number_of_a_brand_stays_over_the_chosen_brand() -> None:
    config = compose_config(["scenario.brand.k1=.5", "brand=sprint"])
    assert config["scenario"]["brand"]["k1"] == 0.5
    assert config["scenario"]["brand"]["k2"] == 0.151


def test_the_budget_comes_from_override_then_scenario_then_planner(tmp_path: pathlib.Path) -> None:
    mine = write(tmp_path / "mine.yaml", {"base": "breach_week", "planner": {"delta": 0.01}})
    assert compose_config(["scenario=breach_week"])["planner"]["budget"] == 33000
    assert compose_config([f"scenario={mine}"])["planner"] == {
        **compose_config(["scenario=breach_week"])["planner"],
        "delta": 0.01,
    }
    assert compose_config(["scenario.planner.budget=5"])["planner"]["budget"] == 5
    both = compose_config(["planner.budget=7", "scenario.planner.budget=5"])
    assert both["planner"]["budget"] == 7
    assert compose_config(["scenario=validation/erlang_a"])["planner"]["budget"] is None


def test_python_reads_the_same_scenario_as_the_command_line() -> None:
    texts = ["horizon.days=8", "brand=verizon", "~events.breach.weight", "planner.budget=9"]
    scenario = load_scenario("breach_week", texts)
    assert scenario.horizon.days == 8
    assert scenario.brand.name == "Verizon"
    assert scenario.events["breach"].weight == 1
    assert build_planner(scenario).budget == 9
    assert build_planner(scenario, {"budget": 8.0}).budget == 8


def test_a_file_may_hold_only_differences(tmp_path: pathlib.Path) -> None:
    content = {
        "base": "campaign_week",
        "name": "mine",
        "demand": {"base_per_h": 40},
        "events": {"campaign": None, "talk": {**LAUNCH, "time_h": 20}},
        "brand": {"price_factor": 1.2},
    }
    mine = write(tmp_path / "mine.yaml", content)
    scenario = load_scenario(mine)
    assert scenario.demand.base_per_h == 40
    assert list(scenario.events) == ["talk"]
    assert scenario.preparations == {}
    assert (scenario.brand.name, scenario.brand.price_factor) == ("AT&T", 1.2)
    assert scenario.demand.hour_shape == load_scenario("telecom_week").demand.hour_shape


@pytest.mark.parametrize("change", ["events.launch=null", "~events.launch"])
def test_an_event_that_an_override_takes_out_takes_its_preparations(change: str) -> None:
    """Those of other events, and what is kept ready, stay."""
    scenario = load_scenario("launch_week", [change])
    assert (scenario.events, scenario.preparations) == ({}, {})
    assert list(load_scenario("outage_day", [change.replace("launch", "outage")]).preparations)
    one = load_scenario("launch_week", ["preparations.briefing=null"])
    assert list(one.preparations) == ["buyers_mail", "cross_training"]


LAUNCH = {
    "kind": "launch",
    "announced_h": 100,
    "peak": 2,
    "peak_sigma": 0.3,
    "ramp_min": 60,
    "half_life_1_h": 8,
    "shape_share": 0.5,
    "topic_share": {"question": 1},
}


def test_base_and_replay_are_found_beside_the_file(tmp_path: pathlib.Path) -> None:
    weeks = tmp_path / "my weeks=[1]"
    weeks.mkdir()
    below = {"base": "telecom_week", "name": "below", "demand": {"replay": {"file": "h.csv"}}}
    write(weeks / "below.yaml", below)
    write(weeks / "brand.yaml", yaml.safe_load((find_configs() / "brand/att.yaml").read_text()))
    write(weeks / "p.yaml", {"name": "flat", "lead_h": 3})
    mine = {"base": "below.yaml", "name": "mine", "brand": "brand.yaml"}
    path = write(weeks / "mine.yaml", {**mine, "default_policy": "p.yaml"})
    assert compose_config([f"scenario={path}"])["policy"] == {"name": "flat", "lead_h": 3}
    scenario = load_scenario(path)
    assert scenario.name == "mine"
    assert scenario.demand.replay is not None
    assert scenario.demand.replay.file == str(weeks / "h.csv")


def test_a_file_wins_over_a_shipped_name(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "validation").mkdir()
    write(tmp_path / "validation" / "day", {"base": "telecom_week", "name": "mine"})
    assert load_scenario("validation/day").name == "mine"
    (tmp_path / "telecom_week").write_text("name: not looked at")
    assert load_scenario("telecom_week").name == "telecom_week"


def test_bases_in_a_circle(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "a.yaml", {"base": "b.yaml"})
    write(tmp_path / "b.yaml", {"base": "a.yaml"})
    [line] = refuse(f"scenario={tmp_path / 'a.yaml'}")
    assert "circle" in line


@pytest.mark.parametrize(
    ("base", "told"),
    [("telecm_week", "did you mean telecom_week"), ("x.yaml", "no such file"), (3, "base = 3")],
)
def test_bad_bases_name_the_file(tmp_path: pathlib.Path, base: object, told: str) -> None:
    [line] = refuse(f"scenario={write(tmp_path / 'a.yaml', {'base': base})}")
    assert told in line
    assert str(tmp_path) in line


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("scenario=breach_wek", "did you mean breach_week?"),
        ("scenario=none.yaml", "none.yaml: no such file"),
        ("scenario=a/b", "no shipped scenario and no file"),
        ("brand=veriz", "did you mean verizon?"),
        ("maturity=avrage", "did you mean average?"),
        ("policy=falt", "did you mean flat?"),
        ("policy.path=x.yaml", "x.yaml: no such file"),
        ("planner=fast", "allowed: default"),
        ("scenaro.x=3", "did you mean scenario?"),
        ("histry=3", "unknown key histry"),
        ("brand=3", "no shipped brand"),
        ("~policy", "allowed: policy=NAME"),
        ("scenario={a: 1}", "allowed: scenario=NAME"),
        ("scenario.default_policy=flt", "did you mean flat?"),
    ],
)
def test_bad_choices(override: str, told: str) -> None:
    [line] = refuse(override)
    assert told in line


def test_policy_is_the_asked_one_else_the_scenarios_else_the_reference(
    tmp_path: pathlib.Path,
) -> None:
    mine = write(tmp_path / "p.yaml", {"name": "flat", "follow_up": True})
    assert compose_config([])["policy"] == {"name": "reference"}
    assert compose_config([f"policy={mine}"])["policy"] == {"name": "flat", "follow_up": True}
    assert compose_config([f"policy.path={mine}"])["policy"] == {"name": "flat", "follow_up": True}
    assert compose_config(["scenario=validation/day"])["policy"]["name"] == "office_day"
    both = compose_config(["scenario=validation/day", "policy=flat", "policy.lead_h=4"])
    assert both["policy"] == {"name": "flat", "lead_h": 4}
    assert compose_config(["scenario.default_policy=flat"])["policy"] == {"name": "flat"}


def test_one_job_leaves_no_trace_in_the_next() -> None:
    before = compose_config(["scenario=breach_week"])
    changed = compose_config(
        ["scenario=breach_week", "scenario.topics.error.share=9", "run.seed=5"]
    )
    changed["scenario"]["topics"].clear()
    changed["planner"]["budget"] = -1
    assert compose_config(["scenario=breach_week"]) == before


def test_merge_alters_neither_side() -> None:
    base, changes = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert merge(base, changes) == {"a": {"b": 1, "c": 2}}
    assert (base, changes) == ({"a": {"b": 1}}, {"a": {"c": 2}})


def test_layers_are_told_from_the_nearest_to_the_farthest() -> None:
    labels = [layer.label for layer in read_scenario("breach_week").layers]
    assert labels == ["scenario/breach_week.yaml", "scenario/telecom_week.yaml"]


def test_installed_configs_are_taken_where_they_are(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "PACKAGE", tmp_path / "sim")
    shutil.copytree(find_configs(), tmp_path / "configs")
    find_configs.cache_clear()
    try:
        assert find_configs() == tmp_path / "configs"
        (tmp_path / "sim" / "_configs").mkdir(parents=True)
        find_configs.cache_clear()
        assert find_configs() == tmp_path / "sim" / "_configs"
    finally:
        find_configs.cache_clear()


def test_composing_writes_nothing_and_reads_nothing_of_the_current_folder(
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / "config.yaml").write_text("scenario: 3")
    (tmp_path / "conf").mkdir()
    program = "from sim.compose import compose_config as c; print(c([])['scenario']['name'])"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "telecom_week\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conf", "config.yaml"]


def test_calibrate_has_its_own_keys() -> None:
    config = compose_config(["history=my file=1.csv", "base=breach_week"], "calibrate")
    assert config["history"] == "my file=1.csv"
    assert config["base"] == "breach_week"
    assert set(config["run"]) == set(compose_config([])["run"])
    with pytest.raises(InputError, match="unknown key scenario"):
        compose_config(["scenario=breach_week"], "calibrate")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "topics: {eror: null}",
            "scenario.topics.eror = null: there is nothing to remove; did you mean err",
        ),
        ("team: {pools: {x: null}}", "scenario.team.pools.x = null: there is nothing to remove"),
        ("events: {breach: null}", "scenario.events.breach = null: there is nothing to remove"),
    ],
)
def test_what_is_not_there_cannot_be_taken_out(
    tmp_path: pathlib.Path, text: str, told: str
) -> None:
    """A word mistyped would leave in what was to go, without a word."""
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: telecom_week\nname: mine\n{text}\n")
    with pytest.raises(InputError, match=re.escape(told)):
        read_scenario(str(path))
