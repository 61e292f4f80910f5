"""report.pdf: a page on paper, printed by an installed browser, or by weasyprint.

Of a plan what a meeting needs, four pages: the decision, its customers, what gets worse, the run
book, who works when, what it costs. Other pages are printed whole. Nothing is fetched. Checked by
``tests/functional/test_report_paper.py``.
"""

import html
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import warnings

from sim.errors import PlaceWarning
from sim.store.adding import add_files

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
"""programs that print a page without a window: by name, or where they are put"""
KEPT = (
    "Of 100 customers who need an answer",
    "What gets worse, and who comes last",
    "Run book",
    "Who works when",
    "What it costs",
)
"""headings of a plan's page that go on paper"""
# Four pages hold these parts at this size of type (about 8 pt), with the shifts in full.
DENSE = "@media print { html { font-size: 66%; } h2 { margin-top: 1.5rem; } }\n"
# A page of a few hundred kilobytes prints in two seconds; a browser that asks something never does.
PRINTING_S = 120
NO_PRINTER = (
    "report.pdf: not written, for neither a browser (Chromium, Chrome, Edge) nor weasyprint is "
    "installed; install one (pip install surgecrew[pdf] gets weasyprint), or print report.html"
)


def draw_paper(run_folder: str | os.PathLike[str]) -> pathlib.Path | None:
    """Print the report of a stored run into its folder; tell where nothing can print.

    Parameters
    ----------
    run_folder : path
        Folder of one run, with report.html.

    Returns
    -------
    pathlib.Path or None
        report.pdf; None where it could not be printed.
    """
    folder = pathlib.Path(run_folder)
    page = shorten_page((folder / "report.html").read_text(encoding="utf-8"))
    printed = print_page(page)
    if printed is None:
        warnings.warn(NO_PRINTER, PlaceWarning, stacklevel=2)
        return None
    add_files(folder, {"report.pdf": printed})
    return folder / "report.pdf"


def shorten_page(page: str) -> str:
    """Keep of a plan's page what goes on paper; another page as it is."""
    before, start, rest = page.partition("<main>")
    main, end, after = rest.partition("</main>")
    parts = re.split(r"(?=<h2>)", main)
    kept = [part for part in parts[1:] if read_heading(part) in KEPT]
    if not kept or KEPT[3] not in map(read_heading, kept):
        return page
    before = before.replace("</style>", f"{DENSE}</style>", 1)
    return before + start + "".join(kept) + end + after


def read_heading(part: str) -> str:
    """Read the heading that a part of a page begins with, without tags."""
    text = re.sub(r"<[^>]*>", "", part.partition("</h2>")[0])
    return " ".join(html.unescape(text).split())


def find_browser() -> str | None:
    """Find an installed browser that prints."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_page(page: str) -> bytes | None:
    """Print a page by a browser, else by weasyprint; None where there is neither."""
    browser = find_browser()
    printed = None if browser is None else print_by_browser(browser, page)
    return print_by_weasyprint(page) if printed is None else printed


def print_by_browser(browser: str, page: str) -> bytes | None:
    """Print by a browser without a window, with a profile of its own; None where it fails."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        source, target = pathlib.Path(room) / "report.html", pathlib.Path(room) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run"]
        # A browser refuses its sandbox to the superuser, and starts not at all with it; the page is
        # ours and fetches nothing.
        options += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        places = [f"--user-data-dir={room}/profile", f"--print-to-pdf={target}", source.as_uri()]
        try:
            subprocess.run(
                [browser, *options, *places], check=True, capture_output=True, timeout=PRINTING_S
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return target.read_bytes() if target.is_file() else None


def print_by_weasyprint(page: str) -> bytes | None:
    """Print by weasyprint where it is installed and starts."""
    try:
        import weasyprint
    except (ImportError, OSError):  # OSError: its libraries are missing
        return None
    printed: bytes = weasyprint.HTML(string=page, url_fetcher=refuse).write_pdf()
    return printed


def refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    """Refuse to fetch anything: a page has all in it."""
    raise ValueError(f"{url}: pages fetch nothing")
