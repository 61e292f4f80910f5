"""From a history to a scenario: read, fit, take the rest from the base scenario, tell.

    read_observations -> build_counts -> fit_demand -> differences -> scale_team -> report

Checked by ``tests/functional/test_calibrate_scenario.py`` (scenario, report, errors),
``test_calibrate_recovery.py`` (draws of known scenarios) and ``test_calibrate_data.py``
(the real histories).
"""

import datetime
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import sim.calibration.scenario_patch as change
from sim.calibration.demand.fit import fit_demand
from sim.calibration.demand.weekly_profile import Busyness
from sim.calibration.placing import EventRule, place_events, read_day, read_events
from sim.calibration.reading.grid import build_counts
from sim.calibration.reading.rows import Observations, read_observations
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
    time_zone: str = "UTC",
    base: str = "telecom_week",
    *,
    events: EventRule | Mapping[str, Any] = "unannounced",
    actionable_share: float | None = None,
    scorer: str | None = None,
    score_range: Sequence[float] | None = None,
    start: str | datetime.date | None = None,
) -> Fit:
    """Fit a scenario to a brand's own history.

    Parameters
    ----------
    history : path or Mapping of str to np.ndarray
        A CSV or Parquet file, or its columns.
    kind : str
        ``times`` (a row is a mention), ``counts`` (a row is an interval), ``pairs`` (a row is
        a message and its reply) or ``auto``.
    series : str, optional
        Which one, where the history holds several.
    columns : Mapping of str to str, optional
        Of time, reply, series, value, topic, sentiment; guessed where not given.
    time_zone : str
        Of times without an offset; the scenario's local clock is the base's.
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

    Returns
    -------
    Fit
        Scenario, quality and report.

    Raises
    ------
    InputError
        One line an error.
    """
    rule, wanted = read_events(events)
    first_day = read_day(start)
    base_data = _read_base(base)
    base_scenario = build_scenario(base_data)
    zone = find_zone(base_scenario.horizon.time_zone, "horizon.time_zone")
    place = history if isinstance(history, Mapping) else expand_home(str(history))
    observations = read_observations(place, kind, series, columns, time_zone)
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
    hours = change.choose_hours(base_scenario, demand, open_hours)
    placing = place_events(base_scenario, demand, (rule, wanted, first_day), mix)
    changes = change.gather(
        base_scenario, observations, demand, mix, hours, placing.entries, placing.start
    )
    changes["demand"]["base_per_h"] = change.round_to(placing.base_per_h, 4)
    brand_sentiment = _find_brand_sentiment(observations, scorer, score_range)
    changes = merge(changes, change_brand(brand_sentiment, observations.series))
    draft = build_scenario(merge(base_data, changes))
    changes = merge(changes, scale_team(base_scenario, draft))
    whole = merge(base_data, changes)
    found = Found(
        base_scenario, build_scenario(whole), observations, observations.bad + repeated, demand,
        fit_response(list_waits(observations)), open_hours, hours, mix,
        placing.found, rule, changes, brand_sentiment,
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


def calibrate_config(settings: CalibrateSettings) -> Fit:
    """Fit what the keys of ``configs/calibrate.yaml`` say; see `calibrate`."""
    return calibrate(
        settings.history,
        settings.history_kind,
        settings.history_series,
        {str(role): name for role, name in settings.history_columns.items()},
        settings.history_time_zone,
        settings.base,
        events=settings.events,
        actionable_share=settings.actionable_share,
        scorer=settings.history_scorer,
        score_range=settings.history_score_range,
        start=settings.start,
    )


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
