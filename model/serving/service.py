"""What the server answers: health, facts on the model, and records of texts."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse

from ie.arrow import Request
from ie.document import Document
from ie.errors import IEError
from ie.extractor import CHARS_A_TOKEN
from ie.inputs import Item
from ie.selection import check_labels, select
from ie.sources import InputFormat
from ie.summary import summarize
from ie.version import __version__

from .batcher import Batcher, Found
from .bodies import Asked

if TYPE_CHECKING:
    from ie.extractor import Extractor

# Some fifteen articles keep a thread of the model busy for a second or two.
CHARS_A_THREAD = 25_000
# One stream of records takes a quarter of the queue, so that others find room.
STREAM_SHARE = 4
# Where the files of the model lie is no business of clients.
PRIVATE_FACTS = ("folder", "files")


class Service:
    """The endpoints over one extractor; they are called inside `with service.batcher`.

    At most `queue` texts wait or are in work; a body has `max_bytes` bytes at most. Raises `UsageError` on a
    label that the model does not have.
    """

    def __init__(self, extractor: "Extractor", request: Request, *, queue: int, max_bytes: int) -> None:
        self._request, self._max_bytes = request, max_bytes
        self._labels = check_labels(request.labels, extractor.labels)
        self._ahead = max(1, queue // STREAM_SHARE)
        runtime = extractor.runtime
        chars = runtime.parallel * max(CHARS_A_THREAD, CHARS_A_TOKEN * runtime.batch_tokens)
        self.batcher = Batcher(partial(extractor.extract_batch, values=request.values), queue, chars)
        facts = {**summarize(extractor.checkpoint), "labels": self._labels, "model": extractor.model}
        facts |= {"runtime": runtime.name, "version": __version__}
        self._facts = {name: fact for name, fact in facts.items() if name not in PRIVATE_FACTS}

    async def health(self, _: HttpRequest) -> Response:
        """Return that the server runs."""
        return JSONResponse({"status": "ok"})

    async def model(self, _: HttpRequest) -> Response:
        """Return what `ie model info` tells of the model, and what runs it."""
        return JSONResponse(self._facts)

    async def extract(self, http: HttpRequest) -> Response:
        """Return the record of a body, of NDJSON a stream with a record or an error for each line.

        Raises `HTTPException`, `QueueFullError` where no text may wait, `ClientDisconnect`.
        """
        asked = Asked.of(http.headers.get("content-type", ""), http.query_params, self._request)
        self.batcher.check_room()
        items = await run_in_threadpool(asked.read, await self._body(http))
        if asked.reading.format is InputFormat.JSONL:
            return StreamingResponse(self._lines(items, asked.request), media_type="application/x-ndjson")
        assert isinstance(items[0], Document)
        self.batcher.check_room()  # again, for others may have come while this one was read
        found = await _unless_gone(http, await self.batcher.submit(items[0]))
        if isinstance(found, IEError):
            raise HTTPException(500, str(found))
        return Response(self._line(found, asked.request), media_type="application/json")

    async def _body(self, http: HttpRequest) -> bytes:
        """Return the body; nothing is read of one that says that it is too long."""
        self._check_size(int(http.headers.get("content-length", 0)))
        data = bytearray()
        async for part in http.stream():
            data += part
            self._check_size(len(data))
        return bytes(data)

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise HTTPException(413, f"The body is longer than {self._max_bytes} bytes.")

    async def _lines(self, items: Sequence[Item], request: Request) -> AsyncIterator[str]:
        """Yield the line of each item in order; only some wait in the queue at a time."""
        waiting: deque[asyncio.Future[Found] | IEError] = deque()
        try:
            for item in items:
                waiting.append(await self.batcher.submit(item) if isinstance(item, Document) else item)
                if len(waiting) == self._ahead:
                    yield self._line(await _result(waiting.popleft()), request)
            while waiting:
                yield self._line(await _result(waiting.popleft()), request)
        finally:
            # some are left where the client went away
            for left in waiting:
                if isinstance(left, asyncio.Future):
                    left.cancel()

    def _line(self, found: Document | IEError, request: Request) -> str:
        """Return the line that `ie predict` prints, or one that says what is wrong."""
        if isinstance(found, IEError):
            record = {"error": str(found)}
        else:
            record = select(found, self._labels, request.min_score).to_record()
        return json.dumps(record, ensure_ascii=False) + "\n"


async def _result(item: "asyncio.Future[Found] | IEError") -> Document | IEError:
    return await item if isinstance(item, asyncio.Future) else item


async def _unless_gone(http: HttpRequest, found: "asyncio.Future[Found]") -> Found:
    """Return the result; gives up the work and raises `ClientDisconnect` when the client goes away first."""
    gone = asyncio.ensure_future(http.receive())  # after the body nothing else can come
    either: tuple[asyncio.Future[Any], ...] = (gone, found)
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not found.done():
            raise ClientDisconnect
        return found.result()
    finally:
        gone.cancel()
        found.cancel()
