"""What is kept by identity: the same object gets the same, and nothing gets what is another's."""

import gc
import threading

from sim.kept import Kept


class Thing:
    """Equal to every other."""

    def __eq__(self, other):
        return isinstance(other, Thing)

    __hash__ = None


def test_equal_objects_are_told_apart():
    kept, one, other = Kept(4), Thing(), Thing()
    assert kept.find((one,), lambda: "one") == "one"
    assert kept.find((other,), lambda: "other") == "other"
    assert kept.find((one,), lambda: "again") == "one"
    assert kept.find((one, other), lambda: "both") == "both"


def test_an_object_that_is_gone_cannot_be_mistaken():
    """What is kept holds its object, so no new one stands at its address."""
    kept = Kept(1000)
    for number in range(300):
        assert kept.find((Thing(),), lambda number=number: number) == number
        gc.collect(0)


def test_what_was_not_asked_for_longest_goes_first():
    kept, things = Kept(2), [Thing() for _ in range(3)]
    for number in (0, 1, 0, 2):
        kept.find((things[number],), lambda number=number: number)
    assert kept.find((things[0],), lambda: "new") == 0
    assert kept.find((things[1],), lambda: "new") == "new"


def test_put_takes_the_place_of_what_was_kept():
    kept, thing = Kept(2), Thing()
    kept.find((thing,), lambda: "first")
    assert kept.put((thing,), "second") == "second"
    assert kept.find((thing,), lambda: "third") == "second"


def test_threads_that_make_the_same_at_once_get_one_object():
    kept, thing, barrier, got = Kept(2), Thing(), threading.Barrier(8, timeout=60), []

    def make():
        barrier.wait()
        return object()

    threads = [
        threading.Thread(target=lambda: got.append(kept.find((thing,), make))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_threads_that_push_each_other_out_get_their_own():
    kept, things = Kept(2), [Thing() for _ in range(16)]
    wrong = []

    def look(first):
        for step in range(2000):
            number = (first + 5 * step) % 16
            if kept.find((things[number],), lambda number=number: number) != number:
                wrong.append(number)

    threads = [threading.Thread(target=look, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
