"""Holidays that have a fixed day: their names in the gloss, and month and day."""

import re
from dataclasses import replace

from .anchor import Anchor
from .grammar import Rule, in_year, rule, year_of
from .tense import Tense

Match = re.Match[str]

# Of the holidays of several states with one name the Russian one; Nauryz by its first day in Kazakhstan.
_DAYS = {
    "01-01": r"NEW YEAR",
    "01-07": r"(?:ORTHODOX )?CHRISTMAS|CHRISTMAS христово",
    "01-06": r"(?:CHRISTMAS )?сочельник",
    "01-14": r"OLD NEW YEAR",
    "01-19": r"крещение(?: господне)?",
    "01-25": r"TATIANA DAY|DAY студента|DAY российского студенчества",
    "02-14": r"DAY (?:SAINT|св) VALENTINE|DAY (?:ALL\+ )?LOVERS",
    "02-23": r"DAY DEFENDER FATHERLAND",
    "03-08": r"(?:международный |международного )?WOMEN DAY",
    "03-21": r"NAURYZ(?: мейрамы)?",
    "04-01": r"DAY (?:смеха|дурака)",
    "04-12": r"DAY COSMONAUTICS",
    "05-01": r"MAYDAY|(?:DAY|HOLIDAY) (?:SP и )?LABOUR|HOLIDAY SP и LABOUR",
    "05-09": r"DAY VICTORY",
    "06-01": r"(?:международный |международного )?DAY защиты детей",
    "06-12": r"DAY (?:INDEPENDENCE )?RUSSIA",
    "06-22": r"DAY памяти и скорби",
    "07-04": r"DAY INDEPENDENCE USA",
    "08-02": r"DAY (?:вдв|воздушно - десантных войск)",
    "08-22": r"DAY (?:государственного )?флага(?: RUSSIA| российской федерации| рф)?",
    "08-24": r"DAY INDEPENDENCE UKRAINE",
    "09-01": r"DAY KNOWLEDGE",
    "10-05": r"DAY учителя",
    "10-31": r"HALLOWEEN",
    "11-04": r"DAY (?:NATIONAL )?UNITY",
    "12-12": r"DAY CONSTITUTION",
    "12-16": r"DAY INDEPENDENCE KAZAKHSTAN",
    "12-24": r"EVE CATHOLIC CHRISTMAS|CATHOLIC сочельник",
    "12-25": r"CATHOLIC CHRISTMAS",
}


def _holiday(match: Match, anchor: Anchor) -> str | None:
    day = _on(match)
    if day == "01-01" and match["year"] is None:
        return _new_year(anchor)
    return in_year(match["year"], day, anchor)


def _on(match: Match) -> str:
    return next(day for day in _DAYS if match[f"on{day.replace('-', '')}"])


def _new_year(anchor: Anchor) -> str:
    """Return the nearest New Year's Day; without a tense the next one from July on."""
    if anchor.day and anchor.tense is None and anchor.day.month > 6:
        return f"{anchor.day.year + 1:04}-01-01"
    return anchor.place("01-01")


def _numbered_new_year(match: Match, anchor: Anchor) -> str | None:
    year = year_of(match["year"], anchor)
    return year and f"{year}-01-01"


def _near_holiday(match: Match, anchor: Anchor) -> str | None:
    """«ближайший Новый год», «прошлое Рождество»: the next or the last one."""
    tense: Tense = "future" if match["which"] in ("NEAR", "NEXT", "COMING") else "past"
    if anchor.day:
        anchor = replace(anchor, pivot=anchor.day, tense=tense, strict=True)
    return anchor.place(_on(match))


def _new_year_holidays(match: Match, anchor: Anchor) -> str | None:
    """Return the days off from 1 to 8 January, by article 112 of the Russian Labour Code."""
    first = in_year(match["year"], "01-01", anchor)
    return first and f"{first}/{first[:5]}01-08"


def _may_holidays(match: Match, anchor: Anchor) -> str | None:
    """From Labour Day to Victory Day."""
    first = in_year(match["year"], "05-01", anchor)
    return first and f"{first}/{first[:5]}05-09"


_ANY = "|".join(f"(?P<on{day.replace('-', '')}>{name})" for day, name in _DAYS.items())
RULES: tuple[Rule, ...] = (
    rule("Новый 2017 год", r"NEW (?P<year>\d{4}[oe]? YEAR)", _numbered_new_year),
    rule("День Победы", rf"(?:HOLIDAY )?(?:{_ANY})(?: в(?= ))?<year?>", _holiday),
    rule("ближайший Новый год", rf"(?P<which>NEAR|NEXT|COMING|PREV|PAST|LAST) (?:{_ANY})", _near_holiday),
    rule(
        "новогодние каникулы",
        r"(?:новогодние|новогодних|новогодним|новогодними) HOLIDAY<year?>",
        _new_year_holidays,
    ),
    rule("майские праздники", r"MAYS HOLIDAY<year?>", _may_holidays),
)
