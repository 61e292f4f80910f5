"""Our words with their meaning: at the end of a page, and on hover where each comes up.

Checked by ``tests/unit/test_report_glossary.py``.
"""

import html
import re

GLOSSARY = {
    "satisfaction": "How content a customer is at the end, 0 to 1: speed, solution, tone and "
    "number of replies, against what was expected. 0.010 more is 10 more satisfied customers of "
    "1,000.",
    "promise": "The time within which customers are told to get a first reply, and the share of "
    "them who shall get it.",
    "on-call crew": "People at home who come in for extra pay when far more customers wait than "
    "expected. Also: surge crew.",
    "surge crew": "People at home who come in for extra pay when far more customers wait than "
    "expected.",
    "pool": "People who take the same topics.",
    "Erlang-A": "The formula by which planning tools find how many people each interval needs, "
    "customers who give up included.",
    "tuned Erlang-A": "The best of a list of plans that follow Erlang-A, with the order of work, "
    "levels and crew that suit it best: the benchmark.",
    "thorough replies": "With more work, more tone and more cases solved than standard ones.",
    "standard replies": "As most cases are answered today.",
    "brief replies": "Short: less work, fewer cases solved at once.",
    "automatic replies": "The bot replies.",
    "calm": "No event is near.",
    "ahead": "Just before an announced event.",
    "surge": "While an event runs high.",
    "recovery": "While an event fades.",
    "configuration": "All that is decided but the roster: levels of effort, order of work, what is "
    "prepared, on-call crew.",
    "roster": "Who is on shift when.",
    "overtime": "Work beyond the end of a shift, at extra pay.",
    "sentiment": "How people feel about the brand as a whole, 0 to 1.",
    "mentions": "Messages and posts that name the brand, also those that need no answer.",
    "influence": "How many people read what an author writes.",
    "95 % interval": "Where the number lies with a chance of 95 %: the weeks that were simulated "
    "are a sample.",
    "fresh draws": "Simulated weeks that the search had not seen.",
    "lead": "How long before an announced event the team changes over.",
    "quality of care": "How good an answer was, before it is held against what was expected, "
    "0 to 1.",
}
"""terms and their meaning; the longer term is found first"""
SILENT = ("style", "svg", "title", "abbr", "code", "h1")
"""elements in which nothing is marked, beside the glossary"""


def list_glossary() -> list[tuple[str, str]]:
    """List terms with their meaning, by alphabet."""
    return sorted(
        ((term[:1].upper() + term[1:], meaning) for term, meaning in GLOSSARY.items()),
        key=lambda one: one[0].lower(),
    )


def mark_terms(page: str) -> str:
    """Give the first use of each term in each part of a page its meaning on hover.

    Only text between tags is touched; a part begins with a heading of the second order. In
    pictures, code, the style and the glossary itself nothing is marked.
    """
    words = sorted(GLOSSARY, key=len, reverse=True)
    spaced = (
        re.escape(html.escape(word)).replace(r"\ ", r"(?:\ |\u00a0|&nbsp;)") for word in words
    )
    pattern = re.compile(rf"(?<![\w-])({'|'.join(spaced)})(?![\w-])", re.IGNORECASE)
    meanings = {word.lower(): meaning for word, meaning in GLOSSARY.items()}
    seen: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        key = found[0].replace("\u00a0", " ").replace("&nbsp;", " ").lower()
        if key in seen or key not in meanings:
            return found[0]
        seen.add(key)
        return f'<abbr title="{html.escape(meanings[key])}">{found[0]}</abbr>'

    head, body, rest = page.partition("<body>")
    pieces, hidden = [], ""
    for piece in re.split(r"(<[^>]+>)", rest):
        if piece.startswith("<"):
            hidden = follow_tag(piece, hidden)
            seen = set() if piece == "<h2>" else seen
        elif not hidden:
            piece = pattern.sub(mark, piece)
        pieces.append(piece)
    return head + body + "".join(pieces)


def follow_tag(tag: str, hidden: str) -> str:
    """Name of the element inside which nothing is marked, after a tag; empty outside of all."""
    name = re.match(r"</?([a-z0-9]+)", tag)
    if name is None:
        return hidden
    word = name[1]
    if hidden:
        return "" if tag.startswith("</") and word == hidden else hidden
    if tag.startswith("</") or tag.endswith("/>"):
        return ""
    if word == "dl":
        return "dl" if "glossary" in tag else ""
    return word if word in SILENT else ""
