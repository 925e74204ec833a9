"""Groups of mentions: which mentions of a document are of one party.

Kinds do not mix. When in doubt mentions stay apart: a wrong group costs more than a missing one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ie.values.tables import fold

from .name_words import name_key
from .organization_groups import group_organizations
from .organization_names import OrganizationName, read_name
from .partition import Partition
from .person_groups import PersonName, group_persons
from .states import read_state

if TYPE_CHECKING:
    from .reader import Party

Mention = tuple[int, int, "Party"]
# «X (Y)», «X (далее — Y)», where nothing but Y is in the brackets
_OPENING = re.compile(r"\s{0,3}\((?P<further>далее\b[^()]{0,40})?\s{0,3}", re.IGNORECASE)
_CLOSING = re.compile(r"\s{0,3}\)")


def group_mentions(text: str, mentions: Sequence[Mention]) -> list[int]:
    """Return the number of each mention's party: 0, 1, 2 … in the order in which the parties first appear.

    `mentions` are `(start, end, party)` in the order of the text.
    """
    parties = Partition(len(mentions))
    aliases = list(_aliases(text, mentions))
    for kind, link in (("organization", _organizations), ("person", _persons), (None, _states)):
        places = [i for i, mention in enumerate(mentions) if _kind(mention) == kind]
        position = {place: i for i, place in enumerate(places)}
        pairs = [(position[a], position[b]) for a, b in aliases if a in position]
        for i, number in _firsts(link(text, [mentions[p] for p in places], pairs)):
            parties.join(places[i], places[number])
    return parties.numbers()


def _kind(mention: Mention) -> str | None:
    kind = mention[2].kind
    return kind if kind in ("organization", "person") else None


def _firsts(partition: Partition) -> Iterator[tuple[int, int]]:
    """Yield each thing with the first thing of its set."""
    first: dict[int, int] = {}
    for thing, number in enumerate(partition.numbers()):
        yield thing, first.setdefault(number, thing)


# --- kinds ---


def _states(_: str, mentions: Sequence[Mention], __: object) -> Partition:
    """States are one by their code; without one (unions, states that are no more) by the list of states."""
    states = Partition(len(mentions))
    first: dict[tuple[str, str], int] = {}
    for place, (_start, _end, party) in enumerate(mentions):
        state = None if party.code else read_state(party.canonical)
        key = party.code or (state.symbol if state else fold(party.canonical.strip()))
        states.join(first.setdefault((party.kind, key), place), place)
    return states


def _persons(text: str, mentions: Sequence[Mention], aliases: Iterable[tuple[int, int]]) -> Partition:
    names = [PersonName.of(party.canonical, text[start:end]) for start, end, party in mentions]
    return group_persons(names, [(a, b) for a, b in aliases if names[a].full == names[b].full])


def _organizations(text: str, mentions: Sequence[Mention], aliases: Iterable[tuple[int, int]]) -> Partition:
    """Each name is looked at once, however often it is mentioned."""
    title = len(text) - len(text.lstrip()) + len(text.lstrip().split("\n", 1)[0])
    places: dict[tuple[str, str | None], int] = {}
    names: list[OrganizationName] = []
    of: list[int] = []
    for start, _, party in mentions:
        key = (party.canonical, party.legal_form)
        if key not in places:
            places[key] = len(names)
            names.append(read_name(party, start, start < title))
        of.append(places[key])
    pairs = [(of[a], of[b]) for a, b in aliases]
    numbers = group_organizations(names, pairs).numbers()
    grouped = Partition(len(mentions))
    first: dict[int, int] = {}
    for place, name in enumerate(of):
        grouped.join(first.setdefault(numbers[name], place), place)
    return grouped


# --- what the text equates ---


def _aliases(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Yield the places of names with another name of theirs in brackets after them.

    Without «далее» the second name must look like one made of the first: an abbreviation, other letters, or
    the same beginning of a word.
    """
    for place in range(1, len(mentions)):
        (_, end, party), (start, close, alias) = mentions[place - 1], mentions[place]
        if party.kind != alias.kind or start - end > 60 or not _CLOSING.match(text, close, close + 5):
            continue
        opening = _OPENING.fullmatch(text, end, start)
        if opening and (opening["further"] or _made_of(alias.canonical, party.canonical)):
            yield place - 1, place


def _made_of(alias: str, name: str) -> bool:
    """Return whether a name of one word may be made of another name's words, or is in the other script."""
    words, made = name_key(name).split(), name_key(alias).split()
    if name.isascii() != alias.isascii() and _cyrillic(name) != _cyrillic(alias):
        return len(words) > 1 or not alias.isupper()
    if len(made) != 1 or len(words) < 2:
        return False
    return any(word[:1] == made[0][:1] for word in words) and made[0] not in words


def _cyrillic(name: str) -> bool:
    return bool(re.search("[а-яё]", name, re.IGNORECASE))
