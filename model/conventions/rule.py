"""What a convention is: a rule on one span, or on two that follow each other."""

from collections.abc import Callable
from dataclasses import dataclass

from ie.document import Span

Mend = Callable[[str, Span, int, int], Span | None]
"""Of a text, a span and the limits `[low, high)` that its neighbours leave it: the span as it should be, or
None where nothing of it is a mention."""

Join = Callable[[str, Span, Span], Span | None]
"""Of a text and two spans of one label that follow each other: the one span that both are, or None."""

Split = Callable[[str, Span], tuple[Span, ...]]
"""Of a text and a span: the spans that it is made of, mostly itself alone."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """The rules of a label: spans are grown, neighbours joined, and what is left is split, cut or dropped."""

    grow: tuple[Mend, ...] = ()
    join: tuple[Join, ...] = ()
    split: tuple[Split, ...] = ()
    cut: tuple[Mend, ...] = ()
