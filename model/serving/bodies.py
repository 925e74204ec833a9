"""Requests into documents, by the same readers as the files of `ie predict`."""

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message

from starlette.exceptions import HTTPException

from ie.arrow import Request
from ie.document import Document
from ie.encodings import check_encoding, decode
from ie.errors import InputError, UsageError
from ie.inputs import Item, Reading, read_stream
from ie.records import checked_document, load_json
from ie.sources import InputFormat
from ie.values import with_dateline

FORMATS = {
    "application/json": InputFormat.JSON,
    "application/x-ndjson": InputFormat.JSONL,
    "application/ndjson": InputFormat.JSONL,
    "application/jsonl": InputFormat.JSONL,
    "text/plain": InputFormat.TEXT,
    "text/html": InputFormat.HTML,
}
AUTO = "auto"
BODY = "<body>"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: how its body is read, and what of it is wanted.

    `name` stands for the body in ids and errors, as the path of a file does for `ie predict`.
    """

    name: str
    reading: Reading
    request: Request

    @classmethod
    def of(cls, content_type: str, query: Mapping[str, str], default: Request) -> "Asked":
        """Return what headers and query ask for; `default` is what holds where they say nothing.

        Raises `HTTPException`: 400 for a parameter, 415 for a type or charset that is not read.
        """
        request = _request(query, default)
        return cls(query.get("id") or BODY, _reading(content_type, request.date), request)

    def read(self, data: bytes) -> list[Item]:
        """Return the documents of a body, an `InputError` for a line of NDJSON that cannot be used.

        Raises `HTTPException` where nothing can: 400 for what is not JSON, 422 for all else.
        """
        if not data.strip():
            raise HTTPException(422, f"{self.name}: The body is empty.")
        if self.reading.format is InputFormat.JSON:
            items = [self._record(data)]
        else:
            items = list(read_stream(io.BytesIO(data), self.name, self.reading))
        if self.reading.format is not InputFormat.JSONL and isinstance(items[0], InputError):
            raise HTTPException(422, str(items[0]))
        return [self._dated(item) for item in items]

    def _record(self, data: bytes) -> Item:
        try:
            value = load_json(decode(data, self.reading.encoding))
        except InputError as error:
            raise HTTPException(400, f"{self.name}: {error}") from error
        return checked_document(value, self.name, self.name, self.reading.date)

    def _dated(self, item: Item) -> Item:
        return with_dateline(item) if self.request.dateline and isinstance(item, Document) else item


def _reading(content_type: str, date: datetime.date | None) -> Reading:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in FORMATS:
        raise HTTPException(415, f"Content-Type must be one of {', '.join(FORMATS)}, not {media_type!r}.")
    return Reading(FORMATS[media_type], _charset(content_type), date)


def _charset(content_type: str) -> str | None:
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_content_charset()
    try:
        return None if charset is None else check_encoding(charset)
    except UsageError as error:
        raise HTTPException(415, f"Content-Type: {error}") from error


def _request(query: Mapping[str, str], default: Request) -> Request:
    for name in query:
        if name not in ("id", "date", "min_score"):
            raise HTTPException(400, f"Unknown parameter {name!r}: there are id, date and min_score.")
    try:
        date = query.get("date")
        if date is not None:
            day = None if date == AUTO else datetime.datetime.strptime(date, "%Y-%m-%d").date()
            default = replace(default, date=day, dateline=date == AUTO)
    except ValueError:
        raise HTTPException(400, f"Parameter 'date' must be YYYY-MM-DD or {AUTO}: {date!r}.") from None
    return replace(default, min_score=_score(query.get("min_score"), default.min_score))


def _score(given: str | None, default: float) -> float:
    try:
        score = default if given is None else float(given)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise HTTPException(400, f"Parameter 'min_score' must be a number from 0 to 1: {given!r}.")
    return score
