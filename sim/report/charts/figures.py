"""Pictures as SVG text: the only file that imports matplotlib.

Every picture reads without color: lines differ in style and weight, a second
band is hatched, a dot is filled only if its interval excludes zero. The bytes
are the same from run to run: fixed salt for the identifiers, no date, no text
turned into outlines, nothing taken from the user's matplotlib settings. Texts
of users are shown as they are, never read as formulas.

Checked by ``tests/unit/test_report_figures.py``.
"""

import functools
import io
import logging
import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.places import find_user_folder, prepare_own_folder
from sim.report.charts.chart import Chart, DotChart, DotPanel, Line, Mark, Panel, Timeline
from sim.report.charts.svg import clean_text, finish_svg
from sim.report.format import is_shown, trim_decimals, write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# All pictures share it; the sizes of letters and margins belong to it.
WIDTH_IN = 9.0
# Inches around a panel: room for its numbers and its title.
LEFT_IN, RIGHT_IN, TOP_IN, GAP_IN, BOTTOM_IN = 0.5, 0.06, 0.32, 0.36, 0.42
INK, MUTED, FAINT, ACCENT = "#1b1f24", "#5b636d", "#d5d9de", "#1d4f7c"
CLOSED = "#eceef0"
# Letters of a mark before it is cut, and what part of the width one takes at this size.
LONGEST_MARK, MARK_CHARACTER = 30, 0.009
# Lines by weight: the plan, what it is compared with, what stays behind.
LOOKS = {"strong": (ACCENT, 1.5), "plain": (INK, 1.0), "faint": ("#8b939c", 0.8)}
# Sizes that read at 9 inches on a phone and on paper.
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "surgecrew",
    "text.parse_math": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlepad": 8,
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "hatch.linewidth": 0.4,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.handlelength": 2.6,
    "path.simplify": False,
}


def draw_chart(chart: Chart) -> str:
    """Draw panels above each other over one axis.

    Parameters
    ----------
    chart : Chart
        Panels, axis, name and text alternative.

    Returns
    -------
    str
        A whole SVG document with title and description.
    """
    heights = [panel.height_in for panel in chart.panels]
    gaps = GAP_IN * (len(heights) - 1)
    bottom = BOTTOM_IN + (0.0 if chart.timeline else 0.12)
    height = sum(heights) + gaps + TOP_IN + bottom

    def fill(figure: "Figure") -> None:
        base = height - TOP_IN
        for index, panel in enumerate(chart.panels):
            base -= panel.height_in
            width = WIDTH_IN - LEFT_IN - RIGHT_IN
            box = (LEFT_IN / WIDTH_IN, base / height, width / WIDTH_IN, panel.height_in / height)
            axes = figure.add_axes(box)
            _draw_panel(axes, panel, chart, is_first=index == 0)
            axes.tick_params(labelbottom=index == len(heights) - 1)
            base -= GAP_IN

    return _render(fill, (WIDTH_IN, height), chart.name, chart.alt)


def draw_dots(chart: DotChart) -> str:
    """Draw estimates with their intervals, one row each, panels side by side.

    Returns
    -------
    str
        A whole SVG document with title and description.
    """
    rows = max(len(panel.rows) for panel in chart.panels)

    def fill(figure: "Figure") -> None:
        grid = figure.subplots(1, len(chart.panels), sharey=True, squeeze=False)
        for index, panel in enumerate(chart.panels):
            _draw_dot_panel(grid[0, index], panel)
        if len(chart.panels) == 1:
            grid[0, 0].set_title("")
            title = clean_text(chart.panels[0].title, 90)
            figure.suptitle(title, x=0.0, ha="left", fontsize=9, fontweight="bold")

    size = (WIDTH_IN, 0.8 + 0.36 * rows)
    return _render(fill, size, chart.name, chart.alt, layout="constrained")


