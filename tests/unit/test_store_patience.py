"""Ctrl-C that waits for the end of a block, and the second that does not."""

import signal
import threading

import pytest

from sim.store.patience import SIGNALS, hold_back


@pytest.fixture(autouse=True)
def handlers():
    """Have both signals interrupt; put back what was there, which the block must do, too."""
    before = [signal.getsignal(number) for number in SIGNALS]
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    yield
    found = [signal.getsignal(number) for number in SIGNALS]
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)
    assert found == [signal.default_int_handler] * 2


def press(numbers, *, begins=True, nested=False, then=None):
    """Send signals inside a block; return what was done after them."""
    done = []

    def block():
        with hold_back() as begin:
            if begins:
                begin()
            for number in numbers:
                signal.raise_signal(number)
            done.append("written")
            if then is not None:
                raise then

    def outer():
        with hold_back() as begin:
            begin()
            block()
            done.append("outer")

    with pytest.raises(then or KeyboardInterrupt):
        outer() if nested else block()
    return done


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_waits_for_the_end(number):
    assert press([number]) == ["written"]


def test_before_it_begins_nothing_waits():
    assert press([signal.SIGINT], begins=False) == []


def test_the_second_does_not_wait():
    assert press([signal.SIGINT, signal.SIGTERM]) == []


def test_an_inner_block_waits_for_the_outer_one():
    assert press([signal.SIGINT], nested=True) == ["written", "outer"]


def test_an_error_comes_before_what_waited():
    assert press([signal.SIGINT], then=ZeroDivisionError) == ["written"]


def test_what_is_ignored_stays_ignored_and_other_threads_hold_nothing():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with hold_back() as begin:
        begin()
        signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with hold_back() as begin:
        thread = threading.Thread(target=begin)
        thread.start()
        thread.join()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
