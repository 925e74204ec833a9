"""SECTOR spans out of RuRED2's economic sectors, which are marked sparsely, and out of a lexicon.

The corpus marks deals («поставки газа»), adjectives and bare «производство» too, and leaves most sectors
bare. A mention of the corpus stays where the guidelines call it a sector; names of sectors that the
lexicon knows are added wherever they stand, except in the names of posts and state bodies.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ie.boundaries import trim
from ie.data.brat import RawSpan
from ie.document import Span

from .inflection import pattern, phrase, stems
from .report import Report
from .sector_terms import COMPOUNDS, HEADS, INDUSTRIES, LISTED, SPHERES, TERMS

Place = tuple[int, int]

_NAMES = frozenset({"PROFESSION", "ORGANIZATION", "LAW", "WORK_OF_ART", "AWARD", "FACILITY", "FAC"})
_LABEL = "ECONOMIC_SECTOR"
# «в сфере энергетики», «рынок недвижимости»: what follows is the sector
_SPHERE_OF = (
    r"(?i:сфер\w{1,3}|отрасл\w{1,3}|област(?:и|ь|ью|ях)|рын(?:ок|к\w{1,3})|сектор\w{0,3}|индустри\w{1,2}|"
    r"развити\w{1,2})"
)
# posts and bodies are named after sectors: «министр энергетики и угольной промышленности»
_HOLDERS = stems(
    """
    минист замминист ведомств комитет департамент управлени комисс еврокомисс секретар агентств институт
    университет академи факультет кафедр межбанковск служб инспекци подкомитет фонд палат начальник
    специалист эксперт профсоюз ассоциаци союз выстав форум конференц праздник день$ дня$ дню$ ректор
    доктор наук центр колледж корпораци
    """
)
_OFFICE = re.compile(
    rf"\b{_HOLDERS.pattern}\s+(?:(?:[\w-]+,?\s+){{0,3}}(?:и|по)\s+)?"
    r"(?:(?:российск|украинск|федеральн|государственн)\w+\s+)?$",
    re.IGNORECASE,
)
# what begins the mention of a deal, a shipment, a single project, or of nothing that is a sector
_DEAL = stems(
    r"""
    постав экспорт импорт транзит прокач транспортиров прода подач закуп покуп переда построить размещ
    сбор восстановлени создани развити переход финансировани погруз извлечени введени обстрел экстренн
    капитальн главн внедрени газ, по_поставк выдач услуг\w+_по услуг\w+_транзит разведка военн\w+_служб
    налогов медицинск\w+_программ фото- денежн торгово-экономическ международн\w+_торгово
    военно-техническ свободн воздушно-космическ энергетическ\w+_спектр газифика авиасообщени
    газотранспортн социальн промышленн\w+_эксплуатаци несырьев сдач высокотехнологичн\w+_продукци
    разработка_и_ производител рыбопромышленн\w+_холдинг фондов розничн\w+_кредитам корпоративн
    гуманитарн
    """
)
_BARE = stems(
    r"""
    строительств производств промышленност торговл отрасл перевоз добыч продукци рын сектор экономик
    бизнес нау[кч] кредитовани маркетинг инфографика наукоемки\w+_отрасл отрасли_промышленности
    промышленн\w+_производств проектировани лечени техобслуживани лизинг авиаци ипотек услуг
    """
)
# one of these words is in the mention of an activity
_ACTIVITY = stems(
    r"""
    добыч производств строительств\w*_(?!трасс|завод|газопровод|фабрик) жилищн разработк торговл перевоз
    перевалк страхован кредитован услуг технологи обслуживан переработк авиа сектор отрасл промышленност
    индустри комплекс бизнес деятельност энерги хозяйств систем сфер трейдинг операци недвижимост
    металлурги строени пром[ыи]с наук медицин изготовлен доставк рекламн лизинг
    """
)
_NAMED = re.compile(r"\s+(?:[«\"„]|[A-ZА-Я][\w-]*\d)")
_ADJECTIVE_ALONE = re.compile(r"[\w-]+(?:ый|ий|ой|ая|ое|ые|ие|ого|ому|ым|им|ом|ую|ых|их|ыми|ими)", re.I)
_HEAD_OF_NOUN = re.compile(rf"(?:(?:в|на|из|с|о|по|для)\s+)?{_SPHERE_OF}\s+(?=[\w-]+)", re.I)
_ATTRIBUTES = stems(
    """
    российск отечественн миров международн национальн европейск американск украинск собственн местн
    внутренн внутрироссийск глобальн современн традиционн легальн всей$ всю$ весь$ всего$ наш
    сво[йеёяюи] сам[ыо]
    """
)
_OUTER = re.compile(_ATTRIBUTES.pattern + r"\s+", re.IGNORECASE)


def convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return the SECTOR spans of a text: the corpus's own by the guidelines, and those the lexicon finds."""
    own = [span for span in raw if span.label == _LABEL]
    found = [place for place in find_sectors(text) if not _in_title(raw, place)]
    found += _listed(text, found)
    kept = list(found)
    for span in own:
        kept += _kept(text, span, kept, report)
    marked = {(span.start, span.end) for span in own}
    for place in found:
        if place not in marked:
            report.add(text, Span(*place, "SECTOR"), "sector that the lexicon knows")
    return [Span(*place, "SECTOR") for place in sorted(kept)]


