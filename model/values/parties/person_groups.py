"""Which mentions in a document are of one person: by full names, then by surnames and given names."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from ie.values.tables import fold

from .name_words import same_word
from .partition import Partition

_LONGEST = 120
_MOST_RIVALS = 40
_BUCKET = 3
_WORD = re.compile(r"[^\W_]+(?:[-'’`][^\W_]+)*\.?")
_PATRONYMIC = re.compile(r".{2,}(?:[ое]вич|[ое]вна|ьич|инична|ична|улы|кызы|оглы)")
# The surnames of most Russians have forms of their own for women; other words are of either gender.
_FORMS = (
    ("m", re.compile(r".+(?:(?:[ое]в|[иы]н)(?:|ым|е)|[сц]к(?:ий|ого|ому|им|ом))")),
    ("f", re.compile(r".+(?:(?:[ое]в|[иы]н)(?:ой|ою)|[сц]к(?:ая|ую))")),
    ("", re.compile(r".+(?:(?:[ое]в|[иы]н)(?:ы|ыми)|(?:[ое]в|[иы]н|[сц]к)(?:ых|их|ими))")),
)
_NOMINATIVES = (*_FORMS, ("f", re.compile(r".+(?:[ое]в|[иы]н)а")))
_EITHER = frozenset("mf")
# «Иванов Иван»: a surname of this kind before a word of another kind stands first
_SURNAME = re.compile(r".{3,}(?:[ое]в|[ое]ва|[сц]кий|[сц]кая|енко|ян|дзе|швили)")


@dataclass(frozen=True)
class PersonName:
    """A mention of a person: the folded words of the name in the nominative and those of the text."""

    words: tuple[str, ...]
    written: tuple[str, ...]

    @classmethod
    def of(cls, canonical: str, written: str) -> "PersonName":
        """Return the name whose nominative and whose form in the text are given."""
        words = _words(canonical) or (fold(canonical),)
        return cls(words, _words(written) or words)

    @cached_property
    def genders(self) -> frozenset[str]:
        """The genders that the surname may be of; none for a family («Ивановых»).

        Beside a given name the nominative tells it, of a surname alone only the form in the text does.
        """
        if self.full:
            return _genders(self.surname, _NOMINATIVES)
        return frozenset() if self.words[0].endswith("ы") else _genders(self.written[-1], _FORMS)

    @cached_property
    def surname(self) -> str:
        """The word that is the surname: the last one unless what stands there is no surname."""
        words = self.words
        first = _initial(words[-1]) or _PATRONYMIC.fullmatch(words[-1])
        if len(words) > 1 and (first or (_SURNAME.fullmatch(words[0]) and not _SURNAME.fullmatch(words[-1]))):
            return words[0] if not _initial(words[0]) else words[-1]
        return words[-1]

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The other words: given names, patronymic, initials, in their order."""
        place = self.words.index(self.surname)
        return self.words[:place] + self.words[place + 1 :]

    @property
    def full(self) -> bool:
        """Whether it is more than one word."""
        return len(self.words) > 1


def group_persons(names: Sequence[PersonName], aliases: Iterable[tuple[int, int]]) -> Partition:
    """Return the persons of a document's mentions; `aliases` are pairs of them that the text equates."""
    persons = Partition(len(names))
    _join_equal(persons, names)
    for one, other in aliases:
        persons.join(one, other)
    for rule in FULL_NAMES:
        _join_full(persons, names, rule)
    surnames = _Index(names, lambda name: (name.surname,))
    others = _Index(names, lambda name: name.given)
    alone: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        if not name.full and not _join_single(persons, place, surnames, others):
            _join_alone(persons, names, place, alone[name.words[0][:_BUCKET]])
    return persons


# --- full names ---


def _case_forms(short: PersonName, long: PersonName) -> bool:
    """«Валентины Матвиенко» is «Валентина Матвиенко» in another case; Самира Гиргис is not Самир Гиргис."""
    return len(short.given) == len(long.given) and all(
        one == other or (_same(one, other) and not _of_two_genders(one, other, short.surname == long.surname))
        for one, other in zip(short.given, long.given, strict=True)
    )


def _of_two_genders(one: str, other: str, same_surname: bool) -> bool:
    return same_surname and (one.startswith(other) or other.startswith(one))


def _words_left_out(short: PersonName, long: PersonName) -> bool:
    """«Иван Сидоров» is «Сидоров Иван Петрович»."""
    rest = iter(long.given)
    return len(short.given) < len(long.given) and all(
        any(_same(w, other) for other in rest) for w in short.given
    )


def _initials(short: PersonName, long: PersonName) -> bool:
    """«А. Б. Громов» is «Алексей Борисович Громов» and «Алексей Громов», «А. Громов» is both."""
    if not any(map(_initial, short.given)):
        return False
    pairs = zip(short.given, long.given, strict=False)
    return all(
        other.startswith(word.rstrip(".")) if _initial(word) else _same(word, other) for word, other in pairs
    )


