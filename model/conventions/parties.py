"""Conventions of parties: legal forms, quotes and states belong to names, places and descriptions are none."""

import re
from collections.abc import Iterator

from ie.document import Span
from ie.values.morphology import parses
from ie.values.parties.legal_forms import split_legal_form
from ie.values.parties.states import read_state
from ie.values.tables import fold, read_table

from .rule import Conventions

_B = "[ \u00a0\u202f]"
_REACH = 90  # how many characters around a span a rule looks at
_CLOSING = {"«": "»", '"': '"', "„": "“", "“": "”"}


# --- edges that a span cannot have ---

# What sentences begin with, and no second part of a name does.
_OPENERS = frozenset(
    "Также Позднее Ранее Позже Вчера Сегодня Завтра Накануне Напомним Отметим Уточним Добавим Заметим Кроме Однако "
    "Поэтому После Перед Между Помимо Согласно Вместе Затем Теперь Тогда Когда Если Пока Сейчас Здесь Там Этот Эта "
    "Это Эти Они Она Его Их Как Что Для При По Во На Из Об От До Фото Видео Источник Читайте Подробнее "
    "Президент Премьер-министр Аким Глава Министр Депутат Начальник Председатель".split()
)
_SEAM = re.compile(r"(?<=[а-яё]{3})(?=[А-ЯЁ])")


def _unglued(text: str, span: Span, low: int, high: int) -> Span:
    """«в [КазахстанеПозднее]», «[судаЗначительную] роль»: the next sentence has lost the blank before it."""
    surface = text[span.start : span.end]
    for seam in _SEAM.finditer(surface):
        name, rest = surface[: seam.start()], surface[seam.end() :]
        if _is_name(rest):
            return Span(span.start + seam.end(), span.end, span.label)
        opener = re.match(r"\w+(?:-\w+)*", rest)
        if opener and (opener[0] in _OPENERS or _ends(name)):
            return Span(span.start, span.start + seam.start(), span.label)
    end = _end_of_state(surface)
    return span if end is None else Span(span.start, span.start + end, span.label)


def _is_name(words: str) -> bool:
    """Return whether a given name and a surname are left of «АлматыНурлан Нургабылов»."""
    given = re.fullmatch(r"([А-ЯЁ][а-яё]+) [А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?", words)
    if given is None:
        return False
    listed = read_table("given_names").get(fold(given[1])) in ("m", "f")
    return listed or any("Name" in parse.tag for parse in parses(given[1]))


def _ends(name: str) -> bool:
    """Return whether a name must end where another word follows without a blank."""
    state, last = read_state(name), name.rpartition(" ")[2]
    return (state is not None and fold(name) != fold(state.name)) or last.islower()


def _end_of_state(surface: str) -> int | None:
    """Return where the name of a state ends in «Президент [Казахстанапровел]»."""
    start = surface.rfind(" ") + 1
    word = surface[start:]
    if not re.fullmatch("[А-ЯЁ][а-яё]{7,}", word) or read_state(word):
        return None
    ends = (end for end in range(len(word) - 4, 3, -1) if read_state(word[:end]))
    return next((start + end for end in ends if _is_verb(word[end:])), None)


def _is_verb(word: str) -> bool:
    return any(parse.is_known and parse.tag.POS == "VERB" for parse in parses(word))


# --- what belongs to a name ---

_FORM = re.compile(rf"(?<![\w-])[А-ЯЁ][А-ЯЁо]{{1,6}}{_B}*[«\"„“]?$")
_SPELLED = re.compile(
    rf"(?<!\w)(?:\w+{_B}){{1,4}}(?:обществ|учреждени|предприяти|организаци|товариществ)\w+{_B}+[«\"„“]?$",
    re.IGNORECASE,
)


def _with_legal_form(text: str, span: Span, low: int, high: int) -> Span:
    """«ФГБУ «[Редакция «Российской газеты»]», «АО [«Казахтелеком»]»."""
    before = text[max(low, span.start - _REACH) : span.start]
    for start in _forms_before(before):
        start += span.start - len(before)
        if split_legal_form(text[start : span.end])[1]:
            return Span(start, span.end, span.label)
    return span


def _forms_before(before: str) -> Iterator[int]:
    """Yield where what may be a legal form begins at the end of a text, the longest first."""
    if spelled := _SPELLED.search(before):
        yield from (spelled.start() + word.start() for word in re.finditer(r"\w+", spelled[0]))
    elif form := _FORM.search(before):
        yield form.start()


def _with_rest_of_state(text: str, span: Span, low: int, high: int) -> Span:
    """«[российской] федерации», «южной [кореей]», «[Боснии] и Герцеговины»."""
    words = re.findall(r"\w+", text[span.start : span.end])
    if len(words) > 2 or not words[0].isalpha() or words[0].isascii():
        return span
    before = text[max(low, span.start - _REACH) : span.start]
    after = text[span.end : min(high, span.end + _REACH)]
    starts = [0, *(len(before) - m.start() for n in (1, 2) if (m := re.search(rf"(?<!\w)(?:[\w-]+{_B}){{{n}}}$", before)))]
    ends = [0, *(m.end() for n in (1, 2) if (m := re.match(rf"(?:{_B}[\w-]+){{{n}}}(?!\w)", after)))]
    longer = ((span.start - a, span.end + b) for a in reversed(starts) for b in reversed(ends) if a or b)
    for start, end in longer:
        state = read_state(text[start:end])
        if state:
            return Span(start, end, span.label)
    return span


