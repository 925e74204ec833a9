"""What a date looks like in Russian news.

Matches are cut as the guidelines say: without the preposition that governs a date, with the words that
narrow it, a range from its first word.
"""

from .date_words import (
    ABOUT,
    ALIKE,
    ANCHOR,
    ANCHOR_MANY,
    AT_NIGHT,
    BARE_PART,
    CENTURY,
    CENTURY_WORD,
    CLEAR,
    CLOCK,
    DASH,
    DAY,
    DAY_ORDINAL,
    DAYS,
    DECADE,
    DECADE_NUMBER,
    EDGE,
    ENDING,
    EVE_ALONE,
    GAP,
    KIND,
    LEFT,
    MONTH,
    MONTH_IN,
    MONTH_SHORT,
    NUMBERS,
    NUMERIC,
    OF_YEAR,
    ONE_YEAR,
    ORDINAL,
    PART_OF_DAY,
    PERIOD_UNIT,
    RELATIVE,
    RELATIVE_YEAR,
    RFC_2822,
    ROMAN,
    SAME,
    SEASON,
    THIS,
    TODAY,
    TODAY_NOUN,
    UNIT,
    VAGUE,
    WEEKDAY,
    Y4,
    YEAR,
    YEAR_CASE,
    YEAR_FULL,
    YEAR_ORDINAL,
    YEAR_WORD,
    YEARS,
    YEARS_WORD,
    S,
)
from .grammar import Grammar, Pattern

_DAY_DATE = rf"(?:{DAY}{S}(?:{MONTH}|{MONTH_SHORT})(?:,?{S}{OF_YEAR})?)"
_DAYS_DATE = rf"(?:{CLEAR}{DAYS}(?:(?:{DASH}|{S}и{S}|,{S}){DAYS})+{S}{MONTH}(?:{S}{OF_YEAR})?)"
_MONTH_DATE = rf"(?:(?:{RELATIVE}{S}|{THIS}{S})?{LEFT}{MONTH}(?:{S}{OF_YEAR})?)"
_SEASON_DATE = rf"(?:(?:{ANCHOR}{S})?{LEFT}{SEASON}(?:{S}{OF_YEAR})?)"
_JOIN = rf"(?:,{GAP}|{S}|{GAP}\({GAP}|{S}[—–-]{S})"
_WEEKDAY_DATE = (
    rf"(?:(?:{ANCHOR}{S})?{LEFT}{WEEKDAY}(?:{_JOIN}(?:{_DAY_DATE}|{NUMERIC}))?"
    rf"(?:{S}{ANCHOR}{S}недели(?!\w))?)"
)
_QUARTER_WORD = (
    r"(?:(?:квартал(?:а|у|е|ом|ы|ов|ах)?|полугоди(?:е|я|ю|и|ем)|половин(?:а|ы|е|у|ой)|трет[ьи]|четверт[ьи]"
    r"|декад[аыуе])(?!\w)|кв\.)"
)
_PART_WORD = r"(?:(?:недел[яиюе]|д(?:ень|ня|н[её]м|не)|месяц(?:а|у|е|ем)?|числа[х]?)(?!\w))"
_ORDINALS = rf"(?:{ORDINAL}(?:(?:{DASH}|{S}и{S}){ORDINAL})?)"
# «последние дни» have no place on the calendar; «последние три дня», «последний год», «выходные» have one
_VAGUE_PERIOD = (
    rf"(?:(?:\w+(?:ые|ие|ых|их|ым|им|ыми|ими)|эт(?:и|их|им|ими)|т(?:е|ех){S}же){S}{KIND}(?:год(?:ы|ов|ах|ам)|лет"
    r"|месяц(?:ы|ев|ах|ам)|недел(?:и|ь|ях)|дн(?:и|ей|ях|ям)|сезон(?:ы|ов|ах)|период(?:ы|ов|ах)|век(?:а|ов|ах)"
    r"|десятилети(?:я|й|ях)|квартал(?:ы|ов|ах))(?!\w))"
)
_ANCHORED = (
    rf"(?:(?:{ANCHOR_MANY}{S}{NUMBERS}{S}{KIND}{PERIOD_UNIT}|(?!{_VAGUE_PERIOD}){ANCHOR}{S}{KIND}{PERIOD_UNIT}"
    rf"|{ANCHOR}{S}(?:{SEASON}|{WEEKDAY}|{MONTH}))(?:{S}{OF_YEAR})?)"
)
_WHOLE = (
    rf"(?:{_DAY_DATE}|{_MONTH_DATE}|{_SEASON_DATE}|{YEAR}|{RELATIVE_YEAR}|{DECADE}(?:{S}{CENTURY})?|{CENTURY}"
    rf"|{_ANCHORED})"
)
_OF_WHOLE = rf"(?:{S}(?:{_WHOLE}|{BARE_PART}))"
_QUARTER = rf"(?:{_ORDINALS}{S}(?:{_QUARTER_WORD}{_OF_WHOLE}?|{_PART_WORD}{_OF_WHOLE}))"
_SURE_WHOLE = rf"(?:{OF_YEAR}|{_MONTH_DATE}|(?:года|месяца)(?!\w)|{CENTURY}|{DECADE})"
_PERIOD = rf"(?:{_WHOLE}|{_QUARTER})"
_MODIFIED = rf"(?:{LEFT}{EDGE}(?:{DASH}{EDGE})?{S}(?:{YEARS}|{_PERIOD}|{BARE_PART}))"
_POINT = rf"(?:{_MODIFIED}|{_WEEKDAY_DATE}|{NUMERIC}|{_PERIOD})"
_FIRST = rf"(?:{_POINT}|{DAY}|\d\d(?:-(?:го|м|й|х|е))(?!\w))"
_LAST = (
    rf"(?:{YEARS}|{Y4}(?:{YEAR_CASE})?{GAP}{YEARS_WORD}|\d\d{YEAR_CASE}{S}{ONE_YEAR}|{_POINT}|{TODAY}"
    rf"|{DAY}{S}числа(?!\w))"
)
_UNIT_BY = r"(?:(?:годом|годами|месяцем|месяцами|неделей|неделями|дн[её]м|днями|сутками)(?!\w))"
_COUNT = rf"(?:{NUMBERS}{S}|{VAGUE}{S})*"
_COUNTED = r"(?:(?:месяц(?:а|ы|ев|ах|ам)|недел(?:и|ь|ях)|дн(?:и|я|ей|ях)|квартал(?:а|ы|ов))(?!\w))"
_NOON = rf"(?:{S}{PART_OF_DAY})?"
_ANY_DAY = rf"(?:{_WEEKDAY_DATE}|{_DAY_DATE}|{NUMERIC})"
_EARLIER = rf"{S}(?:ранее|раньше|позже|позднее)(?!\w)"
_AGO = rf"{S}(?:тому{S})?назад(?!\w)"
_FIRST_MANY = rf"(?:перв|последн)(?:ые|ых|ым|ие|их|ими|ыми)(?!\w)(?:{S}{NUMBERS})?{S}{_COUNTED}"
_LIKE = rf"(?:{ALIKE}|{SAME}){S}(?:период|месяц|квартал|недел|полугоди)\w*"
_THAT = rf"(?:{SAME}{S}(?:самый{S})?|следующ{ENDING}{S}|{THIS}{S}|тот{S}|того{S})"
_SPORTS = rf"сезон(?:а|е|у|ом|ы|ов|ах)?(?:{S}|-){Y4}(?:[-–—/](?:{Y4}|\d\d))?(?:{GAP}{YEARS_WORD})?"
_NEW_YEAR = r"(?:ый|ого|ому|ым|ом)[ \u00a0]год(?:а|у|ом|е)?(?!\w)"
_HOLIDAY = rf"(?:нов{_NEW_YEAR}|рождеств(?:о|а|у|ом|е)|пасх[аиуе]|рамадан[ае]?|день{S}победы)(?!\w)"

