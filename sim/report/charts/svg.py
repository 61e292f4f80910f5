"""SVG text made fit for a page: names of its own, a text alternative, nothing external.

Several pictures stand in one page, so identifiers get the picture's name in
front. The XML namespaces stay in a file and go from a page, where HTML needs
none.

Checked by ``tests/unit/test_report_figures.py``.
"""

import html
import re

# Letters of a name before it is cut; longer ones crowd the picture.
LONGEST_NAME = 34
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: object, longest: int = LONGEST_NAME) -> str:
    """Make a user's text fit for a picture: no control characters, one line, not too long."""
    words = " ".join(_CONTROL.sub("", str(text)).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "\u2026"


def finish_svg(text: str, name: str, alt: str) -> str:
    """Make matplotlib's SVG a document of its own with title and description.

    Parameters
    ----------
    text : str
        As written by matplotlib.
    name : str
        Name of the picture: letters, digits, underscores.
    alt : str
        What the picture shows.
    """
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<[^>]+>", lambda tag: _rename(tag.group(), name), body)
    head, rest = body.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[\d.]+pt"', "", head)
    label = f'<title id="{name}-title">{html.escape(clean_text(alt, 4000))}</title>'
    return f'{head} role="img" aria-labelledby="{name}-title">{label}{rest}'


def inline_svg(text: str) -> str:
    """Make an SVG document an element of an HTML page."""
    return re.sub(r"<[^>]+>", lambda tag: _bare(tag.group()), text)


def _rename(tag: str, name: str) -> str:
    tag = re.sub(r'\bid="', f'id="{name}-', tag)
    tag = re.sub(r'(\bhref="#|url\(#)', rf"\g<1>{name}-", tag)
    return re.sub(r"(font: (?:italic )?(?:bold )?[\d.]+px )[^;\"]+", r"\1sans-serif", tag)


def _bare(tag: str) -> str:
    return re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", tag).replace("xlink:href", "href")


def clean_lines(text: str) -> str:
    """Strip a page of control characters, empty lines and blanks at the ends of its lines."""
    lines = (line.rstrip() for line in _CONTROL.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"
