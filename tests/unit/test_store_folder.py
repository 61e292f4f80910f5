"""A run folder is whole or not there, whatever ends the writer."""

import datetime
import errno
import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import pytest

from sim.errors import InputError
from sim.store import folder as store

NOON = datetime.datetime(2026, 3, 1, 12, 0, 0, tzinfo=datetime.UTC)


def write_run(target: pathlib.Path, text: str = "{}", overwrite: bool = False) -> pathlib.Path:
    with store.build_run_folder(target, overwrite) as run:
        (run.part / store.WHOLE).write_text(text)
    return run.final


def find_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_folder_appears_only_when_the_block_ends(tmp_path):
    target = tmp_path / "plan" / "week" / "run"
    with store.build_run_folder(target) as run:
        (run.part / "a.txt").write_text("x")
        (run.part / "figures").mkdir()
        (run.part / "figures" / "b.svg").write_text("y")
        assert not target.exists()
        assert run.part.name == f"run.part-{os.getpid()}"
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
        store.find_latest(tmp_path / "results")
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


def test_part_of_a_living_process_is_left_alone(tmp_path):
    living = tmp_path / f"other.part-{os.getppid()}"
    living.mkdir()
    dead = tmp_path / f"other.part-{find_dead_pid()}"
    dead.mkdir()
    (dead / "x").write_text("x")
    write_run(tmp_path / "run")
    assert living.exists()
    assert not dead.exists()


def test_part_that_another_machine_writes_is_left_alone(tmp_path):
    """Its process number says nothing here: only the lock does."""
    with store.build_run_folder(tmp_path / "theirs") as run:
        foreign = tmp_path / f"theirs.part-{find_dead_pid()}"
        run.part.rename(foreign)
        write_run(tmp_path / "mine")
        assert foreign.exists()
        foreign.rename(run.part)
    store.clean_left_overs(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "theirs"]


def test_old_run_comes_back_when_its_replacement_was_killed(tmp_path):
    pid = find_dead_pid()
    write_run(tmp_path / "run", "old")
    (tmp_path / "run").rename(tmp_path / f"run.old-{pid}")
    (tmp_path / f"run.part-{pid}").mkdir()
    store.clean_left_overs(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / store.WHOLE).read_text() == "old"


def test_what_only_looks_like_a_left_over_stays(tmp_path):
    pid = find_dead_pid()
    (tmp_path / f"notes.part-{pid}").write_text("a file of somebody")
    (tmp_path / f"link.part-{pid}").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "season.part-two").mkdir()
    store.clean_left_overs(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_full_folder_is_refused_and_untouched(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with pytest.raises(InputError, match=r"run\.dir=.*not empty.*run\.overwrite=true"):
        write_run(target, "second")
    assert (target / store.WHOLE).read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_overwrite_replaces_the_whole_folder(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    (target / "extra").write_text("x")
    assert write_run(target, "second", overwrite=True) == target
    assert [(p.name, p.read_text()) for p in target.iterdir()] == [(store.WHOLE, "second")]
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_failed_overwrite_keeps_the_old_run(tmp_path):
    target = tmp_path / "run"
    write_run(target, "first")
    with pytest.raises(ValueError, match="late"), store.build_run_folder(target, True):
        raise ValueError("late")
    assert (target / store.WHOLE).read_text() == "first"


def test_overwrite_spares_what_is_no_run(tmp_path):
    target = tmp_path / "home"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="replaces only a run's folder"):
        write_run(target, overwrite=True)
    assert (target / "thesis.tex").read_text() == "years of work"


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
        (run.part / store.WHOLE).write_text("mine")
        target.mkdir()
        (target / "theirs").write_text("x")
    assert run.final == tmp_path / "run-2"
    assert (run.final / store.WHOLE).read_text() == "mine"


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
    raise OSError(errno.ENOSPC, "Error writing bytes to file")


def remove_folder(run):
    run.part.rmdir()
    (run.part / "a.json").write_text("{}")


@pytest.mark.parametrize(
    ("fault", "told"),
    [(fill_disk, "No space left on device"), (remove_folder, "its folder is gone")],
)
def test_a_disk_that_fails_is_one_line_and_leaves_nothing(tmp_path, fault, told):
    def build():
        with store.build_run_folder(tmp_path / "new" / "run") as run:
            fault(run)

    with pytest.raises(InputError, match=rf"run\.dir=.*run: cannot be written \({told}\)$"):
        build()
    assert list(tmp_path.iterdir()) == []


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
    assert store.find_latest(tmp_path).parts[-3] == "simulate"
    assert store.find_latest(tmp_path, "plan").name.endswith("-04-11")


def test_latest_passes_over_what_is_not_whole(tmp_path):
    run = write_run(store.choose_run_folder("plan", "week", tmp_path, NOON))
    (run.parent / "2026-03-02T00-00-00").mkdir()
    (run.parent / "2026-03-03T00-00-00.part-1").mkdir()
    write_run(run.parent / "mine")
    assert store.find_latest(tmp_path) == run


def test_latest_of_a_multirun_is_its_last_job(tmp_path):
    stamp = tmp_path / "plan" / "week" / "2026-03-01T12-00-00"
    for number in (0, 2, 10):
        write_run(stamp / str(number))
    assert store.find_latest(tmp_path) == stamp / "10"


def test_no_run_is_one_line(tmp_path):
    with pytest.raises(InputError, match="latest: no whole run"):
        store.find_latest(tmp_path / "nowhere")


def test_two_writers_at_once_both_arrive(tmp_path):
    program = (
        "import sys, time\nfrom sim.store import folder\n"
        "with folder.build_run_folder(sys.argv[1]) as run:\n"
        "    (run.part / 'provenance.json').write_text('{}')\n    time.sleep(0.3)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "run")]
    writers = [subprocess.Popen(command) for _ in range(2)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "run-2"]
