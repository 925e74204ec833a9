"""Conventions of dates: what narrows a date belongs to it, what only stands beside one does not."""

import re

from ie.document import Span
from ie.values.morphology import parses
from ie.values.tables import fold, read_table

from .rule import Conventions
from .symbols import inside, left, right, words

_PLURAL_YEARS = frozenset(("годы", "годов", "годам", "годами", "годах", "гг"))
_VAGUE = frozenset(("последние", "последних", "последними", "ближайшие", "ближайших", "ближайшими"))
# Short words that may be glued to the end of a date; longer ones must be in the dictionary.
_SMALL = re.compile("в|на|по|с|к|и|а|о|у|из|от|до|за|для|при|не|что|мы|он|они|это")

# Parts of the patterns, over the symbols of `symbols`.
_UNITS = "(?:YEARS?|MONTH|WEEK|QUARTER|HALF|HALFYEAR|DAY|FULLDAY|SEASON|CENTURY|NIGHT|WEEKEND|HOLIDAY|PERIOD)"
_WHICH = "(?:THIS|PREV|PAST|LAST|BEFOREPREV|NEXT|NEAR|COMING|THAT|SAME)"
_KIND = r"(?:THEDAY-?\d|OFLASTYEAR|FISCAL|CALENDAR|SP1|SU1|FA1|WI1)"
_SEASON = "(?:SP|SU|FA|WI)"
_PERIOD = rf"(?:M\d+|YYYY|\d+0s|{_UNITS}|{_SEASON}|{_WHICH}|[ivx]+ )"
_DAY = r"(?:D-?\d|EVE|W\d|N M\d+|DMY)"
_DAY_OF_YEAR = rf"{_DAY}(?: YYYY| {_WHICH})?(?: YEAR)?"
_ANY = r"(?: .*)?"


def _from(span: Span, start: int | None) -> Span:
    return span if start is None else Span(start, span.end, span.label)


def _until(span: Span, end: int | None) -> Span:
    return span if end is None else Span(span.start, end, span.label)


# --- edges that a date cannot have ---


def _unglued(text: str, span: Span, low: int, high: int) -> Span:
    """«[17 апреляПо] состоянию», «[сегодняв] столице»: what follows has lost the blank before it."""
    surface = text[span.start : span.end]
    for seam in re.finditer(r"(?<=[а-яё])(?=[А-ЯЁ]|\d\d?$)", surface):
        first = _until(span, span.start + seam.end())
        if inside(text, first).fits(r"(?:.* )?[A-Z][A-Z\d-]*"):
            return first
    tail = re.search(r"[а-яё]{5,}$", surface, re.IGNORECASE)
    end = tail and _end_of_first(tail[0])
    return _until(span, span.start + tail.start() + end) if tail and end else span


def _end_of_first(word: str) -> int | None:
    """Return where a word of the calendar ends to which another word is glued."""
    known = read_table("calendar")
    ends = [end for end in range(len(word) - 1, 3, -1) if fold(word[:end]) in known]
    if fold(word) in known or not ends or _in_dictionary(word):
        return None
    return next((end for end in ends if _is_word(fold(word[end:]))), None)


def _is_word(letters: str) -> bool:
    return bool(_SMALL.fullmatch(letters)) or (len(letters) > 3 and _in_dictionary(letters))


def _in_dictionary(word: str) -> bool:
    return any(parse.is_known for parse in parses(word))


def _on_its_line(text: str, span: Span, low: int, high: int) -> Span:
    """«[2026 год ↵ 19.09.2025]»: the date of the next line is one of its own."""
    for line in re.finditer(r"[ ]*\n\s*", text[span.start : span.end]):
        first = _until(span, span.start + line.start())
        rest = words(text, span.start + line.end(), span.end)
        apart = "\n\n" in line[0] or rest.first(r"DMY|D-?\d|N M\d+") is not None
        if apart and not inside(text, first).fits("CLOCK(?: ,)?"):
            return first
    return span


# --- what belongs to a date ---

