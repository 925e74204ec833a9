"""The word lists of the normalisers, compiled: every case form of every word to its symbol.

A list is tab-separated: `symbol`, `lemmas` (inflected by pymorphy3; `лемма:POS` picks a part of speech of
OpenCorpora), `as it stands` (abbreviations, foreign words, slips of the pen; taken as written). Lines that
start with `#` are comments. Forms are in lower case with `е` for `ё`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ie.data.corpus import read_text
from ie.errors import CorpusError, CorpusFaultsError
from ie.files import atomic_write
from ie.values.morphology import analyzer
from ie.values.tables import fold

HEADER = ("symbol", "lemmas", "as it stands")


def compile_words(path: Path) -> dict[str, str]:
    """Return the symbol of every form of the words in a list.

    Raises `CorpusFaultsError` naming line and word where a word is unknown or has two symbols.
    """
    table: dict[str, str] = {}
    faults: list[str] = []
    for number, (symbol, lemmas, fixed) in _rows(path):
        forms = [form for lemma in lemmas.split() for form in _forms(lemma)]
        if lemmas and not forms:
            faults.append(f"{path}:{number}: No form is known of one of {lemmas!r}.")
        for form in (*forms, *(fold(word) for word in fixed.split())):
            if table.setdefault(form, symbol) != symbol:
                faults.append(f"{path}:{number}: {form!r} is both {table[form]!r} and {symbol!r}.")
    if faults:
        raise CorpusFaultsError(faults)
    return table


def write_table(path: Path, table: Any) -> None:
    """Write a table as JSON, a row a line, so that a change of the list is a small change of the file."""
    with atomic_write(path) as file:
        rows = (
            f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
            for key, value in sorted(table.items())
        )
        file.write("{\n" + ",\n".join(rows) + "\n}\n")


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if tuple(cells) == HEADER:
            continue
        if len(cells) > len(HEADER):
            raise CorpusError(f"{path}:{number}: A line has {len(HEADER)} columns, not {len(cells)}.")
        symbol, lemmas, fixed = [*cells, "", ""][:3]
        yield number, (symbol, lemmas, fixed)


def _forms(lemma: str) -> Iterator[str]:
    word, _, pos = lemma.partition(":")
    parses = analyzer().parse(word)
    fitting = [p for p in parses if fold(p.normal_form) == fold(word) and (not pos or pos in p.tag)]
    if fitting:
        yield from {fold(form.word) for form in fitting[0].lexeme}
