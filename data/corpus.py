"""Corpus files: one JSON record a line, read and written; `.jsonl.gz` is the same, compressed.

Reading forgives what editors and other systems do to a text file (a byte order mark, CRLF, blank lines)
and nothing else: what cannot be trained on or scored is an error that names file and line.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

from ie.document import Document, Entity
from ie.errors import CorpusError, RecordError
from ie.files import atomic_write

BOM = b"\xef\xbb\xbf"
SHOWN = 60  # characters of a text that a message quotes


def read_corpus(path: Path, *, annotated: bool = True) -> list[Document]:
    """Return the documents of a corpus file; see `iter_corpus`."""
    return list(iter_corpus(path, annotated=annotated))


def iter_corpus(path: Path, *, annotated: bool = True) -> Iterator[Document]:
    """Yield the documents of a corpus file one by one, entities sorted by place.

    Every entity is within its text, agrees with it, overlaps no other and has a label that its record covers.
    A record without `entities` is an error, unless it covers no label or the file need not be `annotated`,
    since only its texts are used. Raises `CorpusError`, which begins
    with `file:line:`, at the first line that does not hold to this; `ie.data.check` finds them all.
    """
    for number, line in iter_lines(path):
        try:
            yield _document(line, annotated)
        except RecordError as error:
            raise CorpusError(f"{path}:{number}: {error}") from error


def corpus_files(paths: Iterable[Path]) -> list[Path]:
    """Return the corpus files that `paths` name; a folder stands for its `.jsonl` and `.jsonl.gz` files.

    Raises `CorpusError` where a folder has none.
    """
    files: list[Path] = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
        if not found:
            raise CorpusError(f"{path}: There is no .jsonl or .jsonl.gz file in this folder.")
        files += found
    return files


def iter_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number (from 1) and bytes of each line that is not blank; a byte order mark is cut off.

    Raises `CorpusError` where the file cannot be read.
    """
    try:
        with _open(path) as stream:
            for number, line in enumerate(stream, start=1):
                content = line.removeprefix(BOM) if number == 1 else line
                if content.strip():
                    yield number, content
    # EOFError and zlib.error are what a cut or damaged .gz raises
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CorpusError(f"{path}: The file cannot be read: {reason}.") from error


def read_text(path: Path) -> str:
    """Return the content of a file in UTF-8, a byte order mark cut off, line ends as they are.

    Raises `CorpusError` where it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CorpusError(f"{path}: The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: The file is not UTF-8 at byte {error.start}.") from error


def parse_line(line: bytes) -> Any:
    """Return the JSON value of one line; raises `RecordError` where it is not UTF-8 or not JSON."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_reject_constant)
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise RecordError(f"The line is not UTF-8: byte {error.start} is 0x{byte:02x}.") from error
    except json.JSONDecodeError as error:
        raise RecordError(f"The line is not JSON: {error.msg} at character {error.pos}.") from error
    # a number of thousands of digits
    except ValueError as error:
        raise RecordError(f"The line is not JSON: {error}.") from error
    except RecursionError as error:
        raise RecordError("The line is not a record: it is nested too deeply.") from error
    if b"\\u" in line:
        _reject_surrogates(value)
    return value


def entity_fault(text: str, entity: Entity) -> str | None:
    """Return in one sentence why `entity` does not fit `text`, or None where it does."""
    name = f"{entity.label} [{entity.start}, {entity.end})"
    if entity.start >= entity.end:
        return f"{name} is empty."
    if entity.start < 0 or entity.end > len(text):
        return f"{name} is out of range: the text has {len(text)} characters."
    found = text[entity.start : entity.end]
    if found != entity.text:
        return f"{name} says {shorten(entity.text)!r}, but the text there is {shorten(found)!r}."
    return None


def overlap_fault(first: Entity, second: Entity) -> str | None:
    """Return in one sentence that two entities overlap, or None where they do not."""
    if not first.span.overlaps(second.span):
        return None
    one, two = (f"{e.label} [{e.start}, {e.end}) {shorten(e.text)!r}" for e in (first, second))
    return f"{one} overlaps {two}."


def coverage_fault(document: Document, entity: Entity) -> str | None:
    """Return in one sentence that the record does not cover the label of `entity`, or None where it does."""
    if document.labels is None or entity.label in document.labels:
        return None
    name = f"{entity.label} [{entity.start}, {entity.end}) {shorten(entity.text)!r}"
    return f"{name} is outside the record's 'labels' ({', '.join(document.labels) or 'none'})."


def shorten(text: str) -> str:
    """Return `text` as a message quotes it: its beginning where it is long."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def write_corpus(path: Path, documents: Iterable[Document]) -> int:
    """Write documents as a corpus file and return how many there were; the inverse of `read_corpus`.

    Every record has a `date`, null where it is not known. The file appears, or is replaced, only once
    it is complete. Equal documents give equal bytes, compressed too.
    """
    count = 0
    with atomic_write(path, binary=True) as stream, _compressed(path, stream) as out:
        for document in documents:
            out.write(format_line(document))
            count += 1
    return count


def format_line(document: Document) -> bytes:
    """Return the line of one document; raises `CorpusError` where it holds what JSON in UTF-8 cannot."""
    try:
        line = json.dumps(document.to_record(), ensure_ascii=False, allow_nan=False)
        return line.encode("utf-8") + b"\n"
    except ValueError as error:
        raise CorpusError(f"Document {document.id!r} cannot be written: {error}.") from error


def _document(line: bytes, annotated: bool) -> Document:
    document = Document.from_record(parse_line(line), annotated=annotated)
    entities = tuple(sorted(document.entities, key=lambda e: (e.start, e.end)))
    faults = [entity_fault(document.text, entity) for entity in entities]
    faults += [overlap_fault(*pair) for pair in pairwise(entities)]
    faults += [coverage_fault(document, entity) for entity in entities]
    for fault in filter(None, faults):
        raise RecordError(fault)
    return replace(document, entities=entities)


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def _compressed(path: Path, stream: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    if path.suffix != ".gz":
        return nullcontext(stream)
    # no name and no time, so that equal content gives equal bytes
    return cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0))


def _reject_surrogates(value: Any) -> None:
    """Raise `RecordError` for half a surrogate pair, which JSON can escape and UTF-8 cannot hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise RecordError(r"The line holds half a surrogate pair (\ud800 to \udfff).") from error


def _reject_constant(name: str) -> None:
    raise RecordError(f"The line is not JSON: {name} is no number.")
