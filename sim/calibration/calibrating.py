"""From a history to a scenario: read, fit, take the rest from the base scenario, tell.

    understand -> build_counts -> fit_demand -> differences -> scale_team -> report

Checked by ``tests/functional/test_calibrate_scenario.py`` (scenario, report, errors),
``test_calibrate_recovery.py`` (draws of known scenarios) and ``test_calibrate_data.py``
(the real histories).
"""

import datetime
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import sim.calibration.scenario_patch as change
from sim.calibration.demand.fit import fit_demand
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.placing import DAYS, EventRule, place_events, read_day, read_events
from sim.calibration.reading.grid import build_counts
from sim.calibration.reading.judgment import choose_scenario_zone, describe_reading
from sim.calibration.reading.rows import Observations, Reading, understand
from sim.calibration.reading.rules import ReadingRules
from sim.calibration.reading.settings import make_rules
from sim.calibration.refit import choose_refit, pick_scaled, tell_kept
from sim.calibration.report import describe_fit, format_fit, measure_quality
from sim.calibration.response_times import (
    find_open_hours,
    fit_response,
    list_waits,
)
from sim.calibration.result import Fit, Found
from sim.calibration.scaling import scale_team
from sim.calibration.scorer import load_scorer
from sim.calibration.sentiment import BrandSentiment, change_brand, fit_brand_sentiment, read_scores
from sim.compose.choice import is_file_choice, merge, read_scenario
from sim.errors import InputError
from sim.paths import expand_home
from sim.scenario.build import build_scenario
from sim.scenario.model import Scenario
from sim.scenario.profile import week_shape
from sim.scenario.settings import CalibrateSettings
from sim.store.clock import find_zone


def calibrate(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    kind: str = "auto",
    series: str | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    base: str = "telecom_week",
    *,
    events: EventRule | Mapping[str, Any] = "unannounced",
    actionable_share: float | None = None,
    scorer: str | None = None,
    score_range: Sequence[float] | None = None,
    start: str | datetime.date | None = None,
    where: Mapping[str, object] | None = None,
    preset: str | None = None,
    topics: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    reply_unit: str | None = None,
    scenario_time_zone: str | None = None,
    refit: Sequence[str] | None = None,
) -> Fit:
    """Fit a scenario to a brand's own history.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A file (see ``sim.exports.histories``), or its columns.
    kind : str
        ``times`` (a row is a mention), ``counts`` (a row is an interval), ``pairs`` (a row is
        a message and its reply) or ``auto``.
    series : str, optional
        Which one, where the history holds several.
    columns : Mapping of str to str, optional
        Of time, reply, series, value, topic, sentiment; guessed where not given.
    time_zone : str, optional
        Of times without an offset, and the scenario's; None: UTC or what the column's name says.
    base : str
        A shipped scenario or a file: gives what the history cannot identify.
    events : str or Mapping
        What becomes of the events found that last: ``unannounced`` (each may come again at any
        time, as often as in the history), ``announced`` (the strongest, in its weekday and
        hour), ``none``; or planned events by name, each with ``like`` (a day of a past one),
        ``time`` and ``scale``, beside the unannounced ones.
    actionable_share : float, optional
        Of all mentions; by default 1 for pairs and .10 for mentions at large.
    scorer : str, optional
        ``module:function`` or ``file.py:function``: scores the texts of the sentiment column.
    score_range : sequence of float, optional
        Lowest and highest score; taken from the scores where not given.
    start : str or date, optional
        First day of the scenario; the Monday after the history if None.
    where : Mapping of str to object, optional
        Column to the value, or the values, of the rows that count.
    preset : str, optional
        The tool that wrote the file.
    topics : Mapping of str to str, optional
        Words of the topic column to topics of the base.
    day_first : bool, optional
        Whether the day stands before the month in dates of three numbers.
    reply_unit : str, optional
        Of replies that are lengths: ms, s, min, h, d.
    scenario_time_zone : str, optional
        Of the scenario; None: the history's where it says one, else the base's.
    refit : sequence of str, optional
        What follows the history beside demand: hours, staff, crew, budget, days. None: nothing of
        a base that is a file, all of a shipped one.

    Returns
    -------
    Fit
        Scenario, quality and report.

    Raises
    ------
    InputError
        One line an error.
    """
    rules = ReadingRules(
        kind, series, columns or {}, time_zone, where or {}, preset, topics or {}, day_first,
        reply_unit,
    )  # fmt: skip
    choices = Choices(
        base, events, actionable_share, scorer, score_range, start, scenario_time_zone, refit
    )  # fmt: skip
    return fit_history(history, rules, choices)


class Choices(NamedTuple):
    """What the user says about the fit, beside how the history is read; see `calibrate`."""

    base: str = "telecom_week"
    events: EventRule | Mapping[str, Any] = "unannounced"
    actionable_share: float | None = None
    scorer: str | None = None
    score_range: Sequence[float] | None = None
    start: str | datetime.date | None = None
    scenario_time_zone: str | None = None
    refit: Sequence[str] | None = None


