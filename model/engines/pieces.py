"""Pieces: the shares into which an engine cuts its input.

Small files share a piece; a large file of JSON Lines or Parquet is cut into several, by bytes or by rows.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ie.arrow import Item, check_columns, import_pyarrow, items_of
from ie.document import Document
from ie.encodings import detect
from ie.errors import InputError, first_line
from ie.inputs import PEEK_BYTES, Reading, read_documents
from ie.records import read_jsonl
from ie.sources import PACKED, SUFFIXES, InputFormat, display_name, find_files, ignore, suffix_of, walk

if TYPE_CHECKING:
    import pyarrow as pa


PARQUET = ".parquet"
# A batch is what is in memory at once; several times what the extractor sorts by length.
BATCH_DOCUMENTS = 512
BATCH_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole files, or of one file the bytes (JSON Lines) or rows (Parquet) from `start` to `stop`."""

    number: int
    files: tuple[str, ...]
    start: int = 0
    stop: int | None = None
    """None stands for whole files."""
    line: int = 1
    """The number of the line that begins at byte `start`."""
    encoding: str | None = None


def find_inputs(
    paths: Sequence[str], on_unknown: Callable[[Path], object] = ignore
) -> Iterator[Path | InputError]:
    """Yield the files that `paths` stand for, in order: as `ie predict` finds them, and Parquet.

    A folder with Parquet files, which often lie beside other things, is read as those alone. `on_unknown` is
    told of the files in folders that are not read.
    """
    for path in paths:
        if os.path.isdir(path) and any(_tables(Path(path), ignore)):  # noqa: PTH112
            yield from sorted(_tables(Path(path), on_unknown))
        else:
            yield from find_files([path], None, on_unknown)


def _tables(folder: Path, on_other: Callable[[Path], object]) -> Iterator[Path]:
    for path in walk(folder):
        if _hidden(path, folder):
            continue
        if path.suffix.lower() == PARQUET:
            yield path
        else:
            on_other(path)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith("_") for part in path.relative_to(folder).parts)


def plan(files: Iterable[Path | InputError], reading: Reading, size: int) -> Iterator[Piece | InputError]:
    """Yield the pieces, numbered from 0, that `files` are cut into, of about `size` bytes each.

    An `InputError` stands for what cannot be read at all.
    """
    number = 0
    for piece in _pieces(files, reading, size):
        if isinstance(piece, InputError):
            yield piece
        else:
            yield replace(piece, number=number)
            number += 1


def _pieces(files: Iterable[Path | InputError], reading: Reading, size: int) -> Iterator[Piece | InputError]:
    """Yield the pieces without their numbers; small files share one."""
    small: list[str] = []
    total = 0
    for path in files:
        own = [path] if isinstance(path, InputError) else _cut(path, reading, size)
        if small and (own or total >= size):
            yield Piece(0, tuple(small))
            small, total = [], 0
        yield from own
        if isinstance(path, Path) and not own:
            small.append(str(path))
            total += file_size(path)
    if small:
        yield Piece(0, tuple(small))


def file_size(path: Path) -> int:
    """Return the bytes of a file; 0 for one that is not to be had."""
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it will say why


def _cut(path: Path, reading: Reading, size: int) -> list[Piece | InputError]:
    """Return the pieces of a file, none for a file that is not to be cut; an error for one not to be had."""
    try:
        return list(_cuts(path, reading, size))
    except OSError as error:
        return [_unreadable(path, error)]


def _unreadable(path: Path, error: OSError) -> InputError:
    # what Arrow says instead of the system's reason names the path once more
    return InputError(f"{display_name(path)}: {os.strerror(error.errno) if error.errno else error}.")


def _cuts(path: Path, reading: Reading, size: int) -> Iterator[Piece | InputError]:
    if path.suffix.lower() == PARQUET:
        yield from _cut_rows(path, size)
    elif _is_jsonl(path, reading) and file_size(path) > size:
        with path.open("rb") as stream:
            encoding = reading.encoding or detect(stream.read(PEEK_BYTES))
            # in the others a line feed is no single byte
            if "\n".encode(encoding) == b"\n":
                yield from _cut_lines(path, stream, encoding, size)


