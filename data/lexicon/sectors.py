"""The lexicon of sectors, compiled: terms, adjectives, goods and activities by their lemmas.

| list | columns |
|---|---|
| `isic.tsv` | code, title in English, in Russian |
| `sectors/*.tsv` | code, term in the nominative |
| `adjectives.tsv` | code, adjective: the industry of «нефтяная отрасль» |
| `goods.tsv` | codes of making, digging out and growing (or `-`), good |
| `activities.tsv` | activities, code or rule, objects (`*` for any) |
| `sector_words.tsv` | kind, code, words: heads, parts of compounds, what is no sector |

Lines that start with `#` are comments.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ie.data.corpus import read_text
from ie.errors import CorpusError, CorpusFaultsError
from ie.values.sectors.lemmas import WORD, Reading, lemmas, readings
from ie.values.sectors.noun_phrase import find_head
from ie.values.tables import fold

Table = dict[str, Any]
ADJECTIVES, GOODS, ACTIVITIES, WORDS = ("adjectives.tsv", "goods.tsv", "activities.tsv", "sector_words.tsv")
RULES = frozenset(("MADE", "DUG", "GROWN", "PROCESSED", "OWN"))
NONE = "-"
ANY = "*"
_CODE = re.compile(r"[A-U](\d\d)?")
_HEADERS = frozenset(("code", "made", "activities", "kind"))


def compile_isic(path: Path) -> dict[str, list[str]]:
    """Return the English and Russian titles of each code, in the order of the list."""
    return {cells[0]: cells[1:] for _, cells in _rows(path, 3)}


def compile_sectors(folder: Path) -> Table:
    """Return all lists of `folder` (`seeds/lexicon`) as one table, `kind lemmas: what is known of it`.

    Raises `CorpusFaultsError` naming file and line: an unknown code, a term twice, a malformed line.
    """
    codes = compile_isic(folder / "isic.tsv")
    compiler = _Compiler(frozenset(codes))
    for path in sorted((folder / "sectors").glob("*.tsv")):
        compiler.read(path, 2, compiler.term)
    compiler.read(folder / ADJECTIVES, 2, compiler.adjective)
    compiler.read(folder / GOODS, 4, compiler.good)
    compiler.read(folder / ACTIVITIES, 3, compiler.activity)
    compiler.read(folder / WORDS, 3, compiler.word)
    if compiler.faults:
        raise CorpusFaultsError(compiler.faults)
    return compiler.table | usual_numbers(compiler.table)


def phrase_key(phrase: str) -> str:
    """Return the key of a phrase in the nominative: of each word the lemma that fits its place."""
    words = [word for word in WORD.findall(phrase) if word not in (",", ";")]
    found = find_head(words)
    head = found.head if found else len(words)
    return " ".join(_lemma(word, place - head) for place, word in enumerate(words))


def usual_numbers(table: Table) -> dict[str, str]:
    """Return the number in which each head of a term is usual, as `number lemma: sing | plur`."""
    counts: dict[str, Counter[str]] = {}
    for name in (value[1] for key, value in table.items() if key.startswith("term ")):
        phrase = find_head(WORD.findall(name))
        found = _first_case(phrase.noun) if phrase else None
        if phrase and found:
            # a term of one word says more than a head with attributes
            weight = 1 if len(phrase.words) > 1 else 5
            counts.setdefault(found.lemma, Counter())[found.number] += weight
    usual = {f"number {lemma}": count.most_common(1)[0][0] for lemma, count in counts.items()}
    plural = (key.partition(" ")[2] for key in table if key.startswith("plural "))
    return usual | {f"number {lemma}": "plur" for lemma in plural}


class _Compiler:
    """The table as it grows, and the faults of the lists."""

    def __init__(self, codes: frozenset[str]) -> None:
        self.codes = codes
        self.table: Table = {}
        self.faults: list[str] = []
        self._places: dict[str, str] = {}

    def read(self, path: Path, columns: int, take: Callable[[str, list[str]], None]) -> None:
        """Take each row of a list; what is malformed becomes a fault."""
        try:
            for number, cells in _rows(path, columns):
                take(f"{path}:{number}", cells)
        except CorpusError as error:
            self.faults.append(str(error))

    def term(self, place: str, cells: list[str]) -> None:
        """Take `code, term`."""
        code, term = cells
        key = f"term {phrase_key(term)}"
        before = self.table.get(key)
        # «лотерея» and «лотереи» are one key: the first is the usual one, the others may stand, too
        if before and before[0] == code and fold(term) not in map(fold, before[1:]):
            before.append(term)
            return
        if self._known(place, code):
            self._add(place, key, [code, term])

    def adjective(self, place: str, cells: list[str]) -> None:
        """Take `code, adjective`."""
        code, adjective = cells
        if self._known(place, code):
            self._add(place, f"adjective {fold(adjective)}", code)

    def good(self, place: str, cells: list[str]) -> None:
        """Take `made, dug, grown, good`."""
        *codes, name = cells
        if all(code == NONE or self._known(place, code) for code in codes):
            self._add(place, f"good {phrase_key(name)}", [None if code == NONE else code for code in codes])

    def activity(self, place: str, cells: list[str]) -> None:
        """Take `activities, code or rule, objects`; an activity may have several rows, in their order."""
        names, code, objects = cells
        if code in RULES or self._known(place, code):
            what = [] if objects == ANY else [phrase_key(name) for name in _listed(objects)]
            for name in _listed(names):
                self.table.setdefault(f"activity {phrase_key(name)}", []).append([code, what])

    def word(self, place: str, cells: list[str]) -> None:
        """Take `kind, code, words`."""
        kind, value, words = cells
        if kind == "derivation":
            self._add(place, f"derivation {value}", [word.strip(NONE) for word in _listed(words)])
        elif kind in ("head", "nothing", "opening", "plural", "plain", "uncoded", "whole"):
            for word in _listed(words):
                self._add(place, f"{kind} {fold(word) if kind == 'opening' else phrase_key(word)}", value)
        elif kind in ("stem", "ending", "processed"):
            for word in _listed(words):
                if self._known(place, value):
                    self._add(place, f"{kind} {word if kind == 'processed' else fold(word)}", value)
        else:
            self.faults.append(f"{place}: {kind!r} is no kind of word.")

    def _known(self, place: str, code: str) -> bool:
        known = _CODE.fullmatch(code) is not None and code in self.codes
        if not known:
            self.faults.append(f"{place}: {code!r} is no code of ISIC Rev. 4.")
        return known

    def _add(self, place: str, key: str, value: Any) -> None:
        if key in self.table:
            phrase = key.partition(" ")[2]
            self.faults.append(f"{place}: {phrase!r} is there already, at {self._places[key]}.")
        self._places.setdefault(key, place)
        self.table.setdefault(key, value)


def _rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each line that is no comment; raises `CorpusError` at a malformed one."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != columns or not cells[-1]:
            raise CorpusError(f"{path}:{number}: A line has {columns} columns, not {len(cells)}: {line!r}.")
        if cells[0] not in _HEADERS:
            yield number, cells


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _lemma(word: str, place: int) -> str:
    """Return the lemma of a word before (`place` below 0), at or after the head."""
    known = readings(word)
    fitting = [r for r in known if r.noun == (place >= 0)] or list(known)
    first = [r for r in fitting if r.case == "nomn"] if place <= 0 else []
    return next((reading.lemma for reading in (*first, *fitting)), lemmas(word)[0])


def _first_case(word: str) -> Reading | None:
    nouns = [r for r in readings(word) if r.noun and r.case == "nomn"]
    return max(nouns, key=lambda r: r.score, default=None)
