"""Parts: the files that an output is made of, one for each piece of the input.

A part is named by the number of its piece and renamed into place when it is whole. So a piece can be done
again, on another machine or twice at once, and the output holds each record once.
"""

import io
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ie.arrow import Item, Request, batch_of, extract_items, import_pyarrow, schema
from ie.document import Document
from ie.errors import InputError
from ie.inputs import Reading
from ie.outputs import write_jsonl

from .pieces import Piece, read

if TYPE_CHECKING:
    import pyarrow as pa

    from ie.extractor import Extractor

NAMED_ERRORS = 100


class PartFormat(StrEnum):
    """How parts are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all pieces of a run."""

    folder: str
    format: PartFormat
    reading: Reading
    request: Request


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a piece: `errors` are the first of those that `failed` counts."""

    number: int
    records: int
    failed: int
    errors: tuple[str, ...]


def extract_piece(piece: Piece, extractor: "Extractor", job: Job) -> Result:
    """Write the part of `piece`, and beside it what failed, if anything did; return the counts."""
    records = 0
    errors: list[str] = []
    with _part(job, piece.number) as write:
        for items, batch in read(piece, job.reading):
            found = extract_items(extractor, items, job.request)
            write(found, batch)
            failed = [str(item) for item in found if isinstance(item, InputError)]
            records += len(found) - len(failed)
            errors += failed
        if errors:
            with _whole(Path(job.folder) / f"errors-{piece.number:06}.jsonl") as stream:
                stream.writelines(
                    json.dumps({"error": error}, ensure_ascii=False).encode() + b"\n" for error in errors
                )
    return Result(piece.number, records, len(errors), tuple(errors[:NAMED_ERRORS]))


def part_path(job: Job, number: int) -> Path:
    """Return the file of the part of a piece."""
    return Path(job.folder) / f"part-{number:06}.{job.format}"


@contextmanager
def _part(job: Job, number: int) -> Iterator[Any]:
    """Yield a function that writes items, and the batch they were read from, to the part."""
    with _whole(part_path(job, number)) as stream:
        if job.format is PartFormat.PARQUET:
            with _ParquetPart(stream) as part:
                yield part.write
        else:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=True)
            yield lambda items, _: write_jsonl((item for item in items if isinstance(item, Document)), text)
            text.detach()


class _ParquetPart:
    """A Parquet file whose columns are those of the first batch; without any, those of `schema()`.

    Further columns that a later batch lacks are null there: the error that stands for the rest of a damaged
    file has none.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._writer: Any = None
        self._columns: Any = None

    def __enter__(self) -> "_ParquetPart":
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        if self._writer is None and kind is None:
            self._open(schema())
        if self._writer is not None:
            self._writer.close()

    def write(self, items: Sequence[Item], batch: "pa.RecordBatch | None") -> None:
        rows = batch_of(items, batch)
        if self._writer is None:
            self._open(rows.schema)
        pa, lacking = import_pyarrow(), list(self._columns)[rows.num_columns :]
        nulls = [pa.nulls(len(rows), column.type) for column in lacking]
        self._writer.write_batch(pa.RecordBatch.from_arrays([*rows.columns, *nulls], schema=self._columns))

    def _open(self, columns: "pa.Schema") -> None:
        import pyarrow.parquet as pq

        # those of `schema()` come first, so that what a batch lacks are the last
        self._columns = import_pyarrow().schema([column.with_nullable(True) for column in columns])
        self._writer = pq.ParquetWriter(self._stream, self._columns, compression="zstd")


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes the place of `path` once the block succeeds.

    Two machines may write the same part, with the same process id: the name beside it is no other's.
    """
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with beside.open("wb") as stream:
            yield stream
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
