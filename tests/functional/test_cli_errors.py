"""Mistakes and bugs at the command line: exit codes, one line each, nothing written."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import types
import warnings
from collections.abc import Callable

import pytest

from sim.cli import interrupt, main
from sim.cli.interrupt import HEARD
from sim.errors import InfeasibleError, InputError, PartialError, PlaceWarning

Run = Callable[..., tuple[int, str, str]]
HEAVY = {
    "numpy",
    "numba",
    "scipy",
    "polars",
    "simpy",
    "pulp",
    "highspy",
    "plotly",
    "jinja2",
    "rich",
}


@pytest.fixture
def run(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return what runs the command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path.parent / f"{tmp_path.name}-state"))

    def call(*args: str) -> tuple[int, str, str]:
        code = main.run(list(args))
        answer = capsys.readouterr()
        return code, answer.out, answer.err

    return call


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Put a stub in the place of the verbs' work."""
    stub = types.ModuleType("sim.runs")
    monkeypatch.setitem(sys.modules, "sim.runs", stub)
    return stub


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("simulat", "did you mean simulate?"),
        ("--hlp", "unknown verb"),
        ("simulate scenario.demand.bse_per_h=3", "did you mean base_per_h?"),
        ("simulate scenario.horizon.days=week", "a whole number"),
        ("simulate scenario.demand.base_per_h=-1", "greater than or equal to 0"),
        ("simulate scenario.topics.error.resolution_share=1.1", "less than or equal to 1"),
        ("simulate scenario=campaign_week scenario.events.campaign.time_h=200", "inside the hori"),
        (
            "simulate scenario=campaign_week scenario.events.campaign.announced_h=0",
            "probability below 1",
        ),
        ("simulate scenario.shifts.kinds=[{start_h:9,length_h:8}]", "cover every open hour"),
        ("simulate scenario.team.pools.technical.skills=[error]", "'process' in one of"),
        ("simulate scenario.demand.spreading.branching_ratio=1", "less than 1"),
        ("simulate scenario.horizon.interval_min=0", "5, 10, 15, 20, 30 or 60"),
        ("simulate scenario.demand.base_per_h=.nan", "a finite number"),
        ("simulate scenario=missing.yaml", "scenario=missing.yaml: no such file"),
        ("simulate scenario=breach_wek", "did you mean breach_week?"),
        ("simulate policy=reactiv", "did you mean reactive?"),
        ("simulate breach_week", "did you mean scenario=breach_week?"),
        ("simulate run.engine=kernal", "did you mean kernel?"),
        ("simulate run.replications=0", "greater than or equal to 1"),
        ("simulate run.seed=1,2", "-m"),
        ("simulate --multrun", "did you mean --multirun?"),
        ("simulate --cfg hydra", "--cfg job"),
        ("simulate hydra.run.dir=x", "Hydra's own settings"),
        ("simulate run.dir=${oc.env:HOME}", "values are not interpolated"),
        ("plan -m planner.budget=1,-2", "greater than or equal to 0"),
        ("calibrate", "history=FILE"),
        ("calibrate mentions.csv", "did you mean history=mentions.csv?"),
        ("calibrate history=a.csv base=telecom_wek", "did you mean telecom_week?"),
        ("calibrate -m history=a.csv", "unknown option"),
        ("compare", "two or more runs"),
        ("compare a b", "a: no such folder"),
        ("compare latest latest", "no complete run in results"),
        ("compare a b speed=3", "no such folder"),
        ("report", "one run"),
        ("report a=1 b", "allowed for `report`: report.pdf=true"),
        ("verify fast", "`verify` takes no arguments"),
        ("completion fish", "completion bash|zsh"),
    ],
)
def test_bad_input_is_code_2_and_writes_nothing(
    run: Run, api: types.ModuleType, tmp_path: pathlib.Path, command: str, told: str
) -> None:
    code, out, err = run(*command.split(" "))
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / f"{tmp_path.name}-state").exists()


