"""Names of people over a document: of what each may be read as, that which the others may be read as too.

«Зюзину» alone is a form of «Зюзин» and of «Зюзина»; beside «Зюзиной» it is hers. Each mention tells of every
reading how likely it makes it, and each chooses with what the others tell: two passes over the mentions.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ie.values.tables import fold

Readings = Mapping[str, float]
Key = tuple[str, ...]
# What a reading keeps that no other mention allows: one that another is sure of is so much likelier.
_UNSUPPORTED = 0.04
# No more mentions than so many count: a namesake of somebody named often keeps the own reading.
_MOST_SUPPORT = 2.0
# A surname alone tells less about one with initials: it may be somebody else's.
_OF_SURNAME = 0.5
_PATRONYMIC = re.compile(r".{2,}(?:[ое]вич|[ое]вна|ьич|инична|ична)")
_INITIALS = re.compile(r"(?:\w{1,2}\.)+|\w")
_JOINED = re.compile(r"(?<=\.)(?=\w{3})")


def concordant(mentions: Sequence[Readings]) -> list[str]:
    """Return the nominative of each mention of a person, by its readings and those of the others."""
    shares = [_shares(readings) for readings in mentions]
    support: defaultdict[Key, float] = defaultdict(float)
    for readings in shares:
        for name, share in readings.items():
            for key in _evidence(name):
                support[key] += share
    return [max(readings, key=lambda name: _likelihood(name, readings, support)) for readings in shares]


def _likelihood(name: str, readings: Readings, support: Mapping[Key, float]) -> float:
    own = readings[name]
    evident = set(_evidence(name))
    others = sum(
        weight * max(0.0, support.get(key, 0.0) - (own if key in evident else 0.0))
        for key, weight in _asked(name).items()
    )
    return own * (_UNSUPPORTED + min(others, _MOST_SUPPORT))


def _shares(readings: Readings) -> dict[str, float]:
    whole = sum(readings.values())
    return {name: weight / whole for name, weight in readings.items()}


def _evidence(name: str) -> Iterator[Key]:
    """Yield what a reading tells the others: of whom, and each word that a single one may repeat."""
    initial, names = _parts(name)
    if len(names) > 1:
        yield ("full", *sorted(names))
        yield ("initial", names[0][:1], names[-1])
        yield from (("word", word) for word in dict.fromkeys(names))
    elif initial:
        yield ("initial", initial, *names)
        yield ("word", *names)
    else:
        yield ("alone", *names)


def _asked(name: str) -> dict[Key, float]:
    """Return what the others may tell about a reading, and how much each of it counts."""
    initial, names = _parts(name)
    if len(names) > 1:
        return {("full", *sorted(names)): 1.0}
    if initial:
        return {("initial", initial, *names): 1.0, ("alone", *names): _OF_SURNAME}
    return {("alone", *names): 1.0, ("word", *names): 1.0}


def _parts(name: str) -> tuple[str, list[str]]:
    """Return the first initial of a folded name, if it has one, and its words but for patronymics."""
    words = _JOINED.sub(" ", fold(name)).split()
    names = [word for word in words if not (_INITIALS.fullmatch(word) or _PATRONYMIC.fullmatch(word))]
    initial = next((word[0] for word in words if _INITIALS.fullmatch(word)), "")
    return (initial, names) if names else ("", words)
