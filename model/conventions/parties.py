"""Conventions of parties: legal forms, quotes and states belong to names; places are no parties."""

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


# --- edges that a name cannot have ---

_SEAM = re.compile(r"(?<=[а-яё]{3})(?=[А-ЯЁ])")
# What sentences begin with, and no second part of a name does.
_OPENER = re.compile(
    "(?:Также|Позднее|Ранее|Позже|Вчера|Сегодня|Завтра|Накануне|Напомним|Отметим|Уточним|Добавим|Заметим|Кроме|"
    "Однако|Поэтому|После|Перед|Между|Помимо|Согласно|Вместе|Затем|Теперь|Тогда|Когда|Если|Пока|Сейчас|Здесь|Там|"
    "Этот|Эта|Это|Эти|Они|Она|Его|Их|Как|Что|Для|При|По|Во|На|Из|Об|От|До|Фото|Видео|Источник|Читайте|Подробнее|"
    r"Президент|Премьер-министр|Аким|Глава|Министр|Депутат|Начальник|Председатель)(?!\w)"
)
_FULL_NAME = re.compile(r"([А-ЯЁ][а-яё]+) [А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?")


def _unglued(text: str, span: Span, low: int, high: int) -> Span:
    """«в [КазахстанеПозднее]», «[судаЗначительную] роль»: the next sentence has lost the blank before it."""
    surface = text[span.start : span.end]
    for seam in _SEAM.finditer(surface):
        name, rest = surface[: seam.start()], surface[seam.end() :]
        if _is_full_name(rest):
            return Span(span.start + seam.end(), span.end, span.label)
        if _OPENER.match(rest) or _ends(name):
            return _until(span, span.start + seam.start())
    end = _end_of_state(surface)
    return span if end is None else _until(span, span.start + end)


def _is_full_name(surface: str) -> bool:
    """Return whether a given name and a surname are what is left of «АлматыНурлан Нургабылов»."""
    name = _FULL_NAME.fullmatch(surface)
    if name is None:
        return False
    listed = read_table("given_names").get(fold(name[1])) in ("m", "f")
    return listed or any("Name" in parse.tag for parse in parses(name[1]))


def _ends(name: str) -> bool:
    """Return whether a name must end where another word follows without a blank."""
    state = read_state(name)
    declined = state is not None and fold(name) != fold(state.name)
    return declined or name.rpartition(" ")[2].islower()


def _end_of_state(surface: str) -> int | None:
    """Return where the name of a state ends in «парламент [Казахстанапринял]»."""
    start = surface.rfind(" ") + 1
    word = surface[start:]
    if not re.fullmatch("[А-ЯЁ][а-яё]{7,}", word) or read_state(word):
        return None
    ends = (end for end in range(len(word) - 4, 3, -1) if read_state(word[:end]))
    return next((start + end for end in ends if _is_verb(word[end:])), None)


def _is_verb(word: str) -> bool:
    return any(parse.is_known and parse.tag.POS == "VERB" for parse in parses(word))


def _until(span: Span, end: int) -> Span:
    return Span(span.start, end, span.label)


# --- what belongs to a name ---

_FORM = re.compile(rf"(?<![\w-])[А-ЯЁ][А-ЯЁо]{{1,6}}{_B}*[«\"„“]?$")
_SPELLED_FORM = re.compile(
    rf"(?<!\w)(?:\w+{_B}){{1,4}}(?:обществ|учреждени|предприяти|организаци|товариществ)\w+{_B}+[«\"„“]?$",
    re.IGNORECASE,
)
_CLOSING = {"«": "»", '"': '"', "„": "“", "“": "”"}
_QUOTED_REST = re.compile(r"(?:-\w+|(?: (?:[A-ZА-ЯЁ][\w-]*|№|\d+)){1,2})(?=[»\"“”])")
_HYPHENATED = re.compile(r"-(?:банк[а-я]{0,2}|\d{1,2})(?!\w)")
_WORDS_BEFORE = tuple(re.compile(rf"(?<!\w)(?:[\w-]+{_B}){{{count}}}$") for count in (2, 1))
_WORDS_AFTER = tuple(re.compile(rf"(?:{_B}[\w-]+){{{count}}}(?!\w)") for count in (2, 1))