def test_not_utf8_and_other_broken_files(run: Run, tmp_path: pathlib.Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("name: Café".encode("latin-1"))
    code, _, err = run("plan", "scenario=latin.yaml")
    assert (code, err) == (2, "latin.yaml: not UTF-8 (byte 9); save it as UTF-8\n")
    (tmp_path / "half.yaml").write_text("name: [1, 2")
    code, _, err = run("plan", "scenario=half.yaml")
    assert code == 2
    assert err.startswith("half.yaml: line 2: ")
    assert err.count("\n") == 1


def test_nothing_at_all_is_told_how_to_begin(run: Run) -> None:
    code, out, _ = run()
    assert code == 2
    assert "surgecrew plan scenario=breach_week" in out


def test_all_mistakes_have_a_line(run: Run, api: types.ModuleType) -> None:
    code, _, err = run("simulate", "run.seed=-1", "scenario.horizon.days=0", "planner.delta=x")
    assert code == 2
    assert len(err.splitlines()) == 3
    assert all("allowed: " in line for line in err.splitlines())


def test_what_is_found_after_loading_names_the_file_too(run: Run, tmp_path: pathlib.Path) -> None:
    """A shift of a quarter hour on intervals of an hour is found when shifts are laid out."""
    kinds = "[{start_h: 7, length_h: 9.25}, "
    kinds += "{start_h: 15, length_h: 9}, {start_h: 23, length_h: 9}]"
    wrong = "scenario.shifts.kinds.0.length_h = 9.25: allowed: a multiple of "
    (tmp_path / "mine.yaml").write_text(
        f"base: telecom_week\nname: mine\nshifts: {{kinds: {kinds}}}\n"
    )
    words = ("policy=flat", "run.replications=1", "run.dir=out")
    code, _, told = run("simulate", "scenario=mine.yaml", *words)
    assert (code, told.partition(wrong)[0]) == (2, "mine.yaml: ")
    code, _, told = run("simulate", f"scenario.shifts.kinds={kinds}", *words)
    assert (code, told.partition(wrong)[0]) == (2, "override: ")
    assert not (tmp_path / "out").exists()


CLOSED = "{mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null}"


@pytest.mark.parametrize(
    "hours", ["scenario.shifts.open_to_h=1e-9", f"scenario.shifts.open_by_day={CLOSED}"]
)
@pytest.mark.parametrize("verb", ["plan", "simulate"])
def test_a_desk_that_never_opens_is_told_so(run: Run, verb: str, hours: str) -> None:
    """Catches a crash on an empty week, and one shorter than an interval."""
    policy = ["policy=erlang_a"] if verb == "simulate" else []
    code, _, err = run(verb, "scenario=telecom_week", hours, *policy)
    assert (code, err.count("\n")) == (2, 1)
    assert "scenario.shifts: no whole interval of the horizon is open; allowed:" in err


def test_a_warning_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The compiler changes the filters for each function, and ``once`` begins anew each time."""
    for _ in range(3):
        with warnings.catch_warnings():
            warnings.simplefilter("once", PlaceWarning)
            warnings.showwarning = main.print_warning
            warnings.warn("the disk of the test is full", PlaceWarning, stacklevel=1)
    assert capsys.readouterr().err == "the disk of the test is full\n"


def test_a_full_folder_is_refused_before_anything_runs(
    run: Run, api: types.ModuleType, tmp_path: pathlib.Path
) -> None:
    api.run_simulate = lambda config, progress: pytest.fail("it ran")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    code, _, err = run("simulate", "run.dir=mine")
    assert code == 2
    assert "run.dir=mine: is not empty" in err
    code, _, err = run("simulate", "-m", "run.dir=mine", "run.seed=1,2")
    assert code == 2


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InputError("a = 1: allowed: 2", "b = 3: allowed: 4"), 2, "a = 1: allowed: 2\nb = 3: "),
        (InfeasibleError("budget 10 is too small; 20 would do"), 3, "20 would do"),
        (PartialError("2 of 9 checks failed"), 4, "2 of 9 checks failed"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (KeyboardInterrupt("results/plan/x"), 130, "kept in results/plan/x"),
    ],
)
def test_exit_codes(
    run: Run, api: types.ModuleType, error: BaseException, code: int, told: str
) -> None:
    def fail(config: object, progress: object) -> None:
        raise error

    api.run_plan = fail
    found, out, err = run("plan")
    assert (found, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TypeError("axis is not supported"), "interrupted (TypeError: axis is not supported)\n"),
        (InputError("scores.py: failed"), "scores.py: failed\ninterrupted\n"),
        (InfeasibleError("nothing fits"), "nothing fits\ninterrupted\n"),
        (MemoryError(), "interrupted\n"),
    ],
)
def test_an_interrupt_that_a_library_takes_for_its_own_error_stays_one(
    run: Run,
    api: types.ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    """As numpy did with one that came within `unique`: no bug, 130, no further job of a sweep."""
    begun = []

    def fail(config: object, progress: object) -> None:
        begun.append(config)
        try:
            interrupt.note(signal.SIGINT, None)
        except KeyboardInterrupt:
            raise error from None

    for args in (["plan"], ["plan", "-m", "run.seed=1,2,3"]):
        monkeypatch.setattr(interrupt, "_requests", [])
        begun.clear()
        api.run_plan = fail
        code, _, err = run(*args)
        assert code == 130
        assert "bug" not in err
        assert len(begun) == 1
        assert err.endswith(told if len(args) == 1 else "")


def test_a_bug_leaves_a_log_and_one_line(
    run: Run, api: types.ModuleType, tmp_path: pathlib.Path
) -> None:
    api.run_plan = lambda config, progress: 1 / 0
    code, out, err = run("plan")
    assert (code, out) == (1, "")
    assert err.startswith("surgecrew has a bug: ZeroDivisionError: division by zero (traceback in ")
    assert err.count("\n") == 1
    [log] = (tmp_path.parent / f"{tmp_path.name}-state" / "surgecrew").iterdir()
    assert str(log) in err
    assert "ZeroDivisionError" in log.read_text()
    assert "test_cli_errors" in log.read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_bug_without_a_place_for_its_log(
    run: Run, api: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.run_plan = lambda config, progress: 1 / 0
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/dev/null/y")
    code, _, err = run("plan")
    assert (code, err) == (1, "surgecrew has a bug: ZeroDivisionError: division by zero\n")


def test_one_bad_job_of_a_sweep_is_code_4(
    run: Run, api: types.ModuleType, tmp_path: pathlib.Path
) -> None:
    def work(config: dict[str, object], progress: object) -> pathlib.Path:
        if config["run"].seed == 2:
            raise InfeasibleError("no plan")
        return finish(config)

    api.run_plan = work
    code, _, err = run("plan", "-m", "run.seed=1,2,3", "run.dir=all")
    assert code == 4
    assert err == "job 1: no plan\n1 of 3 jobs failed; the results of the others are kept\n"
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["0", "2"]


def finish(config: dict[str, object]) -> pathlib.Path:
    folder = pathlib.Path(config["run"].dir or "results/here")
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps({"schema": 1, "measures": {}}))
    return folder


def start(*args: str, **options: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "sim", *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def test_the_process_leaves_with_the_code(tmp_path: pathlib.Path) -> None:
    process = start("simulate", "scenario=nowhere", cwd=tmp_path)
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("scenario=nowhere: no shipped scenario and no file")
    assert list(tmp_path.iterdir()) == []


STUB = """
import sys, types, time, pathlib
stub = types.ModuleType("sim.runs")
def run_simulate(config, progress):
    try:
        print("started", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        if not {keeps}:
            raise
    folder = pathlib.Path(config["run"].dir)
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text("{{}}")
    return folder
stub.run_simulate = run_simulate
sys.modules["sim.runs"] = stub
from sim.cli.main import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("keeps", [False, True], ids=["loses", "keeps"])
def test_ctrl_c_and_a_request_to_end(tmp_path: pathlib.Path, number: int, keeps: bool) -> None:
    """Whether or not the run keeps what it has, no further job of a sweep begins."""
    arguments = ["simulate", "-m", "run.seed=1,2", "run.dir=all"]
    process = subprocess.Popen(
        [sys.executable, "-c", STUB.format(keeps=keeps), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    while process.stdout.readline() != "started\n":
        assert process.poll() is None
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    kept = "; finished results are kept in all/0" if keeps else ""
    assert (process.returncode, err) == (130, f"{HEARD.decode()}interrupted{kept}\n")
    assert [path.name for path in tmp_path.glob("all/*")] == (["0"] if keeps else [])


def test_a_reader_that_goes_is_no_traceback(tmp_path: pathlib.Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    answer = subprocess.run(
        [sys.executable, "-m", "sim", "plan", "--cfg", "job"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    os.close(writer)
    assert "Traceback" not in answer.stderr
    assert "Exception" not in answer.stderr


@pytest.mark.parametrize(
    ("args", "needed", "most"),
    [
        (("--help",), set(), 110),
        (("plan", "--help"), {"yaml"}, 180),
        (
            ("simulate", "scenario.demand.bse_per_h=3"),
            {"yaml", "hydra", "omegaconf", "antlr4", "packaging", "pydantic", "pydantic_core"},
            600,
        ),
    ],
    ids=["help", "verb", "error"],
)
def test_answers_come_at_once(
    tmp_path: pathlib.Path, args: tuple[str, ...], needed: set[str], most: int
) -> None:
    """What takes long to load (numpy, numba, polars, the solver) is loaded for work alone.

    Counted are the modules that an answer loads: 79, 125 and 430 when written.
    """
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom sim.cli import main\n"
        "try:\n    main.run(sys.argv[1:])\nfinally:\n"
        "    print('loaded:', *sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True, cwd=tmp_path, check=True, text=True,
    )  # fmt: skip
    loaded = answer.stderr.rpartition("loaded:")[2].split()
    rooms = {name.partition(".")[0] for name in loaded}
    assert "sim" in rooms
    assert rooms & HEAVY == set()
    assert rooms & {"yaml", "hydra", "omegaconf", "pydantic"} <= needed
    assert len(loaded) <= most
