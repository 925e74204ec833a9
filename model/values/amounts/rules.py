"""The rules of amounts: an ordered list of patterns over the gloss of a phrase (`gloss` explains its signs).

First the folds make sums (S, W) of numbers and money, each as often as it fits, from the first rule to
the last. Then the first reading whose pattern covers the whole gloss gives the value.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ie.values.numerals import symbol_of

from .currencies import Currency, merge
from .gloss import Item

# Powers of ten that are no magnitude by themselves: «два-три десятка миллионов».
_COLLECTIVE = {"e1": 1, "e1*": 1, "e2": 2, "e2?": 2, "e2*": 2}
_STEEPEST = 20  # the steepest fall that one magnitude at the end is taken to cover: 12 in «с 12 до 3 млн»
_UNITS = frozenset({"доллар", "рубль", "фунт", "бакс"})
_SURE = frozenset({"RUB", "USD", "EUR", "KZT", "UAH", "CNY", "JPY"})
_DENIALS = frozenset({"не", "ни", "нет"})
_MOST = Decimal(10) ** 18  # more is no sum
_LAST = re.compile(r"\w+")
_KOPECKS = re.compile(r"\d{1,2} ?к")
_THREE_DECIMALS = re.compile(r"\d{1,3}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class Sums:
    """What a phrase says: no sum (a vague one), one, or both ends of a range, with one comparator for all.

    `magnitude`: a word names it; `short`: only an abbreviation that may be a measure does.
    """

    values: tuple[Decimal, ...]
    currency: Currency | None
    comparator: str
    magnitude: bool = False
    short: bool = False


Fold = Callable[[Sequence[Item]], Item | None]
Reading = Callable[[str, Sequence[Item]], Sums | None]


def _join_money(items: Sequence[Item]) -> Item | None:
    """«долларов США», «австралийских долларов», «рублей (RUB)»."""
    money = [item.currency for item in items if item.currency]
    joined: Currency | None = money[0]
    for following in money[1:]:
        joined = joined and merge(joined, following)
    return Item("C", items[0].text, currency=joined) if joined and not joined.state else None


def _definite(items: Sequence[Item]) -> Item:
    """«более тысячи»: a genitive of one, not the plural."""
    return replace(items[0], sign="N")


def _vague(items: Sequence[Item]) -> Item:
    return replace(items[0], sign="V")


def _doubled(items: Sequence[Item]) -> Item | None:
    """«5 (пять)», «100 рублей (сто рублей)»: one number said twice."""
    first, second = [item for item in items if item.sign in "NS"]
    if first.value != second.value and int(first.value) != second.value:
        return None
    currency = first.currency or second.currency
    return replace(first, sign="S" if currency else "N", currency=currency)


def _doubled_count(items: Sequence[Item]) -> Item | None:
    """«1 (один) миллион»: the magnitude stands after the brackets."""
    count, again, power = items[0], items[2], items[-1]
    if count.value != again.value or count.magnitude or not power.text.isalpha():
        return None
    return replace(count, value=count.value * power.value, magnitude=power.magnitude, digits=False)


def _zeros(items: Sequence[Item]) -> Item | None:
    """«ноль ноль копеек»."""
    return items[0] if items[0].value == items[1].value == 0 else None


def _inverted(items: Sequence[Item]) -> Item | None:
    """«миллионов пять», «миллиона два»: about as many millions."""
    power, number = items[0], items[-1]
    if number.magnitude or (power.sign == "N" and not symbol_of(power.text).endswith("'")):
        return None
    value = number.value * power.value
    return replace(number, value=value, magnitude=power.magnitude, digits=False, inverted=True)


def _sum(items: Sequence[Item]) -> Item | None:
    """«5 рублей», «$3 млрд», «80 копеек», and «$49 млн долларов», whose two words of money must agree."""
    number = next(item for item in items if item.sign == "N")
    if items[0].text == "евро" and number.text.isdecimal():
        return None  # «Евро-2020», «Евро 5»
    money = [item for item in items if item.sign == "C"]
    joined = _join_money(money) if money else None
    if money and (joined is None or joined.currency is None):
        return None
    value, currency = number.value, joined.currency if joined else None
    if items[0] is number and money and _is_fraction(number.text, money[0].text):
        value = Decimal(number.text.replace(",", "."))
    inverted = number.inverted or (items[0].sign == "C" and _turns(items[0].text, number))
    closed = items[0] is number and bool(money)
    return replace(number, sign="S", value=value, currency=currency, inverted=inverted, closed=closed)


def _is_fraction(number: str, noun: str) -> bool:
    """Return whether «62,375 рубля» is no whole number: a fraction takes the genitive singular."""
    return bool(_THREE_DECIMALS.fullmatch(number)) and noun.endswith(("а", "я"))


def _turns(word: str, number: Item) -> bool:
    """Return whether a word of money before a number turns it round: «долларов сто», not «руб. 100»."""
    digits = number.text[:1].isdigit()
    return word.isalpha() and not word.isascii() and len(word) > (4 if digits else 2)


def _one_and_parts(items: Sequence[Item]) -> Item | None:
    """«доллар двадцать», «доллар двадцать центов»: one, and parts of it."""
    unit, part = items[:2]
    if unit.text not in _UNITS or part.digits or part.magnitude or not 10 <= part.value < 100:
        return None
    if len(items) == 3 and (items[2].currency is None or items[2].currency.scale == 1):
        return None
    return replace(part, sign="S", value=1 + part.value / 100, currency=unit.currency, closed=True)


def _thousands_unsaid(items: Sequence[Item]) -> Item | None:
    """«миллион двести», «1 млн 200»: what follows the millions are thousands, where no money is named."""
    number = items[0]
    if number.magnitude < 6 or number.value >= _MOST:
        return None
    part = number.value % 1000
    last = _LAST.findall(number.text)[-1]
    if part < 100 or part != int(part) or symbol_of(last).startswith("e"):
        return None
    value = number.value + part * (10 ** (number.magnitude - 3) - 1)
    return replace(number, sign="S", value=value)


def _with_parts(items: Sequence[Item]) -> Item | None:
    """«5 рублей 40 копеек»: whole units and their parts are one sum."""
    whole, part = (item for item in items if item.sign == "S")
    if not whole.currency or not part.currency or whole.currency.scale != 1 or part.currency.scale == 1:
        return None
    parts = part.value * part.currency.scale
    return replace(
        whole, value=whole.value + (0 if whole.value % 1 == parts else parts)
    )  # «5,40 руб. 40 коп.»


def _with_bare_parts(items: Sequence[Item]) -> Item | None:
    """«5 р. 40 к.», «12 руб. 50», «сто рублей пятьдесят»: what can only be kopecks."""
    whole, part = items
    money = whole.currency
    if not money or money.codes[0] != "RUB" or money.scale != 1 or whole.value != int(whole.value):
        return None
    if _KOPECKS.fullmatch(part.text) or (len(part.text) == 2 and part.digits):
        return replace(whole, value=whole.value + Decimal(part.text[:2].strip(" к")) / 100)
    said = not part.digits and not whole.digits and 10 <= part.value < 100 and part.value % 1 == 0
    return replace(whole, value=whole.value + part.value / 100) if said else None


def _vague_sum(items: Sequence[Item]) -> Item:
    """«миллионы долларов», «десятки и сотни тысяч рублей»."""
    currency = next((item.currency for item in items if item.sign == "C"), None)
    return replace(items[0], sign="W", currency=currency)


# name, pattern over the gloss, production of one item (None: it is none of these, left as it stands)
FOLDS: tuple[tuple[str, re.Pattern[str], Fold], ...] = tuple(
    (name, re.compile(pattern), production)
    for name, pattern, production in (
        ("money in several words", r"@+C@*|C@+|CC(?=$|[^N])|C\([@C]+\)", _join_money),
        ("тысячи after a genitive", r"(?<=[<>≤≥~FTf])G", _definite),
        ("тысячи as a plural", r"G", _vague),
        ("count in brackets again", r"N\(N\)[NV]", _doubled_count),
        ("number in brackets again", r"N\(N\)", _doubled),
        ("миллионов пять", r"[VN]P?N", _inverted),
        ("ноль ноль", r"NN(?=C)", _zeros),
        ("доллар двадцать", r"(?<![NS])CNC?", _one_and_parts),
        ("money on both sides", r"(?<![NS])CNC", _sum),
        ("number and money", r"NC|\(N\)C|(?<![NS])C-?N", _sum),
        ("roubles and kopecks", r"S&?S", _with_parts),
        ("roubles and bare kopecks", r"SN", _with_bare_parts),
        ("sum in brackets again", r"[SN]\(S\)|S\(N\)", _doubled),
        ("kopecks after the brackets", r"S&?S", _with_parts),
        ("vague sum", r"V(?:[-&?]V)*C|CV|V(?:[-&?]V)*", _vague_sum),
        ("миллион двести", r"N", _thousands_unsaid),
        ("number alone", r"N", _sum),
    )
)


def fold(items: Sequence[Item]) -> list[Item]:
    """Return the items of a phrase with its sums folded into one item each."""
    folded = list(items)
    for _, pattern, production in FOLDS:
        place = 0
        while match := pattern.search(_gloss(folded), place):
            made = production(folded[match.start() : match.end()])
            if made:
                folded[match.start() : match.end()] = [made]
            place = match.start() + (made is None or made.sign == match[0])
    return folded


def _gloss(items: Iterable[Item]) -> str:
    return "".join(item.sign for item in items)


_OUTWARD = {"F": ">=", "T": "<=", "≥": ">=", "≤": "<=", ">": ">", "<": "<", "~": "~", "+": ">="}


def _comparator(signs: str) -> str:
    """Return the comparator of all signs of comparison of a phrase: the first that tells more than `~`."""
    named = [_OUTWARD[sign] for sign in signs if sign in _OUTWARD]
    return next((name for name in named if name != "~"), named[0] if named else "=")


def _one(gloss: str, items: Sequence[Item]) -> Sums | None:
    """«более 5 млн рублей», «до 5 млн», «300 рублей за баррель»."""
    place = gloss.index("S")
    found = items[place]
    rest = gloss[place + 1 :]
    if re.search("[XHS]", rest) and not found.currency:
        return None
    if any(item.sign == "S" and item.currency and item.value != 1 for item in items[place + 1 :]):
        return None  # a second sum, where «за 1 доллар» is only a rate
    comparator = _comparator(gloss[:place].replace("+", "") + re.split(r"[^-?&~<>≤≥+]", rest)[0])
    if found.inverted and comparator == "=":
        comparator = "~"
    value = _worth(found, found.currency)
    return Sums((value,), found.currency, comparator, bool(found.magnitude), found.short)


def _range(gloss: str, items: Sequence[Item]) -> Sums | None:
    """«от 3 до 5 млн евро», «$1–1,5 млрд», «с 6 млн до 700 тысяч»: both ends, the low one first."""
    first, second = [item for item in items if item.sign == "S"][:2]
    currency = first.currency or second.currency
    if first.currency and second.currency:
        currency = merge(first.currency, second.currency)
        if currency is None or first.currency.scale != second.currency.scale:
            return _mixed(first, second)
    change = "F" not in gloss and "T" in gloss
    if "T" not in gloss and not first.closed:  # «миллион-два рублей»
        second = replace(second, closed=False)
    choice = "?" in gloss  # «500 или 250 тыс. рублей»
    scaled = (_scaled(first, second, change or choice), _scaled(second, first, True))
    ends = sorted(_worth(end, currency) for end in scaled)
    values = tuple(ends) if ends[0] < ends[1] else (ends[0],)
    comparator = "range" if len(values) == 2 else "="
    return Sums(values, currency, comparator, bool(first.magnitude or second.magnitude), second.short)


def _mixed(first: Item, second: Item) -> Sums | None:
    """«от 50 копеек до 1 рубля»: units and their parts of one money."""
    units = [item.currency for item in (first, second) if item.currency]
    whole = next((unit for unit in units if unit.scale == 1), None)
    if whole is None or all(unit.scale == 1 for unit in units):
        return None
    ends = sorted((_worth(first, first.currency), _worth(second, second.currency)))
    return Sums(tuple(ends), whole, "range", magnitude=True) if ends[0] < ends[1] else None


def _scaled(end: Item, other: Item, change: bool) -> Item:
    """Return an end of a range with the magnitude that only the other end names: 3 in «от 3 до 5 млн».

    Not where money stands between («от 500 рублей до 1 млн»), nor where that end would pass the other by far.
    """
    power = other.magnitude + sum(_COLLECTIVE.get(symbol_of(word), 0) for word in other.text.split())
    if end.magnitude or not power or (end.closed and not other.inverted):
        return end
    value = end.value * 10**power
    most = other.value * (_STEEPEST if change else 1)
    return replace(end, value=value) if value <= most or end.value > other.value or other.inverted else end


def _worth(item: Item, currency: Currency | None) -> Decimal:
    return item.value * (currency.scale if currency else 1)


def _no_number(gloss: str, items: Sequence[Item]) -> Sums | None:
    """«сотни миллионов долларов», «несколько рублей»: no number at all."""
    vague = items[gloss.rindex("W")]
    return Sums((), vague.currency, "~", True, vague.short) if vague.currency or vague.magnitude else None


# Other words, a sum with nothing of them inside, other words.
_AMID = re.compile(r"[-XHPp]*(?P<sum>(?:[Ff](?=.*T)|B)?[<>≤≥~]*P?[NVGC@][^XH]*[NC@])(?:[XHPpf/(][^C]*)?")
_LEAD = r"[-+PpH]*"
_COMPARED = r"[<>≤≥~]*P?"
_TAIL = r"(?:[PH/pf(].*)?"  # «за баррель», «/кв. м», «в месяц»
# name, pattern that covers the whole gloss, production (None: the next rule is asked)
READINGS: tuple[tuple[str, re.Pattern[str], Reading], ...] = tuple(
    (name, re.compile(pattern), production)
    for name, pattern, production in (
        ("between", rf"{_LEAD}{_COMPARED}BS&S{_TAIL}", _range),
        ("from and to", rf"{_LEAD}{_COMPARED}[Ff][~P]*S&?[Tp][~P]*S{_TAIL}", _range),
        ("both bounds", rf"{_LEAD}[>≥]S&?[<≤T]S{_TAIL}", _range),
        ("to", rf"{_LEAD}{_COMPARED}ST~?S{_TAIL}", _range),
        ("dash or alternative", rf"{_LEAD}{_COMPARED}[FfT]?{_COMPARED}S[-?]S{_TAIL}", _range),
        ("one sum", rf"{_LEAD}[<>≤≥~FTfPpH]*-?S[-?&]?[<>≤≥~+]*{_TAIL}", _one),
        ("no number", rf"{_LEAD}[<>≤≥~FTfPpH]*(?:W[-T?])?W{_TAIL}", _no_number),
    )
)


def read_sums(items: Sequence[Item]) -> Sums | None:
    """Return what the first rule reads that covers a phrase, or the phrase without the words around it.

    None where no rule does.
    """
    return _read(items) or _read(_amid(items))


def _amid(items: Sequence[Item]) -> Sequence[Item]:
    """Return the sum within «скидка 300 рублей» or «300 рублей сдачи»: only of money that is nothing else.

    Nothing where a word in front may say how to take it («вырос до 5 рублей», «курс евро 75», «не 5 рублей»).
    """
    match = _AMID.fullmatch(_gloss(items))
    if match is None:
        return ()
    found, before = items[match.start("sum") : match.end("sum")], items[: match.start("sum")]
    money = [item.currency.codes[0] for item in found if item.sign == "C" and item.currency]
    named = found[0].currency and found[0].text.isalpha() and not found[0].text.isascii()
    denied = any(item.text in _DENIALS or item.text[:1].isdigit() for item in before)
    return found if money and _SURE.issuperset(money) and not named and not denied else ()


def _read(items: Sequence[Item]) -> Sums | None:
    folded = fold(items)
    if len(folded) > 2 and _gloss(folded)[0] + _gloss(folded)[-1] == "()":
        folded = folded[1:-1]
    gloss = _gloss(folded)
    for _, pattern, production in READINGS:
        if pattern.fullmatch(gloss):
            sums = production(gloss, folded)
            if sums:
                return sums
    return None
