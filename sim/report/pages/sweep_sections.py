"""The sections of an analyzed sweep's page, one for each kind of analysis.

Checked by ``tests/functional/test_analyze.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.report.charts.chart import DotChart, DotPanel, DotRow
from sim.report.charts.comparison import Difference
from sim.report.format import is_number, list_words, write_interval, write_number, write_value
from sim.report.measure_names import name_measure, write_measure, write_measure_interval
from sim.report.pages.differences import (
    KEY_MEASURES,
    is_share,
    show_apart,
    write_difference,
)

Found = Mapping[str, Any]
Rows = list[tuple[str, ...]]
# Of a longer list the first say what there is; all of it is in tables/*.csv.
MOST_ROWS, MOST_DOTS = 60, 14
# A coefficient of a thousandth of the largest is seen in no picture and in no fourth digit.
TINY = 1e-3
DIFFERENCES = (
    "Paired differences with simultaneous 95 % intervals. Filled dot: the interval excludes 0."
)
WORTH = (
    "How much more or less staff would do the same at the reference, read off the points "
    "that differ in staff alone; intervals of the bootstrap over replications."
)
EFFECTS = (
    "An effect is the mean of the points at a level less the mean of all; an interaction is what "
    "two levels do together beyond the sum of both. Intervals of one factor, or one pair, hold "
    "all at once."
)
MORRIS = "Mean size of the effect of a factor over its whole range, with 95 % intervals."
BOXES = (
    "Coverage: share of the broken futures that the box holds. Density: share of its futures that "
    "are broken. p: share of searches in shuffled futures that found as clear a box."
)


class PageTable(NamedTuple):
    """A table, ready to show."""

    title: str
    head: list[dict[str, Any]]
    rows: Rows
    text: str = ""


class PageSection(NamedTuple):
    """A heading with what stands under it."""

    title: str
    texts: list[str]
    charts: list[DotChart]
    tables: list[PageTable]


def shorten_key(key: str) -> str:
    """A key's last two words, which tell most factors apart.

    >>> shorten_key("scenario.demand.base_per_h")
    'demand.base_per_h'
    """
    return ".".join(key.split(".")[-2:])


def sum_up_breaks(breaks: Found, currency: str) -> str:
    """What breaks the plan, in a sentence."""
    side = "below" if breaks.get("is_below") else "above"
    if "why_not" in breaks:
        return str(breaks["why_not"])
    limit = write_measure(breaks["measure"], {"mean": breaks["limit"]}, currency)
    rule = f"{name_short(breaks['measure'])} {side} {limit}"
    counted = f"{breaks['broken']:,} of {breaks['futures']:,} futures"
    if not breaks["boxes"]:
        return f"{rule} in {counted}, in no box of factors more than by chance"
    box = breaks["boxes"][0]
    where = list_words([f"{shorten_key(one['key'])} {one['said']}" for one in box["limits"]])
    return (f"{rule} in {counted}; mostly where {where}: "
            f"{write_value(box['density'], 'share')} of those futures, "
            f"{write_value(box['coverage'], 'share')} of all that break it")  # fmt: skip


def name_short(name: str) -> str:
    """A measure's name in a word or two, where it has one."""
    return KEY_MEASURES.get(name, name_measure(name))


def write_amount(name: str, value: float, currency: str) -> str:
    """A difference of a measure with its unit."""
    return write_row(name, {"mean": value, "low": value, "high": value, "n": 1},
                     currency)["difference"]  # fmt: skip


def write_row(name: str, row: Found, currency: str) -> dict[str, str]:
    """A difference with its interval, ready to show."""
    one = Difference("", name, row["mean"], row["low"], row["high"], row["n"])
    return write_difference(one, currency)


