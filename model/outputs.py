"""Documents into JSON Lines, a JSON list, an HTML page or a table, written as they come."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, TextIO, cast

from .document import Document
from .errors import UsageError
from .files import atomic_write, open_named


class OutputFormat(StrEnum):
    """How documents are written."""

    JSON = "json"
    JSONL = "jsonl"
    TABLE = "table"
    HTML = "html"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".json": OutputFormat.JSON,
    ".html": OutputFormat.HTML,
    ".htm": OutputFormat.HTML,
    ".parquet": OutputFormat.PARQUET,
}
ROW_GROUP = 1000


def default_format(output: Path | None, terminal: bool) -> OutputFormat:
    """Return the format where none was asked for: by the suffix of a file, else a table on a terminal.

    Everything else is JSON Lines.
    """
    if output is not None:
        *_, suffix = output.name.lower().removesuffix(".gz").rpartition(".")
        return _BY_SUFFIX.get(f".{suffix}", OutputFormat.JSONL)
    return OutputFormat.TABLE if terminal else OutputFormat.JSONL


def is_output(path: Path) -> bool:
    """Return whether a file that is there is empty or begins as JSON Lines, a JSON list or a page of ours."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            first = stream.readline()
            if first.startswith(b"<!doctype html>"):
                return b"<title>ie</title>" in stream.read(1000)
            line = stream.readline() if first == b"[\n" else first
            record = json.loads(line.rstrip(b",\n")) if line.strip() not in (b"", b"[]") else None
    except (OSError, EOFError, zlib.error, ValueError, RecursionError):
        return False
    return record is None or (isinstance(record, dict) and record.keys() >= {"text", "entities", "model"})


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Yield standard output, or a file that takes the place of `path` only once the block succeeds.

    What is no regular file (`/dev/null`, a pipe) is written to as it is; what ends in .gz is compressed.
    Raises `UsageError` where `path` cannot be written, `IEError` where it takes no more.
    """
    if path is None:
        yield sys.stdout
    elif path.exists() and not path.is_file():
        try:
            stream = open_named(path, path)
        except OSError as error:
            raise UsageError(f"Cannot write {path}: {error.strerror}.") from error
        with stream:
            yield cast(TextIO, stream)
    else:
        packed = path.suffix.lower() == ".gz"
        # what a link leads to is replaced, not the link
        with atomic_write(path.resolve() if path.is_symlink() else path, binary=packed) as file:
            if packed:
                with _compressed(file) as text:
                    yield text
            else:
                yield cast(TextIO, file)


def _compressed(stream: IO[bytes]) -> TextIO:
    """Return what compresses text into `stream`; to be closed, which leaves that open."""
    # no name and no time, so that equal records give equal bytes
    packed = gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0)
    # a buffer is flushed after each record, but not what it writes to, which would cost room
    buffered = io.BufferedWriter(cast(io.RawIOBase, packed))
    return io.TextIOWrapper(buffered, encoding="utf-8", newline="\n")


def write(
    documents: Iterable[Document], stream: TextIO, output_format: OutputFormat, labels: Sequence[str]
) -> None:
    """Write documents one by one as they come; `labels` are those that colours are given to.

    Raises `UsageError` for Parquet, which cannot be written to a stream of text.
    """
    match output_format:
        case OutputFormat.JSONL:
            write_jsonl(documents, stream)
        case OutputFormat.JSON:
            write_json(documents, stream)
        case OutputFormat.HTML:
            from .page import write_page

            write_page(documents, stream, labels)
        case OutputFormat.TABLE:
            from .table import write_table

            write_table(documents, stream, labels)
        case OutputFormat.PARQUET:
            raise UsageError(
                "Parquet is written into a folder of parts only: --output DIR/ --format parquet."
            )


def write_jsonl(documents: Iterable[Document], stream: TextIO) -> None:
    """Write one record a line, each at once so that a reader of the stream never waits for the next."""
    for document in documents:
        stream.write(_dumps(document) + "\n")
        stream.flush()


def write_jsonl_bytes(documents: Iterable[Document], file: IO[bytes]) -> None:
    """Write one record a line, in UTF-8, whenever it suits: for files that nobody reads before their end."""
    file.writelines(_dumps(document).encode() + b"\n" for document in documents)


def write_parquet(documents: Iterable[Document], file: IO[bytes]) -> None:
    """Write the rows of the documents (see `ie.arrow.schema`), `ROW_GROUP` at a time."""
    import pyarrow.parquet as parquet

    from .arrow import batch_of, schema

    rest = iter(documents)
    with parquet.ParquetWriter(file, schema()) as writer:
        while group := list(islice(rest, ROW_GROUP)):
            writer.write_batch(batch_of(group))


def write_json(documents: Iterable[Document], stream: TextIO) -> None:
    """Write a JSON list of records, one a line."""
    separator = "[\n"
    for document in documents:
        stream.write(separator + _dumps(document))
        separator = ",\n"
    stream.write("[]\n" if separator == "[\n" else "\n]\n")


def _dumps(document: Document) -> str:
    return json.dumps(document.to_record(), ensure_ascii=False)
