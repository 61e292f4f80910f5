"""Every test that a module's head names is there, and tests that module.

A unit test or one of theory comes to the module over few others; one that plays a verb
or a whole plan reaches it by imports at any remove. Imports inside functions count, and so do
modules that are loaded by their name.
"""

import ast
import functools
import pathlib
import re

HOME = pathlib.Path(__file__).resolve().parents[2]
NAMED = re.compile(r"\btests/[\w/*]*\w(?:\*|\.py)?")
# The parts of the reference engine lie deepest: five modules from a test, that one counted.
NEAR, FAR = 5, 30
RUNS_THE_PROGRAM = re.compile(r'"-m",\s*"sim"|\bsurgecrew\b')


def name_module(path):
    """Return the dotted name of a file; of a package's own file that of its folder."""
    return ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def list_modules():
    """Return the file of each module of the package and of the tests' helpers, by its name."""
    package = {name_module(path): path for path in sorted((HOME / "sim").rglob("*.py"))}
    helpers = {
        name: path
        for path in sorted((HOME / "tests").rglob("*.py"))
        if not path.name.startswith("test_")
        for name in (path.stem, name_module(path))
    }
    return helpers | package


@functools.cache
def list_imports(path):
    """Return the modules of the package and of the tests' helpers that a file imports."""
    found, text = set(), path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    if RUNS_THE_PROGRAM.search(text) and HOME / "tests" in path.parents:
        found.add("sim.cli.main")
    return sorted(found & set(list_modules()))


def list_own(path):
    """Return a file of tests and all helpers that it imports."""
    own, left = {path}, [path]
    while left:
        names = [name for name in list_imports(left.pop()) if not name.startswith("sim")]
        fresh = {list_modules()[name] for name in names} - own
        own |= fresh
        left += sorted(fresh)
    return own


@functools.cache
def list_reached(path, most):
    """Return the modules of the package that a file of tests reaches over at most so many."""
    reached, fresh = set(), list_own(path)
    for _ in range(most):
        names = {name for one in fresh for name in list_imports(one) if name.startswith("sim")}
        fresh = {list_modules()[name] for name in names - reached}
        reached |= names
    return reached


def list_tests(named):
    """Return the files that a head names: a file, several by a star, or all of a folder."""
    if named.endswith(".py"):
        return sorted(HOME.glob(named))
    return sorted(HOME.glob(f"{named}.py" if "*" in named else f"{named}/**/test_*.py"))


def list_claims():
    """Return (module, what its head names) of all modules."""
    return [
        (module, named)
        for module, path in list_modules().items()
        if module.startswith("sim")
        for named in NAMED.findall(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
    ]


def is_tested(module, path):
    """Tell whether a file of tests comes to a module."""
    near = path.parent.name in ("unit", "theory")
    return module in list_reached(path, NEAR if near else FAR)


def find_faults(claims):
    """Return what is not there, or tests something else."""
    faults = []
    for module, named in claims:
        files = list_tests(named)
        if not files:
            faults.append(f"the head of {module} names {named}, which is not there")
        elif not any(is_tested(module, path) for path in files):
            faults.append(f"the head of {module} names {named}, which does not come to it")
    return faults


def test_what_a_head_names_is_there_and_tests_the_module():
    claims = list_claims()
    assert len(claims) > 100
    assert find_faults(claims) == []


def test_what_is_not_there_or_tests_something_else_is_told():
    """A file of no other use than its own words would pass a check that only asks for names."""
    near = ("sim.queueing.erlang", "tests/theory/test_queueing_erlang.py")
    gone = ("sim.queueing.erlang", "tests/theory/test_queueing_erlan.py")
    other = ("sim.queueing.erlang", "tests/unit/test_store_text.py")
    assert [fault.rpartition(", ")[2] for fault in find_faults([near, gone, other])] == [
        "which is not there",
        "which does not come to it",
    ]
