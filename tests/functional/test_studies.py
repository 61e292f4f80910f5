"""Each study of experiments/ holds its claim in a small case.

z is a mean over its standard error, on paired weeks of a fixed seed; a claim is lost by chance
at |z| > 4.3 once in 60,000 where there is no difference. The tables in full are the studies'.
"""

import functools
import importlib.util
import math
import pathlib
import re
import sys
import types

import numpy as np
import pytest
from chances import LIMIT

import sim
from sim.outcomes.estimate import Estimate, quantile_t

STUDIES = (
    *("anticipation", "channel", "effort_by_complaint", "exploits", "follow_up", "load_penalty"),
    *("living_faq", "manner", "maturity", "spillover", "viral"),
)
EXPERIMENTS = pathlib.Path(__file__).parents[2] / "experiments"


def load_module(path: pathlib.Path, name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@functools.cache
def load_study(name: str) -> types.ModuleType:
    """Return a study's script as a module."""
    if "studies" not in sys.modules:
        load_module(EXPERIMENTS / "studies.py", "studies")
    path = list(sys.path)
    try:
        return load_module(EXPERIMENTS / name / "run.py", f"study_{name}")
    finally:
        sys.path[:] = path


def draws(replications: int = 30, seed: int = 71):
    """Return draws that are played here and kept nowhere."""
    load_study("follow_up")
    return sys.modules["studies"].Draws(replications, seed, workers=1, keeps=False)


def z_of(found: Estimate, value: float = 0.0) -> float:
    half = (found.ci_high - found.ci_low) / 2.0
    return (found.mean - value) / (half / quantile_t(0.975, found.n - 1))


def change(arm, other, measure):
    return sys.modules["studies"].change(arm, other, measure)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_its_page_its_tables_and_its_picture(name):
    """`make evidence` finds it; the page says what it asks, the tables where they come from."""
    folder = EXPERIMENTS / name
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("**Asks.**", f"python experiments/{name}/run.py", "**Agrees?**", "**Assumed.**"):
        assert part in readme
    tables = (folder / "tables.md").read_text(encoding="utf-8")
    assert re.search(r"Seed \d+, \d+ replications .* commit [0-9a-f]{40}\.", tables)
    assert (folder / "picture.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_relative_change_is_that_of_the_logarithms():
    """Second road: for small changes 100 log(R / R'), whose pairs are linear."""
    rng = np.random.default_rng(1)
    bottom = 5.0 + rng.random(500)
    other = bottom + rng.normal(0, 0.1, 500)
    tops = 2.0 * bottom * 1.01 + rng.normal(0, 0.1, 500), 2.0 * other
    load_study("follow_up")
    found = sys.modules["studies"].relative_change((tops[0], bottom), (tops[1], other))
    ratios = tops[0].mean() / bottom.mean(), tops[1].mean() / other.mean()
    assert found.mean == pytest.approx(100.0 * (ratios[0] / ratios[1] - 1.0))
    assert found.mean == pytest.approx(100.0 * math.log(ratios[0] / ratios[1]), rel=0.02)
    noise = 100.0 * 0.1 / (2.0 * bottom.mean()) / math.sqrt(500)
    half = (found.ci_high - found.ci_low) / 2.0
    assert half == pytest.approx(1.96 * noise, rel=0.2)


def test_load_penalty_falls_with_people_and_the_old_roster_is_below_the_papers_range():
    """The study finds -31 % and +3 %; nights closed in the launch alone would leave -17 %."""
    study = load_study("load_penalty")
    few, many = study.play_rosters(draws(), (1.0, 1.8))
    assert z_of(few.k1, min(study.PAPER.values())) < -LIMIT
    assert many.k1.mean > few.k1.mean + 20.0
    assert many.k1.mean > -5.0


def test_preparations_of_a_price_rise_save_work_and_take_their_hours():
    """They take 26 hours off the floor; with all of them there is less work to do."""
    study, few = load_study("anticipation"), draws(25)
    known = study.load("price_rise_week")
    policy = sim.load_policy("reference", known)
    idle, busy = (
        few.play(known, study.prepare(policy, names)) for names in ((), known.preparations)
    )
    assert sum(one.agent_h for one in known.preparations.values()) == 26.0
    assert z_of(study.change(busy, idle, "work_h")) < -LIMIT
    assert z_of(study.change(busy, idle, "staffed_h"), -26.0) == pytest.approx(0.0, abs=3.0)


def test_anticipation_is_capped_by_notice_and_a_long_brief_lead_costs():
    study, few = load_study("anticipation"), draws(25)
    longer, capped = (study.play_lead(few, 5.0, 24.0, h, "brief") for h in (48.0, 24.0))
    assert longer["satisfaction"].tolist() == capped["satisfaction"].tolist()
    plain = study.play_notice(few, 5.0, 24.0)
    assert (
        z_of(
            change(
                study.play_lead(few, 2.0, 336.0, 48.0, "brief"),
                study.play_notice(few, 2.0, 336.0),
                "satisfaction",
            )
        )
        < -LIMIT
    )
    assert plain["satisfaction"].tolist() != capped["satisfaction"].tolist()


def test_channel_off_is_the_formula_and_on_is_more_than_the_press_says():
    study = load_study("channel")
    arms = study.play_all(draws(15))
    scenario = study.load(study.SCENARIO)
    c = scenario.satisfaction
    expected = c.e0 * scenario.brand.price_factor
    z = c.b0 + c.b_q * c.q_none - c.b_minus * (expected - c.q_none)
    assert arms["off"]["csat"] == pytest.approx(1.0 + 4.0 / (1.0 + math.exp(-z)))
    assert z_of(study.change_percent(arms["on"], arms["off"], "csat"), study.CLAIM) > LIMIT


def test_maturity_all_together_is_the_shipped_preset_and_tickets_help():
    study = load_study("maturity")
    arms = study.sweep_arms(study.__file__, draws(12))
    both = (
        arms[name]["satisfaction"].tolist() for name in ("all together", "preset best_in_class")
    )
    assert len({tuple(each) for each in both}) == 1
    for name in ("all together", "ticket automation"):
        assert z_of(change(arms[name], arms["laggard"], "satisfaction")) > LIMIT


def test_manner_gives_the_surveys_shares_and_tone_more_than_signature():
    study, few = load_study("manner"), draws(25)
    for name, found in study.count_shares(few).items():
        assert abs(found.mean - study.SURVEY[name]) < 0.03
        assert z_of(found, 0.5) > LIMIT
    arms = study.sweep_arms(study.__file__, few)
    friendly, personal = (
        arms[f"always {one}, never {other}"]
        for one, other in (("friendly", "personal"), ("personal", "friendly"))
    )
    assert z_of(change(friendly, personal, "satisfaction")) > LIMIT


@pytest.mark.parametrize("delay_min", [0, 60, None])
def test_viral_is_the_renewal_equation(delay_min):
    """Second road: the mean of the branching process, by quadrature."""
    study = load_study("viral")
    found = study.play_delay(draws(20), delay_min)
    assert abs(z_of(found, study.expect_spread(study.make_world(), delay_min))) <= LIMIT
    assert found.ci_high - found.ci_low < 0.15


def test_spillover_comes_back_and_costs_satisfaction():
    study, few = load_study("spillover"), draws(20)
    now, cut = (study.play(few, agents, 0.20) for agents in (9, 4))
    assert z_of(change(cut, now, "spilled_mentions"), 300.0) > LIMIT
    assert z_of(change(cut, now, "satisfaction")) < -LIMIT


def test_effort_saved_on_questions_costs_more_than_on_process_cases():
    study, few = load_study("effort_by_complaint"), draws(20)
    base = study.play(few, "ample")
    dear, cheap = (
        study.find_yield(study.play(few, "ample", topic, "brief"), base)
        for topic in ("question", "process")
    )
    assert dear.ci_low > cheap.ci_high
    assert z_of(dear, cheap.mean) > LIMIT


def test_follow_up_keeps_cases_closed_where_there_is_time_for_it():
    study, few = load_study("follow_up"), draws(20)
    base, followed = (study.play(few, "ample", share) for share in (None, 1.0))
    assert z_of(change(followed, base, "reopened_share")) < -LIMIT
    assert z_of(change(followed, base, "satisfaction")) > LIMIT


def test_holes_of_the_first_model_paid_before_and_do_not_now():
    """An empty pool and one pool for all lose; before, an empty pool won."""
    study, few = load_study("exploits"), draws(25)
    now, before = (study.compare(few, "telecom_week", world) for world in ((), study.BEFORE))
    base = now[study.AS_IT_IS]
    for pool in ("general", "technical"):
        for rest in ("which takes all at once", "the other pool empty"):
            arm = now[f"everybody in {pool}, {rest}"]
            assert z_of(change(arm, base, "satisfaction")) < -LIMIT
    empty = before["everybody in general, the other pool empty"]
    assert z_of(change(empty, before[study.AS_IT_IS], "satisfaction")) > 3.0
    new_first = change(now["new customers always first"], base, "satisfaction")
    assert abs(new_first.mean) < 0.002


def test_public_answers_spare_customers_and_private_ones_nobody():
    study, few = load_study("living_faq"), draws(12)
    hidden = study.hide(study.CHANNELS["all in private"])
    base, mute = study.play(few), study.play(few, **hidden)
    assert mute["deflected_share"].max() == 0.0
    assert z_of(change(base, mute, "deflected_share"), 0.02) > LIMIT
    early, late = (study.play(few, **hidden, **study.pin(after_h)) for after_h in (0.0, 24.0))
    assert z_of(change(early, late, "deflected_share")) > LIMIT
