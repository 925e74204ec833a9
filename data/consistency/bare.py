"""Strings that look like money or like dates, and that no entity covers."""

import re
from collections.abc import Iterator
from functools import partial

from ie.data.convert.date_grammar import DATES
from ie.data.convert.grammar import Grammar, Match
from ie.data.convert.money_grammar import SUMS
from ie.data.convert.places import closed_places, is_free
from ie.document import Document

from .finding import Finding, finding_at

# stands for what is covered: no letter, no space, no punctuation that a grammar knows
_COVERED = "\ufffc"
# patterns that are dates nearly everywhere, though not surely enough to be added to a corpus unseen
_LIKELY_DATES = frozenset(
    {
        "month",
        "quarter",
        "century",
        "range of years",
        "some time ago",
        "some time before or after",
        "short numeric date",
    }
)
_SURE_SUMS = Grammar([p for p in SUMS.patterns if p.safe], before=r"(?<![\w.,])(?<!\w[-–])")
_SURE_DATES = Grammar([p for p in DATES.patterns if p.safe or p.name in _LIKELY_DATES])
_FREQUENT = re.compile(r"(?:кажд|ежегодн)\w+\s+(?:\w+\s+)?$", re.IGNORECASE)
# a half of what, and a count of quarters
_PART = re.compile(r"(?:половин|трет|четверт|декад)\w*(?:\s+дня)?$", re.IGNORECASE)
_RUNNING = re.compile(r"\s+подряд")
_COPYRIGHT = re.compile(r"©\D{0,12}$|\(c\)\s*$", re.IGNORECASE)
# names of people, and a month in a name that begins with an adjective: «Красный Октябрь»
_NOT_A_MONTH = re.compile(r"Ма[яюй]|Март[аы]?|(?:Август|Октябр|Феврал)\w*")
_RARE_CURRENCY = re.compile(
    r"(?:фунт|крон|драм|сом|сум|вон|ле[йев]|лев|лир|мар[ко]|реал|пенс|бат|рэнд|лари|бит[кй]|песо|цент)\w*$",
    re.IGNORECASE,
)
_MAGNITUDE = re.compile(r"тыс|млн|млрд|трлн|милли|трилли", re.IGNORECASE)


def find_bare(document: Document) -> Iterator[Finding]:
    """Yield the sums and dates that no entity covers, where their label was looked for."""
    labels = document.labels
    text = _uncovered(document)
    is_open = partial(is_free, places=closed_places(document.text, ()))
    if labels is None or "AMOUNT" in labels:
        for match in _SURE_SUMS.find(text):
            if _is_sum(text, match) and is_open(match.start, match.end):
                yield finding_at(document, "bare-amount", match.start, match.end, "It looks like a sum.")
    if labels is None or "DATE" in labels:
        for match in _SURE_DATES.find(text):
            if _is_date(text, match) and is_open(match.start, match.end):
                yield finding_at(document, "bare-date", match.start, match.end, "It looks like a date.")


def _uncovered(document: Document) -> str:
    """Return the text with every character of an entity replaced."""
    text = document.text
    for entity in document.entities:
        text = text[: entity.start] + _COVERED * (entity.end - entity.start) + text[entity.end :]
    return text


def _is_sum(text: str, match: Match) -> bool:
    found = text[match.start : match.end]
    return not _RARE_CURRENCY.search(found) or _MAGNITUDE.search(found) is not None


def _is_date(text: str, match: Match) -> bool:
    found = text[match.start : match.end]
    frequent = _FREQUENT.search(text[max(0, match.start - 30) : match.start])
    copyright_line = _COPYRIGHT.search(text[max(0, match.start - 12) : match.start])
    partial_period = _PART.search(found) or _RUNNING.match(text, match.end)
    return not (frequent or copyright_line or partial_period or _NOT_A_MONTH.fullmatch(found))
