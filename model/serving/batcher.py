"""Texts of many requests through one model: a bounded queue, and the one thread that empties it."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from ie.document import Document
from ie.errors import IEError, first_line

logger = logging.getLogger(__name__)


class QueueFullError(IEError):
    """No more texts may wait."""


class ExtractionError(IEError):
    """The extractor failed on a text; the others are not affected."""


Found = Document | ExtractionError


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A text and where what is found in it goes."""

    document: Document
    found: Future[Found] = field(default_factory=Future)


class Batcher:
    """Gives all texts that have queued up to `extract`, from a thread that runs inside the `with` block.

    At most `places` texts wait or are in work. About `batch_chars` characters are given at once, as the first
    result of a batch may have to wait for the last. `extract` is as `Extractor.extract_batch`. Leaving the
    block waits for all that was submitted.
    """

    def __init__(
        self, extract: Callable[[Iterable[Document]], Iterator[Document]], places: int, batch_chars: int
    ) -> None:
        self._extract, self._batch_chars = extract, batch_chars
        self._places = asyncio.Semaphore(places)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        # a daemon, so that whoever leaves by force does not wait for it
        self._thread = threading.Thread(target=self._run, name="ie-batcher", daemon=True)

    def __enter__(self) -> "Batcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._jobs.put(None)
        self._thread.join()

    def check_room(self) -> None:
        """Raise `QueueFullError` where no place is free."""
        if self._places.locked():
            raise QueueFullError("As many texts are waiting as may: try again later.")

    async def submit(self, document: Document) -> "asyncio.Future[Found]":
        """Return, as soon as there is a place, the future of the document with the entities found.

        One that is cancelled before its turn costs no work.
        """
        await self._places.acquire()
        job = _Job(document)
        found = asyncio.wrap_future(job.found)
        found.add_done_callback(lambda _: self._places.release())
        self._jobs.put(job)
        return found

    def _run(self) -> None:
        for batch in self._batches():
            if jobs := [job for job in batch if job.found.set_running_or_notify_cancel()]:
                self._compute(jobs)

    def _batches(self) -> Iterator[list[_Job]]:
        """Yield what has queued up, as soon as there is something, until the end that `__exit__` put in."""
        while (job := self._jobs.get()) is not None:
            batch = [job]
            chars = len(job.document.text)
            while chars < self._batch_chars and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    self._jobs.put(None)  # to be found again after this batch
                    break
                batch.append(job)
                chars += len(job.document.text)
            yield batch

    def _compute(self, jobs: Sequence[_Job]) -> None:
        try:
            found = self._extract([job.document for job in jobs])
            for job, document in zip(jobs, found, strict=True):
                job.found.set_result(document)
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on for the others
            if len(jobs) == 1:
                jobs[0].found.set_result(_failure(jobs[0].document, error))
                return
            # one of them is to blame, and each that has no result yet shows by itself whether it is
            for job in jobs:
                if not job.found.done():
                    self._compute([job])


def _failure(document: Document, error: Exception) -> ExtractionError:
    debug = logger.isEnabledFor(logging.DEBUG)
    said = f"{type(error).__name__}: {first_line(error)}"
    logger.error("The model failed on %s: %s", document.id, said, exc_info=error if debug else None)
    return ExtractionError(f"{document.id}: The model failed on this text.")
