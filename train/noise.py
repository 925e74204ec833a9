"""Noise: what keyboards, scanners and careless feeds do to a text, done to annotated documents.

Each kind takes a text, a random generator and a share, and returns what becomes of each character. The share
says how many of the places that the kind could touch are touched. Digits and the marks inside numbers
stay as they are, so that the values of a document remain true.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ie.document import Document

from .edits import rewrite

Pieces = list[str]
Noise = Callable[[str, np.random.Generator, float], Pieces]

WIDTH, SLACK = 60, 8  # characters in a line that an old scan or mail program breaks, and how they vary
REACH = 20  # how far from the end of a line a word to be cut is looked for

_LOOKALIKES = str.maketrans("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX")
_YO = {"ё": "е", "Ё": "Е", "\u0308": ""}
_CYRILLIC_WORD = re.compile("[а-яёА-ЯЁ]+")
_SENTENCE = re.compile(r".+?(?:[.!?…]+(?=\s)|\n|\Z)\s*", re.DOTALL)
_BLANKS = re.compile("[ \u00a0]+")
_ADDRESS = re.compile(r"(?:\w+://|www\.)\S+|\S+@\S+")
# White space and marks between what is kept: letters, digits, signs such as % № $ / + &.
_PUNCTUATION = re.compile(r"[\s.,:;!?…«»„“”\"'’‘()\[\]{}—–―-]+")
_HYPHENS = "-—–―"
_KEPT_IN_NUMBER = ".,:—–-"
_KEPT_IN_WORD = "'’—–-"
_VOWEL = re.compile("[аеёиоуыэюя]", re.IGNORECASE)
_SYLLABLE = re.compile("[бвгджзклмнпрстфхцчшщ][аеёиоуыэюя]", re.IGNORECASE)
_KEYBOARDS = (("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"), ("qwertyuiop", "asdfghjkl", "zxcvbnm"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of noise and the share at which it is measured."""

    noise: Noise
    share: float


def perturb(document: Document, kind: str, rng: np.random.Generator, share: float | None = None) -> Document:
    """Return `document` with one of `KINDS` done to it, its spans moved along.

    A `share` of None is that of the kind. A span keeps its characters: where a blank at its edge is lost, it
    begins or ends inside a "word", which no tag of words can say. Raises `KeyError` on an unknown kind.
    """
    chosen = KINDS[kind]
    pieces = chosen.noise(document.text, rng, chosen.share if share is None else share)
    return rewrite(document, pieces)


