"""Cells that are looked at once by kind are those looked at one by one."""

import numpy as np
import pytest

from sim.exports.threads import find_repeated
from sim.store import cells as room
from sim.store import missing
from sim.store.cells import count_cells, find_cells, make_column, map_cells


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks that end within the column."""
    monkeypatch.setattr(room, "_CHUNK", 7)
    monkeypatch.setattr(missing, "_CHUNK", 7)


def draw_cells(kinds: list[str], size: int = 40, seed: int = 1) -> np.ndarray:
    return np.array(np.random.default_rng(seed).choice(kinds, size), object)


KINDS = ["", "NULL", "n/a", "12", "0000-00-00", "2026-01-05", "question", "-", "ẞ", "1"]


def test_each_cell_has_what_is_made_of_it() -> None:
    cells = draw_cells(KINDS)
    assert list(map_cells(cells, lambda cell: f"<{cell}>")) == [f"<{cell}>" for cell in cells]
    assert make_column(cells, str).tolist() == cells.tolist()
    assert find_cells(cells, bool).tolist() == [bool(cell) for cell in cells]
    names, often = count_cells(cells)
    naive = np.unique(cells.astype(str), return_counts=True)
    assert names == naive[0].tolist()
    assert often.tolist() == naive[1].tolist()


@pytest.mark.parametrize("many", [False, True])
def test_gaps_are_those_of_every_cell(many: bool) -> None:
    """Whether few kinds stand in a chunk or each another."""
    cells = draw_cells([*KINDS, *(f"word {n}" for n in range(200 * many))], 300)
    empty = [cell == "" or cell.lower() in missing.MISSING for cell in cells]
    assert missing.find_filled(cells).tolist() == [not one for one in empty]
    blanked = ["" if one else cell for one, cell in zip(empty, cells, strict=True)]
    assert missing.blank_missing(cells).tolist() == blanked


@pytest.mark.parametrize("kind", [object, np.int64])
def test_copies_are_those_that_a_list_finds(kind: type) -> None:
    """The same id at the same time, numbers and text alike: the first of them stays."""
    rng = np.random.default_rng(3)
    ids = rng.integers(0, 9, 200)
    cells = np.array([f"x{number}" for number in ids], object) if kind is object else ids
    stamps = rng.integers(0, 5, 200)
    seen: set[tuple[object, int]] = set()
    naive = []
    for key in zip(cells.tolist(), stamps.tolist(), strict=True):
        naive.append(key in seen)
        seen.add(key)
    found = find_repeated({"id": cells}, stamps)
    assert found is not None
    assert found[0].tolist() == naive