def _with_legal_form(text: str, span: Span, low: int, high: int) -> Span:
    """«ФГБУ «[Редакция «Российской газеты»]», «АО [«Казахтелеком»]»."""
    before = text[max(low, span.start - _REACH) : span.start]
    for place in _forms(before):
        start = span.start - len(before) + place
        if _begins_with_form(text[start : span.end]):
            return Span(start, span.end, span.label)
    return span


def _forms(before: str) -> Iterator[int]:
    """Yield where what may be a legal form at the end of a text begins, the longest first."""
    if spelled := _SPELLED_FORM.search(before):
        yield from (spelled.start() + word.start() for word in re.finditer(r"\w+", spelled[0]))
    elif form := _FORM.search(before):
        yield form.start()


def _begins_with_form(name: str) -> bool:
    bare, form = split_legal_form(name)
    return form is not None and not bare.startswith(name.split()[0])


def _with_rest_of_state(text: str, span: Span, low: int, high: int) -> Span:
    """«[российской] федерации», «южной [кореей]», «[Боснии] и Герцеговины»."""
    if not re.fullmatch(r"[^\W\d_a-zA-Z]+(?:[ -][^\W\d_a-zA-Z]+)?", text[span.start : span.end]):
        return span
    before = (words.search(text, max(low, span.start - _REACH), span.start) for words in _WORDS_BEFORE)
    after = (words.match(text, span.end, high) for words in _WORDS_AFTER)
    ends = [*(found.end() for found in after if found), span.end]
    for start in (*(found.start() for found in before if found), span.start):
        # «государства Израиль» says what it is
        if text.startswith("государств", start):
            continue
        for end in ends:
            if end - start > span.end - span.start and read_state(text[start:end]):
                return Span(start, end, span.label)
    return span


def _with_rest_of_quote(text: str, span: Span, low: int, high: int) -> Span:
    """«таможенный пост «[Восток]-Запад»», ««[Завод подшипников] № 1»»."""
    close = _CLOSING.get(text[span.start - 1 : span.start])
    rest = _QUOTED_REST.match(text, span.end, high)
    name = text[span.start : span.end]
    if close is None or rest is None or text[rest.end()] != close or close in name or read_state(name):
        return span
    return _until(span, rest.end())


def _with_rest_of_word(text: str, span: Span, low: int, high: int) -> Span:
    """«в [СМП]-банке», «[ОГК]-3»."""
    rest = _HYPHENATED.match(text, span.end, high)
    return _until(span, rest.end()) if rest and text[span.end - 1].isupper() else span


# --- two spans that are one ---

_GIVEN_NAMES = re.compile(r"[А-ЯЁ][а-яё-]+ ([А-ЯЁ][а-яё]+(?:ич|вн|чн)[а-я]{0,2})")
_SURNAME = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?")


def _one_person(text: str, span: Span, after: Span) -> Span | None:
    """«[Патрушева] [Дмитрия Николаевича]», not «мать [Кристины] [Ольга Алексеевна]»."""
    surname = _SURNAME.fullmatch(text, span.start, span.end)
    given = _GIVEN_NAMES.fullmatch(text, after.start, after.end)
    if surname is None or given is None or text[span.end : after.start] != " ":
        return None
    if read_state(surname[0]) or fold(surname[0]) in read_table("organizations"):
        return None
    wanted = {(parse.tag.case, parse.tag.gender) for parse in parses(given[1]) if "Patr" in parse.tag}
    readings = (parse.tag for parse in parses(surname[0]) if parse.tag.number == "sing")
    agree = any((tag.case, tag.gender) in wanted for tag in readings)
    return _until(span, after.end) if agree else None


def _one_body(text: str, span: Span, after: Span) -> Span | None:
    """«[Минобороны] [ФРГ]», «[посольства России в] [США]», not «[Банка России] [РФ]»."""
    name, land = text[span.start : span.end], text[after.start : after.end]
    state = read_state(land)
    if text[span.end : after.start] not in (" ", "\u00a0") or state is None or not _is_body(name):
        return None
    declined = land.isupper() or fold(land) != fold(state.name)
    return _until(span, after.end) if declined and not read_state(name.rpartition(" ")[2]) else None


def _is_body(name: str) -> bool:
    word = fold(name.split()[0])
    if name.endswith(" в"):
        return bool(re.match("(?:ген)?(?:посольств|консульств|постпред|торгпред|представительств)", word))
    if re.match("мин(?!ск)|федрезерв", word):
        return True
    kind = read_table("party_words").get(word)
    return kind == "body" or (kind == "head" and not name.islower())