def _kept(text: str, span: RawSpan, taken: Sequence[Place], report: Report) -> list[Place]:
    """Return the sector in a mention of the corpus where there is one and no other takes its place."""
    known = next((place for place in taken if _overlap((span.start, span.end), place)), None)
    places = [known] if known else [p for p in _places(text, span) if not _in_office(text, p[0])]
    if not places:
        report.drop(span, "no sector as such: a deal, a single project, an adjective or a bare head")
    elif places[0] != (span.start, span.end):
        report.change(span, text, Span(*places[0], "SECTOR"), "cut or widened to the sector's name")
    return [] if known else places


def find_sectors(text: str) -> list[Place]:
    """Return, by place, the longest sectors that the lexicon knows, none of them in the name of a post."""
    kept: list[Place] = []
    candidates = [match.span(match.lastgroup or 0) for match in _lexicon().finditer(text)]
    candidates += [match.span("sector") for match in _spheres().finditer(text)]
    for place in sorted(candidates, key=lambda place: (place[0] - place[1], place[0])):
        if not any(_overlap(place, other) for other in kept) and not _in_office(text, place[0]):
            kept.append(place)
    return sorted(place for place in kept if not _named_complex(text, place))


def _listed(text: str, found: Sequence[Place]) -> list[Place]:
    """Return the bare names of spheres in one list with a sector: «строительство» beside «туризм»."""
    listed: list[Place] = []
    ends = list(found)
    while ends:
        start, end = ends.pop()
        after, before = _after().match(text, end), _before().search(text[max(0, start - 60) : start])
        places = [after.span("sector")] if after else []
        if before:
            shift = max(0, start - 60)
            places.append((before.start("sector") + shift, before.end("sector") + shift))
        for place in places:
            if not any(_overlap(place, other) for other in (*found, *listed)) and not _in_office(
                text, place[0]
            ):
                listed.append(place)
                ends.append(place)
    return listed


def _places(text: str, span: RawSpan) -> Iterator[Place]:
    """Yield what of a mention of the corpus is a sector by the guidelines."""
    start, end = trim(text, span.start, span.end)
    while end < len(text) and text[end - 1].isalpha() and text[end].isalpha():
        end += 1
    head = _HEAD_OF_NOUN.match(text, start, end)
    if head:
        start = head.end()
    outer = _OUTER.match(text, start, end)
    if outer:
        start = outer.end()
    name = text[start:end]
    if _single().fullmatch(name):
        yield start, end
        return
    if not name or _DEAL.match(name) or _BARE.fullmatch(name) or _ADJECTIVE_ALONE.fullmatch(name):
        return
    # what a name follows is one project: «строительство газопровода "Север"»
    if _NAMED.match(text, end):
        return
    if len(name.split()) > 1 and _ACTIVITY.search(name):
        yield start, end


def _in_office(text: str, start: int) -> bool:
    return _OFFICE.search(text[max(0, start - 80) : start]) is not None


def _named_complex(text: str, place: Place) -> bool:
    # «судостроительный комплекс "Звезда"» is one enterprise
    return "комплекс" in text[place[0] : place[1]] and _NAMED.match(text, place[1]) is not None


def _in_title(raw: Sequence[RawSpan], place: Place) -> bool:
    # posts and names of bodies, events and laws that the corpus marks
    kinds = {"PROFESSION", "ORGANIZATION", "LAW", "WORK_OF_ART", "AWARD", "FACILITY", "FAC"}
    return any(
        span.label in kinds
        and span.start <= place[0]
        and place[1] <= span.end
        and span.end - span.start > place[1] - place[0]
        for span in raw
    )


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@cache
def _single() -> re.Pattern[str]:
    words = [
        "энергетика",
        "здравоохранение",
        "образование",
        "недвижимость",
        "страхование",
        "банкинг",
        "авиастроение",
        "космонавтика",
    ]
    return re.compile("|".join(map(pattern, words)))


@cache
def _after() -> re.Pattern[str]:
    return re.compile(
        rf"(?:,|\s+и|,\s+а\s+также|,\s+и)\s+(?P<sector>{_listable()})(?![\w-])(?!\s+[а-яё]+(?:ого|ой|ых|их)\b)"
    )


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?P<sector>{_listable()})(?:,|\s+и|,\s+а\s+также|,\s+и)\s+$")


@cache
def _listable() -> str:
    return "|".join(map(pattern, LISTED.split()))


@cache
def _lexicon() -> re.Pattern[str]:
    terms = [phrase(term) for term in TERMS.split("\n") if term]
    terms.sort(key=len, reverse=True)
    parts = [*_headed(), COMPOUNDS, *terms]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])")


def _headed() -> Iterator[str]:
    """Yield a pattern for each head noun with its adjectives, coordinated ones too."""
    every = "|".join(map(pattern, INDUSTRIES.split()))
    for head, own in HEADS.items():
        adjectives = every if own is None else "|".join(map(pattern, own.split()))
        listed = rf"(?:(?:{every})(?:,\s+(?:{every}))*(?:,|,?\s+и|,?\s+а\s+также)\s+)?"
        yield rf"{listed}(?:{adjectives})\s+{pattern(head)}"


@cache
def _spheres() -> re.Pattern[str]:
    nouns = "|".join(map(pattern, sorted(SPHERES.split(), key=len, reverse=True)))
    return re.compile(
        rf"(?<![\w-]){_SPHERE_OF}\s+(?P<sector>(?:{nouns})(?:\s+(?i:технологий|строительства|кредитования))?)(?![\w-])"
    )
