"""What a bare ``import sim`` costs, and what every public function says about itself."""

import ast
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parents[2] / "sim"
HEAVY = ("scipy", "matplotlib", "pulp", "pyarrow", "highspy", "hydra", "distributed", "pandas")


def list_loaded(statement):
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in answer.stdout.split()}


def test_import_sim_is_light():
    loaded = list_loaded("import sim")
    assert "sim" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "module", ["schema", "text", "folder", "provenance", "tables", "time_forms"]
)
def test_store_is_light(module):
    loaded = list_loaded(f"import sim.store.{module}")
    assert loaded.isdisjoint(HEAVY)


def list_public(tree):
    """Yield every public class, and every public function or method of a public place."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from list_public(node)


def parse_modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_every_public_name_has_a_docstring():
    missing = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in parse_modules()
        for node in list_public(tree)
        if not ast.get_docstring(node)
    ]
    assert missing == []


def test_every_module_says_what_it_is():
    missing = [name for name, tree in parse_modules() if tree.body and not ast.get_docstring(tree)]
    assert missing == []


def test_no_module_bears_the_name_of_a_public_function():
    """``sim.plan`` is a function: a module of that name would take its place when imported."""
    functions = {"simulate", "plan", "calibrate", "draw", "play", "read_run", "load_scenario"}
    modules = {path.stem for path in PACKAGE.iterdir()}
    assert modules.isdisjoint(functions | {"load_policy"})


def test_plan_has_a_parameter_for_each_key_of_the_planner():
    """A key that is new, or gone, in the settings only would be missing from help(sim.plan)."""
    import inspect

    import sim
    from sim.scenario.settings import PlannerSettings

    names = [
        name
        for name, one in inspect.signature(sim.plan).parameters.items()
        if one.kind is one.KEYWORD_ONLY
    ]
    assert names == list(PlannerSettings.model_fields)


def test_calibrate_takes_what_its_room_takes():
    import inspect

    import sim
    import sim.calibration

    assert _list_defaults(inspect.signature(sim.calibrate)) == _list_defaults(
        inspect.signature(sim.calibration.calibrate)
    )


def _list_defaults(signature):
    return [(one.name, one.kind, one.default) for one in signature.parameters.values()]


def test_every_public_name_is_there():
    import sim

    assert [name for name in sim.__all__ if getattr(sim, name, None) is None] == []
    assert issubclass(sim.InfeasibleError, Exception)
    assert not issubclass(sim.InputError, sim.InfeasibleError)
