"""What the surface of a date says: years, months, days, quarters, weekdays; read on purpose simply."""

import re

_MONTHS = (
    *("январ", "феврал", "март", "апрел", "ма[йяюе]", "июн"),
    *("июл", "август", "сентябр", "октябр", "ноябр", "декабр"),
)
_SHORT = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(f'({month})' for month in _MONTHS)})(?:[а-яё]{{1,2}})?(?!\w)", re.IGNORECASE
)
_MONTH_SHORT = re.compile(rf"\d\s?({'|'.join(_SHORT)})[а-я]?\.?(?!\w)", re.IGNORECASE)
_MONTH_ENGLISH = re.compile(rf"(?<!\w)({'|'.join(_ENGLISH)})(?!\w)", re.IGNORECASE)
_NUMERIC = re.compile(
    r"(?<!\d)(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d|\d\d(?!\d))|(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)"
)
_YEAR = re.compile(r"(?<![\d.:+])((?:19|20)\d\d)(?!\d|0|-?[хе](?!\w)|-ы|-?му?\s*век)")
_DECADE = re.compile(r"\d0-?(?:[хе]|ые|ых|ми|м)(?!\w)")
_DAY = r"\d{1,2}(?:-?(?:го|е|му|ого|ое|м))?"
_DAYS = re.compile(
    rf"(?<![\d.:])({_DAY}(?:(?:\s*[-–—,]\s*|\s+(?:и|по|до)\s+){_DAY})*)\s*"
    rf"(?:{'|'.join((*_MONTHS, *_SHORT, *_ENGLISH))})"
    r"[а-яё]{0,2}(?!\w)",
    re.IGNORECASE,
)
_ORDINALS = {"перв": 1, "втор": 2, "трет": 3, "четверт": 4, "четвёрт": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_ORDINAL = r"(?<!\w)(перв|втор|трет|четв[её]рт|(?:iii|ii|iv|i)(?!\w)|[1-4](?!\d))[а-яё-]*"
_QUARTER = re.compile(rf"{_ORDINAL}\s*(?:квартал|кв\.)", re.IGNORECASE)
_HALF = re.compile(
    rf"{_ORDINAL}\s+(?:полугоди|половин\w+\s+(?:(?:19|20)\d\d|(?:\w+\s+)?года))", re.IGNORECASE
)
_SEASONS = (
    (3, re.compile(r"(?<!\w)весн(?:а|ы|е|у|ой)(?!\w)", re.IGNORECASE)),
    (6, re.compile(r"(?<!\w)лет(?:о|а|у|ом)(?!\w)", re.IGNORECASE)),
    (9, re.compile(r"(?<!\w)осен(?:ь|и|ью)(?!\w)", re.IGNORECASE)),
    (12, re.compile(r"(?<!\w)зим(?:а|ы|е|у|ой)(?!\w)", re.IGNORECASE)),
)
_WEEKDAYS = ["понедельник", "вторник", "сред(?:а|у|ы|е|ой)", "четверг", "пятниц", "суббот", "воскресен"]
_WEEKDAY = re.compile(
    rf"(?<!\w)(?:{'|'.join(f'({day})' for day in _WEEKDAYS)})\w{{0,2}}(?!\w)", re.IGNORECASE
)


def years(text: str) -> list[int]:
    """Return the years written with four digits, in order; none beside a decade."""
    if _DECADE.search(text):
        return []
    return [int(year) for year in _YEAR.findall(re.sub(r"\d\d?[./]\d\d?[./]", " ", text))]


def months(text: str) -> list[int]:
    """Return the months, by name or in a numeric date, in order."""
    numeric = [int(match[2] or match[5]) for match in _NUMERIC.finditer(text)]
    named = [(match.start(), match.lastindex or 0) for match in _MONTH.finditer(text)]
    if not named and (short := _MONTH_SHORT.findall(text)):
        return [_SHORT.index(name.lower()) + 1 for name in short]
    if not named and (english := _MONTH_ENGLISH.findall(text)):
        return [_ENGLISH.index(name.lower()) + 1 for name in english]
    return numeric or [month for _, month in sorted(named)]


def days(text: str) -> list[int]:
    """Return the days of months, in order."""
    numeric = [int(match[1] or match[6]) for match in _NUMERIC.finditer(text)]
    listed = [int(day) for match in _DAYS.finditer(text) for day in re.findall(r"\d+", match[1])]
    first = re.match(rf"(?:со?|от)\s+({_DAY})\s+по\s", text, re.IGNORECASE)
    found = numeric or listed
    if first and found and int(re.findall(r"\d+", first[1])[0]) != found[0]:
        return [int(re.findall(r"\d+", first[1])[0]), *found]
    return found


def quarter(text: str) -> int | None:
    """Return the first month of the only quarter that a text names by its number, or None."""
    return _first_month(_QUARTER, text, 3)


def half(text: str) -> int | None:
    """Return the first month of the only half of a year that a text names by its number, or None."""
    return _first_month(_HALF, text, 6)


def season(text: str) -> int | None:
    """Return the first month of the season that a text names, or None."""
    return next((month for month, pattern in _SEASONS if pattern.search(text)), None)


def weekday(text: str) -> int | None:
    """Return the only weekday that a text names, 0 for Monday, or None."""
    found = list(_WEEKDAY.finditer(text))
    return (found[0].lastindex or 0) - 1 if len(found) == 1 else None


def _first_month(pattern: re.Pattern[str], text: str, length: int) -> int | None:
    found = pattern.findall(text)
    if len(found) != 1 or re.search(r"финансов|учебн", text):
        return None
    word = found[0].lower()
    number = int(word) if word.isdigit() else _ORDINALS[word]
    return length * (number - 1) + 1
