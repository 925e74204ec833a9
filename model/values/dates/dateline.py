"""The date that a text carries as its own: a stamp, a byline or a dateline at its head or its foot."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from ie.values.tables import read_table

# Where a text says its own date: in so many lines of so many characters at each end. Below the first lines
# of the head, among its tags, only with a time of day.
_FIRST_LINES, _HEAD_LINES, _FOOT_LINES, _LINE_CHARS, _END_CHARS = 5, 20, 3, 240, 2000

_TIME = r"(?:в\s+)?(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d)?(?:\s*\(?(?:мск|msk)\b\.?\)?)?"
_WEEKDAY = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|пн|вт|ср|чт|пт|сб|вс"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)"
)
# «Понедельник, 7 ноября 2016 года, 10:42», «10:42, 07.11.2016», «2016-11-07T10:42»,
# «Mon, 7 Nov 2016 10:42:00 +0300».
_STAMP = re.compile(
    rf"""
    (?<![\w.,:/-]) (?: \b{_WEEKDAY}\b[,.]?\s+ )? (?: {_TIME} (?: \s*[,|•·–—-]\s* | \s+ ) )?
    (?: (?P<iso_year>(?:19|20)\d\d) (?P<mark>[-./]) (?P<iso_month>\d\d) (?P=mark) (?P<iso_day>\d\d)
        (?: T[\d:.]{{4,15}} (?:Z|[-+][\d:]{{4,5}})? )?
      | (?P<day>\d{{1,2}}) (?P<dot>[./-]) (?P<month>\d{{1,2}}) (?P=dot) (?P<year>(?:19|20)\d\d) (?:\s*г\b\.?)?
      | (?P<word_day>\d{{1,2}}) \s+ (?P<word>[^\W\d_]{{3,9}})\.?,? \s+ (?P<word_year>(?:19|20)\d\d)
        (?: \s*(?:года|г)\b\.? )?
    )
    (?! \d | [./-]\d ) (?: (?: \s*[,|•·–—-]\s* | \s+ ) {_TIME} )? (?: \s+(?:[-+]\d{{4}}|GMT|UTC|EST)\b )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words that begin with a capital: a city, an agency, an author.
_NAMES = r"(?:[«\"(\[/]*[A-ZА-ЯЁ][^\s,|]*(?:[,|]\s*|\s+|$)){1,5}"
# What a line may begin with: no sign of the calendar, which announces an event.
_BULLET = r"[\s•|*_\[(—–-]*"
# Name, what stands before the date in its line and what after it; the first that fits makes it its own.
_RULES = tuple(
    (name, re.compile(before), re.compile(after))
    for name, before, after in (
        ("07.11.2016 10:42", _BULLET, r"\W*"),
        (
            "Опубликовано: 07.11.2016",
            rf"(?i){_BULLET}(?:опубликовано|дата(?:\s+публикации)?|размещено|добавлено|создано|published)\s*:?\s*",
            r"[\W\d]*|\s*[,|(].*",
        ),
        ("Экономика | 7 ноября 2016", r"[^|•·]{0,60}[|•·]\s*", r"\s*(?:[|•·].*)?"),
        ("7 ноября 2016, 10:42 | Экономика", _BULLET, r"\s*[|•·].*"),
        ("ТАСС, 7 ноября 2016", rf"(?:[Аа]втор:?\s*)?{_NAMES}", r"\s*[.)\]]?\s*"),
        (
            "МОСКВА, 7 ноября 2016 г. /ПРАЙМ/, Москва. 7 ноября 2016 года. ИНТЕРФАКС - ",
            rf"{_NAMES}(?<=[,.\s])",
            r"\s*[.,]?\s*(?:[—–/(\[]|-\s).*|\s*(?:(?<=[.])|\.)\s.*|\s*[.,]?\s*[A-ZА-ЯЁ]{3}.*",
        ),
        (
            "7 ноября 2016, Минск — ",
            _BULLET,
            r"\s*[,.]\s*[A-ZА-ЯЁ][^\s,|]*(?:\s+[A-ZА-ЯЁ][^\s,|]*)?\.?\s*(?:[—–/(\[]|-\s).*",
        ),
    )
)
_CLOCK = re.compile(r"\d[:.][0-5]\d(?!\.)")
# The end of a sentence, or an address.
_ENDED = re.compile(r"[.!?…»\")]\s*$|https?://\S+\s*$")
# A stamp that is not that of the first publication.
_LATER = re.compile(r"(?i)обновлен|изменен|updated|modified")


def find_dateline(text: str) -> date | None:
    """Return the day that a text gives as its own date at its head, else at its foot; None if uncertain.

    Only a whole day of the calendar counts, and only where no other one stands so at the same end.
    Never raises; what lies between head and foot is not read.
    """
    head = [line for line in text[:_END_CHARS].split("\n") if line.strip()]
    head = head[: min(_HEAD_LINES, 1 + len(head) // 2)]
    foot = text[-_END_CHARS:].rstrip().split("\n")[-_FOOT_LINES:]
    tags = [line for line in head[_FIRST_LINES:] if _CLOCK.search(line[:_LINE_CHARS])]
    return _only(head[:_FIRST_LINES] + tags) or _only(_apart(foot))


def _apart(lines: Sequence[str]) -> list[str]:
    """Return the lines that stand apart from the one before: a date after another's headline is its date."""
    pairs = pairwise(lines)
    return [line for last, line in pairs if not last.strip() or _ENDED.search(last)]


def _only(lines: Sequence[str]) -> date | None:
    """Return the date of some lines if they have exactly one."""
    dates = {found for line in lines for found in _own(line.strip()[:_LINE_CHARS])}
    return dates.pop() if len(dates) == 1 else None


def _own(line: str) -> Iterator[date]:
    """Yield the date of a line that stands there as the text's own."""
    stamp = _STAMP.search(line)
    if stamp is None or _LATER.search(line[: stamp.start()]):
        return
    day = _day(stamp)
    if day and any(
        left.fullmatch(line, 0, stamp.start()) and right.fullmatch(line, stamp.end())
        for _, left, right in _RULES
    ):
        yield day


def _day(stamp: re.Match[str]) -> date | None:
    """Return the day of a stamp, None where the calendar has none."""
    numbers = [
        stamp["iso_year"] or stamp["year"] or stamp["word_year"],
        stamp["iso_month"] or stamp["month"] or _month(stamp["word"]),
        stamp["iso_day"] or stamp["day"] or stamp["word_day"],
    ]
    try:
        year, month, day = (int(number) for number in numbers)
        return date(year, month, day)
    except ValueError:
        return None


def _month(word: str) -> str:
    """Return the number of a month by its name in Russian or English, `0` for another word."""
    symbol = str(read_table("calendar").get(word.lower().replace("ё", "е"), ""))
    return symbol[1:] if re.fullmatch(r"M\d+", symbol) else "0"
