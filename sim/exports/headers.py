"""What the name of a column says: its words, a unit, a time zone, business hours.

``First response time (in hrs)`` is ``first_response_time`` in hours; ``Created at [UTC]`` is
``created_at`` in UTC. Checked by ``tests/unit/test_exports.py``.
"""

import re
from collections.abc import Collection

from sim.store.weekdays import strip_accents

MIN_PER_UNIT = {"ms": 1 / 60_000, "s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0}
_UNIT_WORDS = {
    "ms": "ms msec millis milliseconds millisecond",
    "s": "s sec secs second seconds sekunden secondes segundos",
    "min": "m min mins minute minutes minuten minutos mm",
    "h": "h hr hrs hour hours stunden std heures horas hh",
    "d": "d day days tage jours dias",
}
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_BUSINESS = frozenset("business working office operational operating geschaftszeiten".split())
_BRACKET = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_ZONE = re.compile(r"\s*([A-Za-z_]+/[A-Za-z_/]+|(UTC|GMT)?\s?[+-]\d{1,2}(:?\d{2})?|[A-Z]{3,5})\s*")
_ID_WORDS = frozenset(
    "id ids uuid guid key phone tel telephone mobile number no nr num ref reference zip postcode "
    "customer account".split()
)


def normalize(name: str) -> str:
    """A column's name as small words joined by ``_``, without what stands in brackets."""
    return "_".join(split_words(_BRACKET.sub(" ", name))) or "_".join(split_words(name))


def split_words(name: str) -> list[str]:
    """The words of a name in small letters; ``createdAt`` has two."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", strip_accents(apart))


def find_column(table: Collection[str], name: str) -> str | None:
    """The column of a name, whatever its case, blanks, dashes and brackets."""
    exact = next((column for column in table if column.strip().lower() == name), None)
    return exact or next((column for column in table if normalize(column) == name), None)


def find_usual_column(table: Collection[str], names: Collection[str]) -> str | None:
    """The column of the first of some usual names that is there."""
    found = (find_column(table, name) for name in names)
    return next((column for column in found if column is not None), None)


def find_unit(name: str) -> str | None:
    """The unit of time that a name tells: ms, s, min, h or d; what stands last counts."""
    inside = [word for part in _BRACKET.findall(name) for word in split_words(part)]
    for words in (inside, split_words(_BRACKET.sub(" ", name))):
        units = [_UNITS[word] for word in words if word in _UNITS and word not in ("no",)]
        if units:
            return units[0] if len(set(words) & set("hh mm".split())) else units[-1]
    return None


def is_business(name: str) -> bool:
    """Whether a name says that a length leaves out closed hours."""
    return bool(_BUSINESS & set(split_words(name)))


def find_zone_words(name: str) -> str | None:
    """The time zone that stands in a name's brackets or at its end, as it is written."""
    for part in _BRACKET.findall(name):
        if re.fullmatch(
            r"\s*([A-Za-z_]+/[A-Za-z_/]+|(UTC|GMT)?\s?[+-]\d{1,2}(:?\d{2})?|[A-Z]{3,5})\s*", part
        ):
            return str(part).strip()
    words = split_words(name)
    return "UTC" if words[-1:] in (["utc"], ["gmt"], ["zulu"]) else None


def is_id(name: str) -> bool:
    """Whether a name is one of an id, a phone number or another number that counts nothing."""
    words = split_words(name)
    return bool(_ID_WORDS & set(words[-1:] + words[:1])) or "#" in name
