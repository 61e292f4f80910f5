"""Last week against its plan: read, lay out, replay, split, tell.

    understand -> lay_week -> correct -> replay_week -> play -> split_difference -> tell

Every world is played as a single week, without the days before it: the record has none.
Checked by ``tests/functional/test_review.py``.
"""

import datetime
import pathlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.calibration.calibrating import read_busyness
from sim.calibration.reading.rows import Reading, understand
from sim.calibration.reading.rules import ReadingRules
from sim.calibration.reading.settings import make_rules
from sim.calibration.reviewing.courses import list_events
from sim.calibration.reviewing.hindsight import HINDSIGHT, search_hindsight
from sim.calibration.reviewing.split import PlayedWorlds, split_difference
from sim.calibration.reviewing.stored import Done, StoredPlan, change_staff, read_done, read_plan
from sim.calibration.reviewing.telling import Reviewed, describe_review
from sim.calibration.reviewing.week import RealWeek, lay_week, place_week
from sim.calibration.reviewing.worlds import (
    correct,
    expect,
    level_world,
    match_events,
    replay_week,
)
from sim.errors import InfeasibleError
from sim.paths import expand_home
from sim.planning.session import Progress
from sim.running.replicate import Replications, replicate
from sim.scenario.build import build
from sim.scenario.model import Scenario
from sim.scenario.policy import Policy
from sim.scenario.policy_checks import check_policy
from sim.scenario.settings import ReviewSettings, RunSettings
from sim.store.clock import NO_TIME

MEASURES = ("satisfaction", "answered_within_promise_share", "first_reply_min_p50", "cost")
"""those whose difference is split"""


@dataclass(frozen=True)
class Review:
    """What a week was like beside its plan.

    Attributes
    ----------
    split : dict of str to dict
        By measure: ``planned``, ``was``, ``forecast``, ``staffing``, ``effort``, ``luck``,
        ``whole``: mean and 95 % interval of each.
    intervals, days : dict of str to np.ndarray
        What came beside the plan's bands, by reporting interval and local day.
    report : dict
        Content of review.json.
    messages : tuple of str
        Lines for the terminal, the verdict first.
    replay : dict
        The week as a scenario, plain data; its record is ``record``.
    week : RealWeek
        What came.
    """

    split: dict[str, dict[str, Any]]
    intervals: dict[str, np.ndarray]
    days: dict[str, np.ndarray]
    report: dict[str, Any]
    messages: tuple[str, ...]
    replay: dict[str, Any]
    week: RealWeek


class Playing(NamedTuple):
    """How worlds are played."""

    replications: int
    seed: int
    workers: int | None
    engine: str
    progress: Progress | None

    def play(self, world: Scenario, policy: Policy) -> Replications:
        """Play a policy in a world."""
        return replicate(world, policy, self.replications, self.seed, self.engine, self.workers)


def review(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    plan: str | pathlib.Path,
    done: str | pathlib.Path | None = None,
    *,
    week: str | datetime.date | None = None,
    hindsight: int = 0,
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    where: Mapping[str, object] | None = None,
    preset: str | None = None,
    topics: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    reply_unit: str | None = None,
    replications: int = 200,
    seed: int = 1,
    workers: int | None = None,
) -> Review:
    """Hold a week that is over against its plan.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A file as `calibrate` reads it, or its columns; more than the week may be in it.
    plan : path
        The run folder of a plan, or ``latest``.
    done : path, optional
        What was done: a CSV of people on duty, a policy.yaml, a run's folder. None: the plan.
    week : str or date, optional
        First day; None: the plan's own.
    hindsight : int
        Replications of the search for what would have been best; 0: none.
    kind, series, columns, time_zone, where, preset, topics, day_first, reply_unit
        As in `calibrate`; times without an offset are on the plan's clock where nobody says.
    replications : int
        Of each world.
    seed : int
        Of the draws.
    workers : int, optional
        Threads; one for each core if None.

    Returns
    -------
    Review
        ``.split``, ``.intervals``, ``.days``, ``.report``.

    Raises
    ------
    InputError
        One line an error.
    """
    asked = {
        "history": "columns" if isinstance(history, Mapping) else str(history),
        "history_kind": kind,
        "history_series": series,
        "history_columns": dict(columns or {}),
        "history_time_zone": time_zone,
        "history_day_first": day_first,
        "history_reply_unit": reply_unit,
        "history_where": dict(where or {}),
        "history_preset": preset,
        "history_topics": dict(topics or {}),
        "plan": str(plan),
        "done": None if done is None else str(done),
        "week": week,
        "hindsight": hindsight,
    }
    settings = build(ReviewSettings, asked, "")
    playing = Playing(replications, seed, workers, "kernel", None)
    return _review(settings, history, playing)


def review_config(
    settings: ReviewSettings, run: RunSettings, progress: Progress | None = None
) -> Review:
    """Review what the keys of ``configs/review.yaml`` say; see `review`."""
    playing = Playing(run.replications, run.seed, run.workers, run.engine, progress)
    return _review(settings, settings.history, playing)


