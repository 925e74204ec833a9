"""Conventions of sums: a sum has its figure, its currency and its bounds, and without a figure it is none."""

import re

from ie.document import Span
from ie.values.amounts.currencies import NO_CODE, read_currency

from .rule import Conventions

# A figure at the end of what is before a span: «2,7 » of «2,7 млрд руб.»; no year.
_FIGURE_BEFORE = re.compile(
    r"(?<![\w.,/-])(?!(?:19|20)\d\d[ \u00a0]?$)"
    r"[$€£¥₽₸]?\d{1,3}(?:(?:[ \u00a0\u202f]\d{3})+|\d*)(?:[.,]\d+)?[ \u00a0]?$"
)
_SIGN_BEFORE = re.compile(r"(?<!\w)[$€£¥₽₸][ \u00a0]?$")
_NOT_BEFORE = re.compile(r"(?<!\w)не $", re.IGNORECASE)
_DEGREE = re.compile(r"(?:более|менее|больше|меньше|выше|ниже|дороже|дешевле) ", re.IGNORECASE)
_FROM_BEFORE = re.compile(r"(?<!\w)от $", re.IGNORECASE)
_TO_INSIDE = re.compile(r"\d[^()]* до ")
_WORD_AFTER = re.compile(r"[ \u00a0]?([$€£¥₽₸]|[^\W\d_]+)")
_CURRENCY_SIGNS = re.compile(r"[$€£¥₽₸]")
_WORD = re.compile(r"[^\W\d_]+")
_CURRENCY_OR_WORD = re.compile(rf"{_CURRENCY_SIGNS.pattern}|{_WORD.pattern}")
# What stands between the two sums of a range or a change in one currency.
_DASH = re.compile(r"[ \u00a0]?[-–—][ \u00a0]?$")
_TO = re.compile(r"[ \u00a0](?:до[ \u00a0])?$")
# «подешевела на 2 доллара до 83 долларов»: a difference and where it led.
_BY = re.compile(r"(?<!\w)на (?:\w+ ){0,2}$", re.IGNORECASE)
# What parts a sum from where it led: «на 2,7 тысячи рублей (до 8,25 тысячи)».
_LED = re.compile(r"[ \u00a0](?:\(|[-–—][ \u00a0])?|,[ \u00a0]")
_TO_FIRST = re.compile(r"до[ \u00a0](?=\S)", re.IGNORECASE)
_CHANGE = re.compile(r"(?:(?:с|со|от)[ \u00a0])?(\S.*?)[ \u00a0]до[ \u00a0](\S.*)", re.IGNORECASE | re.DOTALL)
# A comparator and the preposition that governs the sum: «примерно на 5 трлн», «более чем на триллион».
_DEGREES = "более|менее|больше|меньше"
_GOVERNED = re.compile(
    rf"(?:примерно|приблизительно|почти|около|порядка|чуть|ровно|{_DEGREES})(?: (?:{_DEGREES}))?(?: чем)?"
    " (?:на|в|во|за|с|со|по|до) ",
    re.IGNORECASE,
)
# Short words that may be glued to the end of a currency.
_GLUED = re.compile("в|на|за|по|с|к|и|или|из|от|до|для|при|не|что")
# Words that make no sum without a figure; «миллион», «десятки миллиардов» are figures themselves.
_NO_FIGURE = re.compile(
    f"млн|млрд|трлн|тыс|{_DEGREES}|около|почти|примерно|приблизительно|порядка|свыше|до|от|не|чем",
    re.IGNORECASE,
)


def _unglued(text: str, span: Span, low: int, high: int) -> Span:
    """«[448 тенгеза доллар]», «[300 миллионов долларови]»: what follows has lost the blank before it."""
    for word in _WORD.finditer(text, span.start, span.end):
        end = _end_of_currency(word[0])
        if end is not None:
            return Span(span.start, word.start() + end, span.label)
    return span


def _end_of_currency(word: str) -> int | None:
    """Return where a currency ends to which a short word is glued."""
    if read_currency(word):
        return None
    ends = (end for end in range(len(word) - 1, 3, -1) if _GLUED.fullmatch(word[end:]))
    return next((end for end in ends if read_currency(word[:end])), None)


def _with_figure(text: str, span: Span, low: int, high: int) -> Span:
    """«1,75 [трлн руб.]»: the figure that was left out."""
    if re.search(r"\d", text[span.start : span.end]):
        return span
    first = _WORD.match(text, span.start)
    if first is None or not (_counted(first[0]) or read_currency(first[0])):
        return span
    return _from(span, _FIGURE_BEFORE.search(text, low, span.start))


