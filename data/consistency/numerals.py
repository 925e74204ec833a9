"""Numerals of Russian in words and digits, read just well enough to compare a sum with its value."""

import re
from decimal import Decimal

_STEMS = """
ноль 0|нол 0|нул 0|один 1|одн 1|дв 2|тр 3|четыр 4|пят 5|шест 6|сем 7|восем 8|восьм 8|девят 9|десят 10
одиннадцат 11|двенадцат 12|тринадцат 13|четырнадцат 14|пятнадцат 15|шестнадцат 16|семнадцат 17
восемнадцат 18|девятнадцат 19|двадцат 20|тридцат 30|сорок 40|пятьдесят 50|пятидесят 50|шестьдесят 60
шестидесят 60|семьдесят 70|семидесят 70|восемьдесят 80|восьмидесят 80|девяност 90|ст 100|двест 200
двухсот 200|двумст 200|двухст 200|трист 300|трехсот 300|четырест 400|четырехсот 400|пятьсот 500
пятисот 500|шестьсот 600|шестисот 600|семьсот 700|семисот 700|восемьсот 800|восьмисот 800|девятьсот 900
девятисот 900|полтор 1.5|полутор 1.5|половин 0.5
"""
_PAIRS = (pair.split() for pair in _STEMS.strip().replace("\n", "|").split("|"))
_VALUES = {stem: Decimal(value) for stem, value in _PAIRS}
_NUMERAL = re.compile(
    rf"({'|'.join(sorted(_VALUES, key=len, reverse=True))})"
    r"(?:ь|и|ью|ем|емь|а|у|е|о|ы|ум|умя|ух|ех|емя|ьмя|ого|ому|ой|ом|им|их|ну|аста|иста)?"
)
_MAGNITUDES = (
    (r"тыс(?:яч\w*)?|тыщ\w*|thousand|k", 3),
    (r"млн|миллион\w*|mln|million|mn|m", 6),
    (r"млрд|миллиард\w*|bln|billion|bn", 9),
    (r"трлн|триллион\w*|trillion|tn", 12),
)
_VAGUE = re.compile(
    r"несколь\w+|пар[ауыо]й?|сот(?:ни|ен|ню|ня|ням|нями|нях)|десят(?:к\w+|ок)|мног\w+|считан\w+"
)


def numeral(word: str) -> Decimal | None:
    """Return the number that a lower-case word is, in any case form, or None."""
    match = _NUMERAL.fullmatch(word.replace("ё", "е"))
    return _VALUES[match[1]] if match else None


def magnitude(word: str) -> Decimal | None:
    """Return the factor that a lower-case word is («млрд», «полмиллиона»), or None."""
    half = word.startswith("пол") and len(word) > 6
    for pattern, power in _MAGNITUDES:
        if re.fullmatch(pattern, word.removeprefix("пол") if half else word):
            return Decimal(10) ** power / (2 if half else 1)
    return None


def is_vague(word: str) -> bool:
    """Return whether a lower-case word is a number that nobody knows («несколько», «сотни»)."""
    return _VAGUE.fullmatch(word) is not None


def digits(text: str) -> frozenset[Decimal]:
    """Return what a number in digits may mean: one dot or comma before three digits is read both ways."""
    plain = re.sub(r"[^\d.,]", "", text).strip(".,")
    marks = re.findall(r"[.,]", plain)
    readings = set()
    if len(marks) == 1:
        readings.add(Decimal(plain.replace(",", ".")))
    if len(marks) != 1 or re.search(r"^\d{1,3}[.,]\d{3}$", plain):
        readings.add(Decimal(re.sub(r"[.,]", "", plain)))
    if len(marks) > 1 and len(set(marks)) > 1:  # 1.250.000,50
        whole, _, part = plain.rpartition(marks[-1])
        readings.add(Decimal(f"{re.sub(r'[.,]', '', whole)}.{part}"))
    return frozenset(readings)
