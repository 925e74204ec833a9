"""Legal forms of organizations: told apart from the name they stand beside.

The forms are those of the states whose companies Russian business news writes about, as abbreviations and
spelled out in the nominative; ISO 20275 (Entity Legal Forms) lists them by country.
"""

import re

_BEFORE = """
АО ОАО ПАО ЗАО НАО ООО ОДО КТ ПК ИП КФХ КХ СПК ГУП МУП ФГУП УП РУП КУП ЧУП ЧП ЧТУП РПУП КПУП ГП ФКП
ФГБУ ФГАУ ФГКУ ФБУ ФГУ ФГБОУ ФГАОУ ГБУ ГАУ ГКУ ГБУЗ МБУ МАУ МКУ МУ ГУ КГУ КГП РГП РГУ ГККП КГКП ОГУП
АНО НКО ТСЖ СРО НП НПАО МКПАО МКООО МКАО ТОО ТДО АООТ ТОО АОЗТ МЧЖ СП ИК ХК ОсОО АК АКБ КБ СРЛ ПТ ПрАТ ТОВ ПАТ
""".split()
_SPELLED = """
публичное акционерное общество|открытое акционерное общество|закрытое акционерное общество
непубличное акционерное общество|акционерное общество|общество с ограниченной ответственностью
товарищество с ограниченной ответственностью|унитарное предприятие|государственное унитарное предприятие
муниципальное унитарное предприятие|федеральное государственное унитарное предприятие
республиканское унитарное предприятие|индивидуальный предприниматель|автономная некоммерческая организация
""".replace("\n", "|").strip("|").split("|")
_AFTER = r"""
Inc\.?|Incorporated|Corp\.?|Corporation|Co\.?,?\ Ltd\.?|Pte\.?\ Ltd\.?|Pty\.?\ Ltd\.?|Pvt\.?\ Ltd\.?|Ltd\.?|Limited|LLC|LLP|LP|L\.P\.
|plc|PLC|Plc|GmbH(?:\ &\ Co\.?\ KG(?:aA)?)?|AG|SE|KGaA|KG|OHG|e\.V\.|S\.A\.S?\.?|SAS?|S\.p\.A\.?|SpA|SPA|S\.r\.l\.|Srl|SRL|SARL|N\.V\.|NV|B\.V\.|BV|AB|ASA|AS|A/S|ApS|Oyj|Oy|OÜ|UAB|SIA
|a\.s\.|s\.r\.o\.|d\.o\.o\.|d\.d\.|Sp\.\ z\ o\.o\.|S\.L\.|Kft\.?|Zrt\.?|Nyrt\.?|Bhd\.?|Sdn\.?\ Bhd\.?|Tbk\.?|JSC|PJSC|OJSC|CJSC|K\.K\.|KK|A\.Ş\.|A\.S\.|FZE|FZCO|DMCC|WLL|QPSC|SAOG
"""
# The forms that may stand before another one, as in `АО НПО «…»`, are no legal forms and stay in the name.
_LEADING = re.compile(
    rf"(?P<form>(?:(?:{'|'.join(map(re.escape, sorted(set(_BEFORE), key=len, reverse=True)))})\b"
    rf"|(?i:{'|'.join(_SPELLED)})\b)"
    rf"(?:\s+(?:{'|'.join(sorted(set(_BEFORE), key=len, reverse=True))})\b)?)\s*(?P<name>\S.*)",
    re.DOTALL,
)
_TRAILING = re.compile(rf"(?P<name>.*?\S)(?:,\s*|\s+)(?P<form>{_AFTER})", re.VERBOSE | re.DOTALL)
_QUOTES = {"«": "»", '"': '"', "“": "”", "„": "“", "'": "'", "‘": "’"}


def split_legal_form(name: str) -> tuple[str, str | None]:
    """Return an organization's name without its outer quotes, and its legal form or None.

    Quotes inside the name stay: «ООО «УК «Тайга»» gives `УК «Тайга»` and `ООО`.
    """
    if match := _LEADING.fullmatch(name):
        return unquote(match["name"]), match["form"]
    bare = unquote(name)
    # the quotes of a Russian text may stand around a foreign form or before it
    if (match := _TRAILING.fullmatch(bare)) and len(match["name"]) > 1:
        return unquote(match["name"]), match["form"]
    if bare != name and (match := _LEADING.fullmatch(bare)):
        return unquote(match["name"]), match["form"]
    return bare, None


def unquote(name: str) -> str:
    """Return a name without the quotes around the whole of it; those of a part stay."""
    name = name.strip()
    close = _QUOTES.get(name[:1])
    if close is None or len(name) < 3:
        return name
    if not name.endswith((close, "”") if name[0] == "„" else close):
        return name
    inner = name[1:-1]
    if name[0] == close:
        return inner if close not in inner else name
    depth = 0
    for place, char in enumerate(name):
        depth += (char == name[0]) - (char == close)
        if depth <= 0 and place < len(name) - 1:
            return name  # «А» и «Б»
    # «УК «Тайга» closes both with one quote
    return inner if depth <= 0 else inner + close
