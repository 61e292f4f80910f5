"""Every mistake in a scenario becomes one line: where, key, value, what is allowed, nearest."""

import copy
import pathlib
from collections.abc import Iterator

import hypothesis
import numpy as np
import pytest
import yaml
from hypothesis import strategies as st

import sim
from sim.compose import compose_with_layers
from sim.errors import InputError
from sim.scenario.build import build_config, build_policy, build_scenario, load_scenario
from sim.scenario.event import Event
from sim.scenario.model import Scenario
from tests.plain_weeks import PLAIN_WEEK

CAMPAIGN = "scenario.events.campaign"


def refuse(scenario: str, *overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_scenario(scenario, list(overrides))
    assert not any("\n" in line for line in caught.value.errors)
    return list(caught.value.errors)


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("demand.bse_per_h=3", ["demand.bse_per_h = 3", "unknown key", "did you mean base_per_h?"]),
        ("horizon.day=3", ["horizon.day = 3", "did you mean days?"]),
        ("topics.error.wrk=3", ["topics.error.wrk", "did you mean work?"]),
        ("brand.kapa=3", ["brand.kapa = 3", "did you mean kappa?"]),
        ("events.campaign.half_live_1_h=3", ["half_live_1_h", "did you mean half_life_1_h?"]),
        ("shifts.kinds.0.lenght_h=3", ["shifts.kinds.0.lenght_h", "did you mean length_h?"]),
        ("team.pools.general.skils=[error]", ["general.skils", "did you mean skills?"]),
        ("effort.levels.breif={}", ["effort.levels.breif", "did you mean brief?"]),
        ("planner.buget=3", ["planner.buget = 3", "did you mean budget?"]),
        ("zzz=3", ["zzz = 3", "allowed: name, title"]),
        ("horizon.days=week", ["horizon.days = week", "a whole number"]),
        ("horizon.days=2.5", ["horizon.days = 2.5", "a whole number"]),
        ("horizon.days=true", ["horizon.days = true", "a whole number"]),
        ("demand.base_per_h='24'", ["base_per_h = 24", "a number"]),
        ("demand.base_per_h=[1]", ["base_per_h = [1]", "a number"]),
        ("demand.base_per_h=null", ["base_per_h = null", "a number"]),
        ("topics.error.complaint=1", ["complaint = 1", "true or false"]),
        ("name=[1]", ["name = [1]", "a text"]),
        ("horizon=3", ["horizon = 3", "keys with values"]),
        ("topics=[]", ["topics = []", "keys with values"]),
        ("demand.hour_shape=3", ["hour_shape = 3", "a list"]),
        ("demand.base_per_h=-3", ["base_per_h = -3", "greater than or equal to 0"]),
        ("topics.error.actionable_share=1.2", ["= 1.2", "less than or equal to 1"]),
        ("demand.spreading.branching_ratio=1", ["branching_ratio = 1", "less than 1"]),
        ("demand.spreading.branching_ratio=1.4", ["branching_ratio = 1.4", "less than 1"]),
        ("horizon.interval_min=0", ["interval_min = 0", "5, 10, 15, 20, 30 or 60"]),
        ("demand.base_per_h=.nan", ["base_per_h = nan", "a finite number"]),
        ("demand.base_per_h=.inf", ["base_per_h = inf", "a finite number"]),
        ("demand.base_per_h=1e8", ["base_per_h", "at most 47619 for 168 h"]),
        ("demand.hour_shape=[1,2]", ["hour_shape = 2 numbers", "24 numbers"]),
        ("horizon.time_zone=Mars", ["time_zone = Mars: allowed: an IANA", "America/New_York"]),
        ("horizon.time_zone=America/São Paulo", ["did you mean America/Sao_Paulo?"]),
        ("horizon.start=9999-12-31T00:00", ["start", "the years 1970 to 2199"]),
        ("horizon.start=0001-01-01T00:00", ["start", "the years 1970 to 2199"]),
        ("horizon.start=2026-06-01T00:30", ["start", "a full hour"]),
        ("horizon.start='2026-06-01T00:00+02:00'", ["start", "without offset"]),
        ("horizon.start=soon", ["start = soon", "allowed: "]),
        ("events.campaign.time_h=168", ["time_h = 168", "inside the horizon, 0 to below 168"]),
        ("events.campaign.time_h=-1", ["time_h = -1", "greater than or equal to 0"]),
        ("events.campaign.announced_h=0", ["time_h = 58", "a window_h, or a probability below 1"]),
        ("events.campaign.window_h=[3,9]", ["time_h = 58", "exactly one of"]),
        ("events.campaign.time_h=null", ["time_h = null", "exactly one of"]),
        ("events.campaign.kind=campain", ["kind = campain", "did you mean campaign?"]),
        ("events.campaign.topic_share.eror=1", ["topic_share = eror", "did you mean error?"]),
        ("events.campaign.topic_share={praise: 0}", ["topic_share", "at least one share above 0"]),
        ("events.campaign.decay=power", ["power_exponent", "decay = power"]),
        (
            "events.campaign.half_life_2_h=null",
            ["half_life_2_h", "required when weight is below 1"],
        ),
        ("shifts.open_by_day.sunday=[8,9]", ["sunday", "did you mean sun?"]),
        ("shifts.open_to_h=33", ["open_from_h = 8 to 33", "closing at most 24 h later"]),
        ("shifts.open_to_h=49", ["open_to_h = 49", "less than or equal to 48"]),
        ("shifts.open_by_day.fri=[24,26]", ["open_by_day.fri = 24 to 26", "opening below 24"]),
        ("shifts.open_by_day.fri=[20,49]", ["open_by_day.fri = 20 to 49", "up to 48"]),
        ("shifts.kinds.0.length_h=0", ["length_h = 0", "greater than 0"]),
        (
            "team.pools.technical.skills=[error]",
            ["topics.process", "'process' in one of team.pools"],
        ),
        ("team.pools.general.skills.0=qestion", ["skills = qestion", "did you mean question?"]),
        ("team.pools.general.overflow_to=[x]", ["overflow_to = x", "another pool's name"]),
        ("team.reference_staff.general=[1]", ["reference_staff.general = 1 numbers", "24"]),
        ("team.reference_staff.general.9=31", ["reference_staff.general = 31", "limit, 30"]),
        ("topics.error.work.name=gama", ["work.name = gama", "did you mean gamma?"]),
        ("topics.error.work.cv=null", ["work.cv = null", "lognormal needs it"]),
        ("topics.error.work={name: empirical}", ["values_min", "a list of minutes"]),
        ("~topics.error.share", ["topics.error.share = nothing", "missing"]),
        ("~demand", ["demand = nothing", "missing"]),
        ("warm_up_h=168", ["warm_up_h = 168", "below the horizon's 168 h"]),
        ("shifts.rest_h=32", ["shifts.rest_h = 32", "at most 23, so that"]),
        ("planner.gap_tol=0", ["planner.gap_tol = 0", "greater than 0"]),
        ("planner.gap_tol=1.5", ["planner.gap_tol = 1.5", "less than or equal to 1"]),
        ("planner.delta=2", ["planner.delta = 2", "less than or equal to 1"]),
    ],
)
def test_each_mistake_is_one_line(override: str, parts: list[str]) -> None:
    lines = refuse("campaign_week", override)
    found = [line for line in lines if all(part in line for part in parts)]
    assert found, lines


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("shifts.open_from_h=5", ["shifts.kinds = none covers 05:00", "cover every open hour"]),
        ("shifts.open_by_day.sun=[2,9]", ["shifts.kinds = none covers 02:00"]),
    ],
)
def test_an_open_hour_that_no_shift_covers_is_named(override: str, parts: list[str]) -> None:
    [line] = refuse("launch_week", *PLAIN_WEEK, override)
    assert all(part in line for part in parts)


