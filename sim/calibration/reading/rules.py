"""What the user says about a history."""

from collections.abc import Mapping
from typing import NamedTuple


class ReadingRules(NamedTuple):
    """What the user says about a history: the keys ``history_...``."""

    kind: str = "auto"
    series: str | None = None
    columns: Mapping[str, str] = {}  # a default that nobody changes
    time_zone: str | None = None
    where: Mapping[str, object] = {}  # a default that nobody changes
    preset: str | None = None
    topics: Mapping[str, str] = {}  # a default that nobody changes
    day_first: bool | None = None
    reply_unit: str | None = None
