"""Rules for dates that name their place in the calendar: days, months, quarters, seasons, years, decades."""

import re
from datetime import date, timedelta

from ie.timex import parse_timex

from .anchor import Anchor
from .grammar import Rule, amount, full_year, in_year, number, rule, year_of
from .units import shifted

Match = re.Match[str]

# Years that a number alone may be: others need «год».
_BARE_YEARS = range(1500, 2200)


def _numeric_day(match: Match, anchor: Anchor) -> str | None:
    month, day = number(match["mm"]), number(match["day"])
    if match.groupdict().get("yy") is None:
        return anchor.place(f"{month:02}-{day:02}")
    return f"{full_year(match['yy'], anchor)}-{month:02}-{day:02}"


def _numeric_month(match: Match, _: Anchor) -> str | None:
    month, year = number(match["mm"]), int(match["yyyy"])
    return f"{year:04}-{month:02}" if 1 <= month <= 12 and year in _BARE_YEARS else None


def _day(match: Match, anchor: Anchor) -> str | None:
    return in_year(match["year"], f"{number(match['month']):02}-{number(match['day']):02}", anchor)


def _month(match: Match, anchor: Anchor) -> str | None:
    return in_year(match["year"], f"{number(match['month']):02}", anchor)


def _monthday(match: Match, anchor: Anchor) -> str | None:
    day = number(match["day"])
    return anchor.monthday(day) if 1 <= day <= 31 else None


def _day_of_which(match: Match, anchor: Anchor) -> str | None:
    step = {None: 0, "THIS": 0, "NEXT": 1, "COMING": 1}.get(match["which"], -1)
    return (
        f"{shifted(anchor.reference, 'MONTH', step)}-{number(match['day']):02}"
        if anchor.day
        else "XXXX-XX-XX"
    )


def _bare_ordinal(match: Match, anchor: Anchor) -> str | None:
    """Return «7-го» as a day; «четвёртом» behind a quarter is one too, «XVII» behind a century."""
    last = anchor.last()
    if last and last.grain == "century":
        return _century(match, anchor)
    if last and last.grain == "quarter" and "/" not in last.timex and 1 <= number(match["day"]) <= 4:
        return f"{last.timex[:-1]}{number(match['day'])}"
    return _monthday(match, anchor)


def _quarter(match: Match, anchor: Anchor) -> str | None:
    return _numbered("Q", 4, match, anchor)


def _half(match: Match, anchor: Anchor) -> str | None:
    return _numbered("H", 2, match, anchor)


def _numbered(letter: str, most: int, match: Match, anchor: Anchor) -> str | None:
    place = most if match["nth"] == "LAST" else number(match["nth"])
    if not 1 <= place <= most:
        raise ValueError(f"a year has {most} of them, not {place}")
    named = match.groupdict()
    if named.get("yy"):
        return f"{full_year(named['yy'], anchor)}-{letter}{place}"
    return in_year(named.get("year"), f"{letter}{place}", anchor)


def _first_half(_: Match, anchor: Anchor) -> str | None:
    return anchor.place("H1")


def _season(match: Match, anchor: Anchor) -> str | None:
    return in_year(match["year"], match["season"], anchor)


def _seasonal(match: Match, anchor: Anchor) -> str | None:
    return in_year(match["year"], match["season"][:2], anchor)


def _winter(match: Match, anchor: Anchor) -> str | None:
    first, last = int(match["yyyy"]), int(full_year(match["yy"], anchor))
    return f"{first:04}-WI" if last % 100 == (first + 1) % 100 else None


def _months_of_year(match: Match, anchor: Anchor) -> str | None:
    return _counted(match, anchor, 1)


def _quarters_of_year(match: Match, anchor: Anchor) -> str | None:
    return _counted(match, anchor, 3)


def _counted(match: Match, anchor: Anchor, months: int) -> str | None:
    """Return the months from the beginning of a year to its n-th month or quarter."""
    count = amount(match["count"]) * months
    if not 1 <= count <= 12 or count % 1:
        return None
    last = in_year(match["year"], f"{int(count):02}", anchor)
    return last and f"{last[:5]}01/{last}"


def _year(match: Match, anchor: Anchor) -> str | None:
    return year_of(match["year"], anchor)


def _bare_year(match: Match, _: Anchor) -> str | None:
    return match["yyyy"] if int(match["yyyy"]) in _BARE_YEARS else None


def _short_year(match: Match, anchor: Anchor) -> str | None:
    return full_year(match["yy"].rstrip("om"), anchor)


def _double_year(match: Match, _: Anchor) -> str | None:
    """«2016/17»: a season or a financial year, of two years that follow each other."""
    first, last = int(match["yyyy"]), match["yy"]
    return f"{first:04}/{first + 1:04}" if int(last) == (first + 1) % 10 ** len(last) else None