@pytest.mark.parametrize("hours", [[5, 5], [9, 5], [0, 168.5]])
def test_windows(hours: list[float]) -> None:
    [line] = refuse("breach_week", f"events.breach.window_h={hours}".replace(" ", ""))
    assert "events.breach.window_h" in line


def test_an_unannounced_event_may_have_a_window_or_a_chance() -> None:
    load_scenario(
        "campaign_week", ["events.campaign.announced_h=0", "events.campaign.probability=.9"]
    )
    window = ["events.campaign.time_h=null", "events.campaign.window_h=[0,168]"]
    load_scenario("campaign_week", ["events.campaign.announced_h=0", *window])


def test_a_week_with_a_clock_change_is_an_hour_shorter() -> None:
    """8 March 2026, New York: 167 hours."""
    change = ["horizon.start=2026-03-02T00:00", "events.campaign.time_h=167"]
    [line] = refuse("campaign_week", *change)
    assert "0 to below 167" in line
    load_scenario("campaign_week", ["events.campaign.time_h=167"])


def test_all_mistakes_are_told_at_once() -> None:
    lines = refuse("telecom_week", "demand.base_per_h=-1", "horizon.days=0", "promise.alpha=2")
    assert len(lines) == 3
    lines = refuse("telecom_week", "shifts.rest_h=32", "team.reference_staff.general=[1]")
    assert len(lines) == 2


