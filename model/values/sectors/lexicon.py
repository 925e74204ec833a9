"""The compiled lexicon of sectors, `tables/sectors.json`, as the rules look things up in it.

Each key of the table is a kind and a phrase in lemmas: `term добыча нефть`, `good цемент`, `head отрасль`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ie.values.tables import fold, read_table

_SHORTEST_ENDING = 5


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the lexicon in the nominative as it is usual, and its code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Good:
    """What making, digging out and growing a good are coded by."""

    made: str
    dug: str | None
    grown: str | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of the seeds, by lemmas."""

    terms: Mapping[str, Term]
    # the terms as they are listed, singular and plural, in small letters with `е` for `ё`
    names: frozenset[str]
    adjectives: Mapping[str, str]
    goods: Mapping[str, Good]
    # the rows of an activity in their order: a code or the name of a rule, and the objects, none for any
    activities: Mapping[str, Sequence[tuple[str, Sequence[str]]]]
    heads: frozenset[str]
    # the first part of a compound («агро»), the last part of one («водство»)
    stems: Mapping[str, str]
    endings: Mapping[str, str]
    # adjectives that only look as if they were made of a good: «крупный» of «крупа»
    plain: frozenset[str]
    derivations: Sequence[tuple[str, Sequence[str]]]
    # what stands between an activity and its object: «в области»
    openings: Sequence[tuple[str, ...]]
    processing: Mapping[str, str]
    nothing: Mapping[str, str]
    # sectors that no code of ISIC fits
    uncoded: frozenset[str]
    # what stands for the economy: «экономика» of a country is no sector, «сектор экономики» is a sector
    whole: frozenset[str]
    numbers: Mapping[str, str] = field(repr=False)

    def is_head(self, lemmas: Iterable[str]) -> bool:
        """Return whether one of the lemmas is a head such as «отрасль»."""
        return any(lemma in self.heads for lemma in lemmas)

    def done(self, key: str) -> str | None:
        """Return the code of an activity whatever its object is."""
        rows = self.activities.get(key, ())
        return next((code for code, objects in rows if not objects and not code[1:].isalpha()), None)

    def processed(self, code: str) -> str | None:
        """Return the code of processing what is made under a code: C10 of what is grown."""
        return code if code.startswith("C") else self.processing.get(code)

    def usual_number(self, lemma: str) -> str | None:
        """Return the number in which a head is usual, that of its last part for a compound."""
        places = range(max(1, len(lemma) - _SHORTEST_ENDING + 1))
        return next((self.numbers[lemma[i:]] for i in places if lemma[i:] in self.numbers), None)


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of the package; read once."""
    return make_lexicon(read_table("sectors"))


def make_lexicon(table: Mapping[str, Any]) -> Lexicon:
    """Return the lexicon of a compiled table."""
    kinds: dict[str, dict[str, Any]] = {}
    for key, value in table.items():
        kind, _, phrase = key.partition(" ")
        kinds.setdefault(kind, {})[phrase] = value

    def of(kind: str) -> dict[str, Any]:
        return kinds.get(kind, {})

    return Lexicon(
        terms={key: Term(*value[:2]) for key, value in of("term").items()},
        names=frozenset(fold(name) for value in of("term").values() for name in value[1:]),
        adjectives=of("adjective"),
        goods={key: Good(*value) for key, value in of("good").items()},
        activities={key: [(code, objects) for code, objects in rows] for key, rows in of("activity").items()},
        heads=frozenset(of("head")),
        stems=of("stem"),
        endings=of("ending"),
        plain=frozenset(of("plain")),
        derivations=sorted(of("derivation").items(), key=lambda item: -len(item[0])),
        openings=sorted((tuple(key.split()) for key in of("opening")), key=lambda words: -len(words)),
        processing=of("processed"),
        nothing=of("nothing"),
        uncoded=frozenset(of("uncoded")),
        whole=frozenset(of("whole")),
        numbers=of("number"),
    )
