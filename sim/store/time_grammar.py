"""The grammar of times: dates, clocks, offsets, names of months and zones.

Digits stand for any digits: forms are matched against a text whose digits are all 0. Checked by
``tests/unit/test_store_time_forms.py``.
"""

import re

_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.hH](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,:](?P<part>\d{1,9}))?)?)?\s*(?P<half>[aApP]\.?\s?[mM]\.?(?![^\W\d_]))?(?:\s?(?:Uhr|h|hrs))?"
)
_ZONE = (
    r"\s*(?P<zone>(?i:z|(?:utc|gmt)?\s?[+−-]\d{1,2}(?::?\d{2})?(?::?\d{2})?|[^\W\d_]{2,5}"
    r"|\[?[a-z_]+/[a-z_/+-]+\]?))?(?:\s+[A-Z]{3,5})?(?:\s*[\[(].*[\])])?"
)
_CLOCK_ALONE = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,:](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[aApP]\.?\s?[mM]\.?(?![^\W\d_]))?(?:\s?(?:Uhr|h|hrs))?"
)
_BETWEEN = r"(?:[\s,]+(?i:(?:at|um|à|a las|kl\.?|klo|om|[-–|])[\s,]*)?|\s?[tT]\s?|\s*[-–|_:]\s*)"
_YEAR_FIRST = r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})[-/. ](?P<day>\d{1,2})\.?"
_NUMBERS = r"(?P<one>\d{1,2})(?P<mark>[-/. ])(?P<two>\d{1,2})[-/. ](?P<year>\d{4}|\d{2})\.?"
_DAY_NAME = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|º|\.)?[-/\s.]*(?:of |de )?(?P<name>[^\W\d_]{3,10})\.?,?"
    r"[-/\s.]*(?:de )?'?(?P<year>\d{4}|\d{2})"
)
_NAME_DAY = (
    r"(?P<name>[^\W\d_]{3,10})\.?[-/\s]*(?P<day>\d{1,2})(?:st|nd|rd|th)?[,\s/-]+(?P<year>\d{4})"
)
_COMPACT = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_DATES = (_YEAR_FIRST, _NUMBERS, _DAY_NAME, _NAME_DAY)
FORMS = tuple(
    re.compile(form)
    for form in (
        *(rf"{_WEEKDAY}{date}(?:{_BETWEEN}{_CLOCK}{_ZONE})?$" for date in _DATES),
        rf"{_WEEKDAY}(?P<name>[^\W\d_]{{3,10}})\.?\s+(?P<day>\d{{1,2}}),?\s+{_CLOCK}{_ZONE}\s+"
        r"(?P<year>\d{4})$",
        *(rf"{_CLOCK_ALONE}(?:[\s,]+[-–·|]?\s*){_WEEKDAY}{date}{_ZONE}$" for date in _DATES),
        rf"{_COMPACT}[T _-]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})"
        rf"(?::?(?P<second>\d{{2}})(?:[.,](?P<part>\d{{1,9}}))?)?{_ZONE}$",
        rf"{_COMPACT}$",
    )
)
OFFSET = re.compile(r"(?:utc|gmt)?\s?([+−-])(\d{1,2})(?::?(\d{2}))?(?::?\d{2})?", re.IGNORECASE)
_MONTHS = (
    "jan january januar janvier janv enero ene gennaio gen januari janeiro",
    "feb february februar fevrier fevr fev febrero febbraio februari fevereiro",
    "mar march marz mrz mars marzo maart mrt marco",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august aout agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez decembre diciembre dic dicembre dezembro",
)
MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
# Hours from UTC of short names that stand for one zone in exports; others of a name that the
# history's own zone has are that zone's.
ZONE_H = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1,
    "cest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "jst": 9, "kst": 9, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "sgt": 8, "hkt": 8, "sast": 2, "brt": -3, "art": -3, "pkt": 5, "gst": 4,
}  # fmt: skip
SEVERAL = {"ist": "Asia/Kolkata, Europe/Dublin and Asia/Jerusalem"}