def test_many_mistakes_are_cut() -> None:
    lines = refuse("telecom_week", *(f"x{number}=1" for number in range(50)))
    assert len(lines) == 21
    assert lines[-1] == "and 30 more errors"


def test_a_long_value_is_cut_and_stays_on_one_line() -> None:
    [line] = refuse("telecom_week", f"demand.base_per_h='{'ab' * 500}'")
    assert len(line) < 200


def write(path: pathlib.Path, content: object) -> str:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return str(path)


def test_the_file_that_holds_the_mistake_is_named(tmp_path: pathlib.Path) -> None:
    wrong = {"base": "telecom_week", "name": "below", "demand": {"base_per_h": -1}}
    write(tmp_path / "below.yaml", wrong)
    mine = {"base": "below.yaml", "name": "mine", "promise": {"alpha": 3}, "hrizon": {"days": 2}}
    mine["planner"] = {"buget": 3}
    path = write(tmp_path / "mine.yaml", mine)
    lines = refuse(path)
    assert f"{path}: scenario.promise.alpha = 3: allowed: less than 1" in lines
    assert f"{path}: scenario.hrizon = {{'days': 2}}: unknown key; did you mean horizon?" in lines
    below = f"{tmp_path / 'below.yaml'}: scenario.demand.base_per_h = -1: "
    assert any(line.startswith(below) for line in lines)
    with pytest.raises(InputError, match=r"override: scenario.demand.base_per_h = -2"):
        load_scenario(path, ["demand.base_per_h=-2"])


def test_settings_and_policy_are_told_with_the_scenario() -> None:
    texts = ["run.engine=kernl", "planner.delta=x", "scenario.horizon.days=0", "policy.lead_h=-1"]
    with pytest.raises(InputError) as caught:
        build_config(compose_with_layers(texts))
    told = "\n".join(caught.value.errors)
    assert "run.engine = kernl: allowed: kernel or simpy; did you mean kernel?" in told
    assert len(caught.value.errors) == 4


def test_calibrate_needs_a_history() -> None:
    with pytest.raises(InputError, match="history=FILE"):
        build_config(compose_with_layers([], "calibrate"))
    built = build_config(compose_with_layers(["history=a.csv"], "calibrate"))
    assert built["calibrate"].history_kind == "auto"
    with pytest.raises(InputError, match=r"override: history_kind = time: .* did you mean times"):
        build_config(compose_with_layers(["history=a.csv", "history_kind=time"], "calibrate"))


