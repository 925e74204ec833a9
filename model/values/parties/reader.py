"""Parties: organizations, people and states, each by its name in the nominative."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Self

from ie.values.inflection import nominative
from ie.values.parties.legal_forms import split_legal_form
from ie.values.result import NO_CONTEXT, Context, Unknown

from .grammatical_case import likely_cases, subject_gender
from .kind import is_bare_form, is_description, party_kind
from .personal_names import person_readings
from .states import read_state

KINDS = ("organization", "person", "state")
_LONGEST = 200
_ENOUGH = 80  # characters without a capital: more than most sentences have after their first word
# A number, alone or with what it counts in lower case: «25 %», «1,2 млрд рублей».
_NUMBER = re.compile(r"[\d\s.,%+-]+(?:$|\s[а-яё])")
_NAME = re.compile(r"[^\W_]")
# Names of states in poetry, which are nobody's name in news.
_POETIC = re.compile(r"туманн\w+ альбион\w*", re.IGNORECASE)
_WORD = re.compile(r"[А-ЯЁ][а-яё-]+")
_FULL_NAME = re.compile(r"([А-ЯЁ][а-яё-]+)\s+([А-ЯЁ][а-яё-]+)")
_QUOTES = '«»„“”"'
# How much likelier a nominative is that the context has as it stands.
_SEEN = 2.5
# … and the surname of somebody whom the document names in full.
_NAMED = 6.0


@dataclass(frozen=True, slots=True)
class Party:
    """A party: kind, name in the nominative without outer quotes, legal form, and the code of a state.

    The code is ISO 3166-1 alpha-2, EU for the European Union; other unions and former states have none.
    """

    kind: str
    canonical: str
    legal_form: str | None = None
    code: str | None = None

    def to_record(self) -> dict[str, Any]:
        """Return the party as JSON of the corpus; what it lacks is left out."""
        record = {"kind": self.kind, "canonical": self.canonical}
        optional = {"legal_form": self.legal_form, "code": self.code}
        return record | {name: value for name, value in optional.items() if value is not None}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the party of a JSON record; inverse of `to_record`."""
        return cls(record["kind"], record["canonical"], record.get("legal_form"), record.get("code"))


def read_party(
    text: str, context: Context = NO_CONTEXT, *, kind: str | None = None, surnames: Collection[str] = ()
) -> Party | Unknown:
    """Return the party that a mention names, by the words around it; `kind` where it is known.

    `surnames` are those of the people whom the document names in full: one word is the likelier a form of one
    of them. Raises `ValueError` for an unknown kind.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of party: the kinds are {', '.join(KINDS)}.")
    if len(text) > _LONGEST:
        return Unknown(f"A name of more than {_LONGEST} characters is not read.")
    name = _plain(text)
    if not _NAME.search(name):
        return Unknown("There is no letter or digit in it.")
    if kind is None and (reason := _nobody(name, context)):
        return Unknown(reason)
    kind = kind or ("state" if read_state(name) else party_kind(name, context))
    if kind == "person" and surnames and " " not in name:
        return _person(name, context, dict.fromkeys(map(str.lower, surnames), _NAMED))
    return _READERS[kind](name, context)


def person_names(text: str, context: Context = NO_CONTEXT) -> dict[str, float]:
    """Return the nominatives that the mention of a person may be a form of, each with its weight."""
    return _readings(_plain(text), context)


def _plain(text: str) -> str:
    return " ".join(unescape(text).replace("\xad", "").split())


def _nobody(name: str, context: Context) -> str | None:
    """Return why a mention names no party, or None."""
    if _POETIC.fullmatch(name):
        return "It is a poetic name."
    if _NUMBER.match(name):
        return "It is a number."
    if is_bare_form(name):
        return "It is a legal form without a name."
    if is_description(name, small=_in_small_letters(context)) and not read_state(name):
        return "It is a description without a name."
    return None


def _in_small_letters(context: Context) -> bool:
    """Return whether the text around a mention has no capitals, so that its names have none either."""
    text = context.before + context.after
    return len(text) >= _ENOUGH and text == text.lower()


def _state(name: str, _: Context) -> Party | Unknown:
    state = read_state(name)
    return Party("state", state.name, code=state.code) if state else Unknown(f"{name!r} is no state's name.")


def _person(name: str, context: Context, known: Mapping[str, float] | None = None) -> Party:
    found = _readings(name, context, known)
    return Party("person", max(found, key=lambda nominative: found[nominative]))


def _readings(name: str, context: Context, known: Mapping[str, float] | None = None) -> dict[str, float]:
    known = known or {word.lower(): _SEEN for word in _seen(name, context)}
    cases = likely_cases(context, beside=True, full=" " in name)
    return person_readings(name, cases, known, subject_gender(context))


def _organization(name: str, context: Context) -> Party:
    bare, form = split_legal_form(name)
    bare = _mixed_quotes(bare)
    if not _NAME.search(bare):
        return Party("organization", name)
    if form is not None:
        return Party("organization", bare, form)
    if bare != name:
        quoted = Context(context.before + "«", context.after)
        return Party("organization", nominative(bare, likely_cases(quoted)))
    return Party("organization", nominative(name, likely_cases(context)))


def _mixed_quotes(name: str) -> str:
    """Return a name without the quotes around it where they are of two styles."""
    inner = name[1:-1].strip()
    mixed = name[:1] in _QUOTES and name[-1:] in _QUOTES and len(name) > 2
    return inner if mixed and not any(char in _QUOTES for char in inner) else name


def _seen(name: str, context: Context) -> Iterator[str]:
    """Yield the words of full names in the context that begin like a word of the name.

    «Иванова» alone may be a case form; behind a woman's name it is a nominative.
    """
    stems = tuple(word[: max(3, len(word) - 3)] for word in _WORD.findall(name))
    for side in (context.before, context.after):
        for match in _FULL_NAME.finditer(side):
            if stems and match[2].startswith(stems) and (match[1][-1] in "ая") == (match[2][-1] in "ая"):
                yield match[2]


_READERS: dict[str, Callable[[str, Context], Party | Unknown]] = {
    "state": _state,
    "person": _person,
    "organization": _organization,
}