def lay_head(*names: str, texts: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Names of columns; those of `texts` hold words."""
    return [{"name": name, "is_text": name in texts} for name in names]


def cut(rows: Rows, title: str, head: list[dict[str, Any]], where: str,
        text: str = "") -> PageTable:  # fmt: skip
    """A table of the first rows, which says where the others are."""
    more = f"The first {MOST_ROWS} of {len(rows):,}; all of them: {where}." \
        if len(rows) > MOST_ROWS else ""  # fmt: skip
    return PageTable(title, head, rows[:MOST_ROWS], " ".join(filter(None, (text, more))))


def scale_of(name: str) -> float:
    """By what a measure is multiplied where it is shown: shares in % points."""
    return 100.0 if is_share(name) else 1.0


def draw_rows(
    name: str, kind: str, rows: Sequence[DotRow], caption: str, is_scaled: bool = True
) -> DotChart | None:
    """A picture of one measure's rows; None where none has an interval."""
    held = [row for row in rows if is_number(row.low) and is_number(row.high)][:MOST_DOTS]
    if not held:
        return None
    scale = scale_of(name) if is_scaled else 1.0
    dots = [DotRow(row.label, scale * row.value, scale * row.low, scale * row.high) for row in held]
    widest = min((dot.high - dot.low for dot in dots if dot.high > dot.low), default=0.0)
    largest = max(abs(dot.value) for dot in dots)
    places = min(show_apart(0.0, widest), max(show_apart(0.0, largest), 1) + 1)
    unit = ", % points" if is_scaled and is_share(name) else ""
    said = "; ".join(f"{dot.label} {write_number(dot.value, places)}" for dot in dots)
    signed = kind not in ("sobol", "morris")
    panel = DotPanel(f"{name_short(name)}{unit}", dots, places, signed)
    safe = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return DotChart(f"{kind}_{safe}", caption, f"{panel.title}: {said}.", [panel])


def describe_differences(found: Found, currency: str) -> PageSection | None:
    """Paired differences, and what they are worth in staff."""
    texts: list[str] = []
    charts: list[DotChart | None] = []
    rows: Rows = []
    worth: Rows = []
    for name, one in found["measures"].items():
        part = one.get("differences")
        if part is None or "why_not" in part:
            continue
        texts = [f"Each number is that of the arm or point less that of {part['reference']}, "
                 "on the same customers. Intervals of one measure hold all at once."]  # fmt: skip
        dots = [DotRow(row["label"], row["mean"], row["low"], row["high"]) for row in part["rows"]]
        charts.append(draw_rows(name, "differences", dots, DIFFERENCES))
        for row in part["rows"]:
            cells = write_row(name, row, currency)
            rows.append((row["label"], name_short(name), cells["difference"], cells["interval"],
                         f"{row['n']:,}"))  # fmt: skip
        worth += list_worth(name, part)
    if not rows:
        return None
    head = lay_head("Point", "Measure", "Difference", "Interval", "Replications", texts=["Measure"])
    tables = [cut(rows, "All differences", head, "tables/differences.csv"), *lay_worth(worth)]
    return PageSection("Differences", texts, [one for one in charts if one], tables)


def list_worth(name: str, part: Found) -> Rows:
    """Rows of equivalents in staff."""
    worth = part.get("worth")
    return [
        (
            row["label"],
            name_short(name),
            row["said"] or write_change(row["ratio"]),
            f"{write_change(row['low'])} to {write_change(row['high'])}",
        )
        for row in (worth["rows"] if worth else ())
    ]


def write_change(ratio: float) -> str:
    """A ratio of staff as a change.

    >>> write_change(1.11)
    '11 % more'
    """
    if not is_number(ratio):
        return "more than tried" if ratio == float("inf") else "–"
    if ratio == 0.0:
        return "less than tried"
    change = 100.0 * (ratio - 1.0)
    places = 1 if abs(change) < 9.95 else 0
    return f"{write_number(abs(change), places)} % {'more' if change >= 0 else 'less'}"


def lay_worth(rows: Rows) -> list[PageTable]:
    """The table of equivalents, where there are some."""
    if not rows:
        return []
    head = lay_head("Point", "Measure", "Worth in staff", "Interval", texts=["Measure"])
    return [cut(rows, "What they are worth", head, "tables/worth.csv", WORTH)]


def describe_effects(found: Found, currency: str) -> PageSection | None:
    """Main effects and interactions of a grid."""
    charts: list[DotChart | None] = []
    rows: Rows = []
    worth: Rows = []
    shares: Rows = []
    for name, one in found["measures"].items():
        part = one.get("effects")
        if part is None or "why_not" in part:
            continue
        dots: list[DotRow] = []
        told: set[str] = set()
        for row in part["rows"]:
            key = " x ".join(map(shorten_key, row["factors"]))
            level = " x ".join(row["levels"])
            if len(row["factors"]) == 1:
                dots.append(DotRow(f"{key.rpartition('.')[2]} {level}", row["mean"], row["low"],
                                   row["high"]))  # fmt: skip
            cells = write_row(name, row, currency)
            rows.append((f"{key}: {level}", name_short(name), cells["difference"],
                         cells["interval"], f"{row['n']:,}"))  # fmt: skip
            if key not in told:
                told.add(key)
                shares.append((key, name_short(name), write_value(row["share"], "share")))
        charts.append(draw_rows(name, "effects", dots, "Main effects: the mean at a level less the "
                                "mean of all points, with 95 % intervals."))  # fmt: skip
        worth += list_worth(name, part)
    if not rows:
        return None
    head = lay_head("Level", "Measure", "Effect", "Interval", "Replications", texts=["Measure"])
    tables = [
        cut(shares, "Share of the spread between points",
            lay_head("Factor or pair", "Measure", "Share", texts=["Measure"]),
            "tables/effects.csv"),
        cut(rows, "All effects", head, "tables/effects.csv"),
        *lay_worth(worth),
    ]  # fmt: skip
    return PageSection("Effects", [EFFECTS], [one for one in charts if one], tables)


def describe_sobol(found: Found, currency: str) -> PageSection | None:
    """Sobol's indices."""
    charts: list[DotChart | None] = []
    rows: Rows = []
    texts: list[str] = []
    for name, one in found["measures"].items():
        part = one.get("sobol")
        if part is None or "why_not" in part:
            continue
        dots = [DotRow(shorten_key(row["key"]), row["total"], row["total_low"], row["total_high"])
                for row in part["rows"]]  # fmt: skip
        charts.append(draw_rows(name, "sobol", dots, "Total index: the share of the spread that "
                                "goes where the factor is fixed, with 95 % intervals.",
                                is_scaled=False))  # fmt: skip
        for row in part["rows"]:
            cells = [write_index(row, kind) for kind in ("first", "total", "first_clean",
                                                         "total_clean")]  # fmt: skip
            rows.append((shorten_key(row["key"]), name_short(name), *cells))
        if is_number(part["noise_share"]):
            share = write_value(max(part["noise_share"], 0.0), "share")
            texts.append(f"{name_short(name)}: {share} of the spread between points is noise of "
                         f"the replications ({part['base_points']:,} base points).")  # fmt: skip
        else:
            texts.append(f"{name_short(name)}: {part['base_points']:,} base points with one "
                         "replication each; how much is noise cannot be told.")  # fmt: skip
    if not rows:
        return None
    head = lay_head("Factor", "Measure", "First order", "Total", "First order without noise",
                    "Total without noise", texts=["Measure"])  # fmt: skip
    text = "Intervals of the bootstrap over base points."
    table = cut(rows, "Sobol's indices", head, "tables/sobol.csv", text)
    return PageSection("What makes the spread", texts, [one for one in charts if one], [table])


def write_index(row: Found, kind: str) -> str:
    """An index with its interval in brackets."""
    if not is_number(row[kind]):
        return "–"
    span = write_interval(row[f"{kind}_low"], row[f"{kind}_high"], "", 2)
    return f"{write_number(row[kind], 2)} ({span})"


def describe_morris(found: Found, currency: str) -> PageSection | None:
    """Morris' effects."""
    charts: list[DotChart | None] = []
    rows: Rows = []
    for name, one in found["measures"].items():
        part = one.get("morris")
        if part is None or "why_not" in part:
            continue
        ordered = sorted(part["rows"], key=lambda row: -row["mu_star"])
        dots = [DotRow(shorten_key(row["key"]), row["mu_star"], row["mu_star_low"],
                       row["mu_star_high"]) for row in ordered]  # fmt: skip
        charts.append(draw_rows(name, "morris", dots, MORRIS))
        rows += [
            (shorten_key(row["key"]), name_short(name),
             *(write_amount(name, row[key], currency)
               for key in ("mu_star", "mu", "sigma", "noise")))
            for row in ordered
        ]  # fmt: skip
    if not rows:
        return None
    trajectories = next(one["morris"]["trajectories"] for one in found["measures"].values()
                        if "trajectories" in one.get("morris", {}))  # fmt: skip
    texts = [f"{trajectories:,} trajectories. A factor with a small mu* does not matter; a large "
             "sigma beside mu* says that its effect depends on the others or is no straight line. "
             "Noise is the size that an effect has by replications alone."]  # fmt: skip
    head = lay_head("Factor", "Measure", "mu*", "mu", "sigma", "Noise", texts=["Measure"])
    table = cut(rows, "Elementary effects", head, "tables/morris.csv")
    return PageSection("Which factors matter", texts, [one for one in charts if one], [table])


def describe_metamodel(found: Found, currency: str) -> PageSection | None:
    """The metamodel's largest terms and its lack of fit."""
    charts: list[DotChart | None] = []
    rows: Rows = []
    texts: list[str] = []
    for name, one in found["measures"].items():
        part = one.get("metamodel")
        if part is None or "why_not" in part:
            continue
        fit = part["lack_of_fit"]
        lacks = (f"lack of fit F {write_number(fit['f'], 1)}, p {write_number(fit['p'], 3)}"
                 if is_number(fit["f"])
                 else "lack of fit not known: replications have no noise of their own")  # fmt: skip
        texts.append(f"{name_short(name)}: {part['form']}, says "
                     f"{write_value(part['r2'], 'share')} of the spread of its own points and "
                     f"{write_value(max(part['q2'], 0.0), 'share')} of points left out; {lacks}; "
                     f"it misses point {part['worst_point']} most.")  # fmt: skip
        ordered = sorted(part["rows"][1:], key=lambda row: -abs(row["value"]))
        ordered = [row for row in ordered if abs(row["value"]) > TINY * abs(ordered[0]["value"])]
        dots = [DotRow(row["name"], row["value"], row["low"], row["high"]) for row in ordered[:10]]
        charts.append(draw_rows(name, "metamodel", dots, "The largest coefficients, factors coded "
                                "from -1 to 1, with 95 % intervals."))  # fmt: skip
        for row in [part["rows"][0], *ordered]:
            cells = write_row(name, {**row, "mean": row["value"], "n": 0}, currency)
            rows.append((row["name"], name_short(name), cells["difference"], cells["interval"]))
    if not rows:
        return None
    head = lay_head("Term", "Measure", "Coefficient", "Interval", texts=["Measure"])
    table = cut(rows, "Terms", head, "tables/metamodel.csv")
    return PageSection("Metamodel", texts, [one for one in charts if one], [table])


def describe_breaks(found: Found, currency: str) -> PageSection | None:
    """The boxes of futures that break the plan."""
    breaks = found.get("breaks")
    if breaks is None:
        return None
    texts = [f"{sum_up_breaks(breaks, currency)}."]
    if breaks.get("is_worst_share"):
        texts.append("The limit is that of the worst fifth of the futures, since none was given; "
                     "breaks='satisfaction<.55' sets one.")  # fmt: skip
    rows: Rows = [
        (f"box {number}", f"{shorten_key(limit['key'])} {limit['said']}",
         *(write_value(box[key], "share") for key in ("coverage", "density", "mass")),
         f"{box['futures']:,}", write_number(box["p"], 2))
        for number, box in enumerate(breaks.get("boxes", ()), 1)
        for limit in box["limits"]
    ]  # fmt: skip
    head = lay_head("Box", "Where", "Coverage", "Density", "Share of futures", "Futures", "p",
                    texts=["Where"])  # fmt: skip
    tables = [cut(rows, "Boxes", head, "tables/breaks.csv", BOXES)] if rows else []
    return PageSection("Which futures break the plan", texts, [], tables)


def describe_means(found: Found, currency: str) -> PageSection | None:
    """Means by point, where they are few."""
    if not found["labels"]:
        return None
    rows: Rows = []
    for place, label in enumerate(found["labels"]):
        for name, one in found["measures"].items():
            mean = one["means"][place]
            entry = {"mean": mean["mean"], "ci_low": mean["low"], "ci_high": mean["high"]}
            span = write_measure_interval(name, entry, currency)
            shown = write_measure(name, entry, currency)
            rows.append((label, name_short(name), shown, span, f"{mean['n']:,}"))
    head = lay_head("Point", "Measure", "Mean", "Interval", "Replications", texts=["Measure"])
    return PageSection("Means", [], [], [cut(rows, "By point", head, "tables/means.csv")])


SECTIONS: dict[str, Callable[[Found, str], PageSection | None]] = {
    "differences": describe_differences,
    "effects": describe_effects,
    "sobol": describe_sobol,
    "morris": describe_morris,
    "metamodel": describe_metamodel,
    "breaks": describe_breaks,
    "means": describe_means,
}
