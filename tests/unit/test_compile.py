"""The cache of compiled code follows the sources; the switch of the compiler works."""

import os
import pathlib
import shutil
import subprocess
import sys
import textwrap

import pytest

from sim import compile as door
from sim.errors import InputError, SurgecrewError

PACKAGE = pathlib.Path(door.__file__).parent


def run_python(program, folder, **variables):
    inherited = {key: os.environ[key] for key in os.environ if key != "NUMBA_CACHE_DIR"}
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=folder,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split()


@pytest.fixture
def sources(tmp_path):
    """Return a copy of every file that may hold compiled code."""
    package = tmp_path / "sim"
    for room in door.COMPILED_ROOMS:
        if (PACKAGE / room).is_dir():
            shutil.copytree(PACKAGE / room, package / room)
        else:
            (package / room).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PACKAGE / room, package / room)
    return package


def test_key_follows_the_sources(sources):
    before = door.hash_sources(sources)
    assert before == door.hash_sources(PACKAGE)
    rule = next(path for path in sorted((sources / "rules").glob("*.py")) if path.stat().st_size)
    rule.write_text(rule.read_text() + "\n")
    assert door.hash_sources(sources) != before


@pytest.mark.parametrize("room", door.COMPILED_ROOMS)
def test_every_room_counts(sources, room):
    before = door.hash_sources(sources)
    place = sources / room
    path = place if place.is_file() else place / "new_file.py"
    path.write_text((path.read_text() if path.exists() else "") + "# more\n")
    assert door.hash_sources(sources) != before


def test_readable_engine_does_not_count(sources):
    before = door.hash_sources(sources)
    path = sources / "care" / "reference" / "engine.py"
    path.write_text(path.read_text() + "# more\n")
    assert door.hash_sources(sources) == before


def test_key_follows_a_file_that_moves(sources):
    before = door.hash_sources(sources)
    (sources / "rules" / "__init__.py").rename(sources / "rules" / "other.py")
    assert door.hash_sources(sources) != before


def test_every_importer_of_jit_is_hashed():
    """Whoever compiles something lies in a room that the key covers."""
    users = [
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*.py")
        if "from sim.compile import" in path.read_text(encoding="utf-8")
        and "jit" in path.read_text(encoding="utf-8").split("from sim.compile import")[1][:60]
    ]
    rooms = set(door.COMPILED_ROOMS)
    assert users
    assert [path for path in users if not {path.parts[0], path.as_posix()} & rooms] == []


def test_edited_helper_is_not_served_from_the_cache(tmp_path):
    """What the key is for: numba alone returns the old result (1), the key the new one (2)."""
    package = tmp_path / "sim"
    (package / "rules").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules" / "__init__.py").write_text("")
    for name in ("compile.py", "errors.py", "places.py"):
        shutil.copy(PACKAGE / name, package / name)
    (package / "rules" / "user.py").write_text(
        "from sim.compile import jit\nfrom sim.rules.helper import helper\n"
        "@jit\ndef use():\n    return helper()\n"
    )
    helper = package / "rules" / "helper.py"
    ask = "from sim.rules.user import use; print(use())"
    answers = []
    for value in (1, 2):
        helper.write_text(f"from sim.compile import jit\n@jit\ndef helper():\n    return {value}\n")
        answers += run_python(ask, tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"), PYTHONPATH=".")
    assert answers == ["1", "2"]
    assert len(list((tmp_path / "cache" / "surgecrew").iterdir())) == 2


def test_cache_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert door.choose_cache_folder().parent == tmp_path / "surgecrew"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert door.choose_cache_folder().parent == tmp_path / "home" / ".cache" / "surgecrew"


CACHED = """
    import sys
    from sim.compile import jit

    @jit
    def double(x):
        return 2 * x

    print(double(21), sum(double.stats.cache_hits.values()))
"""


def spoil_index(cache):
    [index] = cache.rglob("*.nbi")
    index.write_bytes(index.read_bytes()[:40])


def spoil_data(cache):
    [data] = cache.rglob("*.nbc")
    data.write_bytes(b"")


def test_a_damaged_cache_is_compiled_anew_and_then_used(tmp_path):
    (tmp_path / "program.py").write_text(textwrap.dedent(CACHED))
    told = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": "."}
    ask = "import program"
    assert run_python(ask, tmp_path, **told) == ["42", "0"]
    for spoil in (spoil_index, spoil_data):
        spoil(tmp_path / "cache")
        assert run_python(ask, tmp_path, **told) == ["42", "0"], spoil.__name__
        assert run_python(ask, tmp_path, **told) == ["42", "1"], spoil.__name__


@pytest.mark.parametrize("trouble", ["full", "open to others", "no folder"])
def test_a_cache_that_cannot_be_used_ends_no_run(tmp_path, trouble):
    """Nor is another place taken instead, such as one beside the sources."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(CACHED))
    cache = tmp_path / "cache"
    cache.mkdir()
    limit = ""
    if trouble == "full":
        limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
    elif trouble == "open to others":
        cache.chmod(0o777)
    else:
        cache.rmdir()
        cache.touch()
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}import program"],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": ".",
             "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["42", "0"]
    assert "PlaceWarning: compiled code is not cached (" in done.stderr
    assert str(cache) in done.stderr
    assert not list(tmp_path.rglob("*.nb?"))[1:]
    assert not (tmp_path / "__pycache__").exists()


def test_a_named_cache_is_respected(tmp_path):
    program = "import sim.compile, os; print(os.environ['NUMBA_CACHE_DIR'])"
    assert run_python(program, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "mine")) == [
        str(tmp_path / "mine")
    ]


@pytest.mark.parametrize(("switch", "is_on"), [("0", "True"), ("1", "False")])
def test_compiler_can_be_switched_off(tmp_path, switch, is_on):
    program = """
        import types
        from sim.compile import is_jit_on, jit

        @jit
        def double(x):
            return 2 * x

        print(is_jit_on(), double(21), not isinstance(double, types.FunctionType))
    """
    source = tmp_path / "program.py"
    source.write_text(textwrap.dedent(program))
    answer = run_python("import program", tmp_path, NUMBA_DISABLE_JIT=switch, PYTHONPATH=".")
    assert answer == [is_on, "42", is_on]


def test_input_error_has_a_line_for_each_mistake():
    error = InputError("a=1: must be less", "b=2: must be more")
    assert str(error).splitlines() == list(error.errors)
    assert error.exit_code == 2
    assert isinstance(error, SurgecrewError)