def test_policies() -> None:
    whole = {"name": "mine", "staff": {"general": [1, -2]}, "effort": {"error": {"calm": "brief"}}}
    with pytest.raises(InputError) as caught:
        build_policy(whole)
    told = "\n".join(caught.value.errors)
    assert "policy.staff.general.1 = -2" in told
    with pytest.raises(InputError, match=r"policy.effort.error = no ahead, surge, recovery"):
        build_policy({**whole, "staff": {"general": [1]}})
    mixed = {"calm": "none", "ahead": "brief", "surge": "brief", "recovery": "brief"}
    with pytest.raises(InputError, match="`none` in every phase"):
        build_policy({"name": "mine", "staff": {}, "effort": {"error": mixed}})
    with pytest.raises(InputError, match="did you mean follow_up"):
        build_policy({"name": "flat", "folow_up": True})
    with pytest.raises(InputError, match=r"policy.name = nothing"):
        build_policy({"follow_up": True})


def test_every_key_once_wrong_is_named() -> None:
    """A text in the place of any number or flag of telecom_week is told with its key."""
    config = compose_with_layers([]).config["scenario"]

    def walk(data: object, path: str) -> list[str]:
        if isinstance(data, dict):
            return [leaf for key, below in data.items() for leaf in walk(below, f"{path}.{key}")]
        if isinstance(data, list):
            return walk(data[0], f"{path}.0")
        return [path[1:]] if isinstance(data, int | float) else []

    leaves = [leaf for leaf in walk(config, "") if not leaf.startswith("planner")]
    assert len(leaves) > 100
    with pytest.raises(InputError) as caught:
        load_scenario("telecom_week", [f"{leaf}=wrong" for leaf in leaves])
    assert len(caught.value.errors) == 21
    for leaf in leaves[::7]:
        lines = refuse("telecom_week", f"{leaf}=wrong")
        assert any(line.startswith(f"override: scenario.{leaf} = wrong: ") for line in lines)


