"""A noun phrase: attributes, head noun and what follows, and the whole in the nominative."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ie.values.tables import fold

from .lemmas import CONJUNCTIONS, Reading, is_abbreviation, nominative, parts_of_speech, readings

Usual = Callable[[str], str | None]

# Attributes and words after the head that `reductions` leaves out in every combination.
MOST_ATTRIBUTES = 3
MOST_AFTER = 7
# Undeclined words that stand before a noun as attributes do.
_BESIDE = frozenset(("ит", "онлайн", "офлайн", "интернет", "веб", "вип", "спа", "бизнес", "эко", "видео"))


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """The words of a phrase and the place of its head: attributes before it, complements after it."""

    words: tuple[str, ...]
    head: int

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return the words before the head without conjunctions."""
        return tuple(word for word in self.words[: self.head] if word not in CONJUNCTIONS)

    @property
    def shared(self) -> bool:
        """Return whether several attributes are joined: «нефтяная и газовая»."""
        return any(word in CONJUNCTIONS for word in self.words[: self.head])

    @property
    def noun(self) -> str:
        """Return the head."""
        return self.words[self.head]

    @property
    def after(self) -> tuple[str, ...]:
        """Return the words after the head."""
        return self.words[self.head + 1 :]


def find_head(words: Sequence[str]) -> NounPhrase | None:
    """Return the phrase with its head, the first noun that is no attribute; None where there is none."""
    for place, word in enumerate(words):
        if word in CONJUNCTIONS:
            continue
        if not _attribute(words, place):
            return NounPhrase(tuple(words), place) if _may_be_noun(word) else None
    return None


def reductions(phrase: NounPhrase) -> Iterator[tuple[str, ...]]:
    """Yield what is left without some attributes or complements, the longest first, the head always in."""
    before, after = phrase.attributes[-MOST_ATTRIBUTES:], phrase.after[:MOST_AFTER]
    kept = [c for size in range(len(before), -1, -1) for c in combinations(before, size)]
    ends = [after[:size] for size in range(len(after), -1, -1) if not size or _can_end(after[size - 1])]
    pairs = [(attributes, end) for attributes in kept for end in ends]
    for attributes, end in sorted(pairs, key=lambda pair: -len(pair[0]) - len(pair[1])):
        yield (*attributes, phrase.noun, *end)


def in_nominative(phrase: NounPhrase, usual: Usual, case: str | None = None) -> tuple[str, ...]:
    """Return the words with attributes, head, and heads joined to it, in the nominative.

    `usual` tells the usual number of a head, `plur` of «услуга»: it decides where the form does not.
    `case` is the case it stands in, if that is known.
    """
    joined = _joined(phrase)
    cases = {case} if case else {reading.case for reading in _heads(joined)} if joined else None
    head = _choose(phrase, usual, cases)
    if head is None:
        return phrase.words
    words = list(phrase.words)
    words[phrase.head] = nominative(head, phrase.noun)
    for place in range(phrase.head):
        fitting = [r for r in _attributes(words[place]) if r.agrees(head, shared=phrase.shared)]
        if fitting:
            words[place] = nominative(fitting[0], words[place], head)
    second = joined or (_joined_later(phrase, head.case) if head.case not in ("nomn", "gent") else None)
    if second is None:
        return tuple(words)
    start = len(words) - len(second.words)
    return (*words[:start], *_in_case(second, usual, head.case))


def _in_case(phrase: NounPhrase, usual: Usual, case: str) -> tuple[str, ...]:
    """Return a second member in the nominative if it stands in the case of the first."""
    fits = any(reading.case == case for reading in _heads(phrase))
    return in_nominative(phrase, usual, case) if fits else phrase.words


def _joined(phrase: NounPhrase) -> NounPhrase | None:
    """Return the second of two heads with one complement or none: «сбор и вывоз мусора»."""
    after = phrase.after
    if len(after) < 2 or after[0] not in CONJUNCTIONS:
        return None
    second = find_head(after[1:])
    return second if second and not is_abbreviation(second.noun) else None


def _joined_later(phrase: NounPhrase, case: str) -> NounPhrase | None:
    """Return a second head after the complement of the first: «добычей нефти и переработкой газа»."""
    for place, word in enumerate(phrase.after):
        if word in CONJUNCTIONS and place:
            second = find_head(phrase.after[place + 1 :])
            if second and {reading.case for reading in _heads(second)} <= {case}:
                return second
    return None


def _choose(phrase: NounPhrase, usual: Usual, cases: set[str] | None) -> Reading | None:
    """Return the likeliest reading of the head with which all attributes agree."""
    fitting = [r for r in _heads(phrase) if _all_agree(phrase, r)]
    if cases:
        fitting = [reading for reading in fitting if reading.case in cases] or fitting
    scores: dict[tuple[str, str], float] = {}
    for reading in fitting:
        scores[reading.lemma, reading.number] = scores.get((reading.lemma, reading.number), 0) + reading.score

    as_it_stands = {(r.lemma, r.number) for r in fitting if (r.case, r.number) == ("nomn", "sing")}

    def rank(reading: Reading) -> tuple[bool, bool, bool, float, bool]:
        form = (reading.lemma, reading.number)
        fits = usual(reading.lemma) == reading.number
        return (fits, not reading.animate, form in as_it_stands, scores[form], reading.case == "nomn")

    return max(fitting, key=rank, default=None)


def _all_agree(phrase: NounPhrase, head: Reading) -> bool:
    declined = [_attributes(word) for word in phrase.attributes]
    return all(any(r.agrees(head, shared=phrase.shared) for r in word) for word in declined if word)


def _heads(phrase: NounPhrase) -> list[Reading]:
    return [reading for reading in readings(phrase.noun) if reading.noun]


def _attributes(word: str) -> list[Reading]:
    return [reading for reading in readings(word) if not reading.noun]


def _attribute(words: Sequence[str], place: int) -> bool:
    """Return whether a word is no head: an attribute, or another word that stands before its noun."""
    word = words[place]
    noun = _next_noun(words, place)
    if fold(word) in _BESIDE or word[0].isdigit() or word.isascii():
        return noun is not None
    attributes = _attributes(word)
    if not readings(word):
        return parts_of_speech(word) == {"ADVB"}
    if not any(reading.noun for reading in readings(word)):
        return True
    after = [reading for reading in readings(noun) if reading.noun] if noun else []
    return any(one.agrees(two, shared=True) for one in attributes for two in after)


def _next_noun(words: Sequence[str], place: int) -> str | None:
    """Return the first noun after a place with nothing but attributes between."""
    for word in words[place + 1 :]:
        known = readings(word)
        if any(reading.noun for reading in known):
            return word
        if not known and word not in CONJUNCTIONS:
            return None
    return None


def _may_be_noun(word: str) -> bool:
    """Return whether a word can be a head: a noun, an abbreviation or a word that is not known."""
    if is_abbreviation(word) or any(reading.noun for reading in readings(word)):
        return True
    return word[0].isalpha() and len(word) > 1 and not parts_of_speech(word)


def _can_end(word: str) -> bool:
    return word not in CONJUNCTIONS and not parts_of_speech(word) & {"PREP", "CONJ"}
