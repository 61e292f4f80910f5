"""Page, pictures and workbook come whole into a folder, and touch nothing of the user's."""

import pytest

from sim.errors import InputError
from sim.store.adding import add_files
from sim.store.claim import claim_place


def test_files_come_in_the_place_of_older_ones(tmp_path):
    add_files(tmp_path, {"figures/a.svg": b"1", "figures/b.svg": b"1", "report.html": b"1"})
    (tmp_path / "figures" / "notes.txt").write_text("mine")
    add_files(tmp_path, {"figures/a.svg": b"2", "report.html": b"2"})
    found = {
        path.relative_to(tmp_path).as_posix(): path.read_text()
        for path in tmp_path.rglob("*") if path.is_file()
    }  # fmt: skip
    assert found == {"figures/a.svg": "2", "figures/notes.txt": "mine", "report.html": "2"}


def test_two_at_once_are_told(tmp_path):
    with claim_place(tmp_path / "files"), pytest.raises(InputError, match="is writing files"):
        add_files(tmp_path, {"report.html": b"1"})
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_of_ours_is_not_replaced(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "dear").mkdir()
    (tmp_path / "run" / "figures").symlink_to(tmp_path / "dear", target_is_directory=True)
    with pytest.raises(InputError, match="figures: is not a folder"):
        add_files(tmp_path / "run", {"figures/a.svg": b"1"})
    (tmp_path / "run" / "report.html").mkdir()
    with pytest.raises(InputError, match=r"report\.html: is not a regular file"):
        add_files(tmp_path / "run", {"report.html": b"1"})
    assert list((tmp_path / "dear").iterdir()) == []
