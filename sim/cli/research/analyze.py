"""``surgecrew analyze``: what a finished sweep says.

Checked by ``tests/functional/test_analyze.py``.
"""

import pathlib
from typing import Any

from sim.cli.options import JSON, Options, read_options
from sim.cli.paths import find_runs
from sim.cli.progress import ProgressBar
from sim.cli.terminal import say, say_object
from sim.errors import InputError

KEYS = ("measures", "analyses", "breaks", "reference", "run.dir")
HELP = """\
Usage: surgecrew analyze SWEEP [KEY=VALUE ...]

Analyzes a finished sweep: analysis.json, tables (CSV), pictures and report.html in its
folder. What is made follows from the design; what it cannot give is refused at once:

  arms, list      differences: paired, with intervals that hold all at once; what they are
                  worth in staff, where policy.staff_factor or planner.budget is varied
  grid            effects and interactions of two; a quadratic metamodel; breaks
  lhs, sobol      a quadratic metamodel with its lack of fit; breaks
  saltelli        Sobol's indices, first order and total, also without noise; breaks
  morris          which factors matter: mu*, sigma

breaks: which futures break the plan, as boxes of factors (PRIM) with coverage and density; a
box is shown only where searches in shuffled futures find one as clear less than once in 50.

SWEEP is the folder of a sweep, such as results/sweep/my_study.

Settings:
  measures=a,b            null: satisfaction, promise, first reply, cost; a function's own
  analyses=sobol,breaks   null: all that the design gives
  breaks='satisfaction<.55'   what breaks a plan; null: the worst fifth of the futures
  reference=ARM           whom the others are compared with (arm, or number of a point)
  run.dir=null            folder of the analysis; null: the sweep's own

Options:
  --json      one object instead of lines
  --help      this text

Examples:
  surgecrew analyze results/sweep/my_study
  surgecrew analyze results/sweep/my_study 'breaks=answered_within_promise_share<.8'
  surgecrew analyze results/sweep/my_study measures=satisfaction reference=flat run.dir=seen"""


def run(args: list[str]) -> int:
    """Run the verb."""
    options = read_options("analyze", args, (JSON,), takes_paths=True)
    if options.wants_help:
        say(HELP)
        return 0
    given = read_settings(options)
    paths = find_runs(options.paths)
    if len(paths) != 1:
        raise InputError("analyze: allowed: the folder of one sweep")
    folder = paths[0]
    from sim.analysis.analyzing import analyze_folder
    from sim.analysis.storage import check_place, write_analysis
    from sim.analysis.sweep_data import find_currency
    from sim.store.stored import read_object

    target = pathlib.Path(given["run.dir"]) if "run.dir" in given else folder
    check_place(folder, target)
    with ProgressBar() as progress:
        found = analyze_folder(
            folder,
            progress,
            split(given.get("measures")),
            split(given.get("analyses")),
            given.get("breaks"),
            given.get("reference"),
        )
    currency = find_currency(folder)
    write_analysis(target, found, read_object(folder / "provenance.json"), currency)
    if options.wants_object:
        say_object({**found, "folder": str(target), "report": str(target / "report.html")})
        return 0
    tell(found, currency)
    say(f"Report: {target / 'report.html'}")
    say(f"Results: {target}")
    return 0


def tell(found: dict[str, Any], currency: str) -> None:
    """Say the lines that stand at the top of the page."""
    from sim.cli.results import make_plain
    from sim.report.pages.sweep import describe_sweep

    context = describe_sweep(found, currency)
    say(make_plain(f"Design: {context['design']}"))
    for line in context["short"]:
        say(make_plain(f"{line['name']}: {line['text']}"))
    say()


def split(text: str | None) -> list[str]:
    """The words of a list with commas, brackets or not."""
    words = (text or "").strip("[]").split(",")
    return [word.strip() for word in words if word.strip()]


def read_settings(options: Options) -> dict[str, str]:
    """The settings by key; those that are null are left out.

    Raises
    ------
    InputError
        An unknown one, or an empty one.
    """
    from sim.compose import suggest
    from sim.paths import expand_home

    given = dict(text.partition("=")[::2] for text in options.overrides)
    for key, value in given.items():
        if key not in KEYS:
            allowed = ", ".join(f"{one}=" for one in KEYS)
            raise InputError(f"analyze {key}={value}: unknown key {key}{suggest(key, KEYS)} "
                             f"(allowed: {allowed})")  # fmt: skip
        if not value:
            raise InputError(f"{key}=: allowed: {key}=VALUE")
    if "run.dir" in given:
        given["run.dir"] = expand_home(given["run.dir"])
    return {key: value for key, value in given.items() if value != "null"}
