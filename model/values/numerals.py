"""Numbers of a text, in digits and in words, with their magnitudes.

Words come from the table `numerals` (`seeds/lexicon/numerals.tsv` explains its symbols). A number is a
sum of terms of falling magnitude («1 млрд 862 млн»); a term is a count and the magnitudes after it («сто
тысяч миллионов»).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .digits import PATTERN, read_digits
from .tables import read_table

_TOKEN = re.compile(rf"(?:{PATTERN}) | (?P<word>[^\W\d_]+) | (?P<sign>\S)", re.VERBOSE)
_POWER = re.compile(r"e(\d+)[*?~!']?")
_WHOLE_TERM = re.compile(r"(0\.5)e(\d+)")
_LONGEST_DIGITS = 50  # characters of a number in digits with its groups: beyond it is none
_HYPHENS = frozenset("-‐‑–")
# Endings that writers hang on digits: «25-го», «90-е», «5-ти», «2-мя»; without a hyphen not all of them.
_COUNT_ENDINGS = frozenset({"ти", "мя", "и", "ю"})
_ORDINAL_ENDINGS = frozenset(
    {
        "й",
        "ый",
        "ий",
        "ой",
        "го",
        "ого",
        "его",
        "му",
        "ому",
        "ему",
        "м",
        "ым",
        "им",
        "ом",
        "ем",
        "я",
        "ая",
        "ья",
    }
    | {"ю", "ую", "ью", "е", "ое", "ье", "ые", "х", "ых", "ми", "ыми"}
)
_NEVER_GLUED = frozenset({"и", "м", "ю"})
_DENOMINATORS = frozenset({10, 100, 1000, 1000000})
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_CYRILLIC_TWINS = str.maketrans("ХІСМ", "XICM")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a text, and where it stands there.

    `magnitude` is the power of ten of its last magnitude word, 6 in «1,2 млн», 0 without one; `ordinal`:
    «25-го», «пятое»; `digits`: nothing but digits; `vague`: a magnitude in the plural without a count
    («миллионы», «несколько тысяч»), whose value says no more than the order.
    """

    value: Decimal
    start: int
    end: int
    ordinal: bool = False
    magnitude: int = 0
    digits: bool = False
    vague: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of text and its symbol: of the table, `#` for digits, itself for a dot or hyphen, or empty."""

    symbol: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Term:
    """A count with the magnitudes after it, `power` in all; `after` is the place of the next token."""

    value: Decimal
    after: int
    count: Decimal = Decimal(1)
    power: int = 0
    magnitude: int = 0
    ordinal: bool = False
    digits: bool = False
    vague: bool = False
    inverting: bool = False


def find_numbers(text: str, *, vague: bool = False, money: bool = False) -> list[Number]:
    """Return the numbers of a text from left to right, each as long as it can be.

    `vague` adds numbers like «миллионы» and «несколько тысяч»; `money` reads the abbreviations that are
    magnitudes only of money («5 т. р.», «$3m», «50к»).
    """
    tokens = _tokens(text, money)
    numbers, place = [], 0
    while place < len(tokens):
        term = _number(tokens, place)
        if term is None:
            place += 1
            continue
        if vague or not term.vague:
            numbers.append(_made(tokens, place, term))
        place = term.after
    return numbers


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral in capitals, Latin or their Cyrillic twins; None for other text."""
    letters = text.strip().translate(_CYRILLIC_TWINS)
    if not letters or not _ROMAN.fullmatch(letters):
        return None
    values = [_ROMAN_DIGITS[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def symbol_of(word: str) -> str:
    """Return the symbol of a word in the table of numerals, empty for other words."""
    symbol: str = read_table("numerals").get(word.lower().replace("ё", "е"), "")
    return symbol


def _tokens(text: str, money: bool) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        found, symbol = match[0], ""
        if match["digits"]:
            symbol = "#" if len(found) <= _LONGEST_DIGITS else ""
        elif match["word"]:
            symbol = symbol_of(found)
            if symbol.endswith(("~", "!")) and not money:
                symbol = ""
        elif found == "." or found in _HYPHENS:
            symbol = found
        tokens.append(_Token(symbol, found, match.start(), match.end()))
    return tokens


def _made(tokens: Sequence[_Token], first: int, term: _Term) -> Number:
    start, end = tokens[first].start, tokens[term.after - 1].end
    digits = term.digits and not term.power
    return Number(term.value, start, end, term.ordinal, term.magnitude, digits, term.vague)


def _symbol(tokens: Sequence[_Token], place: int) -> str:
    return tokens[place].symbol if place < len(tokens) else ""


def _number(tokens: Sequence[_Token], first: int) -> _Term | None:
    """Return the number that starts at a token as one term: the terms that follow and fit are added."""
    number = last = _term(tokens, first) or _bare_magnitude(tokens, first)
    while number and last and _goes_on(last):
        place = last.after + (_symbol(tokens, last.after) == ".")
        following = _term(tokens, place)
        joined = following and _join(number, last, following)
        if joined is None:
            break
        number, last = joined, following
    return number and _add_fraction(tokens, number)


def _goes_on(last: _Term) -> bool:
    """Return whether a number can go on after a term; «тысячи» does as a genitive: «тысячи ста»."""
    return last.power >= 3 and (not last.vague or last.inverting) and last.count == int(last.count)


def _join(number: _Term, last: _Term, following: _Term) -> _Term | None:
    """Return the sum of a number and the term after it, None where they are two numbers."""
    if following.vague or (number is last and number.inverting and following.value < 5):
        return None  # «миллиона два»
    if following.value < 10**last.power:
        magnitude = following.magnitude or number.magnitude
        return replace(
            following, value=number.value + following.value, magnitude=magnitude, power=number.power
        )
    if number is last and last.power == 3 and following.power > 3 and following.count < 1000:
        count = number.value + following.count  # «1 тыс. 300 млрд», «две тысячи пятьсот миллионов»
        return replace(following, value=count * 10**following.power, count=count)
    return None


def _term(tokens: Sequence[_Token], place: int) -> _Term | None:
    whole = _WHOLE_TERM.fullmatch(_symbol(tokens, place))
    if whole:  # «полмиллиона»
        half, power = Decimal(whole[1]), int(whole[2])
        return _Term(half * 10**power, place + 1, half, power, power)
    count = _count(tokens, place)
    if count is None or count.ordinal:
        return count
    hyphen = _symbol(tokens, count.after) in _HYPHENS and count.count < 1  # «пол-миллиона»
    power, magnitude, after = _powers(tokens, count.after + hyphen)
    if not power:
        return None if tokens[place].symbol == "half" else count
    value = count.count * 10**power
    return replace(count, value=value, power=power, magnitude=magnitude, after=after)


def _bare_magnitude(tokens: Sequence[_Token], place: int) -> _Term | None:
    """Return the number of a magnitude without a count: «миллион», and the vague «миллионы»."""
    if tokens[place].symbol.endswith("~"):
        return None
    power, magnitude, after = _powers(tokens, place)
    vague = tokens[place].symbol.endswith(("*", "?"))
    inverting = tokens[place].symbol.endswith(("'", "?"))
    term = _Term(Decimal(10**power), after, Decimal(1), power, magnitude, vague=vague, inverting=inverting)
    return term if power else None


def _powers(tokens: Sequence[_Token], place: int) -> tuple[int, int, int]:
    """Return the magnitudes at a place multiplied as a power of ten, the last one, the place after them."""
    power = last = 0
    after = place
    while (match := _POWER.fullmatch(_symbol(tokens, place))) and int(match[1]) > last:
        last = int(match[1])
        power, after = power + last, place + 1
        place = after + (_symbol(tokens, after) == ".")  # «тыс. млрд»
    return power, last if last >= 3 else 0, after


def _count(tokens: Sequence[_Token], place: int) -> _Term | None:
    """Return the count at a place: digits, words, a fraction, or a vague one."""
    symbol = _symbol(tokens, place)
    if symbol.endswith("*") and not symbol.startswith("e"):
        value = Decimal(symbol[:-1] or 1)
        return _Term(value, place + 1, value, vague=True)
    if symbol == "half" or symbol.startswith("/"):
        value = 1 / Decimal(symbol[1:] if symbol != "half" else 2)
        return _Term(value, place + 1, value)
    count = _digits(tokens, place) if symbol == "#" else _cardinal(tokens, place)
    if count is None or count.ordinal:
        return count
    return _decimal_words(tokens, count) or _add_fraction(tokens, count)


def _digits(tokens: Sequence[_Token], place: int) -> _Term:
    token, after = tokens[place], place + 1
    scaled = bool(_POWER.fullmatch(_symbol(tokens, after)))
    value = read_digits(token.text, scaled=scaled, english=scaled and tokens[after].text.isascii())
    hyphen = _symbol(tokens, after) in _HYPHENS
    word = tokens[after + hyphen] if after + hyphen < len(tokens) else None
    if word and token.text.isdecimal() and word.start == token.end + hyphen:
        ending = word.text.lower()
        if ending in _COUNT_ENDINGS | _ORDINAL_ENDINGS and (hyphen or ending not in _NEVER_GLUED):
            after += 1 + hyphen
            counted = ending in _COUNT_ENDINGS and _POWER.fullmatch(_symbol(tokens, after))  # «5-ю млрд»
            ordinal = not counted and _is_ordinal(int(value), ending)
            return _Term(value, after, value, ordinal=ordinal, digits=True)
    return _Term(value, after, value, digits=True)


def _is_ordinal(value: int, ending: str) -> bool:
    """Return whether an ending makes an ordinal: «90-х» is one; «3-х» («трёх»), «7-ми», «20-ью» are none."""
    last = 0 if 10 <= value % 100 <= 19 else value % 10
    if ending == "ью":
        return last == 3
    if ending in ("х", "ми"):
        return last not in ((2, 3, 4) if ending == "х" else (7, 8))
    return ending in _ORDINAL_ENDINGS


def _cardinal(tokens: Sequence[_Token], place: int) -> _Term | None:
    """Return the words of one number below a thousand added up; an ordinal ends it."""
    total, room = Decimal(0), Decimal("Infinity")
    first = place
    while (word := _value(_symbol(tokens, place))) is not None:
        value, ordinal = word
        if value >= room or (place > first and value == 0):
            break
        total, room, place = total + value, _room(value), place + 1
        if ordinal:
            return _Term(total, place, total, ordinal=True)
    return _Term(total, place, total) if place > first else None


def _value(symbol: str) -> tuple[Decimal, bool] | None:
    """Return the value of a symbol such as `20` or `5.` and whether it is an ordinal."""
    if not symbol[:1].isascii() or not symbol[:1].isdigit() or symbol.endswith("*") or "e" in symbol:
        return None
    return Decimal(symbol.removesuffix(".")), symbol.endswith(".")


def _room(value: Decimal) -> Decimal:
    """Return below which number the next word must be: «двадцать» takes ones, «сто» takes tens and ones."""
    if value >= 100 and value % 100 == 0:
        return Decimal(100)
    return Decimal(10) if value >= 20 and value % 10 == 0 else Decimal(0)


def _decimal_words(tokens: Sequence[_Token], count: _Term) -> _Term | None:
    """Return «две целых пять десятых», «пять сотых», «две трети» as one count."""
    place = count.after
    named = _symbol(tokens, place) == "whole"
    place += named
    linked = place < len(tokens) and tokens[place].text == "и"  # «три и две десятых»
    if not named and not linked:
        return _over(tokens, Decimal(0), count)
    place += linked
    part = _digits(tokens, place) if _symbol(tokens, place) == "#" else _cardinal(tokens, place)
    return _over(tokens, count.value, part) if part else None


def _over(tokens: Sequence[_Token], whole: Decimal, part: _Term) -> _Term | None:
    symbol = _symbol(tokens, part.after)
    if symbol.startswith("/") and not part.digits:
        value = whole + part.value / Decimal(symbol[1:])
    elif (word := _value(symbol)) and word[1] and word[0] in _DENOMINATORS and (whole or not part.digits):
        value = whole + part.value / word[0]
    else:
        return None
    return _Term(value, part.after + 1, value)


def _add_fraction(tokens: Sequence[_Token], term: _Term) -> _Term:
    """Return a term with the fraction after it: «два с половиной», «миллион с четвертью»."""
    place = term.after
    symbol = _symbol(tokens, place + 1)
    if _symbol(tokens, place) or not symbol.startswith("/") or tokens[place].text != "с":
        return term
    value = term.value + Decimal(10) ** term.power / Decimal(symbol[1:])
    return replace(
        term, value=value, count=value if not term.power else term.count, after=place + 2, digits=False
    )
