"""``surgecrew review``: a week that is known, its parts, what is told, written, drawn, refused."""

import datetime
import json
import pathlib

import numpy as np
import pytest
import yaml

import sim
from sim.calibration import review_config
from sim.calibration.reviewing.reviewing import Review
from sim.calibration.reviewing.split import PARTS
from sim.cli import main
from sim.compose import compose_config
from sim.errors import InputError
from sim.scenario.clock import find_start
from sim.scenario.model import Scenario
from sim.scenario.settings import ReviewSettings, RunSettings
from sim.store.text import write_csv
from tests.plan_worlds import make_small_scenario, write_scenario

LAUNCH = {
    "launch": {
        "time_h": 34.0, "announced_h": 336.0, "peak": 9.0, "peak_sigma": 0.0, "ramp_min": 30.0,
        "half_life_1_h": 2.0, "shape_share": 0.0, "kind": "launch",
    }
}  # fmt: skip
FLAT = ["policy=flat", "run.replications=20", "report.page=false", "planner.budget=3000"]


def make_world(base_per_h: float = 20.0, size: float = 1.0) -> Scenario:
    """Two days with a launch; a larger launch is a larger peak over the base."""
    event = {**LAUNCH["launch"], "peak": 1.0 + 160.0 * size / base_per_h}
    demand = make_small_scenario().demand.model_dump() | {"base_per_h": base_per_h}
    return make_small_scenario(events={"launch": event}, demand=demand)


