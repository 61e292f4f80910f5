"""Which column of somebody's roster is which, and what its rows are.

Three kinds: *plan* (our own plan.csv), *shifts* (a row says when a shift starts and when it ends
or how long it is) and *hours* (a row says how many people there are from a time on). Names of
columns count without case, accents and signs, in the languages of ``sim.store.weekdays``; the
name may have more words (``Shift start (local)``). Checked by
``tests/unit/test_policies_roster_file.py``.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.store.weekdays import strip_accents

PLAN_COLUMNS = ("part", "name", "pool", "phase_or_days", "value")
NAMES = {
    "shift": "shift schicht dienst poste turno turni dienstzeit",
    "start": "start from begin starts beginn anfang von debut de desde inicio inizio da van",
    "end": "end to until ends finish ende bis fin a hasta fine tot einde",
    "length": "length duration length_h hours dauer stunden laenge lange duree heures duracion "
    "horas durata ore duur uren",
    "hour": "hour time interval stunde uhrzeit zeit heure hora ora uur tijd",
    "day": "day date weekday dow tag datum wochentag jour dia giorno dag data fecha",
    "pool": "pool team skill queue group department gruppe equipe equipo squadra groep",
    "agents": "agents heads headcount people persons staff count number fte anzahl personen kopfe "
    "mitarbeiter effectif personnes agentes personas cantidad persone agenti aantal personeel",
}
# A word for one thing before another's: `shift start` is a start, `agent hours` a number of agents.
ORDER = ("start", "end", "length", "agents", "pool", "day", "hour", "shift")

Kind = Literal["plan", "shifts", "hours"]


class RosterColumns(NamedTuple):
    """What a roster's rows are, and which column plays which part."""

    kind: Kind
    names: dict[str, str]
    """part to column's name; only parts that there are"""


def choose_columns(columns: Mapping[str, np.ndarray], path: str) -> RosterColumns:
    """Settle the kind of a roster and its columns.

    Raises
    ------
    InputError
        What is needed has no column; tells the columns and what is allowed.
    """
    if set(PLAN_COLUMNS) <= set(columns):
        return RosterColumns("plan", {name: name for name in PLAN_COLUMNS})
    names = match_names(columns)
    if "start" in names and not {"end", "length"} & set(names):
        names.setdefault("hour", names.pop("start"))
    if "shift" in names or "start" in names:
        return require(RosterColumns("shifts", names), ("day",) if "shift" in names else (), path,
                       columns)  # fmt: skip
    return require(RosterColumns("hours", names), ("hour", "agents"), path, columns)


def match_names(columns: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Match each part to a column: whole names first, then names with other words around."""
    found: dict[str, str] = {}
    for is_whole in (True, False):
        for part in ORDER:
            if part in found:
                continue
            free = (name for name in columns if name not in found.values())
            hit = next((name for name in free if is_named(name, part, is_whole)), None)
            if hit is not None:
                found[part] = hit
    return found


def is_named(name: str, part: str, is_whole: bool) -> bool:
    """Whether a column's name is one of a part's, or has one among its words."""
    words = re.sub(r"[^a-z0-9]+", "_", strip_accents(name)).strip("_")
    known = NAMES[part].split()
    if is_whole:
        return words in known
    # articles and prepositions tell a column only where they stand alone
    return any(word in known and len(word) > 2 for word in words.split("_"))


def require(
    columns: RosterColumns, parts: tuple[str, ...], path: str, given: Mapping[str, np.ndarray]
) -> RosterColumns:
    """Check that the columns hold all that is needed, and hand them on.

    Raises
    ------
    InputError
        Something is not.
    """
    missing = [part for part in parts if part not in columns.names]
    if missing:
        raise InputError(
            f"{path}: no column {' and none '.join(missing)} found among {', '.join(given)}; "
            "allowed: a plan.csv, or columns day (date or weekday), start, end or length, pool, "
            "agents, or columns day, hour, pool, agents"
        )
    return columns
