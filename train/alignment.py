"""Gold spans to tags of tokens, in windows cut exactly as inference cuts them.

Where training windows overlap, each teaches the words up to the middle of what it shares with a neighbour;
the rest is context.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ie.document import Document, Span
from ie.encoder import Encoding, TextEncoder, first_tokens
from ie.labels import OUTSIDE
from ie.tags import tags_from_spans
from ie.windows import plan_windows
from ie.words import BREAK, Offsets, word_spans, words

# What torch's cross-entropy leaves out by default, and transformers with it.
IGNORED = -100
UNSEEN = 3
MAX_TOUCHING = 0.01  # below it, touching is a slip of annotators: of dates 0.3 % touch, of names 6 %
CHUNK = 256  # documents that are tokenised at a time


@dataclass(frozen=True, slots=True)
class Misaligned:
    """A gold span that tags of words cannot hold; its words are left out of the loss, not taught as 'O'."""

    document: str | None
    label: str
    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A document ready for training.

    `windows` hold `(input_ids, labels)` with special tokens; a label is the tag index of the word that
    begins at the token, or IGNORED.
    """

    windows: list[tuple[list[int], list[int]]]
    misaligned: list[Misaligned]


def align_documents(
    documents: Sequence[Document],
    encoder: TextEncoder,
    tags: Sequence[str],
    max_tokens: int,
    overlap: int = 0,
) -> Iterator[Aligned]:
    """Yield each document aligned; entities of labels that `tags` lack must have been removed before."""
    ids = {tag: i for i, tag in enumerate(tags)}
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        encodings = encoder.encode_batch([document.text for document in chunk])
        for document, encoding in zip(chunk, encodings, strict=True):
            yield align(document, encoding, encoder, ids, (max_tokens, overlap))


def align(
    document: Document,
    encoding: Encoding,
    encoder: TextEncoder,
    tag_ids: Mapping[str, int],
    size: tuple[int, int],
) -> Aligned:
    """Return the windows of `document`.

    `size` is how many tokens one has at most, special ones included, and how many neighbours share.
    """
    offsets = words(document.text)
    first = first_tokens(offsets, encoding.offsets)
    own = has_own_token(first)
    spans, inside = word_spans(offsets, [entity.span for entity in document.entities])
    startless = [span for span in spans if not own[span.start]]
    kept = [span for span in spans if own[span.start]]
    tags = np.array([tag_ids[tag] for tag in tags_from_spans(kept, len(offsets))], dtype=np.int64)
    for span in startless:
        tags[span.start : span.end] = IGNORED
    for span in inside:
        tags[(offsets[:, 0] < span.end) & (offsets[:, 1] > span.start)] = IGNORED
    labels = np.full(len(encoding.ids), IGNORED, dtype=np.int64)
    labels[first[own]] = tags[own]
    return Aligned(
        _windows(encoding.ids, labels, first, encoder, size),
        [*_reports(document, inside), *_reports_of_words(document, offsets, startless)],
    )


def labels_apart(documents: Sequence[Document], labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of which surely fewer than MAX_TOUCHING of the spans touch another, by words.

    Names touch («президент [Японии] [Имя]»), sums and sectors do not: there, two spans that touch are one
    that the model has cut in two. Spans on two lines do not count: between these decoding may cut. Sure is
    what holds for three touching spans more than there are (rule of three: none in n leave up to 3 / n
    possible), so that a few hundred spans must have been seen.
    """
    spans, touching = Counter[str](), Counter[str]()
    for document in documents:
        offsets = words(document.text)
        aligned, _ = word_spans(offsets, [entity.span for entity in document.entities])
        spans.update(span.label for span in aligned)
        touching.update(
            b.label
            for a, b in pairwise(sorted(aligned))
            if a.end == b.start and a.label == b.label and not _broken(document.text, offsets, b.start)
        )
    return tuple(label for label in labels if touching[label] + UNSEEN < MAX_TOUCHING * spans[label])


def _broken(text: str, offsets: Offsets, word: int) -> bool:
    """Return whether a line, paragraph or cell ends before a word that is not the first."""
    return BREAK.search(text, int(offsets[word - 1, 1]), int(offsets[word, 0])) is not None


def has_own_token(first: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which words begin at a token that no word before has; only these can begin a span.

    `ie.decode.word_log_probs` reads the tokens of words by the same rule.
    """
    own = first >= 0
    own[1:] &= first[1:] != first[:-1]
    return own


def open_tags(document: Document, tags: Sequence[str]) -> list[int]:
    """Return the tags that a word outside all gold spans may have: 'O' and those of labels not annotated."""
    covered = None if document.labels is None else set(document.labels)
    return [
        i for i, tag in enumerate(tags) if tag == OUTSIDE or (covered is not None and tag[2:] not in covered)
    ]


def _windows(
    ids: NDArray[np.int32],
    labels: NDArray[np.int64],
    first: NDArray[np.int32],
    encoder: TextEncoder,
    size: tuple[int, int],
) -> list[tuple[list[int], list[int]]]:
    starts = np.zeros(len(ids), dtype=bool)
    starts[first[first >= 0]] = True
    before, after = list(encoder.prefix), list(encoder.suffix)
    most, overlap = size
    windows = plan_windows(len(ids), most - encoder.n_special, overlap, starts)
    cuts = [0, *((left.end + right.start) // 2 for left, right in pairwise(windows)), len(ids)]
    found = []
    for window, (low, high) in zip(windows, pairwise(cuts), strict=False):
        taught = np.full(len(window), IGNORED, dtype=np.int64)
        taught[low - window.start : high - window.start] = labels[low:high]
        found.append(
            (
                [*before, *ids[window.span].tolist(), *after],
                [*[IGNORED] * len(before), *taught.tolist(), *[IGNORED] * len(after)],
            )
        )
    return found


def _reports(
    document: Document, spans: Sequence[Span], reason: str = "starts or ends inside a word"
) -> list[Misaligned]:
    text = document.text
    return [Misaligned(document.id, s.label, s.start, s.end, text[s.start : s.end], reason) for s in spans]


def _reports_of_words(document: Document, offsets: Offsets, spans: Sequence[Span]) -> list[Misaligned]:
    in_chars = [Span(int(offsets[s.start, 0]), int(offsets[s.end - 1, 1]), s.label) for s in spans]
    return _reports(document, in_chars, "its first word shares a token with the word before, or has none")