FULL_NAMES: tuple[Callable[[PersonName, PersonName], bool], ...] = (_case_forms, _words_left_out, _initials)


def _join_equal(persons: Partition, names: Sequence[PersonName]) -> None:
    first: dict[tuple[str, ...], int] = {}
    for place, name in enumerate(names):
        if name.full:
            persons.join(first.setdefault(tuple(sorted(name.words)), place), place)


def _join_full(
    persons: Partition, names: Sequence[PersonName], rule: Callable[[PersonName, PersonName], bool]
) -> None:
    """Join each full name with the one person of the same surname whom a rule finds to be meant."""
    distinct = {name.words: place for place, name in reversed(list(enumerate(names))) if name.full}
    buckets: dict[str, list[int]] = defaultdict(list)
    for place in distinct.values():
        buckets[names[place].surname[:_BUCKET]].append(place)
    for place in sorted(distinct.values()):
        rivals = buckets[names[place].surname[:_BUCKET]]
        if len(rivals) > _MOST_RIVALS:
            continue
        fitting = (p for p in rivals if _agree(names[place], names[p]) and rule(names[place], names[p]))
        found = {persons.find(p) for p in fitting if p != place} - {persons.find(place)}
        if len(found) == 1:
            persons.join(place, found.pop())


def _agree(one: PersonName, other: PersonName) -> bool:
    return _same(one.surname, other.surname) and bool(one.genders & other.genders)


# --- single words ---


@dataclass(frozen=True, slots=True)
class _Bearers:
    """The mentions by full name that have a word, in the order of the text; equal names are one person."""

    places: list[int] = field(default_factory=list)
    firsts: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, place: int, name: PersonName) -> None:
        self.places.append(place)
        self.firsts.setdefault(tuple(sorted(name.words)), place)


class _Index:
    """The mentions by full name that have a word."""

    def __init__(self, names: Sequence[PersonName], words: Callable[[PersonName], Sequence[str]]) -> None:
        self.names = names
        self._bearers: dict[str, dict[str, _Bearers]] = defaultdict(dict)
        for place, name in enumerate(names):
            for word in words(name) if name.full else ():
                self._bearers[word[:_BUCKET]].setdefault(word, _Bearers()).add(place, name)

    def find(self, place: int) -> Iterator[_Bearers]:
        """Yield the mentions that have a form of the single word of a mention, word by word."""
        name = self.names[place]
        known = self._bearers.get(name.words[0][:_BUCKET], {})
        for word, bearers in islice(known.items(), _MOST_RIVALS):
            if _same(word, name.words[0]) or _same(word, name.written[0]):
                yield bearers


def _join_single(persons: Partition, place: int, surnames: _Index, others: _Index) -> bool:
    """Join a surname with the nearest person before it or the one after it, a given name with the one person.

    Returns whether there was such a person.
    """
    names = surnames.names
    name = names[place]
    # full names of one surname are of one gender, so the first tells it of all
    agreeing = [found for found in surnames.find(place) if name.genders & names[found.places[0]].genders]
    # the nominative, which the words around tell too, may know the gender where the ending does not
    exact = [found for found in agreeing if names[found.places[0]].surname == name.words[0]]
    agreeing = exact or agreeing
    before = [found.places[i - 1] for found in agreeing if (i := bisect_left(found.places, place))]
    given: Iterable[_Bearers] = () if agreeing or _SURNAME.fullmatch(name.words[0]) else others.find(place)
    one = [max(before)] if before else _only(persons, agreeing or given)
    for other in one:
        persons.join(place, other)
    return bool(one)


def _join_alone(persons: Partition, names: Sequence[PersonName], place: int, earlier: list[int]) -> None:
    """Join a single word with an earlier form of it, both of persons that have no full name here."""
    name = names[place]
    for other in earlier[:_MOST_RIVALS]:
        if names[other].words == name.words or _agree(names[other], name):
            persons.join(other, place)
            return
    earlier.append(place)


def _only(persons: Partition, bearers: Iterable[_Bearers]) -> list[int]:
    """Return the first of the mentions if they are all of one person, else nothing."""
    firsts = (place for found in bearers for place in found.firsts.values())
    one = next(firsts, None)
    same = one is not None and all(persons.find(place) == persons.find(one) for place in firsts)
    return [one] if one is not None and same else []


def _words(name: str) -> tuple[str, ...]:
    return tuple(
        word if _initial(word) else word.rstrip(".") for word in _WORD.findall(fold(name[:_LONGEST]))
    )


def _initial(word: str) -> bool:
    """Return whether a word is an initial: one letter, or two before a dot («Дж.», «Ю.»)."""
    return len(word.rstrip(".")) == 1 or (len(word) <= 3 and word.endswith("."))


def _same(one: str, other: str) -> bool:
    return same_word(one, other, plural=False)


def _genders(word: str, forms: Iterable[tuple[str, re.Pattern[str]]]) -> frozenset[str]:
    return next((frozenset(gender) for gender, form in forms if form.fullmatch(word)), _EITHER)
