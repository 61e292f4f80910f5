"""The shape of the house: small folders, one class of a name, no circles, a contract a room."""

import ast
import collections
import pathlib
import tomllib

PACKAGE = pathlib.Path(__file__).parents[2] / "sim"
MOST_MODULES = 20


def name_module(path):
    words = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


MODULES = {
    name_module(path): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if "_configs" not in path.parts
}


def list_imports(tree, modules):
    """Return the modules that are imported as a module loads, or for its types."""
    found = set()
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in names}
        elif isinstance(node, ast.If | ast.Try):
            waiting += ast.iter_child_nodes(node)
    return found & set(modules)


def find_circle(imports):
    """Return the modules of a circle, or nothing: what imports nothing is taken away in turn."""
    left = {name: set(names) - {name} for name, names in imports.items()}
    while free := {name for name, names in left.items() if not names}:
        left = {name: names - free for name, names in left.items() if name not in free}
    return sorted(left)


def test_a_circle_is_seen():
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert find_circle({"a": {"b"}, "b": set()}) == []


def test_imports_for_types_count_and_those_inside_functions_do_not():
    text = "if TYPE_CHECKING:\n    from m import a\nfrom m.b import x\ndef f():\n    import m.c\n"
    assert list_imports(ast.parse(text), {"m", "m.a", "m.b", "m.c"}) == {"m.a", "m.b"}


def test_no_circle():
    """`sim` itself hands out what others hold, lazily; it names them for its types alone."""
    imports = {
        name: list_imports(ast.parse(path.read_text(encoding="utf-8")), MODULES)
        for name, path in MODULES.items()
        if name != "sim"
    }
    assert find_circle({name: names - {"sim"} for name, names in imports.items()}) == []


def test_folders_are_small():
    sizes = collections.Counter(
        path.parent.relative_to(PACKAGE).as_posix()
        for path in MODULES.values()
        if path.name != "__init__.py"
    )
    assert {folder: n for folder, n in sizes.items() if n > MOST_MODULES} == {}


def test_no_two_classes_of_one_name():
    places = collections.defaultdict(list)
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_each_room_with_rooms_inside_has_an_import_contract():
    """Its layers must name every module (`exhaustive`): a new one has to find its place."""
    text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    layered = {
        place
        for one in contracts
        if one["type"] == "layers" and one.get("exhaustive")
        for place in one["containers"]
    }
    rooms = {
        name_module(path.parents[1] / "__init__.py")
        for path in MODULES.values()
        if path.name == "__init__.py" and path.parent != PACKAGE
    }
    assert rooms <= layered
