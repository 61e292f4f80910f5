"""Processes that play batches: spawned, one thread each, replaced where they are killed.

A process gets a batch by its pipe and stores the rows itself; what comes back is what became of
it. The first process compiles, the others begin when it has, so that each kernel is compiled
once. A batch whose process died while it played goes to another, then block by block; a block that
kills three processes has failed. Ctrl-C ends all of them; each file of rows is whole or not there.
Checked by ``tests/functional/test_sweep_kills.py``, which kills workers and the client.
"""

import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import warnings
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from sim.errors import InputError, SurgecrewError
from sim.study.blocks import Batch, name_batch
from sim.study.playing import BatchPlayer, FailedBlock, PlayedBatch, SweepTask

# A machine short of memory kills whom it likes: twice may be bad luck, three times is the block.
TRIES = 3
# Of processes that never come to their work: something is wrong that no further one mends.
STARTS = 10
BEGAN, WARM = "began", "warm"
"""what a process says between batches: it plays now; all is compiled"""
SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_batches(task: SweepTask, batches: Iterable[Batch], workers: int) -> Iterator[PlayedBatch]:
    """Play batches, here or in processes; yield what became of each, as they finish.

    Parameters
    ----------
    task : SweepTask
        Of the sweep.
    batches : iterable of Batch
        Asked for the next one when somebody is free for it.
    workers : int
        Processes; with 1 it is done in this one.

    Raises
    ------
    InputError
        Rows cannot be stored.
    SurgecrewError
        The sources were changed meanwhile.
    """
    if workers == 1:
        player = BatchPlayer(task)
        for batch in batches:
            yield player.play(batch)
        return
    pool = _Pool(task, iter(batches), workers)
    try:
        yield from pool.run()
    finally:
        pool.end()


class _Worker:
    """A process, our end of its pipe, and the batch that it has."""

    def __init__(self, task: SweepTask) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, task), daemon=True)
        with single_thread():
            self.process.start()
        other.close()
        self.batch: Batch | None = None
        self.has_begun = False

    def give(self, batch: Batch) -> None:
        self.batch, self.has_begun = batch, False
        with contextlib.suppress(OSError):  # it died: found out by its end of the pipe
            self.pipe.send(batch)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class _Pool:
    """Workers, what is to be done, and how often a batch was tried."""

    def __init__(self, task: SweepTask, batches: Iterator[Batch], count: int) -> None:
        self._task = task
        self._batches = batches
        self._count = count
        self._again: collections.deque[Batch] = collections.deque()
        self._tries: collections.Counter[str] = collections.Counter()
        self._workers: list[_Worker] = []
        self._is_warm = False
        self._unborn = 0

    def run(self) -> Iterator[PlayedBatch]:
        """Yield what became of each batch until nothing is left."""
        while True:
            self._hand_out()
            busy = [worker for worker in self._workers if worker.batch is not None]
            if not busy:
                return
            for pipe in multiprocessing.connection.wait([worker.pipe for worker in busy]):
                worker = next(one for one in busy if one.pipe is pipe)
                found = self._hear(worker)
                if found is not None:
                    yield found

    def end(self) -> None:
        """End all processes; rows are whole or not there."""
        for worker in self._workers:
            worker.end()

    def _hand_out(self) -> None:
        """Give work to whom has none; more workers come once the first has compiled."""
        for worker in self._workers:
            if worker.batch is None and not self._give_next(worker):
                return
        while len(self._workers) < (self._count if self._is_warm else 1):
            batch = self._find_next()
            if batch is None:
                return
            worker = _Worker(self._task)
            self._workers.append(worker)
            worker.give(batch)

    def _give_next(self, worker: _Worker) -> bool:
        batch = self._find_next()
        if batch is not None:
            worker.give(batch)
        return batch is not None

    def _find_next(self) -> Batch | None:
        return self._again.popleft() if self._again else next(self._batches, None)

    def _hear(self, worker: _Worker) -> PlayedBatch | None:
        """What a worker says, or that it died."""
        try:
            said: Any = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if said == BEGAN:
            worker.has_begun, self._unborn = True, 0
            return None
        self._is_warm = True
        if said == WARM:
            return None
        worker.batch = None
        if isinstance(said, SurgecrewError):
            raise said
        assert isinstance(said, PlayedBatch)
        return said

    def _bury(self, worker: _Worker) -> PlayedBatch | None:
        """Replace a worker that died; its batch is tried again, in the end block by block."""
        batch = worker.batch
        assert batch is not None
        worker.end()
        self._workers.remove(worker)
        if not worker.has_begun:
            self._wait_for_another(batch)
            return None
        name = name_batch(batch)
        self._tries[name] += 1
        if self._tries[name] < TRIES:
            self._again.append(batch)
            return None
        if len(batch) > 1:
            self._again.extend((block,) for block in batch)
            return None
        reason = f"its process was killed {TRIES} times"
        return PlayedBatch((), (FailedBlock(batch[0], reason),))

    def _wait_for_another(self, batch: Batch) -> None:
        """Keep the batch of a process that died before it came to it; it is not to blame."""
        self._unborn += 1
        if self._unborn == STARTS:
            raise SurgecrewError(f"{STARTS} processes in a row ended before they began to play")
        self._again.append(batch)


@contextlib.contextmanager
def single_thread() -> Iterator[None]:
    """Have processes that are started here use one thread in the libraries, too."""
    before = {name: os.environ.get(name) for name in SINGLE_THREAD}
    os.environ.update(dict.fromkeys(SINGLE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def serve(pipe: Connection, task: SweepTask) -> None:
    """Play what comes by the pipe until it closes; Ctrl-C is the client's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    try:
        player = BatchPlayer(task)
        while True:
            batch: Batch = pipe.recv()
            pipe.send(BEGAN)
            pipe.send(player.play(batch, lambda: pipe.send(WARM)))
    except (EOFError, BrokenPipeError):
        return
    except InputError as error:
        pipe.send(InputError(*error.errors))
    except SurgecrewError as error:
        pipe.send(error)