_QUOTED_REST = re.compile(r"(?:-\w+|[ ](?:[\w№+-]+)(?:[ ][\w№+-]+)?)(?=[»\"“”])")


def _with_rest_of_quote(text: str, span: Span, low: int, high: int) -> Span:
    """«таможенный пост «[Восток]-Запад»», «партия «[Свобода] наступает»»."""
    close = _CLOSING.get(text[span.start - 1 : span.start])
    rest = _QUOTED_REST.match(text, span.end, high)
    if close is None or rest is None or text[rest.end()] != close or close in text[span.start : span.end]:
        return span
    return Span(span.start, rest.end(), span.label)


_HYPHENATED = re.compile(r"-(?:банк[а-я]{0,2}|\d{1,2})(?!\w)")


def _with_rest_of_word(text: str, span: Span, low: int, high: int) -> Span:
    """«в [СМП]-банке», «[ОГК]-3»."""
    rest = _HYPHENATED.match(text, span.end, high)
    return Span(span.start, rest.end(), span.label) if rest and text[span.end - 1].isupper() else span


# --- two spans that are one ---

_PATRONYMIC = re.compile(r"[А-ЯЁ][а-яё-]+[ ][А-ЯЁ][а-яё]+(?:[оеь]?вич|ич|[оеи]вн|ичн|иничн)(?:а|у|ем|ом|е|ы|ой|)")
_SURNAME = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?")


def _one_person(text: str, span: Span, after: Span) -> Span | None:
    """«[Патрушева] [Дмитрия Николаевича]»."""
    if text[span.end : after.start] != " " or not _PATRONYMIC.fullmatch(text, after.start, after.end):
        return None
    surname = _SURNAME.fullmatch(text, span.start, span.end)
    known = surname and (read_state(surname[0]) or fold(surname[0]) in read_table("organizations"))
    return Span(span.start, after.end, span.label) if surname and not known else None


_BODY = re.compile(
    r"(?:мин(?!ск)[а-я]+|[а-я]*фонд[а-я]*|федрезерв[а-я]*|конгресс[а-я]*|сенат[а-я]*|парламент[а-я]*|правительств[а-я]*|"
    r"[а-я]*министерств[а-я]*|посольств[а-я]*|центробанк[а-я]*|генпрокуратур[а-я]*|верховн[а-я]+ суд[а-я]*)(?: .*)?",
    re.IGNORECASE,
)


def _one_body(text: str, span: Span, after: Span) -> Span | None:
    """«[Минобороны] [ФРГ]», «[посольства России в] [США]»."""
    first = text[span.start : span.end]
    if text[span.end : after.start] not in (" ", "\u00a0") or not _BODY.fullmatch(first):
        return None
    if not read_state(text[after.start : after.end]):
        return None
    own = read_state(first.rpartition(" ")[2])
    return None if own else Span(span.start, after.end, span.label)


# --- what is no part of a party, or no party ---

_NEVER_LAST = re.compile(r"(?:\s+(?:в|во|на|по|с|со|и|о|об|из|для|от|к|при|за|у|а|но|до))+$")
_OF_ITS_LAND = re.compile(r"(?<=[а-яё])\s+(?:страны|республики)$")
_TICKER = re.compile(r"(?<=\w) [A-Z]{3,5}$")
_PRICE = re.compile(r" [₽$€¥]\d")
_BOARD = re.compile(
    r"(?:наблюдательн\w+ )?совет(?:а|у|ом|е)?(?: директоров)|правлени[еяюи]м?|(?:собрани|комитет)\w* (?:акционеров|кредиторов)",
    re.IGNORECASE,
)


def _bare(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[СИБУРа по] развитию», «[министерства культуры республики]», «[Сбербанк SBER] ₽293,89»."""
    end = span.end
    for tail in (_NEVER_LAST, _OF_ITS_LAND):
        if found := tail.search(text[span.start : end]):
            end = span.start + found.start()
    if _PRICE.match(text, end) and (ticker := _TICKER.search(text[span.start : end])):
        end = span.start + ticker.start()
    return Span(span.start, end, span.label) if end > span.start else None


def _no_place(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[Тегеран] отверг», «[Республика Татарстан]», «[Израильская] армия»: places and adjectives are none."""
    surface = text[span.start : span.end]
    if not re.fullmatch(r"[\w\s()-]+", surface):
        return span
    places = read_table("places")
    words = [fold(word) for word in re.findall(r"\w+(?:-\w+)*", surface)]
    kinds = {places.get(word) for word in words}
    return span if None in kinds or kinds == {"part"} or read_state(surface) else None


def _no_description(text: str, span: Span, low: int, high: int) -> Span | None:
    """«председатель [Правления]», «в столичном [управлении]», «учредитель [ТОО]»."""
    surface = text[span.start : span.end]
    if _BOARD.fullmatch(surface) or split_legal_form(f"{surface} «А»")[0] == "А":
        return None
    alone = surface.islower() and read_table("party_words").get(fold(surface)) == "head" and not text.islower()
    return None if alone else span


PARTY = Conventions(
    grow=(_unglued, _with_legal_form, _with_rest_of_state, _with_rest_of_quote, _with_rest_of_word),
    join=(_one_person, _one_body),
    cut=(_bare, _no_place, _no_description),
)
