"""The list of states, compiled: each case form of each name to its symbol, name and whether it is sure."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from ie.data.corpus import read_text
from ie.errors import CorpusFaultsError
from ie.values.morphology import analyzer
from ie.values.tables import fold

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

HEADER = ("symbol", "names", "as they stand")
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
NO_MORE = frozenset({"SU", "DD", "YU", "CS"})
# heads beside which the name itself may stay in the nominative: «Республики Корея» and «Республики Кореи»
_TITLES = frozenset(
    (
        *("республика", "королевство", "государство", "княжество", "эмират", "султанат", "герцогство"),
        *("федерация", "содружество", "союз"),
    )
)
# what the analyzer takes for a case form of something else, or does not know
_FIXED = frozenset(
    (
        "эсватини",
        "сан-марино",
        "палау",
        "тувалу",
        "кирибати",
        "лесото",
        "тонга",
        "фасо",
        "бисау",
        "даруссалам",
    )
)

Row = tuple[str, str, bool]


def compile_states(path: Path) -> dict[str, Row]:
    """Return `form: (symbol, name, sure)` of all names in a list, forms as `state_key` writes them.

    Raises `CorpusFaultsError` naming line and name where a form has two symbols.
    """
    table: dict[str, Row] = {}
    faults: list[str] = []
    for number, symbol, names, fixed in _rows(path):
        first = names[0].rstrip("?")
        for written in (*names, *fixed):
            name, sure = written.rstrip("?"), not written.endswith("?")
            own = name if symbol in NO_MORE or (len(symbol) > 2) else first
            forms = (name,) if written in fixed else name_forms(name)
            for form in forms:
                known = table.setdefault(state_key(form), (symbol, own, sure))
                if known[0] != symbol:
                    faults.append(f"{path}:{number}: {form!r} is both {known[0]} and {symbol}.")
    if faults:
        raise CorpusFaultsError(faults)
    return table


def state_key(name: str) -> str:
    """Return a name as the table has it: abbreviations in capitals as they are, the rest folded."""
    return name if name.isupper() and name.isalpha() else fold(name)


def name_forms(name: str) -> list[str]:
    """Return a state's name in all cases, the nominative first; both parts of «Босния и Герцеговина»."""
    if name.isupper():
        return [name]
    parts = re.split(r"( и | — )", name)
    if len(parts) == 3 and _noun(parts[2].split()[-1]) and not any(map(_title, name.split())):
        left, right = _in_cases(parts[0]), _in_cases(parts[2])
        return list(
            dict.fromkeys(
                a + parts[1] + b for one, two in zip(left, right, strict=True) for a, b in product(one, two)
            )
        )
    return list(dict.fromkeys(form for forms in _in_cases(name) for form in forms))


def _in_cases(name: str) -> list[list[str]]:
    """Return the forms of a name, a list a case: head and attributes declined, and the name after a title."""
    words = name.split()
    head = next((i for i, word in enumerate(words) if _noun(word)), None)
    if head is None:
        return [[name]] * len(CASES)
    tail = words[head + 1 :]
    proper = bool(tail) and _title(words[head]) and all(word[0].isupper() for word in tail)
    tails = _tails(tail) if proper else [[" ".join(tail)]] * len(CASES)
    number = _number(words[head])
    return [
        [
            " ".join(
                filter(
                    None,
                    (
                        *(_decline(word, case, _gender(words[head]), number) for word in words[: head + 1]),
                        end,
                    ),
                )
            )
            for end in ends
        ]
        for case, ends in zip(CASES, tails, strict=True)
    ]


def _tails(tail: list[str]) -> list[list[str]]:
    """Return what may follow a title in each case: the name as it stands, in the genitive, in the case."""
    if not all(_noun(word) or _adjective(word) for word in tail):
        return [[" ".join(tail)]] * len(CASES)
    declined = [forms[0] for forms in _in_cases(" ".join(tail))]
    return [list(dict.fromkeys((" ".join(tail), declined[1], form))) for form in declined]


def _parses(word: str, pos: str) -> list["Parse"]:
    return [p for p in analyzer().parse(word) if pos == p.tag.POS and p.tag.case == "nomn"]


def _noun(word: str) -> "Parse | None":
    """Return the reading of a word as a noun in the nominative, a place's name first."""
    nouns = _parses(word, "NOUN")
    known = [p for p in nouns if fold(p.normal_form) == fold(word) or p.tag.number == "plur"]
    places = [p for p in known if "Geox" in p.tag and p.tag.animacy == "inan"]
    usual = [p for p in known if p.tag.animacy == "inan"]
    if word.endswith(("ая", "ое", "ий", "ный", "ские", "ные")) and _adjective(word):
        return None
    return next(iter(places or usual or known), None)


def _adjective(word: str) -> "Parse | None":
    return next(iter(_parses(word, "ADJF") + _parses(word, "PRTF")), None)


def _title(word: str) -> bool:
    return word.lower() in _TITLES


def _number(word: str) -> str:
    noun = _noun(word)
    return str(noun.tag.number) if noun else "sing"


def _gender(word: str) -> str | None:
    noun = _noun(word)
    return noun.tag.gender if noun else None


def _decline(word: str, case: str, gender: str | None, number: str) -> str:
    if word.isupper() or word.lower() in _FIXED or word.lower().split("-")[-1] in _FIXED:
        return word
    parse = _noun(word)
    wanted = {case, number}
    if parse is None:
        parse = next(
            (
                p
                for p in _parses(word, "ADJF") + _parses(word, "PRTF")
                if number == "plur" or p.tag.gender == gender
            ),
            None,
        )
        if case == "accs" and number == "sing" and gender == "femn":
            wanted |= {"femn"}
        elif case == "accs":
            return word
    inflected = parse.inflect(wanted) if parse else None
    return _cased(inflected.word, word) if inflected else word


def _cased(form: str, like: str) -> str:
    """Return a form with the capitals of the word that it is made of."""
    parts = zip(form.split("-"), like.split("-"), strict=False)
    return "-".join(a.capitalize() if b[:1].isupper() else a for a, b in parts)


def _rows(path: Path) -> Iterator[tuple[int, str, list[str], list[str]]]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        if line.strip() and not line.startswith("#") and tuple(cells) != HEADER:
            symbol, names, fixed = [*cells, "", ""][:3]
            yield number, symbol, names.split(" / "), [name for name in fixed.split(" / ") if name]
