"""Documents out of files: text and HTML give one each, JSON Lines and JSON one a record.

Everything streams: one file at a time, and JSON Lines one line at a time. What cannot be read comes as
an `InputError` in its place, so that the rest is read all the same.
"""

import datetime
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from .document import Document
from .encodings import check_encoding, decode, detect
from .errors import InputError
from .markup import declared_charset, html_text, is_html
from .records import NOT_TEXT, is_encodable, numbered_lines, read_json, read_jsonl
from .sources import (
    PACKED,
    STDIN,
    SUFFIXES,
    UNREADABLE,
    InputFormat,
    display_name,
    find_files,
    ignore,
    suffix_of,
)

Item = Document | InputError
PEEK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read: `encoding` None is for detection, `date` for documents without their own."""

    format: InputFormat = InputFormat.AUTO
    encoding: str | None = None
    date: datetime.date | None = None


def read_documents(
    paths: Sequence[str],
    reading: Reading | None = None,
    *,
    skip: Path | None = None,
    on_unknown: Callable[[Path], object] = ignore,
) -> Iterator[Item]:
    """Yield the documents of `paths` (see `find_files`) in order, an `InputError` for what cannot be read.

    `skip` and `on_unknown` are those of `find_files`.

    The `id` of a document is its own, else the path as given (`path:line` in JSON Lines). Its `text` is what
    offsets map to: decoded, without byte order mark, and for HTML without markup; nothing else is changed.
    Raises `UsageError` on an unknown encoding.
    """
    reading = reading or Reading()
    if reading.encoding is not None:
        check_encoding(reading.encoding)
    return _read_all(find_files(paths, skip, on_unknown), reading)


def _read_all(files: Iterable[Path | InputError], reading: Reading) -> Iterator[Item]:
    for path in files:
        if isinstance(path, InputError):
            yield path
            continue
        try:
            yield from _read_path(path, reading)
        # EOFError and zlib.error are what a cut or damaged .gz raises
        except (OSError, EOFError, zlib.error) as error:
            yield InputError(f"{display_name(path)}: {getattr(error, 'strerror', None) or error}.")


def _read_path(path: Path, reading: Reading) -> Iterator[Item]:
    name = display_name(path)
    if str(path) == STDIN:
        yield from read_stream(sys.stdin.buffer, name, reading)
        return
    suffix = suffix_of(path)
    if reading.format is InputFormat.AUTO and suffix in UNREADABLE:
        yield InputError(f"{name}: Files that end in {suffix} are not read; give text, HTML or JSON Lines.")
        return
    with gzip.open(path) if suffix == PACKED else path.open("rb") as stream:
        yield from read_stream(cast(BinaryIO, stream), name, reading)


def read_stream(stream: BinaryIO, name: str, reading: Reading) -> Iterator[Item]:
    """Yield the documents of an open binary stream; `name` stands in ids and errors."""
    buffered = _peekable(stream)
    kind = reading.format
    if kind is InputFormat.AUTO:
        kind = SUFFIXES.get(suffix_of(Path(name))) or _guess(buffered.peek())
    if kind is InputFormat.JSON and reading.format is InputFormat.AUTO and _has_lines(buffered.peek()):
        kind = InputFormat.JSONL
    if kind is InputFormat.JSONL:
        encoding = reading.encoding or detect(buffered.peek())
        yield from read_jsonl(buffered, name, encoding=encoding, date=reading.date)
    elif kind is InputFormat.JSON:
        yield from read_json(buffered.read(), name, encoding=reading.encoding, date=reading.date)
    else:
        yield _text_document(buffered.read(), name, reading, kind)


def read_lines(stream: BinaryIO, name: str) -> Iterator[str | InputError]:
    """Yield the lines of an open binary stream that are not blank, stripped; an error for what is no text."""
    buffered = _peekable(stream)
    for number, line in numbered_lines(buffered, detect(buffered.peek())):
        if line.strip():
            yield line.strip() if is_encodable(line) else InputError(f"{name}:{number}: {NOT_TEXT}")


def _peekable(stream: BinaryIO) -> io.BufferedReader:
    # A buffer over a buffer would wait for all it can hold, and a pipe may stay open after its first line.
    return io.BufferedReader(cast(io.RawIOBase, getattr(stream, "raw", stream)), PEEK_BYTES)


def _guess(head: bytes) -> InputFormat:
    """Return how to read what begins with `head`; AUTO is text, or HTML where it turns out to be."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    line = start.partition(b"\n")[0].rstrip()
    if line == b"{" or (start[:1] == b"[" and start[1:].lstrip()[:1] == b"{"):
        return InputFormat.JSON
    if line.startswith(b"{") and line[1:].lstrip().startswith((b'"', b"}")):
        return InputFormat.JSONL
    return InputFormat.AUTO


def _has_lines(head: bytes) -> bool:
    """Return whether what ends in .json is JSON Lines, as many systems write it: a record on each line."""
    return _guess(head) is InputFormat.JSONL and head.partition(b"\n")[2].lstrip().startswith(b"{")


def _text_document(data: bytes, name: str, reading: Reading, kind: InputFormat) -> Item:
    try:
        text = decode(data, reading.encoding, declared_charset(data))
    except InputError as error:
        return InputError(f"{name}: {error}")
    if kind is InputFormat.HTML or (kind is InputFormat.AUTO and is_html(text)):
        text = html_text(text)
    if not text.strip():
        reason = "holds white space and markup only" if data else "is empty"
        return InputError(f"{name}: The file {reason}.")
    return Document(text, id=name, date=reading.date)
