"""SECTOR spans out of RuRED2's economic sectors, which are marked sparsely, and out of a lexicon.

The corpus marks deals («поставки газа»), adjectives and bare «производство» too, and leaves most sectors
bare. A mention of the corpus stays where the guidelines call it a sector; names of sectors that the
lexicon knows are added wherever they stand, except in the names of posts and state bodies.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ie.data.brat import RawSpan
from ie.document import Span

from .edges import trim
from .inflection import pattern, phrase
from .report import Report
from .sector_terms import COMPOUNDS, HEADS, INDUSTRIES, LISTED, SPHERES, TERMS

Place = tuple[int, int]

_LABEL = "ECONOMIC_SECTOR"
# «в сфере энергетики», «рынок недвижимости»: what follows is the sector
_SPHERE_OF = r"(?i:сфер\w{1,3}|отрасл\w{1,3}|област(?:и|ь|ью|ях)|рын(?:ок|к\w{1,3})|сектор\w{0,3}|индустри\w{1,2}|развити\w{1,2})"
# posts and bodies are named after sectors: «министр энергетики и угольной промышленности»
_OFFICE = re.compile(
    r"\b(?:минист|замминист|ведомств|комитет|департамент|управлени|комисс|еврокомисс|секретар|агентств|институт|университет|"
    r"академи|факультет|кафедр|межбанковск|служб|инспекци|подкомитет|фонд|палат|минэнерго|начальник|специалист|эксперт|"
    r"профсоюз|ассоциаци|союз|выстав|форум|конференц|праздник|день|дня|дню|ректор|доктор|наук|цент[р]|колледж|корпораци)\w*\s+"
    r"(?:(?:[\w-]+,?\s+){0,3}(?:и|по)\s+)?(?:(?:российск|украинск|федеральн|государственн)\w+\s+)?$",
    re.I,
)
# a deal, a shipment or a single project
_DEAL = re.compile(
    r"(?:постав\w+|экспорт\w*|импорт\w*|транзит\w*|прокач\w+|транспортиров\w+|прода\w+|подач\w+|закуп\w+|покуп\w+|переда\w+|"
    r"построить|разме(?:щ|с)\w+|сбор\w*|восстановлени\w+|создани\w+|развити\w+|переход\w*|финансировани\w+|погруз\w+|"
    r"извлечени\w+|введени\w+|обстрел\w*|экстренн\w+|капитальн\w+|главн\w+|внедрени\w+|газ,|по поставк\w+|выдач\w+|"
    r"услуг\w+ (?:по|транзит)\w*|разведка|военн\w+ служб\w+|налогов\w+|медицинск\w+ программ\w*|фото-|денежн\w+|"
    r"торгово-экономическ\w+|международн\w+ торгово|военно-техническ\w+|свободн\w+|воздушно-космическ\w+|энергетическ\w+ +спектр\w*|"
    r"газифика\w+|авиасообщени\w+|газотранспортн\w+|социальн\w+|промышленн\w+ эксплуатаци\w+|несырьев\w+|сдач\w+|"
    r"высокотехнологичн\w+ продукци\w+|разработка и|производител\w+|рыбопромышленн\w+ холдинг|фондов\w+|розничн\w+ кредитам|корпоративн\w+|гуманитарн\w+|(?:без)?налич\w+)(?!\w)",
    re.I,
)
_BARE = re.compile(
    r"(?:строительств\w+|производств\w+|промышленност\w+|торговл\w+|отрасл\w+|перевоз\w+|добыч\w+|продукци\w+|рын\w+|сектор\w*|"
    r"экономик\w+|бизнес\w*|нау[кч]\w+|кредитовани\w+|маркетинг\w*|инфографика|наукоемки\w+ отрасл\w+|отрасли промышленности|"
    r"промышленн\w+ производств\w+|проектировани\w+|лечени\w+|техобслуживани\w+|лизинг\w*|авиаци\w+|ипотек\w+|услуг\w+)",
    re.I,
)
_ACTIVITY = re.compile(
    r"добыч|производств|строительств\w* (?!трасс|завод|газопровод|фабрик)|жилищн|разработк|торговл|перевоз|перевалк|страхован|"
    r"кредитован|услуг|технологи|обслуживан|переработк|авиа|сектор|отрасл|промышленност|индустри|комплекс|бизнес|деятельност|"
    r"энерги|хозяйств|систем|сфер|трейдинг|операци|недвижимост|металлурги|строени|пром[ыи]с|наук|медицин|изготовлен|доставк|"
    r"рекламн|лизинг",
    re.I,
)
_NAMED = re.compile(r"\s+(?:[«\"„]|[A-ZА-Я][\w-]*\d)")
_ADJECTIVE_ALONE = re.compile(r"[\w-]+(?:ый|ий|ой|ая|ое|ые|ие|ого|ому|ым|им|ом|ую|ых|их|ыми|ими)", re.I)
_HEAD_OF_NOUN = re.compile(rf"(?:(?:в|на|из|с|о|по|для)\s+)?{_SPHERE_OF}\s+(?=[\w-]+)", re.I)
_OUTER = re.compile(
    r"(?:(?:российск|отечественн|миров|международн|национальн|европейск|американск|украинск|собственн|местн|внутренн|внутрироссийск|"
    r"глобальн|современн|традиционн|легальн|вс)\w+|всей|всю|весь|наш\w+|сво\w+|сам\w+)\s+",
    re.I,
)


def convert(text: str, raw: Sequence[RawSpan], report: Report) -> list[Span]:
    """Return the SECTOR spans of a text: the corpus's own by the guidelines, and those the lexicon finds."""
    own = [span for span in raw if span.label == _LABEL]
    found = [place for place in find_sectors(text) if not _in_title(text, raw, place)]
    found += _listed(text, found)
    kept = list(found)
    for span in own:
        places = [place for place in _places(text, span) if not _in_office(text, place[0])]
        if any(_overlap((span.start, span.end), place) for place in found):
            continue
        if not places:
            report.drop(span, "no sector as such: a deal, a single project, an adjective or a bare head")
        for place in places:
            if not any(_overlap(place, other) for other in kept):
                kept.append(place)
                if place != (span.start, span.end):
                    report.change(span, text, Span(*place, "SECTOR"), "cut to the sector's name")
    for place in found:
        if not any((span.start, span.end) == place for span in own):
            report.add(text, Span(*place, "SECTOR"), "sector that the lexicon knows")
    return [Span(*place, "SECTOR") for place in sorted(kept)]