def _years(match: Match, _: Anchor) -> str | None:
    """«1941–45 годы»: the second year is of the century of the first."""
    first, last = int(match["yyyy"]), int(match["yy"]) % 100
    return f"{first:04}/{first - first % 100 + last:04}" if last > first % 100 else None


def _decade(match: Match, anchor: Anchor) -> str | None:
    digits = match["decade"]
    if digits[-1] != "0" and digits != "0":
        return None
    if len(digits) > 2:
        return f"{int(digits):04}"[:3] + "X"
    # Later than the twenties a decade without a century is the last century's until it has begun.
    latest = anchor.day.year if anchor.day else 2029
    year = 2000 + int(digits)
    return f"{year // 10 if year <= latest or int(digits) <= 20 else 190 + int(digits) // 10}X"


def _decade_of_century(match: Match, _: Anchor) -> str | None:
    century = 20 if match["century"].startswith("PREV") else number(match["century"].partition(" ")[0])
    return f"{century - 1:02}{int(match['decade']) // 10}X"


def _century(match: Match, _: Anchor) -> str | None:
    place = number(match[1])
    return f"{place - 1:02}XX" if 1 <= place <= 21 else None


def _third_of_month(match: Match, anchor: Anchor) -> str | None:
    """«первая декада января», «первые две декады», «двадцатых числах марта»."""
    tens = number(match["nth"]) if match["nth"] else 3
    month = in_year(match["year"], f"{number(match['month']):02}", anchor)
    if month is None or not 1 <= tens <= 3:
        return None
    first = 1 if "FIRSTS" in match[0] else 10 * tens - 9
    return f"{month}-{first:02}/{_day_of(month, 10 * tens if tens < 3 else 31)}"


def _twenties(match: Match, anchor: Anchor) -> str | None:
    tens = int(match["tens"])
    month = in_year(match["year"], f"{number(match['month']):02}", anchor)
    return month and f"{month}-{tens:02}/{_day_of(month, tens + 9)}"


def _first_days(match: Match, anchor: Anchor) -> str | None:
    month = _month_or_this(match, anchor)
    return month and f"{month}-01/{_day_of(month, number(match['count']))}"


def _day_of(month: str, day: int) -> str:
    """Return a day of a month, or the month's last one."""
    last = 31 if "X" in month else int((parse_timex(month).end or "")[-2:])
    return f"{month}-{min(day, last):02}"


def _month_or_this(match: Match, anchor: Anchor) -> str | None:
    if match["month"]:
        return in_year(match["year"], f"{number(match['month']):02}", anchor)
    return anchor.day.isoformat()[:7] if anchor.day else None


def _week_of_month(match: Match, anchor: Anchor) -> str | None:
    """«третья неделя октября»: a week is of its Thursday's month, as ISO 8601 has it of years."""
    month = _month_or_this(match, anchor)
    if month is None or "X" in month:
        return month and "XXXX-WXX"
    last = date.fromisoformat(_day_of(month, 31))
    weeks = [last.replace(day=day).isocalendar() for day in range(1, last.day + 1)]
    thursdays = [week for week in weeks if week.weekday == 4]
    place = number(match["nth"]) if match["nth"] else len(thursdays)
    if not 1 <= place <= len(thursdays):
        raise ValueError(f"{month} has {len(thursdays)} weeks, not {place}")
    return "{:04}-W{:02}".format(*thursdays[place - 1])


def _week_of_year(match: Match, anchor: Anchor) -> str | None:
    named = match.groupdict()
    year = named.get("yyyy") or year_of(named["year"], anchor)
    if year is None or "X" in year:
        return year and "XXXX-WXX"
    last = date(int(year), 12, 28).isocalendar().week  # which always is in the last week
    place = number(named["nth"]) if named["nth"] else last
    if not 1 <= place <= last:
        raise ValueError(f"{year} has {last} weeks, not {place}")
    return f"{year}-W{place:02}"


def _week_of_day(match: Match, anchor: Anchor) -> str | None:
    day = _day(match, anchor)
    return day and ("XXXX-WXX" if "X" in day else shifted(date.fromisoformat(day), "WEEK", 0))


