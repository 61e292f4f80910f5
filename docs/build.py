"""Write the API reference from the docstrings into build/docs (``make docs``); warnings are errors.

What ``import sim`` offers comes first; the rooms behind it follow, for those who change them.
"""

import pathlib
import pkgutil
import shutil
import warnings

import pdoc
import pdoc.render

import sim

HOME = pathlib.Path(__file__).resolve().parents[1]
PLACE = HOME / "build" / "docs"


def main() -> None:
    """Build all pages anew."""
    warnings.simplefilter("error")
    # pdoc looks into the module's own dictionary, which the names enter when first asked for.
    vars(sim).update({name: getattr(sim, name) for name in sim.__all__})
    pdoc.render.configure(
        docformat="numpy", show_source=False, footer_text=f"Surgecrew {sim.__version__}"
    )
    shutil.rmtree(PLACE, ignore_errors=True)
    inside = [one.name for one in pkgutil.iter_modules(sim.__path__)]
    rooms = [f"sim.{name}" for name in inside if name not in {"__main__", *sim.__all__}]
    pdoc.pdoc("sim", *rooms, output_directory=PLACE)
    print(PLACE.relative_to(HOME) / "index.html")


if __name__ == "__main__":
    main()
