"""PARTY spans out of the organizations, people and countries of a corpus."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ie.data.brat import RawSpan
from ie.document import Span

from .party_names import Place, organization_name, person_name, state_name
from .party_words import SEATS
from .report import Report
from .states import find_states

_PERSONS = frozenset({"PERSON"})
_ORGANIZATIONS = frozenset({"ORGANIZATION"})
_PLACES = frozenset({"COUNTRY", "GPE"})
_KINDS = _PERSONS | _ORGANIZATIONS | _PLACES
_LOCATED = frozenset({"COUNTRY", "GPE", "CITY", "REGION", "STATE_OR_PROVINCE", "DISTRICT"})
# names of these are no parties, and a country inside them is not meant as one
_CLOSED = frozenset(
    {"PRODUCT", "WORK_OF_ART", "CITY", "REGION", "LOCATION", "APPLICATION", "WEBSITE", "STREET"}
)
_PART_OF = re.compile(
    r"(?:доллар\w*|округ\w*|(?:Северн|Южн|Западн|Восточн|Центральн|Нов|Верхн|Нижн|Внутренн)\w+)[ \u00a0]$"
)
# a short quotation that starts with a capital is a title, not speech
_TITLE = re.compile(r"«[А-ЯЁA-Z][^«»\n]{0,43}»|\"[А-ЯЁA-Z][^\"\n]{0,43}\"")
_URL = re.compile(r"(?:https?://|www\.)\S+")


def convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return the PARTY spans that the mentions of a text make by the guidelines, outermost ones, by place.

    Countries and seats of power that the corpus left bare are added.
    """
    marked = [span for span in raw if span.label in _KINDS and span.start < span.end]
    located = [(span.start, span.end) for span in raw if span.label in _LOCATED]
    named = [(span, place) for span in marked for place in _places(text, span, marked, located, report)]
    urls = [match.span() for match in _URL.finditer(text)]
    kept: list[Place] = []
    for span, place in sorted(named, key=lambda pair: (pair[1][0] - pair[1][1], pair[1][0])):
        if _free(place, kept) and _free(place, urls):
            kept.append(place)
        if place not in kept:
            report.drop(span, "inside a longer name")
        elif (span.start, span.end) != place:
            report.change(span, text, Span(*place, "PARTY"), "cut or widened to the name")
    closed = [(span.start, span.end) for span in raw if span.label in _CLOSED]
    for place in _bare(text, [*kept, *urls, *closed]):
        kept.append(place)
        report.add(text, Span(*place, "PARTY"), "state or seat of power that the corpus left bare")
    return [Span(*place, "PARTY") for place in sorted(kept)]


def _places(
    text: str, span: RawSpan, marked: Sequence[RawSpan], located: Sequence[Place], report: Report
) -> list[Place]:
    if span.label in _PLACES:
        places = state_name(text, span.start, span.end) or _seat(text, span)
    elif span.label in _PERSONS:
        places = person_name(text, span.start, span.end)
    else:
        places = organization_name(
            text,
            *_whole_words(text, span),
            inner=_inside(span, marked, _ORGANIZATIONS),
            persons=_inside(span, marked, _PERSONS),
            places=located,
        )
    if not places:
        report.drop(span, "no name of a party")
    return places


def _inside(outer: RawSpan, marked: Iterable[RawSpan], kinds: frozenset[str]) -> list[Place]:
    return [
        (span.start, span.end)
        for span in marked
        if span.label in kinds
        and outer.start <= span.start
        and span.end <= outer.end
        and span.end - span.start < outer.end - outer.start
    ]


def _seat(text: str, span: RawSpan) -> list[Place]:
    found = SEATS.search(text, span.start, span.end)
    return [found.span()] if found else []


def _whole_words(text: str, span: RawSpan) -> Place:
    start, end = span.start, span.end
    while start > 0 and text[start].isalpha() and _same_script(text[start - 1], text[start]):
        start -= 1
    while end < len(text) and text[end - 1].isalpha() and _same_script(text[end - 1], text[end]):
        end += 1
    return start, end


def _same_script(left: str, right: str) -> bool:
    return left.isalpha() and right.isalpha() and left.isascii() == right.isascii()


def _bare(text: str, taken: list[Place]) -> Iterator[Place]:
    states = (place for place in find_states(text) if not _elsewhere(text, *place))
    for place in (*states, *(match.span() for match in SEATS.finditer(text))):
        if _free(place, taken):
            yield place


def _elsewhere(text: str, start: int, end: int) -> bool:
    """Return whether the name is a part of a currency's, a region's or a title's name."""
    if _PART_OF.search(text[max(0, start - 30) : start]):
        return True
    return any(
        match.start() < start and end < match.end() for match in _TITLE.finditer(text, max(0, start - 45))
    )


def _free(place: Place, taken: Iterable[Place]) -> bool:
    return all(place[1] <= start or end <= place[0] for start, end in taken)