def _weekday_of_month(match: Match, anchor: Anchor) -> str | None:
    """«первый понедельник октября», «последняя пятница ноября»; a weekend by its Saturday."""
    month = in_year(match["year"], f"{number(match['month']):02}", anchor)
    if month is None or "X" in month:
        return month and "XXXX-XX-XX"
    weekend = match["weekday"] == "WEEKEND"
    target = 6 if weekend else number(match["weekday"])
    last = date.fromisoformat(_day_of(month, 31))
    days = [last.replace(day=day) for day in range(1, last.day + 1)]
    fitting = [day for day in days if day.isoweekday() == target]
    place = {"LAST": 0, "LAST+": 0, "FIRSTS": 1}.get(match["which"]) if match["which"] else None
    place = number(match["nth"]) if place is None else place
    if place > len(fitting):
        raise ValueError(f"{month} has no {place} of them")
    day = fitting[place - 1]
    return f"{day}/{day + timedelta(days=1)}" if weekend else f"{day}"


RULES: tuple[Rule, ...] = (
    rule("2016-11-07", r"(?P<yy>\d{4}) ([-/.]) <mm> \2 <day>(?: YEAR)?", _numeric_day),
    rule("07.11.2016", r"<day> ([-/.]) <mm> \2 (?P<yy>\d{4})(?: YEAR)?", _numeric_day),
    rule("7.11.16", r"<day> ([/.]) <mm> \2 (?P<yy>\d\d)(?: YEAR)?", _numeric_day),
    rule("7-ноя-2016", r"<day> [-./] <month> [-./] (?P<year>\d{4}|\d\d)(?: YEAR)?", _day),
    rule("7/XI-2016", r"<day>(?: [-./])? (?P<mm>\d\d?o)(?: [-./])? <yy>(?: YEAR)?", _numeric_day),
    rule("20161107", r"(?P<yy>(?:19|20)\d\d)(?P<mm>0\d|1[0-2])(?P<day>[0-3]\d)(?: \d{4,6})?", _numeric_day),
    rule("07 11 2016", r"(?P<day>\d\d) (?P<mm>\d\d) (?P<yy>\d{4})(?: YEAR)?", _numeric_day),
    rule("07.11", r"(?P<day>\d\d?) \. (?P<mm>0\d|1[0-2])", _numeric_day),
    rule("07/11", r"(?P<day>\d\d) / (?P<mm>0\d|1[0-2])", _numeric_day),
    rule("11.2016", r"<mm> [./] <yyyy>(?: YEAR)?", _numeric_month),
    rule("11-2016", r"(?P<mm>0\d|1[0-2]) - <yyyy>(?: YEAR)?", _numeric_month),
    rule("7 ноября 2016 года", r"<day> <month>(?: ,)?<year?>", _day),
    rule("7 ноября, понедельник, 2016 год", r"<day> <month> W\d <year>", _day),
    rule("Nov-07-2016", r"<month> - <day> - (?P<year>\d{4})", _day),
    rule("March 7, 2016", r"<month> <day>(?: ,)? (?P<year>\d{4}(?: YEAR)?)", _day),
    rule("2016 года, 7 ноября", r"(?P<year>\d{4}[oe]?(?: YEAR)?)(?: ,)? <day> <month>", _day),
    rule("2016 ноябрь 7", r"(?P<year>\d{4}(?: YEAR)?) <month> <day>", _day),
    rule("ноябрь 2016", r"<month>(?: [-/])?<year?>", _month),
    rule("2016 ноябрь", r"(?P<year>\d{4}(?: YEAR)?) <month>", _month),
    rule("год назад, в ноябре", r"(?P<year>(?:\d+w? )?YEARS? AGO) (?:в )?<month>", _month),
    rule("16-го числа", r"<day> DATE", _monthday),
    rule(
        "1-го числа следующего месяца",
        r"<day> DATE (?:(?P<which>THIS|PREV|PAST|NEXT|COMING) )?MONTH",
        _day_of_which,
    ),
    rule("последний квартал 2016 года", r"(?P<nth>LAST) QUARTER <year>", _quarter),
    rule("второй квартал 2016 года", r"<nth> QUARTER<year?>", _quarter),
    rule("2016 год, второй квартал", r"(?P<year>\d{4}(?: YEAR)?)(?: [-,])? <nth> QUARTER", _quarter),
    rule("2016Q2", r"(?P<year>\d{4}) (?:- )?q (?:- )?<nth>", _quarter),
    rule("2К16", r"<nth> [кkq](?: -)? <yy>(?: YEAR)?", _quarter),
    rule("Q2 2016", r"(?:q|QUARTER) <nth>(?: -)?<year?>", _quarter),
    rule("первое полугодие 2016 года", r"<nth> (?:HALF|HALFYEAR)<year?>", _half),
    rule("2016 год, первое полугодие", r"(?P<year>\d{4}(?: YEAR)?)(?: [-,])? <nth> HALF", _half),
    rule("первая половина 2016 года", r"<nth> HALFOF <year>", _half),
    rule("1П 2016", r"<nth> [пhн] <yy>(?: YEAR)?", _half),
    rule("H1 2016", r"h <nth>(?: -)?<year?>", _half),
    rule("полугодие", r"HALF", _first_half),
    rule("весна 2016 года", r"<season>(?: -)?<year?>", _season),
    rule("2016 год, весна", r"(?P<year>\d{4}(?: YEAR)?)(?: ,)? <season>", _season),
    rule("летний сезон", r"(?P<season>(?:SP|SU|FA|WI)1) (?:SEASON|PERIOD|MONTH)<year?>", _seasonal),
    rule("зима 2008–2009 годов", r"WI <yyyy> [-/] <yy>(?: YEAR)?", _winter),
    rule("девять месяцев 2016 года", r"(?:FIRSTS )?<count> MONTH <year>", _months_of_year),
    rule("9М 2016", r"(?P<count>\d+)(?:m| [мm]) (?P<year>\d{4}|\d\d)(?: YEAR)?", _months_of_year),
    rule("первые девять месяцев", r"FIRSTS <count> MONTH<year?>", _months_of_year),
    rule("три квартала 2016 года", r"(?P<count>\d+w) QUARTER <year>", _quarters_of_year),
    rule("первые три квартала", r"FIRSTS <count> QUARTER<year?>", _quarters_of_year),
    rule("первый месяц 2016 года", r"(?P<month>\d\d?[oem]) MONTH <year>", _month),
    rule("первая декада января", r"(?:<nth>|LAST) DECADE <month><year?>", _third_of_month),
    rule("первые две декады января", r"FIRSTS (?P<nth>\d+)w? DECADE <month><year?>", _third_of_month),
    rule("двадцатые числа марта", r"(?P<tens>[12]0)[se] DATE <month><year?>", _twenties),
    rule("7 число ноября", r"<day> (?:DAY|DATE) <month><year?>", _day),
    rule("первые десять дней месяца", r"FIRSTS <count> DAY (?:MONTH|<month><year?>)", _first_days),
    rule("третья неделя октября", r"(?:<nth>|LAST) WEEK (?:(?:THIS )?MONTH|<month><year?>)", _week_of_month),
    rule("15-я неделя 2014 года", r"(?:<nth>|LAST) WEEK <year>", _week_of_year),
    rule("2014-W15", r"<yyyy> -? ?w <nth>", _week_of_year),
    rule("неделя с 7 ноября", r"WEEK (?:с )?<day> <month><year?>", _week_of_day),
    rule(
        "первый понедельник октября",
        r"(?:(?P<which>LAST\+?|FIRSTS)|<nth>) (?P<weekday>W\d|WEEKEND) (?:в )?<month><year?>",
        _weekday_of_month,
    ),
    rule("сезон 2016/17", r"(?:SEASON (?:- )?)?<yyyy> [/-] <yy>(?: FISCAL)?(?: YEAR| SEASON)?", _double_year),
    rule("1941–45 годы", r"<yyyy> - <yy> YEAR", _years),
    rule("2016-11", r"<yyyy> [-./] (?P<mm>0\d|1[0-2])", _numeric_month),
    rule("2016 финансовый год", r"(?P<year>\d{4}[oe]?) FISCAL YEAR", _year),
    rule("отчётный 2016 год", r"FISCAL (?P<year>\d{4}[oem]? YEAR)", _year),
    rule("год 2016-й", r"YEAR <yyyy>[om]?", _bare_year),
    rule("сезон 2016 года", r"SEASON (?:- )?<year>", _year),
    rule("2010-е годы", r"(?P<decade>\d+)[es](?: YEAR)?", _decade),
    rule(
        "90-е годы XX века",
        r"(?P<decade>\d0)[es] (?:YEAR )?(?P<century>(?:\d\d?o?|PREV) (?:CENTURY|HUNDREDYEARS))",
        _decade_of_century,
    ),
    rule("XX век", r"<nth> (?:CENTURY|HUNDREDYEARS)", _century),
    rule(
        "2016 год", r"(?P<year>(?:(?:THIS|PREV|PAST|NEXT|COMING|NEW|INNEW|ALL) )?\d{3,4}[oem]? YEAR)", _year
    ),
    rule("98-й год", r"(?P<yy>\d\d[om]|3[2-9]|[4-9]\d) YEAR", _short_year),
    rule("2016", r"<yyyy>[oem]?", _bare_year),
    rule("в 98-м", r"(?P<yy>\d\d)m", _short_year),
    rule("девяносто восьмой", r"(?P<yy>3[2-9]|[4-9]\d)o", _short_year),
    rule("7-го", r"(?P<day>\d\d?)[oe]", _bare_ordinal),
)
