"""The list of mutations fits the tree: each text once in its file, each named test there.

Nothing is mutated here; `make mutate` does that.
"""

import ast
import pathlib

from tests.studies import load_study

(study,) = load_study("mutations", ["run"])
HOME = pathlib.Path(__file__).resolve().parents[2]
ROOMS = {path.parent.name for path in (HOME / "sim").glob("*/__init__.py")}


def list_functions(file):
    tree = ast.parse((HOME / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_can_be_made_and_names_tests_that_are_there():
    mutations = study.read_mutations()
    assert [fault for one in mutations if (fault := one.find_fault())] == []
    for file, _, name in {test.partition("::") for one in mutations for test in one.tests}:
        assert name.partition("[")[0] in list_functions(file), f"{file} has no {name}"


def test_each_changes_its_file_to_another_that_is_python():
    for one in study.read_mutations():
        text = (HOME / one.file).read_text(encoding="utf-8")
        assert one.old != one.new
        ast.parse(text.replace(one.old, one.new))


def test_every_room_has_one():
    assert ROOMS - {one.room for one in study.read_mutations()} == set()


def test_what_does_not_fit_is_told():
    one = study.Mutation("sim/kept.py", "no such text", "", ("tests/unit/test_kept.py",))
    assert one.find_fault().endswith("is found 0 times, allowed: once")
    gone = study.Mutation("sim/kept.py", "class Kept(", "", ("tests/unit/test_gone.py",))
    assert gone.find_fault() == "sim/kept.py: names tests/unit/test_gone.py, which is not there"
