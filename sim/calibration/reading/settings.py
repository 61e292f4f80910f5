"""The keys ``history_...`` of a configuration as rules of reading."""

from sim.calibration.reading.rules import ReadingRules
from sim.scenario.settings import CalibrateSettings, HistorySettings, ReviewSettings


def make_rules(settings: HistorySettings) -> ReadingRules:
    """What ``configs/calibrate.yaml`` or ``forecast.yaml`` and the command line say."""
    rules = ReadingRules(
        settings.history_kind,
        settings.history_series,
        {str(role): name for role, name in settings.history_columns.items()},
        settings.history_time_zone,
        settings.history_where,
        settings.history_preset,
        day_first=settings.history_day_first,
    )
    if isinstance(settings, CalibrateSettings | ReviewSettings):
        unit, topics = settings.history_reply_unit, settings.history_topics
        return rules._replace(reply_unit=unit, topics=topics)
    # How long replies took is no part of a forecast: any unit will do.
    return rules._replace(reply_unit="min")
