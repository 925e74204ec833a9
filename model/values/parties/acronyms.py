"""Short forms that are made of the words of a name: initials («ФАС») and blends («Минэнерго», «Базэл»)."""

import re
from collections.abc import Iterator, Sequence

from ie.values.morphology import shared_start

SMALL_WORDS = frozenset(
    re.findall(r"\w+", "и в во на по для за при к о об с со из у the of and for de la und")
)
# «имени» begins a part that initials leave out
_NAMED_AFTER = frozenset(("имени", "им"))
_VOWELS = frozenset("аеиоуыьюя")
_SHORTEST_PIECE = 2
_LONGEST_BLEND = 30
_MOST_WORDS = 9
# Words of a body's name that the blend may pass over: «Минприроды» names half of its field.
_LOOSE_HEADS = frozenset(("министерство", "рос"))


def is_acronym(word: str) -> bool:
    """Return whether a word as it stands is a row of 2 to 8 capitals."""
    return 2 <= len(word) <= 8 and word.isalpha() and word.isupper()


def initials(words: Sequence[str]) -> Iterator[str]:
    """Yield the initials that a name of words, as they stand, may go by: with its small words and without.

    Abbreviations among the words go in whole: `НБРК` for «Национальный банк РК».
    """
    full = [word.lower() if is_acronym(word) else word[:1].lower() for word in words]
    large = [i for i, word in enumerate(words) if word.lower() not in SMALL_WORDS]
    named = next((i for i, word in enumerate(words) if word.lower() in _NAMED_AFTER), len(words))
    for places in (range(len(words)), large, [i for i in large if i < named]):
        if len(places) > 1:
            yield "".join(full[i] for i in places)


def blend_parts(words: Sequence[str]) -> list[str]:
    """Return the words of a name that a blend is made of; a federal service or agency begins with «рос»."""
    parts = [word for word in words if word not in SMALL_WORDS]
    if len(parts) > 2 and parts[0].startswith("федеральн") and parts[1] in ("служба", "агентство"):
        return ["рос", *parts[2:]]
    return parts


def is_blend(short: Sequence[str], parts: Sequence[str]) -> bool:
    """Return whether the first word of a name is made of beginnings of a longer name's words.

    What follows the first word must end the longer name too («Минфин Татарстана»). All words are used, in
    their order; only ministries and agencies may pass some over.
    """
    word, tail = short[0], list(short[1:])
    if tail and list(parts[-len(tail) :]) != tail:
        return False
    body = parts[: len(parts) - len(tail)]
    if not 1 < len(body) <= _MOST_WORDS or not _LONGEST_BLEND >= len(word) > 2 * _SHORTEST_PIECE:
        return False
    return _spelled(word, body, loose=body[0] in _LOOSE_HEADS, first=True)


def _spelled(letters: str, words: Sequence[str], *, loose: bool, first: bool = False) -> bool:
    """Return whether letters are beginnings of words, joined by a vowel at most and ended by one at most."""
    if not words:
        return not letters
    shared = shared_start(letters, words[0])
    for size in range(shared, _SHORTEST_PIECE - 1, -1):
        rest = letters[size:]
        if not first and _ends(rest) and (loose or len(words) == 1):
            return True
        if _spelled(rest, words[1:], loose=loose):
            return True
        if rest[:1] == "о" and _spelled(rest[1:], words[1:], loose=loose):
            return True
    return loose and not first and _spelled(letters, words[1:], loose=loose)


def _ends(rest: str) -> bool:
    return not rest or (len(rest) == 1 and rest in _VOWELS)
