"""Sectors of the economy: the phrase in the nominative and its code of ISIC Rev. 4."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ie.values.result import NO_CONTEXT, Context, Unknown
from ie.values.tables import fold

from .codes import find_code, term
from .lemmas import CONJUNCTIONS, WORD, is_abbreviation, is_usual, keys, lemmas, parts_of_speech
from .lexicon import lexicon
from .noun_phrase import find_head, in_nominative

LONGEST = 200
MOST_WORDS = 25
_LONGEST_HEAD = 30
_SOFT_HYPHEN = "\xad"  # where a line may break: no part of the word
_EDGES = " \t\n\r\u00a0.,;:!?«»\"“”„'()[]—–-…"


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector: its name in the nominative, and the section (`D`) or division (`D35`) of ISIC Rev. 4.

    `code` is None where the lexicon does not tell.
    """

    canonical: str
    code: str | None = None

    def to_record(self) -> dict[str, str | None]:
        """Return the JSON of the corpus: `{"canonical": "энергетика", "code": "D35"}`."""
        return {"canonical": self.canonical, "code": self.code}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Sector":
        """Return the sector of a record; inverse of `to_record`."""
        return cls(record["canonical"], record.get("code"))


def read_sector(text: str, context: Context = NO_CONTEXT) -> Sector | Unknown:
    """Return the sector that a phrase names, or why it names none.

    Codes are those of the United Nations' classification (`ie.values.sectors.isic` has their titles). A head
    before the phrase makes a sector of what is none alone: «сектор [овощей и фруктов]».
    """
    text = text.replace(_SOFT_HYPHEN, "")
    found = _read(text)
    if not isinstance(found, Unknown) or not (head := _head_before(context)):
        return found
    whole = _read(f"{head} {text}")
    if isinstance(whole, Unknown) or whole.code is None:
        return found
    phrase = " ".join(text.split()).strip(_EDGES)
    return Sector(_canonical(phrase, WORD.findall(phrase)), whole.code)


def _head_before(context: Context) -> str | None:
    """Return the head («сектор», «отрасль») that stands right before a phrase."""
    word = re.search(r"(\w+)\s+\Z", context.before[-_LONGEST_HEAD:].replace(_SOFT_HYPHEN, ""))
    return word[1] if word and lexicon().is_head(lemmas(word[1])) else None


@lru_cache(maxsize=4096)
def _read(text: str) -> Sector | Unknown:
    if len(text) > LONGEST:
        return Unknown(f"The phrase is longer than {LONGEST} characters.")
    phrase = _quiet(" ".join(text.split()).strip(_EDGES))
    words = WORD.findall(phrase)
    reason = _no_sector(words)
    if reason:
        return Unknown(reason)
    return Sector(_canonical(phrase, words), find_code(words))


def _no_sector(words: Sequence[str]) -> str | None:
    """Return why words name no sector, None if they may."""
    if not any(letter.isalpha() for word in words for letter in word):
        return "There is no word in it."
    if len(words) > MOST_WORDS:
        return f"The phrase has more than {MOST_WORDS} words."
    said = _without_economy(words)
    reason = _nothing(words) or _nothing(said)
    if reason or term(words):
        return reason
    return next((reason for reason, refuses in REFUSALS if refuses(said)), None)


def _nothing(words: Sequence[str]) -> str | None:
    """Return what a phrase of the list of those that are no sector is."""
    found = (lexicon().nothing.get(key) for key in keys(words))
    return next((f"It is {what}." for what in found if what), None)


def _of_economy(word: str) -> bool:
    return any(lemma in lexicon().whole for lemma in lemmas(word))


def _without_economy(words: Sequence[str]) -> Sequence[str]:
    """Return «частный сектор» of «частный сектор экономики»."""
    phrase = find_head(words)
    return words[:-1] if phrase and phrase.after and _of_economy(words[-1]) else words


def _whole(words: Sequence[str]) -> bool:
    phrase = find_head(words)
    return phrase is not None and _of_economy(phrase.noun) and find_code(words) is None


def _number(words: Sequence[str]) -> bool:
    return any(word.isdigit() for word in words)


def _no_noun(words: Sequence[str]) -> bool:
    return find_head(words) is None


def _sentence(words: Sequence[str]) -> bool:
    return any(parts_of_speech(word) == {"VERB"} for word in words)


def _bare_head(words: Sequence[str]) -> bool:
    return len(words) == 1 and find_code(words) is None and any(_bare(key) for key in keys(words))


def _bare(key: str) -> bool:
    return key in lexicon().heads or key in lexicon().activities


def _good(words: Sequence[str]) -> bool:
    members: list[list[str]] = [[]]
    for word in words:
        if word in CONJUNCTIONS:
            members.append([])
        else:
            members[-1].append(word)
    return all(any(key in lexicon().goods for key in keys(member)) for member in members if member)


REFUSALS = (
    ("There is a number in it.", _number),
    ("It is the economy of something.", _whole),
    ("It is no noun phrase.", _no_noun),
    ("It is a sentence.", _sentence),
    ("A head or an activity alone names no sector.", _bare_head),
    ("A good is no sector.", _good),
)


def _canonical(phrase: str, words: Sequence[str]) -> str:
    """Return a phrase in the nominative, its first letter small unless it is an abbreviation."""
    found = find_head(words) if fold(phrase) not in lexicon().names else None
    changed = in_nominative(found, lexicon().usual_number) if found else tuple(words)
    forms = iter(changed)
    text = WORD.sub(lambda _: next(forms), phrase)
    first = WORD.search(text)
    return text if first is None else text[: first.start()] + _small(first[0]) + text[first.end() :]


def _quiet(phrase: str) -> str:
    """Return a phrase that is all in capitals in small letters, but for its abbreviations."""
    if not phrase.isupper():
        return phrase
    several = " " in phrase

    def small(match: re.Match[str]) -> str:
        word = match[0]
        # «РУД» among other words is «руд», alone it is a name
        return word if is_abbreviation(word) and not (several and is_usual(word)) else word.lower()

    return WORD.sub(small, phrase)


def _small(word: str) -> str:
    """Return the first word of a phrase in small letters, abbreviations in it as they stand."""
    first = word.partition("-")[0]
    if is_abbreviation(word) or is_abbreviation(first) or re.match(r"\d|[^\W\d_]+[A-ZА-ЯЁ]", word):
        return word  # «HoReCa» too
    return word[0].lower() + word[1:]