DATES = Grammar(
    (
        Pattern("RFC 2822 line", RFC_2822),
        Pattern("day and month", _DAY_DATE),
        Pattern("days of a month", _DAYS_DATE),
        Pattern("numeric date", rf"{NUMERIC}{CLOCK}?"),
        Pattern("short numeric date", rf"{CLEAR}[0-3]\d\.[01]\d\.\d\d(?![\w.:])", safe=False),
        Pattern("date and clock time", rf"(?:{_DAY_DATE}|{TODAY}){CLOCK}"),
        Pattern("day of an unnamed month", DAY_ORDINAL, safe=False),
        Pattern("year with its word", YEAR_FULL),
        Pattern("early year with its word", rf"{CLEAR}\d{{3}}{S}год(?:а|у|е|ом)?(?!\w)", safe=False),
        Pattern("year ordinal", YEAR_ORDINAL),
        Pattern("bare year", YEAR, safe=False),
        Pattern("year in brackets", rf"(?<=\()(?:19|20)\d\d(?:{DASH}(?:19|20)\d\d)?(?=\))"),
        Pattern("years with their word", YEARS),
        Pattern("short years", rf"{CLEAR}{Y4}[-–—/]\d\d(?!\d){GAP}(?:{YEARS_WORD}|{YEAR_WORD})"),
        Pattern("range of years", rf"{CLEAR}{Y4}(?:[-–—/]|{S}[–—]{S}){Y4}(?![\w-]|[.,]\d)", safe=False),
        Pattern("month and year", rf"(?:{RELATIVE}{S}|{THIS}{S})?{LEFT}{MONTH}{S}{OF_YEAR}"),
        Pattern("month", _MONTH_DATE, safe=False),
        Pattern("month after a preposition", rf"(?<=\bв[ \u00a0]){MONTH_IN}"),
        Pattern("range of months", rf"{LEFT}{MONTH}{DASH}{MONTH}(?:{S}{OF_YEAR})?"),
        Pattern("season and year", rf"(?:{ANCHOR}{S})?{LEFT}{SEASON}{S}{OF_YEAR}"),
        Pattern("season", _SEASON_DATE, safe=False),
        Pattern("range of seasons", rf"{LEFT}{SEASON}{DASH}{SEASON}(?:{S}{OF_YEAR})?", safe=False),
        Pattern("weekday and date", rf"{LEFT}{WEEKDAY}{_JOIN}{_DAY_DATE}{CLOCK}?"),
        Pattern("weekday", rf"{_WEEKDAY_DATE}{_NOON}", safe=False),
        Pattern("weekday after a preposition", rf"(?<=\bв[ \u00a0])(?!вторник|среде|четверге){WEEKDAY}"),
        Pattern("Tuesday after a preposition", r"(?<=\bво[ \u00a0])вторник(?!\w)"),
        Pattern("weekend", r"(?:(?<=\bв )|(?<=\bна ))выходн(?:ые|ых)(?!\w)", safe=False),
        Pattern("day word", rf"{LEFT}{TODAY}{_NOON}(?:,{GAP}{_ANY_DAY})?{CLOCK}?"),
        Pattern("day word as adjective", rf"{LEFT}{TODAY_NOUN}"),
        Pattern("eve", rf"{LEFT}{EVE_ALONE}"),
        Pattern(
            "eve or what it comes before", rf"{LEFT}накануне(?!\w){_NOON}(?:,{GAP}{_ANY_DAY})?", safe=False
        ),
        Pattern("part of the day", rf"{LEFT}{PART_OF_DAY}{S}(?:во?{S})?{_ANY_DAY}"),
        Pattern("date and part of the day", rf"{_DAY_DATE},?{S}{AT_NIGHT}"),
        Pattern("anchored year", rf"{LEFT}{RELATIVE_YEAR}"),
        Pattern("anchored period", rf"{LEFT}{_ANCHORED}", safe=False),
        Pattern("like period", rf"{LEFT}{_LIKE}(?:{S}(?:{OF_YEAR}|{_MONTH_DATE}))?", safe=False),
        Pattern("that day", rf"{LEFT}{_THAT}д(?:ень|ня|ню|н[её]м)(?!\w)", safe=False),
        Pattern("quarter", rf"{LEFT}{_QUARTER}", safe=False),
        Pattern("quarter of a year", rf"{LEFT}{_ORDINALS}{S}{_QUARTER_WORD}{S}{_SURE_WHOLE}"),
        Pattern("first months of a year", rf"{LEFT}{_FIRST_MANY}{_OF_WHOLE}"),
        Pattern("months of a year", rf"{LEFT}{NUMBERS}{S}{_COUNTED}{S}{OF_YEAR}"),
        Pattern("edge of a period", _MODIFIED),
        Pattern("decade", rf"{DECADE}(?:{S}{CENTURY})?", safe=False),
        Pattern("decade with its word", rf"{DECADE_NUMBER}{S}{YEARS_WORD}"),
        Pattern("century", CENTURY, safe=False),
        Pattern("roman century", rf"{LEFT}{ROMAN}{S}{CENTURY_WORD}"),
        Pattern("range with prepositions", rf"{LEFT}(?:[сc]о?|от){S}{_FIRST}{S}(?:по|до){S}{_LAST}"),
        Pattern("range", rf"{_POINT}{DASH}(?:{_MODIFIED}|{_WHOLE})"),
        Pattern("season of years", rf"{LEFT}{_SPORTS}", safe=False),
        Pattern("time ago", rf"{LEFT}{ABOUT}?(?:{NUMBERS}{S})*{UNIT}{_AGO}"),
        Pattern("some time ago", rf"{LEFT}{_COUNT}{UNIT}{_AGO}", safe=False),
        Pattern("time before or after", rf"{LEFT}(?:{NUMBERS}{S})*{_UNIT_BY}{_EARLIER}"),
        Pattern("some time before or after", rf"{LEFT}{_COUNT}{_UNIT_BY}{_EARLIER}", safe=False),
        Pattern("in a time", rf"{LEFT}через{S}{ABOUT}?(?:{NUMBERS}{S})*{UNIT}"),
        Pattern("in some time", rf"{LEFT}через{S}{_COUNT}{UNIT}", safe=False),
        Pattern("after a time", rf"{LEFT}спустя{S}{ABOUT}?{_COUNT}{UNIT}", safe=False),
        Pattern("a time after", rf"{LEFT}{_COUNT}{UNIT}{S}спустя(?!\w)", safe=False),
        Pattern("New Year", rf"{LEFT}(?-i:Нов){_NEW_YEAR}(?:{S}{OF_YEAR})?"),
        Pattern("holiday", rf"{LEFT}{_HOLIDAY}", safe=False),
    )
)
