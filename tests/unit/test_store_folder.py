"""A run folder is whole or not there, whatever ends the writer."""

import datetime
import errno
import json
import pathlib
import signal
import subprocess
import sys
import textwrap

import pytest

from sim.errors import InputError
from sim.store import folder as store
from sim.store.latest import find_latest

PASSPORT = json.dumps({"schema": 1, "verb": "simulate", "versions": {}})
NOON = datetime.datetime(2026, 3, 1, 12, 0, 0, tzinfo=datetime.UTC)


def write_run(target: pathlib.Path, text: str = "", overwrite: bool = False) -> pathlib.Path:
    with store.build_run_folder(target, overwrite) as run:
        (run.part / store.WHOLE).write_text(PASSPORT)
        (run.part / "summary.json").write_text(text)
    return run.final


def read_text(target: pathlib.Path) -> str:
    return (target / "summary.json").read_text()


def test_folder_appears_only_when_the_block_ends(tmp_path):
    target = tmp_path / "plan" / "week" / "run"
    with store.build_run_folder(target) as run:
        (run.part / "a.txt").write_text("x")
        (run.part / "figures").mkdir()
        (run.part / "figures" / "b.svg").write_text("y")
        assert not target.exists()
        assert [p.name for p in target.parent.iterdir()] == [".surgecrew-part-run"]
        assert run.part.parent == target.parent / ".surgecrew-part-run"
    assert run.final == target
    assert sorted(p.name for p in target.rglob("*")) == ["a.txt", "b.svg", "figures"]
    assert [p.name for p in target.parent.iterdir()] == ["run"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_error_leaves_nothing_not_even_new_parents(tmp_path, error):
    def build():
        with store.build_run_folder(tmp_path / "a" / "b" / "run") as run:
            (run.part / "file").write_text("half")
            raise error

    with pytest.raises(error):
        build()
    assert list(tmp_path.iterdir()) == []


def test_error_leaves_parents_that_others_use(tmp_path):
    def build():
        with store.build_run_folder(tmp_path / "a" / "run"):
            (tmp_path / "a" / "other").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["other"]


@pytest.mark.parametrize("moment", range(4))
def test_killed_writer_leaves_no_whole_looking_folder(tmp_path, moment):
    """SIGKILL at four moments, the last of them just before the rename."""
    target = tmp_path / "results" / "run"
    program = textwrap.dedent(
        """
        import pathlib, sys, time
        from sim.store import folder as store

        target, moment = pathlib.Path(sys.argv[1]), int(sys.argv[2])

        def stop_at(number):
            if number == moment:
                print("here", flush=True)
                time.sleep(60)

        flush = store._flush
        def flush_and_stop(part):
            flush(part)
            stop_at(3)
        store._flush = flush_and_stop
        with store.build_run_folder(target) as run:
            stop_at(0)
            (run.part / "summary.json").write_text("{")
            stop_at(1)
            (run.part / "provenance.json").write_text("{}")
            stop_at(2)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(target), str(moment)], stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGKILL)
    assert not target.exists()
    with pytest.raises(InputError, match="latest"):
        find_latest(tmp_path / "results")
    assert write_run(target) == target
    assert [p.name for p in target.parent.iterdir()] == ["run"]


def test_interrupt_signal_clears_the_part(tmp_path):
    program = (
        "import sys, time\nfrom sim.store import folder\n"
        "with folder.build_run_folder(sys.argv[1]) as run:\n"
        "    print('here', flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
    assert list(tmp_path.iterdir()) == []


def test_full_folder_is_refused_and_untouched(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with pytest.raises(InputError, match=r"run\.dir=.*not empty.*run\.overwrite=true"):
        write_run(target, "second")
    assert read_text(target) == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_overwrite_replaces_the_whole_folder(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    (target / "plan.csv").write_text("x")
    assert write_run(target, "second", overwrite=True) == target
    assert read_text(target) == "second"
    assert sorted(p.name for p in target.iterdir()) == [store.WHOLE, "summary.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_overwrite_takes_rooms_of_the_killed_within_the_run_and_no_folder_of_the_users(tmp_path):
    """A name alone is no marker: what a user calls like a room of ours is not lost."""
    target = write_run(tmp_path / "run")
    killed = "import os, sys; import pathlib\nfrom sim.store.claim import claim_place\n"
    killed += "with claim_place(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", killed, str(target / "files")], check=False)
    assert (target / ".surgecrew-part-files").is_dir()
    write_run(target, "second", overwrite=True)
    mine = target / ".surgecrew-part-mine"
    mine.mkdir()
    (mine / "picture.jpg").write_text("dear")
    with pytest.raises(
        InputError, match=r"contains \.surgecrew-part-mine, which is not part of a run"
    ):
        write_run(target, overwrite=True)
    assert (mine / "picture.jpg").read_text() == "dear"


def test_failed_overwrite_keeps_the_old_run(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with pytest.raises(ValueError, match="late"), store.build_run_folder(target, True):
        raise ValueError("late")
    assert read_text(target) == "first"


def test_overwrite_spares_what_is_no_run(tmp_path):
    target = tmp_path / "home"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="replaces only a run's folder"):
        write_run(target, overwrite=True)
    assert (target / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("foreign", [False, True], ids=["of another program", "with a thesis"])
def test_overwrite_spares_what_is_not_only_a_run(tmp_path, foreign):
    target = tmp_path / "home"
    if foreign:
        write_run(target)
        (target / "thesis.tex").write_text("years of work")
    else:
        target.mkdir()
        (target / store.WHOLE).write_text('{"made_by": "another program"}')
    before = {path.name: path.read_text() for path in target.iterdir()}
    with pytest.raises(InputError, match=r"thesis\.tex" if foreign else "has no provenance"):
        write_run(target, overwrite=True)
    assert {path.name: path.read_text() for path in target.iterdir()} == before


def test_the_current_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is the current folder"):
        write_run(pathlib.Path())


def test_empty_folder_is_a_fine_place(tmp_path):
    target = tmp_path / "run"
    target.mkdir()
    assert write_run(target) == target


def test_link_to_an_empty_folder_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk", target_is_directory=True)
    assert write_run(tmp_path / "link") == tmp_path / "disk"


def test_place_taken_meanwhile_costs_no_result(tmp_path):
    target = tmp_path / "run"
    with store.build_run_folder(target) as run:
        (run.part / "summary.json").write_text("mine")
        target.mkdir()
        (target / "theirs").write_text("x")
    assert run.final == tmp_path / "run-2"
    assert read_text(run.final) == "mine"


def test_file_in_the_place_is_refused(tmp_path):
    (tmp_path / "run").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        write_run(tmp_path / "run")


@pytest.mark.parametrize("name", ["x" * 300, "a/../file/run"])
def test_place_that_cannot_be_is_one_line(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"run\.dir=") as caught:
        write_run(tmp_path / name)
    assert "\n" not in str(caught.value)


def fill_disk(run):
    run.settle()
    raise OSError(errno.ENOSPC, "Error writing bytes to file")


def remove_folder(run):
    run.settle()
    run.part.rmdir()
    (run.part / "a.json").write_text("{}")


@pytest.mark.parametrize(
    ("fault", "told"),
    [(fill_disk, "No space left on device"), (remove_folder, "its folder was removed")],
)
def test_a_disk_that_fails_is_one_line_and_leaves_nothing(tmp_path, fault, told):
    def build():
        with store.build_run_folder(tmp_path / "new" / "run") as run:
            fault(run)

    with pytest.raises(InputError, match=rf"run\.dir=.*run: cannot be written \({told}\)$"):
        build()
    assert list(tmp_path.iterdir()) == []


def test_another_disk_that_fails_is_not_taken_for_the_runs(tmp_path):
    """While the run is computed nothing is written there: it is a cache's disk."""

    def build():
        with store.build_run_folder(tmp_path / "run"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space") as caught:
        build()
    assert not isinstance(caught.value, InputError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [ValueError("late"), OSError(errno.ENOSPC, "full")])
def test_what_fails_after_the_results_costs_none(tmp_path, error, monkeypatch):
    """Also where the page is drawn by a run that was never whole before."""
    monkeypatch.chdir(tmp_path)
    seen = []

    def draw(folder):
        seen.append((folder, read_text(folder)))
        raise error

    def build():
        with store.build_run_folder("run") as run:
            (run.part / "summary.json").write_text("kept")
            run.add(draw)

    with pytest.raises((ValueError, InputError)) as caught:
        build()
    told = [str(caught.value), *getattr(caught.value, "__notes__", [])]
    assert any("run" in line and "kept" in line for line in told)
    assert seen == [(tmp_path / "run", "kept")]
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_default_place_that_is_written_gets_a_number(tmp_path):
    target = tmp_path / "a" / "2026"
    with store.build_run_folder(target, may_number=True) as first:
        with store.build_run_folder(target, may_number=True) as second:
            assert second.final.name == "2026-2"
        assert write_run(target.with_name("2026-3")).name == "2026-3"
        with store.build_run_folder(target, may_number=True) as fourth:
            pass
    assert [one.final.name for one in (first, second, fourth)] == ["2026", "2026-2", "2026-4"]


def test_a_parent_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"file is a file\)$"):
        write_run(tmp_path / "file" / "run")


def test_names_are_utc_and_numbered(tmp_path):
    east = datetime.timezone(datetime.timedelta(hours=9))
    first = store.choose_run_folder("plan", "week", tmp_path, NOON.astimezone(east))
    assert first == tmp_path / "plan" / "week" / "2026-03-01T12-00-00"
    write_run(first)
    second = store.choose_run_folder("plan", "week", tmp_path, NOON)
    assert second.name == "2026-03-01T12-00-00-2"
    write_run(second)
    assert store.choose_run_folder("plan", "week", tmp_path, NOON).name.endswith("-00-3")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("breach_week", "breach_week"),
        ("../../etc", "_.._etc"),
        ("my week/x y", "my_week_x_y"),
        ("..", "_"),
        ("", "_"),
        ("Übung", "Übung"),
    ],
)
def test_file_name_stays_one_level(name, kept):
    assert store.make_file_name(name) == kept


