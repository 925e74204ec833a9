"""Values of the mentions of a document: each read with the text around it and the mentions before it."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ie.document import Document, Entity

from .amounts.ellipsis import read_amounts
from .amounts.reader import Amount
from .dates.bounds import Clause, modifiers
from .dates.dateline import find_dateline
from .dates.reader import DateRange, read_date
from .dates.tense import leaning_of
from .parties.concordance import concordant
from .parties.groups import group_mentions
from .parties.reader import Party, person_names, read_party
from .result import Context, Unknown
from .sectors.reader import Sector, read_sector
from .tables import fold

Value = Amount | DateRange | Party | Sector

# So many dates before one are kept for «годом ранее»: further off lies another story.
_EARLIER = 20
# A name in quotes, behind its legal form perhaps.
_QUOTED = re.compile(r"(?:[А-ЯЁA-Z]{2,5} ?)?[«\"„“][^«»\"„“”]+[»\"”“]")


def add_values(document: Document) -> Document:
    """Return the document with the value of every mention of the four labels, or the reason why it has none.

    Parties have groups too. The document's date is what relative dates are relative to. Mentions of other
    labels stay as they are.
    """
    entities = list(document.entities)
    for label, read in _READERS.items():
        places = [i for i, entity in enumerate(entities) if entity.label == label]
        mentions = [entities[i] for i in places]
        for place, valued in zip(places, read(document, mentions), strict=True):
            entities[place] = valued
    return replace(document, entities=tuple(entities))


def with_dateline(document: Document) -> Document:
    """Return the document with the date of its own dateline or byline, if it has none and that is certain."""
    return document if document.date else replace(document, date=find_dateline(document.text))


def context_of(document: Document, mention: Entity) -> Context:
    """Return the text around a mention."""
    return Context.of(document.text, mention.start, mention.end)


def _amounts(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    return _valued(mentions, read_amounts(document, mentions))


def _dates(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    earlier: deque[DateRange] = deque(maxlen=_EARLIER)
    clause = Clause(document)
    for mention in mentions:
        context = context_of(document, mention)
        leaning = leaning_of(context, mention.text)
        value = read_date(
            mention.text,
            document.date,
            leaning=leaning,
            mod=modifiers(context, mention.text, document.date),
            earlier=tuple(earlier),
            clause=clause.year_of(mention, leaning),
        )
        if not isinstance(value, Unknown):
            earlier.append(value)
        yield _with(mention, value)


def _sectors(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    return _valued(mentions, (read_sector(m.text, context_of(document, m)) for m in mentions))


def _parties(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    contexts = [context_of(document, mention) for mention in mentions]
    alone = [read_party(mention.text, context) for mention, context in zip(mentions, contexts, strict=True)]
    values = _by_document(mentions, contexts, _concordant(mentions, contexts, alone))
    known = [
        (mention, value) for mention, value in zip(mentions, values, strict=True) if isinstance(value, Party)
    ]
    groups = iter(group_mentions(document.text, [(m.start, m.end, value) for m, value in known]))
    for mention, value in zip(mentions, values, strict=True):
        yield replace(_with(mention, value), group=next(groups) if isinstance(value, Party) else None)


def _concordant(
    mentions: Sequence[Entity], contexts: Sequence[Context], values: Sequence[Party | Unknown]
) -> list[Party | Unknown]:
    """Return the parties with the names of people as all mentions of one allow: «Зюзину» beside «Зюзиной»."""
    read = list(values)
    people = [
        (i, value) for i, value in enumerate(values) if isinstance(value, Party) and value.kind == "person"
    ]
    stems = Counter(stem for i, _ in people for stem in _stems(mentions[i].text))
    repeated = [(i, value) for i, value in people if any(stems[s] > 1 for s in _stems(mentions[i].text))]
    names = concordant([person_names(mentions[i].text, contexts[i]) for i, _ in repeated])
    for (i, value), name in zip(repeated, names, strict=True):
        read[i] = replace(value, canonical=name)
    return read


def _stems(name: str) -> set[str]:
    """Return the first letters of the words of a name, which all its case forms have."""
    return {word[:3] for word in re.findall(r"\w{2,}", fold(name))}


def _by_document(
    mentions: Sequence[Entity], contexts: Sequence[Context], values: Sequence[Party | Unknown]
) -> list[Party | Unknown]:
    """Return the parties of a document; what one word is, is told by the mentions that say more.

    «Холдинг [Дерипаски]» alone may be an organization, beside «Олег Дерипаска» it is his, and «Громову» is
    Громов beside «Павел Громов». The source «[Метриум]» is the company «Метриум».
    """
    people = (
        value.canonical.split() for value in values if isinstance(value, Party) and value.kind == "person"
    )
    surnames = {words[-1] for words in people if len(words) > 1}
    companies = {
        fold(value.canonical)
        for mention, value in zip(mentions, values, strict=True)
        if isinstance(value, Party) and value.kind == "organization" and _QUOTED.fullmatch(mention.text)
    }
    read = list(values)
    for i, (mention, value) in enumerate(zip(mentions, values, strict=True)):
        if not isinstance(value, Party) or value.kind == "state" or not _is_one_name(mention.text):
            continue
        # without a full name in the document there is nobody whose surname it could be
        person = surnames and read_party(mention.text, contexts[i], kind="person", surnames=surnames)
        if isinstance(person, Party) and person.canonical in surnames:
            read[i] = person
        elif value.kind == "person" and fold(mention.text) in companies:
            read[i] = read_party(mention.text, contexts[i], kind="organization")
    return read


def _is_one_name(text: str) -> bool:
    return " " not in text and text.istitle()


def _valued(mentions: Iterable[Entity], values: Iterable[Value | Unknown]) -> Iterator[Entity]:
    return (_with(mention, value) for mention, value in zip(mentions, values, strict=True))


def _with(mention: Entity, value: Value | Unknown) -> Entity:
    if isinstance(value, Unknown):
        return replace(mention, value=None, reason=value.reason)
    return replace(mention, value=value.to_record(), reason=None)


_READERS: dict[str, Callable[[Document, Sequence[Entity]], Iterator[Entity]]] = {
    "AMOUNT": _amounts,
    "SECTOR": _sectors,
    "PARTY": _parties,
    "DATE": _dates,
}
