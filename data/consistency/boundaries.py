"""Spans that begin or end elsewhere than the guidelines say."""

import re
from collections.abc import Callable, Iterator

from ie.boundaries import trim
from ie.data.convert.party_words import BODY, CUT, LEGAL_FORMS
from ie.data.convert.states import is_state
from ie.document import Document, Entity

from .finding import Finding, finding_of

_S = r"[ \u00a0\u2009\u202f]+"
_DATE_PREPOSITION = re.compile(
    rf"(?:в|во|на|к|ко|до|после|с|со|от|по|за|из|о|об|не позднее|в среднем в){_S}", re.I
)
_DATE_RANGE = re.compile(rf"(?:с|со|от){_S}.*{_S}(?:по|до){_S}", re.I | re.S)
_AMOUNT_PREPOSITION = re.compile(rf"(?:в|во|на|за|с|со|по|из|к|о|об){_S}", re.I)
_AMOUNT_CHANGE = re.compile(rf"с{_S}.*{_S}до{_S}", re.I | re.S)
# a capital may begin a foreign name: «Со Джэ Рим»
_NAME_PREPOSITION = re.compile(
    rf"(?:(?:в|во|на|за|с|со|по|из|к|ко|о|об|от|для|у|при){_S}|(?:В|Во|На|За|С|Со|По|Из|К|От|Для|У|При){_S}(?=[а-яё«]))"
)
_COMPARATOR = re.compile(
    r"(?<!\w)(?:более|менее|больше|меньше|свыше|около|порядка|почти|примерно|приблизительно|ориентировочно"
    rf"|не{_S}(?:более|менее|больше|меньше)(?:{_S}чем)?|(?:более|менее|больше|меньше){_S}чем){_S}$",
    re.I,
)
_YEAR_END = re.compile(r"(?:19|20)\d\d(?:-?(?:го|м|й|ом|ый|ого))?$")
_MONTH_END = re.compile(
    r"(?:январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w{0,2}$", re.I
)
_YEAR_WORD = re.compile(r"[ \u00a0]*(?:год(?:а|у|ом|ов|ы|ах|ам)?(?!\w)|гг?\.|гг?(?!\w))", re.I)
_YEAR_AFTER_MONTH = re.compile(rf"{_S}(?:19|20)\d\d(?!\d)(?!{_S}(?:тонн|руб|чел))", re.I)
_NARROWING = re.compile(
    rf"(?<!\w)(?:начал(?:о|а|е|у|ом)|кон(?:ец|ца|це|цу|цом)|середин(?:а|ы|е|у|ой)|(?:текущ|прошл|нынешн|следующ)(?:ий|ый|его|ого|ему|ому|ем|ом|ая|ей|ой|ую)){_S}$",
    re.I,
)
# «начала 15 мая» is a verb and a day
_DAY_FIRST = re.compile(r"\d{1,2}(?!\d)")
_PART_OF_DAY = re.compile(rf"(?<!\w)(?:утром|вечером|ночью|ночь{_S}на){_S}$", re.I)
_FORM = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(LEGAL_FORMS, key=len, reverse=True))}){_S}$")
_OPENING = re.compile(r"[«„“]$")
_OUTER = re.compile(
    r"(?:(?:миров|отечественн|российск|казахстанск|украинск|американск|европейск|глобальн|зарубежн|белорусск|узбекск|китайск"
    r"|советск|ведущ|ключев|приоритетн|кажд|данн|друг|так|сво|наш|эт|вс)"
    rf"(?:ая|ой|ую|ое|ого|ому|ый|ий|ым|им|ом|ые|ие|ых|их|ыми|ими|я|ей|ю|и|й|ём|его|а|у|от|е|ё)){_S}(?!и{_S})",
    re.I,
)
_TRAILING_PREPOSITION = re.compile(rf"{_S}(?:в|во|на|за|с|со|по|из|к|о|об|от|для|у|и|или|а)$", re.I)
# goods and sums of everything, which are no sectors
_GOODS = re.compile(
    r"нефт[ьию]\w*|газ(?:а|у|ом|е)?|угол|угл(?:я|ю|ём|ем|е)|пшениц[аыеу]\w*|зерн[оауе]м?|урана?|золот[оауе]м?|сталь|стали|мед[ьи]"
    r"|экономик\w+|промышленност\w+|бизнес\w*|рынок|рынк\w+|отрасл\w+|сектор\w*|сфер\w+|индустри\w+|товар\w*|услуг\w*"
    r"|(?:частн|реальн|государственн|негосударственн|некоммерческ)\w+\s+(?:сектор\w*)|НКО|МСБ|МСП|нефтепродукт\w*|автомобил(?:ь|и|ей|ям|ями|ях)",
    re.I,
)
_ADJECTIVE = re.compile(
    r"[\w-]*(?:(?:[нв]|ск)(?:ый|ий|ая|ое|ые|ого|ому|ым|ую|ых|ыми)|(?:[бвгджзклмнпрстфхцчшщья]н|ск)(?:ой|ом))",
    re.I,
)
_HEAD = re.compile(
    rf"(?:отрасл\w+|сфер(?:а|ы|е|у|ой|ам|ами|ах)?|област[иь]\w*){_S}(?!услуг)(?=[а-яё]{{4}})",
    re.I,
)