@functools.cache
def place_font_list() -> None:
    """Have matplotlib keep its list of fonts with the other caches; without one it says nothing.

    It takes a new folder for it where there is none, and says so on the terminal.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    root = find_user_folder("XDG_CACHE_HOME", ".cache")
    folder = None if root is None else root / "surgecrew" / "matplotlib"
    if "MPLCONFIGDIR" not in os.environ and folder and prepare_own_folder(folder) is None:
        os.environ["MPLCONFIGDIR"] = str(folder)


def _render(
    fill: Callable[["Figure"], None],
    size: tuple[float, float],
    name: str,
    alt: str,
    layout: Literal["constrained"] | None = None,
) -> str:
    place_font_list()
    import matplotlib
    from matplotlib.figure import Figure

    target = io.StringIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # the browser has fonts for the scripts that matplotlib's own lacks
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        settings: Any = matplotlib.rcParams
        settings.update(STYLE)
        figure = Figure(figsize=size, layout=layout)
        fill(figure)
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        figure.savefig(target, format="svg", metadata=nothing)
    return finish_svg(target.getvalue(), name, alt)


def _draw_panel(axes: "Axes", panel: Panel, chart: Chart, is_first: bool) -> None:
    axes.set_title(clean_text(panel.title, 80), x=-LEFT_IN / (WIDTH_IN - LEFT_IN - RIGHT_IN))
    handles = [_draw_line(axes, line, index) for index, line in enumerate(panel.lines)]
    _set_heights(axes, panel)
    if chart.timeline:
        _draw_timeline(axes, chart.timeline, is_first)
    else:
        _set_numbers(axes, chart)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    labels = [clean_text(line.label) for line in panel.lines]
    if len(labels) > 1 or (labels and panel.lines[0].low is not None):
        place: dict[str, Any] = {"bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.2}
        # a label that begins with an underscore would be left out
        shown = [f"\u200b{label}" if label.startswith("_") else label for label in labels]
        axes.legend(handles, shown, loc="lower right", ncols=len(labels), **place)


def _draw_line(axes: "Axes", line: Line, index: int) -> "Line2D":
    color, width = LOOKS[line.weight]
    if line.low is not None and line.high is not None:
        look: dict[str, Any] = {"facecolor": ACCENT, "alpha": 0.22}
        if index:
            look = {"facecolor": "none", "hatch": "////", "edgecolor": MUTED}
        step: Literal["post"] | None = "post" if line.is_step else None
        for low, high in ((line.low, line.high), *line.inner):
            axes.fill_between(line.x, low, high, linewidth=0, step=step, **look)
    (drawn,) = axes.plot(line.x, line.y, linestyle=line.style, color=color, linewidth=width)
    drawn.set_drawstyle("steps-post" if line.is_step else "default")
    return drawn


def _set_heights(axes: "Axes", panel: Panel) -> None:
    arrays = [
        each for line in panel.lines for each in (line.y, line.low, line.high) if each is not None
    ]
    values = np.concatenate([np.asarray(each, dtype=float) for each in arrays] or [np.zeros(1)])
    values = values[np.isfinite(values)]
    if values.size == 0:
        values = np.zeros(1)
    low, high = float(values.min()), float(values.max())
    if panel.is_from_zero:
        low = min(low, 0.0)
    room = (high - low) or max(abs(high), 1.0) * 0.1
    axes.set_ylim(low - (0 if panel.is_from_zero else 0.08 * room), high + 0.16 * room)
    axes.locator_params(axis="y", nbins=5, integer=panel.is_whole)
    _write_ticks(axes.yaxis)


def _write_ticks(axis: "Axis", is_signed: bool = False) -> None:
    """Give all ticks of an axis the same decimals, as few as show them apart."""
    values = [float(value) for value in axis.get_majorticklocs()]
    # 100,000 and more would not fit beside the axis.
    is_large = max(map(abs, values), default=0.0) >= 100_000
    scale, unit = (1000.0, "k") if is_large else (1.0, "")
    decimals = max((trim_decimals(value / scale, 4) for value in values), default=0)

    def write(value: float, _: object = None) -> str:
        sign = "+" if is_signed and round(value, decimals) > 0 else ""
        return sign + write_number(value / scale, decimals) + (unit if value else "")

    axis.set_major_formatter(write)


def _set_numbers(axes: "Axes", chart: Chart) -> None:
    axes.set_xlabel(clean_text(chart.x_title))
    if chart.is_log:
        axes.set_xscale("log")
    if chart.x_ticks:
        axes.set_xticks([tick.x for tick in chart.x_ticks])
        axes.set_xticklabels([clean_text(tick.label) for tick in chart.x_ticks])
    axes.minorticks_off()
    axes.margins(x=0.01)
    if not chart.is_log and not chart.x_ticks:
        _write_ticks(axes.xaxis)


def _draw_timeline(axes: "Axes", timeline: Timeline, is_first: bool) -> None:
    axes.set_xlim(timeline.start_min, timeline.end_min)
    for first, last in timeline.closed:
        axes.axvspan(first, last, facecolor=CLOSED, edgecolor="none", linewidth=0, zorder=0)
    for x in timeline.midnights[1:] if len(timeline.midnights) <= 40 else ():
        axes.axvline(x, color=FAINT, linewidth=0.6, zorder=0.5)
    axes.set_xticks([label.x for label in timeline.labels])
    axes.set_xticklabels([label.label for label in timeline.labels])
    axes.tick_params(axis="x", length=0)
    for mark, row in zip(timeline.marks, _stagger(timeline), strict=True):
        axes.axvline(mark.x, color=INK, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1.5)
        if is_first:
            _write_mark(axes, mark, row, timeline)


def _write_mark(axes: "Axes", mark: Mark, row: int, timeline: Timeline) -> None:
    side: Literal["left", "right"] = "right" if _is_late(mark, timeline) else "left"
    gap = (-4 if side == "right" else 4, -2 - 11 * row)
    axes.annotate(
        clean_text(mark.label, LONGEST_MARK),
        (mark.x, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=gap,
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=8,
        fontstyle="italic",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.7},
    )


def _stagger(timeline: Timeline) -> list[int]:
    """Pick a row for each mark's text, so that none stands over another."""
    spans = [_span_mark(mark, timeline) for mark in timeline.marks]
    rows: list[int] = []
    for index, (first, last) in enumerate(spans):
        taken = {
            row
            for (left, right), row in zip(spans[:index], rows, strict=True)
            if first < right and left < last
        }
        rows.append(next(row for row in range(len(rows) + 1) if row not in taken))
    return rows


