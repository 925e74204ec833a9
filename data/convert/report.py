"""What a conversion did to its corpus: every repair, change, drop and addition, with place and reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ie.data.brat import RawSpan
from ie.document import Document, Span

Action = Literal["repaired", "changed", "dropped", "added", "problem"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing done to one mention; offsets are characters of the text of `file`.

    `label` is the corpus's own label for what was found in it, ours for what was added. `text` is what
    the corpus marked, `result` what became of it ("" for drops).
    """

    file: str
    action: Action
    reason: str
    label: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    result: str = ""

    def __str__(self) -> str:
        if not self.text:
            return f"{self.file}: {self.action}: {self.reason}"
        became = f" -> {self.result!r}" if self.result else ""
        return (
            f"{self.file}:{self.start}-{self.end}: {self.label} {self.action}: "
            f"{self.reason}: {self.text!r}{became}"
        )


@dataclass(slots=True)
class Report:
    """The notes of one file, or of many after `extend`; `file` is the name given to new notes."""

    file: str = ""
    notes: list[Note] = field(default_factory=list)

    def drop(self, raw: RawSpan, reason: str) -> None:
        """Note that a mention of the corpus is left out."""
        self._note("dropped", reason, raw.label, raw.start, raw.end, raw.text)

    def change(self, raw: RawSpan, text: str, span: Span, reason: str) -> None:
        """Note that a mention now lies at `span` of the document's `text`, by a rule of the guidelines."""
        self._note("changed", reason, raw.label, raw.start, raw.end, raw.text, text[span.start : span.end])

    def repair(self, raw: RawSpan, fixed: RawSpan, reason: str) -> None:
        """Note that an annotation whose offsets or text were wrong now reads `fixed`."""
        self._note("repaired", reason, raw.label, raw.start, raw.end, raw.text, fixed.text)

    def add(self, text: str, span: Span, reason: str) -> None:
        """Note that the mention at `span` of `text`, which the corpus left bare, is added."""
        self._note("added", reason, span.label, span.start, span.end, text[span.start : span.end])

    def problem(self, reason: str) -> None:
        """Note something about the file as a whole or about a line that marks no mention."""
        self._note("problem", reason)

    def extend(self, other: "Report") -> None:
        """Take over the notes of another report."""
        self.notes.extend(other.notes)

    def counts(self) -> Counter[tuple[str, str, str]]:
        """Return how often each (action, label, reason) occurs."""
        return Counter((note.action, note.label, note.reason) for note in self.notes)

    def to_text(self, details: bool = False) -> str:
        """Return a table of counts by action, label and reason; with `details` every note after it."""
        rows = sorted(self.counts().items(), key=lambda item: (item[0][0], -item[1], item[0]))
        table = [f"{count:7}  {action:9} {label:16} {reason}" for (action, label, reason), count in rows]
        listed = [str(note) for note in self.notes] if details else []
        return "\n".join([*table, *listed])

    def _note(
        self,
        action: Action,
        reason: str,
        label: str = "",
        start: int = 0,
        end: int = 0,
        text: str = "",
        result: str = "",
    ) -> None:
        self.notes.append(Note(self.file, action, reason, label, start, end, text, result))


@dataclass(frozen=True, slots=True)
class Conversion:
    """The documents made of a corpus and the report of what was done on the way."""

    documents: list[Document]
    report: Report

    @classmethod
    def join(cls, parts: Iterable[tuple[Document | None, Report]]) -> "Conversion":
        """Return the conversion of many files, each a document (None where unusable) and its report."""
        documents, report = [], Report()
        for document, notes in parts:
            if document is not None:
                documents.append(document)
            report.extend(notes)
        return cls(documents, report)
