"""The language in which the rules of dates are written: patterns over a gloss, with names for their parts."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from .anchor import Anchor
from .units import shifted

Production = Callable[["re.Match[str]", Anchor], str | None]

_WHICH_YEAR = {
    "THIS": 0,
    "PREV": -1,
    "PAST": -1,
    "LAST": -1,
    "BEFOREPREV": -2,
    "NEXT": 1,
    "COMING": 1,
    "NEAR": 1,
}
_ABSOLUTE = r"\d{4}[oem]?(?: YEAR)?(?: - YEAR)?|\d\d[om]?(?: YEAR)?"
# Parts of patterns: `<day>` is a group `day`; `<year?>` a year that may be missing, with the blank before it.
PARTS = {
    "day": r"\d{1,2}[oem]?",
    "month": r"M\d\d?",
    "mm": r"\d{1,2}o?",
    "yyyy": r"\d{4}",
    "yy": r"\d{4}|\d\d",
    "year": rf"(?:(?:THIS|PREV|PAST|NEXT|COMING|NEW|INNEW) )?(?:{_ABSOLUTE})"
    rf"|(?:{'|'.join(_WHICH_YEAR)}|THAT|INNEW) YEAR|(?:\d+w? )?YEARS? (?:AGO|EARLIER|LATER)|YEAR",
    "count": r"\d+(?:\.\d)?w?",
    "nth": r"\d{1,2}[oem]?",
    "season": "SP|SU|FA|WI",
    "weekday": r"W\d",
    "unit": "MINUTE|HALFHOUR|HOUR|DAY|FULLDAY|WEEK|MONTH|QUARTER|HALF|HALFYEAR|YEARS?|FIVEYEARS|TENYEARS"
    "|HALFCENTURY|CENTURY|HUNDREDYEARS",
    "which": "THIS|PREV|PAST|LAST|BEFOREPREV|NEXT|NEAR|COMING",
}
_NAME = re.compile(r"(?<!\?P)<(\w+)(\?)?>")


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, a pattern over the whole gloss, and what makes a period of what it matched.

    The production returns the notation of `ie.timex`; None where the rule does not hold after all. It raises
    `ValueError` with the reason where the words say a date that there is not.
    """

    name: str
    pattern: "re.Pattern[str]"
    produce: Production


def rule(name: str, pattern: str, produce: Production) -> Rule:
    """Return a rule with the parts of its pattern spelled out."""
    return Rule(name, re.compile(_NAME.sub(_spelled, pattern)), produce)


def first_match(rules: Sequence[Rule], gloss: str, anchor: Anchor) -> str | None:
    """Return what the first rule makes of a gloss that fits it whole."""
    for each in rules:
        match = each.pattern.fullmatch(gloss)
        made = match and each.produce(match, anchor)
        if made:
            return made
    return None


def _spelled(name: "re.Match[str]") -> str:
    group = f"(?P<{name[1]}>{PARTS[name[1]]})"
    return f"(?: {group})?" if name[2] else group


def number(text: str) -> int:
    """Return the number of a token of the gloss: 25 of `25o`, 11 of `M11`."""
    return int(text.strip("MWwoemsD"))


def amount(text: str | None) -> float:
    """Return the count of a token of the gloss, 1 where there is none."""
    return float(text.rstrip("w")) if text else 1


def full_year(digits: str, anchor: Anchor) -> str:
    """Return a year in four digits.

    Of two digits: the latest year with them that is not more than 19 years after the article's («98» is 1998,
    «35» in 2016 is 2035); without an article's date 1950 to 2049.
    """
    if len(digits) > 2:
        return digits.rjust(4, "0")
    latest = anchor.day.year + 19 if anchor.day else 2049
    return f"{latest - (latest - int(digits)) % 100:04}"


def year_of(phrase: str, anchor: Anchor) -> str | None:
    """Return the year that `<year>` matched: `XXXX` without the article's date, None of one not told."""
    absolute = re.search(r"(?<![\d.])(\d{2,4})[oem]?(?: YEAR)?(?: - YEAR)?$", phrase)
    if absolute and not re.search("AGO|EARLIER|LATER", phrase):
        return full_year(absolute[1], anchor)
    if phrase == "YEAR":
        return anchor.year()
    if phrase == "INNEW YEAR":
        return new_year(anchor)
    which, _, _ = phrase.partition(" ")
    if which == "THAT":
        last = anchor.last()
        return last.timex[:4] if last else None
    if which in _WHICH_YEAR:
        return anchor.year(_WHICH_YEAR[which])
    return _counted_year(phrase, anchor)


def _counted_year(phrase: str, anchor: Anchor) -> str:
    count = amount(phrase.partition("YEAR")[0].strip() or None)
    last = anchor.last() if not phrase.endswith("AGO") else None
    base: date | None = last.start if last and last.start else anchor.reference
    return shifted(base, "YEAR", count if phrase.endswith("LATER") else -count)[:4]


def new_year(anchor: Anchor) -> str:
    """Return «новый год» as a year: the one that begins next, or has just begun."""
    return anchor.year(1 if anchor.day and anchor.day.month > 6 and anchor.tense != "past" else 0)


def in_year(phrase: str | None, part: str, anchor: Anchor) -> str | None:
    """Return a part of the year that the phrase says; of the likeliest year where it says none."""
    if phrase is None:
        return anchor.place(part)
    year = year_of(phrase, anchor)
    return year and f"{year}-{part}"
