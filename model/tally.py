"""What goes into the parts of a run: inputs counted and compared on their way to the model."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from .document import Document
from .errors import InputError, UsageError

# A file of a million bad lines must not fill the memory with sentences.
MAX_SENTENCES = 100


@dataclass(slots=True)
class Failures:
    """How many inputs could not be read, and the first sentences that say why."""

    count: int = 0
    sentences: list[str] = field(default_factory=list)

    def add(self, count: int, sentences: Iterable[str]) -> None:
        """Count `count` more, of which `sentences` tell."""
        self.count += count
        self.sentences.extend(islice(sentences, MAX_SENTENCES - len(self.sentences)))


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part.

    `bytes` is the size of the file `name`; `first` the id of its first document; `digest` the SHA-256 of the
    ids and texts that went in, `context` that of their dates and sources; `errors` how many inputs before its
    last document could not be read, and `failures` the first of the sentences that say why.
    """

    name: str
    records: int
    bytes: int
    first: str | None
    digest: str
    context: str
    errors: int
    failures: tuple[str, ...]


class Tally:
    """Documents in their order, counted and digested as they pass: what a part is made of."""

    def __init__(self) -> None:
        self.records = 0
        self.first: str | None = None
        self.failures = Failures()
        self._hash = hashlib.sha256()
        # apart from the ids and texts, for what comes back from the model may have been given a date
        self._context = hashlib.sha256()

    def add(self, document: Document) -> Document:
        """Count a document and return it."""
        if self.records == 0:
            self.first = document.id
        self.records += 1
        self._hash.update(json.dumps([document.id, document.text]).encode())
        date = document.date and document.date.isoformat()
        self._context.update(json.dumps([date, document.source]).encode())
        return document

    @property
    def digest(self) -> str:
        """SHA-256 of the ids and texts, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def context(self) -> str:
        """SHA-256 of the dates and sources, in hexadecimal."""
        return self._context.hexdigest()

    def part(self, name: str, size: int) -> Part:
        """Return the part that these documents are, in a file `name` of `size` bytes."""
        count, sentences = self.failures.count, tuple(self.failures.sentences)
        return Part(name, self.records, size, self.first, self.digest, self.context, count, sentences)


class Intake:
    """The documents among `items` that no part holds yet, to be iterated once.

    Those that `earlier` parts hold are passed over, and compared on the way. A model reads ahead, so what
    each part to come is made of waits in `tallies`, put there before its last document is given out.
    Errors count to the part of the document that follows them; `waiting` are those that none follows.
    """

    def __init__(
        self,
        items: Iterable[Document | InputError],
        earlier: Iterable[Part],
        part_records: int,
        on_error: Callable[[InputError], None],
    ) -> None:
        self._documents = self._readable(items)
        self._earlier = earlier
        self._part_records = part_records
        self._on_error = on_error
        self.tallies: deque[Tally] = deque()
        self.waiting = Failures()
        self.exhausted = False

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents; raises `UsageError` where a part was made of other inputs."""
        for part in self._earlier:
            self._pass_over(part)
        tally = Tally()
        for document in self._documents:
            tally.add(document)
            tally.failures.add(self.waiting.count, self.waiting.sentences)
            self.waiting = Failures()
            if tally.records == self._part_records:
                self.tallies.append(tally)
                tally = Tally()
            yield document
        if tally.records:
            self.tallies.append(tally)
        self.exhausted = True

    def _readable(self, items: Iterable[Document | InputError]) -> Iterator[Document]:
        for item in items:
            if isinstance(item, InputError):
                self.waiting.add(1, [str(item)])
                self._on_error(item)
            else:
                yield item

    def _pass_over(self, part: Part) -> None:
        tally = Tally()
        for document in islice(self._documents, part.records):
            tally.add(document)
            self.waiting = Failures()  # the part has recorded them
        if (tally.digest, tally.context) != (part.digest, part.context):
            raise UsageError(
                f"{part.name}, which begins with {part.first!r}, was made of other inputs than are given now "
                f"({_difference(tally, part)}): give those of the first time, or write to another folder."
            )


def _difference(tally: Tally, part: Part) -> str:
    if tally.records < part.records:
        return f"{tally.records} of its {part.records} documents are left"
    if tally.first != part.first:
        return f"its first would now be {tally.first!r}"
    what = "a text or an id" if tally.digest != part.digest else "a date or a source"
    return f"{what} in it has changed"
