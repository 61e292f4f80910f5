"""What was made of the last few objects, found again by their identity; safe under threads.

Scenarios, policies and their tables are frozen and large: comparing them costs more than what is
kept, so they are told apart by which object they are. An object is held as long as what was
made of it, so that no other can take its place in memory. Checked by ``tests/unit/test_kept.py``.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """The last `size` things made, by the objects that they were made of.

    Parameters
    ----------
    size : int
        What was not asked for longest goes first.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._made: dict[tuple[int, ...], tuple[tuple[object, ...], Made]] = {}

    def find(self, owners: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What was made of these very objects; `make` it where it is not there.

        All threads get the same, whoever made it first; nobody waits while another makes.
        """
        kept = self._look(owners)
        return kept[1] if kept is not None else self.put(owners, make(), replace=False)

    def put(self, owners: tuple[object, ...], made: Made, replace: bool = True) -> Made:
        """Keep what was made of these objects; return what is kept of them now."""
        key = tuple(map(id, owners))
        with self._lock:
            kept = self._made.pop(key, None)
            if kept is None or replace:
                kept = (owners, made)
            self._made[key] = kept
            while len(self._made) > self._size:
                del self._made[next(iter(self._made))]
            return kept[1]

    def _look(self, owners: tuple[object, ...]) -> tuple[tuple[object, ...], Made] | None:
        key = tuple(map(id, owners))
        with self._lock:
            kept = self._made.pop(key, None)
            if kept is not None:
                self._made[key] = kept
            return kept