def find_sectors(text: str) -> list[Place]:
    """Return, by place, the sectors of the economy that the lexicon knows, longest ones, none in a post's name."""
    kept: list[Place] = []
    candidates = [match.span(match.lastgroup or 0) for match in _lexicon().finditer(text)]
    candidates += [match.span("sector") for match in _spheres().finditer(text)]
    for place in sorted(candidates, key=lambda place: (place[0] - place[1], place[0])):
        if not any(_overlap(place, other) for other in kept) and not _in_office(text, place[0]):
            kept.append(place)
    return sorted(place for place in kept if not _named_complex(text, place))


def _listed(text: str, found: Sequence[Place]) -> list[Place]:
    """Return the bare names of spheres that stand in one list with a sector: «строительство» beside «туризм»."""
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
    if not name or _DEAL.match(name) or _BARE.fullmatch(name) or _ADJECTIVE_ALONE.fullmatch(name):
        return
    # what a name follows is one project: «строительство газопровода "Север"»
    if _NAMED.match(text, end):
        return
    if (len(name.split()) > 1 and _ACTIVITY.search(name)) or _single().fullmatch(name):
        yield start, end


def _in_office(text: str, start: int) -> bool:
    return _OFFICE.search(text[max(0, start - 80) : start]) is not None


def _named_complex(text: str, place: Place) -> bool:
    # «судостроительный комплекс "Звезда"» is one enterprise
    return "комплекс" in text[place[0] : place[1]] and _NAMED.match(text, place[1]) is not None


def _in_title(text: str, raw: Sequence[RawSpan], place: Place) -> bool:
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
