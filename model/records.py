"""Documents out of JSON: one record a line (JSON Lines), or a file with a list of records or one."""

import datetime
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from .document import Document
from .encodings import decode
from .errors import InputError, RecordError

# The fields that are input; a record may be a prediction or an annotation whose entities are of no concern.
FIELDS = ("id", "text", "date", "source")
NOT_TEXT = "The line is not text in the encoding of the file."
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_jsonl(
    stream: BinaryIO, name: str, *, encoding: str = "utf-8", date: datetime.date | None = None
) -> Iterator[Document | InputError]:
    """Yield the document of each line that is not blank; a bad line is an error that begins `name:line:`."""
    empty = True
    for number, line in numbered_lines(stream, encoding):
        if not line.strip():
            continue
        empty = False
        where = f"{name}:{number}"
        yield InputError(f"{where}: {NOT_TEXT}") if not is_encodable(line) else _parse(line, where, date)
    if empty:
        yield InputError(f"{name}: The file is empty.")


def read_json(
    data: bytes, name: str, *, encoding: str | None = None, date: datetime.date | None = None
) -> Iterator[Document | InputError]:
    """Yield the document of each record in a JSON list, or of the one record that the file is."""
    if not data.strip():
        yield InputError(f"{name}: The file is empty.")
        return
    try:
        value = load_json(decode(data, encoding))
    except InputError as error:
        yield InputError(f"{name}: {error}")
        return
    if not isinstance(value, list):
        yield checked_document(value, name, name, date)
        return
    for number, record in enumerate(value, start=1):
        yield checked_document(record, f"{name}: record {number}", f"{name}:{number}", date)


def numbered_lines(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; bytes that are no text come as half surrogates. A line feed alone ends a line."""
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="\n")
    number = 0
    try:
        for number, line in enumerate(text, start=1):
            yield number, line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeDecodeError:  # UTF-16 cannot be taken up again after a broken character
        yield number + 1, "\udcff"


def is_encodable(text: str) -> bool:
    """Return whether a text holds no half surrogate pair, which is no character."""
    return not _SURROGATE.search(text)


def _parse(line: str, where: str, date: datetime.date | None) -> Document | InputError:
    try:
        return checked_document(load_json(line.rstrip("\r\n")), where, where, date)
    except InputError as error:
        return InputError(f"{where}: {error}")


def load_json(text: str) -> Any:
    """Return what a JSON text says; raises `RecordError`, which says where, on what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise RecordError(f"Not JSON: {error.msg} at {place}character {error.colno}.") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a thousand brackets
        raise RecordError("Not a record: a number or the nesting is beyond all measure.") from error


def checked_document(record: Any, where: str, name: str, date: datetime.date | None) -> Document | InputError:
    """Return the document of a record, an error that begins `where:` if it is not as it must be.

    `name` and `date` are for a record that has no id or date of its own.
    """
    try:
        if isinstance(record, dict):
            record = {key: record.get(key) for key in FIELDS}
        document = Document.from_record(record)
        for key in ("id", "text", "source"):
            if not is_encodable(getattr(document, key) or ""):
                raise RecordError(f"Field '{key}' holds half a surrogate pair, which is no character.")
    except RecordError as error:
        return InputError(f"{where}: {error}")
    return replace(document, id=document.id or name, date=document.date or date)
