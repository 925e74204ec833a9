"""Rules for dates that are so many units away: «три года назад», «годом ранее», «ближайшие пять лет»."""

import re
from datetime import date

from ie.timex import GRAINS

from .anchor import Anchor
from .grammar import PARTS, Rule, amount, rule
from .units import UNITS, moved, shifted

Match = re.Match[str]

# Units of which the next ones are counted by the calendar: «следующие два квартала».
_OF_CALENDAR = frozenset({"DAY", "FULLDAY", "WEEK", "MONTH", "QUARTER", "HALF", "YEAR", "YEARS"})


def _last_units(match: Match, anchor: Anchor) -> str | None:
    """Return «последние десять лет»: back from the article's date."""
    return _stretch(match, anchor, -1)


def _near_units(match: Match, anchor: Anchor) -> str | None:
    """Return «ближайшие пять лет»: on from the article's date."""
    return _stretch(match, anchor, 1)


def _stretch(match: Match, anchor: Anchor, sign: int) -> str | None:
    unit, count = match["unit"], amount(match.groupdict().get("count"))
    if unit in ("HOUR", "MINUTE"):
        return None
    if anchor.day is None:
        return shifted(None, unit, 1)
    ends = sorted((anchor.day, moved(anchor.day, unit, sign * count)))
    grain = "month" if count % 1 else UNITS[unit].grain
    return f"{ends[0]}/{ends[1]}@{grain}"


def _next_units(match: Match, anchor: Anchor) -> str | None:
    """Return «следующие два года»: the two calendar years that follow."""
    return _calendar_units(match, anchor, 1)


def _previous_units(match: Match, anchor: Anchor) -> str | None:
    """Return «предыдущие два года»: the two calendar years before."""
    return _calendar_units(match, anchor, -1)


def _calendar_units(match: Match, anchor: Anchor, sign: int) -> str | None:
    unit, count = match["unit"], amount(match["count"])
    if unit not in _OF_CALENDAR or count % 1:
        return None
    first, last = sorted(shifted(anchor.reference, unit, sign * step) for step in (1, count))
    return first if first == last else f"{first}/{last}"


def _near_span(match: Match, anchor: Anchor) -> str | None:
    """Return «ближайшие 15–20 лет»: as far as the farther number."""
    return _stretch(match, anchor, 1 if match["which"].startswith(("NEAR", "NEXT", "COMING")) else -1)


def _ago(match: Match, anchor: Anchor) -> str | None:
    if match["unit"] == "YEARS" and match["count"] is None:
        return None
    return _counted(match, anchor.reference, -1)


def _earlier(match: Match, anchor: Anchor) -> str | None:
    """Return «годом ранее»: than what was told before, and as long as that was; else than the article."""
    unit, count = match["unit"], amount(match["count"])
    finer = GRAINS[: GRAINS.index(UNITS[unit].grain) + 1]
    last = anchor.last(
        lambda value: value.start is not None and not (anchor.day and value.start > anchor.day)
    )
    if last is None or last.grain not in finer:
        return _counted(match, anchor.reference, -1)
    if unit in ("YEAR", "YEARS") and last.grain != "day":
        return last.in_other_year(-int(count))
    return _counted(match, last.start, -1)


def _later(match: Match, anchor: Anchor) -> str | None:
    if anchor.last() is None and anchor.tense == "past":
        # «вспомнили спустя десять лет»: after what the text has not told, but when is now
        return shifted(anchor.reference, match["unit"], 0)
    return _counted(match, anchor.based(forward=False), 1)


def _through(match: Match, anchor: Anchor) -> str | None:
    return _counted(match, anchor.based(forward=True), 1)


def _counted(match: Match, base: date | None, sign: int) -> str | None:
    named = match.groupdict()
    first = shifted(base, match["unit"], sign * amount(named.get("count")))
    if not named.get("most"):
        return first
    ends = sorted((first, shifted(base, match["unit"], sign * amount(named["most"]))))
    return "/".join(ends) if ends[0] != ends[1] else first


def _mixed(match: Match, anchor: Anchor) -> str | None:
    """Return «год и два месяца назад», «через месяц и пять дней»: as long as the finer unit."""
    sign, base = -1, anchor.reference
    if match["on"]:
        sign, base = 1, anchor.based(forward=True)
    finer = UNITS[match["finer"]]
    if GRAINS.index(finer.grain) > GRAINS.index(UNITS[match["unit"]].grain):
        return None
    base = base and moved(base, match["unit"], sign * amount(match["count"]))
    return shifted(base, match["finer"], sign * amount(match["rest"]))


_MIXED = rf"(?:<count> )?<unit> (?:и )?(?P<rest>{PARTS['count']}) (?P<finer>{PARTS['unit']})"
RULES: tuple[Rule, ...] = (
    rule("год и два месяца назад", rf"{_MIXED} (?:AGO|(?P<on>AFTERWARDS))", _mixed),
    rule("через год и два месяца", rf"(?P<on>THROUGH|AFTERWARDS) {_MIXED}", _mixed),
    rule("последний год", r"(?:ALL )?LAST <unit>", _last_units),
    rule("последние полгода", r"(?:LAST|PAST|PREV)\+ (?P<unit>HALFYEAR|FULLDAY)", _last_units),
    rule("последние десять лет", r"(?:LAST|PAST)\+? <count> <unit>", _last_units),
    rule("десять последних лет", r"<count> (?:LAST|PAST)\+? <unit>", _last_units),
    rule("предыдущие два года", r"PREV\+? <count> <unit>", _previous_units),
    rule("два предыдущих года", r"<count> PREV\+? <unit>", _previous_units),
    rule("ближайший год", r"NEAR <unit>", _near_units),
    rule("ближайшие полгода", r"NEAR\+ (?P<unit>HALFYEAR|FULLDAY)", _near_units),
    rule("ближайшие пять лет", r"NEAR\+? <count> <unit>", _near_units),
    rule("пять ближайших лет", r"<count> NEAR\+? <unit>", _near_units),
    rule(
        "ближайшие 15–20 лет",
        r"(?P<which>NEAR|NEXT|COMING|LAST|PAST)\+ [\d.]+w? (?:- )?<count> <unit>",
        _near_span,
    ),
    rule("следующие два года", r"(?:NEXT|COMING)\+? <count> <unit>", _next_units),
    rule("два следующих года", r"<count> (?:NEXT|COMING)\+? <unit>", _next_units),
    rule("три года назад", r"(?:<count> )?<unit> AGO", _ago),
    rule("лет пять назад", r"<unit> <count> AGO", _ago),
    rule("две-три недели назад", r"<count> (?:-|или) (?P<most>[\d.]+w?) <unit> AGO", _ago),
    rule("годом ранее", r"(?:на )?(?:<count> )?<unit> EARLIER", _earlier),
    rule("годом позже", r"(?:<count> )?<unit> (?:LATER|AFTERWARDS)", _later),
    rule("спустя год", r"AFTERWARDS (?:<count> )?<unit>", _later),
    rule("через 4-5 лет", r"THROUGH <count> (?:-|или) (?P<most>[\d.]+w?) <unit>", _through),
    rule("через год", r"THROUGH (?:<count> )?<unit>", _through),
    rule("через месяц-полтора", r"THROUGH <unit> - 1.5w", _through),
    rule("лет через пять", r"<unit> THROUGH <count>", _through),
    rule("лет через шесть-семь", r"<unit> THROUGH <count> - (?P<most>[\d.]+w?)", _through),
)
