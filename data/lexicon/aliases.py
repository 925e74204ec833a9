"""The list of organizations' well-known names, compiled: each name to its party, and words by their use."""

from pathlib import Path
from typing import Any

from ie.data.corpus import read_text
from ie.errors import CorpusFaultsError
from ie.values.parties.name_words import name_key

HEADER = ["country", "names", "of"]
# Rows that hold words of one use instead of the names of one organization.
WORD_ROWS = ("head", "body", "alone")


def compile_aliases(path: Path) -> dict[str, Any]:
    """Return `key: [first name's key, country or None]` of all names in a list; words by use under `:mark`.

    Keys are those of `name_key`. Raises `CorpusFaultsError` naming line and name where one has two parties.
    """
    table: dict[str, Any] = {}
    words: dict[str, set[str]] = {mark: set() for mark in WORD_ROWS}
    faults: list[str] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = line.rstrip().split("\t")
        if not line.strip() or line.startswith("#") or cells == HEADER:
            continue
        mark, cell, of = [*cells, "", ""][:3]
        names = [name_key(name) for name in cell.split(" / ")]
        if mark in words:
            words[mark] |= set(names)
            continue
        party = [name_key(of) if of else names[0], mark or None]
        for name in names:
            if table.setdefault(name, party) != party:
                faults.append(f"{path}:{number}: {name!r} is both {table[name][0]!r} and {party[0]!r}.")
    if faults:
        raise CorpusFaultsError(faults)
    # a name has letters or digits, so that no mark with a colon can be one
    return table | {f":{mark}": sorted(known) for mark, known in words.items()}
