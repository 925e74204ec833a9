"""Grammars of mentions: named patterns in one list, of which the longest match at a place wins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to write a mention: its name in reports and a regular expression that ignores case.

    It is `safe` where what it matches is such a mention in any context, so that one that a corpus left
    bare can be added.
    """

    name: str
    source: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A mention found in a text, in characters; `pattern` says how it is written."""

    start: int
    end: int
    pattern: Pattern


class Grammar:
    """Patterns, compiled once; `before` is a lookbehind that holds where any of them begins.

    With `safe_first` a safe match keeps its place against a longer one that is not.
    """

    def __init__(self, patterns: Sequence[Pattern], before: str = "", safe_first: bool = False) -> None:
        self.patterns = tuple(patterns)
        self._safe_first = safe_first
        self._compiled = [re.compile(f"{before}(?:{p.source})", re.IGNORECASE) for p in self.patterns]

    def find(self, text: str) -> list[Match]:
        """Return the matches by place, none overlapping another."""
        kept: list[Match] = []
        for match in sorted(self._candidates(text), key=self._rank):
            if all(match.end <= other.start or other.end <= match.start for other in kept):
                kept.append(match)
        return sorted(kept, key=lambda match: match.start)

    def _candidates(self, text: str) -> Iterator[Match]:
        for pattern, compiled in zip(self.patterns, self._compiled, strict=True):
            for match in compiled.finditer(text):
                yield Match(*match.span(), pattern)

    def _rank(self, match: Match) -> tuple[bool, int, bool, int]:
        unsafe = not match.pattern.safe
        return (self._safe_first and unsafe, match.start - match.end, unsafe, match.start)
