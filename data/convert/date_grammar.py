"""What a date looks like in Russian news: a list of named patterns, the longest match at a place wins.

Patterns describe spans as the guidelines cut them: without the preposition that governs them, with the
words that narrow them. A pattern is `safe` where what it matches is a date in any context, so that a
mention that a corpus left bare can be added.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

S = r"[ \u00a0\u2009\u202f]+"
_OPT = r"[ \u00a0\u2009\u202f]*"
_DASH = rf"{_OPT}[-–—−]{_OPT}"
_L = r"(?<![\w])"
_R = r"(?![\w])"

_MONTH = (
    r"(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:ь|я|ю|е|ем|ём)|(?:март|август)(?:а|у|е|ом)?"
    r"|ма(?:й|я|ю|е|ем))(?!\w)"
)
_MONTH_SHORT = r"(?:янв|февр?|мар|апр|июн|июл|авг|сент?|окт|нояб?|дек)(?:\.|(?!\w))"
_WEEKDAY = (
    r"(?:(?:понедельник|вторник|четверг)(?:а|у|е|ом)?|(?:сред|пятниц|суббот)(?:а|у|ы|е|ой|ей)"
    r"|воскресень(?:е|я|ю|ем))(?!\w)"
)
_SEASON = r"(?:весн(?:а|ы|е|у|ой)|лет(?:о|а|у|е|ом)|осен(?:ь|и|ью)|зим(?:а|ы|е|у|ой))(?!\w)"
_YEAR_WORD = r"(?:год(?:а|у|е|ом)?(?!\w)|г\.|г(?!\w))"
_YEARS_WORD = r"(?:год(?:ы|ов|ах|ам|ами)(?!\w)|гг\.|гг(?!\w))"
_Y4 = r"(?:1[0-9]|20)\d\d"
_YEAR_ORDINAL = rf"(?<![\w.,/:-]){_Y4}-?(?:ого|го|ый|ом|й|м|му|ому|е)(?!\w)"
_YEAR_STEM = rf"(?<![\w:-]){_Y4}(?:-(?:ого|го|ый|ом|й|м|му|ому))?"
_YEAR_FULL = rf"(?:{_YEAR_STEM}{_OPT}{_YEAR_WORD})"
_YEAR = rf"(?:{_YEAR_FULL}|{_YEAR_ORDINAL}|(?<![\w.,/:-]){_Y4}(?![\w/:%]|[.,]\d|{_OPT}[-–—]\d))"
_ENDING = r"(?:ый|ий|ой|ого|его|ому|ему|ым|им|ом|ем|ая|яя|ую|юю|ей|ое|ее|ые|ие|ых|их|ыми|ими)"
_REL = (
    r"(?:(?:поза)?прошл|нынешн|текущ|следующ|будущ|минувш|прошедш|предыдущ|предшествующ|наступивш|наступающ|грядущ"
    rf"|предстоящ|истекш|уходящ|ближайш|последн|позапрошл){_ENDING}(?!\w)"
)
_THIS = r"эт(?:от|ого|ому|им|ом|а|ой|у|и|их|ими)(?!\w)|сего(?!\w)"
_SAME = rf"(?:т(?:от|ого|ому|ем|ом|а|ой|у|е|ех)|эт(?:от|ого|ому|им|ом|а|ой|у|и|их)){S}же(?!\w)"
_ANALOG = rf"аналогичн{_ENDING}(?!\w)|соответствующ{_ENDING}(?!\w)"
_ANCHOR = rf"(?:{_REL}|{_THIS}|{_SAME})"
_ONE_YEAR = r"(?:год(?:а|у|е|ом)?(?!\w)|г\.)"
_REL_YEAR = rf"(?:{_ANCHOR}{S}(?:(?:финансов|календарн|учебн|хозяйственн|отчетн){_ENDING}{S})?{_ONE_YEAR}|[стн]\.{_OPT}г\.)"
_OF_YEAR = rf"(?:{_YEAR}|{_REL_YEAR})"
_ORDINAL = (
    r"(?:(?:перв|втор|четв[её]рт|последн)(?:ый|ой|ого|его|ому|ему|ым|им|ом|ем|ая|яя|ую|юю|ей|ое|ее|ых|их|ые|ие)"
    r"|трет(?:ий|ьего|ьему|ьим|ьем|ья|ьей|ью|ье)|I{1,3}V?|IV|[1-4](?:-?(?:й|м|го|ом|му|ый|ой|е|я|ю))?)(?!\w)"
)
_DAY = r"(?<![\w.,:/№-])(?:[0-2]?\d|3[01])(?:-(?:го|е|му|ого|ое|м))?(?!\w)"
_NUMBER = (
    r"(?:\d+(?:[,.]\d+)?(?:-(?:ти|х|и|ми))?|од(?:ин|ну|ного|ной|ним)|дв(?:а|е|ух|умя)|тр(?:и|[её]х|емя)|четыр(?:е|[её]х|ьмя)"
    r"|(?:пят|шест|сем|восьм|девят|десят|одиннадцат|двенадцат|пятнадцат|двадцат|тридцат)(?:ь|и|ью)|восемь|полутор[аы]"
    r"|полтор[аы]|сорока?|пятьдесят|сто|несколько|нескольк(?:их|ими)|пару|много|тысяч[ау]?)(?!\w)"
)
_UNIT = (
    r"(?:год(?:а|у|ом|ы|ов|ах|ами)?|лет|месяц(?:а|у|ем|ы|ев|ами|ах)?|недел(?:я|и|ю|е|ь|ей|ями|ях)"
    r"|д(?:ень|ня|ню|н[её]м|ни|ней|нями|нях)|сут(?:ки|ок)|квартал(?:а|у|ом|ы|ов|ах)?|полгода|полугоди(?:е|я|й|ю|и)"
    r"|десятилети(?:е|я|й|ю|и|ем)|век(?:а|у|ом|ов|е)?|столети(?:е|я|й|ю|и|ем))(?!\w)"
)
_SPAN_UNIT = (
    rf"(?:{_UNIT}|сезон(?:а|у|е|ом|ы|ов|ах)?(?!\w)|период(?:а|у|е|ом)?(?!\w)|выходн(?:ые|ых|ым|ыми|ой|ого)(?!\w)"
    rf"|уик-?энд(?:а|у|е|ом)?(?!\w)|пятилетк[аиуе](?!\w)|декад[аыуе](?!\w)|{_SEASON}|{_MONTH}|{_WEEKDAY})"
)
_KIND_OF = rf"(?:(?:финансов|календарн|учебн|отчетн|отчётн|рабоч|торгов|маркетингов){_ENDING}{S})?"

_NUMERIC = (
    r"(?<![\w.,/:-])(?:[0-3]?\d[./][01]?\d[./](?:19|20)\d\d|(?:19|20)\d\d[-./][01]\d[-./][0-3]\d)"
    rf"(?![\w/-]|\.\d)(?:{_OPT}{_YEAR_WORD})?"
)
_DECADE = (
    rf"(?:(?<![\w.,/:-])(?:{_Y4[:-2]}\d0|\d0)-(?:х|е|ми|м)(?!\w)(?:{S}(?:{_YEARS_WORD}))?"
    rf"|(?:девяност|восьмидесят|семидесят|шестидесят|двухтысячн|нулев)(?:ые|ых)(?!\w)(?:{S}{_YEARS_WORD})?)"
)
_CENTURY = (
    rf"(?:(?:{_L}[IVXХ]{{1,5}}(?:{_DASH}[IVXХ]{{1,5}})?(?:-(?:го|м|й))?|(?<![\w,.-])[12]?\d(?:-?(?:го|м|й|ом))?"
    rf"|{_ANCHOR}|(?:восемнадцат|девятнадцат|двадцат)(?:ого|ом|ый)(?:{S}перв(?:ого|ом|ый))?){S}"
    r"(?:век(?:а|е|у|ов|ом|ах)?|в\.|вв\.|столети(?:я|и|е|ю|й))(?!\w))"
)

# "1 сентября", "сентябрь", "осень", with their year; the base of everything else
_DAY_DATE = rf"(?:{_DAY}{S}(?:{_MONTH}|{_MONTH_SHORT})(?:,?{S}(?:{_OF_YEAR}))?)"
_MONTH_DATE = rf"(?:(?:{_REL}{S}|{_THIS}{S})?{_L}{_MONTH}(?:{S}(?:{_OF_YEAR}))?)"
_SEASON_DATE = rf"(?:(?:{_ANCHOR}{S})?{_L}{_SEASON}(?:{S}(?:{_OF_YEAR}))?)"
_WEEKDAY_DATE = (
    rf"(?:(?:{_ANCHOR}{S})?{_L}{_WEEKDAY}(?:(?:,{_OPT}|{S}|{_OPT}\({_OPT})(?:{_DAY_DATE}|{_NUMERIC}))?"
    rf"(?:{S}(?:{_ANCHOR}){S}недели)?)"
)
_QUARTER_HEAD = (
    rf"(?:{_ORDINAL}{S}(?:{_DASH}{S})?(?:квартал(?:а|у|е|ом|ы|ов|ах)?|кв\.|полугоди(?:е|я|ю|и|ем)|половин(?:а|ы|е|у|ой)"
    rf"|трет[ьи]|четверт[ьи]|декад[аыуе])(?!\w))"
)
_PART_HEAD = rf"(?:{_ORDINAL}{S}(?:недел[яиюе]|д(?:ень|ня|н[её]м|не)|месяц(?:а|у|е|ем)?|числа[х]?)(?!\w))"
_ALSO_QUARTER = rf"(?:{_ORDINAL}(?:{_DASH}|{S}и{S})(?={_ORDINAL}))?"
_FIRST_MONTHS = (
    rf"(?:(?:перв|последн)(?:ые|ых|ым|ие|их)(?!\w)(?:{S}{_NUMBER})?{S}(?:месяц(?:а|ы|ев|ах|ам)|недел[иьях]+|дн(?:и|ей|я|ях)"
    r"|квартал(?:а|ы|ов)|лет|год(?:а|ы))(?!\w))"
)
_COUNT_MONTHS = rf"(?:{_NUMBER}{S}(?:месяц(?:а|ев|ам|ах)|недель|недели|дн(?:я|ей)|квартал(?:а|ов))(?!\w))"
_BARE_PART = rf"(?:год(?:а)|месяца|недели|века|столетия|сезона|дня|квартала|полугодия|десятилетия)(?!\w)"
_PERIOD_WHOLE = (
    rf"(?:{_DAY_DATE}|{_MONTH_DATE}|{_SEASON_DATE}|{_YEAR}|{_REL_YEAR}|{_DECADE}(?:{S}{_CENTURY})?|{_CENTURY}"
    rf"|{_ANCHOR}{S}{_KIND_OF}{_SPAN_UNIT}(?:{S}{_OF_YEAR})?)"
)
_QUARTER = rf"(?:{_ALSO_QUARTER}{_QUARTER_HEAD}(?:{S}(?:{_PERIOD_WHOLE}|{_BARE_PART}))?)"
_QUARTER_ANCHORED = rf"(?:{_ALSO_QUARTER}(?:{_QUARTER_HEAD}|{_PART_HEAD}){S}(?:{_PERIOD_WHOLE}|{_BARE_PART}))"
_PERIOD = rf"(?:{_PERIOD_WHOLE}|{_QUARTER}|{_QUARTER_ANCHORED})"
_EDGE = r"(?:сам(?:ом|ого|ому|ый|ое|ым){_S})?(?:начал(?:о|а|е|у|ом)|кон(?:ец|ца|це|цу|цом)|середин(?:а|ы|е|у|ой)|исход[еау]?)(?!\w)".replace(
    "{_S}", S
)
_MODIFIED = rf"(?:{_L}{_EDGE}(?:{_DASH}{_EDGE})?{S}(?:{_PERIOD}|{_BARE_PART}))"
_YEARS = (
    rf"(?:(?<![\w.,/:-]){_Y4}(?:-(?:го|м|й|му|ом))?(?:(?:{_DASH}|/|,{S}|{S}(?:и|или){S}){_Y4}(?:-(?:го|м|й|му|ом))?)+"
    rf"{_OPT}{_YEARS_WORD})"
)
_YEARS_SHORT = rf"(?:(?<![\w.,/:-]){_Y4}[-–—/]\d\d(?!\d){_OPT}(?:{_YEARS_WORD}|{_YEAR_WORD}))"
_POINT = rf"(?:{_MODIFIED}|{_WEEKDAY_DATE}|{_NUMERIC}|{_PERIOD})"
_SHORT_POINT = rf"(?:{_POINT}|{_DAY}|\d\d-[хйе](?!\w)|\d\d(?:-(?:го|м|й))(?!\w))"
_END_POINT = rf"(?:{_YEARS}|{_POINT}|(?:сегодня|завтра|вчера)(?!\w)|{_Y4}{S}{_YEARS_WORD}|{_DAY}{S}(?:{_ONE_YEAR}|числа))"
_PART_OF_DAY = (
    rf"(?:(?:ранн(?:им|ей){S}|поздн(?:им|ей){S}|поздно{S}|рано{S})?(?:утром|вечером|ночью|дн[её]м)(?!\w)"
    rf"|ноч(?:ь|и){S}на(?!\w)|ночь{S}со?{S}{_DAY}{S}на(?!\w)|полдень|полночь)"
)
_CLOCK = rf"(?:,?{S}[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?!\w)(?:{S}(?:мск|МСК|UTC|GMT)(?!\w))?)"
_TODAY = r"(?:сегодня|вчера|завтра|позавчера|послезавтра)(?!\w)"
_MON = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to write a date: what it is called in reports, what it matches, whether that is always a date."""

    name: str
    source: str
    safe: bool = True

    def compile(self) -> re.Pattern[str]:
        """Return the compiled pattern; case does not matter."""
        return re.compile(self.source, re.IGNORECASE)