# What stands directly before a date, and what the date begins with.
_BEFORE = (
    # «17:50 мск [7 апреля]», not «с 9:00 до 18:00 [7 апреля]», «около 16:20 [3 октября]»
    ("(?<!CLOCK до )(?<!- )(?<!около )CLOCK", f"{_DAY}{_ANY}"),
    # «сегодня, [20:01]»
    (f"{_DAY_OF_YEAR}(?: ,)?", "CLOCK"),
    # «начало [нынешней зимы]», «конец [26 апреля]»; «начала» is also a verb
    ("START|MID|END", f"{_PERIOD}.*"),
    ("MID|END", r"N M\d+.*"),
    # «утром [7 октября]», «летом [2023 года]»
    ("PART", f"(?:в )?{_DAY}{_ANY}"),
    (_SEASON, f"(?:YYYY|{_WHICH} YEAR).*"),
    # «1 [апреля — 30 июня]»
    ("(?<![.,:-] )N", rf"M\d+{_ANY}"),
)
# What a date ends with, and what stands directly after it.
_AFTER = (
    # «[23.09.2025], 10:42», not «[7 апреля], 9:00–18:00»
    (_DAY_OF_YEAR, "(?:, )?CLOCK(?! -)"),
    ("CLOCK", _DAY_OF_YEAR),
    # «[31 декабря] днем»
    (f"(?:.* )?{_DAY}", "PART"),
    # «[текущем] году», «[летний] сезон»
    ("(?:.* )?YYYY", "YEAR"),
    (f"(?:.* )?(?:{_WHICH}|{_KIND})", _UNITS),
    # «[спустя примерно пять] месяцев», «[тремя] днями ранее», «[днем] позже»
    ("(?:THROUGH|AFTERWARDS) .*", _UNITS),
    ("[а-я]+|N", f"{_UNITS} (?:AGO|EARLIER|LATER)"),
    ("PART", "EARLIER|LATER"),
)


def _with_what_narrows_it(text: str, span: Span, low: int, high: int) -> Span:
    for before, begin in _BEFORE:
        if inside(text, span).fits(begin):
            span = _from(span, left(text, span, low).last(before))
    for end, after in _AFTER:
        if inside(text, span).fits(end):
            span = _until(span, right(text, span, high).first(after))
    return span


def _with_ending(text: str, span: Span, low: int, high: int) -> Span:
    """«за [2018]-й»."""
    ending = re.compile(r"(?<=\d)-[а-яё]{1,3}(?!\w)").match(text, span.end, high)
    return _until(span, ending.end()) if ending else span


def _with_first_years(text: str, span: Span, low: int, high: int) -> Span:
    """«2016 и [2017 годов]»."""
    if not _plural_years(text, span):
        return span
    return _from(span, left(text, span, low).last("(?:(?:YYYY|N) , )*(?:YYYY|N) (?:и|или)"))


def _plural_years(text: str, span: Span) -> bool:
    date = inside(text, span)
    if not date.fits(r"(?:(?:YYYY|N) (?:,|и|или) )*(?:YYYY|N) YEAR(?: \.)?"):
        return False
    return any(fold(text[start:end]) in _PLURAL_YEARS for start, end in date.places[-2:])


# --- two spans that are one ---

# What the first and the second are, and what is between them.
_ONE = (
    # «[среду], [6 сентября]», «[двумя днями ранее], [20 июля]»
    (r"D-?\d|W\d|EVE|.* EARLIER", ",?", rf"(?:N M\d+|DMY){_ANY}"),
    # «[вечером] в [пятницу, 19 ноября]»
    ("PART", "в?", f"{_DAY}{_ANY}"),
    # «[первые три квартала] [2023 года]», «[6 ноября] [прошлого года]»
    (rf"(?:.* )?(?:QUARTER|HALF|MONTH|M\d+|{_SEASON}|START|MID|END)", "", f"(?:YYYY|{_WHICH} YEAR){_ANY}"),
    # «[23.09.2025] [10:42]»
    (_DAY_OF_YEAR, ",?", "CLOCK"),
)


def _one_date(text: str, span: Span, after: Span) -> Span | None:
    if "\n" in text[span.end : after.start]:
        return None
    gap, one, other = words(text, span.end, after.start), inside(text, span), inside(text, after)
    joined = any(one.fits(first) and gap.fits(between) and other.fits(last) for first, between, last in _ONE)
    return _until(span, after.end) if joined else None


def _years(text: str, span: Span, after: Span) -> Span | None:
    """«[2016] и [2017 годов]»; «в [2010] и [2013 году]» are two."""
    listed = inside(text, span).fits("YYYY|N") and words(text, span.end, after.start).fits("и|или|,")
    return _until(span, after.end) if listed and _plural_years(text, after) else None


def _range(text: str, span: Span, after: Span) -> Span | None:
    """«с [2015] по [2019 год]»; `_with_from` takes the first word into the span."""
    if not words(text, span.end, after.start).fits(r"(?:[)\]] )?(?:по|до)"):
        return None
    begun = inside(text, span).fits("(?:с|от) .*") or left(text, span).last("с|от") is not None
    return _until(span, after.end) if begun else None


def _with_from(text: str, span: Span, low: int, high: int) -> Span:
    """«с [2015 по 2019 год]»: a range is one span from its first word."""
    range_ = inside(text, span).fits(
        r"(?!с |от )(?:.* )(?:по|до) (?:.* )?(?:YYYY|N|YEAR|M\d+|W\d|D-?\d|DMY).*"
    )
    return _from(span, left(text, span, low).last("с|от")) if range_ else span


# --- what is no part of a date, or no date ---

