"""Which prediction belongs to which gold document."""

from collections import Counter
from collections.abc import Sequence

from ie.document import Document
from ie.errors import InputError


def pair(gold: Sequence[Document], predicted: Sequence[Document]) -> list[Document]:
    """Return the predicted documents in the order of `gold`: found by id, or as they are where none has one.

    Raises `InputError` on ids that repeat, ids that one side lacks, and documents without an id among others.
    """
    if not any(document.id is not None for document in (*gold, *predicted)):
        return list(predicted)
    check_ids(gold, "data")
    check_ids(predicted, "predictions")
    by_id = {document.id: document for document in predicted}
    _check_lacking([d.id for d in gold if d.id not in by_id], "predictions")
    ours = {document.id for document in gold}
    _check_lacking([d.id for d in predicted if d.id not in ours], "data")
    return [by_id[document.id] for document in gold]


def check_ids(documents: Sequence[Document], side: str) -> None:
    """Raise `InputError` unless every document has an id of its own; `side` names them in the message."""
    for i, document in enumerate(documents):
        if document.id is None:
            raise InputError(f"Document {i + 1} of the {side} has no id, though other documents have one.")
    check_duplicates(documents, side)


def check_duplicates(documents: Sequence[Document], side: str) -> None:
    """Raise `InputError` where two documents share an id; `side` names them in the message."""
    ids = Counter(document.id for document in documents if document.id is not None)
    repeated = [name for name, count in ids.items() if count > 1]
    if repeated:
        raise InputError(f"The {side} hold {len(repeated)} ids more than once, the first is {repeated[0]!r}.")


def _check_lacking(ids: Sequence[str | None], side: str) -> None:
    if ids:
        raise InputError(f"The {side} lack {len(ids)} documents, the first is {ids[0]!r}.")
