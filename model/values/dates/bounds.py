"""What the words before a date make of it: «до [1 июня]» is a bound in time, «с [2016 годом]» a match."""

import re
from datetime import date

from ie.document import Document, Entity
from ie.values.result import Context
from ie.values.tables import read_table

from .tense import tense_of

# What is looked at: so many characters and tokens before the date, the first word after it.
_NEAR_CHARS, _MOST_TOKENS, _TEXT_CHARS = 120, 12, 200
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|\n")
# Symbols of the table `tense`: «вырастет на 5 % к 2030 году» is a bound, «вырос на 5 % к 2016 году» is none.
_AHEAD = frozenset({"future", "shall", "plan", "infinitive"})
# Words that say when by their own form: an hour or a month of that time is meant, not what goes before it.
_WHEN = r"(сегодня|вчера|весной|летом|осенью|зимой|утром|вечером|ночью)"
# Units that are compared with the one before: no deadline is in the past.
_COMPARED = r"(году|полугодию|кварталу|месяцу|неделе|дню)"
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# «В 2012 году», which holds for the date after it too.
_NAMED_YEAR = re.compile(r"(?P<year>[12]\d{3})(?:-?м)?(?: году)?")
_IN = re.compile(r"(?<!\w)[вВ]\s+$")
# Between the year and the date: a part of a sentence, one predicate and no other. Decimals have their comma.
_APART = re.compile(r"[.!?…;:()«»\"“”\n]|,(?!\d)|(?<!\w)(?:и|а|но|или|чем)(?!\w)")
_LIST = re.compile(r"[.!?…;:()«»\"“”\n]|,(?!\d)")  # «1 февраля и 1 апреля»
_LONGEST = 90

# Name, pattern, what it says; the first that fits counts. The pattern is matched with the gloss of a date:
# each word before it as its symbol in `seeds/lexicon/bounds.tsv`, `ahead` for a verb of the future, else as
# it stands; then the symbols of the mention in brackets.
_RULES = tuple(
    (name, re.compile(pattern), said)
    for name, pattern, said in (
        ("с 10 по [20 ноября]", r"SINCE (\S+ ){1,4}BY \[", "until"),
        ("с [10 по 20 ноября]", r"\[(SINCE|UNTIL|TO)\b", None),
        ("по сравнению с", r"THAN (SINCE|TO) \[", None),
        ("плюс 5 % к, на 3 п. п. к", r"^(?!.*ahead).*CHANGE( [.,)])? TO \[", None),
        ("к аналогичному периоду", r"(SINCE|TO) \[.*PERIOD", None),
        ("вырос к прошлому году", rf"TO \[(поза)?(прошл|предыдущ|предшеств)\w+ {_COMPARED}\b", None),
        ("с прошлым годом", r"SINCE \[.*WITH", None),
        ("перенос на июнь с [апреля]", r"MOVE.* SINCE \[", None),
        ("не раньше, не раньше чем в", r"NOT EARLIER( ,)?( чем)?( в| во)? \[", "since"),
        ("не позднее, не позднее чем к", r"NOT LATER( ,)?( чем)?( в| во| TO)? \[", "until"),
        ("не наступит раньше", r"NOT (\w+ ){1,2}EARLIER \[", "since"),
        ("годом ранее", r"WITH (EARLIER|LATER) \[", None),
        ("Ранее 6 ноября сообщалось", r"(^|[^\w\s,] |, )(EARLIER|LATER) \[", None),
        ("ранее сегодня, позже этой весной", rf"(EARLIER|LATER) \[(\w+ )?{_WHEN}\b", None),
        ("раньше", r"EARLIER \[", "before"),
        ("позднее", r"LATER \[", "after"),
        ("до, к", r"(UNTIL|TO) \[", "until"),
        ("с", r"SINCE \[", "since"),
        ("после", r"AFTER \[", "after"),
        ("перед", r"BEFORE \[", "before"),
    )
)


def modifiers(context: Context, text: str, reference: date | None = None) -> tuple[str, ...]:
    """Return what the words before a date say of its bounds: `before`, `after`, `since`, `until`, or nothing.

    `text` is the mention itself; what it says by its own words («с 10 по 20 ноября») is not told here.
    `reference` is the article's date: with a year after it nothing has been compared yet («на 22 % к 2030
    году»). Conventions: `data/GUIDELINES.md`, «Modifiers».
    """
    gloss = _gloss(context, text)
    if reference and any(int(year) > reference.year for year in _YEAR.findall(text[:_TEXT_CHARS])):
        gloss = f"ahead {gloss}"
    said = next((said for _, pattern, said in _RULES if pattern.search(gloss)), None)
    return (said,) if said else ()


def _gloss(context: Context, text: str) -> str:
    before = [_symbol(token) for token in _TOKEN.findall(context.before[-_NEAR_CHARS:])]
    before = [symbol for symbol in before[-_MOST_TOKENS:] if symbol != "MAY"]
    inside = " ".join(_symbol(token) for token in _TOKEN.findall(text[:_TEXT_CHARS]))
    after = _TOKEN.match(context.after.lstrip(" ")[:_NEAR_CHARS])
    return f"{' '.join(before)} [{inside}] {_symbol(after[0]) if after else ''}".strip(" ")


def _symbol(token: str) -> str:
    word = token.lower().replace("ё", "е")
    symbol = read_table("bounds").get(word)
    if symbol:
        return str(symbol)
    return "ahead" if read_table("tense").get(word) in _AHEAD else word


class Clause:
    """Follows the dates of a document in their order, and tells which year holds for the next one."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._year: str | None = None
        self._end = 0
        self._apart = _APART

    def year_of(self, mention: Entity, leaning: float | None) -> str | None:
        """Return the year of a mention that names none, None where the words before name none for it.

        `leaning` is that of its sentence: of a year to come nothing is told in the past («прогноз на рост в
        2030 году повысили в мае»).
        """
        text, year = self._document.text, self._year
        gap = text[self._end : mention.start]
        named = _NAMED_YEAR.fullmatch(mention.text)
        if named and _IN.search(text[max(0, mention.start - 3) : mention.start]):
            self._year, self._end, self._apart = named["year"], mention.end, _APART
            return None
        if year is None or len(gap) > _LONGEST or self._apart.search(gap) or _YEAR.search(mention.text):
            self._year = None
            return None
        self._end, self._apart = mention.end, _LIST
        return None if _to_come(year, self._document.date) and tense_of(leaning) == "past" else year


def _to_come(year: str, day: date | None) -> bool:
    return day is not None and int(year) > day.year
