"""IOB2 tags of word sequences and back; the two directions stand together and one property proves both."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .document import Span
from .labels import OUTSIDE


def tags_from_spans(spans: Iterable[Span], length: int) -> list[str]:
    """Return one IOB2 tag for each of `length` words; `spans` count words.

    Raises `ValueError` where a span is empty, out of range or overlaps another: flat tags cannot hold it.
    """
    tags = [OUTSIDE] * length
    for span in spans:
        if not 0 <= span.start < span.end <= length:
            raise ValueError(f"{span} does not lie within {length} words.")
        if any(tag != OUTSIDE for tag in tags[span.start : span.end]):
            raise ValueError(f"{span} overlaps another span.")
        tags[span.start] = f"B-{span.label}"
        tags[span.start + 1 : span.end] = [f"I-{span.label}"] * (span.end - span.start - 1)
    return tags


def spans_from_tags(tags: Sequence[str]) -> list[Span]:
    """Return the spans, in words, of strict IOB2 `tags`; inverse of `tags_from_spans`.

    Raises `ValueError` where an `I-X` does not continue a span of X: strict IOB2 has no reading for it.
    """
    spans: list[Span] = []
    start, label = 0, ""
    for i, tag in enumerate([*tags, OUTSIDE]):
        if tag.startswith("I-"):
            if tag[2:] != label:
                raise ValueError(f"Tag {i} is {tag!r}, which does not continue a span of that label.")
            continue
        if label:
            spans.append(Span(start, i, label))
        start, label = i, tag[2:] if tag.startswith("B-") else ""
    return spans


def legal_transitions(tags: Sequence[str], apart: Collection[str] = ()) -> NDArray[np.bool_]:
    """Return a matrix [from, to] of which tag may follow which: `I-X` follows `B-X` or `I-X` only.

    Spans of a label in `apart` never touch another of their label: its `B-X` follows neither.
    """
    allowed = np.ones((len(tags), len(tags)), dtype=bool)
    for j, tag in enumerate(tags):
        same = np.array([previous[1:] == tag[1:] for previous in tags])
        if tag.startswith("I-"):
            allowed[:, j] = same
        elif tag[2:] in apart:
            allowed[:, j] = ~same
    return allowed


def legal_starts(tags: Sequence[str]) -> NDArray[np.bool_]:
    """Return a vector of which tags may begin a sequence: all but `I-X`."""
    return np.array([not tag.startswith("I-") for tag in tags])
