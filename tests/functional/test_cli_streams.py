"""Standard streams closed or full, odd bytes in a path: the run is whole, the code right."""

import os
import pathlib
import subprocess
import sys

import pytest

from sim.store.text import read_json

STUB = """
import sys, types, pathlib
stub = types.ModuleType("sim.runs")
def run_simulate(config, progress):
    folder = pathlib.Path(config["run"].dir)
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.txt").write_text("kept")
    (folder / "summary.json").write_text("{}")
    return folder
stub.run_simulate = run_simulate
sys.modules["sim.runs"] = stub
from sim.cli.main import main
main()
"""


def run_shell(folder: pathlib.Path, arguments: str, streams: str) -> tuple[int, str, str]:
    """Run the command in a shell that closes or redirects its streams."""
    answer = subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {arguments} {streams}', sys.executable, STUB],
        capture_output=True, text=True, cwd=folder, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr
    assert "Exception" not in answer.stderr
    return answer.returncode, answer.stdout, answer.stderr


FULL = "standard output: cannot be written (No space left on device)\n"


@pytest.mark.parametrize(
    ("streams", "told"),
    [(">&-", ""), ("2>&-", ""), (">&- 2>&- <&-", ""), (">/dev/full", FULL), ("2>/dev/full", "")],
)
def test_a_run_is_done_whatever_its_streams(
    tmp_path: pathlib.Path, streams: str, told: str
) -> None:
    code, _, err = run_shell(tmp_path, "simulate run.dir=out", streams)
    assert (code, err) == (0, told)
    kept = {path.name: path.read_text() for path in (tmp_path / "out").glob("*.txt")}
    assert kept == {f"{number}.txt": "kept" for number in range(3)}


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full"])
def test_a_mistake_keeps_its_code(tmp_path: pathlib.Path, streams: str) -> None:
    code, out, _ = run_shell(tmp_path, "simulate scenario=nope", streams)
    assert (code, out) == (2, "")


def test_an_answer_that_is_lost_is_no_success(tmp_path: pathlib.Path) -> None:
    """A config or a help text is nowhere else; a reader that has enough is none of our concern."""
    assert run_shell(tmp_path, "simulate --cfg job", ">/dev/full")[::2] == (2, FULL)
    assert run_shell(tmp_path, "simulate --help", "| true; exit ${PIPESTATUS[0]}")[0] == 0


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems refuse such names")
def test_bytes_that_are_not_utf8(tmp_path: pathlib.Path) -> None:
    """They are kept in paths, shown escaped, and refused in values that are texts."""
    code, out, _ = run_shell(tmp_path, "simulate run.dir=$'caf\\xe9'", "")
    assert code == 0
    assert "Results: caf\\xe9" in out
    assert b"caf\xe9" in os.listdir(os.fsencode(tmp_path))
    for argument in ("scenario=$'n\\xe9.yaml'", "scenario.title=$'n\\xe9'", "$'scenario.n\\xe9=1'"):
        code, _, err = run_shell(tmp_path, f"simulate run.dir=x {argument}", "")
        assert (code, err.count("\n")) == (2, 1)
        assert "n\\xe9" in err
    assert not (tmp_path / "x").exists()


def test_a_whole_run_with_bytes_in_its_paths(tmp_path: pathlib.Path) -> None:
    """Config and passport are written and can be read again."""
    name = os.fsdecode(b"caf\xe9")
    (tmp_path / f"{name}.yaml").write_text("base: outage_day\nname: caf\n")
    command = [sys.executable, "-m", "sim", "simulate", f"scenario={name}.yaml", "policy=flat",
               "run.replications=1", f"run.dir={name}"]  # fmt: skip
    answer = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert answer.returncode == 0, answer.stderr
    assert b"Results: caf\\xe9\n" in answer.stdout
    assert (tmp_path / name / "report.html").is_file()
    assert read_json(tmp_path / name / "provenance.json")["seed"] == 1
    again = subprocess.run(
        [sys.executable, "-m", "sim", "report", name],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert (again.returncode, again.stderr) == (0, b"")
