"""Text out of tokens: punctuation goes back to the word it was cut from, other tokens get a space between."""

from collections.abc import Sequence

_LEFT = frozenset(".,;:!?%)]}»”…’") | {"''"}
_STRAIGHT, _LOW, _HIGH = frozenset("\"'"), frozenset("„"), frozenset("“")
_RIGHT = frozenset("([{«‘") | {"``"}


def join_tokens(sentences: Sequence[Sequence[str]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a text with a line a sentence, and the place of each token in it, over all sentences.

    Every token stands in the text as it is. No two that are not punctuation touch.
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    length = 0
    for number, sentence in enumerate(sentences):
        gap = "\n" if number else ""
        quotes: set[str] = set()
        for token in sentence:
            side = _side(token, quotes)
            space = "" if side == "left" and gap == " " else gap
            length += len(space)
            places.append((length, length + len(token)))
            parts += (space, token)
            length += len(token)
            gap = "" if side == "right" else " "
    return "".join(parts), places


def _side(token: str, quotes: set[str]) -> str:
    """Return which neighbour a token is written to: the left or the right one, or neither ('').

    `quotes` are those open in the sentence; it is kept up to date.
    """
    if token in _STRAIGHT:
        quotes.symmetric_difference_update(token)
        return "right" if token in quotes else "left"
    if token in _LOW:
        quotes.add(token)
        return "right"
    if token in _HIGH:
        # it closes „German“ and opens “English”
        closes = not quotes.isdisjoint(_LOW)
        quotes -= _LOW
        return "left" if closes else "right"
    if token in _RIGHT:
        return "right"
    return "left" if token in _LEFT or set(token) <= _LEFT else ""
