"""The report on paper: a plan's first parts, printed by what there is, told where there is none."""

import re
import warnings

import pytest
import report_folders as folders

from sim.errors import PlaceWarning
from sim.report.pages import paper
from sim.report.pages.page import draw_report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a plan with its page."""
    made = folders.write_plan_folder(tmp_path_factory.mktemp("paper") / "run")
    draw_report(made)
    return made


def test_a_plan_keeps_its_first_parts_and_nothing_else(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    short = paper.shorten_page(page)
    headings = [paper.read_heading(part) for part in re.split(r"(?=<h2>)", short)[1:]]
    assert headings == ["Who works when", "What it costs"]
    assert "<h1>" in short
    assert short.endswith(page[-200:])


def test_another_page_is_printed_whole():
    page = "<header></header><main><h2>Runs</h2><p>x</p></main>"
    assert paper.shorten_page(page) == page


def test_where_nothing_prints_it_is_told_and_nothing_is_written(folder, monkeypatch):
    monkeypatch.setattr(paper, "BROWSERS", ())
    monkeypatch.setattr(paper, "print_by_weasyprint", lambda _: None)
    with pytest.warns(PlaceWarning, match=r"report\.pdf: not written"):
        assert paper.draw_paper(folder) is None
    assert not (folder / "report.pdf").exists()


def test_a_browser_that_fails_leaves_it_to_weasyprint(monkeypatch):
    monkeypatch.setattr(paper, "BROWSERS", ("false",))
    monkeypatch.setattr(paper, "print_by_weasyprint", lambda page: page.encode())
    assert paper.print_page("<p>x</p>") == b"<p>x</p>"


@pytest.mark.skipif(paper.find_browser() is None, reason="no browser is installed")
def test_an_installed_browser_prints_four_pages_at_most(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        printed = paper.draw_paper(folder)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 4