_NEVER_FIRST = "в|на|к|ко|до|после|за|из|под|о|об|по|от|с|у|и|а|но|еще|уже|почти|лишь|только"
_NEVER_LAST = "в|на|к|до|за|из|о|об|по|от|с|у|и|а|но"
_ORDINAL = re.compile(r"(\d\d?-(?:го|му))[ \u00a0](?!тысячелет)([а-яё]{3,})(?!\w)")
_CASES = {"го": "gent", "му": "datv"}
_FROM_TO = "(?:с|от|между) .*(?<= )(?:по|до|на|и) "
# What is before, what the span is and what is after it, where it is no date.
_NO_DATE = (
    ("", "CLOCK|THROUGH|AFTERWARDS|START|MID|END", ""),
    # «[утром]», «во [второй половине дня]»
    ("", r"PART|MORNING|EVENING|NIGHT|NOON|\w+ HALFOF DAY", ""),
    # «[каждый понедельник]», «каждое [третье воскресенье октября]»
    ("", f"EACH{_ANY}", ""),
    ("EACH", ".*", ""),
    # «с [12-го] на 10-е место»
    ("", "N", r"(?:на|по) N(?! M\d)"),
    # «на [ммвб]»: no word of the calendar
    ("", "[а-я]+", ""),
)


def _bare(text: str, span: Span, low: int, high: int) -> Span | None:
    """«с [начала года]», «[августе] по»: prepositions are outside, except in a range."""
    date = inside(text, span)
    symbols = date.line.split(" ")
    first, last = 0, len(date.places)
    while first < last and re.fullmatch(_NEVER_LAST, symbols[last - 1]):
        last -= 1
    if re.match("PERIOD (?:до|с|YYYY|N) ", date.line):
        first = 1
    while first < last and re.fullmatch(_NEVER_FIRST, symbols[first]):
        if re.match(_FROM_TO, " ".join(symbols[first:last])):
            break
        first += 1
    return Span(date.places[first][0], date.places[last - 1][1], span.label) if first < last else None


def _a_date(text: str, span: Span, low: int, high: int) -> Span | None:
    """Return None for what the guide does not count as a date."""
    date, start, rest = inside(text, span), left(text, span), right(text, span, len(text))
    for before, pattern, after in _NO_DATE:
        beside = (not before or start.last(before) is not None) and (
            not after or rest.first(after) is not None
        )
        if beside and date.fits(pattern):
            return None
    return span


def _no_attribute(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[вчерашний] челнок», «[нынешнем] курсе»: of another noun; «[прошлый] вырос» means a year."""
    after = re.compile(r"[ \u00a0]([а-яё]{3,})").match(text, span.end)
    if after is None or not inside(text, span).fits(f"(?:START |MID |END )?(?:{_WHICH}|{_KIND})"):
        return span
    return None if any(parse.tag.POS == "NOUN" for parse in parses(after[1])) else span


def _not_ordinal(text: str, span: Span, low: int, high: int) -> Span | None:
    """«ко [2-му] эшелону», «[5-го созыва]»: the number of something else than a day or a period."""
    number = _ORDINAL.match(text, span.start)
    if number is None or span.end not in (number.end(1), number.end()):
        return span
    noun, case = fold(number[2]), _CASES[number[1][-2:]]
    if noun in read_table("calendar"):
        return span
    tags = (parse.tag for parse in parses(noun) if parse.is_known)
    agrees = any((tag.POS, tag.number, tag.case) == ("NOUN", "sing", case) for tag in tags)
    return None if agrees else span


def _not_vague(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[последние месяцы]», «[ближайшие несколько лет]» are as vague as «ближайшее время»."""
    date = inside(text, span)
    if not date.fits("(?:LAST|NEAR) (?:несколько |нескольких )?(?:WEEK|MONTH|YEARS?|DAY)"):
        return span
    return None if fold(text[slice(*date.places[0])]) in _VAGUE else span


def _not_weekly(text: str, span: Span, low: int, high: int) -> Span | None:
    """«по [средам]»."""
    often = inside(text, span).fits(r"W\d") and text.endswith(("ам", "ям"), span.start, span.end)
    return None if often and left(text, span).last("по") is not None else span


def _not_in_name(text: str, span: Span, low: int, high: int) -> Span | None:
    """«МАКС-[2015]»: a year inside a name."""
    name = re.search(r"([^\W\d_]+)[»\"”]?[-–]$", text[max(0, span.start - 40) : span.start])
    if name is None or not re.match(r"[12]\d{3}", text[span.start : span.end]):
        return span
    return span if fold(name[1]) in read_table("calendar") else None


DATE = Conventions(
    grow=(_unglued, _on_its_line, _with_what_narrows_it, _with_ending, _with_first_years),
    join=(_one_date, _years, _range),
    cut=(_with_from, _bare, _a_date, _no_attribute, _not_ordinal, _not_vague, _not_weekly, _not_in_name),
)
