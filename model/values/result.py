"""What every normaliser is told and what it answers where it has no value."""

from dataclasses import dataclass

# Characters before and after a mention that a normaliser may look at.
CONTEXT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and why: a sentence for the user."""

    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """The text around a mention: what stands before it and after it, as it stands in the document."""

    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, text: str, start: int, end: int) -> "Context":
        """Return the context of `text[start:end]`, at most `CONTEXT_CHARS` characters to each side."""
        return cls(text[max(0, start - CONTEXT_CHARS) : start], text[end : end + CONTEXT_CHARS])


NO_CONTEXT = Context()
