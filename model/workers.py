"""Several processes, each with a model of its own, for machines whose cores one process cannot keep busy.

Python runs one thread of a process at a time: beyond some sixteen cores, tokenising, decoding and values in
one process are slower than the model.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any

from .document import Document
from .errors import IEError, UsageError
from .extractor import LEAST_CHARS, Extractor
from .processor import cores

# What a worker is given at once: enough to sort by length, little enough to share out evenly.
TASK_CHARS = 50_000
# Tasks handed out for each worker, so that none waits for the one who reads.
TASKS_AHEAD = 3


class WorkerError(IEError):
    """A worker process ended before its work was done."""


def extract_in_workers(
    texts: Iterable[str | Document], workers: int, options: Mapping[str, Any], *, values: bool = True
) -> Iterator[Document]:
    """Yield the document of each text, in the order given, found by so many processes.

    `options` are those of `Extractor.from_pretrained`; "threads" are shared out among the workers. Raises
    what loading raises, `UsageError` where there are fewer threads than workers, and `WorkerError` where a
    process was killed. The calling script needs `if __name__ == "__main__":`, as with any spawned process.
    """
    threads = share_threads(workers, options.get("threads"))
    ends, held = multiprocessing.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers,
        # a fork would copy the locks of threads, and keep files of the parent open after its death
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_Worker.start,
        initargs=({**options, "threads": threads}, ends),
    )
    waiting: deque[Future[list[Document]]] = deque()
    try:
        for task in _tasks(texts):
            with _deaf_to_interrupts():
                waiting.append(pool.submit(_Worker.extract, task, values))
            if len(waiting) == workers * TASKS_AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerError("A worker process was killed, perhaps for want of memory.") from error
    except (KeyboardInterrupt, SystemExit):
        held.close()  # whoever stops the run does not wait for what the workers are at
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def share_threads(workers: int, threads: int | None) -> int:
    """Return how many of `threads`, by default one a core, each worker has.

    Raises `UsageError` where there are fewer threads than workers.
    """
    threads = threads or cores()
    if not 1 <= workers <= threads:
        raise UsageError(f"The number of workers must be from 1 to {threads} (threads), not {workers}.")
    return threads // workers


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Have processes that the block starts never see Ctrl-C: a terminal tells all, but the parent ends them.

    They inherit what is blocked, so not even one that is just importing its modules prints a traceback.
    """
    if sys.platform == "win32":  # nothing can be blocked there
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """What a worker process holds."""

    extractor: Extractor | None = None
    options: Mapping[str, Any]

    @classmethod
    def start(cls, options: Mapping[str, Any], ends: Connection) -> None:
        """Keep what to load; a failure here would break the pool without saying why."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # there are as many processes as cores
        cls.options = options
        threading.Thread(target=_end_with_parent, args=[ends], daemon=True).start()

    @classmethod
    def extract(cls, texts: Sequence[str | Document], values: bool) -> list[Document]:
        """Return the documents of a task."""
        if cls.extractor is None:
            cls.extractor = Extractor.from_pretrained(**cls.options)
        return list(cls.extractor.extract_batch(texts, values=values))


def _end_with_parent(ends: Connection) -> None:
    """End the process when its parent closes the pipe, be it by its death: killed, it could not tell."""
    wait([ends])
    os._exit(1)


def _tasks(texts: Iterable[str | Document]) -> Iterator[list[str | Document]]:
    task: list[str | Document] = []
    chars = 0
    for text in texts:
        task.append(text)
        chars += max(len(text if isinstance(text, str) else text.text), LEAST_CHARS)
        if chars >= TASK_CHARS:
            yield task
            task, chars = [], 0
    if task:
        yield task