def lower(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return lower case in a share of the sentences."""
    return _in_sentences(text, rng, share, str.lower)


def upper(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return capitals in a share of the sentences."""
    return _in_sentences(text, rng, share, str.upper)


def no_punctuation(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text with a share of its places of punctuation bare; words never grow together.

    Quotes, brackets, dashes and the dots of abbreviations go, «А. Д.» becomes «А Д» and «т.д.» becomes «т д».
    Hyphens, apostrophes in words, marks between digits, signs such as % № $ / and addresses stay.
    """
    pieces = list(text)
    addresses = [match.span() for match in _ADDRESS.finditer(text)]
    for match in _PUNCTUATION.finditer(text):
        start, end = match.span()
        if match.group().isspace() or any(a < end and start < b for a, b in addresses):
            continue
        if rng.random() < share:
            pieces[start:end] = _bare(text, start, end)
    return pieces


def yo(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text with a share of its ё as е, decomposed ones too."""
    return [
        _YO[c] if c in _YO and (c != "\u0308" or text[max(0, i - 1)] in "еЕ") and rng.random() < share else c
        for i, c in enumerate(text)
    ]


def lookalikes(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return Latin letters for all Cyrillic ones that look like them, in a share of the words."""
    pieces = list(text)
    for match in _CYRILLIC_WORD.finditer(text):
        if rng.random() < share:
            pieces[slice(*match.span())] = match.group().translate(_LOOKALIKES)
    return pieces


def typos(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text with slips of the keyboard at a share of the letters.

    A letter is swapped with the next, dropped, doubled or replaced by one beside it on the keyboard, each as
    often. No word of one letter is lost.
    """
    pieces = list(text)
    for i in np.flatnonzero(rng.random(len(text)) < share).tolist():
        if text[i].isalpha() and pieces[i] == text[i]:
            _misspell(pieces, i, rng)
    return pieces


def glued(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text without a share of the blanks between its words; line breaks stay."""
    pieces = list(text)
    for match in _BLANKS.finditer(text):
        if rng.random() < share:
            pieces[slice(*match.span())] = [""] * len(match.group())
    return pieces


def broken_lines(text: str, rng: np.random.Generator, share: float) -> Pieces:
    """Return the text in lines of about `WIDTH` characters, a share of the new breaks inside words.

    A word is cut before a syllable, «эко-» and «номика», by a hyphen that was not there.
    """
    pieces = list(text)
    start = 0
    while True:
        limit = start + int(rng.integers(WIDTH - SLACK, WIDTH + SLACK + 1))
        old = text.find("\n", start, limit)
        if old < 0 and limit >= len(text):
            return pieces
        hyphenated = rng.random() < share
        start = old + 1 if old >= 0 else _break(text, pieces, start, limit, hyphenated)


KINDS: Mapping[str, Kind] = {
    "lower": Kind(lower, 1.0),
    "upper": Kind(upper, 1.0),
    "no_punctuation": Kind(no_punctuation, 1.0),
    "yo": Kind(yo, 1.0),
    "lookalikes": Kind(lookalikes, 0.3),
    "typos": Kind(typos, 0.03),
    "glued": Kind(glued, 0.05),
    "broken_lines": Kind(broken_lines, 0.3),
}


def _in_sentences(text: str, rng: np.random.Generator, share: float, change: Callable[[str], str]) -> Pieces:
    pieces = list(text)
    for match in _SENTENCE.finditer(text):
        if rng.random() < share:
            pieces[slice(*match.span())] = [change(c) for c in match.group()]
    return pieces


def _bare(text: str, start: int, end: int) -> Pieces:
    """Return what remains of a run of white space and marks: the marks that are kept, or one gap."""
    run, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if len(run) == 1 and _is_kept(run, before, after):
        return [run]
    # a hyphen on one side of a word stays: «нефте- и газодобыча», «-5»
    kept = {0} if run[0] == "-" and before.isalnum() else set()
    kept |= {len(run) - 1} if run[-1] == "-" and after.isalnum() else set()
    # nothing but line breaks stays before the first word
    gap = _gap(run if before else "", before.isalnum() and after.isalnum() and not kept)
    return [c if i in kept else gap.get(i, "") for i, c in enumerate(run)]


def _is_kept(mark: str, before: str, after: str) -> bool:
    """Return whether a single mark between two characters is a part of a number or of a word."""
    if before.isdigit() and after.isdigit():
        return mark in _KEPT_IN_NUMBER
    if before.isalpha() and after.isalpha():
        return mark in _KEPT_IN_WORD
    return mark in _HYPHENS and before.isalnum() and after.isalnum()


def _gap(run: str, needed: bool) -> dict[int, str]:
    """Return by place the white space that a run leaves: its line breaks, else its first blank, if any."""
    blanks = [i for i, c in enumerate(run) if c.isspace()]
    breaks = [i for i in blanks if run[i] == "\n"]
    if blanks:
        return {i: run[i] for i in breaks or blanks[:1]}
    return {0: " "} if needed else {}


def _misspell(pieces: Pieces, i: int, rng: np.random.Generator) -> None:
    """Make one slip at the letter `i`, doubling it where another slip is not possible."""
    letter, slip = pieces[i], int(rng.integers(4))
    follows = i + 1 < len(pieces) and pieces[i + 1].isalpha()
    beside = _neighbours(letter)
    if slip == 0 and follows:
        pieces[i], pieces[i + 1] = pieces[i + 1], letter
    elif slip == 1 and (follows or (i and pieces[i - 1].isalpha())):
        pieces[i] = ""
    elif slip == 2 and beside:
        pieces[i] = beside[int(rng.integers(len(beside)))]
    else:
        pieces[i] = letter * 2


def _neighbours(letter: str) -> str:
    """Return the letters beside `letter` on its keyboard, in its case; none of a letter that is not there."""
    small = letter.lower()
    for rows in _KEYBOARDS:
        for r, row in enumerate(rows):
            if (k := row.find(small)) >= 0:
                # a row stands half a key to the right of the row above
                around = [(r, k - 1), (r, k + 1), (r - 1, k), (r - 1, k + 1), (r + 1, k - 1), (r + 1, k)]
                found = "".join(rows[a][b] for a, b in around if 0 <= a < len(rows) and 0 <= b < len(rows[a]))
                return found.upper() if letter != small else found
    return ""


def _break(text: str, pieces: Pieces, start: int, limit: int, hyphenated: bool) -> int:
    """Break the line that begins at `start` before `limit` and return where the next one begins."""
    cut = _hyphenation(text, limit) if hyphenated else None
    if cut is not None:
        pieces[cut - 1] += "-\n"
        return cut
    blank = text.rfind(" ", start, limit)
    if blank < 0:
        blank = text.find(" ", limit)
    if blank < 0:
        return len(text)
    pieces[blank] = "\n"
    return blank + 1


def _hyphenation(text: str, limit: int) -> int | None:
    """Return the last place shortly before `limit` where a Cyrillic word can be cut, or None."""
    cuts = [
        cut
        for word in _CYRILLIC_WORD.finditer(text, max(0, limit - REACH), limit + REACH)
        for cut in range(word.start() + 2, min(limit, word.end() - 2) + 1)
        if _SYLLABLE.match(text, cut) and _VOWEL.search(text, word.start(), cut)
    ]
    return max(cuts, default=None)
