"""What a picture shows, as plain data: the page modules describe, `figures` draws.

Checked by ``tests/unit/test_report_figures.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

SOLID, DASHED, DOTTED, DASHDOT = "-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2))
Weight = Literal["strong", "plain", "faint"]
Style = str | tuple[int, tuple[float, ...]]


class Mark(NamedTuple):
    """A moment on the time axis that has a name."""

    x: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """A local clock along elapsed minutes.

    Attributes
    ----------
    start_min, end_min : float
        Ends of the axis [min of elapsed time].
    midnights : tuple of float
        Where a local day begins.
    labels : tuple of Mark
        Texts under the axis.
    closed : tuple of (float, float)
        Spans in which nobody is on shift.
    marks : tuple of Mark
        Brand events.
    """

    start_min: float
    end_min: float
    midnights: tuple[float, ...] = ()
    labels: tuple[Mark, ...] = ()
    closed: tuple[tuple[float, float], ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line, or a step line, with an optional band from ``low`` to ``high``.

    Bands of lower probability lie within it (``inner``), darker.
    """

    x: np.ndarray
    y: np.ndarray
    label: str
    style: Style = SOLID
    is_step: bool = False
    weight: Weight = "strong"
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    inner: Sequence[tuple[np.ndarray, np.ndarray]] = ()


@dataclass(frozen=True)
class Panel:
    """One pair of axes: a title that names what is counted and in which unit, and lines."""

    title: str
    lines: Sequence[Line]
    height_in: float = 1.7
    is_from_zero: bool = True
    is_whole: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture: panels above each other over one horizontal axis.

    Attributes
    ----------
    name : str
        File name without ending.
    alt : str
        What the picture shows, for who cannot see it.
    timeline : Timeline, optional
        The horizontal axis is local time; else numbers, `x_title`, maybe logarithmic.
    """

    name: str
    caption: str
    alt: str
    panels: Sequence[Panel]
    timeline: Timeline | None = None
    x_title: str = ""
    x_ticks: Sequence[Mark] = ()
    is_log: bool = False


class DotRow(NamedTuple):
    """An estimate with its interval; one that excludes zero gets a filled dot."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DotPanel:
    """Differences of one measure; `decimals` belong to the numbers beside the dots.

    What is no difference has no plus (`is_signed`).
    """

    title: str
    rows: Sequence[DotRow]
    decimals: int = 3
    is_signed: bool = True


@dataclass(frozen=True)
class DotChart:
    """A picture of paired differences, panels side by side with the same rows."""

    name: str
    caption: str
    alt: str
    panels: Sequence[DotPanel]
