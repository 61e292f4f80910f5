"""The answers of a page: the numbers of `simulate`, paired, and what gives way is told."""

import json
import shlex
import threading

import numpy as np
import pytest
from explore_runs import PAGE, answer, make_run, read_means

from sim.cli import main
from sim.errors import InputError
from sim.explore.playing import StaleError
from sim.explore.session import Session
from sim.explore.stored import read_run
from sim.store.tables import read_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("explore") / "run")


@pytest.fixture(scope="module")
def session(folder):
    return Session(read_run(folder))


def find_cell(session, people=1):
    """Return day, kind, pool and people more of a shift that somebody works."""
    counts = session.run.world.rosters.count_starts(session.run.roster)
    day, kind, pool = np.argwhere(counts > 0)[0].tolist()
    return [day, kind, pool, int(counts[day, kind, pool]) + people]


# Called as soon as three customers wait, so that a small world sees the crew.
CALLED = {"agents": {"general": 1}, "waiting_factor": 0.1, "waiting_at_least": 3.0}
CHANGES = {
    "people": lambda session: {"people": [find_cell(session)]},
    "levels": lambda _: {"effort": {"error": {"calm": "brief", "surge": "thorough"}}, "lead_h": 4},
    "order": lambda _: {"order": {"rule": "edd", "complaints_first": True}},
    "help": lambda _: {"overflow": {"general": {"technical": "none"}}},
    "crew": lambda _: {"rules": {"surge": CALLED}, "crew": {"general": 2, "technical": 0}},
    "events": lambda _: {"world": {"events": {"launch": {"peak": 6.0, "time_h": 20}}}},
    "absence": lambda _: {"world": {"absence_share": 0.3}},
    "opening": lambda _: {"world": {"open_h": [8, 18]}},
}


def test_the_run_itself_has_the_stored_means(session, folder):
    """Catches other draws, another order of summing, another seed."""
    found = answer(session, {})
    stored = read_means(folder)
    assert found["n"] == found["of"] == 30
    assert found["means"] == {name: stored[name] for name in found["means"]}
    assert {one["tone"] for one in found["figures"]} == {"none"}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_saved_and_simulated_has_the_same_means(session, name, tmp_path):
    """Catches a policy or world that is shown but not saved, and draws that differ."""
    changes = CHANGES[name](session)
    found = answer(session, changes)
    saved = session.save(session.read({"page": PAGE, "now": changes}))
    words = shlex.split(saved["command"])
    assert words[:2] == ["surgecrew", "simulate"]
    again = tmp_path / "again"
    assert main.run([*words[1:], f"run.dir={again}", "report.page=false"]) == 0
    means = read_means(again)
    assert found["means"] == {key: means[key] for key in found["means"]}
    assert found["means"] != answer(session, {})["means"]


def test_differences_are_those_of_compare(session, folder, tmp_path):
    """The second road: two stored runs, subtracted week by week."""
    changes = CHANGES["people"](session)
    found = answer(session, changes)
    saved = session.save(session.read({"page": PAGE, "now": changes}))
    again = tmp_path / "again"
    words = shlex.split(saved["command"])
    assert main.run([*words[1:], f"run.dir={again}", "report.page=false"]) == 0
    one, other = (read_table(place / "replications.parquet") for place in (again, folder))
    for figure in found["figures"]:
        difference = one[figure["key"]] - other[figure["key"]]
        assert figure["value"] == pytest.approx(float(np.nanmean(difference)), abs=1e-12)


def test_two_changes_are_compared_with_each_other(session):
    """Catches a reference that is always the run."""
    one, other = CHANGES["people"](session), CHANGES["levels"](session)
    to_run, crossed = answer(session, one), answer(session, one, other)
    base = answer(session, other)
    for a, b, c in zip(to_run["figures"], base["figures"], crossed["figures"], strict=True):
        assert c["value"] == pytest.approx(a["value"] - b["value"], abs=1e-9)


