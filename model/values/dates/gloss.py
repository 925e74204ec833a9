"""The gloss of a phrase: its words as symbols and numbers, for the rules of dates to match.

«до конца 2-го кв. 2016 года» becomes `до END 2o QUARTER 2016 YEAR`. Words of the table `calendar` stand as
their symbols (`seeds/lexicon/calendar.tsv`), with `+` behind the plural of a word that says which one; other
words stay as they are, in lower case. Numbers: `16` in digits, `3w` in words, `25o` ordinal, `90e` with an
ending of the singular or the plural, `21m` in the locative, `90s` in the plural; `CLOCK` is a time of day.
Points, commas and colons are kept between numbers only, dashes and slashes everywhere.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from ie.values.numerals import find_numbers, roman
from ie.values.tables import read_table

_FOLDED = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"ё": "е", "\u00ad": None})
_TOKEN = re.compile(
    r"""
      (?P<clock>(?<![\d:.])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?!\d)
        (?:\s*\(?(?:z\b|(?:gmt|utc|мск|msk)\s*[+-]\d\d?(?![\d:])
          |(?:(?:gmt|utc|мск|msk)\s*)?[+-]\d\d:?\d\d(?!\d)|(?:мск|msk|gmt|utc|est|pdt)\b))?)
    | '(?P<short>\d\d)(?!\d)(?:\s*год[ауе]?\b)?
    | (?P<digits>\d+)(?:(?:-(?P<ending>[^\W\d_]{1,3})
        |(?P<glued>ого|ому|ом|ем|ым|им|го|му|ое|ые|ых|ый|м|х|й|е|st|nd|rd|th|s))(?![^\W\d_]))?
    | t(?=\d\d:?\d\d)
    | (?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)
    | ["«»“”„‟‘’'()\[\]{}<>|;!?…*_\s]
    | (?P<mark>.)
    """,
    re.VERBOSE,
)
# Which number an ordinal in digits is: singular, singular or plural, locative, plural.
_ENDINGS = {
    ending: kind
    for kind, endings in (
        ("o", "й ый ой ий я ая го ого его му ому ему ю ую ым им ое ее st nd rd th"),
        ("e", "е ые ие"),
        ("m", "м ом ем"),
        ("s", "х ых их ми ыми s"),
    )
    for ending in endings.split()
}
_WHICH = frozenset(
    {"THIS", "PREV", "FORMER", "PAST", "LAST", "BEFOREPREV", "NEXT", "NEAR", "COMING", "THAT", "SAME", "ALL"}
)
# Unlike «прошлый год» the one before may be that before a year told; in a longer phrase they say the same.
_FORMER_WORDS = ("предыдущ", "предшеств")
_FORMER = re.compile(r"(?:[а-я]{1,2} )?FORMER (?:DAY|WEEK|MONTH|QUARTER|HALF|YEAR)")
_PLURAL_ENDINGS = ("ие", "ые", "их", "ых", "ими", "ыми", "эти", "этих", "те", "тех")
_SURNAMES = frozenset({"мартов", "августов"})  # rather than months in the plural
_DROPPED = frozenset(
    {
        "же",
        "самом",
        "самого",
        "самому",
        "самый",
        "самой",
        "примерно",
        "около",
        "ровно",
        "рано",
        "поздно",
        "включительно",
    }
    | {"the", "of", "on"}
)
_ROMAN = re.compile(r"[ivxхі]+")
_CYRILLIC = re.compile("[а-яА-Я]")
_ENGLISH_DAY = re.compile(r"\b(M\d\d?) (\d\d?o?(?: - \d\d?o?(?! M))?)\b")  # «November 6» is no year
_BETWEEN_NUMBERS = frozenset(".,:")
_NUMBER = re.compile(r"\d+[a-z]?")
# What is one symbol although it is written as several words.
_JOINED = (
    (re.compile(r"\b(\d\d?) , (\d) (?=(?:YEARS?|MONTH|WEEK|CENTURY)\b)"), r"\1.\2w "),
    (re.compile(r"\b(\d+)w с HALFOF\b"), r"\1.5w"),
    (re.compile(r"(?<!до) (?:н э|нашей эры)$"), ""),
    (re.compile(r"\b(\d\d?)o? в$"), r"\1o CENTURY"),
    (re.compile(r"^YEAR (?:[а-я-]+ ){1,3}(?=\d\S* (?:M\d|\.))"), ""),  # «г. Москва, 7 ноября»
    (re.compile(r"^(\d\d) - (0\d|1[0-2]) - (\d\d)(?= CLOCK|$)"), r"\1 . \2 . \3"),  # 07-11-16
    (re.compile(r"\b(\d\d?) \1[ow]\b"), r"\1"),  # «7 (седьмое) ноября»
    (re.compile(r"\bCALENDAR (?=(?:\d\S* )?YEAR\b)"), ""),
    (re.compile(r"\b(M\d\d?) MONTH\b|\bMONTH (?=M\d)"), r"\1"),  # «в мае месяце»
    (re.compile(r"\b(M\d\d?) CLOCK (\d{4})$"), r"\1 \2"),  # as C prints the time
    (re.compile(r"\b0.25w CENTURY\b"), "25w YEARS"),
    (re.compile(r"(?<=\S )с YEAR\b"), "THIS YEAR"),  # «с. г.»
    (re.compile(r"\bTHAT AGO\b"), "AGO"),
    (re.compile(r"\b(?:пару|пара|пары)\b"), "2w"),
    (re.compile(r"\bнесколькими \w+ (?:EARLIER|LATER|AFTERWARDS)\b"), ""),
    (re.compile(r"\bне (?:LATER|позднее)\b(?: чем\b)?"), "до"),
    (re.compile(r"\bне EARLIER\b(?: чем\b)?"), "SINCE"),
    (re.compile(r"\bначиная (?:со?|от)\b"), "с"),
    (re.compile(r"\bвплоть до\b"), "до"),
    (re.compile(r"\b(MONTH|YEAR|WEEK|DAY|HALF) полтора\b"), r"\1 1.5w"),
    (re.compile(r"\bв YEAR$"), "YEAR"),
)


def gloss(text: str) -> str:
    """Return the gloss of a phrase; empty where nothing but punctuation is in it."""
    tokens = list(_words_joined(_scan(text.lower().translate(_FOLDED))))
    kept = [
        token
        for place, token in enumerate(tokens)
        if token not in _BETWEEN_NUMBERS or _between(tokens, place)
    ]
    while kept and kept[0] == "-":
        kept.pop(0)
    while kept and kept[-1] == "-":
        kept.pop()
    line = " ".join(kept)
    if not _CYRILLIC.search(text):
        line = _ENGLISH_DAY.sub(r"\2 \1", line)
    for pattern, symbol in _JOINED:
        line = pattern.sub(symbol, line)
    return line if _FORMER.fullmatch(line) else line.replace("FORMER", "PREV")


def _between(tokens: list[str], place: int) -> bool:
    around = tokens[max(0, place - 1) : place + 2]
    return len(around) == 3 and all(_NUMBER.fullmatch(token) for token in (around[0], around[2]))


def _scan(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the tokens of a folded text, each with whether it is a word that no table knows."""
    for match in _TOKEN.finditer(text):
        if match["clock"]:
            yield False, "CLOCK"
        elif match["short"]:
            yield from ((False, match["short"] + "o"), (False, "YEAR"))
        elif match["digits"]:
            yield from _digits(match["digits"], match["ending"], match["glued"])
        elif match["word"]:
            yield from _word(match["word"])
        elif match["mark"]:
            yield False, match["mark"]


def _digits(digits: str, ending: str | None, glued: str | None) -> Iterator[tuple[bool, str]]:
    kind = _ENDINGS.get(ending or glued or "")
    yield False, digits + (kind or "")
    if ending and kind is None:  # «2016-год»
        yield False, "-"
        yield from _word(ending)


def _word(word: str) -> Iterator[tuple[bool, str]]:
    symbol = read_table("calendar").get(word)
    if symbol and word not in _SURNAMES:
        if symbol == "PREV" and word.startswith(_FORMER_WORDS):
            symbol = "FORMER"
        yield False, symbol + ("+" if symbol in _WHICH and word.endswith(_PLURAL_ENDINGS) else "")
    elif "-" in word:
        first, _, rest = word.partition("-")
        yield from (*_word(first), (False, "-"), *_word(rest))
    elif _ROMAN.fullmatch(word) and (value := roman(word.upper())):
        yield False, f"{value}o"
    elif word == "c":  # a Latin letter where the preposition is meant
        yield False, "с"
    elif word not in _DROPPED:
        yield True, word


def _words_joined(tokens: Iterable[tuple[bool, str]]) -> Iterator[str]:
    """Yield the tokens with the numbers in words as one token each."""
    for unknown, run in groupby(tokens, key=lambda token: token[0]):
        words = [word for _, word in run]
        yield from (_with_numbers(words) if unknown else words)


def _with_numbers(words: list[str]) -> Iterator[str]:
    text, place = " ".join(words), 0
    for number in find_numbers(text):
        yield from text[place : number.start].split()
        yield _number(number.value, "o" if number.ordinal else "w")
        place = number.end
    yield from text[place:].split()


def _number(value: Decimal, kind: str) -> str:
    return f"{value.normalize():f}{kind}"
