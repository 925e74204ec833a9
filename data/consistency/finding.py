"""What the rules report: a place in a document, the rule it breaks, and why."""

from dataclasses import dataclass

from ie.document import Document, Entity


@dataclass(frozen=True, slots=True)
class Finding:
    """A suspicion about the annotation of document `id` at the characters `[start, end)`.

    `text` is what stands there. A reviewed exception names a finding by its id, rule and text.
    """

    id: str | None
    rule: str
    start: int
    end: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.id or '-'}: {self.rule}: {self.describe()}"

    def describe(self) -> str:
        """Return the place, the text and the reason in a line."""
        return f"[{self.start}, {self.end}) {self.text!r}: {self.reason}"


def finding_at(document: Document, rule: str, start: int, end: int, reason: str) -> Finding:
    """Return the finding that `[start, end)` of a document breaks a rule."""
    return Finding(document.id, rule, start, end, document.text[start:end], reason)


def finding_of(document: Document, rule: str, entity: Entity, reason: str) -> Finding:
    """Return the finding that an entity of a document breaks a rule."""
    return finding_at(document, rule, entity.start, entity.end, reason)
