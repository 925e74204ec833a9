"""Spans written into a text as `⟦…⟧`, and what the conventions of the label guide leave of them."""

from ie.boundaries import tidy
from ie.conventions import follow
from ie.document import Span


def marked(text: str, label: str) -> tuple[str, list[tuple[Span, float]]]:
    """Return a text without its marks, and the spans that they are around with falling scores."""
    spans, plain = list[tuple[Span, float]](), ""
    for piece in text.split("⟦"):
        inside, mark, rest = piece.rpartition("⟧")
        if mark:
            end = len(plain) + len(inside)
            spans.append((Span(len(plain), end, label), 0.9 - len(spans) / 10))
        plain += inside + rest
    return plain, spans


def shown(text: str, label: str) -> list[str]:
    """Return what the conventions leave of the spans of a marked text, with tidy edges."""
    plain, spans = marked(text, label)
    found = (tidy(plain, span, 0, len(plain)) for span, _ in follow(plain, spans))
    return [plain[span.start : span.end] for span in found if span]
