"""Terms are marked once a part, outside of pictures and code, and nothing else is touched."""

import re

from sim.report.pages.glossary import GLOSSARY, list_glossary, mark_terms

PAGE = (
    "<html><head><title>promise</title></head><body><h1>A promise</h1>"
    "<p>The promise and the promise; on-call\u00a0crew. Tuned Erlang-A, roster\u2019s promised</p>"
    '<svg><text>promise</text></svg><code>promise</code><p title="roster">x</p>'
    '<h2>More</h2><p>the Promise</p><dl class="glossary"><dt>promise</dt></dl></body></html>'
)


def test_a_term_is_marked_once_in_each_part():
    """Catches marks in titles, pictures, code, the glossary, and words that only begin alike."""
    page = mark_terms(PAGE)
    marked = re.findall(r"<abbr title=\"[^\"]*\">([^<]*)</abbr>", page)
    assert marked == ["promise", "on-call\u00a0crew", "Tuned Erlang-A", "roster", "Promise"]
    assert re.sub(r"</?abbr[^>]*>", "", page) == PAGE


def test_the_glossary_has_every_term_once_in_order():
    terms = [term for term, _ in list_glossary()]
    assert terms == sorted(terms, key=str.lower)
    assert len(terms) == len(GLOSSARY)
    assert all(meaning.endswith(".") for _, meaning in list_glossary())