def _review(
    settings: ReviewSettings,
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    playing: Playing,
) -> Review:
    stored = read_plan(settings.plan)
    world = place_week(stored.scenario, settings.week)
    done = read_done(settings.done, stored.scenario, stored.policy)
    place = history if isinstance(history, Mapping) else expand_home(str(history))
    reading, zone_note = read_on_clock(place, make_rules(settings), world)
    expected = expect(world)
    week = lay_week(reading.observations, world, expected.whole, read_busyness(world))
    report_step(playing, 0)
    planned = playing.play(world, stored.policy)
    factor = float(planned.measures["mentions"].mean() / max(expected.whole.sum(), 1e-12))
    found = correct(world, expected, week, factor)
    matched = match_events(world, week)
    with tempfile.TemporaryDirectory() as folder:
        real, shown = replay_week(stored.plain, world, week, matched, pathlib.Path(folder))
        runs = play_worlds(playing, world, level_world(world, found), real, (stored, done), planned)
        if settings.hindsight:
            best = find_best(playing, real, stored, runs, settings.hindsight)
            if best is not None:
                runs[HINDSIGHT] = playing.play(real, best)
    seen = see(week, world)
    split = {name: split_difference(collect(runs, name), seen.get(name)) for name in MEASURES}
    told = Reviewed(
        world, reading, zone_note, week, runs, split, seen, done, found,
        tuple(list_events(world, week, matched, found)), settings,
    )  # fmt: skip
    report, messages, intervals, days = describe_review(told)
    return Review(report["split"], intervals, days, report, messages, shown, week)


def report_step(playing: Playing, done: int) -> None:
    """Tell how many of the worlds were played."""
    if playing.progress is not None:
        playing.progress("Replaying", done, 7)


def read_on_clock(
    place: str | pathlib.Path | Mapping[str, np.ndarray], rules: ReadingRules, world: Scenario
) -> tuple[Reading, str]:
    """Read a history; times without an offset are on the plan's clock where nobody says."""
    reading = understand(place, rules)
    is_told = rules.time_zone is not None or reading.zone_from != "default"
    if is_told or bool((reading.times.offset_ms != NO_TIME).all()):
        return reading, ""
    zone = world.horizon.time_zone
    note = f"times without an offset are read in {zone}, the plan's clock (history_time_zone)"
    return understand(place, rules._replace(time_zone=zone)), note


def play_worlds(
    playing: Playing,
    world: Scenario,
    leveled: Scenario,
    real: Scenario,
    decided: tuple[StoredPlan, Done],
    planned: Replications,
) -> dict[str, Replications]:
    """Play plan and deeds in the worlds that tell them apart."""
    plan, done = decided[0].policy, decided[1]
    report_step(playing, 1)
    runs = {"planned": planned, "leveled": playing.play(leveled, plan)}
    report_step(playing, 2)
    runs["on_week"] = playing.play(real, plan)
    if not done.differs:
        return runs | dict.fromkeys(("done_staff", "done_effort", "done"), runs["on_week"])
    report_step(playing, 3)
    runs["done"] = playing.play(real, done.policy)
    if not done.tells_rules:  # the plan's rules with other people
        return runs | {"done_staff": runs["done"], "done_effort": runs["on_week"]}
    for number, (name, policy) in enumerate(
        (
            ("done_staff", change_staff(plan, done.policy)),
            ("done_effort", change_staff(done.policy, plan)),
        )
    ):
        report_step(playing, 4 + number)
        # Where rules need people that are not there, staffing and effort cannot be told apart.
        fits = not check_policy(real, policy)
        runs[name] = playing.play(real, policy) if fits else runs["done"]
    return runs


def find_best(
    playing: Playing,
    real: Scenario,
    stored: StoredPlan,
    runs: Mapping[str, Replications],
    effort: int,
) -> Policy | None:
    """What would have been best for the plan's money; None where no search is possible."""
    money = stored.budget
    if money is None:
        money = float(runs["planned"].measures["cost"].mean())
    try:
        return search_hindsight(
            real, money, effort, playing.seed + 1, playing.workers, playing.progress
        )
    except InfeasibleError:
        return None


def collect(runs: Mapping[str, Replications], measure: str) -> PlayedWorlds:
    """A measure in each world, by replication."""
    return PlayedWorlds(*(runs[name].measures[measure] for name in PlayedWorlds._fields))


def see(week: RealWeek, world: Scenario) -> dict[str, float]:
    """What the history says of measures: of replies, where it has their times."""
    wait = week.first_reply_min
    if wait is None or world.promise.measure != "reply":
        return {}
    seen = {"answered_within_promise_share": float((wait <= world.promise.promise_min).mean())}
    if np.isfinite(wait).any():
        seen["first_reply_min_p50"] = float(np.nanmedian(wait))
    return seen
