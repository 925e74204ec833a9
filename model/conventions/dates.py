"""Conventions of dates: what narrows a date belongs to it, what only stands beside one does not.

The rules read the words in and around a span as symbols of the table `calendar` (`M4`, `YEAR`, `W1` …) and a few
of their own: `YYYY` is a number of four digits, `N` one of one or two, `DMY` a day in digits, `CLOCK` a time of
day, `PART` a part of the day in the form that is joined to a date («утром»), `EACH` «каждый».
"""

import re
from dataclasses import dataclass

from ie.document import Span
from ie.values.morphology import parses
from ie.values.tables import fold, read_table

from .rule import Conventions

_REACH = 48  # how many characters around a span a rule looks at
_ZONE = r"(?i:мск|msk)(?!\w)"
_TOKEN = re.compile(
    rf"""
      (?P<CLOCK>(?<![\d:.,])(?:[01]?\d|2[0-4])
        (?:\.[0-5]\d\s?{_ZONE}|:[0-5]\d(?::[0-5]\d)?(?![\d:])(?:[ \u00a0]?{_ZONE})?))
    | (?P<DMY>(?<![\d.])[0-3]?\d\.[01]\d\.(?:\d\d)?\d\d(?![\d.]*\d))
    | (?P<YYYY>(?<![\d.,])[12]\d{{3}}(?![\d%])(?:-[а-яё]{{1,3}}(?!\w))?)
    | (?P<N>(?<![\d.,])\d\d?(?![\d%])(?:-[а-яё]{{1,3}}(?!\w))?)
    | (?P<word>[^\W\d_]+?(?=(?<=[а-яё])[А-ЯЁ]|[\W\d_]|$))
    | (?P<mark>\d+|\S)
    """,
    re.VERBOSE,
)
_OWN = {
    **dict.fromkeys(("утром", "днем", "вечером", "ночью"), "PART"),
    **dict.fromkeys(("рубеж", "рубежа", "рубеже"), "MID"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(("со", "c"), "с"),
    "во": "в",
    "начал": "начал",  # «он начал 2015 год»
}
_PLURAL_YEARS = frozenset(("годы", "годов", "годам", "годами", "годах", "гг"))
_VAGUE = frozenset(("последние", "последних", "последними", "ближайшие", "ближайших", "ближайшими"))
# What may be glued to the end of a date; longer words must be known to the dictionary.
_SMALL = frozenset("в на по с к и а о у из от до за для при не что мы он они это".split())

# Parts of the patterns.
_UNITS = "(?:YEARS?|MONTH|WEEK|QUARTER|HALF|HALFYEAR|DAY|FULLDAY|SEASON|CENTURY|NIGHT|WEEKEND|HOLIDAY|PERIOD)"
_WHICH = "(?:THIS|PREV|PAST|LAST|BEFOREPREV|NEXT|NEAR|COMING|THAT|SAME)"
_KIND = r"(?:THEDAY-?\d|OFLASTYEAR|FISCAL|CALENDAR|SP1|SU1|FA1|WI1)"
_SEASON = "(?:SP|SU|FA|WI)"
_PERIOD = rf"(?:M\d+|YYYY|\d+0s|{_UNITS}|{_SEASON}|{_WHICH}|[ivx]+ )"
_DAY = r"(?:D-?\d|EVE|W\d|N M\d+|DMY)"
_DAY_OF_YEAR = rf"{_DAY}(?: YYYY| {_WHICH})?(?: YEAR)?"
_ANY = r"(?: .*)?"


@dataclass(frozen=True, slots=True)
class _Words:
    """The symbols of a stretch of text, parted by blanks, and the place of each in the text."""

    line: str
    places: tuple[tuple[int, int], ...]

    def fits(self, pattern: str) -> bool:
        """Return whether the whole stretch fits."""
        return re.fullmatch(pattern, self.line) is not None

    def last(self, pattern: str) -> int | None:
        """Return where in the text the words begin that end the stretch and fit; None where none do."""
        found = re.search(f"(?:^|(?<= ))(?:{pattern})$", self.line)
        return self.places[self.line.count(" ", 0, found.start())][0] if found and found[0] else None

    def first(self, pattern: str) -> int | None:
        """Return where in the text the words end that begin the stretch and fit; None where none do."""
        found = re.match(f"(?:{pattern})(?= |$)", self.line)
        return self.places[found[0].count(" ")][1] if found and found[0] else None


def _words(text: str, start: int, end: int) -> _Words:
    found = list(_TOKEN.finditer(text, start, end))
    return _Words(" ".join(map(_symbol, found)), tuple(match.span() for match in found))


def _symbol(match: re.Match[str]) -> str:
    if match.lastgroup not in ("word", "mark"):
        return str(match.lastgroup)
    word = fold(match[0])
    if word.startswith("кажд"):
        return "EACH"
    return _OWN.get(word) or read_table("calendar").get(word) or word


def _inside(text: str, span: Span) -> _Words:
    return _words(text, span.start, span.end)


def _left(text: str, span: Span, low: int = 0) -> _Words:
    """Return the words before a span on its line."""
    start = max(low, span.start - _REACH)
    return _words(text, max(start, text.rfind("\n", start, span.start)), span.start)


def _right(text: str, span: Span, high: int) -> _Words:
    end = min(high, span.end + _REACH)
    line = text.find("\n", span.end, end)
    return _words(text, span.end, end if line < 0 else line)


def _from(span: Span, start: int | None) -> Span:
    return span if start is None else Span(start, span.end, span.label)


def _until(span: Span, end: int | None) -> Span:
    return span if end is None else Span(span.start, end, span.label)


# --- edges that a span cannot have ---


def _unglued(text: str, span: Span, low: int, high: int) -> Span:
    """«[17 апреляПо] состоянию», «[сегодняв] столице»: what follows has lost the blank before it."""
    surface = text[span.start : span.end]
    for seam in re.finditer(r"(?<=[а-яё])(?=[А-ЯЁ]|\d\d?$)", surface):
        first = _until(span, span.start + seam.end())
        if _inside(text, first).fits(r"(?:.* )?[A-Z][A-Z\d-]*"):
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
    rests = ((end, fold(word[end:])) for end in ends)
    return next((end for end, rest in rests if rest in _SMALL or (len(rest) > 3 and _in_dictionary(rest))), None)


def _in_dictionary(word: str) -> bool:
    return any(parse.is_known for parse in parses(word))


def _on_its_line(text: str, span: Span, low: int, high: int) -> Span:
    """«[2026 год ↵ 19.09.2025]»: the date of the next line is one of its own."""
    for line in re.finditer(r"[ ]*\n\s*", text[span.start : span.end]):
        first = _until(span, span.start + line.start())
        rest = _words(text, span.start + line.end(), span.end)
        apart = "\n\n" in line[0] or rest.first(r"DMY|D-?\d|N M\d+") is not None
        if apart and not _inside(text, first).fits("CLOCK(?: ,)?"):
            return first
    return span


# --- what belongs to a date ---

# What stands directly before a date, and what the date begins with.
_BEFORE = (
    # «17:50 мск [7 апреля]», not «с 9:00 до 18:00 [7 апреля]»
    ("(?<!CLOCK до )(?<!- )CLOCK", f"{_DAY}{_ANY}"),
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
    # «[текущем] году», «[летний] сезон», «[спустя примерно пять] месяцев»
    ("(?:.* )?YYYY", "YEAR"),
    (rf"(?:.* )?(?:{_WHICH}|{_KIND})", _UNITS),
    ("(?:THROUGH|AFTERWARDS) .*", _UNITS),
)


def _with_what_narrows_it(text: str, span: Span, low: int, high: int) -> Span:
    for before, begin in _BEFORE:
        if _inside(text, span).fits(begin):
            span = _from(span, _left(text, span, low).last(before))
    for end, after in _AFTER:
        if _inside(text, span).fits(end):
            span = _until(span, _right(text, span, high).first(after))
    return span


def _with_ending(text: str, span: Span, low: int, high: int) -> Span:
    """«за [2018]-й»."""
    ending = re.compile(r"(?<=\d)-[а-яё]{1,3}(?!\w)").match(text, span.end, high)
    return _until(span, ending.end()) if ending else span


def _with_first_years(text: str, span: Span, low: int, high: int) -> Span:
    """«2016 и [2017 годов]»."""
    if not _plural_years(text, span):
        return span
    return _from(span, _left(text, span, low).last("(?:(?:YYYY|N) , )*(?:YYYY|N) (?:и|или)"))


def _plural_years(text: str, span: Span) -> bool:
    words = _inside(text, span)
    if not words.fits(r"(?:(?:YYYY|N) (?:,|и|или) )*(?:YYYY|N) YEAR(?: \.)?"):
        return False
    return any(fold(text[start:end]) in _PLURAL_YEARS for start, end in words.places[-2:])


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
    first, second = _inside(text, span), _inside(text, after)
    gap = _words(text, span.end, after.start)
    if "\n" in text[span.end : after.start]:
        return None
    one = any(first.fits(a) and gap.fits(between) and second.fits(b) for a, between, b in _ONE)
    return Span(span.start, after.end, span.label) if one else None


def _years(text: str, span: Span, after: Span) -> Span | None:
    """«[2016] и [2017 годов]»; «в [2010] и [2013 году]» are two."""
    listed = _inside(text, span).fits("YYYY|N") and _words(text, span.end, after.start).fits("и|или|,")
    return Span(span.start, after.end, span.label) if listed and _plural_years(text, after) else None


def _range(text: str, span: Span, after: Span) -> Span | None:
    """«с [2015] по [2019 год]»: one span from its first word."""
    if not _words(text, span.end, after.start).fits("по|до"):
        return None
    start = span.start if _inside(text, span).fits("(?:с|от) .*") else _left(text, span).last("с|от")
    return None if start is None else Span(start, after.end, span.label)


# --- what is no part of a date, or no date ---

_NEVER_FIRST = "в|на|к|ко|до|после|за|из|под|о|об|по|от|с|у|и|а|но|еще|уже|почти|лишь|только"
_NEVER_LAST = "в|на|к|до|за|из|о|об|по|от|с|у|и|а|но"
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
    words = _inside(text, span)
    symbols = words.line.split(" ")
    first, last = 0, len(words.places)
    while first < last and re.fullmatch(_NEVER_LAST, symbols[last - 1]):
        last -= 1
    if not words.fits("(?:с|от|между) .* (?:по|до|и) .*"):
        first = int(words.first("PERIOD(?= (?:до|с|YYYY|N))") is not None)
        while first < last and re.fullmatch(_NEVER_FIRST, symbols[first]):
            first += 1
    return Span(words.places[first][0], words.places[last - 1][1], span.label) if first < last else None


def _a_date(text: str, span: Span, low: int, high: int) -> Span | None:
    words, left, right = _inside(text, span), _left(text, span), _right(text, span, len(text))
    for before, inside, after in _NO_DATE:
        beside = (not before or left.last(before)) and (not after or right.first(after))
        if beside is not None and words.fits(inside):
            return None
    return span


def _no_attribute(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[вчерашний] челнок», «[нынешнем] курсе»: the adjective of another noun; «в [прошлом] вырос» is a year."""
    after = re.compile(r"[ \u00a0]([а-яё]{3,})").match(text, span.end)
    if after is None or not _inside(text, span).fits(f"(?:START |MID |END )?(?:{_WHICH}|{_KIND})"):
        return span
    return None if any(parse.tag.POS == "NOUN" for parse in parses(after[1])) else span


def _dated(text: str, span: Span, low: int, high: int) -> Span | None:
    """«[последние месяцы]», «[ближайшие несколько лет]» are as vague as «ближайшее время»."""
    words = _inside(text, span)
    if not words.fits("(?:LAST|NEAR) (?:несколько |нескольких )?(?:WEEK|MONTH|YEARS?|DAY)"):
        return span
    return None if fold(text[slice(*words.places[0])]) in _VAGUE else span


def _weekly(text: str, span: Span, low: int, high: int) -> Span | None:
    """«по [средам]»."""
    often = _inside(text, span).fits(r"W\d") and text[: span.end].endswith(("ам", "ям"))
    return None if often and _left(text, span).last("по") is not None else span


def _no_name(text: str, span: Span, low: int, high: int) -> Span | None:
    """«МАКС-[2015]»: a year inside a name."""
    name = re.search(r"([^\W\d_]+)[»\"”]?[-–]$", text[max(0, span.start - _REACH) : span.start])
    if name is None or not re.match(r"[12]\d{3}", text[span.start : span.end]):
        return span
    return span if fold(name[1]) in read_table("calendar") else None


DATE = Conventions(
    grow=(_unglued, _on_its_line, _with_what_narrows_it, _with_ending, _with_first_years),
    join=(_one_date, _years, _range),
    cut=(_bare, _a_date, _no_attribute, _dated, _weekly, _no_name),
)
