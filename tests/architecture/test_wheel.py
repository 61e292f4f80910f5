"""What is installed: the wheel in a new environment, used from an empty folder.

Nothing is downloaded. The new environment gets our wheel and nothing else; for the
libraries a ``.pth`` file names the folder of the environment that runs the tests. Such
a folder's own ``.pth`` files are not read, so an editable ``sim`` is not seen through it.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import sysconfig
import venv
import zipfile

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[2]
CONFIGS = ROOT / "configs"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory):
    """Return the folder of commands of a new environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    # Putting pip into an environment takes longer than all else here.
    has_pip = importlib.util.find_spec("pip") is not None
    venv.create(folder, with_pip=not has_pip)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python] if has_pip else [python, "-m", "pip"]
    install = [*pip, "install", "--no-deps", "--no-index", "--quiet", wheel]
    subprocess.run(install, check=True, capture_output=True)
    [packages] = (folder / "lib").glob("python*/site-packages")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    return folder / "bin"


def run(command, folder):
    """Run without the compiler: what is asked is whether all files are there."""
    forgotten = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {key: os.environ[key] for key in os.environ if key not in forgotten}
    environment["NUMBA_DISABLE_JIT"] = "1"
    environment["XDG_STATE_HOME"] = str(pathlib.Path(command[0]).parent)
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_wheel_holds_the_package_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"sim", "surgecrew-0.1.0.dist-info"}
    assert "sim/MODEL.md" in names
    assert "surgecrew-0.1.0.dist-info/licenses/LICENSE" in names
    assert not [name for name in names if name.endswith(".pyc") or "__pycache__" in name]


def test_wheel_holds_every_file_of_package_and_configs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        f"sim/{path.relative_to(ROOT / 'sim').as_posix()}"
        for path in (ROOT / "sim").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".nbi"
    }
    shipped = {
        f"sim/_configs/{path.relative_to(CONFIGS).as_posix()}"
        for path in CONFIGS.rglob("*.yaml")
        if path.is_file()
    }
    assert ours | shipped <= names


def test_installed_package_is_not_the_checkout(scripts, tmp_path):
    answer = run([scripts / "python", "-c", "import sim; print(sim.__file__)"], tmp_path)
    assert answer.stderr == ""
    place = pathlib.Path(answer.stdout.strip())
    assert place.is_relative_to(scripts.parent)
    assert (place.parent / "_configs" / "config.yaml").is_file()


@pytest.mark.parametrize("command", [["surgecrew"], ["python", "-m", "sim"]], ids=str)
def test_help_from_an_empty_folder(scripts, tmp_path, command):
    answer = run([scripts / command[0], *command[1:], "--help"], tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "simulate" in answer.stdout
    assert list(tmp_path.iterdir()) == []


def test_bad_input_from_an_empty_folder_writes_nothing(scripts, tmp_path):
    answer = run([scripts / "surgecrew", "simulate", "scenario=telecom_weak"], tmp_path)
    assert answer.returncode == 2
    assert "telecom_week" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_simulate_from_an_empty_folder(scripts, tmp_path):
    command = "simulate scenario=validation/erlang_a run.replications=2 run.seed=1 run.workers=1"
    few = ("scenario.horizon.days=1", "scenario.demand.base_per_h=4")
    answer = run([scripts / "surgecrew", *command.split(), *few], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    [folder] = tmp_path.glob("results/simulate/*/*")
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["schema"] == 1
    assert summary["measures"]["mentions"]["n"] == 2
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["commit"] is None
    assert yaml.safe_load((folder / "config.yaml").read_text())["run"]["seed"] == 1
    assert str(tmp_path) not in (folder / "config.yaml").read_text()
