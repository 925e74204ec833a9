"""Conventions of sectors: no adjective without its noun, shared heads kept, the whole economy is none."""

import re

from ie.document import Span
from ie.values.amounts.currencies import read_currency
from ie.values.sectors.codes import good, term
from ie.values.sectors.lemmas import lemmas, readings
from ie.values.sectors.lexicon import lexicon
from ie.values.sectors.noun_phrase import find_head

from .rule import Conventions

_WORD = re.compile(r"\w+(?:-\w+)*")
_NEXT_WORD = re.compile(r"[ \u00a0\n](\w+(?:-\w+)*)")
# What stands between members of a list that share something.
_LIST = re.compile(r"-?(?:,| и| или| и/или|, а также) $")
_AND = re.compile(r"(?:,| и| или) $")
# Nouns that an adjective makes a sector of, by the guide; alone they mean none.
_HEADS = "отрасль|подотрасль|сектор|сегмент|комплекс|индустрия|промышленность|хозяйство|система|рынок|сфера"
_HEAD = re.compile(_HEADS)
# Words that name no sector alone: the whole economy, or an activity that does not say of what.
_WHOLE = re.compile(
    f"{_HEADS}|экономика|бизнес|производство|промпроизводство|выпуск|изготовление|разработка|переработка|добыча"
)
# Attributes that stay outside, beside those of states («российский»): where and how, not which industry.
_OUTER = re.compile(
    "мировой|глобальный|отечественный|национальный|местный|региональный|зарубежный|иностранный|европейский"
    "|азиатский|западный|крупный|новый|весь|наш"
)


def _is(word: str, lemma: re.Pattern[str]) -> bool:
    return any(lemma.fullmatch(each) for each in lemmas(word))


def _words(text: str, span: Span) -> tuple[str, ...]:
    return tuple(_WORD.findall(text[span.start : span.end]))


def _is_attribute(word: str) -> bool:
    """Return whether a word is likelier an adjective or participle than a noun."""
    known = readings(word)
    return bool(known) and not known[0].noun


def _is_bare(text: str, span: Span) -> bool:
    """Return whether the noun of a span is missing."""
    words = _words(text, span)
    return bool(words) and all(_is_attribute(word) or word in ("и", "или") for word in words)


def _agree(word: str, noun: str) -> bool:
    nouns = [reading for reading in readings(noun) if reading.noun]
    return any(one.agrees(two, shared=True) for one in readings(word) if not one.noun for two in nouns)


def _with_head(text: str, span: Span, low: int, high: int) -> Span:
    """«[банковского] сектора»: the noun that an adjective makes a sector of."""
    after = _NEXT_WORD.match(text, span.end, high)
    if after is None or not _is_bare(text, span):
        return span
    head = _is(after[1], _HEAD) and _agree(_words(text, span)[-1], after[1])
    return Span(span.start, after.end(), span.label) if head else span


def _shared_head(text: str, span: Span, after: Span) -> Span | None:
    """«[авиационной], [химической промышленности]»: coordinated adjectives with one head are one span."""
    if not _LIST.match(text[span.end : after.start]):
        return None
    cut_short = text.startswith("-", span.end)  # «автомобиле-, машиностроения»
    words = _words(text, after)
    shared = cut_short or (_is_bare(text, span) and len(words) > 1 and _is_attribute(words[0]))
    return Span(span.start, after.end, span.label) if shared else None


def _shared_object(text: str, span: Span, after: Span) -> Span | None:
    """«[производство] и [экспорт СПГ]»: an activity whose object follows another one."""
    words = _words(text, span)
    if not _AND.match(text[span.end : after.start]) or len(words) != 1 or not _needs_object(words[0]):
        return None
    second = find_head(_words(text, after))
    return Span(span.start, after.end, span.label) if second and second.after else None


def _needs_object(word: str) -> bool:
    known = lexicon().activities
    return term((word,)) is None and any(lemma in known for lemma in lemmas(word))


def _more_objects(text: str, span: Span, after: Span) -> Span | None:
    """«[производство сыров], [масла и мяса]»: further things that the same is done to."""
    first = find_head(_words(text, span))
    if first is None or not first.after or not _AND.match(text[span.end : after.start]):
        return None
    words = _words(text, after)
    goods = _needs_object(first.noun) and term(words) is None and good(words) is not None
    return Span(span.start, after.end, span.label) if goods else None


def _without_outer(text: str, span: Span, low: int, high: int) -> Span:
    """«[мировой энергетики]»: attributes that say where, not which."""
    while (first := _WORD.match(text, span.start)) and first.end() < span.end and _is_outer(first[0]):
        rest = _WORD.search(text, first.end(), span.end)
        if rest is None or text[first.end() : rest.start()].strip():
            break
        span = Span(rest.start(), span.end, span.label)
    return span


def _is_outer(word: str) -> bool:
    money = read_currency(word)
    return _is_attribute(word) and ((money is not None and money.state) or _is(word, _OUTER))


def _whole(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[промышленность]», «[нефтяная] компания»: what names no sector."""
    words = _words(text, span)
    if _is_bare(text, span):
        return None
    return None if len(words) == 1 and _is(words[0], _WHOLE) else span


SECTOR = Conventions(
    grow=(_with_head,),
    join=(_shared_head, _shared_object, _more_objects),
    cut=(_without_outer, _whole),
)
