"""Events that begin as a shipped one."""

import pytest

from sim.cli import main
from sim.compose import compose_with_layers
from sim.errors import InputError
from sim.scenario.build import load_scenario

OWN_TOPICS = """\
topics: {praise: null, question: {share: 0.5}}
team: {pools: {general: {skills: [question, product, process, chatter]}}}
"""


def load(tmp_path, text, *overrides, base="telecom_week"):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {base}\nname: mine\n{text}", encoding="utf-8")
    return load_scenario(str(path), list(overrides))


@pytest.mark.parametrize(
    ("preset", "week"),
    [
        ("launch", "launch_week"),
        ("campaign", "campaign_week"),
        ("price_rise", "price_rise_week"),
        ("breach", "breach_week"),
        ("outage", "outage_day"),
    ],
)
def test_a_preset_is_the_shipped_event_at_another_time(preset, week, tmp_path):
    """Catch: a value that is lost or made up on the way."""
    shipped = load_scenario(week).events[preset]
    time = "probability: .3, time_h: 40" if shipped.time_h is None else "time_h: 40"
    made = load(tmp_path, f"events: {{Neues Gerät: {{base: {preset}, {time}}}}}\n")
    found = made.events["Neues Gerät"]
    changes = {"time_h": 40.0, "window_h": None, "probability": found.probability}
    assert found == shipped.model_copy(update=changes)


def test_what_the_user_says_comes_first_and_dates_work(tmp_path):
    text = "events: {x: {base: launch, time: 2026-06-04T10:00, peak: 9, topic_share: null}}\n"
    made = load(tmp_path, text).events["x"]
    assert (made.time_h, made.peak, made.topic_share) == (82.0, 9.0, None)


def test_an_unannounced_one_may_come_at_any_time_of_the_horizon(tmp_path):
    made = load(tmp_path, "horizon: {days: 10}\nevents: {x: {base: breach}}\n").events["x"]
    assert (made.window_h, made.probability, made.announced_h) == ((0.0, 240.0), 0.3, 0.0)


def test_an_override_may_name_one():
    made = load_scenario("telecom_week", ["events.Zürich={base: outage, time_h: 30}"])
    assert made.events["Zürich"].peak == 15.0


def test_an_announced_one_needs_a_time_and_an_unknown_one_is_told(tmp_path):
    with pytest.raises(InputError, match="time_h"):
        load(tmp_path, "events: {x: {base: launch}}\n")
    with pytest.raises(InputError, match=r"events\.x\.base = lunch: no shipped event.*launch"):
        load(tmp_path, "events: {x: {base: lunch, time_h: 3}}\n")


def test_topics_that_are_not_there_are_left_out_and_told(tmp_path, capsys):
    text = OWN_TOPICS + "events: {x: {base: launch, time_h: 30}}\n"
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: telecom_week\nname: mine\n{text}", encoding="utf-8")
    [note] = compose_with_layers([f"scenario={path}"]).notes
    assert note.startswith("scenario.events.x: launch has topics that are not yours (praise)")
    assert main.run(["check", f"scenario={path}"]) == 0
    told = capsys.readouterr()
    assert "topics that are not yours" in told.out + told.err
