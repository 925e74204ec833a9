"""Values of the mentions of a document: each read with the text around it and the mentions before it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ie.document import Document, Entity

from .amounts.ellipsis import read_amounts
from .amounts.reader import Amount
from .dates.bounds import modifiers
from .dates.dateline import find_dateline
from .dates.reader import DateRange, read_date
from .dates.tense import leaning_of
from .parties.groups import group_mentions
from .parties.reader import Party, read_party
from .result import Context, Unknown
from .sectors.reader import Sector, read_sector

Value = Amount | DateRange | Party | Sector

# So many dates before one are kept for «годом ранее»: further off lies another story.
_EARLIER = 20


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
    for mention in mentions:
        context = context_of(document, mention)
        value = read_date(
            mention.text,
            document.date,
            leaning=leaning_of(context, mention.text),
            mod=modifiers(context, mention.text),
            earlier=tuple(earlier),
        )
        if not isinstance(value, Unknown):
            earlier.append(value)
        yield _with(mention, value)


def _sectors(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    return _valued(mentions, (read_sector(m.text, context_of(document, m)) for m in mentions))


def _parties(document: Document, mentions: Sequence[Entity]) -> Iterator[Entity]:
    contexts = [context_of(document, mention) for mention in mentions]
    alone = [read_party(mention.text, context) for mention, context in zip(mentions, contexts, strict=True)]
    values = _with_surnames(mentions, contexts, alone)
    known = [
        (mention, value) for mention, value in zip(mentions, values, strict=True) if isinstance(value, Party)
    ]
    groups = iter(group_mentions(document.text, [(m.start, m.end, value) for m, value in known]))
    for mention, value in zip(mentions, values, strict=True):
        yield replace(_with(mention, value), group=next(groups) if isinstance(value, Party) else None)


def _with_surnames(
    mentions: Sequence[Entity], contexts: Sequence[Context], values: Sequence[Party | Unknown]
) -> list[Party | Unknown]:
    """Return the parties of a document, a word that is the surname of a person named in full as a person.

    «Холдинг [Дерипаски]» alone may be an organization, beside «Олег Дерипаска» it is his.
    """
    people = (
        value.canonical.split() for value in values if isinstance(value, Party) and value.kind == "person"
    )
    surnames = {words[-1] for words in people if len(words) > 1}
    read = list(values)
    for i, (mention, value) in enumerate(zip(mentions, values, strict=True)):
        if surnames and isinstance(value, Party) and value.kind == "organization" and mention.text.istitle():
            person = read_party(mention.text, contexts[i], kind="person")
            if isinstance(person, Party) and person.canonical in surnames:
                read[i] = person
    return read


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
