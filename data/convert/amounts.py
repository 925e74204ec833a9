"""AMOUNT spans out of the sums of a corpus: with their comparators, without what governs them."""

import re
from collections.abc import Iterator, Sequence

from ie.boundaries import trim
from ie.data.brat import RawSpan
from ie.document import Span

from .grammar import Match
from .money_grammar import SUMS
from .places import closed_places, is_free, touches
from .report import Report

_LABEL = "AMOUNT"
_KINDS = frozenset({"MONEY", "PRICE"})
_BOUND = re.compile(r"(?:вплоть[ \u00a0]+)?до[ \u00a0]+", re.IGNORECASE)
_LOWER = re.compile(r"от[ \u00a0]+(?!.*[ \u00a0]до[ \u00a0])", re.IGNORECASE)
# after these in the same clause, «до» says where a change ends
_CHANGE = re.compile(
    r"\b(?:вы|воз|под|на)?(?:р[оа]с(?:т|л|\b)|раст)|вырас|увелич|сниз|сниж|упа[лдс]|падени|паде[нт]|подорож|подешев|удорож"
    r"|удешев|сокра[тщ]|подн[яи]|опуст|опуск|повы[сш]|пониж|пониз|обвал|рухн|просе|довед|довести|довел|достиг|дош[ел]|дойти"
    r"|дойд|взлет|уменьш|расшир|скорректир|пересмотр|округл|укреп|ослаб|провал|обесцен|приблиз|почти$"
    r"|\bна [\d,.]+\s?(?:процент\w*|%)[^,—–]{0,40}[,—–]?\s*$|(?:\bраза?|вдвое|втрое)[^,—–]{0,50}[,—–]?\s*$"
    r"|(?:тысяч\w*|млн|млрд|трлн|иллион\w*|иллиард\w*|рубл\w*|доллар\w*|евро|руб\.)\W*\($",
    re.IGNORECASE,
)
# right before it, these say that «до» bounds the sum itself
_BOUNDED = re.compile(
    r"(?:размере|сумм[уыаео]й?|объ[её]ме|штраф\w*|стоимостью|вознаграждени\w*|выплат\w*|субсиди\w*|потребуется"
    r"|использовать|выделить|потратить|собирать|получать|экономить)\s*$",
    re.IGNORECASE,
)
# after these, «от» is a bound of the sum itself
_PRICED = re.compile(
    r"(?:цен|стоимост|штраф|сумм|размер|оборот|выручк|бюджет|доход|зарплат|капитал|плат|инвестици|объ[её]м|составля)\w*\W*$"
    r"|[—–:(]\s*$",
    re.IGNORECASE,
)
_RARER = re.compile(
    r"(?:фунт|крон|драм|сом|сум|вон|ле[йев]|лир|мар[ко]|реал|пенс|бат|рэнд|лари|бит[кй]|песо)\w*$", re.I
)
_SCALE = re.compile(r"тыс|млн|млрд|трлн|милли|трилли", re.IGNORECASE)
_CURRENCIES = (
    *(r"долл|\$|USD", r"евро|€|EUR", r"руб|₽|\bр\.|RUB", r"фунт|£|GBP", r"юан|¥|CNY", r"[ий]ен"),
    *(r"тенге|₸|KZT", r"грив|грн|₴|UAH", r"крон", r"франк|CHF"),
)
_CHANGE_PARTS = re.compile(r"[ \u00a0](?:до|—)[ \u00a0]", re.IGNORECASE)


def convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return the AMOUNT spans that the sums of a text make by the guidelines, by place.

    A mention without a number or magnitude is dropped. Sums with a currency that the corpus left bare
    are added; sums without one count only where the corpus says that they are money.
    """
    marked = [span for span in raw if span.label in _KINDS]
    places = closed_places(text, raw)
    spans: list[Span] = []
    for match in SUMS.find(text):
        mentions = [mention for mention in marked if touches(mention, match.start, match.end)]
        if not any(_claims(text, mention, match) for mention in mentions) and not _sure(text, match, places):
            continue
        for start, end in _cut(text, match):
            spans.append(Span(start, end, _LABEL))
            if not mentions:
                report.add(text, spans[-1], f"bare in the corpus: {match.pattern.name}")
    for mention in marked:
        _account(text, mention, spans, report)
    return sorted(spans)


def _claims(text: str, raw: RawSpan, match: Match) -> bool:
    """Return whether a mention makes a sum of what matched: a bare number only if the mention is no more."""
    if match.pattern.safe or _SCALE.search(text[match.start : match.end]):
        return True
    rest = text[raw.start : match.start] + text[match.end : raw.end]
    return not re.search(r"[^\W\d_]{3,}", rest) or bool(
        re.match(r"(?:,|[ \u00a0]и)[ \u00a0]", text[match.end :])
    )


def _sure(text: str, match: Match, places: list[tuple[int, int]]) -> bool:
    found = text[match.start : match.end]
    rare = _RARER.search(found) and not _SCALE.search(found)
    return match.pattern.safe and not rare and is_free(match.start, match.end, places)


def _cut(text: str, match: Match) -> Iterator[tuple[int, int]]:
    """Yield the spans of a match: without a «до» or «от» that is outside, in two where currencies differ."""
    start, end = match.start, match.end
    before = re.split(r"[.!?;\n]", text[max(0, start - 90) : start])[-1]
    bound, lower = _BOUND.match(text, start, end), _LOWER.match(text, start, end)
    if bound and _CHANGE.search(before) and not _BOUNDED.search(before):
        start = bound.end()
    elif lower and not _PRICED.search(before):
        start = lower.end()
    parts = _CHANGE_PARTS.search(text, start, end)
    if parts and not text[start:end].lower().startswith("от") and _two_currencies(text, start, parts, end):
        yield start, parts.start()
        yield parts.end(), end
    else:
        yield trim(text, start, end)


def _two_currencies(text: str, start: int, parts: re.Match[str], end: int) -> bool:
    first, second = _currency(text[start : parts.start()]), _currency(text[parts.end() : end])
    return bool(first and second and first != second)


def _currency(text: str) -> str | None:
    return next((pattern for pattern in _CURRENCIES if re.search(pattern, text, re.IGNORECASE)), None)


def _account(text: str, raw: RawSpan, spans: Sequence[Span], report: Report) -> None:
    """Report what became of a mention of the corpus."""
    inside = [span for span in spans if touches(raw, span.start, span.end)]
    if not inside:
        report.drop(raw, "no number in it" if not re.search(r"\d", raw.marks(text)) else "no sum in it")
    for span in inside:
        if (span.start, span.end) != (raw.start, raw.end):
            report.change(raw, text, span, _change(raw, span))


def _change(raw: RawSpan, span: Span) -> str:
    if span.start > raw.start:
        return "preposition or other words cut"
    return (
        "comparator or currency joined" if span.start < raw.start or span.end > raw.end else "cut to the sum"
    )