_IN = rf"(?<=\bв{chr(160)})|(?<=\bв )|(?<=\bво )"

PATTERNS = (
    Pattern(
        "RFC 2822 line",
        rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{{1,2}} {_MON} \d{{4}} \d\d:\d\d(?::\d\d)?(?: (?:[+-]\d{{4}}|GMT|UTC))?",
    ),
    Pattern("day and month", rf"{_DAY_DATE}"),
    Pattern("numeric date", rf"{_NUMERIC}{_CLOCK}?"),
    Pattern("date and clock time", rf"(?:{_DAY_DATE}|{_TODAY}){_CLOCK}"),
    Pattern("year with its word", rf"{_YEAR_FULL}"),
    Pattern("years with their word", rf"{_YEARS}"),
    Pattern("short years", _YEARS_SHORT),
    Pattern("month and year", rf"(?:{_REL}{S}|{_THIS}{S})?{_L}{_MONTH}{S}(?:{_OF_YEAR})"),
    Pattern("month", rf"{_MONTH_DATE}", safe=False),
    Pattern(
        "month after a preposition",
        rf"(?<=[вВ][ \u00a0])(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр|март|август)е|мае)(?!\w)",
    ),
    Pattern("season and year", rf"(?:{_ANCHOR}{S})?{_L}{_SEASON}{S}(?:{_OF_YEAR})"),
    Pattern("season", rf"{_SEASON_DATE}", safe=False),
    Pattern("weekday and date", rf"{_L}{_WEEKDAY}(?:,{_OPT}|{S}|{_OPT}\({_OPT}){_DAY_DATE}{_CLOCK}?"),
    Pattern("weekday", rf"{_WEEKDAY_DATE}(?:{S}{_PART_OF_DAY})?", safe=False),
    Pattern(
        "weekday after a preposition",
        r"(?<=[вВ][ \u00a0])(?:понедельник|среду|четверг|пятницу|субботу|воскресенье)(?!\w)|(?<=[вВ]о[ \u00a0])вторник(?!\w)",
    ),
    Pattern("day word", rf"{_L}{_TODAY}(?:{S}{_PART_OF_DAY})?(?:,{_OPT}(?:{_WEEKDAY_DATE}|{_DAY_DATE}|{_NUMERIC}))?{_CLOCK}?"),
    Pattern("day word as adjective", rf"{_L}(?:сегодняшн|вчерашн|завтрашн){_ENDING}{S}д(?:ень|ня|ню|н[её]м|не)(?!\w)"),
    Pattern("eve", rf"{_L}накануне(?!\w)(?:{S}{_PART_OF_DAY})?(?:,{_OPT}(?:{_WEEKDAY_DATE}|{_DAY_DATE}))?", safe=False),
    Pattern("part of the day", rf"{_L}{_PART_OF_DAY}{S}(?:(?:в|во){S})?(?:{_DAY_DATE}|{_WEEKDAY_DATE}|{_NUMERIC})"),
    Pattern("date and part of the day", rf"(?:{_DAY_DATE}),?{S}(?:утром|вечером|ночью|дн[её]м)(?!\w)"),
    Pattern("anchored year", rf"{_L}{_REL_YEAR}"),
    Pattern("anchored period", rf"{_L}{_ANCHOR}(?:{S}{_NUMBER})?{S}{_KIND_OF}{_SPAN_UNIT}(?:{S}{_OF_YEAR})?", safe=False),
    Pattern(
        "like period",
        rf"{_L}(?:{_ANALOG}|{_SAME}){S}(?:период|месяц|квартал|недел|полугоди|показател)\w*(?:{S}(?:{_OF_YEAR}|{_MONTH_DATE}))?",
        safe=False,
    ),
    Pattern("quarter", rf"{_L}{_QUARTER}", safe=False),
    Pattern(
        "quarter of a year",
        rf"{_L}{_ALSO_QUARTER}{_ORDINAL}{S}(?:квартал(?:а|у|е|ом|ы|ов|ах)?|кв\.|полугоди(?:е|я|ю|и|ем)|половин(?:а|ы|е|у|ой))"
        rf"{S}(?:{_OF_YEAR}|{_MONTH_DATE}|года(?!\w)|месяца(?!\w)|{_CENTURY}|{_DECADE})",
    ),
    Pattern("months of a year", rf"{_L}(?:{_FIRST_MONTHS}{S}(?:{_PERIOD_WHOLE}|{_BARE_PART})|{_COUNT_MONTHS}{S}{_OF_YEAR})"),
    Pattern("edge of a period", rf"{_MODIFIED}"),
    Pattern("decade", rf"{_DECADE}(?:{S}{_CENTURY})?", safe=False),
    Pattern("decade with its word", rf"(?<![\w.,/:-])(?:{_Y4[:-2]}\d0|\d0)-(?:х|е|ми|м){S}{_YEARS_WORD}"),
    Pattern("century", rf"{_CENTURY}", safe=False),
    Pattern("roman century", rf"{_L}(?-i:[IVXХ]{{1,5}}){S}(?:век(?:а|е|у|ов|ом)?|столети(?:я|и|е))(?!\w)"),
    Pattern("year ordinal", rf"{_YEAR_ORDINAL}"),
    Pattern("bare year", rf"{_YEAR}", safe=False),
    Pattern("year in brackets", rf"(?<=\()(?:19|20)\d\d(?:{_DASH}(?:19|20)\d\d)?(?=\))"),
    Pattern("range with prepositions", rf"{_L}(?:со?|от){S}{_SHORT_POINT}{S}(?:по|до){S}{_END_POINT}"),
    Pattern("range", rf"(?:{_MODIFIED}|{_PERIOD}){_DASH}(?:{_MODIFIED}|{_PERIOD_WHOLE})"),
    Pattern("range of years", rf"(?<![\w.,/:-]){_Y4}(?:[-–—/]|{S}[–—]{S}){_Y4}(?![\w-]|[.,]\d)", safe=False),
    Pattern("range of days", rf"(?<![\w.,:/№-])[0-3]?\d(?:{_DASH}|{S}и{S}|,{S})[0-3]?\d{S}{_MONTH}(?:{S}(?:{_OF_YEAR}))?"),
    Pattern("range of months", rf"{_L}{_MONTH}{_DASH}{_MONTH}(?:{S}(?:{_OF_YEAR}))?"),
    Pattern("season of years", rf"{_L}сезон(?:а|е|у|ом|ы|ов|ах)?(?:{S}|-){_Y4}(?:[-–—/](?:{_Y4}|\d\d))?(?:{_OPT}{_YEARS_WORD})?", safe=False),
    Pattern(
        "time ago",
        rf"{_L}(?:(?:около|более|больше|почти|примерно|чуть{S}более|чуть{S}больше|немногим{S}более|менее|свыше|порядка){S})?"
        rf"(?:{_NUMBER}{S}(?:с{S}половиной{S})?)*{_UNIT}{S}(?:тому{S})?назад(?!\w)",
    ),
    Pattern("time before or after", rf"{_L}(?:{_NUMBER}{S})*(?:годом|годами|месяцем|месяцами|неделей|неделями|дн[её]м|днями|сутками){S}(?:ранее|раньше|позже|позднее)(?!\w)"),
    Pattern("in a time", rf"{_L}через{S}(?:(?:около|почти|примерно){S})?(?:{_NUMBER}{S}(?:с{S}половиной{S})?)*{_UNIT}"),
    Pattern("after a time", rf"{_L}спустя{S}(?:почти{S})?(?:{_NUMBER}{S})*{_UNIT}", safe=False),
    Pattern("that day", rf"{_L}(?:{_SAME}{S}(?:самый{S})?|следующ{_ENDING}{S}|{_THIS}{S}|тот{S}|того{S})д(?:ень|ня|ню|н[её]м)(?!\w)", safe=False),
    Pattern("holiday", rf"{_L}(?-i:Нов(?:ый|ого|ому|ым|ом)){S}год(?:а|у|ом|е)?(?!\w)(?:{S}{_OF_YEAR})?"),
    Pattern("holiday by name", rf"{_L}(?:нов(?:ый|ого|ому|ым|ом){S}год(?:а|у|ом|е)?|рождеств(?:о|а|у|ом|е)|пасх[аиуе]|рамадан[ае]?)(?!\w)", safe=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A date found in a text, in characters; `pattern` says how it is written."""

    start: int
    end: int
    pattern: Pattern


def find_dates(text: str) -> list[Match]:
    """Return the dates of a text by place, the longest where several patterns match."""
    found = sorted(_candidates(text), key=lambda m: (m.start - m.end, not m.pattern.safe, m.start))
    kept: list[Match] = []
    for match in found:
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda m: m.start)


def _candidates(text: str) -> Iterator[Match]:
    for pattern, compiled in _compiled():
        for match in compiled.finditer(text):
            yield Match(*match.span(), pattern)


@cache
def _compiled() -> tuple[tuple[Pattern, re.Pattern[str]], ...]:
    return tuple((pattern, pattern.compile()) for pattern in PATTERNS)
