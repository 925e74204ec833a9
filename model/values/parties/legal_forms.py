"""Legal forms of organizations: told apart from the name they stand beside.

The forms are those of the states whose companies Russian business news writes about, as abbreviations and
spelled out in any case; ISO 20275 (Entity Legal Forms) lists them by country.
"""

import re
from functools import cache

from ie.values.tables import fold, read_table

_BEFORE = """
АО|ОАО|ПАО|ЗАО|НАО|НПАО|ООО|ОДО|СООО|СОАО|ПК|ИП|КФХ|КХ|СПК|СП|ГУП|МУП|ФГУП|ОГУП|УП|РУП|КУП|ЧУП|ЧП|ЧТУП|РПУП
КПУП|ГП|МП|ФКП|ФГБУ|ФГАУ|ФГКУ|ФБУ|ФГУ|ФГБОУ|ФГАОУ|ГБУ|ГАУ|ГКУ|ГБУЗ|МБУ|МАУ|МКУ|МУ|ГУ|КГУ|КГП|РГП|РГУ|ГККП|КГКП
АНО|НКО|ТСЖ|НП|МКПАО|МКООО|МКАО|ТОО|АООТ|ТООТ|АОЗТ|МЧЖ|ОсОО|ЗАСО|ТДА|ХО|СРЛ|ПрАТ|ТОВ|ПАТ
""".strip().replace("\n", "|")
_AFTER = r"""
  Inc\.?|Incorporated|Corp\.?|Corporation|(?:Co\.?,?|Pte\.?|Pty\.?|Pvt\.?|Sdn\.?)\ (?:Ltd|Bhd)\.?|Ltd\.?
| Limited|LLC|LLP|LP|L\.P\.|plc|PLC|Plc|JSC|PJSC|OJSC|CJSC
| GmbH(?:\ &\ Co\.?\ KG(?:aA)?)?|AG|SE|KGaA|KG|OHG|e\.V\.
| S\.A\.S?\.?|SAS?|SARL|S\.p\.A\.?|SpA|SPA|S\.r\.l\.|Srl|SRL|S\.L\.|N\.V\.|NV|B\.V\.|BV|AB|ASA|AS|A/S|ApS
| Oyj|Oy|OÜ|UAB|SIA|a\.s\.|s\.r\.o\.|d\.o\.o\.|d\.d\.|Sp\.\ z\ o\.o\.|Kft\.?|Zrt\.?|Nyrt\.?|Bhd\.?|Tbk\.?
| K\.K\.|KK|ХХК|МЧЖ|АЖ|ЖШС|A\.Ş\.|A\.S\.|FZE|FZCO|DMCC|WLL|QPSC|SAOG
"""
# Two may follow each other: СП ООО. «НПО», «ТД», «УК» and the like are no legal forms and stay in the name.
# «РГУ нефти и газа» and «ГУ МВД» are a university and a board.
_LEADING = re.compile(
    rf"(?P<form>(?:{_BEFORE})\b(?:\s+(?:{_BEFORE})\b)?)(?![\s\u00a0]+[а-яё])"
    r"(?<!\bГУ(?= [А-ЯЁ]{2}))\s*(?P<name>\S.*)",
    re.DOTALL,
)
_LONGEST_SPELLED = 6
_TRAILING = re.compile(rf"(?P<name>.*?\S)(?:,\s*|\s+)(?P<form>{_AFTER})", re.VERBOSE | re.DOTALL)
_WORDS = re.compile(r"[^\s«„“\"()]+")
_QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“", "'": "'", "‘": "’"}


def split_legal_form(name: str) -> tuple[str, str | None]:
    """Return an organization's name without its outer quotes, and its legal form or None.

    Quotes inside the name stay: «ООО «УК «Тайга»» gives `УК «Тайга»` and `ООО`. A form that is spelled out
    is returned in the nominative.
    """
    if found := _leading(name):
        return found
    bare = unquote(name)
    # the quotes of a Russian text may stand around a foreign form or before it
    if (match := _TRAILING.fullmatch(bare)) and len(match["name"]) > 1:
        return unquote(match["name"]), match["form"]
    if bare != name and (found := _leading(bare)):
        return found
    return bare, None


def _leading(name: str) -> tuple[str, str] | None:
    """Return the name after a legal form in front, and the form; None where there is none."""
    if match := _LEADING.fullmatch(name):
        return unquote(match["name"]), match["form"]
    words = list(_WORDS.finditer(name, 0, 200))
    for count in range(min(len(words) - 1, _LONGEST_SPELLED), 1, -1):
        end = words[count - 1].end()
        form = _spelled().get(fold(" ".join(word[0] for word in words[:count])))
        if form is not None and not words[count][0][0].islower():
            return unquote(name[end:]), form
    return None


@cache
def _spelled() -> dict[str, str]:

    forms: dict[str, str] = read_table("legal_forms")
    return forms


def unquote(name: str) -> str:
    """Return a name without the quotes around the whole of it; those of a part stay."""
    name = name.strip()
    close = _QUOTES.get(name[:1])
    if close is None or len(name) < 3:
        return name
    if not name.endswith((close, "”") if name[0] == "„" else close):
        return name
    inner = name[1:-1].strip()
    if name[0] == close:
        if close not in inner or (inner.count(close) == 2 and inner.endswith(close)):
            return inner
        # "УК "Тайга" closes both with one quote; "А" и "Б" is two names
        return inner + close if inner.count(close) == 1 and f" {close}" in inner else name
    depth = 0
    for place, char in enumerate(name):
        depth += (char == name[0]) - (char == close)
        if depth <= 0 and place < len(name) - 1:
            return name  # «А» и «Б»
    # «УК «Тайга» closes both with one quote
    return inner if depth <= 0 else inner + close
