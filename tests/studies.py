"""Modules of a study under experiments/, for tests of its small cases."""

import importlib.util
import pathlib
import sys
import types
from collections.abc import Sequence

HOME = pathlib.Path(__file__).resolve().parents[1] / "experiments"


def load_study(study: str, names: Sequence[str]) -> list[types.ModuleType]:
    """Return modules of a study by name; they import their neighbors as its run.py does."""
    folder = HOME / study
    sys.path.insert(0, str(folder))
    try:
        return [load_module(study, folder / f"{name}.py") for name in names]
    finally:
        sys.path.remove(str(folder))


def load_module(study: str, path: pathlib.Path) -> types.ModuleType:
    """Return one module; `run` gets a name of its own, as each study has one."""
    name = f"{study}_run" if path.stem == "run" else path.stem
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
