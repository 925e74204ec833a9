"""DATE spans out of the dates of a corpus: cut, joined and dropped as the guidelines say."""

import re
from collections.abc import Sequence

from ie.boundaries import trim
from ie.data.brat import RawSpan
from ie.document import Span

from .date_grammar import DATES
from .places import closed_places, is_free, touches
from .report import Report

_LABEL = "DATE"
_PREPOSITION = re.compile(
    r"(?:(?:вплоть|начиная|примерно|приблизительно|около|уже|только|лишь|еще|ещё|не|позднее|позже|ранее|раньше|за|в|во"
    r"|на|к|ко|до|после|с|со|c|от|по|из|о|об|под|при|перед|у|для|между|около|ориентировочно|течение|период|весь|всего|весной)"
    r"[ \u00a0]+)+",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"кажд|еже(?:год|мес|нед|дн|кварт)|раз(?:а)? в |по \w+(?:ам|ям)$"
    r"|^в (?:год|месяц|день|неделю|сутки|квартал)$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"врем[яеё]|момент|\bпор[уыа]?\b|недавн|сейчас|ныне\b|нын[еч]|теперь|\bднях\b|срок|скор|давно|час(?:а|ов|ы)?\b"
    r"|минут|до этого|подряд|всегда|впервые|ранее$|однажды|вскоре|потом\b|когда|будущем$|прошлом$|перспектив",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\b(?:год(?:а|у|ом|ы|ов|ам|ах|ами)?|лет|летие|месяц\w*|недел\w*|дн(?:я|ей|и|ям|ями|ях)|день|дн[её]м|сут(?:ки|ок)|квартал\w*"
    r"|полгода|полугод\w+|полтора|десятилет\w+|век\w*|столет\w+|сезон\w*|период\w*|срок\w*)$",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"\w*(?:летн|дневн|годичн|месячн|недельн|годов|часов|вековн?|суточн)\w*$"
    r"|^(?:[вк]о? )?\w+(?:ий|ой|ый|ая|яя|ое|ее|ие|ые|их|ых|ого|его|ому|ему|ей|ом|ем|ую|юю|им|ым|ими|ыми)$",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"январ|феврал|март|апрел|\bма[йяюе]\b|июн|июл|август|сентябр|октябр|ноябр|декабр|понедельн|вторник|\bсред[ауы]\b|четверг"
    r"|пятниц|суббот|воскресен|\bвесн|\bлет(?:о|а|ом)\b|\bосен|\bзим|\d{4}|\d0-[хе]|сегодня|завтра|вчера",
    re.IGNORECASE,
)


def convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return the DATE spans that the mentions of a text make by the guidelines, by place.

    Where a mention holds dates that the grammar knows, those are the spans; else it is dropped with a
    reason, or kept without its preposition. Sure dates that the corpus left bare are added.
    """
    marked = [span for span in raw if span.label == _LABEL]
    places = closed_places(text, raw)
    matches = [match for match in DATES.find(text) if not _frequency(text, match.start)]
    spans = [
        Span(match.start, match.end, _LABEL)
        for match in matches
        if any(touches(mention, match.start, match.end) for mention in marked)
    ]
    for mention in marked:
        _account(text, mention, spans, report)
    for match in matches:
        span = Span(match.start, match.end, _LABEL)
        if match.pattern.safe and span not in spans and is_free(match.start, match.end, places):
            spans.append(span)
            report.add(text, span, f"bare in the corpus: {match.pattern.name}")
    return sorted(spans)


def _account(text: str, raw: RawSpan, spans: list[Span], report: Report) -> None:
    """Report what became of a mention; append it to `spans` where only the annotation knows it is a date."""
    inside = [span for span in spans if touches(raw, span.start, span.end)]
    for span in inside:
        if (span.start, span.end) != (raw.start, raw.end):
            report.change(raw, text, span, _change(raw, span))
    if inside:
        return
    reason = _reason(text, raw)
    if reason:
        report.drop(raw, reason)
        return
    start, end = _uncovered(text, raw)
    spans.append(Span(start, end, _LABEL))
    report.change(raw, text, spans[-1], "kept as annotated")


def _change(raw: RawSpan, span: Span) -> str:
    if raw.start <= span.start and span.end <= raw.end:
        return "preposition cut" if span.end == raw.end else "cut to the date"
    return "joined or widened to the whole date"


def _reason(text: str, raw: RawSpan) -> str:
    """Return why a mention without a known date in it is no date, or "" where it may be one."""
    marked = raw.marks(text).lower()
    if _FREQUENCY.search(marked) or _frequency(text, raw.start):
        return "frequency"
    if _VAGUE.search(marked):
        return "no place on the calendar"
    if _DURATION.search(marked):
        return "duration or age"
    if _ADJECTIVE.search(marked):
        return "adjective"
    return "" if _CALENDAR.search(marked) else "no date in it"


def _uncovered(text: str, raw: RawSpan) -> tuple[int, int]:
    match = _PREPOSITION.match(text, raw.start, raw.end)
    return trim(text, match.end() if match else raw.start, raw.end)


def _frequency(text: str, start: int) -> bool:
    return (
        re.search(r"кажд\w+[ \u00a0]+(?:\w+[ \u00a0]+)?$", text[max(0, start - 30) : start], re.IGNORECASE)
        is not None
    )
