"""Documents written as text with marks, and random pairs of gold and predicted documents."""

import re

from hypothesis import strategies as st

from ie.document import Document, Span, make_entity
from ie.words import char_spans, words

LABELS = ("AMOUNT", "PARTY", "DATE")
_MARK = re.compile(r"\[([A-Z]+)(?::([\d.]+))? ([^\]]*)\]")

WORDS = (
    "Газпром",
    "вложит",
    "1,2",
    "млрд",
    "$3",
    "6",
    "ноября",
    "«",
    "»",
    ".",
    "-",
    "ростExpo",
    "не\u0301т",
    "😀",
)


def marked(source, **fields):
    """Return the document of "[PARTY Газпром] вложит [AMOUNT:0.9 3 млрд]": label, score if any, text."""
    text, entities = "", []
    end = 0
    for found in _MARK.finditer(source):
        label, score, inside = found.groups()
        text += source[end : found.start()]
        span = Span(len(text), len(text) + len(inside), label)
        entities.append((span, score and float(score)))
        text += inside
        end = found.end()
    text += source[end:]
    return Document(text, tuple(make_entity(text, span, score) for span, score in entities), **fields)


def flat(spans):
    """Return `spans` in order without those that overlap an earlier one."""
    kept = []
    for span in sorted(spans):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return kept


def spans_within(length, labels=LABELS):
    """Return a strategy for flat spans among `length` positions."""
    if length == 0:
        return st.just([])
    starts, widths = st.integers(0, length - 1), st.integers(1, 3)
    span = st.builds(lambda a, n, x: Span(a, min(a + n, length), x), starts, widths, st.sampled_from(labels))
    return st.lists(span, max_size=6).map(flat)


@st.composite
def pairs(draw, aligned=True):
    """Return a gold and a predicted document of one text; `aligned` spans are made of whole words.

    Some predictions repeat gold spans, so that not everything is wrong. The gold record may
    cover some labels only.
    """
    text = draw(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
    offsets = words(text)
    length = len(offsets) if aligned else len(text)
    gold, other = draw(spans_within(length)), draw(spans_within(length))
    keep = draw(st.lists(st.booleans(), min_size=len(gold), max_size=len(gold)))
    predicted = flat([span for span, kept in zip(gold, keep, strict=True) if kept] + other)
    if aligned:
        gold, predicted = char_spans(offsets, gold), char_spans(offsets, predicted)
    covered = draw(st.none() | st.lists(st.sampled_from(LABELS), unique=True).map(tuple))
    if covered is not None:
        gold = [span for span in gold if span.label in covered]
    scores = st.none() | st.floats(0, 1)
    return (
        Document(text, tuple(make_entity(text, span) for span in gold), labels=covered),
        Document(text, tuple(make_entity(text, span, draw(scores)) for span in predicted)),
    )


def corpora(aligned=True):
    """Return a strategy for gold and predicted documents, counterparts of each other."""
    return st.lists(pairs(aligned), min_size=1, max_size=6).map(
        lambda found: tuple(map(list, zip(*found, strict=True)))
    )
