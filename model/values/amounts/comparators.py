"""Words of comparison: what they make of a sum, before it, after it and in the text around a span."""

import re
from collections.abc import Sequence

# One sign a meaning: `≥` and `≤` stand for >= and <=; F, f and T for the bounds «от», «с» and «до».
_WRITTEN = {
    ">": "более|больше|свыше|выше|сверх|дороже|>|over",
    "≥": "не менее|никак не менее|не меньше|не ниже|не дешевле|минимум|как минимум|минимально|по меньшей мере"
    "|по крайней мере|самое меньшее|начиная от|начиная с|>=|≥|⩾|=>",
    "<": "менее|меньше|ниже|дешевле|<",
    "≤": "не более|не больше|не свыше|не сверх|не выше|не дороже|максимум|как максимум|максимально|от силы"
    "|самое большее|в пределах|<=|≤|⩽|=<",
    "~": "около|порядка|порядком|почти|почти что|примерно|приблизительно|ориентировочно|предположительно"
    "|условно|оценочно|практически|где-то|где то|в районе|без малого|едва не|едва ли не|чуть ли не"
    "|чуть не|около того|плюс-минус|плюс минус|что-то около|грубо говоря|прим|прибл|ок|~|≈|∼|±"
    "|about|approximately|ca",
    "F": "от",
    "f": "с|со",
    "T": "до|вплоть до",
}
_SIGNS = {tuple(phrase.split()): sign for sign, phrases in _WRITTEN.items() for phrase in phrases.split("|")}
_LONGEST = max(map(len, _SIGNS))
_BOUNDS = frozenset("FfT")
# They measure a comparison and change nothing in it: «чуть более», «значительно меньше».
_MEASURES = frozenset(
    {"чуть", "немного", "немногим", "заметно", "значительно", "гораздо", "намного", "существенно", "явно"}
)
# «больше на 5 млн» is a difference; only with «чем» or a genitive do they compare.
_DEGREES = frozenset({"более", "больше", "выше", "менее", "меньше", "ниже", "дороже", "дешевле"})
# In front of a span they tell where a price went («упала ниже [80 долларов]»): that is no comparison of
# the sum.
_ARRIVALS = frozenset({"выше", "ниже", "дороже", "дешевле"})
_PREPOSITIONS = frozenset({"на", "в", "во", "за", "по", "с", "со", "из", "о", "к", "до", "от", "у", "при"})
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[<>]=|=[<>]|[^\w\s]")
_AFTER = re.compile(
    r"\s*(?:и|или|либо) (?:(?P<more>более|больше|выше|дороже)|менее|меньше|ниже|дешевле)(?!\w)"
)
_NOT_OVER = "превы"  # «не превышает», «не превышающей»
_BEFORE = 80  # characters in front of a span that can hold a comparison


def find_sign(words: Sequence[str]) -> tuple[str, int] | None:
    """Return the sign of the longest comparison that words in lower case start with, and its length."""
    if words[:1] == ["не"] and words[1:2] and words[1].startswith(_NOT_OVER):
        return "≤", 2
    if words and words[0] in _MEASURES and len(words) > 1:
        measured = find_sign(words[1:2] if words[1] in _DEGREES else ())
        if measured:
            return measured[0], 2 + (words[2:3] == ["чем"])
    for length in range(min(_LONGEST, len(words)), 0, -1):
        sign = _SIGNS.get(tuple(words[:length]))
        if sign:
            return sign, length + (words[length : length + 1] == ["чем"])
    return None


def sign_before(text: str) -> str:
    """Return the sign of the comparison that the text in front of a span ends with, else empty.

    A preposition may stand between («примерно на», «более чем в»). A lone «до», «от» or «с» tells where a
    change ends or starts, not how the sum compares.
    """
    near = text[-_BEFORE:].lower().replace("ё", "е").replace(", чем", " чем")
    words = _WORD.findall(near)
    parted = words[-1:] and words[-1] in _PREPOSITIONS
    return (_ending(words[:-1], alone=False) if parted else "") or _ending(words, alone=True)


def sign_after(text: str) -> str:
    """Return the sign of «и выше» or «и менее» that the text after a span starts with, empty for none."""
    match = _AFTER.match(text)
    return ("≥" if match["more"] else "≤") if match else ""


def _ending(words: Sequence[str], *, alone: bool) -> str:
    compared = words[-1:] == ["чем"]
    words = words[: len(words) - compared]
    for length in range(min(_LONGEST, len(words)), 0, -1):
        sign = _SIGNS.get(tuple(words[-length:]), "")
        if sign and sign not in _BOUNDS:
            unsure = words[-1] in (_ARRIVALS if alone else _DEGREES)
            return "" if unsure and not compared and (length == 1 or not alone) else sign
    return ""