BAD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-1, 30), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def list_places(data: object, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    places = []
    for key, below in pairs:
        places.append((*above, key))
        if isinstance(below, dict | list):
            places.extend(list_places(below, (*above, key)))
    return places


WHOLE = compose_with_layers(["scenario=breach_week"]).config["scenario"]
PLACES = list_places(WHOLE)


@hypothesis.settings(max_examples=300)
@hypothesis.given(st.lists(st.tuples(st.sampled_from(PLACES), BAD_VALUES), max_size=3))
def test_any_value_anywhere_is_a_scenario_or_told_in_lines(
    changes: list[tuple[tuple[str | int, ...], object]],
) -> None:
    data = copy.deepcopy(WHOLE)
    for path, value in changes:
        place = data
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    lines = find_lines(data)
    assert all(line.isprintable() and 10 < len(line) <= 500 for line in lines)


def find_lines(data: dict[str, object]) -> tuple[str, ...]:
    try:
        build_scenario(data)
    except InputError as error:
        return error.errors
    return ()


RENAMED = """\
base: telecom_week
name: mine
team:
  pools:
    general: null
    front: {skills: [question, product, praise], limit: 30, overflow_to: [technical]}
    technical: {overflow_to: [front]}
"""


def test_a_renamed_pool_needs_no_numbers_for_a_policy_that_is_not_used(
    tmp_path: pathlib.Path,
) -> None:
    """The reference staff of a pool goes with it; policy=reference alone asks for the new one's."""
    (tmp_path / "mine.yaml").write_text(RENAMED)
    scenario = sim.load_scenario(str(tmp_path / "mine.yaml"))
    assert set(scenario.team.reference_staff) == {"technical"}
    assert set(sim.load_policy("flat", scenario).staff) == {"front", "technical"}
    with pytest.raises(InputError, match="reference_staff: needs 24 numbers for front"):
        sim.load_policy("reference", scenario)
    typed = ["team.pools.general=null", "team.pools.technical.overflow_to=[front]",
             "team.pools.front={skills: [question, product, praise], limit: 30}"]  # fmt: skip
    assert set(load_scenario("telecom_week", typed).team.reference_staff) == {"technical"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "team: {pools: {general: null, front: {skills: [question, product, praise], "
            "limit: 3}}}",
            "mine.yaml: scenario.team.pools.general conflicts with an inherited key: "
            "scenario.team.pools.technical.overflow_to = general: allowed: another pool's name",
        ),
        (
            "horizon: {days: 1}\nevents: {x: {kind: other, time_h: 30, peak: 2}}",
            "mine.yaml: scenario.events.x.time_h = 30.0: allowed: inside the horizon, "
            "0 to below 24",
        ),
    ],
)
def test_a_line_names_the_users_file_and_key(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, text: str, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(f"base: telecom_week\nname: mine\n{text}\n")
    with pytest.raises(InputError) as caught:
        load_scenario("mine.yaml")
    assert caught.value.errors == (line,)


def test_a_file_without_a_base_is_told_what_gives_the_rest(tmp_path: pathlib.Path) -> None:
    """Every missing key is of that file, whole groups too, and one line says the way out."""
    path = write(tmp_path / "mine.yaml", {"name": "mine", "topics": {"a": {"share": 1}}})
    lines = refuse(path)
    assert f"{path}: scenario.team = nothing: missing; a value is required" in lines
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert [line for line in lines if "base: telecom_week" in line] == lines[-1:]
    path = write(tmp_path / "below.yaml", {"base": "telecom_week", "topics": {"a": {"share": 1}}})
    assert not any("base: telecom_week" in line for line in refuse(path))


@pytest.mark.parametrize(
    ("scenario", "override", "blamed"),
    [
        ("telecom_week", "team.pools.technical.skills=[error]", "team.pools.technical.skills"),
        ("campaign_week", "horizon.days=1", "horizon.days"),
        ("telecom_week", "team.pools.general.limit=1", "team.pools.general.limit"),
    ],
)
def test_an_override_that_breaks_what_is_inherited_is_named(
    scenario: str, override: str, blamed: str
) -> None:
    """No line sends anybody to a shipped file."""
    lines = refuse(scenario, override, "demand.busy_day_cv=.3")
    assert lines
    start = f"override: scenario.{blamed} conflicts with an inherited key: "
    assert all(line.startswith(start) for line in lines), lines


def test_an_event_of_ones_own_takes_the_shipped_events_values() -> None:
    """What is left out is as the dictionary says: sure to come is announced, else a surprise."""

    def load(text: str) -> Event:
        return load_scenario("telecom_week", [f"events.x={{kind: other, {text}}}"]).events["x"]

    sure, rare = load("time_h: 30, peak: 4"), load("time_h: 30, peak: 4, probability: .2")
    late = load("window_h: [0, 20], peak: 4")
    assert (sure.announced_h, sure.peak_sigma, sure.shape_share) == (336.0, 0.3, 0.5)
    for one in (rare, late):
        assert (one.announced_h, one.peak_sigma, one.shape_share) == (0.0, 0.5, 0.0)
    assert (sure.ramp_min, sure.half_life_1_h, sure.topic_share) == (60.0, 4.0, None)
    told = load("time_h: 30, peak: 4, announced_h: 5, peak_sigma: 0, half_life_1_h: 9")
    assert (told.announced_h, told.peak_sigma, told.half_life_1_h) == (5.0, 0.0, 9.0)
    assert load("time_h: 3, peak: 4, decay: power, power_exponent: 2, power_scale_h: 1")


def test_an_event_without_topics_has_those_of_the_base() -> None:
    usual = load_scenario("telecom_week", ["events.x={kind: other, time_h: 30, peak: 4}"])
    mix = {name: topic.share for name, topic in usual.topics.items()}
    same = load_scenario(
        "telecom_week", [f"events.x={{kind: other, time_h: 30, peak: 4, topic_share: {mix}}}"]
    )
    one, other = (sim.draw(scenario, 3, 0) for scenario in (usual, same))
    assert one.arrival_ms.size > 4000
    np.testing.assert_array_equal(one.arrival_ms, other.arrival_ms)
    np.testing.assert_array_equal(one.topic, other.topic)


BANK = """\
base: telecom_week
name: bank
events:
  Diwali v2.0: {kind: campaign, time_h: 30, peak: 3}
"""


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "events.Diwali v2.1.peak=5",
            "events.Diwali v2: no such event; did you mean Diwali v2.0? "
            "(a new one needs kind, peak)",
        ),
        (
            'events."Divali v2.0".peak=5',
            "events.Divali v2.0: no such event; did you mean Diwali v2.0? (a new one needs kind)",
        ),
        (
            "topics.eror.share=.2",
            "topics.eror: no such topic; did you mean error? "
            "(a new one needs work, resolution_share)",
        ),
        (
            "team.pools.generl.limit=9",
            "team.pools.generl: no such pool; did you mean general? (a new one needs skills)",
        ),
        (
            "team.reference_staff.generl.3=1",
            "team.reference_staff.generl: no such pool; did you mean general?",
        ),
        ("events.zzz.time_h=5", "events.zzz.kind = nothing: missing; a value is required"),
    ],
)
def test_a_mistyped_name_on_the_command_line_is_told_with_the_nearest(
    tmp_path: pathlib.Path, override: str, line: str
) -> None:
    """The file that is not at fault is not named; no new event begins unasked."""
    (tmp_path / "bank.yaml").write_text(BANK)
    with pytest.raises(InputError) as caught:
        load_scenario(str(tmp_path / "bank.yaml"), [override])
    assert caught.value.errors[0] == f"override: scenario.{line}"
    assert all(one.startswith("override: ") for one in caught.value.errors)


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("policy.surge.trigr=3", "policy.surge.agents"),
        ("scenario.demand.spill.pone=1", "scenario.demand.spill.share"),
        ("scenario.demand.replay.topic_column=x", "scenario.demand.replay.file"),
    ],
)
def test_what_an_override_began_and_left_unfinished_is_its_own(override: str, key: str) -> None:
    """Nothing of it is inherited, so nothing that is inherited can be at odds with it."""
    with pytest.raises(InputError) as caught:
        build_config(compose_with_layers(["policy=flat", override]))
    assert f"override: {key} = nothing: missing; a value is required" in caught.value.errors


