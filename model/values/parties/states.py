"""States and unions of states by all their names, in any case form.

The names are those of `seeds/lexicon/states.tsv`: the members of the United Nations, Palestine, the Vatican,
Taiwan and Kosovo, states that are no more, and unions of states. Unrecognised states are left out, as the
guidelines ask.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ie.values.tables import read_table

# Codes of ISO 3166-3: their states are no more, and ISO 3166-1 has no code for them.
NO_MORE = frozenset({"SU", "DD", "YU", "CS"})
# Stands for the unions that have no code in `state_codes`.
UNION = "UN"
_LONGEST = 90
_WORD = re.compile(r"(?<![\w-])[\w'’.-]*\w(?![\w-])")
_DASH = re.compile(r"\s+[-–—]\s+")


@dataclass(frozen=True, slots=True)
class State:
    """A state or union: its name in news, its ISO 3166-1 alpha-2 code (EU too), its symbol in the list."""

    name: str
    code: str | None
    symbol: str
    sure: bool


@lru_cache(maxsize=4096)
def read_state(text: str) -> State | None:
    """Return the state that goes by a name, in whatever case form and letters; None for no state's name.

    A name that is more often something else («того», «штаты») is believed with a capital only.
    """
    if len(text) > _LONGEST:
        return None
    name = _normal(text)
    abbreviation = _entry(name.upper())
    state = _entry(_fold(name)) or abbreviation
    if state and not state.sure and (name[:1].islower() or (state is abbreviation and not name.isupper())):
        return None
    return state


def is_state(text: str) -> bool:
    """Return whether a text is, in any case form, the name of a state or of a union of states."""
    return read_state(text) is not None and not text[:1].islower()


def state_codes(text: str) -> frozenset[str]:
    """Return the code of the state of that name, `UN` for a union without one; empty for no state's name."""
    state = read_state(text)
    if state is None:
        return frozenset()
    return frozenset({state.symbol if len(state.symbol) == len(UNION) else UNION})


def state_name(code: str) -> str | None:
    """Return the name that a state goes by in news, in the nominative; None for no state's code."""
    return _names().get(code)


def find_states(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places `[start, end)` of unmistakable names of states in a text, the longest ones."""
    end = 0
    for word in _WORD.finditer(text):
        if word.start() >= end and word[0][0].isupper():
            place = _longest_name(text, word)
            if place:
                end = place[1]
                yield place


def _longest_name(text: str, first: re.Match[str]) -> tuple[int, int] | None:
    counts = _word_counts().get(_fold(first[0]), frozenset())
    ends = [first.end()]
    for word in _WORD.finditer(text, first.end(), first.start() + _LONGEST):
        if len(ends) >= max(counts, default=0) or text[ends[-1] : word.start()].strip(
            " \t\n\r\u00a0\u202f—–-"
        ):
            break
        ends.append(word.end())
    for count in sorted((n for n in counts if n <= len(ends)), reverse=True):
        if _named(text[first.start() : ends[count - 1]]):
            return first.start(), ends[count - 1]
    return None


def _named(text: str) -> bool:
    """Return whether a text is surely the name of a state as it stands: an abbreviation has its capitals."""
    name = _normal(text)
    state = _entry(name) or _entry(_fold(name))
    return state is not None and state.sure


@cache
def _word_counts() -> dict[str, frozenset[int]]:
    """Return how many words the names have that begin with a word."""
    counts: dict[str, set[int]] = {}
    for form in _table():
        words = _WORD.findall(form)
        counts.setdefault(_fold(words[0]), set()).add(len(words))
    return {word: frozenset(known) for word, known in counts.items()}


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for symbol, name, _ in _table().values():
        if len(symbol) == len(UNION):
            names.setdefault(symbol, name)
    return names


@cache
def _table() -> dict[str, tuple[str, str, bool]]:
    return {form: (symbol, name, sure) for form, (symbol, name, sure) in read_table("states").items()}


def _entry(form: str) -> State | None:
    if form not in _table():
        return None
    symbol, name, sure = _table()[form]
    coded = len(symbol) == len(UNION) and symbol not in NO_MORE
    return State(name, symbol if coded else None, symbol, sure)


def _normal(text: str) -> str:
    return _DASH.sub(" — ", " ".join(text.split())).replace("’", "'")


def _fold(text: str) -> str:
    return text.lower().replace("ё", "е").replace("’", "'")
