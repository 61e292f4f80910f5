"""The page of a run: results in, one self-contained HTML file and its pictures out.

``draw_report`` picks the page by the verb, fills the template and writes
``report.html`` and ``figures/*.svg`` into the run's folder. Every text is
escaped by the template engine; only the pictures, made here, go in as they are.

Checked by ``tests/functional/test_report_page.py``.
"""

import functools
import os
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.report.charts.chart import Chart, DotChart
from sim.report.charts.figures import draw_chart, draw_dots
from sim.report.charts.svg import clean_lines, inline_svg
from sim.report.pages.calibration import describe_calibration
from sim.report.pages.common import list_provenance
from sim.report.pages.forecast import describe_forecast
from sim.report.pages.glossary import mark_terms
from sim.report.pages.plan import describe_plan
from sim.report.pages.review import describe_review
from sim.report.pages.runs import describe_comparison, describe_simulation
from sim.report.stored_run import StoredRun, read_run_folder
from sim.store.adding import add_files
from sim.store.stored import blaming

if TYPE_CHECKING:
    import jinja2

FIGURES = "figures"
TEMPLATES = pathlib.Path(__file__).parents[1] / "templates"
PAGES: dict[str, Callable[[StoredRun], dict[str, Any]]] = {
    "plan": describe_plan,
    "simulate": describe_simulation,
    "calibrate": describe_calibration,
    "forecast": describe_forecast,
    "review": describe_review,
    "compare": describe_comparison,
}


def draw_report(run_folder: str | os.PathLike[str]) -> pathlib.Path:
    """Draw the report of a stored run into its folder.

    Parameters
    ----------
    run_folder : path
        Folder of one run.

    Returns
    -------
    pathlib.Path
        The page, ``report.html``; the pictures are in ``figures/`` beside it.

    Raises
    ------
    InputError
        If this is no run folder, a file in it cannot be read, or another report is being written.
    OSError
        If the page cannot be written.
    """
    run = read_run_folder(pathlib.Path(run_folder))
    with blaming(run.path):
        context = PAGES[run.verb](run)
        pictures = draw_pictures(context)
        page = render_page(run, context, pictures)
    files = {f"{FIGURES}/{name}.svg": text.encode() for name, text in pictures.items()}
    add_files(run.path, {**files, "report.html": page.encode()})
    return run.path / "report.html"


def draw_pictures(context: dict[str, Any]) -> dict[str, str]:
    """Draw each picture of a page as SVG text, by name."""
    charts: list[Chart | DotChart] = [*context.get("charts", []), *context.get("extra_charts", [])]
    if context.get("dots"):
        charts.insert(0, context["dots"])
    return {
        chart.name: draw_dots(chart) if isinstance(chart, DotChart) else draw_chart(chart)
        for chart in charts
    }


@functools.cache
def load_templates() -> "jinja2.Environment":
    """Load the template engine: escapes every text, refuses names it does not know."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(run: StoredRun, context: dict[str, Any], pictures: dict[str, str]) -> str:
    """Fill the template of the run's verb."""
    return render(run.verb, context, pictures, list_provenance(run))


def render(
    template: str,
    context: dict[str, Any],
    pictures: dict[str, str],
    provenance: list[tuple[str, str]],
) -> str:
    """Fill a template by its name."""
    from markupsafe import Markup

    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    inline = {name: Markup(inline_svg(text)) for name, text in pictures.items()}
    page = (
        load_templates()
        .get_template(f"{template}.html.j2")
        .render(**context, pictures=inline, style=Markup(style), provenance=provenance)
    )
    return clean_lines(mark_terms(page) if context.get("glossary") else page)
