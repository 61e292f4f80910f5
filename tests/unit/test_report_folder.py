"""Which page a folder gets, and what happens to folders that are not whole."""

import pathlib

import pytest
import report_folders as folders

from sim.errors import InputError
from sim.report.stored_run import find_verb, read_run_folder


@pytest.mark.parametrize(
    ("provenance", "files", "verb"),
    [
        ({"verb": "compare"}, {"decision": {"a": 1}}, "compare"),
        ({}, {"fit": {"a": 1}}, "calibrate"),
        ({}, {"decision": {"a": 1}}, "plan"),
        ({}, {"summary": {"plan": {"status": "stopped"}}}, "plan"),
        ({"verb": "sweep"}, {"summary": {"measures": {}}}, "simulate"),
    ],
)
def test_the_verb_is_the_stored_one_or_follows_from_the_files(provenance, files, verb):
    empty = {"summary": {}, "decision": {}, "fit": {}}
    assert find_verb({}, provenance, {**empty, **files}) == verb


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a run folder"):
        read_run_folder(tmp_path)
    with pytest.raises(InputError, match="not a run folder"):
        read_run_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summary.json", "{"),
        ("summary.json", "[]"),
        ("decision.json", "\xff"),
        ("config.yaml", "a: [1"),
        ("config.yaml", "a: !!python/object/apply:os.system [ls]"),
        ("intervals.parquet", "no table"),
    ],
)
def test_a_broken_file_is_named_in_one_line(tmp_path: pathlib.Path, name, text):
    folder = folders.write_plan_folder(tmp_path / "run")
    (folder / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=name) as caught:
        read_run_folder(folder)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_empty(tmp_path):
    folder = folders.write_plan_folder(tmp_path / "run")
    for name in ("decision.json", "config.yaml", "intervals.parquet", "comparison.parquet"):
        (folder / name).unlink()
    run = read_run_folder(folder)
    assert (run.config, run.intervals, run.comparison) == ({}, {}, {})
    assert run.decision.effort == ()
    assert run.verb == "plan"
    assert run.name == tmp_path.name
