"""Pictures: well-formed, the same bytes, the user's words as they are, nothing external."""

import pathlib
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from sim.report.charts.chart import (
    DASHED,
    Chart,
    DotChart,
    DotPanel,
    DotRow,
    Line,
    Mark,
    Panel,
    Timeline,
)
from sim.report.charts.figures import _stagger, draw_chart, draw_dots
from sim.report.charts.svg import clean_text, inline_svg

HOSTILE = [
    "<script>alert(1)</script>",
    "a $math$ b_1^2",
    'q"uo&te',
    "_hidden",
    "\x00\x08bell",
    "\u6d4b\u8bd5",
]
SVG = "{http://www.w3.org/2000/svg}"


def make_chart(name: str = "one", label: str = "own", mark: str = "event") -> Chart:
    """Return two panels of a day and a half with a band, a step line, a gap and a mark."""
    x = 60.0 * np.arange(36)
    y = 5 + np.sin(x / 200.0)
    y[20] = np.nan
    lines = [
        Line(x, y, label, low=y - 1, high=y + 1),
        Line(x, y + 1, "other", DASHED, True, "plain"),
    ]
    band = Line(x, y, "second band", is_step=True, low=y - 1, high=y + 1)
    time = Timeline(
        0.0, 2160.0, (0.0, 1440.0), (Mark(720.0, "Mon"),), ((0.0, 420.0),), (Mark(600.0, mark),)
    )
    panels = [Panel("Mentions per hour", lines), Panel("People", [*lines, band])]
    return Chart(name, "caption", "what it shows", panels, time)


def make_dots() -> DotChart:
    """Return one estimate that excludes zero and one that does not."""
    rows = [DotRow("flat", 0.034, 0.030, 0.037), DotRow("erlang", 0.002, -0.002, 0.006)]
    return DotChart("dots", "caption", "what it shows", [DotPanel("Satisfaction", rows)])


def read_texts(svg: str) -> list[str]:
    """Return the texts of a picture."""
    return [str(each.text) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_picture_is_a_document_with_a_title():
    root = ElementTree.fromstring(draw_chart(make_chart()))
    assert root.get("role") == "img"
    titles = root.findall(f"{SVG}title")
    assert [title.text for title in titles] == ["what it shows"]
    assert root.get("aria-labelledby") == titles[0].get("id")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(name):
    svg = draw_chart(make_chart(label=name, mark=name))
    texts = [text.replace("\u200b", "") for text in read_texts(svg)]
    assert texts.count(clean_text(name)) == 3
    assert "<script" not in svg


def test_bytes_are_the_same_in_another_process_with_other_settings(tmp_path):
    settings = tmp_path / "matplotlibrc"
    settings.write_text(
        "font.size: 20\nsvg.fonttype: path\ntext.parse_math: True\n", encoding="utf-8"
    )
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]);"
        "from unit.test_report_figures import make_chart, make_dots;"
        "from sim.report.charts.figures import draw_chart, draw_dots;"
        "pathlib.Path(sys.argv[2]).write_text(draw_chart(make_chart()) + draw_dots(make_dots()))"
    )
    tests = pathlib.Path(__file__).parents[1]
    place = tmp_path / "out"
    environment = {
        "MATPLOTLIBRC": str(settings),
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(tests.parent),
    }
    subprocess.run(
        [sys.executable, "-c", code, str(tests), str(place)], check=True, env=environment
    )
    assert place.read_text() == draw_chart(make_chart()) + draw_dots(make_dots())


def test_identifiers_of_two_pictures_do_not_meet_and_references_hold():
    found = []
    for name in ("one", "two"):
        root = ElementTree.fromstring(draw_chart(make_chart(name)))
        names = {str(each.get("id")) for each in root.iter() if each.get("id")}
        text = ElementTree.tostring(root, encoding="unicode")
        used = {part.split(")")[0] for part in text.split("url(#")[1:]}
        assert used <= names
        assert used
        found.append(names)
    assert not found[0] & found[1]


def test_an_inline_picture_names_no_address():
    inline = inline_svg(draw_chart(make_chart(label='xmlns="kept" text')))
    assert "http" not in inline
    assert 'xmlns="kept" text' in inline
    assert inline.startswith("<svg")


def test_differences_show_without_color():
    svg = draw_chart(make_chart())
    assert "stroke-dasharray" in svg
    assert "<pattern" in svg
    dots = draw_dots(make_dots())
    assert "fill: #ffffff; stroke: #1d4f7c" in dots
    assert "fill: #1d4f7c; stroke: #1d4f7c" in dots


def test_numbers_beside_the_dots_are_those_given():
    texts = read_texts(draw_dots(make_dots()))
    assert "+0.034" in texts
    assert "+0.002" in texts


def test_an_empty_or_flat_series_is_drawn():
    x = 60.0 * np.arange(3)
    for y in (np.full(3, np.nan), np.zeros(3), np.full(3, 0.5)):
        panel = Panel("Flat", [Line(x, y, "own")], is_from_zero=False)
        assert "<svg" in draw_chart(Chart("flat", "", "", [panel], Timeline(0.0, 180.0)))


def test_marks_close_to_each_other_stand_in_different_rows():
    marks = tuple(Mark(x, "event") for x in (0.0, 10.0, 20.0, 900.0))
    assert _stagger(Timeline(0.0, 1000.0, marks=marks)) == [0, 1, 2, 0]
    late = tuple(Mark(x, "an event with a name") for x in (600.0, 800.0, 999.0))
    assert _stagger(Timeline(0.0, 1000.0, marks=late)) == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "clean"), [("a\x00b\x1fc", "abc"), ("a\n b", "a b"), ("x" * 99, None)]
)
def test_texts_are_cleaned_and_cut(text, clean):
    found = clean_text(text)
    assert found == (clean or "x" * 33 + "\u2026")
    assert len(found) <= 34


def test_large_numbers_beside_the_axis_are_written_short() -> None:
    x = 60.0 * np.arange(4)
    line = Line(x, np.array([0.0, 2e4, 1.6e5, 0.0]), "mentions")
    texts = [
        node.text
        for node in ElementTree.fromstring(
            draw_chart(Chart("c", "c", "c", [Panel("m", [line])]))
        ).iter(f"{SVG}text")
    ]
    assert {"0", "50k", "100k", "150k"} <= set(texts)
