"""A phrase with money in it as a gloss: one sign a word, so that rules can be patterns over a short string.

| sign | stands for |
|---|---|
| N, V, G | a number; a vague one («миллионы»); a form that is either («тысячи») |
| C, @ | money («рублей», $); whose money it is («США») |
| S, W | a sum and a vague sum: what `rules.FOLDS` makes of the above |
| > ≥ < ≤ ~ | a comparison (`comparators`) |
| F f T p | от; с; до; по |
| B & ? | между; и; или |
| P | another preposition |
| H | what the sum is or does («штраф», «превысил») |
| - / ( ) + | signs; a row of dots is a dash |
| X | any other word or sign: the phrase says something else |

Quotes, commas and words that change nothing in a sum (`neutral` in the table of currencies) leave no sign.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ie.values.numerals import Number, find_numbers
from ie.values.numerals import symbol_of as numeral_symbol

from .comparators import find_sign
from .currencies import Currency, read_currency
from .currencies import symbol_of as money_symbol

_PIECE = re.compile(r"[^\W\d_]{1,3}[$¥£]|[^\W\d_]+(?:-[^\W\d_]+)*|[<>]=|=[<>]|\S")
_RUN = re.compile(r"[^\W\d_]{2,14}")
_LAST = re.compile(r"[^\W\d_]+")
# Where a page has lost a blank: «448 тенгеза доллар».
_GLUED = re.compile(r"(?P<money>\w{4,})(?P<preposition>за|на|по|из)")
# «300к», «1,5кк»: no measure is written so.
_THOUSANDS = re.compile(r"[0-9]{2,3}[кk]|[0-9]+(?:[.,][0-9]+)?(?:кк|kk)")
# What is written otherwise than as the words of the tables, and how the tables have it.
_REWRITTEN = (
    (re.compile(r"&(?:nbsp|thinsp|#160);"), "\u00a0"),
    (re.compile(r"\.{2,}|…"), " - "),
    (re.compile(r"\bу\.\s?е\b\.?|\bусловн\w+ единиц\w*"), "уе"),
    (re.compile(r"\bu\.\s?s\b\.?"), "us "),
    (re.compile(r"специальны\w+ прав\w* заимствования"), "сдр"),
    (re.compile(r"(?<![^\W\d_])тыр\b"), "тыс р"),
    (re.compile(r"\bз/?п\b|\bк (?:оплате|доплате|выплате|возврату)\b"), "оплата"),
    (re.compile(r"(?<=\bв размере )тысячи|(?<=\bв сумме )тысячи"), "тысяча"),
    (re.compile(r"\bф\.\s?ст\b\.?"), "фунтов"),
    (re.compile(r"\bнесколько(?=\s(?:более|больше|менее|меньше|выше|ниже)\b)"), "чуть"),
    (re.compile(r"(?<=папуа)\s?-\s?новой гвинеи|(?<=тринидада) и тобаго"), ""),
    # kopecks in contracts: «100=50 руб.», «12 000-00 руб.», «881 913-98 руб.»
    (re.compile(r"(?<=[0-9])=(?=[0-9]{2}(?![0-9]))"), ","),
    (re.compile(r"(?<=[0-9])-(?=00\s?[р₽(])|(?<=[0-9]{3})-(?=[0-9]{2}\s?р)"), ","),
    (re.compile(r"\bпол-?(?=(?:рубля|доллара|евро|фунта|гривны|копейки|цента)\b)"), "0,5 "),
    (re.compile(r"(?<=[0-9])[.,]-+(?!\s?[0-9])"), ""),  # «1 990,— руб.»
    (re.compile(r"(?<=[0-9])\s1/2(?=\s[^\W\d_])"), ",5"),
    (re.compile(r"(?<![0-9/])1/2(?=\s[^\W\d_])"), "0,5"),
    (re.compile(r"(?<=[0-9])\s?½"), ",5"),
    (re.compile(r"½"), "0,5 "),
    (re.compile(r"(?<=[0-9])-(?=миллион|миллиард|триллион|тысяч|млн|млрд|трлн|тыс)"), " "),
    (re.compile(r"(?<=[0-9])\s?¼"), ",25"),
    (re.compile(r"(?<=[0-9])\s?¾"), ",75"),
)
_AND = r"\s(?:и|или|либо)\s(?:{})(?=\s+[^\W\d_]|\W*$)"
# Comparisons that part a number from its magnitude or money, and the sign that goes to the front for them.
_PARTING = (
    (re.compile(r"\s+с\s+(?:лишним|лишком|небольшим|хвостиком|гаком)(?!\w)"), ">"),  # «два с лишним миллиона»
    (re.compile(r"(?<=[\w.])\+(?=\s?[^\W\d_])"), "≥"),  # «40+ млрд», «90 тыс.+ руб.»
    (re.compile(_AND.format("более|больше|выше|дороже")), "≥"),  # «300 и более долларов»
    (re.compile(_AND.format("менее|меньше|ниже|дешевле")), "≤"),
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−÷"), "-") | {0x00AD: ""}  # a soft hyphen is none
_TWINS = str.maketrans("aceopxyk", "асеорхук")
_MUTE = frozenset(".,;:!?\"'«»„“”‘’`*[]{}\u200b\u00ad\ufeff\u200e\u200f_")
_SIGNS = {
    "между": "B",
    "и": "&",
    "или": "?",
    "либо": "?",
    "по": "p",
    "-": "-",
    "/": "/",
    "(": "(",
    ")": ")",
    "+": "+",
}
_PREPOSITIONS = frozenset(
    {"на", "в", "во", "за", "из", "у", "при", "о", "об", "из-за", "под", "без", "per", "a"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """A sign of a gloss with what it stands for.

    `value` of a number or sum in the units of its currency; `magnitude` as in `Number`;
    `digits`: written in digits; `inverted`: «миллионов пять», which is about five; `closed`: money stands
    after it; `short`: its magnitude is an abbreviation that may be a measure («5 т», «3m»).
    """

    sign: str
    text: str = ""
    value: Decimal = Decimal(0)
    magnitude: int = 0
    currency: Currency | None = None
    digits: bool = False
    inverted: bool = False
    closed: bool = False
    short: bool = False


def read_gloss(text: str) -> list[Item]:
    """Return the items of a phrase; the gloss is their signs joined."""
    text = text.translate(_DASHES).lower()
    for pattern, plain in _REWRITTEN:
        text = pattern.sub(plain, text)
    items, place = [], 0
    for pattern, sign in _PARTING:
        text, found = pattern.subn(" ", text)
        items += [Item(sign)] * bool(found)
    text = _RUN.sub(_mended, text)
    for number in find_numbers(text, vague=True, money=True):
        items += _words(text[place : number.start])
        items.append(_number(text, number))
        place = number.end
    return [*items, *_words(text[place:])]


def _mended(match: re.Match[str]) -> str:
    """Return a word with its Latin look-alikes made Cyrillic, or cut in magnitude and money («млнруб»)."""
    word = match[0]
    if any("а" <= letter <= "я" for letter in word) and any(letter.isascii() for letter in word):
        word = word.translate(_TWINS)
    if numeral_symbol(word) or money_symbol(word):
        return word
    glued = _GLUED.fullmatch(word)
    if glued and read_currency(glued["money"]):
        return f"{glued['money']} {glued['preposition']}"
    for cut in range(1, len(word)):
        if len(word) - cut < 2 < cut - 2:
            break  # «миллионер» is no «миллионе р.»
        if numeral_symbol(word[:cut]).startswith("e") and read_currency(word[cut:]):
            return f"{word[:cut]} {word[cut:]}"
    return word


def _number(text: str, number: Number) -> Item:
    found = text[number.start : number.end]
    if number.ordinal:
        return Item("X", found)
    sign = ("G" if numeral_symbol(found).endswith("?") else "V") if number.vague else "N"
    short = bool(number.magnitude) and numeral_symbol(_LAST.findall(found)[-1]).endswith(("~", "!"))
    short = short and not _THOUSANDS.fullmatch(found)
    return Item(sign, found, number.value, number.magnitude, digits=number.digits, short=short)


def _words(text: str) -> Iterator[Item]:
    words = [word.replace("ё", "е") for word in _PIECE.findall(text) if word not in _MUTE]
    place = 0
    while place < len(words):
        compared = find_sign(words[place:])
        if compared:
            sign, length = compared
            yield Item(sign)
            place += length
            continue
        yield from _word(words[place])
        place += 1


def _word(word: str) -> Iterator[Item]:
    currency = read_currency(word)
    if currency:
        yield Item("@" if currency.state else "C", word, currency=currency)
    elif word in _SIGNS:
        yield Item(_SIGNS[word])
    elif word in _PREPOSITIONS:
        yield Item("P")
    elif money_symbol(word) != "neutral":
        yield Item("H" if money_symbol(word) == "subject" else "X", word)