def _span_mark(mark: Mark, timeline: Timeline) -> tuple[float, float]:
    width = timeline.end_min - timeline.start_min
    room = (len(clean_text(mark.label, LONGEST_MARK)) + 2) * MARK_CHARACTER * width
    return (mark.x - room, mark.x) if _is_late(mark, timeline) else (mark.x, mark.x + room)


def _is_late(mark: Mark, timeline: Timeline) -> bool:
    return mark.x - timeline.start_min > 0.75 * (timeline.end_min - timeline.start_min)


def _draw_dot_panel(axes: "Axes", panel: DotPanel) -> None:
    axes.set_title(clean_text(panel.title, 90))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    positions = range(len(panel.rows))
    for y, row in zip(positions, panel.rows, strict=True):
        face = ACCENT if is_shown(row.low, row.high) else "white"
        axes.plot([row.low, row.high], [y, y], color=ACCENT, linewidth=1.4, zorder=2)
        for end in (row.low, row.high):
            axes.plot([end, end], [y - 0.14, y + 0.14], color=ACCENT, linewidth=1.4, zorder=2)
        axes.plot([row.value], [y], "o", ms=7, mfc=face, mec=ACCENT, mew=1.4, zorder=3)
        sign = "+" if panel.is_signed and row.value > 0 else ""
        label = f"{sign}{write_number(row.value, panel.decimals)}"
        axes.annotate(
            label, (row.value, y), (0, 8), textcoords="offset points", ha="center", fontsize=8
        )
    axes.set_yticks(list(positions))
    axes.set_yticklabels([clean_text(row.label) for row in panel.rows])
    axes.set_ylim(len(panel.rows) - 0.5, -0.75)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.12)
    axes.locator_params(axis="x", nbins=5)
    _write_ticks(axes.xaxis, is_signed=panel.is_signed)
