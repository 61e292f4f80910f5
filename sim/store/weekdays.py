"""Names of weekdays as people write them, in seven languages, short or long.

``Monday``, ``Mo``, ``lundi``, ``martes``, ``gio``; a range (``Mon-Fri``) is all days of it. Three
letters tell the day in each of these languages and mean the same day in all that share them;
two letters do so but for ``ma``, Dutch Monday and French Tuesday, which is no name here.
Checked by ``tests/unit/test_store_weekdays.py``.
"""

import re
import unicodedata

DAYS_A_WEEK = 7
NAMES = (
    "monday montag lundi lunes lunedi maandag segunda",
    "tuesday dienstag mardi martes martedi dinsdag terca",
    "wednesday mittwoch mercredi miercoles mercoledi woensdag quarta",
    "thursday donnerstag jeudi jueves giovedi donderdag quinta",
    "friday freitag vendredi viernes venerdi vrijdag sexta",
    "saturday samstag sonnabend samedi sabado sabato zaterdag",
    "sunday sonntag dimanche domingo domenica zondag",
)
SHORT = (
    "mo mon lu lun seg",
    "tu tue tues di die din mar ter",
    "we wed mi mit mie mer wo woe qua",
    "th thu thur thurs do don jeu jue gio qui",
    "fr fri fre ve ven vie vr vri sex",
    "sa sat sam sab za zat",
    "su sun so son dim dom zo zon",
)
EACH_DAY = "daily every all each taglich quotidien diario dagelijks giornaliero"
_BY_NAME = {
    name: number
    for number, names in enumerate(zip(NAMES, SHORT, strict=True))
    for name in " ".join(names).split()
}


def list_weekdays(text: str) -> tuple[int, ...]:
    """The weekdays that a text names, 0 for Monday; none where it names none.

    Parameters
    ----------
    text : str
        A name, a range of two with a dash between them, or a word for each day.

    Examples
    --------
    >>> list_weekdays("Fri - mo."), list_weekdays("Mié"), list_weekdays("Tag")
    ((4, 5, 6, 0), (2,), ())
    """
    words = re.findall(r"[a-z]+", strip_accents(text))
    if words[:1] and words[0] in EACH_DAY.split():
        return tuple(range(DAYS_A_WEEK))
    found = [_BY_NAME.get(word) for word in words if word not in ("feira", "to", "bis")]
    if len(found) not in (1, 2) or None in found:
        return ()
    first, last = found[0] or 0, found[-1] or 0
    return tuple((first + step) % DAYS_A_WEEK for step in range((last - first) % DAYS_A_WEEK + 1))


def strip_accents(text: str) -> str:
    """A text in small letters without accents: ``Mié`` as ``mie``."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
