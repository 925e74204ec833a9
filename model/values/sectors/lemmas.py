"""Readings of words as nouns and attributes, and the lemmas under which the tables of sectors know them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from ie.values.inflection import like
from ie.values.morphology import parses, plain_case, shared_start
from ie.values.tables import fold

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

WORD = re.compile(r"\d+[^\W\d_]+(?:-\w+)*|\w+(?:[-'’&/]\w+)*|[,;]")
CONJUNCTIONS = frozenset(("и", "или", "а", "также", ",", ";"))
# Keys of one phrase that are looked up; homonyms of all its words together are seldom more than a dozen.
MOST_KEYS = 48
_LOOKALIKES = (str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ"), str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX"))
_ATTRIBUTES = ("ADJF", "PRTF")
_LONGEST_ABBREVIATION = 5
_LONGEST_CASE_ENDING = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A word as a noun or an attribute in one case and number; `parse` is pymorphy3's."""

    lemma: str
    noun: bool
    case: str
    number: str
    gender: str | None
    animate: bool
    score: float
    parse: "Parse"

    def agrees(self, noun: "Reading", *, shared: bool = False) -> bool:
        """Return whether this attribute may stand with a noun; `shared`: as one of several with a plural."""
        if self.case != noun.case:
            return False
        if self.number != noun.number:
            return shared and noun.number == "plur" and self.gender in (None, noun.gender)
        return self.number == "plur" or noun.gender in (None, self.gender)


@lru_cache(maxsize=4096)
def readings(word: str) -> tuple[Reading, ...]:
    """Return how a word can be read as a noun or an attribute, the likeliest first; none for other words."""
    abbreviated = is_abbreviation(word)
    found = []
    for parse in parses(word):
        tag = parse.tag
        if tag.case is None or tag.POS not in (*_ATTRIBUTES, "NOUN") or abbreviated != ("Abbr" in tag):
            continue
        noun = tag.POS == "NOUN"
        case = plain_case(tag.case)
        gender = None if "GNdr" in tag else tag.gender
        animate = noun and "anim" in tag
        found.append(
            Reading(_lemma(parse, noun), noun, case, tag.number, gender, animate, parse.score, parse)
        )
    return tuple(found)


@lru_cache(maxsize=4096)
def lemmas(word: str) -> tuple[str, ...]:
    """Return the lemmas that a word may have in the tables, the word itself last."""
    known = [reading.lemma for reading in readings(word)]
    # «IТ» may have the letters of both alphabets
    spelled = [word.translate(table) for table in _LOOKALIKES] if is_abbreviation(word) else []
    return tuple(dict.fromkeys((*known, *map(fold, spelled), fold(word))))


def keys(words: Sequence[str]) -> Iterator[str]:
    """Yield the keys under which a table may have a phrase: its lemmas, joined by blanks."""
    said = [lemmas(word) for word in words if word not in (",", ";")]
    return (" ".join(combination) for combination in islice(product(*said), MOST_KEYS))


def nominative(reading: Reading, word: str, noun: Reading | None = None) -> str:
    """Return a word in the nominative of the number it is read in; an attribute with its noun's gender."""
    if reading.case == "nomn":
        return word
    wanted = {"nomn", reading.number}
    if not reading.noun and reading.number == "sing":
        wanted.add((noun and noun.gender) or reading.gender or "masc")
    form = reading.parse.inflect(wanted)
    if form is None:
        return word
    # «высший» and «высочайший», «колл-центр» and «кол-центр» are forms of one word: the most alike is meant
    forms = [form.word]
    if _shared(form.word, word) < len(word) - _LONGEST_CASE_ENDING:
        forms += [each.word for each in reading.parse.lexeme if wanted <= each.tag.grammemes]
    alike = max(forms, key=lambda form: _shared(form, word))
    return like(alike if "ё" in word.lower() else alike.replace("ё", "е"), word)


def _shared(one: str, other: str) -> int:
    return shared_start(fold(one), fold(other))


@lru_cache(maxsize=4096)
def parts_of_speech(word: str) -> frozenset[str]:
    """Return what a word can be, by pymorphy3 (`VERB`, `PREP`); empty for numbers and foreign words."""
    return frozenset(str(parse.tag.POS) for parse in parses(word) if parse.tag.POS)


@lru_cache(maxsize=4096)
def is_abbreviation(word: str) -> bool:
    """Return whether a word is written as an abbreviation is: `ЖКХ`, `IT`, `R&D`; `СВЯЗЬ` is only loud."""
    if len(word) < 2 or not word.isupper() or len(word) > _LONGEST_ABBREVIATION:
        return False
    if len(word) <= 3 or not re.fullmatch("[А-ЯЁ]+", word):
        return True
    return not is_usual(word)


def is_usual(word: str) -> bool:
    """Return whether the dictionary has a word, and not as an abbreviation."""
    known = parses(word)
    return bool(known) and known[0].is_known and "Abbr" not in known[0].tag


def _lemma(parse: "Parse", noun: bool) -> str:
    if noun or parse.tag.POS == "ADJF":
        return fold(parse.normal_form)
    # the normal form of a participle is a verb, which says less: «добывающая» is «добывающий»
    first = parse.inflect({"nomn", "sing", "masc"})
    return fold(first.word if first else parse.normal_form)