def _counted(word: str) -> bool:
    return word.lower().startswith(("тыс", "млн", "миллион", "млрд", "миллиард", "трлн", "триллион"))


def _with_sign(text: str, span: Span, low: int, high: int) -> Span:
    """«₽[9 985,3]»: the sign of the currency before the figure."""
    if not text[span.start].isdigit():
        return span
    return _from(span, _SIGN_BEFORE.search(text, low, span.start))


def _with_currency(text: str, span: Span, low: int, high: int) -> Span:
    """«[15 млн] рублей»: the currency after a sum that has none."""
    after = _WORD_AFTER.match(text, span.end, high)
    if after is None or _currency(text, span) is not None:
        return span
    money = read_currency(after[1])
    known = money is not None and not money.state and NO_CODE not in money.codes
    return Span(span.start, after.end(), span.label) if known else span


def _with_not(text: str, span: Span, low: int, high: int) -> Span:
    """«не [более 1 млн рублей]»."""
    if not _DEGREE.match(text, span.start):
        return span
    return _from(span, _NOT_BEFORE.search(text, low, span.start))


def _with_from(text: str, span: Span, low: int, high: int) -> Span:
    """«от [3 до 5 млн евро]»."""
    if not _TO_INSIDE.match(text, span.start, span.end):
        return span
    return _from(span, _FROM_BEFORE.search(text, low, span.start))


def _from(span: Span, found: re.Match[str] | None) -> Span:
    return Span(found.start(), span.end, span.label) if found else span


def _range(text: str, span: Span, after: Span) -> Span | None:
    """«[45 000] — [90 000 ₽]», «[259 млн долларов] до [450 млн]»: one span where the currency is one."""
    gap = text[span.end : after.start]
    dash = _DASH.match(gap)
    if not dash and not (_TO.match(gap) and (gap.strip() or text.startswith("до ", after.start))):
        return None
    first, second = _currency(text, span), _currency(text, after)
    if (dash and first) or (not dash and _BY.search(text, max(0, span.start - 48), span.start)):
        return None
    one = first is None or second is None or first == second
    return Span(span.start, after.end, span.label) if one else None


def _currency(text: str, span: Span) -> tuple[str, ...] | None:
    """Return the codes of the first currency that a span names."""
    surface = text[span.start : span.end]
    words = (*_CURRENCY_SIGNS.findall(surface), *_WORD.findall(surface))
    found = (money for word in words if (money := read_currency(word)) and not money.state)
    return next((money.codes for money in found), None)


def _ungoverned(text: str, span: Span, low: int, high: int) -> Span:
    """«[примерно на 5 трлн рублей]»: a preposition that governs the sum ends what is outside."""
    found = _GOVERNED.match(text, span.start, span.end)
    return Span(found.end(), span.end, span.label) if found and found.end() < span.end else span


def _without_arrival(text: str, span: Span, low: int, high: int) -> Span:
    """«выросла на [2 рубля], [до 56 рублей]»: after a sum, «до» says where a change led and is no bound.

    In another currency it is the same sum again, and a bound still: «[16 трлн иен] ([до 310 млрд долларов])».
    """
    to = _TO_FIRST.match(text, span.start, span.end)
    if to is None or not _LED.fullmatch(text, low, span.start):
        return span
    last = ["", *_CURRENCY_OR_WORD.findall(text, max(0, low - 24), low)][-1]
    first, second = read_currency(last), _currency(text, span)
    # a bare number may be of anything
    if first is None and not _counted(last):
        return span
    if first is not None and second is not None and first.codes != second:
        return span
    return Span(to.end(), span.end, span.label)


def _two_currencies(text: str, span: Span) -> tuple[Span, ...]:
    """«[16,56 рубля до 1,02 доллара]»: a change from one currency to another is two sums."""
    change = _CHANGE.fullmatch(text, span.start, span.end)
    if change is None:
        return (span,)
    parts = tuple(Span(*change.span(i), span.label) for i in (1, 2))
    first, second = (_currency(text, part) for part in parts)
    return parts if first and second and first != second else (span,)


def _figured(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[почти]», «[руб.]»: without a figure there is no sum."""
    surface = text[span.start : span.end]
    if re.search(r"\d", surface):
        return span
    words = _WORD.findall(surface)
    empty = all(_NO_FIGURE.fullmatch(word) or read_currency(word) for word in words)
    return None if empty else span


AMOUNT = Conventions(
    grow=(_unglued, _with_figure, _with_sign, _with_currency, _with_from, _with_not),
    join=(_range,),
    split=(_two_currencies,),
    cut=(_with_from, _ungoverned, _without_arrival, _figured),
)
