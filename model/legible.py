"""What the model reads in place of a text: as many characters, in the letters that it knows the words by.

Tokenizers of cased models cut words in capitals, and words in which a Latin letter stands for the Cyrillic
one that looks like it, into single letters, of which a model makes little.
"""

import re

_SMALL = "a-z\u00df-\u00f6\u00f8-\u00ff\u0430-\u045f"
_CYRILLIC = "\u0400-\u045f"
# shorter headlines are left as they are: a few capitals may be abbreviations («США, ЕС, ООН»)
_CAPITALS = re.compile(f"[^{_SMALL}]{{20,}}")
_CAPITAL_WORD = re.compile("[A-Z\u0400-\u042f]{2,}")
_LEAST_WORDS = 4
_LEAST_LENGTH = 4.5  # letters of a word, on average; abbreviations are shorter
_MIXED = re.compile(f"[A-Za-z][{_CYRILLIC}]|[{_CYRILLIC}][A-Za-z]")
_WORD = re.compile(f"[A-Za-z{_CYRILLIC}]+")
_LOOKALIKES = str.maketrans("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ")


def legible(text: str) -> str:
    """Return `text` with passages in capitals in small letters and stray Latin look-alikes in Cyrillic.

    Each character stays in its place, so offsets into the one are offsets into the other. A word is mended if
    it mixes the scripts and all its Latin letters look like Cyrillic ones.
    """
    if _MIXED.search(text):
        text = _WORD.sub(_mended, text)
    return _CAPITALS.sub(_lowered, text)


def _mended(match: re.Match[str]) -> str:
    word: str = match[0]
    mended = word.translate(_LOOKALIKES)
    if word.isascii() or any(letter.isascii() for letter in mended):
        return word
    return mended


def _lowered(match: re.Match[str]) -> str:
    passage: str = match[0]
    words = _CAPITAL_WORD.findall(passage)
    if len(words) < _LEAST_WORDS or sum(map(len, words)) < _LEAST_LENGTH * len(words):
        return passage
    # the last letter may be the capital of a word in small letters
    following = match.string[match.end() : match.end() + 1]
    kept = 1 if following and passage[-1].isupper() else 0
    end = len(passage) - kept
    return "".join(low if len(low := c.lower()) == 1 else c for c in passage[:end]) + passage[end:]