def _is_jsonl(path: Path, reading: Reading) -> bool:
    """Return whether a file has JSON Lines that can be cut between any two bytes; packed ones cannot."""
    kind = reading.format
    if suffix_of(path) == PACKED:
        return False
    return (SUFFIXES.get(path.suffix.lower()) if kind is InputFormat.AUTO else kind) is InputFormat.JSONL


def _cut_lines(path: Path, stream: IO[bytes], encoding: str, size: int) -> Iterator[Piece]:
    start, line = 0, 1
    stream.seek(0)
    while data := stream.read(size):
        data += stream.readline()
        yield Piece(0, (str(path),), start, start + len(data), line, encoding)
        start, line = start + len(data), line + data.count(b"\n")


def _cut_rows(path: Path, size: int) -> Iterator[Piece | InputError]:
    try:
        with _parquet(path) as file:
            check_columns(file.schema_arrow)
            rows = file.metadata.num_rows
    except InputError as error:
        yield InputError(f"{display_name(path)}: {error}")
        return
    step = max(1, rows * size // max(1, file_size(path)))
    for start in range(0, max(rows, 1), step):
        yield Piece(0, (str(path),), start, min(start + step, rows))


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    pa = import_pyarrow()
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except pa.ArrowException as error:
        raise InputError(f"Not a Parquet file: {first_line(error)}") from error


def read(piece: Piece, reading: Reading) -> "Iterator[tuple[list[Item], pa.RecordBatch | None]]":
    """Yield the items of a piece in batches, each with the rows of Parquet that it was read from, if any."""
    if Path(piece.files[0]).suffix.lower() == PARQUET:
        yield from _read_rows(piece)
        return
    items = read_documents(piece.files, reading) if piece.stop is None else _read_lines(piece)
    for batch in _batched(items):
        yield batch, None


def _batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    chars = 0
    for item in items:
        batch.append(item)
        chars += len(item.text) if isinstance(item, Document) else 0
        if len(batch) >= BATCH_DOCUMENTS or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _read_lines(piece: Piece) -> Iterator[Item]:
    (path,), stop = piece.files, piece.stop
    assert stop is not None
    try:
        with Path(path).open("rb") as stream:
            stream.seek(piece.start)
            data = stream.read(stop - piece.start)
    except OSError as error:
        yield _unreadable(Path(path), error)
        return
    if data.strip():
        # blank lines for those before, so that each line has the number that it has in the file
        numbered = io.BytesIO(b"\n" * (piece.line - 1) + data)
        name, encoding = display_name(Path(path)), piece.encoding or "utf-8"
        yield from read_jsonl(numbered, name, encoding=encoding)


def _read_rows(piece: Piece) -> "Iterator[tuple[list[Item], pa.RecordBatch | None]]":
    """Yield the rows of a Parquet file; errors and missing ids are `path:row`, the first being 1."""
    path, stop = Path(piece.files[0]), piece.stop
    name = display_name(path)
    try:
        with _parquet(path) as file:
            for row, batch in _batches(file, piece.start, stop or 0):
                found = (_named(item, f"{name}:{row + i + 1}") for i, item in enumerate(items_of(batch)))
                yield list(found), batch
    except InputError as error:
        yield [InputError(f"{name}: {error}")], None
    except OSError as error:
        yield [_unreadable(path, error)], None


def _named(item: Item, where: str) -> Item:
    if isinstance(item, InputError):
        return InputError(f"{where}: {item}")
    return replace(item, id=item.id or where)


def _batches(file: Any, start: int, stop: int) -> "Iterator[tuple[int, pa.RecordBatch]]":
    """Yield the rows from `start` to `stop`, with the number of the first, reading no other row groups."""
    first, groups, offset = 0, [], 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if first < stop and first + rows > start:
            groups.append(group)
            offset = offset if len(groups) > 1 else first
        first += rows
    for batch in file.iter_batches(BATCH_DOCUMENTS, row_groups=groups):
        low, high = max(start - offset, 0), min(stop - offset, len(batch))
        if low < high:
            yield offset + low, batch.slice(low, high - low)
        offset += len(batch)
