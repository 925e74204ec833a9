"""Applies the conventions of every label to the spans of a text."""

from collections.abc import Mapping, Sequence

from ie.document import Span

from .amounts import AMOUNT
from .dates import DATE
from .parties import PARTY
from .rule import Conventions, Mend
from .sectors import SECTOR

Found = tuple[Span, float]
"""A span and its probability."""

CONVENTIONS: Mapping[str, Conventions] = {
    "AMOUNT": AMOUNT,
    "DATE": DATE,
    "PARTY": PARTY,
    "SECTOR": SECTOR,
}


def follow(text: str, found: Sequence[Found]) -> list[Found]:
    """Return the spans of a text as the guide wants them.

    A span made of two has the lower probability of theirs, two made of one have the same.

    The spans are in order and none overlaps another, before and after. Labels without conventions stay as
    they are.
    """
    grown = _mended(text, found, {label: rules.grow for label, rules in CONVENTIONS.items()})
    parts = [(part, score) for span, score in _joined(text, grown) for part in _split(text, span)]
    return _mended(text, parts, {label: rules.cut for label, rules in CONVENTIONS.items()})


def _mended(text: str, found: Sequence[Found], rules: Mapping[str, Sequence[Mend]]) -> list[Found]:
    result: list[Found] = []
    for i, (span, score) in enumerate(found):
        low = result[-1][0].end if result else 0
        high = found[i + 1][0].start if i + 1 < len(found) else len(text)
        mended = _apply(text, span, rules.get(span.label, ()), low, high)
        if mended is not None:
            result.append((mended, score))
    return result


def _apply(text: str, span: Span, rules: Sequence[Mend], low: int, high: int) -> Span | None:
    mended: Span | None = span
    for rule in rules:
        mended = rule(text, mended, low, high) if mended is not None else None
    return mended


def _joined(text: str, found: Sequence[Found]) -> list[Found]:
    """Return the spans with neighbours joined, from the right: the last member of a list has its head."""
    result: list[Found] = []
    for span, score in reversed(found):
        after = result[-1] if result else None
        one = _one(text, span, after[0]) if after else None
        if after and one:
            result[-1] = (one, min(score, after[1]))
        else:
            result.append((span, score))
    return list(reversed(result))


def _one(text: str, span: Span, after: Span) -> Span | None:
    if span.label != after.label or span.label not in CONVENTIONS:
        return None
    choices = (rule(text, span, after) for rule in CONVENTIONS[span.label].join)
    return next((choice for choice in choices if choice is not None), None)


def _split(text: str, span: Span) -> tuple[Span, ...]:
    parts: tuple[Span, ...] = (span,)
    for rule in CONVENTIONS[span.label].split if span.label in CONVENTIONS else ():
        parts = tuple(part for whole in parts for part in rule(text, whole))
    return parts