# --- what is no part of a party, or no party ---

_NEVER_LAST = re.compile(r"(?:\s+(?:в|во|на|по|с|со|и|о|об|из|для|от|к|при|за|у|а|но|до))+$")
_LAND = re.compile(r"(?<=[а-яё])(?<!ой)\s+(?:страны|республики)$")
_TICKER = re.compile(r"(?<=\w) [A-Z]{3,5}$")
_PRICE = re.compile(r" [₽$€¥]\d")
_LEGAL_FORM = re.compile("[ОПЗ]?АО|ООО|ТОО|ИП|АНО|НКО|[ГМ]УП|ФГУП|ФГБУ|ОсОО|ТСЖ")
_BOARD = re.compile(
    r"совет\w{0,2} директоров|правлени\w{1,2}|(?:собрани|комитет)\w{0,2} (?:акционеров|кредиторов)",
    re.IGNORECASE,
)
# Territories of other states that have a code of their own in ISO 3166 and are called by one word, and what
# all case forms of these begin with: a look at that is cheaper than a dictionary.
_TERRITORY = re.compile(
    "ангилья|аруба|бермуды|гваделупа|гибралтар|гонконг|гренландия|гуам|кюрасао|майотта|макао|мартиника|"
    "пуэрто-рико|реюньон|фареры"
)
_LIKE_A_TERRITORY = re.compile(
    "(?:ангиль|аруб|бермуд|гваделуп|гибралтар|гонконг|гренланди|гуам|кюрасао|майотт|макао|мартиник|"
    "пуэрто|реюньон|фарер)[а-яё-]*",
    re.IGNORECASE,
)


def _bare(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[СИБУРа] по развитию», «[министерства культуры] республики», «[Сбербанк] SBER ₽293,89»."""
    end = span.end
    for tail in (_NEVER_LAST, _LAND):
        if found := tail.search(text[span.start : end]):
            end = span.start + found.start()
    ticker = _TICKER.search(text[span.start : end]) if _PRICE.match(text, end) else None
    if ticker and split_legal_form(text[span.start : end])[1] is None:
        end = span.start + ticker.start()
    return _until(span, end) if end > span.start else None


def _not_a_place(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[Тегеран] отверг», «[Республика Татарстан]»; «[Республика Корея]» is a state."""
    surface = text[span.start : span.end]
    if not re.fullmatch(r"[\w\s()-]+", surface):
        return span
    kinds = {read_table("places").get(fold(word)) for word in re.findall(r"\w+(?:-\w+)*", surface)}
    outside = kinds <= {"city", "region", "part"} and kinds != {"part"}
    return None if outside and not read_state(surface) else span


def _not_a_territory(text: str, span: Span, low: int, high: int) -> Span | None:
    """«в [Гренландии]»; «правительство Гренландии» has a name of its own."""
    name = text[span.start : span.end]
    if not _LIKE_A_TERRITORY.fullmatch(name):
        return span
    return None if any(_TERRITORY.fullmatch(parse.normal_form) for parse in parses(name)) else span


def _not_an_adjective(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[Израильская] армия»; in «экстрадировали [Украинского]» it is a surname."""
    after = re.compile(rf"{_B}(\w{{3,}})").match(text, span.end)
    if after is None or read_table("places").get(fold(text[span.start : span.end])) != "adjective":
        return span
    noun = after[1][0].isupper() or any(parse.tag.POS in ("NOUN", "ADJF") for parse in parses(after[1]))
    return None if noun else span


def _not_a_description(text: str, span: Span, low: int, high: int) -> Span | None:
    """«председатель [Правления]», «в столичном [управлении]», «учредитель [ТОО]»."""
    surface = text[span.start : span.end]
    if _BOARD.fullmatch(surface) or _LEGAL_FORM.fullmatch(surface):
        return None
    # a text without capitals tells nothing
    head = surface.islower() and read_table("party_words").get(fold(surface)) == "head"
    return None if head and not text.islower() else span


PARTY = Conventions(
    grow=(_unglued, _with_legal_form, _with_rest_of_state, _with_rest_of_quote, _with_rest_of_word),
    join=(_one_person, _one_body),
    cut=(_bare, _not_a_place, _not_a_territory, _not_an_adjective, _not_a_description),
)