def test_long_name_fits_a_file_system(tmp_path):
    folder = store.choose_run_folder("plan", "長" * 200, tmp_path, NOON)
    assert write_run(folder) == folder


def test_latest_is_by_time_then_number(tmp_path):
    for verb, seconds in [("simulate", 5), ("plan", 3), ("plan", 4)]:
        moment = NOON + datetime.timedelta(seconds=seconds)
        write_run(store.choose_run_folder(verb, "week", tmp_path, moment))
    base = tmp_path / "plan" / "week" / "2026-03-01T12-00-04"
    for number in range(2, 12):
        write_run(base.with_name(f"{base.name}-{number}"))
    assert find_latest(tmp_path).parts[-3] == "simulate"
    assert find_latest(tmp_path, "plan").name.endswith("-04-11")


def test_latest_passes_over_what_is_not_whole(tmp_path):
    run = write_run(store.choose_run_folder("plan", "week", tmp_path, NOON))
    (run.parent / "2026-03-02T00-00-00").mkdir()
    (run.parent / "2026-03-03T00-00-00.part-1").mkdir()
    write_run(run.parent / "mine")
    assert find_latest(tmp_path) == run


def test_latest_of_a_multirun_is_its_last_job(tmp_path):
    stamp = tmp_path / "plan" / "week" / "2026-03-01T12-00-00"
    for number in (0, 2, 10):
        write_run(stamp / str(number))
    assert find_latest(tmp_path) == stamp / "10"


def test_no_run_is_one_line(tmp_path):
    with pytest.raises(InputError, match="latest: no complete run"):
        find_latest(tmp_path / "nowhere")


WRITER = """
import pathlib, sys
from sim.errors import InputError
from sim.store import folder
try:
    with folder.build_run_folder(sys.argv[1], overwrite=sys.argv[2] == "True") as run:
        print("in", flush=True)
        sys.stdin.readline()
        (run.part / "provenance.json").write_text(sys.argv[3])
except InputError as error:
    print(error)
    raise SystemExit(2)
"""


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_second_writer_of_a_place_is_told_and_leaves_nothing(tmp_path, overwrite):
    if overwrite:
        write_run(tmp_path / "run")
    command = [sys.executable, "-c", WRITER, str(tmp_path / "run"), str(overwrite), PASSPORT]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        lines = {one: one.stdout.readline() for one in (first, second)}
        winner = next(one for one in lines if lines[one] == "in\n")
        loser = next(one for one in lines if one is not winner)
        assert loser.wait() == 2
        assert "another run is writing it" in lines[loser]
        assert loser.stdout.read() == ""
        winner.communicate("go\n")
        assert winner.returncode == 0
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / store.WHOLE).read_text() == PASSPORT
