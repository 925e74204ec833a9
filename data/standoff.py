"""Stand-off annotation: places and labels without the texts, for corpora whose texts are not ours to pass on.

A line is a record of the corpus format (`ie.document`) without `text`, in the record and in its entities,
and with the SHA-256 of the text instead, so that offsets are never laid over another text than the annotated
one.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ie.document import Document, Record
from ie.errors import CorpusError, RecordError
from ie.files import atomic_write

from .corpus import iter_lines, parse_line


@dataclass(frozen=True, slots=True)
class Merge:
    """Annotated documents, and the ids of those whose text is missing or is not the annotated one."""

    documents: tuple[Document, ...]
    missing: tuple[str, ...]
    changed: tuple[str, ...]


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def strip_text(document: Document) -> Record:
    """Return the stand-off record of an annotated document; inverse of `merge`."""
    record = document.to_record()
    return {
        "id": document.id,
        "sha256": text_hash(document.text),
        **{key: value for key, value in record.items() if key not in ("id", "text", "entities")},
        "entities": [{k: v for k, v in entity.items() if k != "text"} for entity in record["entities"]],
    }


def write_standoff(path: Path, documents: Iterable[Document]) -> None:
    """Write annotated documents as a stand-off file."""
    with atomic_write(path) as file:
        for document in documents:
            file.write(json.dumps(strip_text(document), ensure_ascii=False) + "\n")


def iter_texts(path: Path) -> Iterator[Document]:
    """Yield text, and id where it has one, of each line of a JSON Lines file; nothing else of it is read.

    Lines without a text are passed over. Raises `CorpusError` (`file:line:`) on a line that is not JSON.
    """
    for number, line in iter_lines(path):
        try:
            record = parse_line(line)
        except RecordError as error:
            raise CorpusError(f"{path}:{number}: {error}") from error
        identifier, text = (record.get(k) if isinstance(record, dict) else None for k in ("id", "text"))
        if isinstance(text, str):
            # a number is an id as in `Document.from_record`
            known = isinstance(identifier, str | int) and not isinstance(identifier, bool)
            yield Document(text, id=str(identifier) if known else None)


def merge(standoff: Path, texts: Iterable[Document]) -> Merge:
    """Return the documents of a stand-off file joined with their texts, in the order of the file.

    Of `texts` only ids and texts count. Raises `CorpusError` (`file:line:`) on a bad stand-off line.
    """
    records = list(iter_records(standoff))
    found = _find({identifier for _, identifier, _ in records}, texts)
    documents: list[Document] = []
    missing: list[str] = []
    changed: list[str] = []
    for place, identifier, record in records:
        versions = found.get(identifier, ())
        text = next((d for d in versions if text_hash(d.text) == record["sha256"]), None)
        if text is None:
            (changed if versions else missing).append(identifier)
        else:
            documents.append(_join(place, record, text))
    return Merge(tuple(documents), tuple(missing), tuple(changed))


def iter_records(path: Path) -> Iterator[tuple[str, str, Record]]:
    """Yield place (`file:line`), id and record of each line of a stand-off file.

    Raises `CorpusError` where a line is not JSON or lacks id or hash.
    """
    for number, line in iter_lines(path):
        place = f"{path}:{number}"
        try:
            record = parse_line(line)
        except RecordError as error:
            raise CorpusError(f"{place}: {error}") from error
        for key in ("id", "sha256"):
            if not isinstance(record, dict) or not isinstance(record.get(key), str):
                raise CorpusError(f"{place}: A stand-off record needs the string '{key}'.")
        yield place, record["id"], record


def _find(wanted: set[str], texts: Iterable[Document]) -> Mapping[str, list[Document]]:
    """Return the documents with a wanted id; a source may hold several versions of one."""
    found: dict[str, list[Document]] = {}
    for document in texts:
        if document.id in wanted:
            found.setdefault(document.id, []).append(document)
    return found


def _join(place: str, record: Record, source: Document) -> Document:
    entities = [_with_text(entity, source.text) for entity in record.get("entities") or ()]
    try:
        return Document.from_record({**record, "text": source.text, "entities": entities})
    except RecordError as error:
        raise CorpusError(f"{place}: {error}") from error


def _with_text(entity: Any, text: str) -> Any:
    if not isinstance(entity, dict) or not all(isinstance(entity.get(k), int) for k in ("start", "end")):
        return entity  # Document.from_record names the field
    return {**entity, "text": text[entity["start"] : entity["end"]]}