def test_a_stale_question_ends_and_is_played_whole_later(session):
    """Catches weeks of half a look that are counted twice or left out."""
    changes = {"people": [find_cell(session, 3)]}
    question = session.read({"page": PAGE, "now": changes})
    first, second = session.open_question(PAGE, "play"), session.open_question(PAGE, "play")
    assert (first.is_set(), second.is_set()) == (True, False)
    with pytest.raises(StaleError):
        list(session.answer(question, first))
    other = session.open_question("fedcba9876543210", "play")
    assert not second.is_set()
    assert list(session.answer(question, other))[-1]["n"] == 30


def test_what_gives_way_is_told(session):
    found = answer(session, {"world": {"open_h": [8, 14]}})
    assert "lie outside the opening hours" in " ".join(found["notes"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"people": [[0, 0, 0, 10_000_000]]}, "people"),
        ({"people": [[0, 99, 0, 1]]}, "no such shift"),
        ({"people": [[0, 0, 0, 999]]}, "staff"),
        ({"effort": {"gossip": {"calm": "brief"}}}, "gossip"),
        ({"effort": {"error": {"calm": "none"}}}, "none"),
        ({"world": {"events": {"party": {"peak": 2.0}}}}, "party"),
        ({"world": {"absence_share": 1.5}}, "absence_share"),
        ({"overflow": {"general": {"general": {"after_min": 1}}}}, "overflow"),
        ({"preparations": ["magic"]}, "magic"),
        ({"rules": {"staff": {}}}, "rules"),
        ({"path": "/etc/passwd"}, "path"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(session, changes, text):
    with pytest.raises(InputError, match=text):
        answer(session, changes)


def test_a_policy_without_shifts_is_changed_by_the_hour(tmp_path):
    """Catches a page that only knows the scenario's shifts."""
    run = make_run(tmp_path / "run", "policy=reference", "run.replications=5")
    session = Session(read_run(run))
    if session.run.roster is not None:
        pytest.skip("the reference has shifts")
    table = session.describe()["people"]
    assert table["kind"] == "hours"
    found = answer(session, {"people": [[0, 2, 0, 2], [1, 3, 1, -1]]})
    assert "no change" not in {one["change"] for one in found["figures"] if one["key"] == "cost"}


def test_the_planner_knows_a_better_change(session):
    """A plan with short answers only and too few people: some single change gains."""
    bad = {"effort": {topic: dict.fromkeys(("calm", "ahead", "surge", "recovery"), "brief")
                      for topic in ("question", "error", "product", "process")}}  # fmt: skip
    question = session.read({"page": PAGE, "now": bad})
    told = list(session.advise(question, threading.Event()))
    found = told[-1]
    assert told[0]["done"] == 0
    assert told[-2]["done"] == told[-2]["of"] > found["told"] > 50
    assert found["bound"]["gain"].startswith("+")
    assert found["best"] is not None
    change = found["best"]["changes"]
    after = answer(
        session, {**bad, **change, "effort": {**bad["effort"], **change.get("effort", {})}}
    )
    assert after["figures"][0]["value"] > answer(session, bad)["figures"][0]["value"]


def test_without_the_extra_one_line(folder, monkeypatch, capsys):
    monkeypatch.setattr("sim.cli.exploring.explore.list_missing_packages", lambda: ["uvicorn"])
    assert main.run(["explore", str(folder)]) == 2
    assert capsys.readouterr().err.strip().endswith("pip install 'surgecrew[explore]'")


@pytest.mark.parametrize("words", [["port=80"], ["port=x"], ["x=1"], []])
def test_wrong_words_are_refused(folder, words, capsys):
    place = [str(folder)] if words else []
    assert main.run(["explore", *place, *words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_comparison_is_no_run_to_explore(folder, tmp_path):
    passport = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    for path in folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "provenance.json").write_text(json.dumps({**passport, "verb": "compare"}))
    with pytest.raises(InputError, match="run of `compare`"):
        read_run(tmp_path)
