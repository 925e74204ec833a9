"""Other systems that find names, sums and dates in Russian texts, and what their findings mean by our labels.

What a peer found in a text is kept apart from what we make of it (`Peer.read`), so that the slow part can be
cached. Systems whose weights do not come with a package of PyPI are not here, nor are those whose licence
forbids commercial use (PullEnti).
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ie.boundaries import trim
from ie.data.brat import RawSpan
from ie.data.convert import amounts, dates, parties
from ie.data.convert.flatten import assemble
from ie.data.convert.party_words import PREPOSITION
from ie.data.convert.places import is_free
from ie.data.convert.report import Report
from ie.data.convert.states import find_states, is_state
from ie.document import Document, Span

Place = tuple[int, int]
Find = Callable[[Document], list[Span]]
Rule = Callable[[str, Sequence[RawSpan], Report], list[Span]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A system: `open` loads what finds spans of its own kinds, `read` makes spans of our labels of them.

    `labels` are those of ours that it looks for, `package` is what must be installed.
    """

    name: str
    package: str
    labels: tuple[str, ...]
    open: Callable[[], Find]
    read: Rule

    def document(self, gold: Document, found: Sequence[Span]) -> Document:
        """Return the text of `gold` with what the spans found in it mean by our labels, flat."""
        raw = [RawSpan(s.label, s.start, s.end, gold.text[s.start : s.end]) for s in found]
        return assemble(
            gold.text, raw, [self.read], Report(), id=str(gold.id), labels=self.labels, date=gold.date
        )


def open_natasha() -> Find:
    """Return natasha's readers of names (Slovnet), sums and dates; the kinds are those of NEREL."""
    from natasha import (
        DatesExtractor,
        Doc,
        MoneyExtractor,
        MorphVocab,
        NewsEmbedding,
        NewsNERTagger,
        Segmenter,
    )

    segmenter, tagger, vocabulary = Segmenter(), NewsNERTagger(NewsEmbedding()), MorphVocab()
    grammars = {"MONEY": MoneyExtractor(vocabulary), "DATE": DatesExtractor(vocabulary)}
    kinds = {"PER": "PERSON", "ORG": "ORGANIZATION", "LOC": "GPE"}

    def find(document: Document) -> list[Span]:
        doc = Doc(document.text)
        doc.segment(segmenter)
        doc.tag_ner(tagger)
        found = [Span(span.start, span.stop, kinds[span.type]) for span in doc.spans]
        for kind, extractor in grammars.items():
            # of the places alone: reading the facts raises KeyError on «к маю»
            matches = extractor.parser.findall(document.text)
            found += [Span(match.span.start, match.span.stop, kind) for match in matches]
        return found

    return find


def open_dateparser() -> Find:
    """Return dateparser's search for dates, which tells the words that it read and not where they stand."""
    from dateparser.search import search_dates

    def find(document: Document) -> list[Span]:
        settings: Any = {"PREFER_DATES_FROM": "past"}
        if document.date:
            settings["RELATIVE_BASE"] = datetime.datetime.combine(document.date, datetime.time(12))
        found = search_dates(document.text, languages=["ru"], settings=settings) or []
        return list(_placed(document.text, [words for words, *_ in found]))

    return find


def _placed(text: str, found: Sequence[str]) -> Iterator[Span]:
    at = 0
    for words in found:
        start = text.find(words, at)
        if start >= 0 and words:
            at = start + len(words)
            yield Span(start, at, "DATE")


def as_they_are(text: str, raw: Sequence[RawSpan], _: Report) -> list[Span]:
    """Return what a peer found by our labels: of places those in the list of states, and the bare ones of it.

    Edges are the peer's own, but for white space, punctuation and a preposition before a date.
    """
    kinds = {"PERSON": "PARTY", "ORGANIZATION": "PARTY", "MONEY": "AMOUNT", "DATE": "DATE"}
    spans = [Span(*_edges(text, span), kinds[span.label]) for span in raw if span.label in kinds]
    spans += [Span(*place, "PARTY") for place in _states(text, raw)]
    return [span for span in spans if span.start < span.end]


def _edges(text: str, span: RawSpan) -> Place:
    start = span.start
    if span.label == "DATE":
        preposition = PREPOSITION.match(text, start, span.end)
        start = preposition.end() if preposition else start
    return trim(text, start, span.end)


def _states(text: str, raw: Sequence[RawSpan]) -> Iterator[Place]:
    for span in raw:
        if span.label == "GPE" and is_state(text[span.start : span.end]):
            yield span.start, span.end
    taken = [(span.start, span.end) for span in raw]
    for place in find_states(text):
        if is_free(*place, taken):
            yield place


def by_the_guide(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return what a peer found with the edges of our guide, as if it were a corpus that is converted.

    Generic heads are cut, quotes, legal forms and comparators joined. Sums and dates that the peer did not
    find are not added, though the converters would.
    """
    spans = parties.convert(text, raw, report)
    for rule, kind in ((amounts.convert, "MONEY"), (dates.convert, "DATE")):
        found = [(span.start, span.end) for span in raw if span.label == kind]
        spans += [s for s in rule(text, raw, report) if not is_free(s.start, s.end, found)]
    return spans


PEERS = (
    Peer("natasha", "natasha", ("AMOUNT", "PARTY", "DATE"), open_natasha, as_they_are),
    Peer("natasha, our edges", "natasha", ("AMOUNT", "PARTY", "DATE"), open_natasha, by_the_guide),
    Peer("dateparser", "dateparser", ("DATE",), open_dateparser, as_they_are),
)