def find_boundaries(document: Document) -> Iterator[Finding]:
    """Yield the spans of a document that begin or end elsewhere than the guidelines say."""
    for entity in document.entities:
        if entity.start >= entity.end:
            continue
        if trim(document.text, entity.start, entity.end) != (entity.start, entity.end):
            yield finding_of(document, "boundary", entity, "Punctuation or white space stands at its edge.")
        before = document.text[max(0, entity.start - 40) : entity.start]
        after = document.text[entity.end : entity.end + 20]
        if rule := _RULES.get(entity.label):
            for reason in rule(entity, before, after):
                yield finding_of(document, "boundary", entity, reason)


def _date(entity: Entity, before: str, after: str) -> Iterator[str]:
    text = entity.text
    if _DATE_PREPOSITION.match(text) and not _DATE_RANGE.match(text):
        yield "A preposition is outside a date that is no range."
    bare_year = _YEAR_END.search(text) or _MONTH_END.search(text)
    if bare_year and (word := _YEAR_WORD.match(after)):
        yield f"{word[0].strip()!r} after it belongs to it."
    if _MONTH_END.search(text) and (year := _YEAR_AFTER_MONTH.match(after)):
        yield f"The year{year[0]} after it belongs to it."
    narrowing = None if _DAY_FIRST.match(text) else _NARROWING.search(before)
    if word := narrowing or _PART_OF_DAY.search(before):
        yield f"{word[0].strip()!r} before it belongs to it."


def _amount(entity: Entity, before: str, _after: str) -> Iterator[str]:
    text = entity.text
    if _AMOUNT_PREPOSITION.match(text) and not _AMOUNT_CHANGE.match(text):
        yield "A governing preposition is outside a sum."
    if word := _COMPARATOR.search(before):
        yield f"{word[0].strip()!r} before it belongs to it."


def _party(entity: Entity, before: str, after: str) -> Iterator[str]:
    text = entity.text
    first, _, rest = text.partition(" ")
    if _NAME_PREPOSITION.match(text):
        yield "A preposition is outside a name."
    if first[0].islower() and CUT.fullmatch(first) and not BODY.fullmatch(first) and _names_itself(rest):
        yield f"The generic word {first!r} is outside the name."
    if (word := _FORM.search(before)) and not is_state(text):
        yield f"The legal form {word[0].strip()!r} before it belongs to it."
    if _OPENING.search(before) and after[:1] in ("»", "”", "“"):
        yield "The quotes around it belong to it."
    elif _OPENING.search(before) and re.search(r"[»”“]", text) and text.count("«") < text.count("»"):
        yield "The opening quote before it belongs to it."


def _names_itself(rest: str) -> bool:
    """Return whether what follows a generic word is a name without it."""
    return re.match(r"[«\"„“A-ZА-ЯЁ]", rest) is not None and not is_state(rest)


def _sector(entity: Entity, _before: str, after: str) -> Iterator[str]:
    text = entity.text
    # «разработка ПО» ends with software
    if (word := _TRAILING_PREPOSITION.search(text)) and (text.isupper() or not word[0].isupper()):
        yield "It ends with a preposition or a conjunction."
    if _NAME_PREPOSITION.match(text):
        yield "A preposition is outside a sector."
    if (word := _OUTER.match(text)) and len(text.split()) > 1:
        yield f"The outer attribute {word[0].strip()!r} is outside a sector."
    if _GOODS.fullmatch(text):
        yield "It is a good or the whole economy, no sector."
    if _ADJECTIVE.fullmatch(text) and not re.match(rf"(?:,|{_S}и){_S}", after):
        yield "It is an adjective alone, no sector."
    if _HEAD.match(text) and not re.search(r"(?:ая|ой|ую|ого|ый|ые|ых)$", text.split()[0]):
        yield "A head noun before the noun that names the sector is outside."


_RULES: dict[str, Callable[[Entity, str, str], Iterator[str]]] = {
    "DATE": _date,
    "AMOUNT": _amount,
    "PARTY": _party,
    "SECTOR": _sector,
}
