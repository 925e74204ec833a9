"""The name of an organization taken apart for comparing: words, the state it belongs to, the form it has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ie.values.tables import fold, read_table

from .acronyms import blend_parts, initials, is_acronym
from .name_words import name_key, words_of
from .states import read_state

if TYPE_CHECKING:
    from .reader import Party

_LONGEST = 200  # characters of a name that are looked at
_STATE_WORDS = 5  # words that a state's name may have
_QUOTED = re.compile(r"[^«»\"“”„]*[«\"“„]([^«»\"“”„]{2,})[»\"”“]?")
# A joint-stock company is called by its old and its new form; the other forms tell companies apart.
_JOINT_STOCK = frozenset(
    ("ао", "оао", "пао", "публичное акционерное общество", "открытое акционерное общество")
)


@dataclass(frozen=True)
class OrganizationName:
    """One name of a document: `words` as they stand, without the state that `country` is the code of."""

    text: str
    key: str
    words: tuple[str, ...]
    country_words: tuple[str, ...]
    country: str | None
    form: str | None
    start: int
    in_title: bool
    quoted: str | None

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The words in lower case with `е` for `ё`."""
        return tuple(map(fold, self.words))

    @cached_property
    def known(self) -> str | None:
        """What the list of well-known names has the name as; None for a name that is not in it."""
        found = _aliases().get(self.key)
        return found[0] if found else None

    @cached_property
    def acronym(self) -> bool:
        """Whether the name is an abbreviation in capitals."""
        return len(self.words) == 1 and is_acronym(self.words[0])

    @cached_property
    def blend_parts(self) -> list[str]:
        """The words that a blend of the name is made of."""
        return blend_parts(self.folded)

    def initials(self) -> Iterator[str]:
        """Yield the initials that the name may go by, those of its state too."""
        yield from initials(self.words)
        if self.country_words:
            yield from initials((*self.words, *self.country_words))

    def bare(self) -> Iterator[str]:
        """Yield the name without the kind of organization before it or after it, and what its quotes hold."""
        if self.quoted:
            yield self.quoted
        words = self.folded
        for cut in range(1, len(words)):
            if " ".join(words[:cut]) in words_by_use("head"):
                yield " ".join(words[cut:])
            if " ".join(words[-cut:]) in words_by_use("head"):
                yield " ".join(words[:-cut])


def read_name(party: "Party", start: int, in_title: bool) -> OrganizationName:
    """Return the name of an organization that is first mentioned at `start`."""
    canonical = party.canonical[:_LONGEST]
    words = words_of(canonical) or [canonical]
    alias = _aliases().get(name_key(canonical))
    size, country = (0, alias[1]) if alias else _state_at_end(words)
    core = tuple(words[: len(words) - size])
    if alias is None:
        alias = _aliases().get(fold(" ".join(core)))
        country = country or (alias[1] if alias else None)
    quoted = _QUOTED.fullmatch(canonical)
    return OrganizationName(
        text=canonical,
        key=fold(" ".join(core)),
        words=core,
        country_words=tuple(words[len(core) :]),
        country=country,
        form=_form(party.legal_form),
        start=start,
        in_title=in_title,
        quoted=name_key(quoted[1]) if quoted else None,
    )


@cache
def words_by_use(mark: str) -> frozenset[str]:
    """Return the words that the list of well-known names has under a mark: `head`, `body` or `alone`."""
    return frozenset(_aliases()[f":{mark}"])


def _aliases() -> dict[str, list[str]]:
    aliases: dict[str, list[str]] = read_table("aliases")
    return aliases


def _state_at_end(words: list[str]) -> tuple[int, str | None]:
    """Return how many last words name the state that a body is of, and its code; 0 for none.

    A state in the nominative is no such attribute but part of the name: «Единая Россия», «Тойота Россия».
    """
    for size in range(min(_STATE_WORDS, len(words) - 1), 0, -1):
        name = " ".join(words[-size:])
        state = read_state(name)
        if state and name[:1].isupper() and (name.isupper() or not _nominative(name, state.name)):
            return size, state.symbol
    return 0, None


def _nominative(name: str, first: str) -> bool:
    """Return whether a state's name stands in the nominative and has another form for the genitive."""
    return fold(name) == fold(first) and name[-1] in "яай"


def _form(form: str | None) -> str | None:
    """Return a legal form as it is compared."""
    if form is None:
        return None
    folded = re.sub(r"[\W_]+", " ", fold(form)).strip()
    return "ао" if folded in _JOINT_STOCK else folded or None
