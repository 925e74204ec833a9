"""Golden tables of values: the expected value first, then every phrasing of it.

# comment, which names the section that follows
@ 2016-11-07                          the article's date from here on; `@ -` none
>=5m EUR                              an expected value in the notation of `ie.data.notation`
    не менее 5 млн евро               a phrasing, indented
    не менее чем на [5 млн евро]      square brackets mark the span where its context matters
-                                     what follows must give no value
    25 проектов
    []                                the empty phrase
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ie.data.notation import parse_value
from ie.document import Record

NOTHING = "-"
_PARTY_KINDS = ("ORG", "PERSON", "STATE")
_SPAN = re.compile(r"(?P<before>[^][]*)\[(?P<phrase>[^][]*)\](?P<after>[^][]*)")


@dataclass(frozen=True)
class Case:
    """One phrase of a table: `before` and `after` are the words around its span, `line` counts from 1."""

    section: str
    reference: date | None
    expected: str
    phrase: str
    before: str
    after: str
    line: int


def read_golden(path: Path) -> list[Case]:
    """Return the cases of a table in its order; raises `ValueError`, naming file and line, at a fault."""
    section, reference, expected = "", None, ""
    cases: list[Case] = []
    bare = 0  # line of an expected value that has no phrasing yet
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        text = line.strip(" ")  # no-break and thin spaces belong to the phrase
        try:
            if not text:
                continue
            if "\t" in line:
                raise ValueError("there is a tab")
            if line.startswith(" "):
                cases.append(_case(section, reference, expected, text, number))
                bare = 0
                continue
            if text.startswith("#"):
                section = text[1:].strip()
                continue
            if bare:
                raise ValueError(f"the value of line {bare} has no phrasing")
            if text.startswith("@"):
                reference, expected = _reference(text), ""
            else:
                expected, bare = text, number
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
    if bare:
        raise ValueError(f"{path}, line {bare}: the value has no phrasing")
    return cases


def value_of(kind: str, notation: str) -> Record | None:
    """Return the JSON value that a notation of a table stands for, None for "-"; raises `ValueError`.

    `kind` is AMOUNT, DATE, PARTY or SECTOR. A party's notation begins with its own kind
    (`STATE KZ Казахстан`), that of a sector without a code with a hyphen (`- слово`).
    """
    if notation == NOTHING:
        return None
    first, _, rest = notation.partition(" ")
    if kind == "PARTY":
        if first not in _PARTY_KINDS or not rest:
            raise ValueError(f"{notation!r} is no kind of a party with its name")
        return parse_value(first, "", rest)
    if kind == "SECTOR" and (first == NOTHING or not rest):
        if not rest:
            raise ValueError(f"{notation!r} has no name")
        return {"canonical": rest, "code": None}
    return parse_value(kind, "", notation)


def _case(section: str, reference: date | None, expected: str, text: str, number: int) -> Case:
    if not expected:
        raise ValueError(f"the phrase {text!r} has no value above it")
    if text.startswith(("#", "@")):
        raise ValueError(f"a line with {text[0]!r} is not indented")
    match = _SPAN.fullmatch(text)
    if match:
        return Case(section, reference, expected, match["phrase"], match["before"], match["after"], number)
    if "[" in text or "]" in text:
        raise ValueError(f"{text!r} does not have one pair of brackets")
    return Case(section, reference, expected, text, "", "", number)


def _reference(text: str) -> date | None:
    day = text[1:].strip()
    return None if day == "-" else date.fromisoformat(day)