def write_week(path: pathlib.Path, world: Scenario, replies: bool = False, seed: int = 5) -> None:
    """Write what one replication of a world brings, on UTC's clock."""
    policy = sim.load_policy("flat", world.model_copy(update={"planner": {"budget": 3000.0}}))
    record = sim.play(world, policy, sim.draw(world, seed))
    rows = record.mentions
    start = find_start(world.horizon)

    def write(ms: int) -> str:
        time = start + datetime.timedelta(milliseconds=int(ms))
        return "" if ms < 0 else f"{time.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"

    cells = [
        (write(row["arrival_ms"]), write(row["first_reply_ms"]), "question", number % 2)
        for number, row in enumerate(rows)
    ]
    header = ("created_at", "replied_at", "topic", "lot")
    kept = (0, 1, 2, 3) if replies else (0, 2, 3)
    write_csv(path, [header[n] for n in kept], ([row[n] for n in kept] for row in cells))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with a run that is the plan, and weeks that came."""
    folder = tmp_path_factory.mktemp("review")
    write_scenario(folder / "small.yaml", make_world())
    args = ["simulate", f"scenario={folder}/small.yaml", *FLAT, f"run.dir={folder}/plan"]
    assert main.run(args) == 0
    write_week(folder / "as_planned.csv", make_world())
    write_week(folder / "pairs.csv", make_world(), replies=True)
    write_week(folder / "more.csv", make_world(30.0, size=0.5))
    return folder


def look(
    place: pathlib.Path,
    history: str = "as_planned.csv",
    replications: int = 12,
    **changes: object,
) -> Review:
    plain = compose_config(["history=x.csv", "plan=y"], "review")
    own = {key: plain[key] for key in ReviewSettings.model_fields}
    own |= {"history": str(place / history), "plan": str(place / "plan"), "hindsight": 0}
    run = RunSettings.model_validate({**plain["run"], "replications": replications})
    return review_config(ReviewSettings.model_validate(own | changes), run)


def test_level_and_size_are_those_of_the_week(place: pathlib.Path) -> None:
    """Half as many again came, of a launch half: the parts are told apart."""
    found = look(place, "more.csv")
    assert found.report["level"] == pytest.approx(1.5, rel=0.08)
    assert found.report["sizes"]["launch"] == pytest.approx(0.5, abs=0.12)
    [event] = found.report["events"]
    # The peak over the new base: half of the launch over half as many again.
    assert event["entry"]["peak"] == pytest.approx(1.0 + 80.0 / 30.0, rel=0.3)
    again = yaml.safe_load(event["yaml"])["events"]["launch"]
    assert again["kind"] == "launch"
    demand = make_small_scenario().demand.model_dump() | {"base_per_h": 30.0}
    make_small_scenario(events={"launch": again}, demand=demand)


def test_the_parts_sum_and_the_record_is_whole(place: pathlib.Path) -> None:
    for history in ("as_planned.csv", "more.csv", "pairs.csv"):
        found = look(place, history)
        rows = len((place / history).read_text(encoding="utf-8").splitlines()) - 1
        assert found.report["mentions"]["came"] == rows == found.intervals["came"].sum()
        assert found.report["worlds"]["on_week"]["mentions"]["mean"] == rows
        for parts in found.split.values():
            whole = parts["was"]["mean"] - parts["planned"]["mean"]
            assert sum(parts[name]["mean"] for name in PARTS) == pytest.approx(whole, abs=1e-9)
            assert parts["staffing"]["mean"] == parts["effort"]["mean"] == 0.0


def test_fewer_people_are_staffing_and_nothing_else(place: pathlib.Path) -> None:
    """One person all day, where the plan has more, is no forecast, no effort and no luck."""
    rows = [(f"2026-02-0{day}", "08:00", "20:00", "general", 1) for day in (2, 3)]
    start = make_world().horizon.start
    rows = [((start + datetime.timedelta(days=day)).date().isoformat(), *rows[day][1:])
            for day in (0, 1)]  # fmt: skip
    write_csv(place / "roster.csv", ("date", "start", "end", "pool", "agents"), rows)
    found, planned = look(place, done=str(place / "roster.csv")), look(place)
    parts, others = found.split["satisfaction"], planned.split["satisfaction"]
    assert parts["staffing"]["mean"] < -0.01
    assert parts["effort"]["mean"] == 0.0
    for name in ("forecast", "luck"):
        assert parts[name] == others[name]
    # The same people by a policy.yaml: what is done by its own rules, which are the plan's.
    same = look(place, done=str(place / "plan"))
    assert same.split["satisfaction"] == others


def test_replies_that_were_seen_are_luck(place: pathlib.Path) -> None:
    found = look(place, "pairs.csv")
    for name in ("answered_within_promise_share", "first_reply_min_p50"):
        assert found.split[name]["is_seen"]
        assert found.split[name]["was"]["mean"] == pytest.approx(found.report["seen"][name])
    assert not found.split["cost"]["is_seen"]
    waits = found.week.first_reply_min
    assert waits is not None
    promise = make_world().promise.promise_min
    share = float(np.mean([wait <= promise for wait in waits]))
    assert found.report["seen"]["answered_within_promise_share"] == pytest.approx(share)


def test_counts_are_laid_evenly(place: pathlib.Path) -> None:
    """The week by the hour: as many in each, and the same verdict as from single times."""
    single = look(place, "more.csv")
    start = make_world().horizon.start
    rows = [
        ((start + datetime.timedelta(hours=hour)).isoformat(), int(count))
        for hour, count in enumerate(single.intervals["came"])
    ]
    write_csv(place / "counts.csv", ("hour", "count"), rows)
    counted = look(place, "counts.csv", history_kind="counts")
    np.testing.assert_array_equal(counted.intervals["came"], single.intervals["came"])
    assert counted.messages[0] == single.messages[0]


def test_the_verb_tells_writes_and_draws(
    place: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "out"
    args = ["review", f"history={place}/more.csv", f"plan={place}/plan", f"run.dir={out}"]
    assert main.run([*args, "run.replications=10", "hindsight=60"]) == 0
    said = capsys.readouterr().out
    assert "mentions came, the plan expected" in said
    assert "with hindsight the same money brings satisfaction" in said
    report = json.loads((out / "review.json").read_text(encoding="utf-8"))
    assert set(report["worlds"]) == {"planned", "leveled", "on_week", "done", "hindsight"}
    rows = (out / "review.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 48 + 2
    page = (out / "report.html").read_text(encoding="utf-8")
    for text in ("the week beside its plan", "Staffing", "For the next calendar", "launch"):
        assert text in page
    assert (out / "figures" / "review_week.svg").is_file()
    again = ["simulate", f"scenario={out}/scenario.yaml", f"policy={place}/plan/policy.yaml"]
    assert main.run([*again, "run.replications=10", "report.page=false",
                     f"run.dir={place}/again"]) == 0  # fmt: skip
    played = json.loads((place / "again" / "summary.json").read_text(encoding="utf-8"))
    satisfaction = played["measures"]["satisfaction"]["mean"]
    assert satisfaction == report["worlds"]["on_week"]["satisfaction"]["mean"]
    assert main.run(["report", str(out)]) == 0


KEYS = {
    "history": "more.csv",
    "history_kind": "counts",
    "history_series": "x",
    "history_columns": {"time": "created_at", "topic": "lot"},
    "history_time_zone": "Asia/Tokyo",
    "history_day_first": False,
    "history_where": {"lot": 1},
    "history_preset": "khoros",
    "history_reply_unit": "h",
    "history_topics": {"question": "other"},
    "plan": "nowhere",
    "done": "roster.csv",
    "week": "2026-02-09",
    "hindsight": 40,
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_review_acts(key: str, place: pathlib.Path) -> None:
    value, common = KEYS[key], {}
    if key in ("history", "done", "plan"):
        value = str(place / str(value))
    text = (place / "as_planned.csv").read_text(encoding="utf-8").splitlines()
    if key == "history_time_zone":
        (place / "bare.csv").write_text("\n".join(line.replace("Z,", ",") for line in text))
        common = {"history": str(place / "bare.csv")}
    if key == "history_reply_unit":
        rows = ["created_at,reply time,topic", *(f"{line.split(',')[0]},7,q" for line in text[1:])]
        (place / "lengths.csv").write_text("\n".join(rows), encoding="utf-8")
        common = {"history": str(place / "lengths.csv"), key: "min"}
    if key == "history_day_first":
        rows = ["created_at", *("{2}/{1}/{0} {3}".format(*line[:10].split("-"), line[11:19])
                                for line in text[1:])]  # fmt: skip
        (place / "days.csv").write_text("\n".join(rows), encoding="utf-8")
        common = {"history": str(place / "days.csv")}
    seen = []
    for changes in (common, {**common, key: value}):
        try:
            seen.append(json.dumps(look(place, replications=2, **changes).report))
        except InputError as error:
            seen.append(str(error))
    assert seen[0] != seen[1]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"plan": "nowhere"}, "plan = nowhere: no such folder; allowed: the run folder of a plan"),
        ({"done": "nobody.csv"}, "done = nobody.csv: no such file or folder; allowed: a CSV"),
        ({"week": datetime.date(2026, 2, 4)}, "week = 2026-02-04: is a Wednesday; allowed: a "),
    ],
)
def test_what_is_refused(changes: dict[str, object], told: str, place: pathlib.Path) -> None:
    with pytest.raises(InputError) as refused:
        look(place, **changes)
    assert told in str(refused.value)
    assert len(refused.value.errors) == 1


def test_a_week_that_the_history_does_not_hold(place: pathlib.Path) -> None:
    text = (place / "as_planned.csv").read_text(encoding="utf-8").splitlines()
    (place / "half.csv").write_text("\n".join(text[: len(text) // 3]), encoding="utf-8")
    with pytest.raises(InputError, match="mentions are expected where it does not reach"):
        look(place, "half.csv")
    (place / "plan" / "policy.yaml").rename(place / "policy.yaml")
    try:
        with pytest.raises(InputError, match=r"has no policy\.yaml; allowed: a run with"):
            look(place)
    finally:
        (place / "policy.yaml").rename(place / "plan" / "policy.yaml")