def fit_history(
    history: str | pathlib.Path | Mapping[str, np.ndarray],
    rules: ReadingRules,
    choices: Choices,
    tell: Callable[[Reading], None] | None = None,
) -> Fit:
    """Fit a scenario; `tell` gets what was understood before anything is fitted."""
    base, events, actionable_share, scorer, score_range, start, zone_name, asked = choices
    refit = choose_refit(asked, is_file_choice(base))
    rule, wanted = read_events(events)
    first_day = read_day(start)
    base_data = _read_base(base)
    base_scenario = build_scenario(base_data)
    place = history if isinstance(history, Mapping) else expand_home(str(history))
    reading = understand(place, rules)
    if tell is not None:
        tell(reading)
    observations = reading.observations
    base_zone = base_scenario.horizon.time_zone
    own_zone, zone_line = choose_scenario_zone(reading, base_zone, zone_name)
    zone = find_zone(own_zone, "horizon.time_zone")
    share = change.choose_actionable_share(observations.columns.kind, actionable_share)
    counts, repeated = build_counts(observations, zone)
    demand = fit_demand(counts, week_shape(base_scenario), read_busyness(base_scenario))
    if not demand.shape.base_per_h > 0:
        raise InputError(
            f"{observations.series}: all mentions lie within brand events, so the usual demand "
            "cannot be estimated; add mentions outside the events"
        )
    mix = _find_mix(base_scenario, observations, actionable_share, share)
    open_hours = find_open_hours(observations, zone)
    wide = change.choose_hours(base_scenario, demand, open_hours)
    hours = wide if "hours" in refit else None
    days = DAYS if "days" in refit else base_scenario.horizon.days
    placing = place_events(base_scenario, demand, (rule, wanted, first_day), mix, days)
    changes = change.gather(
        base_scenario, observations, demand, mix, hours, placing.entries, (placing.start, days)
    )
    changes["demand"]["base_per_h"] = change.round_to(placing.base_per_h, 4)
    if own_zone != base_zone:
        changes = merge(changes, {"horizon": {"time_zone": own_zone}})
    brand_sentiment = _find_brand_sentiment(observations, scorer, score_range)
    changes = merge(changes, change_brand(brand_sentiment, observations.series))
    draft = build_scenario(merge(base_data, changes))
    scaled = scale_team(base_scenario, draft)
    changes = merge(changes, pick_scaled(scaled, refit))
    whole = merge(base_data, changes)
    lines = [zone_line, *change.tell_clock(base_scenario, own_zone, hours)]
    lines += tell_kept(base_scenario, scaled, wide, refit)
    found = Found(
        base_scenario, build_scenario(whole), observations,
        observations.aside + observations.bad + repeated, demand,
        fit_response(list_waits(observations)), open_hours, hours, mix,
        placing.found, rule, changes, brand_sentiment, tuple(lines),
        tuple(describe_reading(reading)), refit,
    )  # fmt: skip
    plain = whole if is_file_choice(base) else {"base": base, **changes}
    quality = measure_quality(found)
    messages = tuple(format_fit(found))
    report = describe_fit(found, quality) | {"told": list(messages)}
    return Fit(found.built, plain, quality, report, messages)


def _read_base(base: str) -> dict[str, Any]:
    try:
        return read_scenario(base).data
    except InputError as error:
        messages = (line.replace(f"scenario={base}", f"base={base}") for line in error.errors)
        raise InputError(*messages) from error


def read_busyness(scenario: Scenario) -> Busyness:
    """A scenario's busyness as variances."""
    demand = scenario.demand
    return Busyness(
        demand.busy_day_cv**2, demand.busy_hour_cv**2, min(demand.busy_hour_correlation, 0.95)
    )


def _find_brand_sentiment(
    observations: Observations, scorer: str | None, score_range: Sequence[float] | None
) -> BrandSentiment | None:
    """The sentiment of a history; a column that was only guessed may be of no use."""
    if observations.sentiment is None:
        if scorer is not None or score_range is not None:
            raise InputError(
                "history_columns.sentiment: not set; history_scorer and "
                "history_score_range require it"
            )
        return None
    column = observations.columns.names["sentiment"]
    try:
        score = load_scorer(scorer) if scorer is not None else None
        scores = read_scores(observations.sentiment, score, score_range)
        return fit_brand_sentiment(observations.time_ms, scores, observations.value, column)
    except InputError:
        if "sentiment" in observations.columns.guessed and scorer is None and score_range is None:
            return None
        raise


def _find_mix(
    base: Scenario, observations: Observations, given: float | None, share: float
) -> change.Mix:
    if observations.topic is not None:
        topics = observations.topic[observations.is_first]
        named = topics[topics != ""]
        if len(named):
            return change.fit_topics(base, named)
    return change.mix_topics(base, share)


def calibrate_config(
    settings: CalibrateSettings, tell: Callable[[Reading], None] | None = None
) -> Fit:
    """Fit what the keys of ``configs/calibrate.yaml`` say; see `calibrate` and `fit_history`."""
    choices = Choices(
        settings.base,
        settings.events,
        settings.actionable_share,
        settings.history_scorer,
        settings.history_score_range,
        settings.start,
        settings.scenario_time_zone,
        settings.refit,
    )
    return fit_history(settings.history, make_rules(settings), choices, tell)


def name_series(fit: Fit) -> str:
    """The name of the fitted scenario, fit for a folder."""
    return fit.scenario.name


def collect_outputs(fit: Fit) -> dict[str, Any]:
    """What a run folder of calibrate holds beside config and provenance.

    Returns
    -------
    dict
        File name to plain data: ``scenario.yaml`` (for `sim.store.text.write_yaml`) and
        ``fit.json`` (for `sim.store.text.write_json`).
    """
    return {"scenario.yaml": fit.plain, "fit.json": fit.report}