def test_a_mistyped_name_in_a_file_over_another_is_told_with_the_nearest(
    tmp_path: pathlib.Path,
) -> None:
    """In a single file two names may be alike, and one of the events not whole."""
    (tmp_path / "bank.yaml").write_text(BANK)
    mine = tmp_path / "mine.yaml"
    mine.write_text("base: bank.yaml\nname: mine\nevents: {Divali v2.0: {peak: 5}}\n")
    with pytest.raises(InputError) as caught:
        load_scenario(str(mine))
    assert caught.value.errors == (
        f"{mine}: scenario.events.Divali v2.0: no such event; did you mean Diwali v2.0? "
        "(a new one needs kind)",
    )
    mine.write_text(f"{BANK}  Diwali v2.1: {{peak: 5}}\n")
    with pytest.raises(InputError, match=r"mine.yaml: .*Diwali v2.1.kind = nothing: missing"):
        load_scenario(str(mine))


def test_an_event_may_be_added_key_by_key(tmp_path: pathlib.Path) -> None:
    (tmp_path / "bank.yaml").write_text(BANK)
    typed = [f"events.Diwali late.{pair}" for pair in ("kind=other", "time_h=40", "peak=2")]
    scenario = load_scenario(str(tmp_path / "bank.yaml"), typed)
    assert scenario.events["Diwali late"].peak == 2
    assert scenario.events["Diwali v2.0"].peak == 3


def test_each_number_of_a_scenario_has_a_largest_value() -> None:
    """But for the weights of the judgment and the slope of backlog: any number may stand there."""
    free = {"b0", "b_q", "r0", "r1", "tone_shift", "personal_shift", "backlog_slope"}
    assert set(list_unbounded(Scenario.model_json_schema())) == free


def list_unbounded(schema: object, name: str = "") -> Iterator[str]:
    """Yield the properties that are numbers without a maximum."""
    if isinstance(schema, dict):
        limits = {"maximum", "exclusiveMaximum", "enum", "const"}
        if schema.get("type") in ("number", "integer") and not limits & set(schema):
            yield name
        for key, part in schema.items():
            inner = name if key in ("anyOf", "items", "additionalProperties") else key
            yield from list_unbounded(part, inner)
    elif isinstance(schema, list):
        for part in schema:
            yield from list_unbounded(part, name)
