"""Holidays that have a fixed day: their names in the gloss, and month and day."""

import re

from .anchor import Anchor
from .grammar import Rule, in_year, rule, year_of

Match = re.Match[str]

# Of the holidays of several states with one name the Russian one; Nauryz by its first day in Kazakhstan.
_DAYS = {
    "01-01": r"NEW YEAR",
    "01-07": r"(?:ORTHODOX )?CHRISTMAS|CHRISTMAS христово",
    "01-14": r"OLD NEW YEAR",
    "01-25": r"TATIANA DAY|DAY студента|DAY российского студенчества",
    "02-14": r"DAY (?:SAINT|св) VALENTINE|DAY (?:всех )?LOVERS",
    "02-23": r"DAY DEFENDER FATHERLAND",
    "03-08": r"(?:международный |международного )?WOMEN DAY",
    "03-21": r"NAURYZ(?: мейрамы)?",
    "04-12": r"DAY COSMONAUTICS",
    "05-01": r"MAYDAY|(?:DAY|HOLIDAY) (?:SP и )?LABOUR|HOLIDAY SP и LABOUR",
    "05-09": r"DAY VICTORY",
    "06-12": r"DAY RUSSIA",
    "07-04": r"DAY INDEPENDENCE USA",
    "08-24": r"DAY INDEPENDENCE UKRAINE",
    "09-01": r"DAY KNOWLEDGE",
    "10-31": r"HALLOWEEN",
    "11-04": r"DAY (?:NATIONAL )?UNITY",
    "12-12": r"DAY CONSTITUTION",
    "12-16": r"DAY INDEPENDENCE KAZAKHSTAN",
    "12-24": r"(?:CANUN|EVE) CATHOLIC CHRISTMAS|CATHOLIC сочельник",
    "12-25": r"CATHOLIC CHRISTMAS",
    "12-31": r"CANUN NEW YEAR",
}


def _holiday(match: Match, anchor: Anchor) -> str | None:
    day = next(day for day in _DAYS if match[f"on{day.replace('-', '')}"])
    if day == "01-01" and match["year"] is None:
        return _new_year(anchor)
    return in_year(match["year"], day, anchor)


def _new_year(anchor: Anchor) -> str:
    """Return the nearest New Year's Day; without a tense the next one from July on."""
    if anchor.day and anchor.tense is None and anchor.day.month > 6:
        return f"{anchor.day.year + 1:04}-01-01"
    return anchor.place("01-01")


def _numbered_new_year(match: Match, anchor: Anchor) -> str | None:
    year = year_of(match["year"], anchor)
    return year and f"{year}-01-01"


def _may_holidays(match: Match, anchor: Anchor) -> str | None:
    """From Labour Day to Victory Day."""
    first = in_year(match["year"], "05-01", anchor)
    return first and f"{first}/{first[:5]}05-09"


_ANY = "|".join(f"(?P<on{day.replace('-', '')}>{name})" for day, name in _DAYS.items())
RULES: tuple[Rule, ...] = (
    rule("Новый 2017 год", r"NEW (?P<year>\d{4}[oe]? YEAR)", _numbered_new_year),
    rule("День Победы", rf"(?:HOLIDAY )?(?:{_ANY})<year?>", _holiday),
    rule("майские праздники", r"MAYS HOLIDAY<year?>", _may_holidays),
)
