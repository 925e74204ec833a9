"""Documents as rows of Arrow tables, and the batch function that engines of many machines call.

A row has the fields of a record; the value of an entity, whose own fields differ by label, is JSON text,
and what cannot be used keeps its row, with the reason in `error`.
"""

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from .document import Document, Record
from .errors import InputError, MissingDependencyError, RecordError
from .records import FIELDS
from .selection import check_labels, select

if TYPE_CHECKING:
    import pyarrow as pa

    from .extractor import Extractor

Item = Document | InputError
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an extractor; the options of `ie predict` of the same names."""

    values: bool = True
    date: datetime.date | None = None
    """Date of the documents that have none of their own."""
    dateline: bool = False
    """Whether documents without a date take that of their dateline or byline."""
    labels: tuple[str, ...] = ()
    """Labels that are kept; none means all."""
    min_score: float = 0.0


@cache
def schema() -> "pa.Schema":
    """Return the columns of what `extract_batches` yields; further columns of its input follow them.

    `start` and `end` are code points of `text`, half-open. Raises `MissingDependencyError` without pyarrow.
    """
    pa = import_pyarrow()
    entity = pa.struct(
        [
            *[("label", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("text", pa.string())],
            *[
                ("score", pa.float64()),
                ("value", pa.string()),
                ("reason", pa.string()),
                ("group", pa.int32()),
            ],
        ]
    )
    return pa.schema(
        [
            *[("id", pa.string()), ("text", pa.string()), ("date", pa.date32()), ("source", pa.string())],
            *[("labels", pa.list_(pa.string())), ("entities", pa.list_(entity)), ("truncated", pa.bool_())],
            *[("model", pa.string()), ("error", pa.string())],
        ]
    )


def import_pyarrow() -> Any:
    """Return the module pyarrow; raises `MissingDependencyError` where it is not installed."""
    try:
        import pyarrow
    except ImportError as error:
        raise MissingDependencyError(
            "Arrow tables need pyarrow, which is not installed: pip install 'ie[parquet]'."
        ) from error
    return pyarrow


def extract_batches(
    extractor: "Extractor", batches: "Iterable[pa.RecordBatch]", request: Request | None = None
) -> "Iterator[pa.RecordBatch]":
    """Yield for each batch, as it comes, one of the same rows with the entities found: `schema()`.

    `text` is required; `id` (strings or integers), `date` (days, or strings YYYY-MM-DD) and `source` are
    optional, and whatever else is there is passed through behind the columns of `schema()`. A row that
    cannot be used comes out with `error` and without entities. Raises `InputError`, which names the
    column, where a column is missing or of the wrong type.
    """
    for batch in batches:
        yield batch_of(extract_items(extractor, items_of(batch), request or Request()), batch)


def extract_items(extractor: "Extractor", items: Sequence[Item], request: Request) -> list[Item]:
    """Return the items in order: documents with the entities that are asked for, errors as they are."""
    wanted = check_labels(request.labels, extractor.labels)
    documents = (item for item in items if isinstance(item, Document))
    found = extract_documents(extractor.extract_batch, documents, request, wanted)
    return [next(found) if isinstance(item, Document) else item for item in items]


def extract_documents(
    extract: Callable[..., Iterator[Document]],
    documents: Iterable[Document],
    request: Request,
    labels: Sequence[str],
) -> Iterator[Document]:
    """Return the documents with their entities of `labels`, as a stream; `extract` is as `extract_batch`."""
    found = extract((_dated(document, request) for document in documents), values=request.values)
    return (select(document, labels, request.min_score) for document in found)


def _dated(document: Document, request: Request) -> Document:
    if document.date is None and request.date is not None:
        return replace(document, date=request.date)
    if request.dateline:
        from .values import with_dateline

        return with_dateline(document)
    return document


def row_of(document: Document) -> Row:
    """Return the row of a document, all columns of `schema()`; inverse of `document_of`."""
    record = document.to_record()
    entities = [_with_value(item, json.dumps) for item in record["entities"]]
    return {**dict.fromkeys(schema().names), **record, "date": document.date, "entities": entities}


def document_of(row: Row) -> Document:
    """Return the document of a row: one whose record is that of the document that the row was made of.

    Raises `RecordError`, which names the field, where the row cannot be used.
    """
    date = row.get("date")
    record: Record = {**row, "date": date.isoformat() if isinstance(date, datetime.date) else date}
    record["entities"] = [_with_value(item, json.loads) for item in row.get("entities") or ()]
    return Document.from_record(record)


def _with_value(entity: Record, convert: Any) -> Record:
    value = entity.get("value")
    if value is None:
        return entity
    options = {"ensure_ascii": False} if convert is json.dumps else {}
    return {**entity, "value": convert(value, **options)}


def check_columns(columns: "pa.Schema") -> None:
    """Raise `InputError`, which names the column, unless documents can be read from such columns."""
    pa = import_pyarrow()
    if "text" not in columns.names:
        raise InputError(f"There is no column 'text' among {', '.join(columns.names) or 'none'}.")
    for name in FIELDS:
        places = columns.get_all_field_indices(name)
        if len(places) > 1:
            raise InputError(f"Column '{name}' is there {len(places)} times.")
        kind = columns.field(places[0]).type if places else pa.null()
        if not _fits(name, kind.value_type if pa.types.is_dictionary(kind) else kind):
            wanted = {"date": "days or strings", "id": "strings or integers"}.get(name, "strings")
            raise InputError(f"Column '{name}' must hold {wanted}, not {kind}.")


def _fits(name: str, kind: "pa.DataType") -> bool:
    types = import_pyarrow().types
    return (
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_null(kind)
        or (name == "date" and types.is_date(kind))
        or (name == "id" and types.is_integer(kind))
    )


def items_of(batch: "pa.RecordBatch") -> list[Item]:
    """Return the document of each row, an `InputError` for a row that cannot be used; see `check_columns`."""
    check_columns(batch.schema)
    return [_item(row) for row in _input_rows(batch)]


def batch_of(items: Sequence[Item], batch: "pa.RecordBatch | None" = None) -> "pa.RecordBatch":
    """Return the rows of `items`, `schema()` first and then the further columns of `batch`.

    `batch` holds what the items were read from, row by row; of one that is an error the input is kept.
    """
    pa = import_pyarrow()
    rows = [{}] * len(items) if batch is None else _input_rows(batch)
    filled = [_output_row(item, row) for item, row in zip(items, rows, strict=True)]
    result = pa.RecordBatch.from_pylist(filled, schema=schema())
    if batch is None:
        return result
    further = [i for i, name in enumerate(batch.schema.names) if name not in schema().names]
    return pa.RecordBatch.from_arrays(
        [*result.columns, *(batch.column(i) for i in further)],
        schema=pa.schema([*schema(), *(batch.schema.field(i) for i in further)]),
    )


def _item(row: Row) -> Item:
    try:
        return document_of(row)
    except RecordError as error:
        return error


def _output_row(item: Item, row: Row) -> Row:
    if isinstance(item, Document):
        return row_of(item)
    kept = {key: row.get(key) for key in ("text", "source") if isinstance(row.get(key), str)}
    identity, date = row.get("id"), row.get("date")
    kept["id"] = str(identity) if isinstance(identity, str | int) else None
    return {**kept, "date": date if isinstance(date, datetime.date) else None, "error": str(item)}


def _input_rows(batch: "pa.RecordBatch") -> list[Row]:
    names = [name for name in FIELDS if name in batch.schema.names]
    columns = [_values(batch.column(name)) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _values(column: "pa.Array") -> list[Any]:
    """Return the values of a column; strings that are no UTF-8, which some writers leave, as bytes."""
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        return [_value(scalar) for scalar in column]
    return values


def _value(scalar: "pa.Scalar") -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
